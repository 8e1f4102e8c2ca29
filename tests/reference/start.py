"""What a run starts from, where a rule decides it: C.1, C.3, C.4, C.7, C.8, C.12, C.15, C.16.

Plain functions of the facts of a world and of actors that stand at the start, as the other files.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from simulation.kernels import Stream
from simulation.scenario.mechanisms import Mechanisms
from tests.reference import capacity, compliance
from tests.reference.draws import Luck, normal
from tests.reference.trust import affinity
from tests.reference.world import TRACKS, Actor, Text, World

ATTRACTION, KEPT = 0.5, 0.9
"""Standard deviation of what an actor has as a partner beyond its covariates, and how much of it lasts a year."""
LEAST_SHARE = 0.02
"""Least share of effort on any track in the recorded world."""


def setup_luck(w: World) -> Luck:
    """Draws made while the world is set up have quarter −1."""
    return Luck(w.scenario.seed, w.replicate, -1)


def position(w: World, i: Actor, recorded: list[float], error: float) -> list[float]:
    """C.1: the recorded position with its measurement error; leaders, who fix the map, have none."""
    if i in w.leaders or not i.is_state:
        return recorded
    luck, scale = setup_luck(w), w.par.position_uncertainty * error
    noise = [scale * normal(luck.uniform(Stream.POSITION, i.uid, d)) for d in range(4)]
    return [min(1.0, max(0.0, x + e)) for x, e in zip(recorded, noise, strict=True)]


def camp(w: World, i: Actor, treaty: dict[Actor, int]) -> int:
    """B: a leader's own, or that of the treaty a state is bound by; that of its home for an organisation."""
    if not i.is_state:
        return camp(w, i.home, treaty) if i.home else -1
    return w.leaders.index(i) if i in w.leaders else treaty[i]


def strategic_weight(w: World, i: Actor) -> float:
    """C.3: the percentile of size among UN members, unless the scenario says otherwise."""
    if i.id in w.scenario.strategic_weight:
        return w.scenario.strategic_weight[i.id]
    members = [j for j in w.actors if j.un_member]
    return sum(j.size <= i.size for j in members) / len(members) if i.un_member else 0.0


def least_budget(w: World, i: Actor) -> float:
    """C.2: least income a quarter, of a state by its size, of another by its kind."""
    if i.is_state:
        return w.par.state_budget_floor + w.par.state_budget_size * i.size
    return float(getattr(w.par, f"{i.kind}_budget"))


def first_attraction(w: World, i: Actor) -> float:
    """C.2: what a state or firm has as a partner in the first year beyond its covariates."""
    return w.par.intensity_uncertainty * ATTRACTION * attraction_score(w, i, 0)


