"""C.8 Forum choice: down which track each open slot goes."""

from __future__ import annotations

import math

from simulation.randomness import Stream
from tests.reference.blocs import vote_utility
from tests.reference.instruments import is_open, text_utility
from tests.reference.trust import affinity, distance
from tests.reference.world import FULL_DEPTH, TRACKS, Actor, World

CLOSED = -math.inf


def choose_tracks(w: World) -> None:
    """States choose a track for each open slot; all others have one pool, and broker at the same tempo."""
    obey_the_wait(w)
    for i in w.actors:
        i.slots_by_track = dict.fromkeys(TRACKS, 0)
        if not chooses(w, i):
            fill_pool(w, i)
        elif i.open_slots > 0:
            i.track_share = shares(w, i)
            for slot in range(i.open_slots):
                track = draw_track(i.track_share, w.draw(Stream.TRACK, i.uid, slot))
                if track is not None:
                    i.slots_by_track[track] += 1


def chooses(w: World, i: Actor) -> bool:
    """Whether an actor chooses a track for each slot: states do, with forum choice."""
    return i.is_state and w.on("forum_choice")


def has_one_pool(w: World, i: Actor) -> bool:
    """Whether its slots serve everybody: it chooses no track and neither track of deals is closed to it."""
    return not chooses(w, i) and i.track_allowed["bilateral"] and i.track_allowed["non_state"]


def fill_pool(w: World, i: Actor) -> None:
    """One pool of slots, bilateral unless only non-state partners are allowed, and one attempt to broker."""
    if i.slots == 0:
        return
    track = "bilateral" if i.track_allowed["bilateral"] else "non_state"
    if i.track_allowed[track]:
        i.track_share = dict.fromkeys(TRACKS, 0.0) | {track: 1.0}
        i.slots_by_track[track] = i.open_slots
    if i.own_broker and w.on("trilateral") and i.track_allowed["trilateral"]:
        i.slots_by_track["trilateral"] = 1


def obey_the_wait(w: World) -> None:
    """A focal state that waits for a bloc (C29) keeps to blocs and texts until one of them has decided something."""
    strategy = w.scenario.strategy
    if not strategy.wait_for:
        return
    decided = any(bloc.depth >= 1 for bloc in w.blocs if bloc.id.split("/")[0] in strategy.wait_for)
    focal = w.by_id[w.scenario.focal]
    for track in TRACKS:
        focal.track_allowed[track] = track in strategy.tracks and (decided or track in ("regional", "multilateral"))


def shares(w: World, i: Actor) -> dict[str, float]:
    """P(k) ∝ exp(E[u_k]⁺·β^T_k/s_f) over the tracks that are allowed and not closed."""
    worth = track_worth(w, i)
    score = {
        k: max(worth[k], 0.0) * w.par.patience ** waiting_time(w, i, k) / w.par.forum_noise
        for k in TRACKS
        if i.track_allowed[k] and worth[k] > CLOSED
    }
    top = max(score.values(), default=0.0)
    weight = {k: math.exp(score[k] - top) for k in score}
    total = sum(weight.values())
    return {k: weight[k] / total if k in weight else 0.0 for k in TRACKS}


def waiting_time(w: World, i: Actor, track: str) -> float:
    """T_k: mean wait for an agreement on a track so far, started from its prior."""
    return (i.first_wait[track] + w.quarter) / (1.0 + i.success[track])


def draw_track(share: dict[str, float], u: float) -> str | None:
    """A track by inversion of the cumulated shares; none if every track is closed."""
    cumulative, last = 0.0, None
    for track in TRACKS:
        if share[track] > 0.0:
            last = track
            cumulative += share[track]
            if u < cumulative:
                return track
    return last


def track_worth(w: World, i: Actor) -> dict[str, float]:
    """E[u_k] of each track; a learner's propensity in its place (C.16) where the track is open."""
    best = best_of_partners(w, i)
    worth = {
        "bilateral": best["states"],
        "trilateral": trilateral_worth(w, i, best["all"]),
        "regional": best_forum(w, i, "regional"),
        "multilateral": best_forum(w, i, "multilateral"),
        "non_state": best["others"],
    }
    if i.learns and w.rules["learning"] != "off":
        worth = {k: i.propensity[k] if worth[k] > CLOSED else CLOSED for k in TRACKS}
    return worth


def best_of_partners(w: World, i: Actor) -> dict[str, float]:
    """Mean utility of i's best few prospects among states, others, and all (at least two of these)."""
    gains = {"states": [], "others": [], "all": []}
    for j in i.possible:
        gains["states" if j.is_state else "others"].append(i.gain[j])
        gains["all"].append(i.gain[j])
    best = {}
    for sort, found in gains.items():
        top = sorted(found, reverse=True)[: round(w.par.prospects)]
        best[sort] = sum(top) / len(top) if len(top) > (sort == "all") else CLOSED
    return best


def broker_rate(w: World, i: Actor) -> float:
    """r3, the probability that a triple is put on the table; the focal state may have its own."""
    own = w.scenario.strategy.trilateral_rate
    return own if own is not None and i.id == w.scenario.focal else w.par.trilateral_rate


def trilateral_worth(w: World, i: Actor, best: float) -> float:
    """A brokered triple is put on the table with a probability only."""
    return broker_rate(w, i) * best if best > CLOSED and w.on("trilateral") else CLOSED


def best_forum(w: World, i: Actor, track: str) -> float:
    """Utility of the best bloc below full depth or open text of a track that i could still join."""
    best = CLOSED
    for bloc in w.blocs:
        if bloc.track == track and i in bloc.members and bloc.depth < FULL_DEPTH and len(bloc.members) > 1:
            close = sum(affinity(w, i, j.position) * i.trust[j] for j in bloc.members if j is not i)
            away = sum(distance(i.position, j.position, i.weight) for j in bloc.members)
            near = close / (len(bloc.members) - 1)
            best = max(best, vote_utility(w, i, bloc, near, away / len(bloc.members)))
    for text in w.texts:
        if text.track == track and is_open(w, text) and i in text.eligible and i not in text.joined:
            best = max(best, text_utility(w, i, text))
    return best


