"""The model: one run of the world, quarter by quarter."""

import inspect

vars(inspect)["modulesbyfile"] |= {f"<frozen {name}>": name for name in ("importlib._bootstrap", "runpy")} | {
    "<frozen importlib._bootstrap_external>": "importlib._bootstrap_external"
}
"""The modules of these files. Mesa asks for the whole stack when it loads, to name its loggers, and whether a file is
a module's is looked up among all modules, a frame at a time, unless it is known: half a second."""

from simulation.model.governance import QUARTER, GovernanceModel  # noqa: E402

__all__ = ["QUARTER", "GovernanceModel"]
