"""Section E: outcomes of the world as a whole.

Networks and groups are of states (the EU among them); means and inequality are over UN
members. Groups are the three camps and, as the fourth, the states of no camp. Actors that
offer, need and do nothing are outside every denominator.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping

import numpy as np

from simulation.outcomes import network
from simulation.outcomes.metrics import Bounds, Metric, register
from simulation.outcomes.portfolio import column
from simulation.processes.camps import camps_of_states
from simulation.scenario.parameters import Parameters
from simulation.state import CAMPS, FIRM, STATE, TRACKS, B, F, State

_GROUPS = len(CAMPS) + 1
CONNECTION_DECAY = 0.5
"""Worth of a partner's partner against a partner's (the value of the published examples)."""


class SlotUse:
    """Slots that states have spent on each track since the start, for the time to agreement.

    Attributes
    ----------
    spent
        Slot-quarters by track, shape (5,).
    """

    __slots__ = ("spent",)

    def __init__(self) -> None:
        self.spent = np.zeros(len(TRACKS), np.int64)

    def add(self, state: State) -> None:
        """Count this quarter's open slots."""
        self.spent += column(state, "slots_by_track")[: state.s].sum(axis=0, dtype=np.int64)


def system_outcomes(
    state: State, par: Parameters, slots: SlotUse, on_request: Collection[str] = ()
) -> dict[str, float]:
    """Every built-in metric of the world.

    Parameters
    ----------
    state
        At the end of a quarter (or before the first).
    slots
        What states have spent on each track so far.
    on_request
        Costly metrics that are wanted: ``connection_value``.

    Returns
    -------
    dict
        Name of the metric to its value.

    Raises
    ------
    ModelError
        If a column of the state has not been filled.
    """
    costly = {"connection_value": _connection_value(state)} if "connection_value" in on_request else {}
    return {
        **costly,
        **_networks(state),
        **_groups(state, par),
        **_members(state),
        **_blocs(state),
        **_tracks(state, slots),
        **_totals(state),
    }


def _networks(state: State) -> dict[str, float]:
    s = state.s
    depth = np.ascontiguousarray(state.depth[:s, :s])
    within, strength = network.tie_sums(depth, _group(state)[:s], _GROUPS)
    degree = network.partners(depth)
    tau_partners, tau_states = network.mean_direct_trust(state.alpha, state.beta, state.depth, s)
    everybody = network.partners(state.depth)[state.un_member]
    return {
        "density_states": network.active_density(depth, np.ones(s, np.bool_)),
        "density_all": network.active_density(state.depth, takes_part(state)),
        "modularity_camps": network.modularity(within, strength),
        "ei_index": network.external_internal_index(within, strength),
        "transitivity": network.transitivity(depth),
        "mean_degree": float(degree.mean()) if s else 0.0,
        "degree_skewness": network.skewness(degree),
        "mean_partners": float(everybody.mean()) if len(everybody) else 0.0,
        "trust_partners": tau_partners,
        "trust_states": tau_states,
    }


def _connection_value(state: State) -> float:
    depth = np.ascontiguousarray(state.depth[: state.s, : state.s])
    return _mean(network.connection_values(depth, CONNECTION_DECAY))


def takes_part(state: State) -> B:
    """Who counts in denominators, shape (n,): states, and others that offer, need or do something."""
    active: B = (
        (state.kind == STATE)
        | (state.offers > 0).any(axis=1)
        | (state.needs > 0).any(axis=1)
        | (state.slots > 0)
    )
    return active


def _group(state: State) -> network.I64:
    """Camp of each actor, the last group for none, shape (n,)."""
    return np.where(state.camp >= 0, state.camp, len(CAMPS)).astype(np.int64)


def _groups(state: State, par: Parameters) -> dict[str, float]:
    members = state.un_member
    group, position = _group(state)[members], state.position[members]
    count = np.zeros(_GROUPS)
    centre = np.zeros((_GROUPS, position.shape[1]))
    for g in range(_GROUPS):
        inside = group == g
        count[g] = inside.sum()
        if inside.any():
            centre[g] = position[inside].mean(axis=0)
    return {
        "effective_camps": network.effective_number(_camp_sizes(state, par)),
        "polarisation": network.esteban_ray(count, centre, par.polarisation),
        "divergence": network.mean_distance(position),
    }


def _camp_sizes(state: State, par: Parameters) -> F:
    """Size of the camps, and of the states of none, by where UN members stand now, shape (4,)."""
    camp = camps_of_states(
        state.position, state.weight, state.kind == STATE, state.leaders, state.in_union, par.affinity_width,
        par.camp_margin,
    )  # fmt: skip
    mass = np.zeros(_GROUPS)
    for g in range(_GROUPS):
        mass[g] = state.size[state.un_member & (camp == (g if g < len(CAMPS) else -1))].sum()
    return mass


def _members(state: State) -> dict[str, float]:
    """Means over UN members; a world without members has none and records 0."""
    members = state.un_member
    support = network.support_shares(state.opinion)[members[: len(state.opinion)]]
    return {
        "capacity_mean": _mean(state.capacity[members]),
        "capacity_gini": network.gini(state.capacity[members]),
        "world_governance": float(state.world_governance),
        "norm_share": _mean(state.norm[members]),
        "support_mean": _mean(support),
    }


def _mean(values: F | B) -> float:
    return float(values.mean()) if len(values) else 0.0


