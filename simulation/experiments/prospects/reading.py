"""What one undisturbed run says of everybody the focal state could turn to.

A reader looks on at one replicate from the first quarter to the last and adds up, quarter by quarter, the fitted
intensity of each pair of the focal state and the partner's consent (C.2). So a probability is a mean of exact ones over
draws, not a share of a few dozen runs. It changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulation.arithmetic import exp, ordered_sum, power
from simulation.kernels import Stream
from simulation.model import GovernanceModel
from simulation.outcomes import coverage
from simulation.outcomes.portfolio import LEAST_ENFORCEMENT, kept_deal
from simulation.processes.approaches import QUARTERS_A_YEAR, rates
from simulation.processes.blocs import Items, deepest, members_of, needed_votes, proposer, vote_of
from simulation.processes.books import Terms, binds, first_rung, likeness
from simulation.processes.instruments import instrument_z
from simulation.scenario.schema import Scenario
from simulation.state import CAMPS, I8, KINDS, MAX_DEPTH, SECRETARIAT, STATE, B, F, State

FORUM_LAYER = SECRETARIAT
"""Prices of texts and of rungs of blocs, which the model has none of, are those of a secretariat's deal (assumption):
somebody has to go to the meetings and write the reports."""
BLOC_COLUMNS = ("bloc", "depth", "rises", "passes", "adds")
"""A bloc, its depth at the start, whether it is deeper at the end, the chance that an item on a rung more is passed
when it is tabled, the kept commitments that a rung adds."""
TEXT_COLUMNS = ("text", "binding", "joined", "adds")
"""A text, whether it binds, whether the focal state is in it at the end, the kept commitments of being in."""
_MEDIAN = 0.5
"""Luck of the middle one of all first signings."""


@dataclass(frozen=True)
class Reading:
    """One replicate as the focal state's desk sees it; actors (n,), blocs (b,), texts (q,).

    Attributes
    ----------
    start, end
        (n,) depth of its deal with each actor before the first quarter and after the last.
    alone
        (n,) probability of at least one signing of the pair by the last quarter.
    accepted
        (n,) probability of a yes to one offer, mean over the quarters; 0 with whom it may never deal.
    there
        (n,) probability that a deal signed in the run is in force at its end, with whom there was none at its start.
    rung
        (n,) depth that a first signing most likely reaches: that of the median luck.
    kind, supply, side
        (n,), (n, 4) and (n,) kind of each actor, what it supplies at the end, and the camp whose supplies they are.
    quarters, income, rules
        Length of the run; what the focal state has to spend a quarter at its start; prices and terms.
    kept
        Share of the promises of its deals that are kept at the end.
    cover
        (1,) what its partners supply at the end, as :data:`simulation.outcomes.coverage.SUPPLIES`.
    blocs
        Its blocs of which one more rung is possible: frame :data:`BLOC_COLUMNS`.
    texts
        Texts that it has not joined at the start and may join in the run: frame :data:`TEXT_COLUMNS`.
    """

    start: I8
    end: I8
    alone: F
    accepted: F
    there: F
    rung: I8
    kind: I8
    supply: F
    side: I8
    quarters: int
    income: float
    rules: Terms
    kept: float
    cover: np.ndarray
    blocs: pd.DataFrame
    texts: pd.DataFrame

    def price(self, layer: int, depth: int, held: int = 0) -> float:
        """Signing a rung in the first quarter and keeping it to the last, in quarters' budgets of the focal state.

        Of a rung on top of one that is held, what keeping costs more than before.
        """
        keep = self.rules.keep[layer, depth] - self.rules.keep[layer, held]
        return float(self.rules.sign[layer, depth] + keep * self.quarters) / self.income

    def lasting(self, layer: int) -> float:
        """Probability that a deal that is signed first thing is there in the last quarter, if it is not renewed early.

        The first term is the longest, as of a planned deal; those after it are of mean length.
        """
        longest, shortest = int(self.rules.longest[layer]), int(self.rules.shortest[layer])
        left = self.quarters - longest
        if left <= 0:
            return 1.0
        renewals = 1 + int((left - 1) // ((longest + shortest) / 2.0))
        return float(power(1.0 / (1.0 + exp(-self.rules.renewed[layer])), renewals))

    def added(self, depth: I8) -> F:
        """Weight (n,) that a deal of a depth adds at the end to what is there anyway.

        With a partner that is not held, who would sign by itself deepens it instead, if it can go a rung deeper.
        """
        stays = np.array([self.lasting(layer) for layer in range(len(KINDS))])[self.kind]
        deeper = np.minimum(depth + 1, self.rules.deepest[self.kind]) - depth
        new = (1.0 - self.there) * depth + self.there * deeper
        held = np.maximum(0.0, depth.astype(float) - self.end)
        result: F = np.where(self.start > 0, held, new) / MAX_DEPTH * stays
        return result

    def commitments(self, depth: I8) -> F:
        """Kept commitments (n,) that such a deal adds at the end; means add none."""
        counts = np.array([binds(layer) for layer in range(len(KINDS))])[self.kind]
        return self.added(depth) * counts * self.kept

    def covered(self, depth: I8) -> tuple[F, F, F]:
        """Change (n,) of coverage, of dependence and of the coverage of skills by such a deal."""
        after = np.repeat(self.cover, len(self.kind))
        rows = np.arange(len(self.kind))
        after["supplied"][rows, self.side] += self.added(depth)[:, None] * self.supply
        before, now = coverage.outcomes(self.cover), coverage.outcomes(after)
        return (
            now["coverage"] - before["coverage"],
            now["dependence"] - before["dependence"],
            now["coverage_skills"] - before["coverage_skills"],
        )


def read(scenario: Scenario, replicate: int) -> Reading:
    """Run one replicate to its horizon and read it for the focal state."""
    model = GovernanceModel(scenario, replicate=replicate)
    try:
        reader = _Reader(model)
        model.watch = reader
        model.run()
        return reader.result()
    finally:
        model.close()


class _Reader:
    """Adds up intensity and consent; to be set as the ``watch`` of a model that has not run."""

    def __init__(self, model: GovernanceModel):
        self.model, self.row = model, model.index(model.scenario.focal)
        state = model.state
        self.start, self.bloc_start = state.depth[self.row].copy(), state.bloc_depth.copy()
        self.inside = state.joined[:, self.row].copy()
        self.flow, self.lasting, self.willing = np.zeros((3, state.n))
        self.rung = _rungs(model, self.row)
        self.income = float(state.budget[self.row])
        self.passes = np.zeros(len(state.bloc_ids))
        able = np.array([deepest(e) for e in state.bloc_enforcement], np.int8) > self.bloc_start
        able &= state.member[:, self.row] & (state.member[:, : state.s].sum(axis=1) >= 2)
        self.rising = np.flatnonzero(able & model.mechanisms.on("blocs")).tolist()

    def __call__(self, moment: str) -> None:
        if moment == "propose":
            self._offers()
        if moment == "sign" and self.model.state.quarter == 0:
            self._votes()

    def _offers(self) -> None:
        """Intensity and consent of this quarter (C.2), for every partner of the focal state."""
        s, f = self.model.state, self.row
        possible = self.model.possible[f]
        yes = _yes(s.pull[:, f], s.reluctance[s.kind]) * possible
        own = _yes(s.pull[f], s.reluctance[s.kind]) * possible
        rate = rates(s, self.model.parameters, self.model.mechanisms)
        turning = rate[f, s.kind] * _shares(s.pull[f], possible, s.kind) * yes
        asked = rate[np.arange(s.n), s.kind] * self._turned_to() * own
        flow = (turning + asked) / QUARTERS_A_YEAR
        self.flow += flow
        self.lasting += flow * _in_force(self.model.rules, self.model.scenario.quarters - 1 - s.quarter)[s.kind]
        self.willing += yes

    def _turned_to(self) -> F:
        """Chance (n,) that an approach of each actor to states goes to the focal state."""
        s, f = self.model.state, self.row
        states = s.kind == STATE
        weight = exp(np.where(self.model.possible[:, states], s.pull[:, states] - s.pull[:, [f]], -np.inf))
        total = weight.sum(axis=1)
        return np.where(self.model.possible[:, f], 1.0 / np.maximum(total, 1.0), 0.0)

    def _votes(self) -> None:
        """Chance that each bloc of the focal state passes an item that takes it a rung deeper, in the first quarter."""
        s, model = self.model.state, self.model
        key = model.sheet.draws.key(Stream.BLOC_PROPOSER)
        raises, proposal = np.ones(len(s.bloc_ids), bool), np.zeros((len(s.bloc_ids), s.position.shape[1]))
        for k in self.rising:
            members = members_of(s.member[k], s.s)
            proposal[k] = s.position[proposer(key, s.bloc_uid[k], members, s.uid)]
            item = Items(raises, raises, proposal)
            votes = [vote_of(s, model.parameters, model.mechanisms, k, int(i), item) for i in members]
            needed = needed_votes(s.bloc_rule[k], s.bloc_threshold[k], len(members))
            self.passes[k] = 0.0 if votes[0].vetoed else _at_least([vote.probability for vote in votes], needed)

    def result(self) -> Reading:
        """What was read, after the last quarter."""
        s, f, model = self.model.state, self.row, self.model
        cover = np.zeros(1, coverage.SUPPLIES)
        coverage.tally_supplies(s, np.array([f]), cover)
        return Reading(
            self.start, s.depth[f].copy(), 1.0 - exp(-self.flow), self.willing / model.scenario.quarters,
            1.0 - exp(-self.lasting), self.rung, s.kind, s.supply.copy(), _side(s, f), model.scenario.quarters,
            self.income, model.rules, _kept_share(s, f), cover, self._blocs(), self._texts(),
        )  # fmt: skip

    def _blocs(self) -> pd.DataFrame:
        s, k = self.model.state, self.rising
        adds = np.maximum(s.bloc_enforcement, LEAST_ENFORCEMENT) / MAX_DEPTH * _kept_inside(s, s.member)
        columns = ([s.bloc_ids[row] for row in k], self.bloc_start[k], s.bloc_depth[k] > self.bloc_start[k],
                   self.passes[k], adds[k])  # fmt: skip
        return pd.DataFrame(dict(zip(BLOC_COLUMNS, columns, strict=True)))

    def _texts(self) -> pd.DataFrame:
        s, f = self.model.state, self.row
        open_to_it = s.eligible[:, f] & ~self.inside & (s.opens < s.quarter) & (s.closes >= 0)
        q = np.flatnonzero(open_to_it & self.model.mechanisms.on("instruments")).tolist()
        adds = instrument_z(s, LEAST_ENFORCEMENT) * _kept_inside(s, s.joined)
        columns = [s.instrument_ids[row] for row in q], s.binding[q], s.joined[q, f], adds[q]
        return pd.DataFrame(dict(zip(TEXT_COLUMNS, columns, strict=True)))


def _rungs(model: GovernanceModel, f: int) -> I8:
    """Depth of the middle one of all first signings with each actor."""
    s, par = model.state, model.parameters
    result = np.ones(s.n, np.int8)
    for j in range(s.n):
        near = 0.0
        if j != f:
            near = likeness(
                s.position, s.weight, par.affinity_width, s.likeness_mean, s.likeness_sd, f, j
            )  # fmt: skip
        result[j] = first_rung(_MEDIAN, int(s.kind[j]), par.depth_likeness * near, model.rules)
    return result


def _in_force(rules: Terms, age: int) -> F:
    """Probability (6,) by layer that a deal is there so many quarters after its signature; one renewal is counted."""
    spread = rules.longest - rules.shortest + 1
    first = np.clip((rules.longest + 1.0 - age) / spread, 0.0, 1.0)
    result: F = first + (1.0 - first) / (1.0 + exp(-rules.renewed))
    return result


def _yes(utility: F, reluctance: F) -> F:
    """σ(U − κ), as :func:`simulation.processes.approaches.agreement`."""
    result: F = 1.0 / (1.0 + exp(reluctance - utility))
    return result


def _shares(pull: F, possible: B, kind: I8) -> F:
    """Chance (n,) that an approach to partners of its kind goes to each actor."""
    result = np.zeros(len(pull))
    for layer in range(len(KINDS)):
        able = possible & (kind == layer)
        if able.any():
            weight = exp(pull[able] - pull[able].max())
            result[able] = weight / weight.sum()
    return result


def _at_least(chances: list[float], needed: int) -> float:
    """Probability that at least so many of independent votes are yes."""
    yes = np.zeros(len(chances) + 1)
    yes[0] = 1.0
    for chance in chances:
        yes[1:] = yes[1:] * (1.0 - chance) + yes[:-1] * chance
        yes[0] *= 1.0 - chance
    return float(min(1.0, yes[needed:].sum()))


def _kept_share(s: State, f: int) -> float:
    """Share of the promises that the deals of an actor hold, and that are kept; 1 without deals."""
    partners = np.flatnonzero(s.depth[f] > 0)
    total = s.depth[f, partners].sum() / MAX_DEPTH
    return ordered_sum(kept_deal(s.depth, s.conduct, f, j) for j in partners) / total if len(partners) else 1.0


def _kept_inside(s: State, inside: B) -> F:
    """Mean compliance of those inside each forum; 1 of nobody."""
    count = inside.sum(axis=1)
    total = np.where(inside, s.compliance, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.ones(len(count)), where=count > 0)


def _side(s: State, f: int) -> I8:
    """Camp on which each partner's supplies make a state depend; the last without one."""
    free = (s.camp < 0) | (s.home == f)
    return np.where(free, len(CAMPS), s.camp).astype(np.int8)
