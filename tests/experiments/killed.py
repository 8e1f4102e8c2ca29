"""Workers that die once, and whether a process is there still; importable by name, for the worker processes."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

MARK = "TEST_KILL_MARK"
"""Environment variable: a file that exists as soon as the worker has died."""


def die_once(mark: str) -> None:
    """Kill this process, and leave a file that keeps the next one that comes here alive."""
    if not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)


def alive(pid: int) -> bool:
    """Whether a process has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def simulate_killed_once(scenario: Any, replicate: int) -> Any:
    """The real model; its worker dies at the third replicate, the first time it gets there."""
    from simulation.experiments.engine.simulate import simulate  # slow to import; models in miniature need it not

    if replicate == 2:
        die_once(os.environ[MARK])
    return simulate(scenario, replicate)
