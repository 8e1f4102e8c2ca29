"""What runs of the model say of the record: numbers that a later reader can count.

A run signs all deals, a reader finds the recorded ones: of each pair a list like the shipped one holds the share ρ. So
each signing of a run is kept with the chance ρ of its pair in that run, and what is forecast is counted of those kept
and of the shipped ones. Few texts say when they end, so that a deal is counted for five years from its signing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulation.data.country_names import titles
from simulation.evidence import BASELINE
from simulation.experiments.engine.runner import run_points
from simulation.experiments.engine.tables import Outcome
from simulation.kernels import Stream, key, symmetric_uniform
from simulation.model import GovernanceModel
from simulation.scenario.load import load_scenario
from simulation.scenario.quarter import Quarter
from simulation.scenario.schema import Scenario
from simulation.state import I64, STATE, B, State

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Of the quantiles of a number; a chance has the outer two."""


@dataclass(frozen=True)
class Question:
    """One forecast; exactly one of ``probability`` and ``mean`` is a number.

    Attributes
    ----------
    kind
        See :data:`simulation.evidence.register.KINDS`.
    quantiles
        At :data:`LEVELS`; of a chance NaN but for the outer two.
    """

    question: str
    kind: str
    by: date
    probability: float | None
    mean: float | None
    quantiles: tuple[float, ...]
    resolved_by: str


def chance(question: str, kind: str, by: date, probability: float, low: float, high: float, how: str) -> Question:
    """A question that is answered by yes or no, with a 90 % interval of its probability."""
    return Question(question, kind, by, probability, None, (low, *[np.nan] * (len(LEVELS) - 2), high), how)


def number(question: str, kind: str, by: date, draws: NDArray[np.number], how: str) -> Question:
    """A question for a count, of which there are draws; quantiles are numbers that a count can have."""
    found = np.quantile(draws, LEVELS, method="inverted_cdf")
    return Question(question, kind, by, None, float(draws.mean()), tuple(found.tolist()), how)


DAYS = (date(2025, 12, 31), date(2026, 12, 31), date(2027, 12, 31))
"""Ends of years for which numbers are forecast."""
REPLICATES = 200
STANDING = 20
"""Quarters from its signing for which a deal is counted as in force."""
_RECORDED = "recorded"
_HOW = (
    "A list of AI agreements searched like the shipped one, which goes on from it (joint initiatives of many states "
    "left out; the EU counts as a state). What no list holds is not counted: the runs' deals were thinned by the share "
    "that such a list holds. "
)
BY_STANDING = _HOW + "In force: signed in the five years to the day, whatever its text says of an end."
BY_NEW = _HOW + "New: with whom no agreement was signed by made_on."
BY_SIGNING = _HOW + "An agreement of several sides counts once a pair."
BY_TEXTS = "The depositaries' or conveners' public lists on that day of the texts of the shipped table `instruments`."


@dataclass(frozen=True, eq=False)
class RecordedRuns:
    """What a list like the shipped one would hold of runs.

    Attributes
    ----------
    replicates
        How many runs.
    start
        First quarter of the runs.
    deals
        Columns ``replicate, a, b, quarter``: recorded signings of two states (or of a state and the EU), ids in the
        order of rows, quarters from the start; those of before have negative ones.
    joins
        Columns ``replicate, actor, quarter``: each text that a state has joined; -1 before the start.
    texts
        Ids of the texts that can be joined.
    """

    replicates: int
    start: Quarter
    deals: pd.DataFrame = field(repr=False)
    joins: pd.DataFrame = field(repr=False)
    texts: tuple[str, ...]

    def standing(self, state: str | None, quarter: int) -> I64:
        """(replicates,) partners of a state, or pairs of all, with a deal in force at the end of a quarter."""
        when = self.deals["quarter"]
        return self._pairs(self._of(state, (when <= quarter) & (when > quarter - STANDING)))

    def new(self, state: str, quarter: int) -> I64:
        """(replicates,) partners of a state at the end of a quarter with whom it had signed nothing by the start."""
        first = self.deals.groupby(["replicate", "a", "b"], as_index=False)["quarter"].min()
        mine = first["quarter"].between(0, quarter) & ((first["a"] == state) | (first["b"] == state))
        return self._pairs(first[mine])

    def signed(self, first: int, last: int) -> I64:
        """(replicates,) signings of all states from a quarter to another."""
        return self._count(self.deals[self.deals["quarter"].between(first, last)])

    def joined(self, state: str, quarter: int) -> I64:
        """(replicates,) texts that a state has joined by the end of a quarter."""
        return self._count(self.joins[(self.joins["actor"] == state) & (self.joins["quarter"] <= quarter)])

    def _of(self, state: str | None, where: pd.Series) -> pd.DataFrame:
        own = where if state is None else where & ((self.deals["a"] == state) | (self.deals["b"] == state))
        return self.deals[own]

    def _pairs(self, rows: pd.DataFrame) -> I64:
        return self._count(rows.drop_duplicates(["replicate", "a", "b"]))

    def _count(self, rows: pd.DataFrame) -> I64:
        return np.bincount(rows["replicate"].to_numpy(np.int64), minlength=self.replicates)


