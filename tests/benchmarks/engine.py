"""What is measured of the engine: steps of the quarter, growth, the oracle, memory, the live world, a profile.

Steps and the oracle are timed by the processor time of one thread, which then has no others beside it; the live world,
whole runs, and quarters of worlds that are large enough for several threads by the clock. What must not bear the
memory or the warm caches of what was measured before is measured by :func:`fresh`.
"""

from __future__ import annotations

import cProfile
import json
import multiprocessing
import os
import pstats
import resource
import sys
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd

from simulation.data.world import World
from simulation.kernels import FEWEST, fill_uniform
from simulation.model import QUARTER, GovernanceModel
from simulation.model.bounds import check_bounds
from simulation.processes.affinity import likeness_to_all
from simulation.scenario.checks import world_of
from simulation.scenario.load import load_scenario
from tests.reference.columns import oracle_of
from tests.reference.parity import compare
from tests.synthetic import make_bloc, make_model, make_world

ROOT = Path(__file__).parents[2]
SCENARIO = ROOT / "scenarios" / "baseline.yaml"
AROUND = "begin and check"
"""What a quarter takes beside its steps."""
BEFORE = 6
"""Quarters of a replicate that are not timed."""
Table = list[dict[str, Any]]


def fresh(measure: Callable[..., Any], *given: Any) -> Any:
    """What a measure returns in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, *given).result()


def here(measure: Callable[..., Any], *given: Any) -> Any:
    """What a measure returns in this process."""
    return measure(*given)


def clock(call: Callable[[], Any]) -> float:
    """Processor time of one call, seconds."""
    start = time.thread_time()
    call()
    return time.thread_time() - start


def by_step(model: GovernanceModel, measure: Callable[[Callable[[], Any]], float]) -> dict[str, float]:
    """A measure of each step of one quarter, which is simulated."""
    found = {AROUND: measure(model._begin_quarter)}
    for step in QUARTER:
        found[step.name] = measure(lambda act=step.act: act(model))
    found[AROUND] += measure(lambda: check_bounds(model, "record"))
    model.state.quarter += 1
    return found


def seconds_by_step(model: GovernanceModel, quarters: int) -> pd.Series:
    """Seconds a quarter of each step, the mean of some quarters."""
    return pd.DataFrame([by_step(model, clock) for _ in range(quarters)]).mean()


def calls(act: Callable[[], Any]) -> float:
    """Calls of Python's functions and of built-in ones; those of kernels and of ufuncs are not seen."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


