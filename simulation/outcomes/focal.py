"""Section E: the outcomes of one actor, counts first, then the indices.

Works for any actor, not only the focal one. An actor without commitments has volume,
implementation, cooperation, diversity, reciprocity and alignment 0 and autonomy 1. What kind of
cooperation it is stands in its parts and never in one number: a claim about diversity must not be
tested on an index that holds it.
"""

from __future__ import annotations

from operator import attrgetter

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.arithmetic import LOG_2, exp, expm1, log
from simulation.outcomes import coverage
from simulation.outcomes.metrics import Bounds, BuiltIn, register_all
from simulation.outcomes.network import ratio
from simulation.outcomes.portfolio import CATEGORIES, KEPT_BY, TALLY, Tally, tally_commitments
from simulation.processes.links import Links
from simulation.processes.needs import NEEDS
from simulation.scenario.parameters import Parameters
from simulation.state import (
    BILATERAL,
    CAMPS,
    DEPTHS,
    I32,
    I64,
    KINDS,
    NEW,
    NON_STATE,
    RECORDED,
    SOURCES,
    TRACKS,
    TRILATERAL,
    B,
    F,
    State,
)

_DEAL_TRACKS = (BILATERAL, TRILATERAL, NON_STATE)
_CHANGES = {
    "new": "partners now that were none at the start",
    "held": "partners at the start that still are",
    "lost": "partners at the start that are none now",
}
"""How the partners of today stand to those of the start, each a column of the tally."""


def actor_outcomes(state: State, par: Parameters, actors: I64) -> dict[str, F]:
    """Every built-in metric of some actors.

    Parameters
    ----------
    state
        At the end of a quarter (or before the first).
    actors
        Rows of the actors, shape (a,).

    Returns
    -------
    dict
        Name of the metric to its values, shape (a,).
    """
    book = ActorBook(1, actors)
    book.write(0, state)
    return {name: values[0] for name, values in book.outcomes(slice(0, 1), par).items()}


_COLUMNS = {
    "gravity": "gravity",
    "capacity": "capacity", "urgency": "urgency", "norm": "norm", "benefit": "net_benefit", "capture": "capture",
    "capture_drift": "capture_drift", "concessions_received": "conceded", "load": "load", "breaches": "breaches",
    "lapses": "lapsed", "harm_memory": "harm_memory", "incidents": "incidents", "incidents_so_far": "incidents_total",
    "agreements": "formed", "watched": "watch", "consulted": "consulted",
}  # fmt: skip
"""What the state of the world says of an actor, and in which of its columns."""
_columns_of = attrgetter(*_COLUMNS.values())
CONDITIONS = np.dtype([(name, "f8") for name in _COLUMNS])
"""The same of one actor; incidents of all kinds together, agreements on all tracks."""


@njit(cache=True, error_model="numpy")
def _read_conditions(
    actors: I64, gravity: F,
    capacity: F, urgency: F, norm: B, net_benefit: F, capture: F, capture_drift: F, conceded: F, load: F,
    breaches: I32, lapsed: I32, harm_memory: F, incidents: I32, incidents_total: F, formed: I32, watch: F,
    consulted: F,
    out: NDArray[np.void],
) -> None:  # fmt: skip
    """Write them where there were zeros."""
    for a in range(len(actors)):
        f, of_one = actors[a], out[a]
        of_one.gravity = gravity[f]
        of_one.capacity, of_one.urgency, of_one.norm = capacity[f], urgency[f], norm[f]
        of_one.benefit, of_one.capture, of_one.capture_drift = net_benefit[f], capture[f], capture_drift[f]
        of_one.concessions_received, of_one.load, of_one.breaches = conceded[f], load[f], breaches[f]
        of_one.lapses, of_one.harm_memory = lapsed[f], harm_memory[f]
        of_one.watched, of_one.consulted = watch[f], consulted[f]
        for k in range(incidents.shape[1]):
            of_one.incidents += incidents[f, k]
            of_one.incidents_so_far += incidents_total[f, k]
        for t in range(formed.shape[1]):
            of_one.agreements += formed[f, t]


