"""Forecasts by the model itself: runs from what was known on a past day, beside what the record then has.

A replicate draws the free parameters from their prior; what it believes of deals and of joining are the fits
of what was known that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulation.data.world import World, load_world
from simulation.evidence.joins.record import RECORD_END
from simulation.experiments import prior
from simulation.experiments.engine.runner import Progress, run_points
from simulation.experiments.engine.simulate import simulate
from simulation.kernels import Stream, key, uniform
from simulation.scenario.checks import world_of
from simulation.scenario.load import load_scenario
from simulation.scenario.schema import Scenario
from simulation.state import I64, F

LEAST_REPORTED = 0.4
"""The record has at least this share of what is agreed, and at most all (assumption, as in the calibration)."""
_NEW = ("made", "deepened")


def known(scenario: Scenario, replicate: int, **cast: Any) -> Any:
    """Run with all free parameters drawn from their prior; what is known of deals and joins is of the day."""
    drawn = scenario.parameters.replace(**prior.draw(scenario.seed, replicate))
    return simulate(scenario.model_copy(update={"parameters": drawn}), replicate, **cast)


@dataclass(frozen=True, eq=False)
class PastRuns:
    """Runs from one day, and the record after it.

    Attributes
    ----------
    scenario, world
        Of the runs: the world as known on the day.
    now
        The world at the end of the record.
    replicates
        How many runs.
    agreed
        Columns ``replicate, year, a, b``: every agreement of every run, a < b rows of ``world``.
    joins
        Columns ``replicate, instrument, actor, quarter, eligible, joined_before``.
    """

    scenario: Scenario
    world: World = field(repr=False)
    now: World = field(repr=False)
    replicates: int
    agreed: pd.DataFrame = field(repr=False)
    joins: pd.DataFrame = field(repr=False)

    @property
    def day(self) -> date:
        """What was known: nothing dated later."""
        return self.scenario.as_of

    @property
    def focal(self) -> int:
        """Row of the focal state."""
        return self.world.ids.index(self.scenario.focal)

    @property
    def years(self) -> float:
        """Length of what is forecast."""
        return (RECORD_END - self.day).days / 365.25

    @cached_property
    def pairs(self) -> tuple[I64, I64]:
        """Rows a < b of the pairs that can make deals: all but the union and its members."""
        possible = np.triu(np.ones((len(self.world),) * 2, np.bool_), 1)
        union = self.world.leaders[0]
        members = [i for bloc in self.world.blocs if bloc.id == self.world.ids[union] for i in bloc.members]
        possible[members, union] = False
        a, b = np.nonzero(possible)
        return a, b

    @cached_property
    def known(self) -> pd.DataFrame:
        """Columns ``year, a, b``: recorded deals by the day."""
        return _deals(self.world, self.world)

    @cached_property
    def happened(self) -> pd.DataFrame:
        """Columns ``year, a, b``: recorded deals after the day whose parties existed on it."""
        return _deals(self.now, self.world, self.day)

    @property
    def unforeseeable(self) -> int:
        """Recorded deals after the day of somebody who did not exist on it."""
        known = set(self.world.ids)
        later = (deal for deal in self.now.deals if deal.date > self.day)
        return sum(any(self.now.ids[i] not in known for i in deal.parties) for deal in later)

    @cached_property
    def reported(self) -> F:
        """(replicates,) share of what is agreed that the record has: uniform from :data:`LEAST_REPORTED` to 1."""
        luck = [
            uniform(key(self.scenario.seed, k, -1, Stream.PARAMETERS), np.uint64(0), np.uint64(2))
            for k in range(self.replicates)
        ]
        return LEAST_REPORTED + (1.0 - LEAST_REPORTED) * np.array(luck)

    def per_pair(self) -> tuple[F, F]:
        """Probability of a recorded agreement and expected number of them of each of :attr:`pairs`.

        One run of the mean pair is added to the runs, so that nothing is impossible.
        """
        a, b = self.pairs
        n = len(self.world)
        place = np.full(n * n, -1, np.int64)
        place[a * n + b] = np.arange(len(a))
        where = place[self.agreed["a"].to_numpy() * n + self.agreed["b"].to_numpy()]
        run, count = np.unique(self.agreed["replicate"].to_numpy() * len(a) + where, return_counts=True)
        run, pair = np.divmod(run, len(a))
        share = self.reported[run]
        chance, expected = (
            (total + total.mean() / self.replicates) / (self.replicates + 1)
            for total in (
                np.bincount(pair, 1.0 - (1.0 - share) ** count, len(a)),
                np.bincount(pair, share * count, len(a)),
            )
        )
        return chance, expected

    def counts(self, kinds: Sequence[int], year: int) -> I64:
        """(replicates,) recorded agreements of the focal state in a year with partners of some kinds."""
        own = _with(self.agreed, self.focal, self.world.kind, kinds)
        made = own[own["year"] == year].groupby("replicate").size().reindex(range(self.replicates), fill_value=0)
        luck = np.random.default_rng([self.scenario.seed, year, *kinds])
        return luck.binomial(made.to_numpy(), self.reported)

    def recorded(self, kinds: Sequence[int], year: int | None = None) -> int:
        """Recorded deals of the focal state with partners of some kinds: by the day, or of one year before or after."""
        world = self.world if year is None or year <= self.day.year else self.now
        own = _with(_deals(world, world), world.ids.index(self.scenario.focal), world.kind, kinds)
        return len(own if year is None else own[own["year"] == year])


def _with(deals: pd.DataFrame, actor: int, kind: NDArray[np.int8], kinds: Sequence[int]) -> pd.DataFrame:
    own = deals[(deals["a"] == actor) | (deals["b"] == actor)]
    other = np.where(own["a"] == actor, own["b"], own["a"])
    return own[np.isin(kind[other.astype(np.int64)], kinds)]


def _deals(source: World, seen: World, after: date | None = None) -> pd.DataFrame:
    """Deals of a world as pairs of rows of another, those with a party unknown to it left out."""
    place = {name: row for row, name in enumerate(seen.ids)}
    rows = []
    for deal in source.deals:
        parties = sorted(place.get(source.ids[i], -1) for i in deal.parties)
        if parties[0] >= 0 and (after is None or deal.date > after):
            rows += [(deal.date.year, a, b) for k, a in enumerate(parties) for b in parties[k + 1 :]]
    return pd.DataFrame(rows, columns=["year", "a", "b"], dtype=np.int64)


def past_runs(
    days: Sequence[date],
    path: str | Path,
    replicates: int,
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[PastRuns]:
    """Run the model from each of some days to the end of the record.

    Parameters
    ----------
    days
        As-of dates before the end of the record, not before the first fits of deals and of joining.
    path
        Scenario file: focal state, rules, seed; dates and record are replaced.
    replicates
        Runs a day.
    workers, progress
        As in :func:`simulation.experiments.engine.runner.run_points`.

    Raises
    ------
    InputError
        If the scenario is at fault.
    RunError
        If a replicate fails.
    """
    scenarios = {str(day): _scenario(path, day) for day in days}
    counts = dict.fromkeys(scenarios, replicates)
    result = run_points(scenarios, counts, workers, progress, on_error="raise", simulate=known)
    return [
        _collected(result[name].scenario, result[name].table("events").to_pandas(), result[name].joins, replicates)
        for name in scenarios
    ]


def _scenario(path: str | Path, day: date) -> Scenario:
    return load_scenario(
        path,
        overrides={
            "as_of": day.isoformat(), "horizon": f"{RECORD_END.year}Q4", "record.events": True,
            "record.metrics": ["deals"], "record.ties": "none", "record.actors": "focal",
        },
    )  # fmt: skip


def _collected(scenario: Scenario, events: pd.DataFrame, joins: pd.DataFrame, replicates: int) -> PastRuns:
    world = world_of(scenario)
    place = {name: row for row, name in enumerate(world.ids)}
    made = events[events["kind"].isin(_NEW)]
    sides = np.array([sorted(place[name] for name in str(who).split()) for who in made["actors"]], np.int64)
    agreed = pd.DataFrame(
        {
            "replicate": made["replicate"].to_numpy(np.int64),
            "year": made["quarter"].astype(str).str[:4].astype(np.int64).to_numpy(),
            "a": sides.reshape(-1, 2)[:, 0],
            "b": sides.reshape(-1, 2)[:, 1],
        }
    )
    return PastRuns(scenario, world, load_world(RECORD_END, scenario.roster), replicates, agreed, joins)
