"""The page of the shipped scenarios and sweeps, from their files."""

from __future__ import annotations

from pathlib import Path

from docs.pages import NOTE
from simulation.display.pages import table
from simulation.experiments.sweeps.load import load_sweep
from simulation.scenario.listing import list_scenarios

ROOT = Path(__file__).parents[2]

_TOP = """\
What ships in `scenarios/`. Each file opens with its question and the claims of the paper (Kezzoute 2025) that it
bears on. `wifaq run scenarios/FILE` forecasts with one, `wifaq compare` sets several side by side, and a file of
your own may extend any of them ([tutorial.md](../tutorial.md#4-a-scenario-of-your-own)).
"""


def scenarios_page() -> str:
    """Every shipped scenario and sweep: file, title, question, claims."""
    scenarios = [
        (_link(Path(str(row["file"]))), row["title"], row["question"], row["claims"])
        for row in list_scenarios(ROOT / "scenarios")
    ]
    lines = ["# Scenarios\n", NOTE, _TOP, table(("file", "title", "question", "claims"), scenarios)]
    sweeps = [_sweep(path) for path in sorted((ROOT / "scenarios" / "sweeps").glob("*.yaml"))]
    lines += ["## Sweeps\n", "How they are run and read: [sweeps.md](../sweeps.md).\n"]
    lines += [table(("file", "title", "question", "design", "factors"), sweeps)]
    return "\n".join(lines)


def _link(path: Path) -> str:
    name = path.relative_to(ROOT).as_posix()
    return f"[`{path.name}`](../../{name})"


def _sweep(path: Path) -> tuple[str, ...]:
    sweep = load_sweep(path)
    factors = ", ".join(f"`{key}`" for key in sweep.factors)
    return _link(path), sweep.title, sweep.question, sweep.design, factors