class ActorBook:
    """What is kept of some actors at each observation, and the outcomes that are made of it.

    Parameters
    ----------
    rows
        Number of observations.
    actors
        Rows of the actors, shape (a,).
    """

    def __init__(self, rows: int, actors: I64):
        self._actors = actors
        self._tally = np.zeros((rows, len(actors)), TALLY)
        self._conditions = np.zeros((rows, len(actors)), CONDITIONS)
        self._supplies = np.zeros((rows, len(actors)), coverage.SUPPLIES)

    def write(self, row: int, state: State, partners: Links | None = None) -> None:
        """Keep an observation; ``partners`` are the lists of the deals as they stand, if they are at hand."""
        tally_commitments(state, self._actors, self._tally[row], partners)
        _read_conditions(self._actors, *_columns_of(state), self._conditions[row])
        coverage.tally_supplies(state, self._actors, self._supplies[row])

    def outcomes(self, rows: slice, par: Parameters) -> dict[str, F]:
        """Every built-in metric at some observations: name to values, shape (o, a)."""
        tally, conditions = self._tally[rows], self._conditions[rows]
        now = {name: conditions[name] for name in _COLUMNS}
        safety, expected = exp(-now.pop("harm_memory") / par.harm_scale), now.pop("gravity")
        return {
            **now,
            **_counts(tally),
            **_volumes(tally, par.volume_half),
            "kept_against_gravity": ratio(tally["kept_by"][..., : len(SOURCES)].sum(axis=-1), expected),
            **coverage.outcomes(self._supplies[rows]),
            **_parts_of_quality(tally),
            "safety": safety,
            "position_drift": tally["drift"],
            "support": tally["support"],
        }


def volume(commitments: F, half: float) -> F:
    """1 - 2^(-c/half) in [0, 1) of commitments worth ``c`` binding deals: Vol of all, COOP of those kept.

    One minus it multiplies over any division of the commitments into parts.
    """
    result: F = -expm1(-np.asarray(commitments) * (LOG_2 / half))
    return result


def hill_diversity(weight: F) -> F:
    """Div = (exp H - 1)/(Q - 1) of weights over Q classes on the last axis (Hill 1973), in [0, 1].

    H is Shannon's entropy of the shares. One class gives 0, equal classes 1, none 0.
    """
    total = weight.sum(axis=-1, keepdims=True)
    share = ratio(weight, total)
    entropy = -(share * log(np.where(share > 0, share, 1.0))).sum(axis=-1)
    result: F = np.minimum(1.0, expm1(entropy) / (weight.shape[-1] - 1))
    return result


def camp_concentration(camp_weight: F) -> F:
    """HHI* = (HHI - 1/n)/(1 - 1/n) over the n camps, in [0, 1].

    Parameters
    ----------
    camp_weight
        Weight of deals with each camp and, last, with partners of none, shape (..., n + 1).
        The latter tie the actor to no camp, so their share is spread evenly over the camps;
        that makes HHI* the concentration among camps times the squared share of the camps.
    """
    camps = camp_weight.shape[-1] - 1
    share = ratio(camp_weight, camp_weight.sum(axis=-1, keepdims=True))
    share = share[..., :camps] + share[..., camps:] / camps
    excess = ((share**2).sum(axis=-1) - 1 / camps) / (1 - 1 / camps)
    empty = camp_weight.sum(axis=-1) == 0
    result: F = np.where(empty, 0.0, np.clip(excess, 0.0, 1.0))
    return result


def _counts(tally: Tally) -> dict[str, F]:
    by_kind, by_depth = tally["deals"].sum(axis=-1), tally["deals"].sum(axis=-2)
    partners, tracks = tally["camp_partners"], tally["track_deals"]
    return {
        **{f"partners_{what}": tally[what].sum(axis=-1) for what in _CHANGES},
        **{f"partners_held_{source}": tally["sources"][..., k] for k, source in enumerate(SOURCES) if k >= RECORDED},
        **{f"partners_{what}_{kind}": tally[what][..., k] for what in _CHANGES for k, kind in enumerate(KINDS)},
        "deals": by_kind.sum(axis=-1),
        **{f"deals_{kind}": by_kind[..., k] for k, kind in enumerate(KINDS)},
        **{f"deals_{depth}": by_depth[..., d] for d, depth in enumerate(DEPTHS)},
        **{f"deals_{name}": partners[..., c] for c, name in enumerate(CATEGORIES[: len(CAMPS) + 1])},
        **{f"deals_{TRACKS[t]}": tracks[..., t] for t in _DEAL_TRACKS},
        "instruments_joined": tally["instruments"],
        "blocs_active": tally["blocs"],
    }


