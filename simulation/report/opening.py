"""Open the result folders that a report is of, or say what is wrong with each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from simulation.data.reading import shown
from simulation.errors import Fault, InputError
from simulation.experiments.analysis import summary
from simulation.experiments.explanation.tables import EVENT_COLUMNS, TERM_COLUMNS
from simulation.experiments.results import TEXT_COLUMNS, Results
from simulation.experiments.spread import FILE as SPREAD
from simulation.experiments.spread import Spread
from simulation.experiments.sweeps.manifest import FILE as MANIFEST
from simulation.experiments.sweeps.results import SweepResults
from simulation.state import CAMPS

Found = TypeVar("Found")
MOST_FOLDERS = 7
"""The first result and as many others as a chart can tell apart."""
_COLUMNS = {
    "forecast": summary.FORECAST_COLUMNS,
    "ties": (*summary.PARTNER_COLUMNS, "name", "kind", "camp", "region"),
    "instruments": (*summary.JOIN_COLUMNS, "title", "domain", "binding", "open"),
}
_OPTIONAL = {
    "joining": ("instrument", "title", "quarter", "probability", "replicates"),
    "world": ("a", "b", "probability", "depth", "replicates"),
    "trust": ("actor", "other", "mean", "q05", "q95", "replicates"),
    "blocs": ("bloc", "name", "focal_member", "quarter", "tabled", "passed", "depth", "replicates"),
    "states": ("id", "name", "camp", "region", "bloc"),
}
"""Tables that a folder may lack."""
_MAY_BE_EMPTY = {
    ("instruments", "median_quarter"), ("states", "region"), ("ties", "region"), ("states", "bloc"), ("blocs", "depth"),
}  # fmt: skip
_EXPLAINED = {"explained": ("replicate", *EVENT_COLUMNS), "explained_terms": TERM_COLUMNS}
_TABLES: Mapping[str, Sequence[str]] = {**_COLUMNS, **_OPTIONAL, **_EXPLAINED}
_QUARTER = r"[0-9]{4}Q[1-4]"
_WORDS_OF = {"quarter": _QUARTER, "median_quarter": _QUARTER, "camp": "|".join((*CAMPS, "none"))}
"""What stands in some columns of text, as regular expressions."""
_LARGEST = 1e15
"""No number of a run is as large."""
_SERIES = ("replicate", "quarter", "actor", "metric", "value")
_PRECISION = 1e-6  # relative; the tables have eight significant digits


def open_all(folders: Sequence[Path]) -> tuple[list[Results], Spread | None]:
    """Open folders that can stand in one report.

    Parameters
    ----------
    folders
        Result folders: the first is what the report is of, the others are compared with it. One may
        be a folder of ``wifaq spread`` of the first one's scenario.

    Returns
    -------
    tuple
        The results, and the spread if there is one.

    Raises
    ------
    InputError
        With every fault of every folder.
    """
    spreads = [folder for folder in folders if (folder / SPREAD).is_file()]
    runs = [folder for folder in folders if folder not in spreads]
    if len(runs) > MOST_FOLDERS or len(spreads) > 1:
        text = f"{len(runs)} folders; a report takes at most {MOST_FOLDERS}, and one of `wifaq spread`"
        raise InputError(Fault("", text, "report"))
    if not runs:
        raise InputError(Fault("", "is a folder of `wifaq spread`; name that of a run too", str(spreads[0])))
    result, faults = _opened(runs, _open)
    if not faults:
        faults = [fault for folder, other in zip(runs[1:], result[1:], strict=True)
                  for fault in _mismatches(str(folder), result[0], other)]  # fmt: skip
    spread, more = _opened(spreads, Spread.open)
    if spread and not faults:
        more = _foreign(spreads[0], spread[0], result[0])
    if faults or more:
        raise InputError([*faults, *more])
    return result, next(iter(spread), None)


def open_each(folders: Sequence[Path]) -> list[Results | SweepResults]:
    """Open folders of runs and of sweeps, each for itself.

    Raises
    ------
    InputError
        With every fault of every folder.
    """
    def either(folder: Path) -> Results | SweepResults:
        return SweepResults.open(folder) if (folder / MANIFEST).is_file() else _open(folder)

    result, faults = _opened(folders, either)
    if faults:
        raise InputError(faults)
    return result


def _opened(folders: Sequence[Path], read: Callable[[Path], Found]) -> tuple[list[Found], list[Fault]]:
    """Those of some folders that can be read, and the faults of the others."""
    result: list[Found] = []
    faults: list[Fault] = []
    for folder in folders:
        try:
            result.append(read(folder))
        except InputError as error:
            faults += error.faults
    return result, faults


def _foreign(folder: Path, spread: Spread, first: Results) -> list[Fault]:
    """Why a spread is not of the first result's scenario."""
    keys = spread.differs_from(first.scenario_text)
    text = f"is the spread of another scenario than the first folder: {', '.join(keys)} differ"
    return [Fault("", text, str(folder))] if keys else []


