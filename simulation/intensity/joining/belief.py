"""What one replicate takes joining to be: draws of the posterior, of each text's reach and of its pace (C.7).

Every draw is keyed by seed, replicate and name alone. Coefficients and effects of states are one draw for all
texts of a replicate; reach, slopes, shocks of groups and pace are a text's own. The log odds are those of
:mod:`simulation.intensity.joining.chances` and :mod:`.pace`, the same functions that a forecast calls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.arithmetic import exp, log, product
from simulation.intensity.belief import normals_of
from simulation.intensity.joining.chances import AS_ONE, REACH_SD, Draws, launch_standing, logistic, usual_standing
from simulation.intensity.joining.design import REACH
from simulation.intensity.joining.pace import (
    AGES,
    PRIOR,
    odds_of_share,
    pace_features,
    pace_level,
    pace_slope,
)
from simulation.intensity.joining.posterior import CHOSEN, Posterior, names
from simulation.intensity.joining.setting import (
    AGAINST_SD,
    PACE_CHANGE,
    UNASKED,
    Setting,
    SoFar,
    opening,
    reach_of_opening,
)
from simulation.intensity.joining.states import GROUPS, NAMES, ids
from simulation.intensity.joining.texts import SignupText
from simulation.kernels import Stream, fill_uniform, key, stable_hash
from simulation.state import U64, F

_SETUP = -1
"""Quarter of draws that are made while the world is set up."""
_OWN = ("reach", "against", "pace", "pace to come", *(f"slope {name}" for name in NAMES),
        *(f"shock {name}" for name in GROUPS))  # fmt: skip
"""Names of a text's own normal draws."""
_LUCK = ("ceremony", "summit", "as one")
"""Names of a text's own uniform draws."""


@dataclass(frozen=True, eq=False)
class Belief:
    """One draw of what all texts share.

    Attributes
    ----------
    launch, pace
        Coefficients of the launch, those of reach first, and of the pace.
    state, in_calls
        (193,) effects of states in treaties, and in political texts.
    """

    launch: F
    pace: F
    state: F
    in_calls: F


@dataclass(frozen=True, eq=False)
class Drawn:
    """One draw of a text, for the states of its :class:`~simulation.intensity.joining.setting.Setting`.

    Attributes
    ----------
    reach
        Log odds of the average eligible state at the launch.
    standing
        (e,) how far each state lies from it.
    as_one
        Whether the states of the EU decide as one at the launch.
    pace
        (4,) log odds of the average state in a quarter after it, by age: :data:`~.pace.AGES`.
    by_share
        What the log odds of the share that is in add to the pace.
    pace_standing
        (e,) how far each state lies from the pace of the average one.
    """

    reach: float
    standing: F
    as_one: bool
    pace: F
    by_share: float
    pace_standing: F


def draw_belief(known: Posterior, seed: int, replicate: int) -> Belief:
    """What a replicate believes of the coefficients and of the states."""
    luck = key(seed, replicate, _SETUP, Stream.INSTRUMENT_REACH)
    launch = known.mode + product(known.factor, _normals(luck, "launch", _hashes(names())))
    pace = known.pace.mode + product(known.pace.factor, _normals(luck, "pace", _hashes(tuple(PRIOR))))
    state = known.state + known.state_sd * _normals(luck, "state", _hashes(ids()))
    further = np.sqrt(np.maximum(known.both_sd * known.both_sd - known.state_sd * known.state_sd, 0.0))
    in_calls = state + known.state_by_act + further * _normals(luck, "state in calls", _hashes(ids()))
    return Belief(launch, pace, state, in_calls)


