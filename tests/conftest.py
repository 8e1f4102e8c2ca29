"""Settings of all tests."""

from __future__ import annotations

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

COMPILING = ("model", "theory", "actors", "processes", "reference", "outcomes", "intensity")
"""Folders that need the kernels from their first test on."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that need the kernels first: of two workers, one then compiles while the other runs tests without.

    In the order of the names both would begin with a minute and a half of compiling the same.
    """
    items.sort(key=lambda item: item.path.relative_to(HERE).parts[0] not in COMPILING)
