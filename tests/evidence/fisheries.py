"""Bilateral fisheries treaties 1960-70 as a history of deals.

Data set ``Fisheries_Treaties_6070`` of the R package goldfish (GPL-3; Stadtfeld, Hollway & Block
2017). It is not shipped with this project, whose licence is another: the tests look for it beside
the project's folder and say so where it is absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from simulation.evidence.deals.choice_model import ChoiceData
from simulation.evidence.deals.deal_history import (
    PRESENT,
    TIE,
    Change,
    Standing,
    choice_data,
    difference,
    inertia,
    pair,
    partner,
    partner_degree,
    shared_partners,
)

PLACES = tuple(parent / "shared/data/reference/fisheries" for parent in Path(__file__).parents)
FOLDER = next((place for place in PLACES if place.is_dir()), PLACES[-1])
PUBLISHED = (2.832, 0.498, 0.308, 1.082, 0.0047, 0.0010, 5.033, -3.078)
"""Weights of Stadtfeld, Hollway & Block (2017), in the order of :data:`EFFECTS`."""
EFFECTS = {
    "inertia": inertia,
    "degree": partner_degree,
    "shared partners": shared_partners,
    "contiguity": pair("contiguous"),
    "regime": partner("regime"),
    "difference of regime": difference("regime"),
    "product": partner("gdp"),
    "difference of product": difference("gdp"),
}


def _table(name: str, **options: object) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv", keep_default_na=False, na_values=[""], **options)  # type: ignore[call-overload, no-any-return]


def _changes() -> Iterator[Change]:
    for row in _table("sovchanges").itertuples():
        yield Change(row.time, PRESENT, (row.node,), float(str(row.replace) == "True"))
    for what, name in (("regime", "regchanges"), ("gdp", "gdpchanges")):
        for row in _table(name).itertuples():
            yield Change(row.time, what, (row.node,), row.replace)
    for row in _table("contigchanges").itertuples():
        yield Change(row.time, "contiguous", (row.sender, row.receiver), row.replace)
    for row in _table("bilatchanges").itertuples():
        yield Change(row.time, TIE, (row.sender, row.receiver), row.increment)


def history() -> ChoiceData:
    """The 69 treaties with the choices behind them."""
    states = _table("states")
    matrix = {name: _table(name, index_col=0).to_numpy(np.float64) for name in ("bilatnet", "contignet")}
    start = Standing(
        tuple(states["label"]),
        matrix["bilatnet"],
        (states["present"].astype(str) == "True").to_numpy().copy(),
        ~np.eye(len(states), dtype=bool),
        {"regime": states["regime"].to_numpy(np.float64).copy(), "gdp": states["gdp"].to_numpy(np.float64).copy()},
        {"contiguous": matrix["contignet"]},
    )
    return choice_data(start, _changes(), EFFECTS)
