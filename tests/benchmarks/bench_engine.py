"""How fast the engine is: ``python -m tests.benchmarks.bench_engine`` prints and writes docs/results/performance.md.

Everything is measured in one run on one machine, in turns, so that ratios hold where times do not.
Steps are timed by the processor time of the thread, whole commands by the clock.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulation.data.world import World
from simulation.kernels import fill_uniform
from simulation.model import QUARTER, GovernanceModel
from simulation.processes.affinity import likeness_to_all
from simulation.scenario.load import load_scenario
from tests.benchmarks import bench_hooks
from tests.reference.columns import oracle_of
from tests.reference.parity import compare
from tests.synthetic import make_bloc, make_model, make_world

ROOT = Path(__file__).parents[2]
SCENARIO = ROOT / "scenarios" / "baseline.yaml"
PAGE = ROOT / "docs" / "results" / "performance.md"
SIZES = (100, 250, 500, 1000, 2000, 4000)
REPEATS = 5
REPEATS_OF_COMMANDS = 3


def clock(call: Callable[[], Any]) -> float:
    """Processor time of one call, seconds."""
    start = time.thread_time()
    call()
    return time.thread_time() - start


def quarters_by_step(model: GovernanceModel, quarters: int) -> pd.Series:
    """Seconds a quarter of each step."""
    taken = dict.fromkeys(("begin", *(step.name for step in QUARTER)), 0.0)
    for _ in range(quarters):
        taken["begin"] += clock(model._begin_quarter)
        for step in QUARTER:
            taken[step.name] += clock(lambda act=step.act: act(model))
        model.state.quarter += 1
    return pd.Series(taken) / quarters


def steps(repeats: int) -> pd.DataFrame:
    """Each step of the quarter in the default world: median and quartiles over replicates, ns a pair."""
    scenario = load_scenario(SCENARIO)
    GovernanceModel(scenario).run()  # compiles
    rows = []
    for replicate in range(repeats):
        model = GovernanceModel(scenario, replicate=replicate)
        rows.append(quarters_by_step(model, scenario.quarters) / model.state.n**2 * 1e9)
    found = pd.DataFrame(rows)
    found["whole quarter"] = found.sum(axis=1)
    found["whole quarter but the record"] = found["whole quarter"] - found["record"]
    return found.quantile([0.25, 0.5, 0.75]).T.set_axis(["low", "median", "high"], axis=1)


def against_oracle(repeats: int, quarters: int = 4, before: int = 4) -> dict[str, float]:
    """The plain per-agent oracle and the kernels on the default world, to the same results.

    Both go on from the same state, some quarters into the run, when nothing is used for the first time.
    The oracle is timed once, the kernels several times (median).
    """
    scenario = load_scenario(SCENARIO)
    fast = []
    for _ in range(repeats):
        model = GovernanceModel(scenario)
        quarters_by_step(model, before)
        oracle = oracle_of(model)
        fast.append(float(sum(quarters_by_step(model, quarters).drop("record"))) * quarters)
    slow = sum(clock(oracle.play) for _ in range(quarters))
    compare(model.state, oracle, f"quarter {before + quarters}")
    pairs, middle = model.state.n**2 * quarters, float(np.median(fast))
    return {"oracle, µs a pair": slow / pairs * 1e6, "kernels, ns a pair": middle / pairs * 1e9, "ratio": slow / middle}


def made_up_world(n: int) -> World:
    """A world of n actors, two thirds of them states, with everything uneven and a bloc for every fifty states."""
    rng = np.random.default_rng(n)
    states = 2 * n // 3
    others = {"firm": n // 12, "think_tank": n // 12, "ngo": n // 12}
    total = states + 1 + sum(others.values())
    is_state = np.arange(total) <= states
    blocs = [
        make_bloc(range(k, states, max(1, states // 50)), "majority", 0.6, id=f"B{k}")
        for k in range(max(1, states // 50))
    ]
    return make_world(
        states, others, blocs, size=np.where(is_state, rng.random(total), 0.0),
        capacity=np.where(is_state, rng.random(total), 0.0), position=rng.random((total, 4)),
        exposure=rng.random((total, total)) ** 4, trust_prior=0.3 + 0.3 * rng.random((total, total)),
    )  # fmt: skip


def growth(sizes: tuple[int, ...]) -> pd.DataFrame:
    """Cost of a quarter by the number of actors; fewer quarters in larger worlds."""
    rows = []
    for n in sizes:
        model = make_model(made_up_world(n), 12, record={"ties": "none"})
        model.step()
        quarters = 8 if n <= 1000 else 4
        taken = float(sum(quarters_by_step(model, quarters)))
        size = model.state.n
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        rows.append((size, taken * 1e3, taken / size**2 * 1e9, (model.state.depth > 0).sum() / size, memory))
        model.close()
    return pd.DataFrame(rows, columns=["actors", "ms a quarter", "ns a pair", "partners each", "peak memory, GiB"])


def floor(n: int = 292) -> float:
    """Nanoseconds a pair that reading four and writing three (n, n) arrays of floats takes."""
    read, write = [np.random.default_rng(0).random((n, n)) for _ in range(4)], [np.empty((n, n)) for _ in range(3)]

    def copy() -> None:
        for k in range(3):
            np.add(read[k], read[k + 1], out=write[k])

    copy()
    return float(np.median([clock(copy) for _ in range(50)])) / n**2 * 1e9


def arithmetic(n: int = 292) -> tuple[float, float]:
    """Nanoseconds a pair of an affinity, and of a keyed draw, with all that it reads and writes at hand."""
    rng = np.random.default_rng(0)
    axis, weight, row = rng.random((4, n)), rng.random(4), np.empty(n)
    uid, key = rng.integers(0, 2**63, n).astype(np.uint64), np.uint64(1)

    def affinities() -> None:
        for i in range(n):
            likeness_to_all(axis, weight, i, -1.0, row)

    def draws() -> None:
        for i in range(n):
            fill_uniform(key, uid[i], uid, row)

    def call() -> None:  # the way into a kernel, which the other two pay once a row
        for i in range(n):
            likeness_to_all(axis, weight, i, -1.0, row[:0])

    taken = [float(np.median([clock(f) for _ in range(50)])) / n**2 * 1e9 for f in (affinities, draws, call)]
    return max(taken[0] - taken[2], 0.0), max(taken[1] - taken[2], 0.0)


def commands(replicates: int, repeats: int) -> pd.DataFrame:
    """Whole commands by the clock, seconds (median, least, most): cold and warm cache, one and two workers."""
    with tempfile.TemporaryDirectory() as folder:
        cache = {**os.environ, "NUMBA_CACHE_DIR": str(Path(folder) / "kernels")}
        wifaq = [sys.executable, "-m", "simulation.cli"]
        out = (f"{folder}/{k}" for k in itertools.count())

        def run(count: int, workers: int, *more: str) -> float:
            asked = ["--replicates", str(count), "--workers", str(workers), *more]
            return _wall([*wifaq, "run", str(SCENARIO), "--out", next(out), *asked], cache)

        few = replicates // 4
        timed: list[tuple[str, int, Callable[[], float], int]] = [
            ("wifaq --help", 0, lambda: _wall([*wifaq, "--help"], cache), repeats),
            ("whole forecast, cold cache, 2 workers", replicates, lambda: run(replicates, 2), 1),
            ("1 replicate", 1, lambda: run(1, 1, "--no-contrasts"), repeats),
            ("no contrasts, 1 worker", few, lambda: run(few, 1, "--no-contrasts"), repeats),
            ("no contrasts, 2 workers", few, lambda: run(few, 2, "--no-contrasts"), repeats),
            ("no contrasts, 2 workers", replicates, lambda: run(replicates, 2, "--no-contrasts"), repeats),
            ("whole forecast, 2 workers", replicates, lambda: run(replicates, 2), repeats),
        ]
        rows = []
        for name, count, call, times in timed:
            seconds = np.array([call() for _ in range(times)])
            middle = float(np.median(seconds))
            rows.append((name, count, middle, seconds.min(), seconds.max(), count / middle))
    return pd.DataFrame(rows, columns=["command", "replicates", "seconds", "least", "most", "replicates a second"])


def _wall(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def fixed_cost(timed: pd.DataFrame) -> str:
    """What a forecast costs whatever its size, from the two rows of two workers without contrasts."""
    few, many = timed[timed["command"] == "no contrasts, 2 workers"].itertuples()
    slope = (many.seconds - few.seconds) / (many.replicates - few.replicates)
    start = few.seconds - slope * few.replicates
    return (
        f"Without them a replicate more costs two workers {slope:.2f} s by the clock, and {start:.0f} s "
        "are spent whatever the number: starting the workers, the explained replicate, tables and charts."
    )


def targets(
    oracle: dict[str, float], by_step: pd.DataFrame, grown: pd.DataFrame, timed: pd.DataFrame
) -> pd.DataFrame:
    """What was aimed at beside what was measured in the same run."""
    big = grown[grown["actors"] >= 900]
    middle, large = grown[grown["actors"].between(200, 400)], grown[grown["actors"].between(1500, 2500)]
    rows = [
        ("times as fast as the oracle", "at least", 200.0, oracle["ratio"]),
        ("ns a pair, whole quarter, default world", "at most", 15.0, by_step.loc["whole quarter", "median"]),
        ("wifaq --help, s", "at most", 1.0, timed["seconds"].iloc[0]),
        ("baseline from a cold cache, s", "at most", 120.0, timed["seconds"].iloc[1]),
        ("baseline warm, s", "at most", 30.0, timed["seconds"].iloc[-1]),
    ]
    if len(big):
        rows.insert(2, ("ns a pair, whole quarter, 1000 actors or more", "at most", 10.0, big["ns a pair"].max()))
    if len(middle) and len(large):
        steps = np.log(float(large["actors"].iloc[0]) / float(middle["actors"].iloc[0]))
        power = np.log(float(large["ms a quarter"].iloc[0]) / float(middle["ms a quarter"].iloc[0])) / steps
        rows.insert(3, ("power of N by which cost grows, 250 to 2000", "at most", 2.0, power))
    frame = pd.DataFrame(rows, columns=["what", "", "aim", "measured"]).round(2)
    good = np.where(frame[""] == "at least", frame["measured"] >= frame["aim"], frame["measured"] <= frame["aim"])
    return frame.assign(reached=np.where(good, "yes", "**no**"))


BOUNDS = """
What bounds a quarter: no one thing. In the default world, with all that it reads at hand, the longest kernels take 0.1
to 0.3 ms each: the draws of approaches (a Philox draw and a bound for each possible partner of each approach), the best
alternatives of those at a table and what partners promise (an exponential or two a pair, 1.3 to 1.5 ns each), votes,
conduct, U of every pair, trust with witnesses. The rest is some hundred and fifty calls of NumPy and of kernels on
short arrays, a few microseconds each. Fading, trust and U alone read and write twenty arrays of all pairs, fourteen
megabytes, more than the nearest caches hold. With a thousand actors and more nearly all of it is kernels.
Tried without gain: running sums in sixteen lanes in place of one; looking first at the partners that can be worth most
when alternatives are sought; values by tiles of 512 partners; orders by one sort, with ties looked
at only where there are any (there nearly always are). Considered and left: BLAS for diffusion (bits that depend on the
machine), single precision (the oracle holds to nine digits), one kernel for the whole quarter (it would hide the list
of steps), fused multiply-add or fewer rounds of Philox (other bits, for the part of a kernel or two).
"""


def page(replicates: int, sizes: tuple[int, ...], repeats: int) -> Iterator[str]:
    """The page, a part at a time."""
    yield "# Performance\n\nWritten by `make bench`; nobody edits it. All figures are of one run on one machine\n"
    yield f"({os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}).\n"
    yield "Times differ between machines; ratios of one run are what counts.\n"
    oracle = against_oracle(repeats)
    yield "\n## Kernels against plain code, default world, same results\n\n"
    yield _table(pd.DataFrame([oracle]).round(3)) + "\nWhole quarter without the record, after compiling.\n\n"
    by_step = steps(repeats)
    yield "\n## Each step of the quarter, default world, one thread, ns a pair\n\n"
    yield _table(by_step.round(2).rename_axis("step").reset_index()) + "\nMedian and quartiles over replicates.\n"
    yield f"\nMoving seven arrays of that size through the processor: {floor():.2f} ns a pair.\n"
    yield "By themselves an affinity takes {:.2f}, a keyed draw {:.2f} ns a pair.\n".format(*arithmetic())
    grown = growth(sizes)
    yield "\n## Growth with the number of actors (made-up worlds)\n\n" + _table(grown.round(2))
    timed = commands(replicates, REPEATS_OF_COMMANDS)
    yield "\n## Whole commands, seconds by the clock (median, least and most)\n\n" + _table(timed.round(2))
    yield "\nThe whole forecast runs two contrast worlds beside the asked replicates. " + fixed_cost(timed) + "\n"
    yield "\n## Decisions replaced in Python\n\n" + _table(bench_hooks.measure(repeats=3).round(2))
    yield "\n## Aims\n\n" + _table(targets(oracle, by_step, grown, timed)) + BOUNDS


def _table(frame: pd.DataFrame) -> str:
    lines = [" | ".join(map(str, frame.columns)), " | ".join("---" for _ in frame.columns)]
    lines += [" | ".join(map(str, row)) for row in frame.itertuples(index=False)]
    return "".join(f"| {line} |\n" for line in lines)


def main() -> None:
    """Measure, print and write the page."""
    asks = argparse.ArgumentParser(description=__doc__)
    asks.add_argument("--replicates", type=int, default=200)
    asks.add_argument("--repeats", type=int, default=REPEATS)
    asks.add_argument("--largest", type=int, default=max(SIZES), help="largest number of actors")
    asks.add_argument("--out", type=Path, default=PAGE)
    chosen = asks.parse_args()
    text = ""
    for part in page(chosen.replicates, tuple(n for n in SIZES if n <= chosen.largest), chosen.repeats):
        print(part, end="", flush=True)
        text += part
    chosen.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
