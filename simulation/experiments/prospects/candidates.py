"""Everybody the focal state could turn to next, and everything it could join: a row each, screened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulation.data.world import World
from simulation.display.opportunities import HELD
from simulation.experiments.analysis.ranking import pooled
from simulation.experiments.prospects.reading import FORUM_LAYER, Reading
from simulation.model import GovernanceModel
from simulation.processes.books import deals_of, end_deal
from simulation.scenario.parameters import PARAMETERS, Parameters
from simulation.scenario.schema import Deal, Scenario
from simulation.state import I8, INFLUENCER, KINDS, MAX_DEPTH, F

if TYPE_CHECKING:
    from simulation.experiments.engine.transport import Tweak


BLOC, INSTRUMENT = "bloc", "instrument"
"""Kinds of candidates beside those of actors."""
COLUMNS = (
    "partner", "name", "kind", "held", "p_alone", "p_accept", "depth", "price", "gain_commitments", "gain_coverage",
    "dependence", "skills", "deeper",
)  # fmt: skip
"""What is known of a candidate before it is confirmed; ``skills`` is the coverage of skills that it adds, ``deeper``
whether there is anything to sign: what is held at its deepest can only be renewed."""


def candidates(scenario: Scenario, world: World, readings: Sequence[Reading]) -> pd.DataFrame:
    """Actors but influencers, the focal state's blocs, and texts that it may join, with what readings say of them.

    Who may never be dealt with (a mask, a ban of the strategy) is there with ``p_accept`` 0.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`, in the order of the world, then blocs, then texts.
    """
    rows = [*_actors(scenario, world, readings), *_blocs(world, readings), *_texts(scenario, world, readings)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _mean(values: Sequence[Any]) -> F:
    return np.asarray(np.mean(np.array(values, float), axis=0))


def _actors(scenario: Scenario, world: World, readings: Sequence[Reading]) -> list[dict[str, Any]]:
    depth, before = depths(readings)
    held, alone = _mean([one.start > 0 for one in readings]), _mean([one.alone for one in readings])
    kind, there = readings[0].kind, held >= HELD
    alike = list(zip(kind.tolist(), depth.tolist(), there.tolist(), strict=True))
    accepted, commitments = (
        pooled(pd.DataFrame(np.array(rows)), alike).to_numpy()
        for rows in ([one.accepted for one in readings], [one.commitments(depth) for one in readings])
    )
    coverage, dependence, skills = (_mean(part) for part in zip(*(one.covered(depth) for one in readings), strict=True))
    left_out = {world.index(scenario.focal), *np.flatnonzero(world.kind == INFLUENCER).tolist()}
    return [
        {
            "partner": world.ids[j], "name": world.names[j], "kind": KINDS[kind[j]], "held": held[j],
            "p_alone": alone[j], "p_accept": accepted[j], "depth": int(depth[j]),
            "price": float(np.mean([one.price(int(kind[j]), int(depth[j]), int(before[j])) for one in readings])),
            "gain_commitments": commitments[j], "gain_coverage": coverage[j], "dependence": dependence[j],
            "skills": skills[j], "deeper": bool(depth[j] > before[j]),
        }
        for j in range(len(world.ids)) if j not in left_out
    ]  # fmt: skip


def depths(readings: Sequence[Reading]) -> tuple[I8, I8]:
    """Depth (n,) that each actor's next deal would have, and that of the one it is put on top of, 0 for a new one.

    New ones have the depth of the middle one of all first signings; one that is held goes a rung deeper, if there
    is one.
    """
    start = np.array([one.start for one in readings], float)
    there = start > 0
    count = np.maximum(there.sum(axis=0), 1)
    before = np.where(there.mean(axis=0) >= HELD, np.rint(start.sum(axis=0) / count), 0).astype(np.int8)
    first = np.rint(np.median([one.rung for one in readings], axis=0)).astype(np.int8)
    deepest = readings[0].rules.deepest[readings[0].kind]
    return np.where(before > 0, np.minimum(before + 1, deepest), first).astype(np.int8), before


def _blocs(world: World, readings: Sequence[Reading]) -> Iterator[dict[str, Any]]:
    """Blocs of the focal state of which one more rung is possible."""
    names = {bloc.id: bloc.name for bloc in world.blocs}
    for row in _forums([one.blocs for one in readings], "bloc"):
        held = int(row["depth"])
        yield _forum(row["bloc"], names.get(row["bloc"].split("/")[0], row["bloc"]), BLOC) | {
            "held": float(held > 0), "p_alone": row["rises"], "p_accept": row["passes"], "depth": held + 1,
            "price": _forum_price(readings, held + 1, held), "gain_commitments": row["adds"] * (1.0 - row["rises"]),
        }  # fmt: skip


def _texts(scenario: Scenario, world: World, readings: Sequence[Reading]) -> Iterator[dict[str, Any]]:
    """Texts that the focal state is not in and may join; joining them asks nobody."""
    titles = {facts.id: facts.title for facts in world.instruments}
    titles |= {spec.id: spec.title or spec.id for spec in scenario.instruments}
    for row in _forums([one.texts for one in readings], "text"):
        depth = MAX_DEPTH if row["binding"] else 1
        yield _forum(row["text"], titles[row["text"]], INSTRUMENT) | {
            "held": 0.0, "p_alone": row["joined"], "p_accept": 1.0, "depth": depth,
            "price": _forum_price(readings, depth), "gain_commitments": row["adds"] * (1.0 - row["joined"]),
        }  # fmt: skip


def _forums(tables: Sequence[pd.DataFrame], key: str) -> list[dict[str, Any]]:
    """Means over the replicates in which a forum is there: parts of a bloc that is split differ between them."""
    means = pd.concat(tables).groupby(key, sort=False).mean().reset_index()
    return [{str(name): value for name, value in row.items()} for row in means.to_dict("records")]


def _forum(name: str, title: str, kind: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("gain_coverage", "dependence", "skills"), 0.0)
    return {"partner": name, "name": title, "kind": kind, "deeper": True} | nothing


def _forum_price(readings: Sequence[Reading], depth: int, held: int = 0) -> float:
    return float(np.mean([one.price(FORUM_LAYER, depth, held) for one in readings]))


# --- how a candidate is imposed on a run, and how a partner that is held fails


def imposed(scenario: Scenario, partner: str, kind: str, depth: int) -> tuple[Scenario, Tweak | None]:
    """The scenario with a candidate's deal of a depth in its first quarter, or what puts a forum into its models."""
    if kind == INSTRUMENT:
        return scenario, partial(join, text=partner)
    if kind == BLOC:
        return scenario, partial(decide, bloc=partner)
    deal = Deal(parties=(scenario.focal, partner), depth=depth, start=scenario.start)
    return scenario.model_copy(update={"deals": (*scenario.deals, deal)}), None


def reacting(scenario: Scenario) -> Scenario:
    """The scenario in a world whose rivalry is by 1 stronger than it says, as far as rivalry goes; it is not drawn."""
    stronger = min(scenario.parameters.rivalry + 1.0, PARAMETERS["rivalry"].high)
    parameters = Parameters({**scenario.parameters.chosen, "rivalry": stronger})
    return scenario.model_copy(update={"parameters": parameters})


def join(model: GovernanceModel, text: str) -> None:
    """The focal state has joined a text before the first quarter."""
    s, q, row = model.state, model.state.instrument_ids.index(text), model.index(model.scenario.focal)
    s.joined[q, row] = True
    s.join_quarter[q, row] = 0


def decide(model: GovernanceModel, bloc: str) -> None:
    """A bloc has decided something that took it a rung deeper; nothing where the replicate has no such bloc."""
    s = model.state
    if bloc in s.bloc_ids:
        s.bloc_depth[s.bloc_ids.index(bloc)] += 1


def lose(model: GovernanceModel, partner: str) -> None:
    """The deal of the focal state with a partner is over before the first quarter, and none follows."""
    s, f, j = model.state, model.index(model.scenario.focal), model.index(partner)
    if s.depth[f, j] > 0:
        end_deal(deals_of(s), f, j)
    s.allowed[f, j] = s.allowed[j, f] = False
