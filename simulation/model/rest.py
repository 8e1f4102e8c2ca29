"""The deals that the recorded world is expected to hold: what the point of rest of capacity is taken of (C.15).

The fitted intensity of the first quarter, at its most probable, signs λ_ij deals a quarter, each in force for
life/(1 − r) on average. The stock that this would hold follows from the rule of choosing partners and from the chance
of renewal (which a replicate may draw), and is the same whatever starting book, relations and levers a scenario has.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit

from simulation.data.world import World
from simulation.kernels import exp, stable_hash
from simulation.model import book
from simulation.model.book import Lives
from simulation.processes.books import terms
from simulation.processes.capacity import Stock
from simulation.processes.pull import layer_of, remember
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.scenario.quarter import Quarter
from simulation.scenario.schema import Scenario
from simulation.state import I8, KINDS, MAX_DEPTH, STATE, B, F, State


def union_members(world: World) -> B:
    """Members of the leader that is a union of states (the EU), (n,)."""
    inside = np.zeros(len(world.ids), bool)
    inside[[i for bloc in world.blocs if bloc.id == "EU" for i in bloc.members]] = True
    return inside


def open_pairs(world: World) -> B:
    """Pairs of two actors but for the EU and its members, who make no deals, (n, n)."""
    pairs, union, inside = ~np.eye(len(world.ids), dtype=bool), world.leaders[0], union_members(world)
    pairs[union, inside] = pairs[inside, union] = False
    return pairs


def expected_stock(world: World, scenario: Scenario) -> Stock:
    """The stock by the scenario's rule of choosing partners and its chance of renewal; shared, not to be changed."""
    return _expected_stock(world, scenario.mechanisms["partner_choice"], scenario.parameters.renewal)


@lru_cache(maxsize=8)
def _expected_stock(world: World, partner_choice: str, renewal: float) -> Stock:
    flow = _expected_flow(world, partner_choice)
    return Stock(*_stock(flow, world.kind, book.lives(terms(renewal, 1.0, True))))


@lru_cache(maxsize=8)  # the same in all replicates, whatever chance of renewal they draw
def _expected_flow(world: World, partner_choice: str) -> F:
    """Agreements a quarter that each pair is expected to reach in the first year, (n, n), symmetric; shared."""
    plain = Scenario(
        name="rest", focal=world.ids[0], as_of=world.as_of, horizon=Quarter.of(world.as_of) + 1,
        parameters=Parameters({"intensity_uncertainty": 0.0}),
        mechanisms=Mechanisms({"partner_choice": partner_choice}),
    )  # fmt: skip
    uid = np.array([stable_hash(name) for name in world.ids], np.uint64)
    state = State(ids=world.ids, uid=uid, kind=world.kind.copy(), un_member=world.un_member.copy(),
                  leaders=np.array(world.leaders, np.int32), allowed=open_pairs(world),
                  audience=world.audience[:, : int((world.kind == STATE).sum())].copy())  # fmt: skip
    book.believe(state, world, plain, 0)
    book.recorded_events(state, world)  # for its ledger
    remember(state)
    flow = book.expected_flows(state)
    return np.asarray(flow + flow.T)


@njit(cache=True, error_model="numpy")
def _stock(flow: F, kind: I8, of_a_life: Lives) -> tuple[F, F]:
    """Expected z of each pair, and share of kinds in programmes of each actor.

    A pair has one deal, which another signing deepens: a mean number N of lives counts z = 1 − e^(−N·ℓ/3), which is
    N·ℓ/3 where deals are rare. A state is with a kind in a programme unless it is with none of them.
    """
    n = kind.size
    weight, share = np.empty((n, n)), np.zeros(n)
    for i in range(n):
        programmes = np.zeros(len(KINDS))
        for j in range(n):
            layer = layer_of(kind, i, j)
            number = flow[i, j] * of_a_life.quarters[layer]
            weight[i, j] = -number * of_a_life.depth[layer] / MAX_DEPTH
            programmes[kind[j]] += number * of_a_life.programme[layer]
        for j in range(n):  # exponentials apart from the look-ups, so that several are worked on at once
            weight[i, j] = 1.0 - exp(weight[i, j])
        for k in range(len(KINDS)):
            share[i] += (1.0 - exp(-programmes[k])) / len(KINDS)
    return weight, share
