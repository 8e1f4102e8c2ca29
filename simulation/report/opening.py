"""Open the result folders that a report is of, or say what is wrong with each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis import summary
from simulation.errors import Fault, InputError
from simulation.explanation.tables import EVENT_COLUMNS, TERM_COLUMNS
from simulation.results import Results

if TYPE_CHECKING:
    import pandas as pd

MOST_FOLDERS = 7
"""The first result and as many others as a chart can tell apart."""
_INFO = ("bands", "as_of", "command", "contrasts", "failures", "focal", "hashes", "horizon", "notes", "peers",
         "question", "replicates", "run", "scenario", "seed", "title", "versions")  # fmt: skip
_NAMED = ("id", "name")
_COUNTS = ("planned", "done", "failed")
_COLUMNS = {
    "forecast": summary.FORECAST_COLUMNS,
    "ties": (*summary.PARTNER_COLUMNS, "name", "kind", "camp"),
    "instruments": (*summary.JOIN_COLUMNS, "title", "domain", "binding", "open"),
}
_EXPLAINED = {"explained": ("replicate", *EVENT_COLUMNS), "explained_terms": TERM_COLUMNS}
_SERIES = ("replicate", "quarter", "actor", "metric", "value")
_PRECISION = 1e-6  # relative; the tables have eight significant digits


def open_all(folders: Sequence[Path]) -> list[Results]:
    """Open result folders that can stand in one report.

    Parameters
    ----------
    folders
        The first is what the report is of; the others are compared with it.

    Raises
    ------
    InputError
        With every fault of every folder.
    """
    if len(folders) > MOST_FOLDERS:
        raise InputError(Fault("", f"{len(folders)} folders; a report takes at most {MOST_FOLDERS}", "report"))
    found: list[Results] = []
    faults: list[Fault] = []
    for folder in folders:
        try:
            found.append(_open(folder))
        except InputError as error:
            faults += error.faults
    if not faults and found:
        faults = [fault for folder, other in zip(folders[1:], found[1:], strict=True)
                  for fault in _mismatches(str(folder), found[0], other)]  # fmt: skip
    if faults:
        raise InputError(faults)
    return found


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
    faults = [Fault(key, message, place) for key, message in (_info_faults(results) or _table_faults(results))]
    if faults:
        raise InputError(faults)
    return results


def _info_faults(results: Results) -> list[tuple[str, str]]:
    info = results.info
    if not isinstance(info, dict):
        return [("run.json", "is not a JSON object")]
    faults = [("run.json", f"{key} is missing") for key in _INFO if key not in info]
    for key, parts in (("focal", _NAMED), ("replicates", _COUNTS)):
        if key in info and not (isinstance(info[key], dict) and all(part in info[key] for part in parts)):
            faults.append(("run.json", f"{key} needs {', '.join(parts)}"))
    for key in ("contrasts", "failures", "notes", "peers"):
        if key in info and not isinstance(info[key], list):
            faults.append(("run.json", f"{key} is not a list"))
    return faults


def _table_faults(results: Results) -> list[tuple[str, str]]:
    tables = {"forecast": results.forecast(), "ties": results.ties(), "instruments": results.instruments()}
    faults = []
    needed: dict[str, Sequence[str]] = dict(_COLUMNS)
    for name, table in (("explained", results.explained()), ("explained_terms", results.explained_terms())):
        if table is not None:
            tables[name], needed[name] = table, _EXPLAINED[name]
    for name, columns in needed.items():
        missing = [column for column in columns if column not in tables[name].columns]
        faults += [(f"{name}.csv", f"column {column} is missing") for column in missing]
    missing = [column for column in _SERIES if column not in results.series().columns]
    faults += [("series.parquet", f"column {column} is missing") for column in missing]
    if faults:
        return faults
    if tables["forecast"].empty:
        return [("forecast.csv", "has no rows")]
    return _disagreements(results)


def _disagreements(results: Results) -> list[tuple[str, str]]:
    """Whether the tables are those of the replicates: a report must not show numbers of two runs."""
    series, forecast = results.series(), results.forecast()
    if results.horizon not in set(forecast["quarter"]):
        return [("forecast.csv", f"has no row of the horizon {results.horizon}")]
    own = series.loc[(series["actor"] == results.focal) & (series["quarter"] == results.horizon)]
    if own.empty:
        return [("series.parquet", f"has no row of {results.focal} in {results.horizon}")]
    means: pd.Series = own.groupby("metric", observed=True)["value"].mean()
    told = forecast.loc[forecast["quarter"] == results.horizon].drop_duplicates("metric").set_index("metric")["mean"]
    common = [str(name) for name in means.index if name in told.index]
    apart = [name for name in common if not np.isclose(means[name], float(told[name]), rtol=_PRECISION, atol=1e-9)]
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
