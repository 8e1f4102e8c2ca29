"""Write the types that kernels of a run are compiled for ahead: ``python -m tests.install.kernel_types``.

They are those of one short replicate of the baseline with a draw of its parameters, of its contrasts and of its
explanation, in a process that has run nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HORIZON = "2026Q4"
COMPILES = "compiles"


def types_of_a_run() -> dict[str, Any]:
    """What :func:`simulation.experiments.engine.ahead.types_used` says after such a run, in another process."""
    command = [sys.executable, "-m", "tests.install.kernel_types", "used"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    if done.stdout.startswith(COMPILES):  # it then knows too what kernels call each other with: once more
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _print_types() -> None:
    from simulation.experiments.engine.ahead import types_used
    from simulation.experiments.run import CONTRASTS, run
    from simulation.scenario.load import load_scenario
    from simulation.source_code import tell_when_compiling

    tell_when_compiling(lambda text: print(COMPILES))
    scenario = load_scenario(ROOT / "scenarios" / "baseline.yaml", horizon=HORIZON)
    run(scenario, replicates=1, workers=1, contrasts=CONTRASTS)
    print(json.dumps(types_used()))


def text_of(known: dict[str, Any]) -> str:
    """The file: a line a kernel."""
    lines = ",\n".join(f"{json.dumps(place)}: {json.dumps(types)}" for place, types in known.items())
    return f"{{\n{lines}\n}}\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["used"]:
        _print_types()
    else:
        from simulation.experiments.engine.ahead import KNOWN

        KNOWN.write_text(text_of(types_of_a_run()), encoding="utf-8")
        print(f"wrote {KNOWN}")
