"""The first edition's engine, timed by its own benchmark on this machine: goals were set beside its times elsewhere.

``python -m tests.benchmarks.bench_engine --first FOLDER`` needs a checkout of commit 0c08f83 in a folder; it runs with
this environment's libraries.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

COMMIT = "0c08f83"
WHERE_SET = {
    "whole quarter, default world, ns a pair": (33.0, 15.0),
    "whole quarter, 1,000 actors or more, ns a pair": (20.8, 8.0),
    "200 replicates, contrasts in, s": (28.5, 12.0),
    "one replicate, whole command, s": (7.0, 2.0),
    "first forecast, nothing compiled, s": (82.0, 60.0),
    "4,000 actors, 44 quarters, s": (8.5, 4.0),
}
"""By goal: the first edition where the goals were set, and the goal."""
CODE = """
import json, os, sys, tempfile, time
from tests.benchmarks import bench_engine as b
scenario = b.load_scenario(b.SCENARIO)
b.GovernanceModel(scenario).run()
quarter = []
for k in range(5):
    model = b.GovernanceModel(scenario, replicate=k)
    quarter.append(float(sum(b.quarters_by_step(model, scenario.quarters))) / model.state.n ** 2 * 1e9)
b.growth((1000,))
large = [float(b.growth((1000,))["ns a pair"].iloc[0]) for _ in range(3)]
model = b.make_model(b.made_up_world(4000), 44, parameters={"tempo": 0.5}, record={"ties": "none"})
start = time.perf_counter()
model.run()
whole = time.perf_counter() - start
with tempfile.TemporaryDirectory() as folder:
    cache = {**os.environ, "NUMBA_CACHE_DIR": folder + "/kernels"}
    run = [sys.executable, "-m", "simulation.cli", "run", str(b.SCENARIO), "--quiet"]
    def forecast(k, *more):
        return b._wall([*run, *more, "--out", f"{folder}/{k}"], cache)
    first = forecast(0, "--replicates", "200", "--workers", "2")
    one = [forecast(k, "--replicates", "1", "--workers", "1", "--no-contrasts") for k in range(1, 4)]
    many = [forecast(k, "--replicates", "200", "--workers", "2") for k in range(4, 7)]
print(json.dumps([quarter, large, many, one, [first], [whole]]))
"""


def measure(folder: Path) -> dict[str, Any]:
    """Times of the first edition, by the goal that they are the measure of."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return dict(zip(WHERE_SET, json.loads(done.stdout.splitlines()[-1]), strict=True))