def _volumes(tally: Tally, half: float) -> dict[str, F]:
    total = tally["by_category"].sum(axis=-1)
    kept = np.minimum(tally["kept"], total)  # two sums in different order may differ in a last bit
    category_volume, track_volume = volume(tally["by_category"], half), volume(tally["by_track"], half)
    return {
        "commitments_kept": kept,
        **{f"kept_{name}": tally["kept_by"][..., part] for part, name in enumerate(KEPT_BY)},
        "kept_deals": tally["kept_by"][..., : len(SOURCES)].sum(axis=-1),
        "kept_rank": tally["rank"],
        "commitments": total,
        **{f"commitments_{name}": tally["by_category"][..., q] for q, name in enumerate(CATEGORIES)},
        **{f"commitments_by_{name}": tally["by_track"][..., t] for t, name in enumerate(TRACKS)},
        "volume": volume(total, half),
        **{f"volume_{name}": category_volume[..., q] for q, name in enumerate(CATEGORIES)},
        **{f"volume_by_{name}": track_volume[..., t] for t, name in enumerate(TRACKS)},
        "implementation": ratio(kept, total),
        "cooperation": volume(kept, half),
    }


def _parts_of_quality(tally: Tally) -> dict[str, F]:
    """Those parts that are made of commitments."""
    empty = tally["by_category"].sum(axis=-1) == 0
    gap = ratio(np.abs(tally["value_gap"]), tally["value_total"])
    return {
        "diversity": hill_diversity(tally["by_category"]),
        "reciprocity": np.where(tally["value_total"] > 0, 1.0 - gap, 0.0),
        "autonomy": np.where(empty, 1.0, (1.0 - camp_concentration(tally["camp_weight"])) * (1.0 - tally["drift"])),
        "alignment": ratio(tally["aligned"], tally["deal_weight"]),
    }


_INDEX: Bounds = (0.0, 1.0)
_COUNT: Bounds = (0.0, None)


def _partner_rows() -> BuiltIn:
    for what, formula in _CHANGES.items():
        yield f"partners_{what}", "partners", _COUNT, formula, True
    for source in SOURCES[RECORDED:]:
        yield f"partners_held_{source}", "partners", _COUNT, f"{_CHANGES['held']}, by a {source} deal then", True
    for what, formula in _CHANGES.items():
        for kind in KINDS:
            yield f"partners_{what}_{kind}", "partners", _COUNT, f"{formula}, of kind {kind}", True


def _count_rows() -> BuiltIn:
    yield "deals", "deals", _COUNT, "partners with whom depth >= 1", True
    for kind in KINDS:
        yield f"deals_{kind}", "deals", _COUNT, f"deals with actors of kind {kind}", True
    for depth in DEPTHS:
        yield f"deals_{depth}", "deals", _COUNT, f"deals of depth {depth}", True
    for name in CATEGORIES[: len(CAMPS) + 1]:
        yield f"deals_{name}", "deals", _COUNT, f"deals with {name.replace('_', ' ')} (by camp)", True
    for t in _DEAL_TRACKS:
        yield f"deals_{TRACKS[t]}", "deals", _COUNT, f"deals last made on the {TRACKS[t]} track", True
    yield "instruments_joined", "instruments", _COUNT, "instruments joined", True
    yield "blocs_active", "blocs", _COUNT, "blocs of the actor with D >= 1", True


def _volume_rows() -> BuiltIn:
    unit = "binding-equivalents"
    formula = "C = sum of commitments, each times the share of its promises kept: the headline count"
    yield "commitments_kept", unit, _COUNT, formula, True
    yield "kept_deals", unit, _COUNT, "part of C from deals", True
    for name in SOURCES:
        whose = "that were none at the start" if name == SOURCES[NEW] else f"held by a {name} deal at the start"
        yield f"kept_{name}", unit, _COUNT, f"part of C from deals with partners {whose}", True
    for name in KEPT_BY[len(SOURCES) :]:
        yield f"kept_{name}", unit, _COUNT, f"part of C from {name}", True
    formula = "1 + number of states (the EU is one) with a greater C"
    yield "kept_rank", "rank", (1.0, None), formula, True
    formula = "part of C from deals / the same by the fitted intensity alone, for a state of its size and place"
    yield "kept_against_gravity", "ratio", _COUNT, formula, True
    formula = "sum of z over deals, e D/3 over blocs, e z over instruments (e at least 1/2)"
    yield "commitments", unit, _COUNT, formula, True
    for name in CATEGORIES:
        yield f"commitments_{name}", unit, _COUNT, f"c_q, commitments in category {name}", True
    for name in TRACKS:
        yield f"commitments_by_{name}", unit, _COUNT, f"commitments on the {name} track", True
    yield "volume", "index", _INDEX, "Vol = 1 - 2^(-commitments/volume_half)", True
    for name in CATEGORIES:
        yield f"volume_{name}", "index", _INDEX, f"Vol of category {name} alone", False
    for name in TRACKS:
        yield f"volume_by_{name}", "index", _INDEX, f"Vol of the {name} track alone", False
    yield "implementation", "index", _INDEX, "Imp = commitments kept / commitments", True
    yield "cooperation", "index", _INDEX, "COOP = 1 - 2^(-commitments kept/volume_half)", True


