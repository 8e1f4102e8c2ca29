"""Instruments of a run: those of the world, and those that the scenario adds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from simulation.data.tables import table
from simulation.data.world import World
from simulation.scenario.checks import eligible_actors
from simulation.scenario.schema import InstrumentSpec, Scenario
from simulation.state import SECRETARIAT, STATE


@dataclass(frozen=True)
class InstrumentRow:
    """One instrument as a run starts with it; actors are indexes into the world."""

    id: str
    sponsors: tuple[int, ...]
    enforcement: float
    opens: date
    closes: date | None
    regional: bool
    eligible: tuple[int, ...]
    position: tuple[float, ...]
    binding: bool
    in_force: bool
    needed: int
    domain: str
    exclusive: bool
    joined: tuple[int, ...]
    house: tuple[int, ...] = ()


def instrument_rows(world: World, scenario: Scenario) -> list[InstrumentRow]:
    """All instruments, the world's first. A text that can no longer be joined is closed at once."""
    rows = [
        InstrumentRow(
            id=facts.id, sponsors=facts.sponsors, enforcement=facts.enforcement, opens=facts.opens,
            closes=facts.closes if facts.open_at_as_of else (facts.closes or world.as_of),
            regional=facts.regional, eligible=facts.eligible, position=facts.position, binding=facts.binding,
            in_force=facts.in_force is not None, needed=facts.needed, domain=facts.domain,
            exclusive=facts.exclusive, joined=tuple(i for i, _ in facts.joined),
            house=house_of(facts.sponsors, world, facts.convener),
        )
        for facts in world.instruments
    ]
    return rows + [_planned(spec, world, scenario) for spec in scenario.instruments]


def _planned(spec: InstrumentSpec, world: World, scenario: Scenario) -> InstrumentRow:
    """A scenario's instrument, with stated defaults for what it leaves out.

    Position: the size-weighted mean of the sponsors (half-way where they are not states).
    Enforcement: a sponsoring secretariat's bloc default .1, else single states .1 (assumption).
    """
    sponsors = tuple(world.index(name) for name in spec.sponsors)
    eligible = eligible_actors(spec.eligible, world)
    joined = tuple(world.index(name) for name in spec.joined)
    return InstrumentRow(
        id=spec.id, sponsors=sponsors,
        enforcement=DEFAULT_ENFORCEMENT if spec.enforcement is None else spec.enforcement,
        opens=spec.opens or scenario.start.first_day, closes=spec.closes,
        regional=spec.track == "regional", eligible=eligible,
        position=spec.position or sponsor_position(sponsors, world), binding=spec.binding, in_force=False,
        needed=0, domain=spec.domain, exclusive=spec.exclusive, joined=joined,
        house=house_of(sponsors, world),
    )  # fmt: skip


def house_of(sponsors: tuple[int, ...], world: World, convener: str = "") -> tuple[int, ...]:
    """Members of the organisations that convene a text: of those its sponsors stand for, and of one named.

    An organisation of all states is nobody's house.
    """
    houses = {_stands_for().get(world.ids[i], "") for i in sponsors}
    inside = [bloc.members for bloc in world.blocs
              if not bloc.universal and (bloc.id in houses or (convener and convener in (bloc.id, bloc.name)))]
    return tuple(sorted({i for members in inside for i in members}))


@cache
def _stands_for() -> dict[str, str]:
    """Bloc of each secretariat that has one."""
    return {row["id"]: row["bloc"] for row in table("nonstate") if row["bloc"]}


DEFAULT_ENFORCEMENT = 0.1
"""Enforcement of a text that single states or the UN convene (MODEL C.6, assumption)."""


def sponsor_position(sponsors: tuple[int, ...], world: World) -> tuple[float, ...]:
    """Size-weighted mean position of the sponsors; that of secretariats unweighted if no state is among them."""
    if not sponsors:
        states = np.flatnonzero(world.un_member)
        return tuple(float(x) for x in world.position[states].mean(axis=0))
    rows = [i for i in sponsors if world.kind[i] == STATE] or list(sponsors)
    size = np.array([world.size[i] if world.kind[i] != SECRETARIAT else 1.0 for i in rows])
    weight = size if size.sum() > 0 else np.ones(len(rows))
    return tuple(float(x) for x in np.average(world.position[rows], axis=0, weights=weight))
