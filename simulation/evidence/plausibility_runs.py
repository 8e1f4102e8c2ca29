"""What the page of plausibility measures in a replicate: the book of deals quarter by quarter, some rows of it, levers.

Everything is read from a model between its steps; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from simulation.data.tables import read_csv
from simulation.experiments.engine.executors import beside, usable_cores
from simulation.intensity.equation import pair_rates
from simulation.model import GovernanceModel
from simulation.processes import approaches
from simulation.processes.books import COMMITTED_TO
from simulation.scenario.checks import world_of
from simulation.scenario.load import load_scenario
from simulation.scenario.schema import Scenario
from simulation.state import I64, INFLUENCER, STATE, B, F

AGES = 160
"""Ages of deals that are told apart, quarters."""
BASE, STRUCK, CAMPS = "baseline", "own deals struck", "lines between the camps"
BUDGETS = {"a quarter": 0.25, "double": 2.0, "four times": 4.0}
TRUSTS = (0.45, 0.9)
FRIEND = "FRA"
"""Whose trust with the focal state is moved."""
NEAR_YEARS = 6
"""Years from the start in which a partner counts as near: 2025-30 in the baseline."""
COMMITMENTS, AMONG_STATES, ENGAGEMENTS = range(3)
"""Rows of life tables: deals of states, firms and secretariats; those between states; work with all others."""


@cache
def bounds() -> Mapping[tuple[str, str], tuple[float, float]]:
    """Pairs that were absurd in the first edition, and bounds of the chance of a new deal in the near years, or, where
    one is on record, of a deal in force at their end: the author's judgement."""
    return {(row["a"], row["b"]): (float(row["low"]), float(row["high"])) for row in _table() if row["b"]}


@cache
def focal_states() -> tuple[str, ...]:
    """States that are looked at."""
    return tuple(row["a"] for row in _table() if not row["b"])


@cache
def looked_at() -> tuple[str, ...]:
    """Whose partners are noted."""
    return tuple(dict.fromkeys((*focal_states(), *(a for a, _ in bounds()))))


def _table() -> tuple[dict[str, str], ...]:
    return read_csv(Path(__file__).parent / "plausible_pairs.csv")


@dataclass(frozen=True, eq=False)
class Ground:
    """What is so before a run starts.

    Attributes
    ----------
    ids
        Of the n actors, states and the EU first.
    states
        How many states there are, the EU included.
    recorded
        (n, n) pairs whose deal in force at the start is on record.
    trust, trade
        (s, s) first trust, and the share of j in i's trade.
    """

    ids: tuple[str, ...]
    states: int
    recorded: B
    trust: F
    trade: F


@dataclass(frozen=True, eq=False)
class Seen:
    """One replicate of Q quarters, n actors and s states.

    Attributes
    ----------
    stock, among_states
        (Q + 1,) deals in force before the start and after each quarter: commitments, and those between states.
    flow, signed, unsigned, renewed, unrenewed
        (Q,) pairs that got a deal that is a commitment; contracts signed, and not signed for want of money; terms
        renewed, alike.
    ended, engaged
        (Q, 3) deals ended by expiry, breach, want of money: commitments, and engagements.
    at_risk, died
        (3, AGES) commitments, those between states and engagements that began a quarter at each age in quarters, and
        that ended in it.
    held
        (Q + 1, n) partners of the focal state.
    start, new, near
        (R, n) partners of the rows looked at: before the start; new in the near years; at their end.
    intensity
        (s,) agreements a year of the focal state with each state that the rules expect, mean over the run.
    kept, conceded, gap
        Mean compliance of the focal state; what leaders conceded to it; distance of its agreed terms from its position.
    """

    stock: I64
    among_states: I64
    flow: I64
    signed: I64
    unsigned: I64
    renewed: I64
    unrenewed: I64
    ended: I64
    engaged: I64
    at_risk: I64
    died: I64
    held: B
    start: B
    new: B
    near: B
    intensity: F
    kept: float
    conceded: float
    gap: float


def ground(scenario: Scenario) -> Ground:
    """Read what is so before the first quarter."""
    model = GovernanceModel(scenario)
    try:
        s = model.state
        recorded = (s.depth > 0) & ~s.drawn
        return Ground(s.ids, s.s, recorded, s.trust_prior[: s.s, : s.s].copy(), np.array(s.trade_share))
    finally:
        model.close()


