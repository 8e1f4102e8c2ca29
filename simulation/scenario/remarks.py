"""What a scenario says that is no fault and yet may not be what is meant: told, never refused."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from simulation.data.judged_pairs import judged_pairs, states_and_union
from simulation.data.world import World
from simulation.scenario.checks import load_records, world_of
from simulation.scenario.fields import PARTS
from simulation.scenario.schema import Scenario

NEUTRAL = {"malicious_surge": 1.0, "capability_jump": 0.0, "budget_cut": 1.0, "trust_shock": 1.0,
           "disinformation_wave": 0.0}  # fmt: skip
"""Size of each kind of shock that leaves the world as it is."""


def remarks(scenario: Scenario) -> tuple[str, ...]:
    """Remarks on a checked scenario, a sentence each.

    Told are records that are left out (and how to take them in), planned deals between strategic
    rivals, shocks of a size that changes nothing, overrides that override nothing, and lines along
    which nothing breaks.
    """
    world = world_of(scenario)
    left_out = (note for note in world.notes if note.startswith("records:"))
    return (*left_out, *_apart(scenario), *_rivals(scenario, world), *_idle(scenario))


def _apart(scenario: Scenario) -> Iterator[str]:
    """The user's own deals of two states that make none on the as-of date: they start as no partners."""
    places, opened = states_and_union(), {frozenset(entry.pair) for entry in scenario.relations if entry.open}
    for deal in load_records(scenario).deals:
        for a, b in combinations(sorted(set(deal.parties) & set(places.ids)), 2):
            closed = judged_pairs("masks", places, scenario.as_of)[places.place[a], places.place[b]]
            if closed and frozenset((a, b)) not in opened and deal.date <= scenario.as_of:
                cure = "`relations` of the scenario opens them"
                yield f"records: {deal.id} is not in force: {a} and {b} make no deals on {scenario.as_of}; {cure}"


def _rivals(scenario: Scenario, world: World) -> Iterator[str]:
    rivals = {frozenset((world.ids[i], world.ids[j])) for i, j in world.rivals}
    for place, deal in enumerate(scenario.deals):
        for pair in combinations(sorted(deal.parties), 2):
            if frozenset(pair) in rivals:
                yield f"deals[{place}]: {' and '.join(pair)} are strategic rivals; the deal is made as planned"


def _idle(scenario: Scenario) -> Iterator[str]:
    for place, shock in enumerate(scenario.shocks):
        if shock.size == NEUTRAL[shock.kind]:
            yield f"shocks[{place}]: a {shock.kind} of size {shock.size:g} changes nothing"
    for name, bloc in scenario.blocs.items():
        if not bloc.model_dump(exclude_none=True):
            yield f"blocs.{name}: changes nothing"
    dial = scenario.fragmentation
    if dial.lines != "region" and not any(getattr(dial, part) for part in PARTS):
        yield f"fragmentation: its lines do nothing while {', '.join(PARTS)} are 0"
