"""C.8 Forum choice: how a state divides its effort over the tracks."""

from __future__ import annotations

import math

from tests.reference.approaches import expected_consent
from tests.reference.instruments import is_open
from tests.reference.world import FULL_DEPTH, TRACKS, Actor, Bloc, Text, World

Prospect = tuple[float, float]
"""What a success would commit to, and its chance."""


def divide_effort(w: World) -> None:
    """P_k ∝ P_k(0)·exp((E[u_k] − E_0[u_k])/s_f) over the tracks that are open; effort is (P_k/P_k(0))^r."""
    obey_the_wait(w)
    for i in w.states:
        promise = promises(w, i)
        if w.quarter == 0:
            i.promise_start = promise
        gain = gains(w, i, promise)
        weight = {k: i.track_start[k] * math.exp(gain[k]) for k in TRACKS if i.track_allowed[k]}
        total = sum(weight.values())
        i.track_share = {k: weight.get(k, 0.0) / total if total > 0.0 else 0.0 for k in TRACKS}
        i.effort = {k: (i.track_share[k] / i.track_start[k]) ** w.par.effort_returns for k in TRACKS}


def gains(w: World, i: Actor, promise: dict[str, float]) -> dict[str, float]:
    """How much more than at the start each track promises, in s_f; a learner's propensities in their place (C.16)."""
    if i.learns and w.rules["learning"] != "off":
        usual = sum(i.propensity.values()) / len(TRACKS)
        return {k: math.log(max(q / usual if usual > 0.0 else 1.0, 1e-6)) for k, q in i.propensity.items()}
    if not w.on("forum_choice"):
        return dict.fromkeys(TRACKS, 0.0)
    return {k: (promise[k] - i.promise_start[k]) / w.par.forum_noise for k in TRACKS}


def promises(w: World, i: Actor) -> dict[str, float]:
    """E[u_k]: the mean over a track's candidates of commitment times chance, discounted by what a success takes."""
    one, firm = expected_consent(w, i, "state"), expected_consent(w, i, "firm")
    memorandum = 1.0 / FULL_DEPTH
    return {
        "bilateral": discounted(w, [(memorandum, one)]),
        "trilateral": discounted(w, [(memorandum, one * one)]),
        "regional": discounted(w, forums(w, i, "regional")),
        "multilateral": discounted(w, forums(w, i, "multilateral")),
        "non_state": discounted(w, [(memorandum, firm)]),
    }


def discounted(w: World, prospects: list[Prospect]) -> float:
    """Mean of commitment times chance, times β^T with T the efforts that a success takes at the mean chance."""
    if not prospects:
        return 0.0
    gain = sum(worth * chance for worth, chance in prospects) / len(prospects)
    mean = sum(chance for _, chance in prospects) / len(prospects)
    return float(gain * w.par.patience ** (1.0 / mean)) if mean > 0.0 else 0.0


def forums(w: World, i: Actor, track: str) -> list[Prospect]:
    """i's blocs of a track, then the texts of it that i could join now."""
    mine = [bloc for bloc in w.blocs if bloc.track == track and i in bloc.members]
    texts = [text for text in w.texts if text.track == track and is_open(w, text)]
    return [passage(bloc) for bloc in mine] + [
        joining(text) for text in texts if i in text.eligible and i not in text.joined
    ]


def passage(bloc: Bloc) -> Prospect:
    """A rung, e/3 with e at least .5, and the share passed, as if one of two earlier items had."""
    return max(bloc.enforcement, 0.5) / FULL_DEPTH, (bloc.passed + 1.0) / (bloc.tabled + 2.0)


def joining(text: Text) -> Prospect:
    """e·z with e at least .5, and the share of the eligible that has joined, as if one of two more had."""
    joined = sum(i in text.joined for i in text.eligible)
    return text.counts(0.5), (joined + 1.0) / (len(text.eligible) + 2.0)


def obey_the_wait(w: World) -> None:
    """A focal state that waits for a bloc (C29) keeps to blocs and texts until one of them has decided something."""
    strategy = w.scenario.strategy
    if not strategy.wait_for:
        return
    decided = any(bloc.passed for bloc in w.blocs if bloc.id.split("/")[0] in strategy.wait_for)
    focal = w.by_id[w.scenario.focal]
    for track in TRACKS:
        focal.track_allowed[track] = track in strategy.tracks and (decided or track in ("regional", "multilateral"))
