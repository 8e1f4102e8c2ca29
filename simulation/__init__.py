"""Wifaq: agent-based simulation of international AI-governance cooperation.

The public names load when they are first used, so ``import simulation`` is quick.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from simulation.source_code import must_compile, use_kernel_folder

if TYPE_CHECKING:
    __version__: str
    from simulation.app.notebook import view
    from simulation.experiments.advise import advise
    from simulation.experiments.compare import compare
    from simulation.experiments.explain import explain
    from simulation.experiments.explanation import Explanation
    from simulation.experiments.opportunities import opportunities
    from simulation.experiments.results import Results
    from simulation.experiments.run import run
    from simulation.experiments.sweep import sweep
    from simulation.experiments.what_changed import what_changed
    from simulation.model import GovernanceModel
    from simulation.outcomes import metric
    from simulation.scenario.load import load_scenario
    from simulation.source_code import tell_when_compiling

__all__ = [
    "Explanation",
    "GovernanceModel",
    "Results",
    "__version__",
    "advise",
    "compare",
    "explain",
    "load_scenario",
    "metric",
    "opportunities",
    "run",
    "sweep",
    "tell_when_compiling",
    "view",
    "what_changed",
]

warnings.filterwarnings("ignore", message="IProgress not found")  # of Mesa's bars, which are not drawn here
use_kernel_folder()  # before anything brings the compiler
must_compile()  # asked now: workers begin to compile soon

_HOMES = {
    "Explanation": "simulation.experiments.explanation",
    "GovernanceModel": "simulation.model",
    "Results": "simulation.experiments.results",
    "advise": "simulation.experiments.advise",
    "compare": "simulation.experiments.compare",
    "explain": "simulation.experiments.explain",
    "load_scenario": "simulation.scenario.load",
    "metric": "simulation.outcomes",
    "opportunities": "simulation.experiments.opportunities",
    "run": "simulation.experiments.run",
    "sweep": "simulation.experiments.sweep",
    "tell_when_compiling": "simulation.source_code",
    "view": "simulation.app.notebook",
    "what_changed": "simulation.experiments.what_changed",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        result: Any = _version()
    elif name in _HOMES:
        result = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = result
    return result


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("wifaq")
    except PackageNotFoundError:  # a source tree that was never installed
        return "0+unknown"


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
