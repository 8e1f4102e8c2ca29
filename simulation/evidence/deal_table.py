"""``wifaq deals``: dates and kinds of partners in, a table of probabilities out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from simulation.data.country_names import refusal, resolve
from simulation.errors import Fault, InputError, RunError
from simulation.evidence.deals.forecast import forecast_pairs, table_text
from simulation.experiments.engine import store
from simulation.intensity.ensemble import DRAWS


def deal_table(
    as_of: str,
    by: str,
    focal: str | None = None,
    kinds: Sequence[str] | None = None,
    flow: str = "recorded",
    out: Path | None = None,
) -> str:
    """The table of pairs as CSV text, also written to ``out`` (whole or not at all).

    Parameters
    ----------
    as_of, by, flow
        As in :func:`simulation.evidence.deals.forecast.forecast_pairs`.
    focal
        Code or name of a state, or ``EU``; all pairs of states by default.
    kinds
        Kinds of partners; by default all of them, or states without a focal state.
    out
        File to write.

    Raises
    ------
    InputError
        With every fault of the options; nothing is written then.
    RunError
        If the disk does not take the table.
    """
    faults: list[Fault] = []
    try:
        if out is not None:
            store.check_output(out, (".csv",))
    except InputError as error:
        faults += error.faults
    try:
        named = None if focal is None else resolve(focal)
        table = forecast_pairs(as_of, by, named, kinds, flow, draws=1 if faults else DRAWS)  # 1: only what is wrong
    except InputError as error:
        faults += [_told(fault, focal) for fault in error.faults]
    if faults:
        raise InputError(faults)
    text = table_text(table)
    if out is not None:
        write_whole(out, text)
    return text


def _told(fault: Fault, focal: str | None) -> Fault:
    """A fault of the focal state with the reason why a known name is none of a state."""
    reason = refusal(focal) if focal and fault.file == "--focal" else ""
    return replace(fault, message=f"{focal!r} is no state: {reason}") if reason else fault


def write_whole(path: Path, text: str) -> None:
    """Write a table whole or not at all.

    Raises
    ------
    RunError
        If the disk does not take it.
    """
    try:
        with store.atomic_file(path) as partial:
            partial.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise RunError(f"the table {path} was not written: {error.strerror}") from error
