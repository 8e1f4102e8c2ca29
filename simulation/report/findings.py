"""What a result says, in numbers: the facts behind the sentences of a report."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from simulation.display.words.language import Words
from simulation.experiments.analysis.contrasts import in_percent, paired, paired_path
from simulation.experiments.analysis.summary import KEPT, by_replicate
from simulation.experiments.kept import Kept
from simulation.experiments.results import Results

_SIGNPOSTS = (
    "deals_state", "deals_firm", "deals_secretariat", "deals_binding", "deals_programme", "deals_eu_states",
    "deals_cn_states", "deals_us_states", "instruments_joined", "blocs_active", "deals",
)  # fmt: skip
"""Outcomes that somebody without the model can count in the world."""
SIGNPOSTS_SHOWN = 3
LONGEST_TITLE = 90
"""Characters of a title in charts and tables."""


@dataclass(frozen=True)
class Change:
    """One metric of the focal state from the first quarter to the horizon.

    Attributes
    ----------
    metric
        Which.
    start
        Mean at the start.
    end, low, high
        Mean and 5–95 % range at the horizon.
    above, below
        Shares of replicates that end above, and below, where they started.
    """

    metric: str
    start: float
    end: float
    low: float
    high: float
    above: float
    below: float


def change(results: Results, metric: str) -> Change | None:
    """How a metric changes; none where it was not recorded."""
    table = results.forecast()
    rows = table.loc[table["metric"] == metric].set_index("quarter")
    series = results.series()
    if rows.empty or metric not in set(series["metric"].cat.categories):
        return None
    first = by_replicate(series, metric, results.first_quarter)
    last = by_replicate(series, metric, results.horizon)
    if results.focal not in first.columns or results.focal not in last.columns:
        return None
    both = (last[results.focal] - first[results.focal]).dropna()
    start: Any = rows.loc[results.first_quarter]
    end: Any = rows.loc[results.horizon]
    return Change(
        metric,
        float(start["mean"]),
        float(end["mean"]),
        float(end["q05"]),
        float(end["q95"]),
        float((both > 0).mean()),
        float((both < 0).mean()),
    )


LEVER_COLUMNS = ("factor", "effect", "low", "high", "probability", "pairs", "kind")


def levers(results: Sequence[Results]) -> pd.DataFrame:
    """What moves the kept commitments at the horizon, the largest first.

    Parameters
    ----------
    results
        The first result, whose own contrasts count, and others that are compared with it.

    Returns
    -------
    DataFrame
        Columns :data:`LEVER_COLUMNS`: mean paired difference and its 90 % interval, in per cent, the
        share of pairs in which it is above zero; ``kind`` is ``contrast`` or ``scenario``.
    """
    first = results[0]
    own = first.contrasts()
    own = own.loc[(own["metric"] == KEPT) & (own["quarter"] == first.horizon)]
    rows = [_lever(row["statement"], row, "contrast") for row in own.to_dict("records")]
    for other, title in zip(results[1:], short_titles(results)[1:], strict=True):
        table = paired(other.series(), first.series(), first.focal, (KEPT,), (first.horizon,))
        rows += [_lever(title, row, "scenario") for row in table.to_dict("records")]
    frame = pd.DataFrame(rows, columns=list(LEVER_COLUMNS))
    order = np.argsort(-frame["effect"].abs().to_numpy(float), kind="stable")
    return frame.iloc[order].reset_index(drop=True)


def _lever(name: str, row: Mapping[Any, Any], kind: str) -> dict[str, object]:
    effect, low, high = in_percent(row)
    kept = {key: row[key] for key in ("probability", "pairs")}
    return {"factor": name, "effect": effect, "low": low, "high": high, **kept, "kind": kind}


def title_of(results: Kept, words: Words | None = None) -> str:
    """Title of the scenario, or its name where it has none; that of a shipped one in the language."""
    title = str(results.info["title"] or results.info["scenario"])
    return title if words is None else words.known(title)


def sources(info: Mapping[str, Any]) -> dict[str, object]:
    """Versions and hashes of what a result was made from, by name."""
    hashes = {f"SHA-256, {name}": value for name, value in info["hashes"].items() if isinstance(value, str)}
    return {**info["versions"], **hashes}


def short_titles(results: Sequence[Results], words: Words | None = None) -> list[str]:
    """Titles that fit a chart; one that comes again has a number."""
    result: list[str] = []
    for one in results:
        title = textwrap.shorten(title_of(one, words), LONGEST_TITLE, placeholder="…")
        again = sum(1 for known in result if known == title or known.startswith(f"{title} ("))
        result.append(f"{title} ({again + 1})" if again else title)
    return result


def paths(results: Sequence[Results], metric: str, words: Words | None = None) -> pd.DataFrame:
    """How other results differ from the first in every quarter: ``scenario`` and the columns of ``paired_path``."""
    first = results[0]
    tables = []
    for other, title in zip(results[1:], short_titles(results, words)[1:], strict=True):
        table = paired_path(other.series(), first.series(), first.focal, metric)
        table.insert(0, "scenario", title)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


SIGNPOST_COLUMNS = ("metric", "quarter", "threshold", "above", "below", "difference", "standard_error", "count_above")


def signposts(results: Results, quarter: str) -> pd.DataFrame:
    """Early counts after which the kept commitments at the horizon end most apart.

    Parameters
    ----------
    results
        An ensemble.
    quarter
        When the counts are read.

    Returns
    -------
    DataFrame
        Columns :data:`SIGNPOST_COLUMNS`, the largest difference first, at most
        :data:`SIGNPOSTS_SHOWN` rows: mean kept commitments at the horizon over the replicates whose
        count is at or above the threshold (their median, rounded up), and over those below.
        Each side holds at least a fifth of the replicates.
    """
    series, focal = results.series(), results.focal
    final = by_replicate(series, KEPT, results.horizon)
    if focal not in final.columns:
        return pd.DataFrame(columns=list(SIGNPOST_COLUMNS))
    last, rows = final[focal], []
    for metric in (name for name in _SIGNPOSTS if name in set(series["metric"].cat.categories)):
        early = by_replicate(series, metric, quarter)
        if focal not in early.columns:
            continue
        count = early[focal].reindex(last.index)
        threshold = float(np.ceil(count.median()))
        upper, lower = last[count >= threshold], last[count < threshold]
        if min(len(upper), len(lower)) >= max(2, len(last) / 5):
            error = float(np.sqrt(upper.var(ddof=1) / len(upper) + lower.var(ddof=1) / len(lower)))
            gap = float(upper.mean() - lower.mean())
            rows.append((metric, quarter, threshold, float(upper.mean()), float(lower.mean()), gap, error, len(upper)))
    frame = pd.DataFrame(rows, columns=list(SIGNPOST_COLUMNS))
    return frame.iloc[np.argsort(-frame["difference"].abs().to_numpy(), kind="stable")][:SIGNPOSTS_SHOWN]


def trade_off(results: Results) -> dict[str, float] | None:
    """Autonomy in the half of the replicates with more kept commitments, against the other half.

    Returns
    -------
    dict
        Means ``upper`` and ``lower``, and the ``standard_error`` of their difference (missing where a half has one
        replicate); none where the replicates do not part.
    """
    series, focal, quarter = results.series(), results.focal, results.horizon
    tables = [by_replicate(series, metric, quarter) for metric in (KEPT, "autonomy")]
    if any(focal not in table.columns for table in tables):
        return None
    both = pd.DataFrame({"a": tables[0][focal], "b": tables[1][focal]}).dropna()
    upper = both["a"] > both["a"].median()
    if upper.all() or not upper.any():
        return None
    more, less = both.loc[upper, "b"], both.loc[~upper, "b"]
    error = float(np.sqrt(more.var(ddof=1) / len(more) + less.var(ddof=1) / len(less)))
    return {"upper": float(more.mean()), "lower": float(less.mean()), "standard_error": error}
