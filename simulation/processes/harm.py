"""C.14 Harm and benefit of AI: capability, world governance, incidents, urgency.

Both grow with AI capability (C1). Incidents fall with a state's own capacity and with the
governance that shields it; how the world's governance adds up from that of its states runs from
the weakest link to the best shot (Hirshleifer 1983). Fragmentation does not appear in this file:
if it harms, it does so through capacity and commitments.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.kernels import Draws, Stream, exp, expm1, log, log1p, normal, poisson, uniform
from simulation.processes.links import weight_with
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I8, I32, INCIDENT_KINDS, MAX_DEPTH, NGO, SECRETARIAT, THINK_TANK, U64, B, F, State

_KINDS = len(INCIDENT_KINDS)
_DISINFORMATION = INCIDENT_KINDS.index("disinformation")


def capability_path(t: float, growth: float, saturation: float) -> float:
    """AI capability ``e^{gt} / (1 + c (e^{gt} - 1))`` after t quarters; 1 at t = 0, 1/c in the long run."""
    return 1.0 / (exp(-growth * t) * (1.0 - saturation) + saturation)


def grow_capability(state: State, par: Parameters, mech: Mechanisms, t: float) -> None:
    """Sets ``state.capability`` to its value t quarters after the start; off: it stays at 1.

    ``t`` need not be whole: a jump of capability is a shift of it.
    """
    on = mech.on("capability_growth")
    state.capability = capability_path(t, par.capability_growth, par.capability_saturation) if on else 1.0


def suffer_harm(state: State, par: Parameters, mech: Mechanisms, draws: Draws) -> None:
    """One quarter of harm and benefit for every UN member (C.14); others have neither.

    Sets ``world_governance`` G and the share of it that shields each, ``shield``: ``G_i = min(1, G (1 + gain·joint))``
    with ``joint = 1 - Π(1 - e·z)`` over the instruments and blocs that i is in; e is the enforcement and z 1/3 for a
    declaration, 2/3 for a binding text, 1 once it is in force, and a third of the depth for a bloc. A mean of e·z in
    its place would make joining a weak text harmful, which no claim says. Sets ``incidents`` and ``net_benefit`` (the
    benefit ``b Q·adoption·K``; harm is counted in incidents and not subtracted), adds to ``incidents_total`` and
    ``harm_memory``. Disinformation lowers support in a public and its state's trust in its partners (C5), and urgency
    follows.
    """
    s, struck = state, mech.on("harm")
    hazard = Hazard(
        par.hazard * s.capability * s.surge if struck else 0.0, par.shield,
        (par.share_cyber, par.share_market, par.share_disinformation, par.share_social),
        draws.key(Stream.INCIDENTS), draws.key(Stream.INCIDENT_KIND), par.harm_memory, par.benefit * s.capability,
    )  # fmt: skip
    noise = par.perception_noise if mech.on("perception") else 0.0
    s.world_governance = _quarter(
        s.shield, s.un_member, s.capacity, s.joined, s.binding, s.in_force, s.instrument_enforcement, s.member,
        s.bloc_enforcement, s.bloc_depth, s.incidents, s.wave, s.incidents_total, s.harm_memory, s.net_benefit, s.uid,
        s.adoption, s.opinion, s.beta, s.depth, s.urgency, s.kind,
        (float(par.aggregation), par.governance_floor, par.joint_shield), struck, hazard, mech.on("disinformation"),
        (par.disinformation_opinion, par.disinformation_trust), mech.on("urgency"), draws.key(Stream.PERCEPTION),
        (noise, par.urgency_memory, par.alarm),
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _quarter(
    shield: F, un_member: B, capacity: F, joined: B, binding: B, in_force: B, text_enforcement: F, member: B,
    bloc_enforcement: F, bloc_depth: I8, incidents: I32, wave: I32, total: F, memory: F, benefit: F, uid: U64,
    adoption: F, opinion: F, beta: F, depth: I8, urgency: F, kind: I8, shields: tuple[float, float, float],
    struck: bool, hazard: Hazard, doubted: bool, doubt: tuple[float, float], felt: bool, key: np.uint64,
    feeling: tuple[float, float, float],
) -> float:  # fmt: skip
    """All of :func:`suffer_harm`; returns G."""
    governance = _shields(
        shield, un_member, capacity, joined, binding, in_force, text_enforcement, member, bloc_enforcement, bloc_depth,
        *shields,
    )  # fmt: skip
    for i in range(wave.size):
        for k in range(_KINDS):
            incidents[i, k] = 0
        incidents[i, _DISINFORMATION] = wave[i] if struck else 0  # a shock's own, what is drawn comes on top
    _suffer(incidents, total, memory, benefit, un_member, uid, capacity, adoption, shield, hazard)
    if doubted:
        _disinform(opinion, beta, incidents, depth, *doubt)
    if felt:
        _raise_urgency(urgency, incidents, un_member, depth, kind, uid, key, *feeling)
    return governance


@njit(cache=True, error_model="numpy")
def _power_mean(values: F, exponent: float, floor: float) -> float:
    """Power mean of the floored values, exact also near an exponent of 0 and for large ones."""
    low, high = np.inf, floor
    for value in values:
        low = min(low, max(value, floor))
        high = max(high, value)
    if np.isinf(exponent):
        return float(low if exponent < 0.0 else high)
    # the extreme that dominates the sum is taken out, so that no power over- or underflows it
    pivot = high if exponent > 0.0 else low
    geometric = abs(exponent) < 1e-9  # below that the difference from the limit is rounding
    total = 0.0
    for value in values:
        log_ratio = log(max(value, floor) / pivot)
        total += log_ratio if geometric else expm1(exponent * log_ratio)
    mean = total / len(values)
    mean_log = mean if geometric else log1p(mean) / exponent
    return float(min(high, max(low, pivot * exp(mean_log))))


@njit(cache=True, error_model="numpy")
def instrument_strength(binding: B, in_force: B, enforcement: F) -> F:
    """e·z of each instrument, shape (q,): z is 1/3 declaration, 2/3 binding, 1 binding in force."""
    strength = np.empty(len(binding))
    for q in range(len(binding)):
        rungs = 1
        if binding[q]:
            rungs = 3 if in_force[q] else 2
        strength[q] = enforcement[q] * rungs / MAX_DEPTH
    return strength


@njit(cache=True, error_model="numpy")
def _shields(
    shield: F, un_member: B, capacity: F, joined: B, binding: B, in_force: B, text_enforcement: F, member: B,
    bloc_enforcement: F, bloc_depth: I8, exponent: float, floor: float, gain: float,
) -> float:  # fmt: skip
    """Write the shields of UN members, 0 of others, to ``shield`` (n,); G, 0 in a world without them."""
    members, open_side = capacity[un_member], np.ones(un_member.size)
    governance = _power_mean(members, exponent, floor) if members.size > 0 else 0.0
    texts = instrument_strength(binding, in_force, text_enforcement)
    for q in range(texts.size):
        _close(1.0 - texts[q], joined[q], open_side)
    for k in range(bloc_depth.size):
        _close(1.0 - bloc_enforcement[k] * (bloc_depth[k] / MAX_DEPTH), member[k], open_side)
    for i in range(un_member.size):
        joint = 1.0 - open_side[i]
        shield[i] = min(1.0, governance * (1.0 + gain * joint)) if un_member[i] else 0.0
    return governance


@njit(cache=True, error_model="numpy")
def _close(left: float, inside: B, open_side: F) -> None:
    """Multiply what is open of those inside by what one text or bloc leaves of it, in place."""
    for i in range(open_side.size):
        open_side[i] *= left if inside[i] else 1.0


class Hazard(NamedTuple):
    """What draws incidents, and what follows of them."""

    rate: float  # of a state without capacity and shield
    shielded: float
    shares: tuple[float, float, float, float]  # of the kinds
    count_key: np.uint64
    kind_key: np.uint64
    memory: float  # share of what is remembered that is a quarter later
    benefit: float  # of full adoption and capacity


@njit(cache=True, error_model="numpy")
def _suffer(
    incidents: I32, total: F, memory: F, benefit: F, un_member: B, uid: U64, capacity: F, adoption: F, shield: F,
    hazard: Hazard,
) -> None:  # fmt: skip
    """Incidents, what is remembered of them, and the benefit of every UN member."""
    for i in range(len(un_member)):
        benefit[i] = hazard.benefit * adoption[i] * capacity[i] if un_member[i] else 0.0
        if not un_member[i]:
            continue
        if hazard.rate > 0.0:
            rate = hazard.rate * (1.0 - capacity[i]) * (1.0 - hazard.shielded * shield[i])
            for m in range(poisson(uniform(hazard.count_key, uid[i], np.uint64(0)), rate)):
                u = uniform(hazard.kind_key, uid[i], np.uint64(m))
                incidents[i, _kind_of(u, hazard.shares)] += 1
        memory[i] *= hazard.memory
        for kind in range(incidents.shape[1]):
            total[i, kind] += incidents[i, kind]
            memory[i] += incidents[i, kind]


@njit(cache=True, error_model="numpy")
def _kind_of(u: float, shares: tuple[float, float, float, float]) -> int:
    total = 0.0
    for share in shares:
        total += share
    cumulative = 0.0
    for kind in range(len(shares)):
        cumulative += shares[kind]
        if u * total < cumulative:
            return kind
    return len(shares) - 1


@njit(cache=True, error_model="numpy")
def _disinform(opinion: F, beta: F, incidents: I32, depth: I8, on_opinion: float, on_trust: float) -> None:
    for i in range(opinion.shape[0]):
        count = incidents[i, _DISINFORMATION]
        if count > 0:
            for k in range(opinion.shape[1]):
                opinion[i, k] = max(0.0, opinion[i, k] - on_opinion * count)
            for j in range(depth.shape[1]):
                if depth[i, j] > 0:
                    beta[i, j] += on_trust * count


@njit(cache=True, error_model="numpy")
def _raise_urgency(
    urgency: F, incidents: I32, un_member: B, depth: I8, kind: I8, uid: U64, key: np.uint64, noise: float,
    memory: float, alarm: float,
) -> None:  # fmt: skip
    """``u ← m u + (1-m) min(1, perceived/alarm)``; what is perceived is true times a lognormal factor.

    Its spread is the noise divided by 1 + Σz over ties with think tanks, secretariats and NGOs (C10).
    """
    experts = np.flatnonzero((kind == THINK_TANK) | (kind == SECRETARIAT) | (kind == NGO))
    advice = weight_with(experts, depth, len(un_member))
    for i in range(len(un_member)):
        if not un_member[i]:
            continue
        suffered = 0
        for k in range(incidents.shape[1]):
            suffered += incidents[i, k]
        spread = noise / (1.0 + advice[i])
        perceived = suffered * exp(spread * normal(uniform(key, uid[i], np.uint64(0))))
        urgency[i] = memory * urgency[i] + (1.0 - memory) * min(1.0, perceived / alarm)
