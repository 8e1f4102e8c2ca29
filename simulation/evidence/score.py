"""``wifaq score``: a forecast against what happened, beside what a forecast without any knowledge would have got."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from simulation.evidence import scores
from simulation.evidence.deals.scoring import average_precision
from simulation.evidence.forecast_files import read_scored
from simulation.evidence.joins.scoring import brier_parts
from simulation.evidence.register import QUANTILES
from simulation.evidence.register_runs import LEVELS
from simulation.experiments.engine import store

FLOOR = 5e-5
"""A probability written as 0.0000 counts as half of the last digit in a log score."""
EDGES = (0.0, 0.01, 0.03, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
"""Of bands of probability in the table of calibration."""
LEVEL = 0.9
"""Of the intervals from q05 to q95."""
FORECAST, SAME, HINDSIGHT = "forecast", "its mean for all", "share that happened, for all"


def score_file(path: Path, outcomes: Path, out: Path | None = None) -> tuple[str, list[str]]:
    """Score a table of forecasts, and say so in tables; with a folder, also write them.

    Parameters
    ----------
    path
        A register, or a table of ``wifaq instruments`` or ``wifaq deals``.
    outcomes
        What happened, see :mod:`simulation.evidence.forecast_files`.
    out
        Folder, written whole or not at all.

    Returns
    -------
    str, list of str
        The tables, and warnings on rows that were left out.

    Raises
    ------
    InputError
        With every fault of both files.
    """
    if out is not None:
        store.check_target(out)
    kind, rows, warnings = read_scored(path, outcomes)
    tables = score_tables(kind, rows)
    if out is not None:
        with store.atomic_folder(out) as folder:
            for name, table in (tables | {"rows": rows}).items():
                store.write_csv(table, folder / f"{name}.csv")
    return "\n\n".join(_told(tables)), warnings


def score_tables(kind: str, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Tables ``chances`` and ``calibration`` of what has a probability, ``numbers`` of what is a number.

    Parameters
    ----------
    kind
        ``register``, ``joins`` or ``deals``.
    rows
        Columns :data:`simulation.evidence.forecast_files.TABLE`.
    """
    single = rows[rows["probability"].notna()]
    counted = rows[rows["probability"].isna()]
    result = {}
    if len(single):
        result["chances"] = chances(single)
        p, y = single["probability"].to_numpy(float), single["outcome"].to_numpy(float)
        result["calibration"] = scores.bands(p, y, EDGES)
    if len(counted):
        result["numbers"] = pd.DataFrame([_numbers(of, own) for of, own in _groups(counted)])
    if kind != "register":
        result["counts"] = pd.DataFrame([_sums(kind, of, own) for of, own in _groups(single)])
    return result


def chances(rows: pd.DataFrame) -> pd.DataFrame:
    """Scores of probabilities, of all rows and of each group: the forecast, and the same probability for all.

    The last row of each group knows how many would happen: no forecast that treats all alike can do better.
    """
    result = []
    for of, own in _groups(rows):
        p, y = own["probability"].to_numpy(float), (own["outcome"].to_numpy() > 0).astype(float)
        for name, forecast in (
            (FORECAST, p),
            (SAME, np.full(len(p), p.mean())),
            (HINDSIGHT, np.full(len(p), y.mean())),
        ):
            reliability, resolution, uncertainty = brier_parts(forecast, y)
            result.append({
                "of": of, "by": name, "n": len(y), "happened": int(y.sum()), "expected": forecast.sum(),
                "log score": float(scores.log_scores(forecast, y, FLOOR).mean()), "Brier": scores.brier(forecast, y),
                "reliability": reliability, "resolution": resolution, "uncertainty": uncertainty,
                "AUC": scores.auc(forecast, y), "PR-AUC": average_precision(forecast, y),
            })  # fmt: skip
    return pd.DataFrame(result)


def _groups(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """All rows, then each group where there are several."""
    yield "all", rows
    if rows["group"].nunique() > 1:
        for of, own in rows.groupby("group"):
            yield str(of), own


def _numbers(of: str, rows: pd.DataFrame) -> dict[str, object]:
    """Errors and coverage of numbers; the quantile score of those that have all quantiles."""
    low, high, mean, happened = (rows[name].to_numpy(float) for name in ("q05", "q95", "mean", "outcome"))
    inside = (low <= happened) & (happened <= high)
    fines = [scores.interval_score(*one, LEVEL) for one in zip(low, high, happened, strict=True)]
    return {"of": of, "n": len(rows), "mean error": float((mean - happened).mean()),
            "mean absolute error": float(np.abs(mean - happened).mean()),
            f"{100 * LEVEL:.0f} % covers": scores.covered(inside), "interval score": float(np.mean(fines)),
            **_by_quantiles(rows)}  # fmt: skip


def _by_quantiles(rows: pd.DataFrame) -> dict[str, object]:
    whole = rows.dropna(subset=list(QUANTILES))
    if whole.empty:
        return {}
    found, happened = whole[list(QUANTILES)].to_numpy(float), whole["outcome"].to_numpy(float)
    inside = (found[:, 1] <= happened) & (happened <= found[:, -2])
    return {"50 % covers": scores.covered(inside),
            "quantile score": float(scores.quantile_score(found, LEVELS, happened).mean())}  # fmt: skip


def _sums(kind: str, of: str, rows: pd.DataFrame) -> dict[str, object]:
    """How many were expected, and how many there were."""
    column = "mean" if kind == "deals" else "probability"
    return {"of": of, "rows": len(rows), "expected": rows[column].sum(), "happened": int(rows["outcome"].sum())}


HEADS = {
    "chances": "Probabilities (log score in nats and Brier: less is better; Brier is about reliability - resolution + "
    "uncertainty, in ten bands)",
    "calibration": "Forecast and frequency, with 95 % intervals",
    "numbers": "Numbers, their intervals and quantiles (scores are in units of the number: less is better)",
    "counts": "How many in all",
}


def _told(tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    for name, table in tables.items():
        yield f"{HEADS[name]}\n{table.to_string(index=False, float_format=lambda value: f'{value:.4g}')}"