def _coverage_rows() -> BuiltIn:
    yield "coverage", "index", _INDEX, "mean over needs of own + (1 - own)(1 - e^(-S/s)), S supplied by deals", True
    formula = "largest loss of coverage if one camp's partners left / (coverage - own)"
    yield "dependence", "index", _INDEX, formula, True
    for need in NEEDS:
        yield f"coverage_{need}", "index", _INDEX, f"coverage of the need of {need}", False
    for camp in CAMPS:
        formula = f"loss of coverage if the partners of camp {camp} left / (coverage - own)"
        yield f"dependence_{camp.lower()}", "index", _INDEX, formula, False
    for camp in CAMPS:
        formula = f"Shapley value of the partners of camp {camp} in coverage / (coverage - own)"
        yield f"coverage_by_{camp.lower()}", "index", _INDEX, formula, False


def _quality_rows() -> BuiltIn:
    yield "diversity", "index", _INDEX, "Div = (exp H - 1)/(Q - 1) over the categories", True
    formula = "Rec = 1 - |sum(V_f - V_j)| / sum(V_f + V_j) over deals, V = 1 - |y - x|_w"
    yield "reciprocity", "index", _INDEX, formula, True
    yield "autonomy", "index", _INDEX, "Aut = (1 - HHI* over camps)(1 - |x(t) - x(0)|_w)", True
    yield "alignment", "index", _INDEX, "Align = sum z (1 - |y - x(0)|_w) / sum z over deals", True
    yield "capacity", "index", _INDEX, "Cap = governance capacity K", True
    yield "safety", "index", _INDEX, "Safe = exp(-H/harm_scale), H the remembered incidents", True
    yield "position_drift", "distance", _INDEX, "|x(t) - x(0)|_w", True


def _condition_rows() -> BuiltIn:
    a_quarter = "incidents a quarter"
    yield "benefit", "share of product a quarter", _COUNT, "benefit Q adoption K", True
    yield "incidents", a_quarter, _COUNT, "AI incidents this quarter", True
    yield "incidents_so_far", "incidents", _COUNT, "AI incidents since the start", False
    yield "urgency", "index", _INDEX, "felt urgency", True
    yield "support", "share of the public", _INDEX, "L = mean of sigma((y - 1/2)/.1) over it; 0 without one", True
    yield "norm", "0 or 1", _INDEX, "has adopted the norm", True
    yield "watched", "index", _INDEX, "how closely its conduct is watched, 1 - (1 - m)^(NGOs + free press)", True
    yield "consulted", "index", _INDEX, "how far NGOs are heard on its drafts, D/(1 + D) of D engagements", True
    yield "capture", "index", _INDEX, "(1 - T)(1 - oversight) S/(1 + S), S = sum z of firms", False
    yield "capture_drift", "distance", _COUNT, "distance moved by capture", True
    yield "concessions_received", "utility", _COUNT, "concessions received from leaders since the start", True
    yield "load", "share of budget", _INDEX, "upkeep / budget, at most 1", False
    yield "agreements", "deals a quarter", _COUNT, "agreements made this quarter, all tracks", False
    yield "breaches", "breaches a quarter", _COUNT, "breaches committed this quarter", False
    yield "lapses", "deals a quarter", _COUNT, "deals that ended this quarter", False


register_all(
    "actor", actor_outcomes, _partner_rows(), _count_rows(), _volume_rows(), _coverage_rows(), _quality_rows(),
    _condition_rows(),
)  # fmt: skip
