"""Signposts of a strategy: what is seen in a run changes the levers from the next quarter on.

Dynamic adaptive policy pathways: Haasnoot, Kwakkel, Walker & ter Maat 2013, *Global Environmental Change* 23, 485-498.
"""

from __future__ import annotations

import numpy as np

from simulation.data.world import World
from simulation.errors import Fault, InputError
from simulation.model.levers import players
from simulation.model.start import build_state
from simulation.outcomes.focal import actor_outcomes
from simulation.outcomes.metrics import METRICS, StateView, evaluate, not_of_an_actor
from simulation.outcomes.record import Recorder
from simulation.scenario.schema import Scenario
from simulation.scenario.strategy import Signpost, Strategy
from simulation.state import State

SET_BY_LEVERS = (
    "zeal", "budget", "transparency", "oversight", "agency", "local_share", "local_funding", "track_allowed", "learns",
    "campaign_line", "campaign_weight", "campaign_open", "campaign_counter",
)  # fmt: skip
"""Columns of a state that plays a strategy, written before a run; beside them pairs, answers to texts and pots."""


class Signposts:
    """The signs of one run that are still to be seen, each once.

    Raises
    ------
    InputError
        If a sign is in a metric that there is not, or that is of the world and not of a state.
    """

    def __init__(self, scenario: Scenario):
        self._open = list(enumerate(scenario.strategy.when))
        self._seen: list[Signpost] = []
        wrong = not_of_an_actor(sign.metric for _, sign in self._open)
        if faults := [Fault(f"strategy.when[{place}].metric", message) for place, message in wrong]:
            raise InputError(faults)

    def read(self, state: State, scenario: Scenario, recorder: Recorder) -> None:
        """Look at the focal state at the end of a quarter; what is seen is an event of that quarter."""
        if not self._open:
            return
        focal = state.ids.index(scenario.focal)
        values = _read(state, scenario, focal, {sign.metric for _, sign in self._open})
        for place, sign in tuple(self._open):
            value = values[sign.metric]
            if (sign.above is not None and value > sign.above) or (sign.below is not None and value < sign.below):
                self._open.remove((place, sign))
                self._seen.append(sign)
                recorder.event(f"signpost {place + 1}", [focal])

    def follow(self, strategy: Strategy) -> Strategy | None:
        """The strategy after what was seen last quarter; None if nothing was."""
        if not self._seen:
            return None
        for sign in self._seen:
            strategy = strategy.after(sign)
        self._seen = []
        return strategy


def _read(state: State, scenario: Scenario, focal: int, names: set[str]) -> dict[str, float]:
    built_in = actor_outcomes(state, scenario.parameters, np.array([focal], np.int64))
    view = StateView(state)
    return {
        name: evaluate(METRICS[name], view, scenario.focal) if METRICS[name].custom else float(built_in[name][0])
        for name in names
    }


def change_levers(state: State, world: World, before: Scenario, after: Scenario, replicate: int) -> None:
    """Pull the levers of a changed strategy: what they set of its players is as if it had been so from the start.

    A cut of the budget that is under way goes on; a purse that is divided anew is divided as it stands; a pair that
    the run has closed, by an exit, stays closed.
    """
    once, fresh = (build_state(world, scenario, replicate) for scenario in (before, after))
    moved = once.allowed != fresh.allowed
    state.allowed[moved] = fresh.allowed[moved]
    for i in sorted({*players(fresh, before, replicate), *players(fresh, after, replicate)}):
        for name in SET_BY_LEVERS:
            getattr(state, name)[i] = getattr(fresh, name)[i]
        if state.uncut[i] >= 0.0:
            state.uncut[i] = fresh.budget[i]
        state.answer[:, i] = fresh.answer[:, i]
        if (state.share[i] != fresh.share[i]).any():
            share = state.share[i] = fresh.share[i]
            state.pot[i] = np.where(share >= 0.0, share * state.purse[i], fresh.pot[i])