def move_attraction(w: World) -> None:
    """C.2: each further year it walks on, an autoregression of the first order."""
    if w.quarter > 0 and w.quarter % 4 == 0:
        fresh = w.par.intensity_uncertainty * ATTRACTION * math.sqrt(1.0 - KEPT * KEPT)
        for i in w.actors:
            i.attraction = KEPT * i.attraction + fresh * attraction_score(w, i, w.quarter // 4)


def attraction_score(w: World, i: Actor, year: int) -> float:
    """Standard normal; of organisations that are no firms nothing."""
    return normal(setup_luck(w).uniform(Stream.ATTRACTION, year, i.uid)) if i.kind in ("state", "firm") else 0.0


def peer_weight(w: World, i: Actor, j: Actor) -> float:
    """C.7: a_ij·(1 + number of blocs that both are in)."""
    shared = sum(i in bloc.members and j in bloc.members for bloc in w.blocs)
    return affinity(w, i, j.position) * (1.0 + shared) if i is not j else 0.0


def has_adopted(w: World, i: Actor, settled: list[Text]) -> bool:
    """C.12: who joined civil texts so often, (joins + .5)/(eligible + 1); a text of another domain counts half."""
    could = [(text, 1.0 if text.domain == "civil" else 0.5) for text in settled if i in text.eligible]
    habit = (sum(g for text, g in could if i in text.joined) + 0.5) / (sum(g for _, g in could) + 1.0)
    return i.un_member and habit >= w.par.norm_start


def first_efforts(w: World, deals: list[list[Actor]]) -> dict[Actor, dict[str, float]]:
    """C.8: P_k(0) of each state, its recorded deals, blocs and texts by track, and the world's mean as one more."""
    count = {i: {track: float(recorded_uses(w, i, track, deals)) for track in TRACKS} for i in w.states}
    total = sum(sum(own.values()) for own in count.values())
    usual = {track: sum(own[track] for own in count.values()) / total if total else 0.2 for track in TRACKS}
    shares = {}
    for i, own in count.items():
        share = {k: (own[k] + usual[k]) / (sum(own.values()) + 1.0) for k in TRACKS}
        shares[i] = {k: LEAST_SHARE + (1.0 - len(TRACKS) * LEAST_SHARE) * part for k, part in share.items()}
    return shares


def recorded_uses(w: World, i: Actor, track: str, deals: list[list[Actor]]) -> int:
    """How often a state has used a track by the record."""
    uses = sum(i in parties and track_of(parties) == track for parties in deals)
    uses += sum(i in bloc.members for bloc in w.blocs if bloc.track == track)
    return uses + (sum(i in text.joined for text in w.texts) if track == "multilateral" else 0)


def track_of(parties: list[Actor]) -> str:
    """The track of a recorded deal."""
    if not all(i.is_state for i in parties):
        return "non_state"
    return "trilateral" if len(parties) == 3 else "bilateral"


def norm_threshold(w: World, i: Actor) -> float:
    """C.12: θ_i ~ N(.33, .1)."""
    z = normal(setup_luck(w).uniform(Stream.NORM_THRESHOLD, i.uid))
    return w.par.norm_threshold + w.par.norm_spread * z


def rest_decay(w: World, i: Actor, weight: Mapping[Actor, float], kinds: float) -> float:
    """C.15: d_K,i such that K(0) is the rest point of what is learnt at home and from the deals that are expected."""
    if not i.is_state:
        return 0.0
    whole = World(w.scenario.model_copy(update={"mechanisms": Mechanisms()}), w.replicate, w.actors, w.leaders,
                  w.blocs, w.texts)  # fmt: skip  # the recorded world has every mechanism
    learning = capacity.plain_learning(whole, i, weight, 1.0, 0.0) * capacity.together(whole, kinds, 0.0)
    gain = w.par.capacity_growth * (1.0 - i.capacity) * learning
    return gain / i.capacity if gain < i.capacity else 1.0


def evidence(w: World, i: Actor, j: Actor) -> tuple[float, float]:
    """C.4: what j thinks of i: n0 at τ⁰, and what conduct at its expectation has left since their deal was made."""
    opinion = j.opinion_of[i]
    alpha, beta = w.par.prior_mass * opinion.prior, w.par.prior_mass * (1.0 - opinion.prior)
    if j in i.deals:
        seen, openness = compliance.missed(w, i, j), 0.5 + 0.5 * i.transparency
        left = sum(w.par.memory**age for age in range(-i.deals[j].since))
        alpha += w.par.gain_of_trust * i.depth(j) / 3.0 * openness * (1.0 - seen) * left
        beta += w.par.loss_of_trust * openness * seen * left
    return alpha, beta


def kept_word(w: World, i: Actor, j: Actor) -> dict[int, bool]:
    """C.5: whether i kept its word to j, in each of the four quarters before the start that had a deal."""
    chance = compliance.annual_compliance(w, i, j) ** 0.25
    return {
        quarter: Luck(w.scenario.seed, w.replicate, quarter).uniform(Stream.COMPLIANCE, i.uid, j.uid) < chance
        for quarter in range(max(-4, i.deals[j].since), 0)
    }


def propensity(w: World, i: Actor, number: int) -> float:
    """C.16: one each; under imitation, which invents nothing, exponential with mean one."""
    if w.rules["learning"] != "fermi":
        return 1.0
    return -math.log(setup_luck(w).uniform(Stream.IMITATION, i.uid, number))
