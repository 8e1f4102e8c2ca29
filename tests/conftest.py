"""Settings of all tests."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent

# Compiling a kernel takes seconds the first time, so no test has a deadline. In continuous integration the
# examples are always the same ones; elsewhere they vary, to find what nobody has thought of.
settings.register_profile(
    "wifaq", deadline=None, derandomize=bool(os.environ.get("CI")), suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("wifaq")

gc.set_threshold(50_000, 20, 20)
"""As in the command itself: looking through all that libraries have made, after every 700 new objects, took a ninth of
the time of the tests."""

ORDER = ("model", "theory", "actors", "processes", "reference", "outcomes", "intensity", "golden", "data", "report",
         "display", "scenario", "experiments", "docs", "evidence", "cli", "install")  # fmt: skip
"""Of the folders. Of two workers one begins at the front and compiles the kernels; the other begins in the middle,
among tests of data and pages, which need none and keep it busy meanwhile."""


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before several workers begin: each would compile the same kernels, and wait for most of a minute."""
    processes = session.config.getoption("numprocesses", None)
    if processes and not hasattr(session.config, "workerinput"):
        from simulation.experiments.engine.ahead import compile_ahead
        from simulation.source_code import must_compile

        if must_compile():
            compile_ahead(processes)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In the order of the names, both workers would begin with a minute and a half of compiling the same."""
    place = {folder: k for k, folder in enumerate(ORDER)}
    items.sort(key=lambda item: place.get(item.path.relative_to(HERE).parts[0], len(ORDER)))


def pytest_collection_finish() -> None:
    """What has been imported by now stays, and is not looked through again."""
    gc.collect()
    gc.freeze()
