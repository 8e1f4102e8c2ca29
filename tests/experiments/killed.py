"""The real model in a worker that dies once; importable by name, for the worker processes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from simulation.experiments.engine.simulate import simulate

MARK = "TEST_KILL_MARK"
"""Environment variable: a file that exists as soon as the worker has died."""


def simulate_killed_once(scenario: Any, replicate: int) -> Any:
    """Kill the worker at the third replicate, the first time it gets there."""
    mark = Path(os.environ[MARK])
    if replicate == 2 and not mark.exists():
        mark.touch()
        os._exit(1)
    return simulate(scenario, replicate)