def _open(folder: Path) -> Results:
    place = str(folder)
    if not folder.exists():
        raise InputError(Fault("", "there is no such folder; name one that `wifaq run` wrote", place))
    if not folder.is_dir():
        raise InputError(Fault("", "is a file; name the result folder that holds it", place))
    if not any(folder.iterdir()):
        raise InputError(Fault("", "is empty; name a result folder that `wifaq run` wrote", place))
    try:
        results = Results.open(folder)
    except InputError as error:
        raise InputError([Fault("", fault.message, place) for fault in error.faults]) from error
    if not isinstance(results, Results):
        raise InputError(Fault("", "is the folder of a sweep; a report is of a run (see `wifaq analyse`)", place))
    faults = [Fault(key, message, place) for key, message in _table_faults(results)]
    if faults:
        raise InputError(faults)
    return results


def _table_faults(results: Results) -> list[tuple[str, str]]:
    tables = {name: table for name in _TABLES if (table := getattr(results, name)()) is not None}
    faults = [fault for name, table in tables.items() for fault in _column_faults(name, table, _TABLES[name])]
    missing = [column for column in _SERIES if column not in results.series().columns]
    faults += [("series.parquet", f"column {column} is missing") for column in missing]
    if faults:
        return faults
    if tables["forecast"].empty:
        return [("forecast.csv", "has no rows")]
    return _disagreements(results)


def _column_faults(name: str, table: pd.DataFrame, columns: Sequence[str]) -> list[tuple[str, str]]:
    """Columns that a table lacks, else the first row that was cut off, else what is no number."""
    missing = [column for column in columns if column not in table.columns]
    if missing:
        return [(f"{name}.csv", f"column {column} is missing") for column in missing]
    whole = [column for column in columns if name not in _EXPLAINED and (name, column) not in _MAY_BE_EMPTY]
    holes = table[whole].isna().any(axis=1).to_numpy()
    if holes.any():
        row = int(holes.argmax())
        column = next(column for column in whole if pd.isna(table[column].iloc[row]))
        return [(f"{name}.csv", f"line {row + 2} has no {column}")]
    return [*_no_numbers(name, table, columns), *_no_words(name, table, columns)]


def _no_numbers(name: str, table: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The first line of each column of numbers that holds something else."""
    for column in columns:
        if column not in TEXT_COLUMNS[name]:
            cells = table[column]
            if not pd.api.types.is_numeric_dtype(cells):  # a whole number beyond all bounds is read as an object
                cells = pd.to_numeric(cells.astype("str"), errors="coerce")
            wrong = (~(cells.astype(np.float64).abs() < _LARGEST) & table[column].notna()).to_numpy()
            if wrong.any():
                yield f"{name}.csv", f"line {int(wrong.argmax()) + 2}: {column} is no number"


def _no_words(name: str, table: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The first line of each column of quarters, camps, … that holds something else."""
    for column in (column for column in columns if column in _WORDS_OF and column in TEXT_COLUMNS[name]):
        cells = table[column].astype("str")
        wrong = (table[column].notna() & ~cells.str.fullmatch(_WORDS_OF[column])).to_numpy()
        if wrong.any():
            yield f"{name}.csv", f"line {int(wrong.argmax()) + 2}: {column} is {shown(cells[wrong].iloc[0])}"


def _disagreements(results: Results) -> list[tuple[str, str]]:
    """Whether the tables are those of the replicates: a report must not show numbers of two runs."""
    series, forecast = results.series(), results.forecast()
    if results.horizon not in set(forecast["quarter"]):
        return [("forecast.csv", f"has no row of the horizon {results.horizon}")]
    own = series.loc[(series["actor"] == results.focal) & (series["quarter"] == results.horizon)]
    if own.empty:
        return [("series.parquet", f"has no row of {results.focal} in {results.horizon}")]
    means: pd.Series = own.groupby("metric", observed=True)["value"].mean()
    text = forecast.loc[forecast["quarter"] == results.horizon].drop_duplicates("metric").set_index("metric")["mean"]
    common = [str(name) for name in means.index if name in text.index]
    apart = [name for name in common if not np.isclose(means[name], float(text[name]), rtol=_PRECISION, atol=1e-9)]
    if apart:
        return [("forecast.csv", f"disagrees with series.parquet: mean of {apart[0]} in {results.horizon}")]
    return []


def _mismatches(place: str, first: Results, other: Results) -> list[Fault]:
    """Why two results cannot be compared in pairs of replicates."""
    faults = []
    for key, name in (("focal", "focal state"), ("seed", "seed"), ("horizon", "horizon")):
        one, two = first.info[key], other.info[key]
        if key == "focal":
            one, two = one["id"], two["id"]
        if one != two:
            faults.append(Fault(key, f"the {name} is {two}, that of the first folder {one}; give all the same", place))
    if not faults and first.info["run"] == other.info["run"]:
        faults.append(Fault("", "is the same run as the first folder", place))
    return faults
