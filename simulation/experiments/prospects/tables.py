"""The tables of opportunities: what screen and pairs say of each candidate, ranked, and of each partner held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from simulation.display.opportunities import HELD
from simulation.experiments.analysis.ranking import interval, pooled, ranked
from simulation.experiments.prospects.candidates import BLOC, INSTRUMENT

CRITERIA = {
    "value": "kept commitments gained a unit of budget, times the chance that the partner agrees",
    "gain_commitments": "kept commitments gained",
    "gain_capacity": "capacity gained",
    "gain_coverage": "coverage of the four needs gained",
    "dependence": "least dependence on one camp added",
    "p_accept": "chance that the partner agrees",
}
"""What candidates can be ranked by, and what it says."""
COLUMNS = (
    "partner", "name", "kind", "held", "p_alone", "p_accept", "gain_commitments", "q05", "q95", "gain_capacity",
    "gain_coverage", "dependence", "price", "rank", "tied_with", "gain_incidents", "gain_reacted", "depth", "confirmed",
    "pairs",
)  # fmt: skip
PORTFOLIO_COLUMNS = ("partner", "name", "kind", "loss_commitments", "q05", "q95", "loss_coverage")
METRICS = {
    "gain_commitments": "commitments_kept",
    "gain_capacity": "capacity",
    "gain_coverage": "coverage",
    "dependence": "dependence",
    "gain_incidents": "incidents_so_far",
}
"""Metrics of the focal state by the column that has their change."""
AS_IT_IS, REACTED, LOST = "as it is", "more rivalry", "lost"
"""The two worlds, and the first words of arms without a partner."""
Values = Mapping[str, pd.DataFrame]
"""By metric: values at the end, a row a replicate, a column an arm."""


def arm(what: str, row: int) -> str:
    """Name of the arm of a candidate, by its row in the table of candidates."""
    return f"{what}, {row}"


def holds(table: pd.DataFrame) -> pd.Series:
    """Which candidates are actors with whom a deal is in force at the start in half of the replicates or more."""
    return (table["held"] >= HELD) & ~table["kind"].isin((BLOC, INSTRUMENT))


def expected(table: pd.DataFrame, criterion: str) -> pd.Series:
    """What a criterion makes of candidates by the screen; more is better. Capacity is screened by what teaches."""
    if criterion == "gain_capacity":
        return table["skills"]
    return _score(table, table, criterion)


def _score(gains: Any, table: pd.DataFrame, criterion: str) -> Any:
    """A criterion of gains by column: a series a candidate, or frames of a column a candidate."""
    if criterion == "value":  # where nothing has a price, at the chance of a yes
        return gains["gain_commitments"] * (table["p_accept"] / table["price"].where(table["price"] > 0.0, 1.0))
    if criterion == "dependence":
        return -gains["dependence"]
    if criterion == "p_accept":
        return gains["gain_commitments"] * 0.0 + table["p_accept"]
    return gains[criterion]


def ranking(table: pd.DataFrame, chosen: Sequence[int], values: Values, criterion: str) -> pd.DataFrame:
    """Candidates with what the pairs tell of those that were chosen, the ranked ones first.

    Parameters
    ----------
    table
        As :func:`simulation.experiments.prospects.candidates.candidates` makes it.
    chosen
        Its rows with arms of their own.
    values
        By metric: a row a replicate, a column an arm.
    criterion
        One of :data:`CRITERIA`.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`. The order is that of :func:`places`; ``gain_…`` are everybody's own. Of equal ones the
        first of the table is ahead.
    """
    changes = _gains(chosen, values)
    told = _told(chosen, changes)
    reacted = _changes(values[METRICS["gain_commitments"]], told, REACTED).mean()
    result = table.assign(confirmed=table.index.isin(told), pairs=0, gain_reacted=reacted)
    for column in ("gain_capacity", "gain_incidents", "q05", "q95"):
        result[column] = np.nan
    for row in told:
        found = {column: interval(change[row]) for column, change in changes.items()}
        main = found["gain_commitments"]
        result.loc[row, list(found)] = [one["difference"] for one in found.values()]
        result.loc[row, ["q05", "q95", "pairs"]] = main["low"], main["high"], main["pairs"]
    order = places(table, chosen, values, criterion)
    result["rank"] = order["rank"].reindex(result.index).astype("Int64")
    ties = order["tied_with"].map(lambda rows: " ".join(table.loc[list(rows), "partner"]))
    result["tied_with"] = ties.astype(object).reindex(result.index).fillna("")
    rest = expected(table, criterion).drop(told).sort_values(ascending=False, kind="stable").index
    return result.loc[[*order.index, *rest], list(COLUMNS)].reset_index(drop=True)


def places(table: pd.DataFrame, chosen: Sequence[int], values: Values, criterion: str) -> pd.DataFrame:
    """Rank and ties of the rows that the pairs tell something of, the best first; see :func:`ranking`, :func:`ranked`.

    What the order goes by are gains that those of :func:`groups` whom the pairs do not tell apart share.
    """
    changes = _gains(chosen, values)
    told = _told(chosen, changes)
    alike = groups(table.loc[told])
    scores, worth = (
        _score({column: of(change[told]) for column, change in changes.items()}, table.loc[told], criterion)
        for of in (lambda change: change, lambda change: pooled(change, alike))
    )
    return ranked(scores, worth)


def _gains(rows: Sequence[int], values: Values) -> dict[str, pd.DataFrame]:
    return {column: _changes(values[metric], rows, AS_IT_IS) for column, metric in METRICS.items()}


def _told(rows: Sequence[int], changes: Mapping[str, pd.DataFrame]) -> list[int]:
    """Rows of which a pair at least was finished."""
    return [row for row in rows if changes["gain_commitments"][row].notna().any()]


def groups(table: pd.DataFrame) -> list[tuple[str, int, bool]]:
    """Candidates between which only data can make a difference: of a kind and a depth, held or new."""
    return list(zip(table["kind"], table["depth"], table["held"] >= HELD, strict=True))


def _changes(values: pd.DataFrame, rows: Sequence[int], world: str) -> pd.DataFrame:
    """A metric with each candidate minus without, in a world: a row a replicate, a column a candidate."""
    return pd.DataFrame({row: values[arm(world, row)] - values[world] for row in rows}, index=values.index)


def portfolio(table: pd.DataFrame, values: Values) -> pd.DataFrame:
    """What is lost with each partner that is held, the greatest loss first.

    Returns
    -------
    DataFrame
        Columns :data:`PORTFOLIO_COLUMNS`: losses are positive; the 90 % interval is that of the mean loss.
    """
    rows = []
    for row in table.index[holds(table)].tolist():
        kept, cover = (values[METRICS[column]] for column in ("gain_commitments", "gain_coverage"))
        lost = kept[AS_IT_IS] - kept[arm(LOST, row)]
        if lost.notna().any():
            main, part = interval(lost), interval(cover[AS_IT_IS] - cover[arm(LOST, row)])
            told = main["difference"], main["low"], main["high"], part["difference"]
            rows.append((*table.loc[row, ["partner", "name", "kind"]], *told))
    result = pd.DataFrame(rows, columns=list(PORTFOLIO_COLUMNS))
    return result.sort_values("loss_commitments", ascending=False, kind="stable").reset_index(drop=True)
