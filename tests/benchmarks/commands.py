"""What is measured of whole commands, by the clock: each a process of its own, as a user starts it."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.engine import SCENARIO, Table

Asked = tuple[str, int, int, list[str]]
"""What a command is called on the page, its replicates, how often it is timed, its arguments."""


def forecasts(replicates: int, repeats: int) -> list[Asked]:
    """Help, check and forecasts; the first forecast finds no compiled kernels and leaves its own to the others."""
    run, plain = ["run", str(SCENARIO), "--quiet"], "--no-contrasts"
    few = max(1, replicates // 4)

    def asking(count: int, workers: int | None, *more: str) -> list[str]:
        own = [] if workers is None else ["--workers", str(workers)]
        return [*run, "--replicates", str(count), *own, *more]

    return [
        ("forecast with contrasts, 2 workers, nothing compiled", replicates, 1, asking(replicates, 2)),
        ("one replicate", 1, repeats, asking(1, None, plain)),
        ("one replicate, 1 worker", 1, repeats, asking(1, 1, plain)),
        ("one replicate, no charts", 1, repeats, asking(1, None, plain, "--no-charts")),
        ("forecast, 1 worker", few, repeats, asking(few, 1, plain)),
        ("forecast, 2 workers", few, repeats, asking(few, 2, plain)),
        ("forecast, 2 workers", replicates, repeats, asking(replicates, 2, plain)),
        ("forecast with contrasts, 2 workers", replicates, repeats, asking(replicates, 2)),
    ]


def small(repeats: int) -> list[Asked]:
    """Commands that simulate nothing."""
    return [("wifaq --help", 0, repeats, ["--help"]), ("wifaq check", 0, repeats, ["check", str(SCENARIO)])]


def opportunities() -> list[Asked]:
    """The screen of opportunities, once."""
    return [("wifaq opportunities", 0, 1, ["opportunities", str(SCENARIO)])]


def measure(asked: list[Asked]) -> Table:
    """Seconds of each command, every time."""
    with tempfile.TemporaryDirectory() as folder:
        cache = {**os.environ, "NUMBA_CACHE_DIR": str(Path(folder) / "kernels")}
        out = (f"{folder}/{k}" for k in itertools.count())
        return [
            {"command": name, "replicates": count, "seconds": [_wall(given, cache, out) for _ in range(times)]}
            for name, count, times, given in asked
        ]


def _wall(given: list[str], environment: dict[str, str], out: Iterator[str]) -> float:
    writes = ["--out", next(out)] if given[0] in ("run", "opportunities") else []
    command = [sys.executable, "-m", "simulation.cli", *given, *writes]
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start
