"""The firms of the pair layer in array order, and states that a judgement names for a use."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from simulation.data.judged_pairs import Places, states_and_union
from simulation.data.tables import read_csv, table

TABLES = Path(__file__).parent / "tables"


@lru_cache(maxsize=8)
def judged_states(use: str) -> tuple[tuple[str, ...], ...]:
    """States (or pairs of states) that ``judged_states.csv`` names for a use, e.g. ``searched``, ``face``."""
    rows = (row for row in read_csv(TABLES / "judged_states.csv") if row["use"] == use)
    return tuple(tuple(filter(None, (row["a"], row["b"]))) for row in rows)


@lru_cache(maxsize=1)
def with_firms() -> Places:
    """The states, the EU and all firms of the full roster, by id."""
    base = states_and_union()
    rows = sorted((row for row in table("nonstate") if row["kind"] == "firm"), key=lambda row: row["id"])
    ids = (*base.ids, *(row["id"] for row in rows))
    homes = (*base.ids, *(row["home"] if row["home"] in base.place else "" for row in rows))
    return Places(ids, {name: i for i, name in enumerate(ids)}, homes, base.states)