def points(scenario: Scenario, replicates: int) -> dict[str, tuple[Scenario, int]]:
    """The scenarios of the page and how many replicates each gets."""
    world = world_of(scenario)
    row = world.index(scenario.focal)
    own = [deal.id for deal in world.deals if row in deal.parties]
    half, few = max(1, replicates // 2), max(1, replicates // 4)
    parts = ("bloc_splitting", "trust", "decision_rule", "rewiring")
    changes: dict[str, tuple[dict[str, Any], int]] = {
        BASE: ({}, replicates),
        STRUCK: ({"records": {"strike": own}}, replicates),
        CAMPS: ({"fragmentation": {**dict.fromkeys(parts, 1.0), "lines": "camp"}}, half),
    }
    for name, value in BUDGETS.items():
        changes[name] = {"strategy": {"budget": value}}, half
    for value in TRUSTS:
        changes[f"{value:g}"] = {"trust": [{"pair": [scenario.focal, FRIEND], "value": value}]}, few
    lean = {"record": {"metrics": ["cooperation"], "ties": "none"}}
    return {
        name: (load_scenario(scenario, overrides={**lean, **change}), count)
        for name, (change, count) in changes.items()
    }


def run(scenario: Scenario, replicates: int, workers: int | None = None) -> dict[str, list[Seen]]:
    """All replicates of all points, in order; one worker is this process."""
    plan = points(scenario, replicates)
    jobs = [(plan[name][0], number) for name in plan for number in range(plan[name][1])]
    workers = usable_cores() if workers is None else workers
    with beside([partial(see, job) for job in jobs], workers if workers > 1 else 0) as those_of:
        left = iter(those_of())
    return {name: [next(left) for _ in range(count)] for name, (_, count) in plan.items()}


def see(job: tuple[Scenario, int]) -> Seen:
    """Run one replicate of a scenario and note what the page needs."""
    model = GovernanceModel(job[0], replicate=job[1])
    try:
        return _Notes(model).run()
    finally:
        model.close()


def intensities(model: GovernanceModel, row: int) -> F:
    """λ of a state with every state this quarter, agreements a year, (s,); read after ``propose``.

    See :mod:`simulation.intensity.equation`; a pair that holds a deal has one too: to deepen it.
    """
    s = model.state
    count, possible = s.s, model.possible[: s.s, : s.s].astype(np.float64)
    omega = approaches.rates(s, model.parameters, model.mechanisms)[:count, STATE]
    result: F = pair_rates(s.pull[:count, :count], float(s.reluctance[STATE]), possible, omega)[row]
    return result


class _Notes:
    """Takes notes of a model while it runs."""

    def __init__(self, model: GovernanceModel):
        self.model, self.focal = model, model.index(model.scenario.focal)
        self.rows = [model.index(name) for name in looked_at()]
        self.series: dict[str, list[Any]] = {}
        self.at_risk, self.died = np.zeros((3, AGES), np.int64), np.zeros((3, AGES), np.int64)
        self.engaging = ~np.isin(model.state.kind, COMMITTED_TO)
        among = np.zeros((model.state.n, model.state.n), bool)
        among[: model.state.s, : model.state.s] = True
        engagement = self.engaging[:, None] | self.engaging
        campaign = model.state.kind == INFLUENCER
        self.spoken = campaign[:, None] | campaign
        self.groups = (~engagement, among, engagement)
        self.intensity, self.kept = np.zeros(model.state.s), 0.0
        self.unrenewed = 0
        model.watch = self._watch

    def _watch(self, moment: str) -> None:
        if moment == "propose":
            self.intensity += intensities(self.model, self.focal)
        elif moment == "renewed":
            self.unrenewed = int(self.model.state.unpaid.sum()) // 2

    def _add(self, **values: Any) -> None:
        for name, value in values.items():
            self.series.setdefault(name, []).append(value)

    def _book(self) -> None:
        s = self.model.state
        held = s.depth > 0
        stock, among_states = ((held & self.groups[row]).sum() // 2 for row in (COMMITMENTS, AMONG_STATES))
        self._add(stock=stock, among_states=among_states, held=held[self.focal].copy())

    def _quarter(self) -> None:
        s = self.model.state
        before, since = s.depth > 0, s.since.copy()
        upper = np.triu(before, 1)
        age = np.clip(s.quarter - since, 0, AGES - 1)
        self.model.step()
        same = (s.depth > 0) & (before & self.spoken | (s.since == since))  # a campaign bought again goes on
        for row, group in enumerate(self.groups):
            mine = upper & group
            self.at_risk[row] += np.bincount(age[mine], minlength=AGES)
            self.died[row] += np.bincount(age[mine & ~same], minlength=AGES)
        signing = self.model.sheet.signing
        assert signing is not None
        unpaid = int(signing.unpaid.sum())
        new = (s.depth > 0) & ~(before & same) & self.groups[COMMITMENTS]
        engaged = s.ended[self.engaging].sum(axis=0)  # each has one such party
        self._add(
            flow=int(new.sum()) // 2, signed=len(signing.unpaid) - unpaid,
            unsigned=unpaid, renewed=int(s.renewed.sum()) // 2, unrenewed=self.unrenewed,
            ended=s.ended.sum(axis=0) // 2 - engaged, engaged=engaged,
        )  # fmt: skip
        self.kept += float(s.compliance[self.focal])
        self._book()

    def run(self) -> Seen:
        s, quarters = self.model.state, self.model.scenario.quarters
        self._book()
        start = s.depth[self.rows] > 0
        new, near = np.zeros_like(start), start
        for quarter in range(quarters):
            self._quarter()
            if quarter < 4 * NEAR_YEARS:
                near = s.depth[self.rows] > 0
                new |= near & ~start
        partners = s.depth[self.focal] > 0
        apart = s.terms[self.focal, partners] - s.position[self.focal]
        gap = float(np.sqrt((s.weight[self.focal] * apart**2).sum(axis=1)).mean()) if partners.any() else 0.0
        return Seen(
            **{name: np.array(values) for name, values in self.series.items()},
            at_risk=self.at_risk, died=self.died, start=start, new=new, near=near,
            intensity=self.intensity / quarters, kept=self.kept / quarters,
            conceded=float(s.conceded[self.focal]), gap=gap,
        )  # fmt: skip


def mean_life(at_risk: I64, died: I64) -> float:
    """Mean life of a deal in years by a life table; infinite if none ends.

    Deals enter at the age they have when first seen, so neither those that outlive the run nor those older than it
    bias it. Beyond the greatest age that 30 deals reached the mean rate of all ages goes on.
    """
    if died.sum() == 0:
        return float("inf")
    many = np.flatnonzero(at_risk[1:] >= min(30, at_risk[1:].max())) + 1
    ages = slice(1, int(many[-1]) + 1)
    leaves = 1.0 - np.divide(died[ages], at_risk[ages], out=np.zeros(ages.stop - 1), where=at_risk[ages] > 0)
    alive = np.cumprod(leaves)
    quarters = 1.0 + alive[:-1].sum() + alive[-1] * at_risk.sum() / died.sum()
    return float(quarters / 4.0)


def ratio_of(numbers: Sequence[Seen], above: Sequence[str], below: Sequence[str]) -> float:
    """Sum of some counts over all replicates as a share of the sum of others; 0 of nothing."""
    sums = [sum(int(getattr(one, name).sum()) for one in numbers for name in names) for names in (above, below)]
    return sums[0] / sums[1] if sums[1] else 0.0


def explained(trust: F, trade: F) -> tuple[float, float]:
    """Spread of first trust over pairs of states, and the share of its variance that trade explains (R²).

    Least squares on the pair's mean share of trade, its logarithm and whether there is any.
    """
    first, second = np.triu_indices(len(trust), 1)
    values = (trust[first, second] + trust[second, first]) / 2
    share = (trade[first, second] + trade[second, first]) / 2
    facts = np.stack([np.ones_like(share), share, np.log(share + 1e-5), share > 0], axis=1)
    rest = values - facts @ np.linalg.lstsq(facts, values, rcond=None)[0]
    spread = float(values.std())
    return spread, float(1.0 - rest.var() / values.var()) if spread > 0 else 0.0


def rank_correlation(left: F, right: F) -> float:
    """Spearman's; 0 where one side does not vary."""
    return float(spearmanr(left, right).statistic) if np.ptp(left) > 0 and np.ptp(right) > 0 else 0.0


def mean_of(found: Mapping[str, Sequence[Seen]], point: str, name: str) -> F:
    """Mean of a measure over the replicates of a point, of the measure's shape."""
    return np.asarray(np.mean([getattr(one, name) for one in found[point]], axis=0), np.float64)
