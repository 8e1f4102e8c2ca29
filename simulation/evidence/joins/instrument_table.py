"""``wifaq instruments``: a file of descriptions in, a table of probabilities out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from simulation.errors import Fault, InputError
from simulation.evidence.deals.forecast import day_of, table_text, write_whole
from simulation.evidence.joins.forecast import forecast
from simulation.evidence.joins.instrument_file import read_instruments
from simulation.evidence.joins.record import RECORD_END
from simulation.experiments.engine import store
from simulation.intensity.joining.posterior import shipped
from simulation.scenario.checks import EARLIEST, LATEST

COLUMNS = ("instrument", "iso3", "probability", "q05", "q95")


def forecast_file(path: Path, as_of: str, by: str, out: Path | None = None) -> str:
    """The table of a file as CSV text, also written to ``out`` (whole or not at all).

    Raises
    ------
    InputError
        With every fault of the options and of the file; nothing is written then.
    RunError
        If the disk does not take the table.
    """
    faults: list[Fault] = []
    day, last = day_of("--as-of", as_of, faults), day_of("--by", by, faults)
    if day and not EARLIEST <= day <= LATEST:
        faults.append(Fault("", f"{day} is outside {EARLIEST} to {LATEST}", "--as-of"))
        day = None
    known = None
    try:
        known = shipped(day) if day else None
    except InputError as error:
        faults += error.faults
    if day and last and last < day:
        faults.append(Fault("", f"{last} is before the as-of date, {day}", "--by"))
    try:
        if out is not None:
            store.check_output(out, (".csv",))
    except InputError as error:
        faults += error.faults
    try:
        texts = read_instruments(path, day or RECORD_END, last)
    except InputError as error:
        faults += error.faults
    if faults or day is None or last is None or known is None:
        raise InputError(faults)
    parts = []
    for text in texts:
        result = forecast(text, day, last, known)
        columns = (text.id, result.ids, result.probability, result.low, result.high)
        parts.append(pd.DataFrame(dict(zip(COLUMNS, columns, strict=True))))
    written = table_text(pd.concat(parts))
    if out is not None:
        write_whole(out, written)
    return written
