"""Small made-up worlds for exact tests: every number chosen by the test, nothing from the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from simulation.data.kinds import BlocFacts, DealFacts, InstrumentFacts
from simulation.data.world import World
from simulation.model import GovernanceModel
from simulation.scenario.quarter import Quarter
from simulation.scenario.schema import Scenario
from simulation.state import KINDS

AS_OF = date(2024, 12, 31)
START = Quarter.parse("2025Q1")

QUIET = {
    "latent_book": "off", "ends": "off", "export_controls": "off", "rivalry": "off", "concessions": "off",
    "breach": "off", "budget": "off", "ratification": "off", "trilateral": "off", "blocs": "off",
    "instruments": "off", "forum_choice": "off", "diffusion": "off", "capture": "off", "think_tank_bias": "off",
    "campaigns": "off", "harm": "off", "urgency": "off", "capacity": "off", "norm_cascade": "off",
}  # fmt: skip
"""Everything but deals and trust switched off."""


def make_world(
    states: int = 6,
    others: Mapping[str, int] | None = None,
    blocs: Sequence[BlocFacts] = (),
    deals: Sequence[DealFacts] = (),
    instruments: Sequence[InstrumentFacts] = (),
    **columns: Any,
) -> World:
    """A world of ``states`` states, then the EU actor, then ``others`` by kind.

    The first three actors named as leaders are the EU, the first and the second state, each its own camp;
    ``camp`` names those of other states, whose organisations have it too. Any column
    of :class:`World` can be replaced: a number fills it, an array is broadcast to its shape.
    """
    others = dict(others or {})
    ids = [f"A{k:02d}" for k in range(states)] + ["EU"]
    kind = [0] * (states + 1)
    for name, count in others.items():
        ids += [f"{name}_{k}" for k in range(count)]
        kind += [KINDS.index(name)] * count
    n = len(ids)
    is_state = np.array(kind) == 0
    home = np.where(is_state, np.arange(n), np.arange(n) % states).astype(np.int32)
    home[np.array(kind) == KINDS.index("secretariat")] = -1
    diagonal = np.eye(n, dtype=bool)
    shapes: dict[str, Any] = {
        "size": np.where(is_state, 0.5, 0.0), "gdp_usd": np.where(is_state, 1e11, 0.0),
        "capacity": np.where(is_state, 0.5, 0.0), "transparency": np.full(n, 0.5), "free_press": np.zeros(n, bool),
        "adoption": np.where(is_state, 0.8, 0.0), "position": np.full((n, 4), 0.5),
        "position_sd": np.zeros(n), "weight": np.full((n, 4), 0.25), "objectivity": np.where(is_state, 1.0, 0.7),
        "research": np.zeros(n), "trust_prior": np.where(diagonal, 0.0, 0.5), "contiguous": np.zeros((n, n), bool),
        "trade_share": np.zeros((n, n)), "trade_share_eu": np.zeros(n),
        "opinion": np.where(is_state, 0.6, 0.0), "audience": np.zeros((n, n)), "stance": np.full(n, 0.5),
        "firm_commitments": np.zeros(n),
    }  # fmt: skip
    leaders = columns.pop("leaders", (states, 0, 1))
    treaty = np.array(columns.pop("camp", np.full(n, -1)), np.int8)
    treaty[list(leaders)] = np.arange(len(leaders))
    rivals = columns.pop("rivals", ())
    for name, given in columns.items():
        shapes[name] = np.broadcast_to(np.asarray(given, shapes[name].dtype), shapes[name].shape).copy()
        if shapes[name].shape == (n, n):
            shapes[name][diagonal] = 0
    return World(
        as_of=AS_OF, ids=tuple(ids), names=tuple(ids), kind=np.array(kind, np.int8),
        un_member=np.arange(n) < states, home=home, subregion=("Here",) * n, region=("Here",) * n,
        camp=np.where(home >= 0, treaty[home], -1).astype(np.int8),
        leaders=leaders, rivals=rivals, blocs=tuple(blocs), instruments=tuple(instruments), deals=tuple(deals),
        notes=(), **shapes,
    )  # fmt: skip


def make_bloc(members: Sequence[int], rule: str = "unanimity", threshold: float = 1.0, **fields: Any) -> BlocFacts:
    """A bloc that meets every quarter unless told otherwise."""
    values: dict[str, Any] = {
        "id": "B", "name": "B", "agenda_rate": 1.0, "depth": 0, "enforcement": 0.5, "regional": True,
        "universal": False,
    } | fields  # fmt: skip
    return BlocFacts(rule=rule, threshold=threshold, members=tuple(members), **values)


def make_deal(parties: Sequence[int], depth: int = 1, signed: date = AS_OF) -> DealFacts:
    """A recorded deal of two or three."""
    name = "-".join(map(str, parties))
    return DealFacts(id=name, parties=tuple(parties), depth=depth, date=signed)


def make_instrument(eligible: Sequence[int], joined: Sequence[int] = (), **fields: Any) -> InstrumentFacts:
    """A civil declaration without a sponsor that has been open for a year and stays open."""
    values: dict[str, Any] = {
        "id": "Q", "title": "Q", "sponsors": (), "convener": "", "enforcement": 0.5, "opens": date(2024, 1, 1),
        "closes": None, "track": "multilateral", "regional": False, "position": (0.5, 0.5, 0.5, 0.5),
        "binding": False, "in_force": None, "needed": 0, "domain": "civil",
        "exclusive": False, "invitation_only": False, "open_at_as_of": True, "complete": True,
    } | fields  # fmt: skip
    return InstrumentFacts(eligible=tuple(eligible), joined=tuple((i, AS_OF) for i in joined), **values)


def make_scenario(quarters: int = 8, **fields: Any) -> Scenario:
    """A scenario of the first state over some quarters, without the checks against the real world."""
    values: dict[str, Any] = {"name": "test", "focal": "A00", "horizon": str(START + (quarters - 1)), "peers": ()}
    return Scenario.model_validate(values | fields)


def make_model(world: World, quarters: int = 8, replicate: int = 0, **fields: Any) -> GovernanceModel:
    """A model of a made-up world."""
    return GovernanceModel(make_scenario(quarters, **fields), replicate=replicate, world=world)
