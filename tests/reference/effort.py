"""C.8 Forum choice: how a state divides its effort over the tracks."""

from __future__ import annotations

import math

from tests.reference.approaches import expected_consent
from tests.reference.world import FULL_DEPTH, TRACKS, Actor, Bloc, World


def divide_effort(w: World) -> None:
    """P_k ∝ P_k(0)·exp((E[u_k] − E_0[u_k])/s_f) over the tracks that are open; effort is P_k/P_k(0)."""
    obey_the_wait(w)
    for i in w.states:
        promise = promises(w, i)
        if w.quarter == 0:
            i.promise_start = promise
        gain = gains(w, i, promise)
        weight = {k: i.track_start[k] * math.exp(gain[k]) for k in TRACKS if i.track_allowed[k]}
        total = sum(weight.values())
        i.track_share = {k: weight.get(k, 0.0) / total if total > 0.0 else 0.0 for k in TRACKS}
        i.effort = {k: i.track_share[k] / i.track_start[k] for k in TRACKS}


def gains(w: World, i: Actor, promise: dict[str, float]) -> dict[str, float]:
    """How much more than at the start each track promises, in s_f; a learner's propensities in their place (C.16)."""
    if i.learns and w.rules["learning"] != "off":
        usual = sum(i.propensity.values()) / len(TRACKS)
        return {k: math.log(max(q / usual if usual > 0.0 else 1.0, 1e-6)) for k, q in i.propensity.items()}
    if not w.on("forum_choice"):
        return dict.fromkeys(TRACKS, 0.0)
    return {k: (promise[k] - i.promise_start[k]) / w.par.forum_noise for k in TRACKS}


def promises(w: World, i: Actor) -> dict[str, float]:
    """E[u_k]: the commitment that a unit of effort brings, times its chance; of deals that of a memorandum."""
    deals = discounted(w, expected_consent(w, i, "state"))
    return {
        "bilateral": deals,
        "trilateral": deals * deals,
        "regional": hope(w, i, "regional"),
        "multilateral": hope(w, i, "multilateral"),
        "non_state": discounted(w, expected_consent(w, i, "firm")),
    }


def discounted(w: World, chance: float) -> float:
    """A memorandum times its chance, less what the approaches take that it costs to come by one."""
    return chance / FULL_DEPTH * w.par.patience ** (1.0 / chance) if chance > 0.0 else 0.0


def hope(w: World, i: Actor, track: str) -> float:
    """Mean over i's blocs of a track of what a rung is worth, times its chance, less what waiting for it takes."""
    own = [rung_worth(w, bloc) for bloc in w.blocs if bloc.track == track and i in bloc.members]
    return sum(own) / len(own) if own else 0.0


def rung_worth(w: World, bloc: Bloc) -> float:
    """e/3 (e at least .5) times the share passed, as if one of two earlier items had, discounted by the items a success
    has taken.
    """
    chance = (bloc.passed + 1.0) / (bloc.tabled + 2.0)
    return max(bloc.enforcement, 0.5) / FULL_DEPTH * chance * w.par.patience ** (1.0 / chance)


def obey_the_wait(w: World) -> None:
    """A focal state that waits for a bloc (C29) keeps to blocs and texts until one of them has decided something."""
    strategy = w.scenario.strategy
    if not strategy.wait_for:
        return
    decided = any(bloc.depth >= 1 for bloc in w.blocs if bloc.id.split("/")[0] in strategy.wait_for)
    focal = w.by_id[w.scenario.focal]
    for track in TRACKS:
        focal.track_allowed[track] = track in strategy.tracks and (decided or track in ("regional", "multilateral"))