def draw_text(known: Posterior, belief: Belief, text: SignupText, here: Setting, past: SoFar | None,
              uid: np.uint64, seed: int, replicate: int) -> Drawn:  # fmt: skip
    """The log odds of a text in one replicate.

    Parameters
    ----------
    past
        What is known of its pace so far; None before its launch is over.
    uid
        Key of its draws.
    """
    luck = key(seed, replicate, _SETUP, Stream.INSTRUMENT_REACH)
    own = dict(zip(_OWN, _normals_of(luck, uid, _hashes(_OWN)).tolist(), strict=True))
    ceremony, summit, as_one = _uniforms(luck, uid, _hashes(_LUCK)).tolist()
    chance = opening(text, known)
    features = reach_of_opening(text, here, ceremony < chance[0], summit < chance[1])
    what = text_draws(belief, here, features, own, as_one < AS_ONE)
    usual = usual_standing(what, here.columns)
    z = standing_after(usual[0], here)
    slope = float(pace_slope(belief.pace, not here.text.treaty))
    pace = belief.pace.copy()
    pace[0] += _own_pace(known, belief, here, past, own["pace"], own["pace to come"])
    levels = product(np.array([pace_features(here.text, years) for years in AGES]), pace[:_SHARE])
    return Drawn(
        float(what.reach[0]), launch_standing(what, usual, here.centred, here.group)[0],
        bool(what.as_one[0]), levels, float(pace[_SHARE]), slope * z,
    )  # fmt: skip


_SHARE = tuple(PRIOR).index("share in")
"""Its place among the coefficients of pace, behind those of features."""


def text_draws(belief: Belief, here: Setting, features: F, own: dict[str, float], as_one: bool) -> Draws:
    """The draws behind the launch of a text, as one draw of a forecast."""
    effect = (belief.state if here.text.treaty else belief.in_calls)[here.who]
    reach = float(product(belief.launch[None, : len(REACH)], features)[0]) + REACH_SD * own["reach"]
    slopes = CHOSEN.slope * np.array([own[f"slope {name}"] for name in NAMES])
    widths = np.array([CHOSEN.union, *[CHOSEN.group] * (len(GROUPS) - 1)])
    shocks = widths * np.array([own[f"shock {name}"] for name in GROUPS])
    return Draws(
        np.array([reach]), belief.launch[None, len(REACH) :],
        (effect + here.against * (1.0 + AGAINST_SD * own["against"]))[None], slopes[None], shocks[None],
        np.array([as_one]),
    )  # fmt: skip


def standing_after(usual: F, here: Setting) -> F:
    """Standing of the states once the launch is over, less the mean, (e,)."""
    return np.asarray(usual - usual.mean() - UNASKED * here.barred)


def _own_pace(known: Posterior, belief: Belief, here: Setting, past: SoFar | None, own: float, change: float) -> float:
    """How far a text's pace lies from that of its kind.

    Of a text that has been open, given who has joined so far: normal around what its own list says at the most
    probable coefficients, moved against the replicate's by the share of it that its list, not its kind, tells.
    """
    if past is None:
        return known.pace.own_sd(here.text) * own
    moved = belief.pace - known.pace.mode
    off = float(pace_level(moved, past.features)) + float(moved[_SHARE] * odds_of_share(past.share))
    return past.mean - past.told * off + past.sd * own + PACE_CHANGE * change


def of_union(reach: float, standing: F) -> float:
    """Standing at the launch of the EU itself: as likely as the mean of its members, (m,)."""
    chance = float(logistic(reach + standing).mean())
    return float(log(chance / (1.0 - chance))) - reach


def pace_of_union(standing: F) -> float:
    """Standing of the EU itself after the launch: as quick as the mean of its members, whose chances are small."""
    return float(log(exp(standing).mean()))


# --- draws
_KNOWN_HASHES: dict[tuple[str, ...], U64] = {}


def _hashes(of: tuple[str, ...]) -> U64:
    if of not in _KNOWN_HASHES:
        _KNOWN_HASHES[of] = np.array([stable_hash(name) for name in of], np.uint64)
    return _KNOWN_HASHES[of]


def _uniforms(luck: np.uint64, first: np.uint64, second: U64) -> F:
    out = np.empty(len(second))
    fill_uniform(luck, first, second, out)
    return out


def _normals_of(luck: np.uint64, first: np.uint64, second: U64) -> F:
    return normals_of(_uniforms(luck, first, second))


def _normals(luck: np.uint64, what: str, second: U64) -> F:
    return _normals_of(luck, stable_hash(what), second)
