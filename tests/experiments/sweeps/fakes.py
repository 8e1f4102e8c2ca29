"""A model in miniature for sweeps of real scenarios. How it misbehaves is told by the environment,
which worker processes inherit: a JSON object in ``WIFAQ_FAKE``."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from simulation.experiments.engine.tables import Outcome
from simulation.experiments.engine.worker import ReplicateError
from tests.experiments.killed import die_once

ROOT = Path(__file__).parents[3]
BASE = str(ROOT / "scenarios" / "baseline.yaml")
GRID = {
    "base": BASE,
    "design": "grid",
    "factors": {"parameters.rivalry": [0.5, 1, 2], "strategy.budget": [1, 2]},
    "replicates": 5,
}
HERE = ThreadPoolExecutor(1)
"""An executor in this process, for what needs no other: starting a worker takes seconds."""
QUARTERS = ("2025Q1", "2025Q2", "2030Q4", "2035Q4")


def luck(seed: int, replicate: int, metric: str, quarter: str) -> float:
    return zlib.crc32(f"{seed}/{replicate}/{metric}/{quarter}".encode()) / 2**32 - 0.5


def simulate(scenario, replicate: int) -> Outcome:
    """Kept commitments are rivalry / 10 minus the fragmentation of trust / 5, and luck; the budget does nothing."""
    told = json.loads(os.environ.get("WIFAQ_FAKE", "{}"))
    where = [round(scenario.parameters.rivalry, 6), replicate]
    if where in told.get("raises", []):
        raise ReplicateError("run") from ZeroDivisionError("no luck")
    if where in told.get("kills", []):
        os.kill(os.getpid(), signal.SIGKILL)
    if where in told.get("hangs", []):
        while True:
            time.sleep(0.01)
    if where in told.get("deaf", []):  # hangs, and ignores that its time is over
        with Path(told["mark"]).open("a") as mark:
            mark.write("x")
        while True:
            with contextlib.suppress(BaseException):
                time.sleep(0.01)
    if where in told.get("kills_once", []):
        die_once(told["mark"])
    time.sleep(told.get("slow", 0))
    level = scenario.parameters.rivalry / 10 - scenario.fragmentation.trust / 5
    quarters = [quarter for quarter in QUARTERS if quarter <= str(scenario.horizon)]
    rows = [(q, m) for q in quarters for m in ("commitments_kept", "volume")]
    series = pd.DataFrame(rows, columns=["quarter", "metric"])
    noise = np.array([luck(scenario.seed, replicate, m, q) for q, m in rows])
    series["actor"], series["value"] = scenario.focal, level + told.get("noise", 0.1) * noise
    world = pd.DataFrame({"quarter": quarters, "metric": "density_all", "actor": "system", "value": 0.5})
    return Outcome.from_frames(replicate, series=pd.concat([series, world]))


def check(scenario) -> None:
    """Nothing to see."""


def swept(source, **options):
    """A sweep of the miniature: in this process, unless workers or an executor are named."""
    from simulation.experiments.sweep import sweep  # here: workers, which import this file, need none of it
    from tests.experiments.stand_in import stand_in

    where = {} if {"workers", "executor"} & set(options) else {"executor": HERE}
    with stand_in(simulate, check):
        return sweep(source, **where, **options)
