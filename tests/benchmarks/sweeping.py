"""How sweeps scale: two workers against one, what the bookkeeping costs, whether the parent's memory is flat.

``python -m tests.benchmarks.sweeping [--runs 200] [--many 2000]`` writes a table as CSV and into
docs/results/sweeps.md.
Each row is a sweep of the real model in a process of its own, after one that compiles. Times by the clock want a quiet
machine; ``bookkeeping_cpu`` is of processor time and bears a busy one. Columns: ``what``; ``runs``; ``workers``;
``seconds`` from the first run's start to the last table; ``start_seconds`` before that (imports, design, new
processes); ``bookkeeping``, the share of the workers' seconds that was not in a run; ``bookkeeping_cpu``, the share of
processor time from the first run on, of the parent from its beginning, that was not in a run; ``memory_mb``, the
parent's largest resident set; ``read_seconds`` and ``read_mb``, a summary of one metric by a fresh process, and by how
much its memory grows meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulation.display import pages
from simulation.experiments.engine.simulate import simulate

ROOT = Path(__file__).parents[2]
BASE = str(ROOT / "scenarios" / "baseline.yaml")
TIMES = "WIFAQ_BENCHMARK_TIMES"
SHORT = "2025Q1"  # horizon of the short runs
REPLICATES = 20
MARKER = "sweep benchmark"
KEPT = ("cooperation", "volume", "implementation", "commitments_kept")


def timed(scenario: Any, replicate: int) -> Any:
    """The model; start and end of each run, by the clock and of the processor, are noted in a file a process."""
    begin, begin_cpu = time.time(), time.process_time()
    outcome = simulate(scenario, replicate)
    with (Path(os.environ[TIMES]) / str(os.getpid())).open("a") as file:
        file.write(f"{begin} {time.time()} {begin_cpu} {time.process_time()}\n")
    return outcome


def run_one(runs: int, workers: int, horizon: str, folder: Path) -> dict[str, float]:
    """One sweep in this process; called in a fresh one."""
    import resource

    from simulation.experiments import ask
    from simulation.experiments.sweep import sweep

    begin, begin_cpu = time.time(), time.process_time()
    factors = {"parameters.rivalry": {"low": 0, "high": 4, "levels": runs // REPLICATES}}
    source = {"base": BASE, "design": "grid", "factors": factors, "replicates": REPLICATES}
    source["record"] = {"metrics": list(KEPT)}
    ask._model = ask.Model(timed)  # this process does nothing else
    sweep(source, out=folder, workers=workers, sets=[f"horizon={horizon}"])
    end, parent_cpu = time.time(), time.process_time() - begin_cpu
    noted = [np.loadtxt(path, ndmin=2) for path in Path(os.environ[TIMES]).iterdir()]
    starts, stops, starts_cpu, stops_cpu = np.concatenate(noted).T
    assert len(starts) == runs
    busy, busy_cpu = (stops - starts).sum(), (stops_cpu - starts_cpu).sum()
    cpu = parent_cpu + sum(table[-1, 3] - table[0, 2] for table in noted)
    return {
        "seconds": end - starts.min(),
        "start_seconds": starts.min() - begin,
        "bookkeeping": 1 - busy / (workers * (end - starts.min())),
        "bookkeeping_cpu": 1 - busy_cpu / cpu,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def read_one(folder: Path) -> dict[str, float]:
    """Summarise one metric in this process; called in a fresh one."""
    import resource

    from simulation.experiments.sweeps.results import SweepResults

    def largest() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    begin, before = time.time(), largest()
    table = SweepResults.open(folder).summary(["cooperation"])
    assert table["replicates"].eq(REPLICATES).all()
    return {"read_seconds": time.time() - begin, "read_mb": largest() - before}


def in_fresh_process(*arguments: object) -> dict[str, float]:
    """What this script, called with arguments, says."""
    with tempfile.TemporaryDirectory() as times:
        env = {**os.environ, TIMES: times, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.benchmarks.sweeping", *map(str, arguments)]
        done = subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(runs: int, many: int) -> pd.DataFrame:
    """Every row of the table."""
    from simulation.scenario.load import load_scenario

    horizon = str(load_scenario(BASE).horizon)
    asked = [("whole runs", runs, 1, horizon), ("whole runs", runs, 2, horizon)]
    asked += [("short runs", count, 2, SHORT) for count in (runs, many)]
    rows = []
    with tempfile.TemporaryDirectory() as made:
        in_fresh_process("--one", REPLICATES * 2, 1, SHORT, Path(made) / "compiled")
        for what, count, workers, until in asked:
            folder = Path(made) / f"{what}-{count}-{workers}"
            row = in_fresh_process("--one", count, workers, until, folder) | in_fresh_process("--read", folder)
            rows.append({"what": what, "runs": count, "workers": workers, **row})
            print(pd.DataFrame(rows[-1:]).to_string(index=False, float_format="%.3f"), flush=True)
    return pd.DataFrame(rows)


def as_text(table: pd.DataFrame) -> str:
    """The table of a page, and what it says of the numbers to reach."""
    one, two, few, many = (row for _, row in table.iterrows())
    digits = dict.fromkeys(("memory_mb", "read_mb"), 0) | {name: 1 for name in table if name.endswith("seconds")}
    shown = table.copy()
    for name in shown.columns[3:]:
        form = "{:.1%}" if name.startswith("bookkeeping") else f"{{:.{digits[name]}f}}"
        shown[name] = shown[name].map(form.format)
    memory = f"The parent held {few['memory_mb']:.0f} MB with {few['runs']} runs, {many['memory_mb']:.0f} MB with"
    told = f"Two workers were {one['seconds'] / two['seconds']:.2f} times as fast as one. {memory} {many['runs']}."
    return pages.table([name.replace("_", " ") for name in shown], shown.itertuples(index=False)) + "\n" + told


def main() -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sweeping")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--many", type=int, default=2000)
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "benchmarks" / "sweeping.csv")
    page = ROOT / "docs" / "results" / "sweeps.md"
    parser.add_argument("--page", type=Path, default=page, help="the page with the markers")
    parser.add_argument("--one", nargs=4, metavar=("RUNS", "WORKERS", "HORIZON", "FOLDER"), help="used by itself")
    parser.add_argument("--read", type=Path, metavar="FOLDER", help="used by itself")
    chosen = parser.parse_args()
    if chosen.one:
        runs, workers, horizon, folder = chosen.one
        print(json.dumps(run_one(int(runs), int(workers), horizon, Path(folder))))
    elif chosen.read:
        print(json.dumps(read_one(chosen.read)))
    else:
        table = measure(chosen.runs, chosen.many)
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(chosen.out, index=False, float_format="%.4f")
        pages.replace_between(chosen.page, MARKER, as_text(table))
        print(as_text(table))


if __name__ == "__main__":
    main()
