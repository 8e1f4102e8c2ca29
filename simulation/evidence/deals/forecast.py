"""``wifaq deals``: the probability of a new agreement of every pair, from the fitted intensity alone, in seconds.

**What is forecast.** At least one signing in (as-of, by]. By default a *recorded* one: a signing that a record searched
like the list of AI deals will hold, because that is what a forecast can be scored with. ``flow="signed"`` asks for all
signings, recorded or not: about two and a half times as many, less certain by the band of the share recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from simulation.arithmetic import exp, expm1, log1p
from simulation.data.country_names import refusal, resolve
from simulation.data.judged_pairs import states_and_union
from simulation.errors import Fault, InputError, RunError, suggest
from simulation.experiments.engine import store
from simulation.intensity.ensemble import DRAWS, Layer, expected_counts, possible, state_layer
from simulation.intensity.firms import firm_layer
from simulation.intensity.lives import in_force
from simulation.intensity.organisations import ORGANISED, organisation_rows
from simulation.intensity.posterior import FIRST_YEAR
from simulation.state import KINDS, F

COLUMNS = ("a", "b", "kind_a", "kind_b", "probability", "q05", "q95", "expected", "held")
FLOWS = ("recorded", "signed")
FORECAST_KINDS = ("state", "firm", *ORGANISED)
"""Kinds of partners; all but states and firms are priors (see :mod:`simulation.intensity.organisations`)."""
LONGEST = 20
"""Years beyond which no forecast is given: the wave of the record walks too far."""
DAYS_A_YEAR = 365.25


def forecast_pairs(
    as_of: str | date,
    by: str | date,
    focal: str | None = None,
    kinds: Sequence[str] | None = None,
    flow: str = "recorded",
    draws: int = DRAWS,
) -> pd.DataFrame:
    """Probability and expected number of new agreements of every pair.

    Parameters
    ----------
    as_of, by
        Days, ``YYYY-MM-DD``: signings after the first and not after the second count.
    focal
        ISO 3166 code of a state, or ``EU``: its pairs with partners of every kind in ``kinds``; all pairs of states
        by default.
    kinds
        Kinds of partners, of :data:`FORECAST_KINDS`; without a focal state only ``state``.
    flow
        ``recorded`` (default) or ``signed``, see this module. Organisations other than firms: always signed.
    draws
        Of the posterior, the wave and the attraction of actors.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`: the parties (the focal state first, else by code), their kinds; probability of at least one new
        agreement with its 5 and 95 % over draws, expected number, and the probability that a recorded deal of the pair
        is in force on the as-of day. Likeliest first.

    Raises
    ------
    InputError
        With one fault for everything that is wrong.
    """
    faults: list[Fault] = []
    first, last = day_of("--as-of", as_of, faults), day_of("--by", by, faults)
    _check_days(first, last, faults)
    wanted = tuple(kinds) if kinds is not None else FORECAST_KINDS if focal else ("state",)
    _check_names(focal, wanted, flow, faults)
    if draws < 1:
        faults.append(Fault("", f"{draws} is no number of draws: take 1 or more", "--draws"))
    if faults or first is None or last is None:
        raise InputError(faults)
    parts = []
    if "state" in wanted:
        parts.append(_rows(state_layer(first), first, last, focal, flow == "recorded", draws))
    if "firm" in wanted:
        parts.append(_rows(firm_layer(first), first, last, focal, flow == "recorded", draws))
    organised = [kind for kind in wanted if kind in ORGANISED]
    if organised and focal:
        parts.append(organisation_rows(focal, first, last, organised, draws))
    result = pd.concat(parts, ignore_index=True)
    order = ["probability", "a", "b"]
    return result.sort_values(order, ascending=[False, True, True], ignore_index=True)[list(COLUMNS)]


def _rows(layer: Layer, as_of: date, by: date, focal: str | None, recorded: bool, draws: int) -> pd.DataFrame:
    """Rows of one layer."""
    expected = expected_counts(layer, as_of, by, draws, recorded)
    a, b = possible(layer)
    ids, union = np.array(layer.places.ids), layer.places.union
    chosen = np.arange(len(a))
    if focal is not None:
        place = layer.places.place[focal]
        chosen = np.flatnonzero((a == place) | (b == place))
        a, b = np.where(a == place, a, b)[chosen], np.where(a == place, b, a)[chosen]
    chance = -expm1(-expected[:, chosen])
    low, high = np.quantile(chance, (0.05, 0.95), axis=0)
    held = held_chances(layer, as_of)
    firm = np.array(["state", "firm"])
    return pd.DataFrame({
        "a": ids[a], "b": ids[b], "kind_a": firm[(a > union).astype(int)], "kind_b": firm[(b > union).astype(int)],
        "probability": chance.mean(axis=0), "q05": low, "q95": high, "expected": expected[:, chosen].mean(axis=0),
        "held": held[a, b],
    })  # fmt: skip


def held_chances(layer: Layer, as_of: date) -> F:
    """(n, n) probability of a recorded deal in force on the day, by pair (:mod:`simulation.intensity.lives`)."""
    age = (as_of.toordinal() - layer.record.day) / DAYS_A_YEAR
    ended = exp(layer.record.weighted(log1p(-np.minimum(in_force(age), 1.0 - 1e-12))))
    return np.asarray(1.0 - ended)


def table_text(table: pd.DataFrame) -> str:
    """A table of probabilities as CSV text: four decimals, nothing below 0."""
    positive = table.select_dtypes("number").clip(lower=0.0) + 0.0  # no minus before a 0
    return table.assign(**positive).to_csv(index=False, float_format="%.4f", lineterminator="\n")


def day_of(option: str, given: str | date, faults: list[Fault]) -> date | None:
    """The day that an option gives; what is none is added to the faults."""
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given)
    except ValueError:
        faults.append(Fault("", f"{given!r} is no date: write YYYY-MM-DD", option))
        return None


def _check_days(first: date | None, last: date | None, faults: list[Fault]) -> None:
    earliest = date(FIRST_YEAR, 12, 31)
    if first and first < earliest:
        faults.append(Fault("", f"{first} is before {earliest}, the first day with a fit of deals", "--as-of"))
    if first and last and last <= first:
        faults.append(Fault("", f"{last} is not after the as-of date, {first}", "--by"))
    if first and last and last.year - first.year > LONGEST:
        faults.append(Fault("", f"{last} is more than {LONGEST} years after the as-of date, {first}", "--by"))


def _check_names(focal: str | None, kinds: Sequence[str], flow: str, faults: list[Fault]) -> None:
    actors = states_and_union().ids
    if focal is not None and focal not in actors:
        faults.append(Fault("", f"{focal!r} is no state; {suggest(focal, actors)}".rstrip("; "), "--focal"))
    for kind in kinds:
        if kind not in FORECAST_KINDS:
            advice = (
                "influencers and campaigns are no parties to deals" if kind in KINDS else suggest(kind, FORECAST_KINDS)
            )
            faults.append(Fault("", f"{kind!r} is no kind of partner; {advice}".rstrip("; "), "--kinds"))
        elif kind in ORGANISED and focal is None:
            faults.append(Fault("", f"{kind!r} needs a focal state: the layer is a prior, not a record", "--kinds"))
    if not kinds:
        faults.append(Fault("", f"no kind of partner is named; {suggest('', FORECAST_KINDS)}", "--kinds"))
    if flow not in FLOWS:
        faults.append(Fault("", f"{flow!r} is no flow; {suggest(flow, FLOWS)}", "--flow"))


# --- wifaq deals: dates and kinds of partners in, a table of probabilities out


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