def recorded_run(scenario: Scenario, replicate: int) -> Outcome:
    """Run one replicate; its events are the recorded signings of states, before the start and after."""
    model = GovernanceModel(scenario, replicate=replicate)
    try:
        state = model.run().state
        a, b, quarter = state.ledger[recorded_signings(state, scenario.seed, replicate)].T
        names = np.array(state.ids)
        events = pd.DataFrame({
            "quarter": [str(scenario.start + q) for q in quarter.tolist()], "kind": _RECORDED,
            "actors": [f"{one} {other}" for one, other in zip(names[a], names[b], strict=True)],
            "depth": 0, "track": "",
        })  # fmt: skip
        return Outcome.from_frames(replicate, events=events, joins=model.recorder.joins())
    finally:
        model.close()


def recorded_signings(state: State, seed: int, replicate: int) -> B:
    """Which signings of two states in the ledger a list holds, (m,): by its chance ρ, a draw a pair and quarter."""
    a, b, quarter = state.ledger.T
    between = (state.kind[a] == STATE) & (state.kind[b] == STATE)
    luck = [symmetric_uniform(key(seed, replicate, int(q), Stream.MEASUREMENT), state.uid[i], state.uid[j])
            for i, j, q in zip(a, b, quarter, strict=True)]  # fmt: skip
    return np.asarray(between & (np.array(luck) < state.ledger_weight))


def recorded_runs(
    day: date, focal: str | None = None, replicates: int = REPLICATES, workers: int | None = None
) -> RecordedRuns:
    """Run the baseline from a day to the last of :data:`DAYS`, and keep what a list would hold.

    Raises
    ------
    RunError
        If a replicate fails.
    """
    overrides = {"as_of": day.isoformat(), "horizon": str(Quarter.of(DAYS[-1])), "record.ties": "none"}
    scenario = load_scenario(BASELINE, overrides=overrides | ({"focal": focal} if focal else {}))
    points, counts = {scenario.name: scenario}, {scenario.name: replicates}
    ensemble = run_points(points, counts, workers, on_error="raise", simulate=recorded_run)[scenario.name]
    events = ensemble.table("events").to_pandas()
    sides = events["actors"].astype(str).str.split(" ", expand=True)
    deals = pd.DataFrame({"replicate": events["replicate"], "a": sides[0], "b": sides[1],
                          "quarter": _since(scenario.start, events["quarter"])})  # fmt: skip
    joins = ensemble.joins
    texts = tuple(sorted(joins["instrument"].astype(str).unique()))
    joins = joins[joins["quarter"].notna()]
    joined = pd.DataFrame({"replicate": joins["replicate"], "actor": joins["actor"].astype(str),
                           "quarter": _since(scenario.start, joins["quarter"])})  # fmt: skip
    return RecordedRuns(replicates, scenario.start, deals, joined, texts)


def _since(start: Quarter, labels: pd.Series) -> I64:
    known = {label: Quarter.parse(label) - start for label in labels.astype(str).unique()}
    return labels.astype(str).map(known).to_numpy(np.int64)


def on_runs(runs: RecordedRuns, states: Sequence[str], days: Sequence[date] = DAYS) -> Iterator[Question]:
    """Partners, new partners and texts of single states, and totals of the world, at the ends of years."""
    for by in days:
        end = Quarter.of(by) - runs.start
        yield number("Pairs of states with a recorded AI agreement in force", "standing", by, runs.standing(None, end),
                     BY_STANDING)  # fmt: skip
        yield number(f"All states and the EU together: number of recorded AI agreements signed in {by.year}", "signed",
                     by, runs.signed(end - 3, end), BY_SIGNING)  # fmt: skip
        for state in states:
            name = titles()[state]
            yield number(f"{name}: number of states with which a recorded AI agreement is in force", "partners", by,
                         runs.standing(state, end), BY_STANDING)  # fmt: skip
            yield number(f"{name}: number of states with which it has signed a first recorded AI agreement",
                         "new partners", by, runs.new(state, end), BY_NEW)  # fmt: skip
            yield number(f"{name}: number of the {len(runs.texts)} texts of the shipped table that it has joined",
                         "texts", by, runs.joined(state, end), BY_TEXTS)  # fmt: skip