def megabytes(act: Callable[[], Any]) -> float:
    """The most memory that was taken at any moment beyond what there was, MB."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def made_up_world(n: int) -> World:
    """A world of n actors, two thirds of them states, with everything uneven and a bloc for every fifty states."""
    rng = np.random.default_rng(n)
    states, kinds = 2 * n // 3, ("firm", "think_tank", "ngo")
    others = {kind: (n - states - 1 + k) // len(kinds) for k, kind in enumerate(kinds)}
    is_state = np.arange(n) <= states
    count = max(1, states // 50)
    blocs = [make_bloc(range(k, states, count), "majority", 0.6, id=f"B{k}") for k in range(count)]
    return make_world(
        states, others, blocs, size=np.where(is_state, rng.random(n), 0.0),
        capacity=np.where(is_state, rng.random(n), 0.0), position=rng.random((n, 4)),
        trust_prior=0.3 + 0.3 * rng.random((n, n)),
    )  # fmt: skip


def maker(actors: int | None, quarters: int) -> Callable[[int], GovernanceModel]:
    """What makes a replicate of a made-up world of so many actors; None: of the default world."""
    if actors is not None:
        world = made_up_world(actors)
        return lambda replicate: make_model(world, quarters, replicate, record={"ties": "none"})
    scenario = load_scenario(SCENARIO)
    shipped = world_of(scenario)
    return lambda replicate: GovernanceModel(scenario, replicate=replicate, world=shipped)


def seconds_by_clock(model: GovernanceModel, quarters: int) -> float:
    """Seconds a quarter by the clock, the mean of some quarters, with all threads that the model uses."""
    start = time.perf_counter()
    for _ in range(quarters):
        model._alone = True  # as within a run
        model.step()
    return (time.perf_counter() - start) / quarters


def size(actors: int | None, quarters: int, repeats: int) -> dict[str, Any]:
    """A world of one size: every step's seconds a quarter in each replicate, its calls and memory, and what holds it.

    Each replicate goes through some quarters before it is looked at: memory that is touched for the first time is slow.
    A world whose rows are given to several threads is also timed with these, by the clock.
    """
    parted = actors is not None and actors >= 2 * FEWEST
    make = maker(actors, quarters * (1 + parted) + BEFORE + 2)
    model, taken, clocked = make(0), [], []
    model.step()  # compiles
    for replicate in range(repeats):
        model.close()
        del model  # the peak is that of one replicate
        model = make(replicate)
        for _ in range(BEFORE):
            model.step()
        if parted:
            clocked.append(seconds_by_clock(model, quarters))
        with patch.dict(os.environ, NUMBA_NUM_THREADS="1"):
            taken.append(seconds_by_step(model, quarters))
        partners = float((model.state.depth > 0).sum() / model.state.n)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    names, n = list(taken[0].index), model.state.n
    pairs = [value for value in vars(model.state).values() if getattr(value, "shape", ())[:2] == (n, n)]
    return {
        "actors": n, "partners": partners, "peak_gib": peak, "quarters": quarters,
        "pair_arrays": len(pairs), "pair_bytes": sum(array.nbytes for array in pairs) / n**2,
        "seconds": {name: [float(row[name]) for row in taken] for name in names}, "clock": clocked,
        "calls": by_step(model, calls), "megabytes": by_step(model, megabytes),
    }  # fmt: skip


def whole_run(actors: int, quarters: int) -> dict[str, float]:
    """Seconds by the clock of a run of a made-up world, and of its making; compiled before."""
    maker(30, 1)(0).step()
    start = time.perf_counter()
    model = maker(actors, quarters)(0)
    made = time.perf_counter()
    model.run()
    return {"actors": model.state.n, "quarters": quarters, "making": made - start, "run": time.perf_counter() - made}


def against_oracle(actors: int | None, repeats: int, quarters: int = 4, before: int = 4) -> dict[str, Any]:
    """The plain per-agent oracle and the kernels on one world, to the same results.

    Both go on from the same state, some quarters into the run, when nothing is used for the first time.
    Each of the oracle's quarters is timed once, the kernels several times.

    Raises
    ------
    AssertionError
        If any column differs afterwards.
    """
    make, fast = maker(actors, before + quarters), []
    for _ in range(repeats):
        model = make(0)
        for _ in range(before):
            model.step()
        oracle = oracle_of(model)
        fast.append(float(seconds_by_step(model, quarters).drop(["record", AROUND]).sum()))
    slow = [clock(oracle.play) for _ in range(quarters)]
    compare(model.state, oracle, f"quarter {before + quarters}")
    return {"actors": model.state.n, "oracle": slow, "kernels": fast}


def floor(n: int = 292) -> float:
    """Nanoseconds a pair that reading six and writing three (n, n) arrays of floats takes: 72 bytes a pair."""
    read, write = [np.random.default_rng(0).random((n, n)) for _ in range(4)], [np.empty((n, n)) for _ in range(3)]

    def copy() -> None:
        for k in range(3):
            np.add(read[k], read[k + 1], out=write[k])

    copy()
    return float(np.median([clock(copy) for _ in range(50)])) / n**2 * 1e9


def arithmetic(n: int = 292) -> dict[str, float]:
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

    for act in (affinities, draws):
        act()  # compiles
    taken = [float(np.median([clock(act) for _ in range(50)])) / n**2 * 1e9 for act in (affinities, draws, call)]
    return {"affinity": max(taken[0] - taken[2], 0.0), "draw": max(taken[1] - taken[2], 0.0)}


def bounds() -> dict[str, float]:
    """What bytes and operations cost by themselves on this machine, ns a pair."""
    return {"moving_72_bytes": floor(), **arithmetic()}


def profile(actors: int | None, quarters: int, shown: int = 20) -> Table:
    """Functions that take most of a quarter, with the kernels and ufuncs that they call, under a profiler."""
    model = maker(actors, quarters + 1)(0)
    model.step()
    watched = cProfile.Profile()
    watched.enable()
    for _ in range(quarters):
        model.step()
    watched.disable()
    rows = [
        {"function": _place(file, line, name), "calls": count / quarters, "microseconds": own / quarters * 1e6}
        for (file, line, name), (_, count, own, _, _) in pstats.Stats(watched).stats.items()  # type: ignore[attr-defined]
    ]
    whole = sum(row["microseconds"] for row in rows)
    rows.sort(key=lambda row: -row["microseconds"])
    return [{**row, "share": row["microseconds"] / whole} for row in rows[:shown]]


def _place(file: str, line: int, name: str) -> str:
    if not line:  # built in
        return name
    path = Path(file)
    known = path.is_relative_to(ROOT)
    return f"{path.relative_to(ROOT).as_posix() if known else path.name}: {name}"


def memory(models: int, quarters: int) -> Table:
    """Resident memory after so many models of the default world that nobody closes, without a collection by hand."""
    make = maker(None, quarters)
    marks, found = sorted({max(1, models // 15), models // 3, 2 * models // 3, models}), []
    for k in range(1, models + 1):
        model = make(k)
        for _ in range(quarters):
            model.step()
        if k in marks:
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            found.append({"models": k, "megabytes": pages * os.sysconf("SC_PAGE_SIZE") / 1e6})
    return found


def live(quarters: int) -> dict[str, Any]:
    """Milliseconds by the clock of each quarter of the live world: simulated, kept, drawn, as the text that is sent."""
    from simulation.app import drawing
    from simulation.app.live import Live
    from simulation.display.words.language import Words

    words, world = Words("en"), Live(load_scenario(SCENARIO))
    focal, found = world.scenario.focal, []
    world.forward()
    drawing.quarter(world, 1, focal, "trust")  # what is used for the first time
    for number in range(2, quarters + 2):
        start = time.perf_counter()
        world.forward()
        stepped = time.perf_counter()
        told = json.dumps([drawing.quarter(world, number, focal, "trust"), drawing.headline(world, number, {}, words)])
        found.append((stepped - start, time.perf_counter() - stepped))
    step, draw = (np.array(column) * 1e3 for column in zip(*found, strict=True))
    return {"step": step.tolist(), "draw": draw.tolist(), "whole": (step + draw).tolist(), "kilobytes": len(told) / 1e3}
