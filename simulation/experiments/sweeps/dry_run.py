"""What a sweep would be: its design, its runs, and what they are expected to cost."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass

from simulation.experiments.ask import model
from simulation.experiments.engine.executors import usable_cores
from simulation.experiments.engine.worker import Job, check_means
from simulation.experiments.sweeps.design import point_id
from simulation.experiments.sweeps.ledger import chunk_bytes
from simulation.experiments.sweeps.load import describe_factor
from simulation.experiments.sweeps.plan import Plan

_SAMPLE = 4  # runs in the chunk whose size is measured


@dataclass(frozen=True)
class Expectation:
    """What a sweep is expected to cost.

    Attributes
    ----------
    seconds_a_run
        Measured on replicate 1 of the first design point, after replicate 0 has compiled what it needs.
    seconds
        Of the whole sweep on ``workers`` cores.
    bytes
        Of the whole folder.
    """

    seconds_a_run: float
    seconds: float
    bytes: float
    workers: int


def expect(plan: Plan, workers: int | None = None) -> Expectation:
    """Run two replicates of the first design point and weigh them.

    Raises
    ------
    InputError
        If the scenario cannot be built, or there are fewer workers than one.
    """
    check_means(workers)
    workers = workers or usable_cores()
    scenario = plan.points[point_id(0)]
    simulate = model().simulate
    simulate(scenario, 0)
    begin = time.perf_counter()
    outcome = simulate(scenario, 1)
    seconds = time.perf_counter() - begin
    jobs = [Job(point_id(0), number) for number in range(_SAMPLE)]
    weight = chunk_bytes(jobs, [outcome] * _SAMPLE) / _SAMPLE
    return Expectation(seconds, seconds * plan.runs / workers, weight * plan.runs, workers)


def describe_plan(plan: Plan) -> str:
    """The design in a few lines."""
    sweep, out = plan.sweep, io.StringIO()
    print(f"{sweep.title}", file=out)
    if sweep.question:
        print(sweep.question, file=out)
    print(f"scenarios: {', '.join(base.name for base in sweep.bases)}", file=out)
    for key, factor in sweep.factors.items():
        print(f"  {key}: {describe_factor(factor)}", file=out)
    drawn = f", {sweep.samples} samples" if plan.cube is not None and sweep.samples else ""
    luck = "common random numbers" if sweep.common else "independent random numbers"
    print(f"design: {sweep.design}{drawn}, seed {sweep.seed}, {luck}", file=out)
    count, points = sweep.replicates, len(plan.points)
    print(f"runs: {points} design points x {count} replicates = {plan.runs}", file=out)
    print(sweep.held, file=out)
    for note in sweep.notes:
        print(f"note: {note}", file=out)
    return out.getvalue().rstrip()


def describe_expectation(expected: Expectation) -> str:
    """Time and disk in one line each."""
    return (
        f"time: about {_duration(expected.seconds)} with {expected.workers} workers"
        f" ({expected.seconds_a_run:.2f} s a run, measured)\n"
        f"disk: about {expected.bytes / 1e6:.1f} MB"
    )


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} seconds"
