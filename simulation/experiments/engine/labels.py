"""Facts of a scenario's world that the tables of a result name: actors, instruments, notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from simulation.data.world import World
    from simulation.model import GovernanceModel
    from simulation.scenario.schema import Scenario
    from simulation.state import State

STATE_COLUMNS = ("id", "name", "camp", "region", "bloc")
BLOC_COLUMNS = ("id", "name")


@dataclass(frozen=True)
class Facts:
    """What does not change over replicates.

    Attributes
    ----------
    actors
        Frame ``id, name, kind, camp, region``; ``camp`` is that of the first day, ``none`` without one; ``region`` the
        continent of the home, empty without one.
    instruments
        Frame ``id, title, domain, binding, open``; ``open``: can be joined at some time in the run.
    peers
        Ids of those against whom the focal actor is ranked.
    notes
        What is remarkable in the scenario, and what the world has to say of its own data.
    states
        Frame :data:`STATE_COLUMNS`, the UN members and the EU: continent, and the largest regional
        bloc each is in on the first day (empty without one).
    blocs
        Frame :data:`BLOC_COLUMNS`; a part of a bloc that is split has the name of the whole.
    priors_alone
        Metrics on which the record holds no observation.
    """

    actors: pd.DataFrame
    instruments: pd.DataFrame
    peers: tuple[str, ...]
    notes: tuple[str, ...]
    states: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(STATE_COLUMNS)))
    blocs: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(BLOC_COLUMNS)))
    priors_alone: tuple[str, ...] = ()


def describe(scenario: Scenario) -> Facts:
    """Build the world of a scenario once and take its facts.

    Raises
    ------
    InputError
        If the scenario cannot be built; better here than in every replicate.
    """
    from simulation.model import GovernanceModel

    record = scenario.record.model_copy(update={"metrics": ()})  # a user's own may fail: a replicate's fault, not this
    model = GovernanceModel(scenario.model_copy(update={"record": record}))
    try:
        return facts_of(model, scenario)
    finally:
        model.close()


def facts_of(model: GovernanceModel, scenario: Scenario) -> Facts:
    """The facts of a model's world: camps and blocs as they are in it now."""
    from simulation.outcomes.observed import priors_alone
    from simulation.scenario.remarks import remarks
    from simulation.state import CAMPS, DOMAINS, KINDS

    state, world = model.state, model.world
    titles = {facts.id: facts.title for facts in world.instruments}
    titles |= {spec.id: spec.title or spec.id for spec in scenario.instruments}
    actors = pd.DataFrame(
        {
            "id": state.ids,
            "name": world.names,
            "kind": [KINDS[code] for code in state.kind],
            "camp": [CAMPS[code] if code >= 0 else "none" for code in state.camp],
            "region": world.region,
        }
    )
    instruments = pd.DataFrame(
        {
            "id": state.instrument_ids,
            "title": [titles.get(name, name) for name in state.instrument_ids],
            "domain": [DOMAINS[code] for code in state.instrument_domain],
            "binding": np.asarray(state.binding),
            "open": (state.closes >= 0) & (state.opens < scenario.quarters),
        }
    )
    states, blocs = _states(actors, state), _blocs(state, world)
    peers = model.scenario.peers or ()
    unseen = tuple(sorted(priors_alone(world, scenario.focal)))
    notes = tuple(dict.fromkeys((*remarks(scenario), *world.notes)))
    return Facts(actors, instruments, peers, notes, states, blocs, unseen)


def _states(actors: pd.DataFrame, state: State) -> pd.DataFrame:
    from simulation.state import STATE

    members = np.flatnonzero(state.kind == STATE)
    result = actors.iloc[members][["id", "name", "camp", "region"]].assign(
        bloc=[_largest_bloc(state, int(row)) for row in members]
    )
    return result.reset_index(drop=True)


def _blocs(state: State, world: World) -> pd.DataFrame:
    names = {bloc.id: bloc.name for bloc in world.blocs}
    return pd.DataFrame(
        {
            "id": state.bloc_ids,
            "name": [names.get(name.split("/")[0], name) for name in state.bloc_ids],
        }
    )


def _largest_bloc(state: State, row: int) -> str:
    """Id of the largest regional bloc that a state is in; empty without one."""
    own = np.flatnonzero(state.member[:, row] & state.bloc_regional)
    if not len(own):
        return ""
    sizes = state.member[own].sum(axis=1)
    return state.bloc_ids[own[int(sizes.argmax())]]
