"""Summaries of an ensemble: forecast, standing among peers, partners, instruments.

Every function takes tidy frames (columns as in :mod:`simulation.experiments.engine.tables`) and
returns a tidy frame. A band is a range of quantiles over replicates; a probability is a
share of replicates. What it holds, chance alone or the parameters too, depends on how the
replicates were run; it never holds what the model gets wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulation.scenario.quarter import Quarter
from simulation.state import SOURCES

BAND_LABEL = "chance within the model, parameters fixed"
"""What every band and probability of an ensemble is at fixed parameters; printed beside each."""
PRIOR_LABEL = "chance and parameters (a draw of their prior a replicate), rules fixed"
"""The same where each replicate draws the free parameters."""

KEPT = "commitments_kept"
"""The headline count, in binding-equivalents."""
NEW_PARTNERS = "partners_new"
HEADLINE = "cooperation"
"""The index, which is made of the count."""
SYSTEM = "system"
"""Actor of the metrics that belong to the whole world."""

QUANTILES: Mapping[str, float] = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
FORECAST_COLUMNS = ("focal", "metric", "quarter", "unit", "mean", *QUANTILES, "replicates")


def forecast(series: pd.DataFrame, focal: str, units: Mapping[str, str]) -> pd.DataFrame:
    """Mean and quantiles of each metric of one actor, and of the system, in each quarter.

    Parameters
    ----------
    series
        Frame ``replicate, quarter, actor, metric, value``.
    focal
        The actor.
    units
        Unit of each metric.

    Returns
    -------
    DataFrame
        Columns :data:`FORECAST_COLUMNS`; the actor's metrics first, then the system's, each
        in recorded order. Quantiles interpolate linearly (type 7 of Hyndman & Fan 1996).
    """
    tables = []
    for actor in (focal, SYSTEM):
        rows = series.loc[series["actor"] == actor]
        values = rows.groupby(["metric", "quarter"], observed=True, sort=True)["value"]
        table = values.mean().to_frame("mean")
        for name, share in QUANTILES.items():
            table[name] = values.quantile(share)
        tables.append(table.assign(replicates=values.size()).reset_index())
    result = pd.concat([table.astype({"metric": "str", "quarter": "str"}) for table in tables])
    result.insert(0, "focal", focal)
    result.insert(3, "unit", result["metric"].map(units).fillna(""))
    return result.loc[:, list(FORECAST_COLUMNS)].reset_index(drop=True)


def by_replicate(series: pd.DataFrame, metric: str, quarter: str) -> pd.DataFrame:
    """Values of one metric in one quarter: a row a replicate, a column an actor."""
    rows = series.loc[(series["metric"] == metric) & (series["quarter"] == quarter)]
    table = rows.pivot(index="replicate", columns="actor", values="value")
    table.columns = [str(name) for name in table.columns]
    return table


@dataclass(frozen=True)
class Standing:
    """Where the focal actor stands among its peers, by kept commitments.

    Attributes
    ----------
    quarter
        When.
    among
        Number of actors compared, the focal one included.
    rank_mean, rank_q05, rank_q95
        Rank of the focal actor over replicates; 1 has kept most.
    peers
        Frame ``peer, new, mean, q05, q95, index, ahead``: the peer's new partners (mean), its kept commitments
        (mean and band), the index (mean), and the probability that the focal actor has kept more in the same
        replicate (a tie counts half). What was not recorded is missing.
    """

    quarter: str
    among: int
    rank_mean: float
    rank_q05: float
    rank_q95: float
    peers: pd.DataFrame


def standing(series: pd.DataFrame, focal: str, peers: Sequence[str], quarter: str) -> Standing | None:
    """Rank of the focal actor among its peers, replicate by replicate.

    Returns
    -------
    Standing or None
        None where no peer was recorded, or neither kept commitments nor the index.
    """
    ranks = ranks_among(series, focal, peers, quarter)
    if ranks is None:
        return None
    table = by_replicate(series, _measure(series), quarter)
    present = _present(table, focal, peers)
    own = table[focal].to_numpy()[:, None]
    others = table[present].to_numpy()
    low, high = np.quantile(ranks, [0.05, 0.95])
    frame = pd.DataFrame(
        {
            "peer": present,
            "new": by_replicate(series, NEW_PARTNERS, quarter).mean().reindex(present).to_numpy(),
            "mean": others.mean(axis=0),
            "q05": np.quantile(others, 0.05, axis=0),
            "q95": np.quantile(others, 0.95, axis=0),
            "index": by_replicate(series, HEADLINE, quarter).mean().reindex(present).to_numpy(),
            "ahead": ((own > others) + 0.5 * (own == others)).mean(axis=0),
        }
    )
    return Standing(quarter, len(present) + 1, float(ranks.mean()), float(low), float(high), frame)


def ranks_among(series: pd.DataFrame, focal: str, peers: Sequence[str], quarter: str) -> pd.Series | None:
    """Rank of the focal actor among its peers by kept commitments, by replicate; 1 has kept most.

    Returns
    -------
    Series or None
        None where no peer was recorded, or neither kept commitments nor the index.
    """
    table = by_replicate(series, _measure(series), quarter)
    present = _present(table, focal, peers)
    if not present or focal not in table.columns:
        return None
    return 1 + table[present].gt(table[focal], axis=0).sum(axis=1)


def _measure(series: pd.DataFrame) -> str:
    """The headline count; where it was not recorded the index, which rises with it."""
    return KEPT if (series["metric"] == KEPT).any() else HEADLINE


LEAST_LIKELY = 0.05
"""Partners and joins less likely than this are not worth a line."""


def likeliest(ties: pd.DataFrame, by: str) -> pd.DataFrame:
    """A row a partner of a table of :func:`partners`, the likeliest first by one of its probabilities.

    The row is that of its likeliest track; partners below :data:`LEAST_LIKELY` are left out.
    """
    rows = ties.drop_duplicates("partner")
    return rows.loc[rows[by] >= LEAST_LIKELY].sort_values([by, "partner"], ascending=[False, True])


def _present(table: pd.DataFrame, focal: str, peers: Sequence[str]) -> list[str]:
    return [peer for peer in peers if peer in table.columns and peer != focal]


PARTNER_COLUMNS = (
    "focal", "partner", "track", "probability", "depth", "depth_if_any", "probability_any", "probability_new",
    "probability_recorded", "probability_drawn", "replicates",
)  # fmt: skip


def partners(ties: pd.DataFrame, focal: str, quarter: str, replicates: int) -> pd.DataFrame:
    """Partners of the focal actor in a quarter, by track.

    Parameters
    ----------
    ties
        Frame ``replicate, quarter, a, b, track, depth, source``; a deal is one row, in either order.
    replicates
        Number of replicates, those without a deal included.

    Returns
    -------
    DataFrame
        Columns :data:`PARTNER_COLUMNS`: probability of a deal on that track, its expected
        depth (0 where there is none, 3 = binding), and its mean depth where there is one;
        ``probability_any`` is the share of replicates with a deal on any track,
        ``probability_new`` that with one and none at the start, ``probability_recorded`` and
        ``probability_drawn`` those with a partner from the start, by the source of the deal
        then; all are the same in all rows of a partner. Likeliest and deepest first, then by name.
    """
    now = ties.loc[(ties["quarter"] == quarter) & ((ties["a"] == focal) | (ties["b"] == focal))]
    ends = now[["a", "b"]].astype("str")
    partner = ends["b"].where(ends["a"] == focal, ends["a"])
    rows = pd.DataFrame({"partner": partner, "track": now["track"].astype("str"), "depth": now["depth"]})
    groups = rows.groupby(["partner", "track"])["depth"]
    count, total = groups.size().astype(float), groups.sum().astype(float)
    table = pd.DataFrame(
        {"probability": count / replicates, "depth": total / replicates, "depth_if_any": total / count}
    ).reset_index()
    table.insert(0, "focal", focal)
    rows = rows.assign(replicate=now["replicate"])
    source = now["source"].astype("str")
    for name, those in (("any", rows), *((name, rows.loc[source == name]) for name in SOURCES)):
        share = those.groupby("partner")["replicate"].nunique() / replicates
        table[f"probability_{name}"] = table["partner"].map(share).astype(float).fillna(0.0)
    table["replicates"] = replicates
    order = ["probability", "depth", "partner", "track"]
    table = table.sort_values(order, ascending=[False, False, True, True])
    return table.loc[:, list(PARTNER_COLUMNS)].reset_index(drop=True)


JOIN_COLUMNS = (
    "instrument",
    "actor",
    "eligible",
    "joined_before",
    "probability",
    "median_quarter",
    "replicates",
)


def instruments(joins: pd.DataFrame, actors: Sequence[str], quarter: str) -> pd.DataFrame:
    """Probability that each actor has joined each instrument by a quarter.

    Parameters
    ----------
    joins
        Frame ``replicate, instrument, actor, quarter, eligible, joined_before``.
    actors
        Whose rows to keep, in this order.
    quarter
        The quarter by whose end, such as ``2035Q4``.

    Returns
    -------
    DataFrame
        Columns :data:`JOIN_COLUMNS`. ``probability`` is 1 for one that joined before the
        start; ``median_quarter`` is the first quarter by which half of the replicates have
        joined, missing where fewer do or it was before the start.
    """
    rows = joins.loc[joins["actor"].isin(list(actors))]
    ordinal = {name: float(_ordinal(name)) for name in rows["quarter"].dropna().unique()}
    when = rows["quarter"].astype(object).map(ordinal).astype(float).fillna(np.inf)
    joined = rows["joined_before"] | (when <= _ordinal(quarter))
    groups = rows.assign(joined=joined, wait=when.where(joined, np.inf)).groupby(
        ["actor", "instrument"], observed=True, sort=True
    )
    table = pd.DataFrame(
        {
            "eligible": groups["eligible"].first(),
            "joined_before": groups["joined_before"].first(),
            "probability": groups["joined"].mean(),
            "median_quarter": groups["wait"].quantile(0.5, interpolation="lower"),
            "replicates": groups.size(),
        }
    ).reset_index()
    late = table["joined_before"] | np.isinf(table["median_quarter"])
    table["median_quarter"] = table["median_quarter"].astype(object).where(~late, None).map(_label)
    order = {name: place for place, name in enumerate(actors)}
    table = table.astype({"actor": "str", "instrument": "str"})
    table = table.sort_values("actor", key=lambda column: column.map(order), kind="stable")
    return table.loc[:, list(JOIN_COLUMNS)].reset_index(drop=True)


def _ordinal(quarter: str) -> int:
    return Quarter.parse(quarter).ordinal


def _label(ordinal: float | None) -> str | None:
    return None if ordinal is None or pd.isna(ordinal) else str(Quarter(int(ordinal)))


# --- summaries of the world's side of an ensemble: deals, trust, blocs, joining over time


WORLD_COLUMNS = ("a", "b", "probability", "depth", "replicates")
TRUST_COLUMNS = ("actor", "other", "mean", "q05", "q95", "replicates")
BLOC_COLUMNS = ("bloc", "focal_member", "quarter", "tabled", "passed", "depth", "replicates")
JOINING_COLUMNS = ("instrument", "quarter", "probability", "replicates")


def world(deals: pd.DataFrame, replicates: int) -> pd.DataFrame:
    """Deals of everybody at the horizon.

    Parameters
    ----------
    deals
        Frame ``replicate, a, b, depth``, each pair once a replicate.
    replicates
        How many there are, those without a deal included.

    Returns
    -------
    DataFrame
        Columns :data:`WORLD_COLUMNS`: probability of a deal and its expected depth (0 without
        one), by pair.
    """
    groups = deals.astype({"a": "str", "b": "str"}).groupby(["a", "b"], sort=True)["depth"]
    table = pd.DataFrame({"probability": groups.size() / replicates, "depth": groups.sum() / replicates})
    return table.reset_index().assign(replicates=replicates)[list(WORLD_COLUMNS)]


def trust(values: pd.DataFrame) -> pd.DataFrame:
    """Direct trust at the horizon: columns :data:`TRUST_COLUMNS`, in [0, 1]."""
    renamed = values.rename(columns={"a": "actor", "b": "other"}).astype({"actor": "str", "other": "str"})
    groups = renamed.groupby(["actor", "other"], sort=True)["trust"]
    table = pd.DataFrame(
        {"mean": groups.mean(), "q05": groups.quantile(0.05), "q95": groups.quantile(0.95), "replicates": groups.size()}
    )
    return table.reset_index()[list(TRUST_COLUMNS)]


def blocs(events: pd.DataFrame, replicates: int) -> pd.DataFrame:
    """What blocs did in each quarter in which one of them tabled something in any replicate.

    Of a bloc that a scenario splits, the part that the focal actor is in goes by the name of the whole, for
    it is another part in another replicate; other parts are ``bloc/part``.

    Returns
    -------
    DataFrame
        Columns :data:`BLOC_COLUMNS`: expected number of texts tabled and passed in the quarter,
        and the mean depth of the bloc after it over the replicates with a text.
    """
    ids = events["bloc"].astype("str")
    named = events.assign(bloc=ids.where(~events["member"], ids.str.partition("/")[0]), focal_member=events["member"])
    keys = ["bloc", "focal_member", "quarter"]
    groups = named.astype({"quarter": "str"}).groupby(keys, sort=True)
    table = pd.DataFrame(
        {
            "tabled": groups["tabled"].sum() / replicates,
            "passed": groups["passed"].sum() / replicates,
            "depth": groups["depth"].mean(),
        }
    )
    return table.reset_index().assign(replicates=replicates)[list(BLOC_COLUMNS)]


def joining(joins: pd.DataFrame, focal: str, quarters: list[str]) -> pd.DataFrame:
    """Probability that the focal actor has joined each instrument by the end of each quarter.

    Parameters
    ----------
    joins
        Frame ``replicate, instrument, actor, quarter, eligible, joined_before``.
    focal
        The actor.
    quarters
        Every quarter in order, the first the one before the start.

    Returns
    -------
    DataFrame
        Columns :data:`JOINING_COLUMNS`, of the instruments it had not joined before the start.
    """
    own = joins.loc[(joins["actor"] == focal) & ~joins["joined_before"]]
    place = {quarter: step for step, quarter in enumerate(quarters)}
    when = own["quarter"].astype(object).map(place).fillna(len(quarters))
    tables = []
    for instrument, steps in when.groupby(own["instrument"].astype("str"), sort=True):
        shares = (steps.to_numpy() <= np.arange(len(quarters))[:, None]).mean(axis=1)
        rows = {"instrument": instrument, "quarter": quarters, "probability": shares, "replicates": len(steps)}
        tables.append(pd.DataFrame(rows))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(JOINING_COLUMNS))
