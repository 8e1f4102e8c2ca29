"""What replaced decisions cost: one, twenty and all actors, each hook alone and all together.

``python -m tests.benchmarks.bench_hooks`` prints the table. The replaced hooks are the defaults,
so every run does the same work and ends in the same bits; what differs is who decides in Python.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulation.actors import BY_KIND, HOOKS
from simulation.actors.rules import hooks_of
from simulation.model import GovernanceModel
from simulation.scenario.checks import world_of
from simulation.scenario.load import load_scenario

SCENARIO = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
QUARTERS = 4
REPEATS = 5
COUNTS = (1, 20, None)  # None: all
EVERY = "every hook"
EVERY_HOOK = tuple(HOOKS)


def _same(base: type, hooks: Sequence[str]) -> type:
    """A class that decides in Python as its base does."""

    def own(hook: str) -> Any:
        default = getattr(base, hook)
        return lambda self, *given: default(self, *given)

    return type("Same" + base.__name__, (base,), {hook: own(hook) for hook in hooks if hook in hooks_of(base)})


def _cast(model: GovernanceModel, hooks: Sequence[str], count: int | None) -> dict[str, type]:
    """Actors with hooks of their own, spread evenly over those that have the first hook."""
    able = [actor for actor in model.actors if hooks[0] in hooks_of(type(actor))]
    if hooks == ["bids"]:
        able = [model.actors[row] for row in model.state.leaders]
    chosen = able if count is None else able[:: max(1, len(able) // count)][:count]
    return {actor.id: _same(BY_KIND[actor.kind], hooks) for actor in chosen}


def measure(quarters: int = QUARTERS, repeats: int = REPEATS, hooks: Sequence[str] = EVERY_HOOK) -> pd.DataFrame:
    """Time of a quarter of the default world by who decides in Python, of some hooks one by one and of all together.

    Returns
    -------
    DataFrame
        ``hook`` (``none`` for kernels alone), ``actors`` (how many replace it), ``median_ms``,
        ``low_ms`` and ``high_ms`` (quartiles over the repeats, which take turns), ``times_kernels``
        (ratio of medians).
    """
    scenario = load_scenario(SCENARIO)
    world = world_of(scenario)
    plain = GovernanceModel(scenario, world=world)
    cases: list[tuple[str, dict[str, type]]] = [("none", {})]
    cases += [(hook, _cast(plain, [hook], count)) for hook in hooks for count in COUNTS]
    cases += [(EVERY, _cast(plain, list(EVERY_HOOK), count)) for count in COUNTS]
    cases = [case for k, case in enumerate(cases) if not _repeated(case, cases[:k])]
    taken: list[list[float]] = [[] for _ in cases]
    _seconds(scenario, world, cases[0][1], quarters)  # compiles
    _seconds(scenario, world, cases[-1][1], quarters)
    for _ in range(repeats):
        for k, (_, cast) in enumerate(cases):
            taken[k].append(_seconds(scenario, world, cast, quarters) * 1e3 / quarters)
    low, median, high = np.percentile(taken, (25, 50, 75), axis=1)
    return pd.DataFrame(
        {
            "hook": [hook for hook, _ in cases],
            "actors": [len(cast) for _, cast in cases],
            "median_ms": median,
            "low_ms": low,
            "high_ms": high,
            "times_kernels": median / median[0],
        }
    )


def _repeated(case: tuple[str, dict[str, type]], before: Sequence[tuple[str, dict[str, type]]]) -> bool:
    """Whether the same actors were taken for the hook before (only three bid)."""
    return any(hook == case[0] and cast.keys() == case[1].keys() for hook, cast in before)


def _seconds(scenario: Any, world: Any, cast: dict[str, type], quarters: int) -> float:
    model = GovernanceModel(scenario, world=world, actors=cast)
    start = time.perf_counter()
    for _ in range(quarters):
        model.step()
    return time.perf_counter() - start


if __name__ == "__main__":
    print(measure().round(2).to_string(index=False))
