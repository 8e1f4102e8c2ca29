"""What a run starts with about its texts: how each is described, and this replicate's log odds of joining (C.7).

A text of the shipped table and one of the scenario are described by the same keys as in an instrument file, and
their log odds come from the same functions as a forecast's (:mod:`simulation.intensity.joining`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulation.data.kinds import InstrumentFacts
from simulation.data.world import World
from simulation.intensity.joining import belief as drawing
from simulation.intensity.joining.belief import Drawn
from simulation.intensity.joining.posterior import shipped
from simulation.intensity.joining.setting import UNION, Setting, setting, so_far
from simulation.intensity.joining.states import GROUPS, ids
from simulation.intensity.joining.texts import SignupText, Vote
from simulation.scenario.schema import InstrumentSpec, Scenario
from simulation.state import I64, State

Joined = tuple[str, ...]
"""Ids of those who are in a text."""


def recorded_text(facts: InstrumentFacts, world: World) -> SignupText:
    """A text of the shipped table as an instrument file would describe it."""
    names = [world.ids[i] for i in facts.sponsors]
    convening = [bloc.id for bloc in world.blocs if not bloc.universal and facts.convener in (bloc.id, bloc.name)]
    return SignupText(
        id=facts.id, opens=facts.opens, closes=facts.closes, sponsors=tuple(dict.fromkeys((*names, *convening))),
        eligible=tuple(world.ids[i] for i in facts.eligible), binding=facts.binding, domain=facts.domain,
        exclusive=facts.exclusive, position=facts.position, track=facts.track,
        openness="by_invitation" if facts.invitation_only else None,
    )  # fmt: skip


def recorded_joiners(facts: InstrumentFacts, world: World) -> Joined | None:
    """Who is in; None where a list is a part, for then who is missing says nothing."""
    return tuple(world.ids[i] for i, _ in facts.joined) if facts.complete else None


def planned_text(spec: InstrumentSpec, eligible: Sequence[int], world: World, scenario: Scenario) -> SignupText:
    """A text of a scenario as an instrument file would describe it."""
    return SignupText(
        id=spec.id, opens=spec.opens or scenario.start.first_day, closes=spec.closes, sponsors=spec.sponsors,
        eligible=tuple(world.ids[i] for i in eligible), binding=spec.binding, domain=spec.domain,
        exclusive=spec.exclusive, position=spec.position, track=spec.track, convener_kind=spec.convener_kind,
        openness=spec.openness, ceremony=spec.ceremony, summit=spec.summit, initiator=spec.initiator,
        attending=spec.attending, invited=spec.invited, vote=Vote(spec.vote.yes, spec.vote.no, spec.vote.abstain),
    )  # fmt: skip


def believe_in_texts(state: State, world: World, scenario: Scenario, replicate: int,
                     texts: Sequence[tuple[SignupText, Joined | None]]) -> None:  # fmt: skip
    """Fill ``reach``, ``launch_standing``, ``barred``, ``as_one`` and the columns of the pace of texts not yet closed.

    States without figures (of a made-up world) stand at the average.
    """
    known, rows = shipped(world.as_of), {name: row for row, name in enumerate(world.ids)}
    belief = drawing.draw_belief(known, scenario.seed, replicate)
    places = np.array([rows.get(name, -1) for name in ids()])  # of the states with figures
    for q, (text, joined) in enumerate(texts):
        if state.closes[q] < 0:
            continue
        here = setting(text, world.as_of)
        past = None if joined is None else so_far(text, joined, world.as_of)
        drawn = drawing.draw_text(known, belief, text, here, past, state.instrument_uid[q], scenario.seed, replicate)
        _write(state, q, drawn, here, places, rows.get(UNION))
        present = text.invited or text.attending
        if present:
            named = [rows[name] for name in present if name in rows]
            state.barred[q] = state.eligible[q] & ~state.sponsor[q]
            state.barred[q, named] = False


def _write(state: State, q: int, drawn: Drawn, here: Setting, places: I64, union: int | None) -> None:
    state.reach[q], state.as_one[q] = drawn.reach, drawn.as_one
    state.pace[q], state.pace_by_share[q] = drawn.pace, drawn.by_share
    place = places[here.who]
    inside = place >= 0
    state.launch_standing[q, place[inside]] = drawn.standing[inside]
    state.pace_standing[q, place[inside]] = drawn.pace_standing[inside]
    members = here.group == GROUPS.index(UNION)
    if union is not None and state.eligible[q, union] and members.any():
        state.launch_standing[q, union] = drawing.of_union(drawn.reach, drawn.standing[members])
        state.pace_standing[q, union] = drawing.pace_of_union(drawn.pace_standing[members])
