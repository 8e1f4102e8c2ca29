"""A model in miniature for the tests of what comes after the model.

Importable by name, so that worker processes find it. Every number is a function of the
scenario, its seed and the replicate.
"""

from __future__ import annotations

import hashlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from simulation.errors import InputError
from simulation.experiments.tables import Outcome
from simulation.experiments.worker import ReplicateError

QUARTERS = tuple(f"{year}Q{quarter}" for year in range(2025, 2028) for quarter in range(1, 5))
METRICS = ("cooperation", "volume", "deals_state")


@dataclass(frozen=True)
class FakeScenario:
    """The few fields of a scenario that the runner reads, and how its replicates misbehave."""

    name: str = "fake"
    seed: int = 0
    replicates: int = 8
    focal: str = "AAA"
    level: float = 0.5
    raises: tuple[int, ...] = ()
    kills: tuple[int, ...] = ()
    kills_once: str = ""  # a path: the first worker to come by leaves a file there and dies
    slow: float = 0.0


def noise(scenario: FakeScenario, replicate: int, count: int) -> np.ndarray:
    digest = hashlib.sha256(f"{scenario.seed}/{replicate}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big")).normal(size=count)


def simulate(scenario: FakeScenario, replicate: int) -> Outcome:
    if replicate in scenario.raises:
        raise ReplicateError("run") from ZeroDivisionError(f"no luck in\nreplicate {replicate}")
    if replicate in scenario.kills:
        os.kill(os.getpid(), signal.SIGKILL)
    if scenario.kills_once and replicate == 3:
        mark = Path(scenario.kills_once)
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(scenario.slow)
    rows = [(q, a, m) for q in QUARTERS for a in ("AAA", "BBB") for m in METRICS]
    series = pd.DataFrame(rows, columns=["quarter", "actor", "metric"])
    series["value"] = scenario.level + 0.05 * noise(scenario, replicate, len(rows))
    ties = pd.DataFrame({"quarter": [QUARTERS[-1]], "a": ["AAA"], "b": ["BBB"], "track": ["bilateral"]})
    ties["depth"] = np.array([1 + replicate % 3], np.int8)
    joins = pd.DataFrame({"instrument": ["x", "y"], "actor": ["AAA", "AAA"]})
    joins["quarter"] = pd.Series([QUARTERS[replicate % 12], None], dtype="str")
    joins["eligible"], joins["joined_before"] = True, False
    return Outcome.from_frames(replicate, series=series, ties=ties, joins=joins)


def simulate_badly(scenario: FakeScenario, replicate: int) -> Outcome:
    raise InputError(f"scenario {scenario.name} is at fault")


def simulate_untransferable(scenario: FakeScenario, replicate: int) -> object:
    return (lambda: 1) if replicate == 2 else simulate(scenario, replicate)
