"""Section E: outcomes of the world as a whole.

Networks and groups are of states (the EU among them); means and inequality are over UN
members. Groups are the three camps and, as the fourth, the states of no camp. Actors that
offer, need and do nothing are outside every denominator.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping

import numpy as np

from simulation.kernels import by_rows
from simulation.outcomes import network
from simulation.outcomes.metrics import Bounds, BuiltIn, register_all
from simulation.outcomes.network import mean, ratio
from simulation.outcomes.sums import WORLD, Columns, Rows, World, add_effort, add_world
from simulation.processes.approaches import QUARTERS_A_YEAR
from simulation.processes.links import Links, links
from simulation.processes.opinion import support
from simulation.scenario.parameters import Parameters
from simulation.state import CAMPS, I64, MAX_DEPTH, TRACKS, F, State

CONNECTION_DECAY = 0.5
"""Worth of a partner's partner against a partner's (the value of the published examples)."""


class EffortUse:
    """What has been spent and has stood since the start, for the time to agreement and the mean life of deals.

    Attributes
    ----------
    spent
        Effort of states by track, in state-quarters, shape (5,).
    stood
        Deals in force, summed over the quarters so far.
    ended
        Deals that have ended.
    """

    __slots__ = ("ended", "spent", "stood")

    def __init__(self) -> None:
        self.spent = np.zeros(len(TRACKS))
        self.stood = self.ended = 0

    def add(self, state: State, partners: Links | None = None) -> None:
        """Count this quarter; ``partners`` are the lists of the deals as they stand, if they are at hand."""
        self.ended += add_effort(state.track_share, state.lapsed, state.s, self.spent)
        self.stood += (partners.partner.size if partners else int(np.count_nonzero(state.depth))) // 2


def system_outcomes(
    state: State, par: Parameters, slots: EffortUse, on_request: Collection[str] = ()
) -> dict[str, float]:
    """Every built-in metric of the world.

    Parameters
    ----------
    state
        At the end of a quarter (or before the first).
    slots
        What states have spent on each track so far.
    on_request
        Costly metrics that are wanted, of those in :data:`COSTLY`.

    Returns
    -------
    dict
        Name of the metric to its value.
    """
    book = WorldBook(state, 1, on_request)
    book.write(0, state, par, slots)
    return {name: float(values[0]) for name, values in book.outcomes(slice(0, 1), par).items()}


class WorldBook:
    """What is kept of the world at each observation, and the outcomes that are made of it.

    Parameters
    ----------
    state
        The world, for its size.
    rows
        Number of observations.
    on_request
        Costly metrics that are wanted, of those in :data:`COSTLY`.
    """

    def __init__(self, state: State, rows: int, on_request: Collection[str] = ()):
        self._world, self._rows = np.zeros(rows, WORLD), Rows.zeros(state, rows)
        self._asked = {name: np.zeros(rows) for name in COSTLY if name in on_request}

    def write(
        self, row: int, state: State, par: Parameters, slots: EffortUse, partners: Links | None = None,
        publics: F | None = None,
    ) -> None:  # fmt: skip
        """Keep an observation; ``partners`` and ``publics`` as in :meth:`.record.Recorder.observe`."""
        s, world, trusted = state, self._world[row : row + 1], np.zeros(state.s)
        by_rows(network.add_trust, s.s, s.alpha, s.beta, trusted)
        columns = Columns(
            s.depth, s.since, s.alpha, s.beta, s.kind, s.home, s.camp, s.leaders, s.un_member, s.supply, s.position,
            s.capacity, s.norm, s.member, s.bloc_depth, s.bloc_regional, s.bloc_tabled, s.bloc_passed, s.joined,
            s.track_success, s.formed, s.breaches, s.incidents, s.lapsed, s.conceded,
        )  # fmt: skip
        publics = support(s) if publics is None else publics
        add_world(columns, s.quarter, partners or links(s.depth), trusted, publics, slots.spent, world, self._rows, row)
        world["stood_so_far"], world["ended_so_far"], world["governance"] = slots.stood, slots.ended, s.world_governance
        for name, values in self._asked.items():
            values[row] = COSTLY[name](state, par)

    def outcomes(self, rows: slice, par: Parameters) -> dict[str, F]:
        """Every built-in metric at some observations: name to values, shape (o,)."""
        world, of_each = self._world[rows], Rows._make(kept[rows] for kept in self._rows)
        return {
            **{name: values[rows] for name, values in self._asked.items()},
            **_networks(world, of_each.degree),
            **_groups(world, par),
            "capacity_mean": mean(of_each.capacity),
            "capacity_gini": network.gini(of_each.capacity),
            "support_mean": mean(of_each.support),
            **_blocs(world, of_each),
            **_totals(world),
            "world_concessions": of_each.conceded.sum(axis=-1),
        }


def _networks(world: World, degree: I64) -> dict[str, F]:
    states, members = np.array(degree.shape[-1]), world["group"].sum(axis=-1)
    within, strength = world["within"], world["strength"]
    return {
        "density_states": _density(strength.sum(axis=-1) // 2, states),
        "density_all": _density(world["rungs"], world["active"]),
        "modularity_camps": network.modularity(within, strength),
        "ei_index": network.external_internal_index(within, strength),
        "transitivity": ratio(world["closed"], world["paths"]),
        "mean_degree": mean(degree),
        "degree_skewness": network.skewness(degree),
        "mean_partners": ratio(world["partners_of_members"], members),
        "trust_partners": world["trust_partners"],
        "trust_states": world["trust_states"],
        "incumbent_share": ratio(world["incumbents"], world["firms"]),
    }


def _density(rungs: I64, actors: I64) -> F:
    """Mean z over the pairs of so many actors, in [0, 1]."""
    return ratio(rungs, MAX_DEPTH * (actors * (actors - 1) / 2))


def _groups(world: World, par: Parameters) -> dict[str, F]:
    """Means over UN members; a world without members has none and records 0."""
    group = world["group"]
    centre = ratio(world["place"], group[..., None])
    return {
        "polarisation": network.esteban_ray(group, centre, par.polarisation),
        "divergence": world["divergence"],
        "norm_share": ratio(world["norms"], group.sum(axis=-1)),
        "world_governance": world["governance"],
    }


def _blocs(world: World, of_each: Rows) -> dict[str, F]:
    result = {
        "effective_blocs": network.effective_number(of_each.members),
        "effective_blocs_active": _effective_active(of_each),
        "bloc_depth_mean": mean(of_each.depth),
    }
    for kind, name in enumerate(("multilateral", "regional")):
        tabled, passed = world["decisions"][:, kind, 0], world["decisions"][:, kind, 1]
        result[f"bloc_passages_{name}"] = passed.astype(np.float64)
        result[f"bloc_passage_rate_{name}"] = ratio(passed, tabled)
    return result


def _effective_active(of_each: Rows) -> F:
    """Effective number of the blocs with D >= 1, of all observations at once in which they are as many."""
    active = of_each.depth > 0
    members = of_each.members * active
    squares = ratio(members, members.sum(axis=1, keepdims=True)) ** 2
    count, total = active.sum(axis=1), np.zeros(len(active))
    for number in set(count.tolist()) - {0}:
        rows = count == number
        total[rows] = squares[rows][active[rows]].reshape(-1, number).sum(axis=1)
    return ratio(1.0, total)


def _totals(world: World) -> dict[str, F]:
    # without an agreement, the time spent so far is the most that is known
    wait = world["spent"] / np.maximum(world["reached"], 1.0)
    return {
        **{f"time_to_agreement_{name}": wait[:, t] for t, name in enumerate(TRACKS)},
        "world_deals": world["partners"] / 2,
        "world_deals_new": world["new"].astype(np.float64),
        "world_deals_ended": world["ended"].astype(np.float64),
        # while none has ended, the time that all have stood is the least that one lives
        "world_deal_life": world["stood_so_far"] / np.maximum(world["ended_so_far"], 1) / QUARTERS_A_YEAR,
        "world_agreements": world["formed"].astype(np.float64),
        "world_breaches": world["breaches"].astype(np.float64),
        "world_incidents": world["incidents"].astype(np.float64),
        "world_instruments_joined": world["joins"].astype(np.float64),
    }


def _connection_value(state: State, par: Parameters) -> float:
    depth = np.ascontiguousarray(state.depth[: state.s, : state.s])
    return float(mean(network.connection_values(depth, CONNECTION_DECAY)))


def _effective_poles(state: State, par: Parameters) -> float:
    """Effective number of the leaders by the size of the UN members that now stand closest to each.

    Closeness is distance in the issue space as each member weighs it. It makes no camp: those are by treaty.
    """
    members = np.flatnonzero(state.un_member)
    gap = state.position[members, None, :] - state.position[None, state.leaders, :]
    closest = np.argmin((gap**2 * state.weight[members, None, :]).sum(axis=-1), axis=1)
    mass = np.bincount(closest, state.size[members], len(state.leaders))
    return float(network.effective_number(mass))


def _track_share(track: int) -> Callable[[State, Parameters], float]:
    return lambda state, par: float(mean(state.track_share[state.un_member, track]))


COSTLY: Mapping[str, Callable[[State, Parameters], float]] = {
    "connection_value": _connection_value,
    "effective_poles": _effective_poles,
    **{f"track_share_{name}": _track_share(t) for t, name in enumerate(TRACKS)},
}
"""Metrics that are computed at each observation, and only where they are wanted."""


_INDEX: Bounds = (0.0, 1.0)
_COUNT: Bounds = (0.0, None)
_SIGNED: Bounds = (-1.0, 1.0)


def _network_rows() -> BuiltIn:
    yield "density_states", "index", _INDEX, "mean z over pairs of states", True
    yield "density_all", "index", _INDEX, "mean z over pairs of all actors that take part", True
    yield "modularity_camps", "index", (-0.5, 1.0), "Newman's Q of states' ties, groups: camps, none", True
    yield "ei_index", "index", _SIGNED, "(external - internal)/all ties of states, groups: camps, none", True
    yield "transitivity", "share", _INDEX, "closed share of paths of two ties between states", True
    yield "mean_degree", "partners", _COUNT, "mean number of partner states of a state", True
    yield "degree_skewness", "index", (-math.inf, None), "third standardised moment of partner states", True
    yield "mean_partners", "partners", _COUNT, "mean number of partners of any kind of a UN member", True
    formula = "mean over states of sum_j 2^-(steps to j): worth of direct and indirect ties"
    yield "connection_value", "direct ties", _COUNT, formula, False
    yield "trust_partners", "probability", _INDEX, "mean direct trust over ordered pairs with a deal", True
    yield "trust_states", "probability", _INDEX, "mean direct trust over ordered pairs of states", True


def _group_rows() -> BuiltIn:
    formula = "1/sum share^2 over leaders of the states now closest to each, by size"
    yield "effective_poles", "poles", (0.0, float(len(CAMPS))), formula, False
    yield "polarisation", "index", _INDEX, "Esteban-Ray over camps and none; two far halves = 1", True
    yield "divergence", "distance", _INDEX, "mean RMS distance between positions of UN members", True
    yield "capacity_mean", "index", _INDEX, "mean K of UN members", True
    yield "capacity_gini", "index", _INDEX, "Gini coefficient of K of UN members", True
    yield "world_governance", "index", _INDEX, "G = (mean K^r)^(1/r)", True
    yield "norm_share", "share", _INDEX, "share of UN members that have adopted the norm", True
    yield "support_mean", "share of the public", _INDEX, "mean support L in UN members", True


def _bloc_rows() -> BuiltIn:
    yield "effective_blocs", "blocs", _COUNT, "1/sum share^2 of blocs by members", True
    yield "effective_blocs_active", "blocs", _COUNT, "the same of blocs with D >= 1", True
    yield "bloc_depth_mean", "rungs", (0.0, 3.0), "mean depth D of blocs", True
    for name in ("regional", "multilateral"):
        yield f"bloc_passages_{name}", "decisions", _COUNT, f"decisions of {name} blocs since the start", True
        yield f"bloc_passage_rate_{name}", "share", _INDEX, f"passed / tabled in {name} blocs", True


def _track_rows() -> BuiltIn:
    for name in TRACKS:
        formula = f"states' effort on the {name} track / max(1, agreements reached)"
        yield f"time_to_agreement_{name}", "state-quarters an agreement", _COUNT, formula, True
    for name in TRACKS:
        yield f"track_share_{name}", "share", _INDEX, f"members' mean share of effort on the {name} track", False


def _total_rows() -> BuiltIn:
    yield "world_deals", "deals", _COUNT, "pairs with a deal", True
    yield "world_deals_new", "deals a quarter", _COUNT, "pairs with a deal signed this quarter, that had none", True
    yield "world_deals_ended", "deals a quarter", _COUNT, "deals that ended this quarter", True
    yield "world_deal_life", "years", _COUNT, "years that deals have stood so far / max(1, deals ended so far)", True
    yield "world_agreements", "agreements a quarter", _COUNT, "agreements this quarter, once a state", False
    yield "world_breaches", "breaches a quarter", _COUNT, "breaches by states this quarter", True
    yield "world_incidents", "incidents a quarter", _COUNT, "AI incidents in all states this quarter", True
    yield "world_instruments_joined", "joins", _COUNT, "instruments joined, summed over UN members", True
    yield "world_concessions", "utility", _COUNT, "concessions received by states since the start", True
    yield "incumbent_share", "share", _INDEX, "leaders' firms in the weight of states' deals with firms", True


register_all("system", system_outcomes, _network_rows(), _group_rows(), _bloc_rows(), _track_rows(), _total_rows())