def _blocs(state: State) -> dict[str, float]:
    regional = state.bloc_regional
    size = state.member[:, state.un_member].sum(axis=1).astype(np.float64)
    result = {
        "effective_blocs": network.effective_number(size),
        "effective_blocs_active": network.effective_number(size[state.bloc_depth > 0]),
        "bloc_depth_mean": _mean(state.bloc_depth.astype(np.float64)),
    }
    for name, kind in (("regional", regional), ("multilateral", ~regional)):
        passed, tabled = int(state.bloc_passed[kind].sum()), int(state.bloc_tabled[kind].sum())
        result[f"bloc_passages_{name}"] = float(passed)
        result[f"bloc_passage_rate_{name}"] = passed / tabled if tabled else 0.0
    return result


def _tracks(state: State, slots: SlotUse) -> dict[str, float]:
    # without an agreement, the time spent so far is the most that is known
    wait = slots.spent / np.maximum(state.track_success[: state.s].sum(axis=0), 1.0)
    share = state.track_share[state.un_member]
    return {
        **{f"time_to_agreement_{name}": float(wait[t]) for t, name in enumerate(TRACKS)},
        **{f"track_share_{name}": _mean(share[:, t]) for t, name in enumerate(TRACKS)},
    }


def _totals(state: State) -> dict[str, float]:
    s = state.s
    return {
        "world_deals": float(network.partners(state.depth).sum()) / 2,
        "world_agreements": float(column(state, "formed")[:s].sum()),
        "world_breaches": float(column(state, "breaches")[:s].sum()),
        "world_incidents": float(column(state, "incidents")[:s].sum()),
        "world_instruments_joined": float(state.joined[:, state.un_member].sum()),
        "world_concessions": float(state.conceded[:s].sum()),
        "incumbent_share": incumbent_share(state),
    }


def incumbent_share(state: State) -> float:
    """Share of the weight of states' deals with firms that the leaders' own firms hold, in [0, 1].

    A firm is a leader's if its home is the leader, or, for a leader that is no UN member
    (the EU), if its home is in that leader's camp. 0 without deals.
    """
    firms = state.kind == FIRM
    rungs = state.depth[: state.s, firms].sum(axis=0, dtype=np.int64)
    own = np.isin(state.home[firms], state.leaders)
    for leader in state.leaders:
        if not state.un_member[leader] and state.camp[leader] >= 0:
            own |= state.camp[firms] == state.camp[leader]
    total = int(rungs.sum())
    return int(rungs[own].sum()) / total if total else 0.0


_INDEX: Bounds = (0.0, 1.0)
_COUNT: Bounds = (0.0, None)
_SIGNED: Bounds = (-1.0, 1.0)
_Rows = Iterator[tuple[str, str, Bounds, str, bool]]


def _network_rows() -> _Rows:
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


def _group_rows() -> _Rows:
    yield "effective_camps", "camps", (0.0, float(_GROUPS)), "1/sum share^2 of present camps and none, by size", False
    yield "polarisation", "index", _INDEX, "Esteban-Ray over camps and none; two far halves = 1", True
    yield "divergence", "distance", _INDEX, "mean RMS distance between positions of UN members", True
    yield "capacity_mean", "index", _INDEX, "mean K of UN members", True
    yield "capacity_gini", "index", _INDEX, "Gini coefficient of K of UN members", True
    yield "world_governance", "index", _INDEX, "G = (mean K^r)^(1/r)", True
    yield "norm_share", "share", _INDEX, "share of UN members that have adopted the norm", True
    yield "support_mean", "share of the public", _INDEX, "mean support L in UN members", True


def _bloc_rows() -> _Rows:
    yield "effective_blocs", "blocs", _COUNT, "1/sum share^2 of blocs by members", True
    yield "effective_blocs_active", "blocs", _COUNT, "the same of blocs with D >= 1", True
    yield "bloc_depth_mean", "rungs", (0.0, 3.0), "mean depth D of blocs", True
    for name in ("regional", "multilateral"):
        yield f"bloc_passages_{name}", "decisions", _COUNT, f"decisions of {name} blocs since the start", True
        yield f"bloc_passage_rate_{name}", "share", _INDEX, f"passed / tabled in {name} blocs", True


def _track_rows() -> _Rows:
    for name in TRACKS:
        formula = f"states' slots spent on the {name} track / max(1, agreements reached)"
        yield f"time_to_agreement_{name}", "slot-quarters an agreement", _COUNT, formula, True
    for name in TRACKS:
        yield f"track_share_{name}", "share", _INDEX, f"members' mean probability of the {name} track", False


def _total_rows() -> _Rows:
    yield "world_deals", "deals", _COUNT, "pairs with a deal", True
    yield "world_agreements", "agreements a quarter", _COUNT, "agreements this quarter, once a state", False
    yield "world_breaches", "breaches a quarter", _COUNT, "breaches by states this quarter", True
    yield "world_incidents", "incidents a quarter", _COUNT, "AI incidents in all states this quarter", True
    yield "world_instruments_joined", "joins", _COUNT, "instruments joined, summed over UN members", True
    yield "world_concessions", "utility", _COUNT, "concessions received by states since the start", True
    yield "incumbent_share", "share", _INDEX, "leaders' firms in the weight of states' deals with firms", True


def _register_all() -> Mapping[str, Metric]:
    entries = {}
    for rows in (_network_rows, _group_rows, _bloc_rows, _track_rows, _total_rows):
        for name, unit, bounds, formula, default in rows():
            entries[name] = Metric(name, unit, bounds, formula, "E", "system", default, system_outcomes)
            register(entries[name])
    return entries


SYSTEM_METRICS = _register_all()
"""The built-in metrics of the world by name."""
