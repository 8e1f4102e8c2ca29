"""A model in miniature for the tests of what comes after the model.

Importable by name, so that worker processes find it. Every number is a function of the
scenario, its seed and the replicate.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import sys
import threading
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from simulation.errors import InputError
from simulation.experiments.engine.labels import Facts
from simulation.experiments.engine.tables import Outcome
from simulation.experiments.engine.worker import ReplicateError
from tests.experiments.killed import die_once

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
    leaves: str = ""  # behind in its process: a "thread" that goes on, or a "fork" that does
    deaf: tuple[int, ...] = ()  # these hang, whatever is raised in them


def noise(scenario: FakeScenario, replicate: int, count: int) -> np.ndarray:
    digest = hashlib.sha256(f"{scenario.seed}/{replicate}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big")).normal(size=count)


def simulate(scenario: FakeScenario, replicate: int) -> Outcome:
    if replicate in scenario.raises:
        raise ReplicateError("run") from ZeroDivisionError(f"no luck in\nreplicate {replicate}")
    if replicate in scenario.kills:
        os.kill(os.getpid(), signal.SIGKILL)
    if scenario.kills_once and replicate == 3:
        die_once(scenario.kills_once)
    if scenario.leaves == "thread":
        threading.Thread(target=time.sleep, args=(300,), daemon=False).start()
    if scenario.leaves == "fork":
        os.fork()
    while replicate in scenario.deaf:
        with contextlib.suppress(BaseException):
            time.sleep(0.01)
    time.sleep(scenario.slow)
    rows = [(q, a, m) for q in QUARTERS for a in ("AAA", "BBB") for m in METRICS]
    series = pd.DataFrame(rows, columns=["quarter", "actor", "metric"])
    series["value"] = scenario.level + 0.05 * noise(scenario, replicate, len(rows))
    ties = pd.DataFrame({"quarter": [QUARTERS[-1]], "a": ["AAA"], "b": ["BBB"], "track": ["bilateral"]})
    ties["depth"], ties["source"] = np.array([1 + replicate % 3], np.int8), "new"
    joins = pd.DataFrame({"instrument": ["x", "y"], "actor": ["AAA", "AAA"]})
    joins["quarter"] = pd.Series([QUARTERS[replicate % 12], None], dtype="str")
    joins["eligible"], joins["joined_before"] = True, False
    return Outcome.from_frames(replicate, series=series, ties=ties, joins=joins)


def custom(view) -> float:
    """One."""
    return 1.0


def simulate_metrics(scenario: FakeScenario, replicate: int) -> Outcome:
    """Records the names of the user's metrics that this process knows."""
    from simulation.outcomes.metrics import user_metrics  # slow to import; few tests need it

    names = [entry.name for entry in user_metrics()]
    series = pd.DataFrame({"metric": names, "quarter": "2025Q1", "actor": str(os.getpid()), "value": 1.0})
    return Outcome.from_frames(replicate, series=series)


def simulate_badly(scenario: FakeScenario, replicate: int) -> Outcome:
    raise InputError(f"scenario {scenario.name} is at fault")


def simulate_untransferable(scenario: FakeScenario, replicate: int) -> object:
    return (lambda: 1) if replicate == 2 else simulate(scenario, replicate)


# --- a whole forecast, of a real scenario, from a model in miniature


def recorded_quarters(scenario) -> list[str]:
    return [str(scenario.start + k) for k in range(-1, scenario.quarters)]


def simulate_forecast(scenario, replicate: int) -> Outcome:
    """Counts, indices and commitments that grow; fragmentation costs .05 and rivalry gives .02."""
    quarters = recorded_quarters(scenario)
    shift = 0.02 * (scenario.parameters.rivalry > 0) - 0.05 * (scenario.fragmentation.trust > 0)
    metrics = ["cooperation", "volume", "commitments_kept", "deals", "deals_state", "instruments_joined",
               "kept_new", "kept_rank"]  # fmt: skip
    metrics += [f"partners_{what}{kind}" for what in ("new", "held", "lost") for kind in ("", "_state", "_firm")]
    metrics += ["commitments_by_bilateral", "commitments_by_non_state"]
    actors = [scenario.focal, *(() if isinstance(scenario.record.actors, tuple) else ("TUN", "SEN"))]
    rows = [(q, a, m) for q in quarters for a in actors for m in metrics]
    series = pd.DataFrame(rows, columns=["quarter", "actor", "metric"])
    keys = ["/".join((str(scenario.seed), str(replicate), *row)) for row in rows]
    luck = np.array([zlib.crc32(key.encode()) / 2**32 - 0.5 for key in keys])  # keyed, as in the model
    series["value"] = 0.5 + shift + 0.01 * luck
    series = pd.concat([series, pd.DataFrame({"quarter": quarters, "actor": "system", "metric": "density_all"})])
    series["value"] = series["value"].fillna(0.1)
    ties = pd.DataFrame({"a": scenario.focal, "b": ["FRA", "elm"], "track": ["bilateral", "non_state"]})
    ties["quarter"], ties["depth"] = quarters[-1], np.array([1 + replicate % 3, 1], np.int8)
    ties["source"] = ["drawn" if replicate % 2 else "recorded", "new"]
    joins = pd.DataFrame({"instrument": ["x", "y"], "actor": scenario.focal, "eligible": True})
    joins["quarter"] = pd.Series([quarters[0], quarters[2] if replicate % 2 else None], dtype="str")
    joins["joined_before"] = [True, False]
    return Outcome.from_frames(replicate, series=series, ties=ties, joins=joins)


def simulate_failing(scenario, replicate: int) -> Outcome:
    if replicate == 1:
        raise ReplicateError("build") from KeyError("gone")
    return simulate_forecast(scenario, replicate)


def simulate_never(scenario, replicate: int) -> Outcome:
    raise ZeroDivisionError("no world")


def facts(scenario) -> Facts:
    actors = pd.DataFrame(
        [
            (scenario.focal, f"Name of {scenario.focal}", "state", "none", "Africa"),
            ("TUN", "Tunisia", "state", "none", "Africa"),
            ("SEN", "Senegal", "state", "none", "Africa"),
            ("FRA", "France", "state", "EU", "Europe"),
            ("elm", "Elm [a firm]", "firm", "none", ""),
        ],
        columns=["id", "name", "kind", "camp", "region"],
    ).drop_duplicates("id")
    instruments = pd.DataFrame(
        [("x", "Old text", "civil", False, False), ("y", "New [bold]text", "cyber", True, True)],
        columns=["id", "title", "domain", "binding", "open"],
    )
    return Facts(actors, instruments, ("TUN", "SEN"), ("a note",))


def look_at_the_parent() -> tuple[bool, list[str]]:
    """Whether the model was here before anybody asked for it, and the names of the threads of this process's parent."""
    threads = [(thread / "comm").read_text().strip() for thread in Path(f"/proc/{os.getppid()}/task").iterdir()]
    return "simulation.model" in sys.modules, threads


def loaded(*modules: str) -> list[bool]:
    """Whether each module is here though nobody has asked for it in this process."""
    return [name in sys.modules for name in modules]


def pid_unless_worker(parent: int) -> int:
    """The id of this process, which ends at once if it is another than the given one."""
    if os.getpid() != parent:
        os._exit(1)
    return parent
