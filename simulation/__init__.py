"""Wifaq: agent-based simulation of international AI-governance cooperation.

The public names load when they are first used, so ``import simulation`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulation.comparing import compare
    from simulation.explaining import explain
    from simulation.explanation import Explanation
    from simulation.model import GovernanceModel
    from simulation.outcomes import metric
    from simulation.results import Results
    from simulation.running import run
    from simulation.scenario.load import load_scenario
    from simulation.sweeping import sweep

__all__ = [
    "Explanation",
    "GovernanceModel",
    "Results",
    "__version__",
    "compare",
    "explain",
    "load_scenario",
    "metric",
    "run",
    "sweep",
]

try:
    __version__ = version("wifaq")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"

_HOMES = {
    "Explanation": "simulation.explanation",
    "GovernanceModel": "simulation.model",
    "Results": "simulation.results",
    "compare": "simulation.comparing",
    "explain": "simulation.explaining",
    "load_scenario": "simulation.scenario.load",
    "metric": "simulation.outcomes",
    "run": "simulation.running",
    "sweep": "simulation.sweeping",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
