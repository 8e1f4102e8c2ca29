"""Summaries of the world's side of an ensemble: deals, trust, blocs, joining over time.

As in :mod:`simulation.analysis.summary`, probabilities are shares of replicates.
"""

from __future__ import annotations

import pandas as pd

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
        shares = [float((steps <= step).mean()) for step in range(len(quarters))]
        rows = {"instrument": instrument, "quarter": quarters, "probability": shares, "replicates": len(steps)}
        tables.append(pd.DataFrame(rows))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(JOINING_COLUMNS))
