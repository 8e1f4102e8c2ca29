"""How sweeps scale: two workers against one, what the bookkeeping costs, whether the parent's memory is flat.

``python -m tests.benchmarks.sweeping [--runs 500] [--many 5000] [--out FILE]`` prints a table and writes it as CSV.
Each row is a sweep of the real model in a process of its own, after one that compiles; nothing else should run on
the machine. Columns: ``what``; ``runs``; ``workers``; ``seconds`` from the first run's start to the last table;
``busy_seconds``, those of all runs together as their workers measure them; ``bookkeeping``, the share of the workers'
time that was not in a run; ``start_seconds``, until the first run starts (imports, design, new processes);
``memory_mb``, the parent's largest resident set; ``read_seconds`` and ``read_mb``, a summary of one metric by a fresh
process, and by how much its memory grows meanwhile.
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

import pandas as pd

from simulation.experiments.simulate import simulate

ROOT = Path(__file__).parents[2]
BASE = str(ROOT / "scenarios" / "baseline.yaml")
TIMES = "WIFAQ_BENCHMARK_TIMES"
SHORT = "2025Q1"  # horizon of the short runs
REPLICATES = 20
KEPT = ("cooperation", "volume", "implementation", "quality")


def timed(scenario: Any, replicate: int) -> Any:
    """The model; start and end of each run are noted in a file a process."""
    begin = time.time()
    outcome = simulate(scenario, replicate)
    with (Path(os.environ[TIMES]) / str(os.getpid())).open("a") as file:
        file.write(f"{begin} {time.time()}\n")
    return outcome


def run_one(runs: int, workers: int, horizon: str, folder: Path) -> dict[str, float]:
    """One sweep in this process; called in a fresh one."""
    import resource

    from simulation.sweeping import sweep

    begin = time.time()
    factors = {"parameters.rivalry": {"low": 0, "high": 4, "levels": runs // REPLICATES}}
    source = {"base": BASE, "design": "grid", "factors": factors, "replicates": REPLICATES}
    source["record"] = {"metrics": list(KEPT)}
    sweep(source, out=folder, workers=workers, simulate=timed, sets=[f"horizon={horizon}"])
    end = time.time()
    lines = [line.split() for path in Path(os.environ[TIMES]).iterdir() for line in path.read_text().splitlines()]
    assert len(lines) == runs
    first = min(float(start) for start, _ in lines)
    busy = sum(float(stop) - float(start) for start, stop in lines)
    return {
        "seconds": end - first,
        "busy_seconds": busy,
        "bookkeeping": 1 - busy / (workers * (end - first)),
        "start_seconds": first - begin,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def read_one(folder: Path) -> dict[str, float]:
    """Summarise one metric in this process; called in a fresh one."""
    import resource

    from simulation.sweeps.results import SweepResults

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
        in_fresh_process("--one", REPLICATES * 2, 1, horizon, Path(made) / "compiled")
        for what, count, workers, until in asked:
            folder = Path(made) / f"{what}-{count}-{workers}"
            row = in_fresh_process("--one", count, workers, until, folder) | in_fresh_process("--read", folder)
            rows.append({"what": what, "runs": count, "workers": workers, **row})
            print(pd.DataFrame(rows[-1:]).to_string(index=False, float_format="%.3f"), flush=True)
    return pd.DataFrame(rows)


def main() -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sweeping")
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--many", type=int, default=5000)
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "benchmarks" / "sweeping.csv")
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
        one, two, few, lots = (row for _, row in table.iterrows())
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(chosen.out, index=False, float_format="%.4f")
        print(table.to_string(index=False, float_format="%.3f"))
        print(f"two workers against one, {one['runs']} whole runs: {one['seconds'] / two['seconds']:.2f} times")
        memory = f"{few['memory_mb']:.0f} and {lots['memory_mb']:.0f} MB"
        print(f"parent's memory, {few['runs']} and {lots['runs']} short runs: {memory}")


if __name__ == "__main__":
    main()
