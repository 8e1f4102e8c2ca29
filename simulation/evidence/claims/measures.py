"""Numbers that only claims need, recorded as a user's own metrics are.

They are registered while the arms run and taken away again, so that they are in nobody else's
list of metrics.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.errors import InputError
from simulation.model.start import RULE_CODES, start_blocs
from simulation.outcomes import network
from simulation.outcomes.metrics import METRICS, Bounds, Metric, StateView, register, unregister
from simulation.processes.blocs import passage_probability
from simulation.scenario.checks import world_of
from simulation.scenario.schema import Scenario
from simulation.state import I8, MAX_DEPTH

BLOC = "AMU"
"""The bloc of the phase boundary (C.6): five members, unanimity, two of them rivals."""
REGION = ("AMU", "Arab_League")
"""The regional bodies of which the paper speaks (C37, C62)."""

_THIRD = 3
_SWAPS = 10
_SEED = 1


@contextmanager
def registered() -> Iterator[None]:
    """The measures are metrics inside this context."""
    for entry in MEASURES.values():
        register(entry)
    try:
        yield
    finally:
        for name in MEASURES:
            unregister(name)


def level(metric: str) -> str:
    """Whether a metric is of an ``actor`` or of the ``system``.

    Raises
    ------
    InputError
        For a metric that nobody computes.
    """
    entry = MEASURES.get(metric) or METRICS.get(metric)
    if entry is None:
        raise InputError(f"no metric is called {metric!r}")
    return entry.level


def rewired(depth: I8, seed: int) -> I8:
    """A random graph in which everybody has as many partners as before (Maslov & Sneppen 2002).

    Pairs of ties a-b, c-d become a-d, c-b where neither is a tie yet, in :data:`_SWAPS` attempts a
    tie. An expected-degree model in its place would spread degrees and so overstate transitivity,
    by a quarter in a network as sparse as this.

    Parameters
    ----------
    depth
        Symmetric, shape (s, s); every tie counts one.
    seed
        Of a generator of its own: this is a yardstick outside the model, not a draw of a run.

    Returns
    -------
    ndarray
        Symmetric, of 0 and 1.
    """
    ties = (depth > 0).astype(np.int8)
    ends = np.argwhere(np.triu(ties, 1))
    if len(ends) < 2:
        return ties
    rng = np.random.default_rng(seed)
    picks = rng.integers(len(ends), size=(_SWAPS * len(ends), 2))
    turned = rng.integers(2, size=len(picks))
    for (first, second), turn in zip(picks, turned, strict=True):
        (a, b), (c, d) = ends[first], ends[second][:: 1 - 2 * turn]
        if len({a, b, c, d}) < 4 or ties[a, d] or ties[c, b]:
            continue
        ties[a, b] = ties[b, a] = ties[c, d] = ties[d, c] = 0
        ties[a, d] = ties[d, a] = ties[c, b] = ties[b, c] = 1
        ends[first], ends[second] = (a, d), (c, b)
    return ties


def transitivity_matched(view: StateView) -> float:
    """Transitivity of a random graph of states with the same numbers of partners."""
    return float(network.transitivity(rewired(np.array(view.depth[: view.s, : view.s]), _SEED)))


def _bloc(view: StateView) -> int:
    """Row of :data:`BLOC`, -1 where a scenario has split it."""
    return view.bloc_ids.index(BLOC) if BLOC in view.bloc_ids else -1


def bloc_decided(view: StateView) -> float:
    """Whether the bloc of the phase boundary has decided anything."""
    row = _bloc(view)
    return float(row >= 0 and view.bloc_passed[row] > 0)


def bloc_pairs_agreed(view: StateView) -> float:
    """Share of pairs of members of that bloc with a deal of their own, made since the start."""
    row = _bloc(view)
    if row < 0:
        return 0.0
    members = np.flatnonzero(view.member[row, : view.s])
    pairs = [(i, j) for k, i in enumerate(members) for j in members[k + 1 :]]
    return float(np.mean([view.since[i, j] >= 0 for i, j in pairs]))


def incidents_of_all(view: StateView) -> float:
    """Incidents in all UN members since the start."""
    return float(view.incidents_total[view.un_member].sum())


def agreements_of_all(view: StateView) -> float:
    """Agreements that states have reached on all tracks since the start, once a state."""
    return float(view.track_success[: view.s].sum())


def binding_deals_of_all(view: StateView) -> float:
    """Binding deals in which at least one party is a UN member."""
    binding = np.triu(view.depth == MAX_DEPTH)
    either = view.un_member[:, None] | view.un_member[None, :]
    return float((binding & either).sum())


def capacity_elsewhere(view: StateView) -> float:
    """Mean governance capacity of the UN members outside the camps of the leaders."""
    outside = view.un_member & (view.camp < 0)
    return float(view.capacity[outside].mean()) if outside.any() else 0.0


def _ends(view: StateView) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the third of UN members with least capacity, and of the third with most."""
    members = np.flatnonzero(view.un_member)
    order = members[np.argsort(view.capacity[members], kind="stable")]
    third = max(1, len(order) // _THIRD)
    return order[:third], order[-third:]


def benefit_least_able(view: StateView) -> float:
    """Mean benefit of AI this quarter in the third of UN members with least capacity."""
    return float(view.net_benefit[_ends(view)[0]].mean())


def benefit_most_able(view: StateView) -> float:
    """Mean benefit of AI this quarter in the third of UN members with most capacity."""
    return float(view.net_benefit[_ends(view)[1]].mean())


def incidents_least_able(view: StateView) -> float:
    """Mean incidents since the start in the third of UN members with least capacity."""
    return float(view.incidents_total[_ends(view)[0]].sum(axis=1).mean())


def incidents_most_able(view: StateView) -> float:
    """Mean incidents since the start in the third of UN members with most capacity."""
    return float(view.incidents_total[_ends(view)[1]].sum(axis=1).mean())


def standing(view: StateView, actor: str) -> float:
    """Mean direct trust of the other UN members in an actor."""
    row = view.index(actor)
    others = np.flatnonzero(view.un_member)
    others = others[others != row]
    kept, mass = view.alpha[others, row], view.alpha[others, row] + view.beta[others, row]
    return float(np.divide(kept, mass, out=np.zeros(len(others)), where=mass > 0).mean())


def _fellows(view: StateView, row: int) -> NDArray[np.bool_]:
    """States that share one of the regional bodies with an actor."""
    blocs = [k for k, name in enumerate(view.bloc_ids) if name in REGION and view.member[k, row]]
    shared = np.asarray(view.member[blocs], bool)[:, : view.s]
    fellows = np.logical_or.reduce(shared, axis=0)
    fellows[row] = False
    return fellows


def deals_in_region(view: StateView, actor: str) -> float:
    """Partner states in the regional bodies of the actor."""
    row = view.index(actor)
    return float((_fellows(view, row) & (view.depth[row, : view.s] > 0)).sum())


def deals_beyond_region(view: StateView, actor: str) -> float:
    """Partner states outside the regional bodies of the actor."""
    row = view.index(actor)
    return float((~_fellows(view, row) & (view.depth[row, : view.s] > 0)).sum())


def _with_powers(view: StateView, row: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Partners of an actor from the camps of the leaders, and the weights of its deals with them."""
    partners = np.flatnonzero((view.depth[row] > 0) & (view.camp >= 0))
    return partners, view.depth[row, partners] / MAX_DEPTH


def closeness_with_powers(view: StateView, actor: str) -> float:
    """Closeness of agreed terms to the actor's first position, summed over its deals with the camps of the leaders."""
    row = view.index(actor)
    partners, weights = _with_powers(view, row)
    apart = ((view.terms[row, partners] - view.position_start[row]) ** 2 * view.weight[row]).sum(axis=1)
    return float((weights * (1.0 - np.minimum(1.0, np.sqrt(apart)))).sum())


def weight_with_powers(view: StateView, actor: str) -> float:
    """Deals of the actor with the camps of the leaders, in binding-equivalents."""
    return float(_with_powers(view, view.index(actor))[1].sum())


def measure_of(function: Any, unit: str, high: float | None, level: str = "system") -> Metric:
    """A metric of a function of the read-only state, told by the first line of its docstring."""
    bounds: Bounds = (0.0, high)
    told = str(function.__doc__).splitlines()[0]
    return Metric(function.__name__, unit, bounds, told, "F", level, False, function, custom=True)  # type: ignore[arg-type]


_ENTRIES = (
    measure_of(transitivity_matched, "share", 1.0),
    measure_of(bloc_decided, "0 or 1", 1.0),
    measure_of(bloc_pairs_agreed, "share", 1.0),
    measure_of(incidents_of_all, "incidents", None),
    measure_of(agreements_of_all, "agreements", None),
    measure_of(binding_deals_of_all, "deals", None),
    measure_of(capacity_elsewhere, "index", 1.0),
    measure_of(benefit_least_able, "share of product a quarter", None),
    measure_of(benefit_most_able, "share of product a quarter", None),
    measure_of(incidents_least_able, "incidents", None),
    measure_of(incidents_most_able, "incidents", None),
    measure_of(standing, "probability", 1.0, "actor"),
    measure_of(deals_in_region, "deals", None, "actor"),
    measure_of(deals_beyond_region, "deals", None, "actor"),
    measure_of(closeness_with_powers, "binding-equivalents", None, "actor"),
    measure_of(weight_with_powers, "binding-equivalents", None, "actor"),
)
MEASURES = {entry.name: entry for entry in _ENTRIES}
"""Registered by :func:`registered`."""


# --- the phase boundary of P4 by C.6's formula: how likely a bloc with a forced consent is to have decided


DECIDED = "bloc_decided_by_formula"
"""In the place of a metric: this formula, at the parameters of each replicate."""


def decided(scenario: Scenario) -> float:
    """Probability that the bloc of the boundary decides something by the horizon.

    Each quarter an item is tabled at the agenda's rate and passes with pⁿ under unanimity, else a binomial tail.
    """
    world = world_of(scenario)
    blocs = start_blocs(world, scenario, np.zeros(len(world.ids), np.int32))
    bloc = next(one for one in blocs if one.id == BLOC)
    parameters = scenario.parameters
    passage = passage_probability(
        parameters.vote_probability, len(bloc.members), RULE_CODES[bloc.rule], bloc.threshold
    )
    return float(1.0 - (1.0 - bloc.agenda_rate * parameters.agenda_scale * passage) ** scenario.quarters)
