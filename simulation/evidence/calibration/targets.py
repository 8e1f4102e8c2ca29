"""What the calibration compares: the dated record of a few years, and the same of a simulated run.

The model starts as of a past date and runs to the end of the record. Counted are the focal state's
agreements with states, firms and secretariats, its own joins and the world's of texts then open, and
how trust at the end goes with votes. The record of deals has what was found: each simulated agreement
is recorded with a probability that is drawn beside the parameters and has no use after.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from simulation.data.facts import load_facts
from simulation.data.tables import table
from simulation.data.world import World, load_world
from simulation.model import GovernanceModel
from simulation.scenario.load import load_scenario
from simulation.scenario.schema import Scenario
from simulation.state import I64, KINDS, F

SINCE, UNTIL = date(2020, 12, 31), date(2024, 12, 31)
"""The model is calibrated on what happened between these days."""
PARTNERS = ("state", "firm", "secretariat")
"""Kinds of partner whose agreements are compared; the record can bear no others."""
SUMMARIES = (*(f"agreements with {kind}s" for kind in PARTNERS), "own joins", "joins of the world", "trust and votes")
TOLERANCE = np.array([0.5, 0.5, 0.5, 0.5, 1.0, 0.05])
"""Scale of each summary's distance: square roots of counts scatter by one half, joins cluster more."""
_NEW = ("made", "deepened")


@dataclass(frozen=True, eq=False)
class Record:
    """What happened, and what is needed to count the same in a run.

    Attributes
    ----------
    scenario, world
        The run: from :data:`SINCE`, with the world then known.
    observed
        (6,) by :data:`SUMMARIES`.
    texts
        Rows of the texts whose later joins are dated.
    likeness
        (s, s) closeness of votes in the UN at the end, nan without a figure.
    """

    scenario: Scenario
    world: World = field(repr=False)
    observed: F
    texts: I64
    likeness: F


def load_record(path: str) -> Record:
    """The record of the focal state of a scenario file."""
    scenario = load_scenario(
        path,
        overrides={
            "as_of": SINCE.isoformat(), "horizon": f"{UNTIL.year}Q4", "record.events": True,
            "record.metrics": ["deals"], "record.ties": "none", "record.actors": "focal",
        },
    )  # fmt: skip
    world, now = load_world(SINCE, scenario.roster), load_world(UNTIL, scenario.roster)
    me = now.ids.index(scenario.focal)
    own = [deal for deal in now.deals if me in deal.parties and deal.date > SINCE]
    kinds = [KINDS[now.kind[other]] for deal in own for other in deal.parties if other != me]
    texts = dated_texts(world)
    joined = {text.id: text.joined for text in now.instruments}
    later = [(row, i) for row in texts for i, day in joined[world.instruments[row].id] if day > SINCE]
    likeness = vote_likeness(world, UNTIL)
    counts = [kinds.count(kind) for kind in PARTNERS]
    ours = sum(now.ids[i] == scenario.focal for _, i in later)
    trust = correlation(now.trust_prior[: len(likeness), : len(likeness)], likeness)
    observed = np.array([*counts, ours, len(later), trust], np.float64)
    return Record(scenario, world, observed, texts, likeness)


def dated_texts(world: World) -> I64:
    """Rows of the texts open on the day of the world of which no later join is dated by an upper bound only."""
    day = world.as_of.isoformat()
    vague = {row["instrument"] for row in table("joins") if row["date_precision"] == "by" and row["date"] > day}
    rows = [
        k for k, text in enumerate(world.instruments) if text.open_at_as_of and text.complete and text.id not in vague
    ]
    return np.array(rows, np.int64)


def vote_likeness(world: World, day: date) -> F:
    """Minus the distance of the ideal points of two states in UN votes, (s, s)."""
    facts = load_facts(day)
    point = dict(zip(facts.iso3, facts["ideal_point"], strict=True))
    x = np.array([point.get(name, np.nan) for name, un in zip(world.ids, world.un_member, strict=True) if un])
    return -np.abs(x[:, None] - x)


def correlation(trust: F, likeness: F) -> float:
    """Correlation of trust and closeness of votes over ordered pairs of states."""
    apart = ~np.eye(len(likeness), dtype=np.bool_) & ~np.isnan(likeness)
    return float(np.corrcoef(trust[apart], likeness[apart])[0, 1])


def summaries(record: Record, parameters: dict[str, float], reported: float, number: int) -> F:
    """The summaries (6,) of one simulated run.

    Parameters
    ----------
    parameters
        Values by name.
    reported
        Probability that an agreement is recorded.
    number
        Of the simulation: its luck.
    """
    base = record.scenario
    scenario = base.model_copy(update={"parameters": base.parameters.replace(**parameters)})
    model = GovernanceModel(scenario, replicate=number, world=record.world).run()
    state, s = model.state, len(record.likeness)
    luck = np.random.default_rng([scenario.seed, number])
    agreed: dict[str, int] = dict.fromkeys(KINDS, 0)
    for event in model.recorder.events().itertuples(index=False):
        names = str(event.actors).split()
        if event.kind in _NEW and scenario.focal in names:
            other = next(name for name in names if name != scenario.focal)
            agreed[KINDS[state.kind[model.index(other)]]] += 1
    counts = [int(luck.binomial(agreed[kind], reported)) for kind in PARTNERS]
    joins = state.join_quarter[record.texts] >= 0
    trust = state.alpha[:s, :s] / np.maximum(state.alpha[:s, :s] + state.beta[:s, :s], 1e-12)
    own = int(joins[:, model.index(scenario.focal)].sum())
    return np.array([*counts, own, int(joins.sum()), correlation(trust, record.likeness)], np.float64)


def distance(observed: F, found: F) -> F:
    """How far summaries (m, 6) are from the observed: root of the sum of squared scaled differences."""

    def scaled(values: F) -> F:
        counts = np.sqrt(values[..., :-1])
        return np.concatenate([counts, values[..., -1:]], axis=-1) / TOLERANCE

    gap: F = np.sqrt(((scaled(found) - scaled(observed)) ** 2).sum(axis=-1))
    return gap
