"""How long a quarter takes: kernels against the oracle, on the same world, with the same results.

``python -m tests.reference.speed [SCENARIO] [QUARTERS]``; the oracle is the plain per-agent model, so
its microseconds a pair say what it is worth as a yardstick.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median

from simulation.model import GovernanceModel
from tests.reference.columns import oracle_of
from tests.reference.parity import compare
from tests.reference.quarter import Oracle


def timed(work: Callable[[], None]) -> float:
    """Seconds of this process that a piece of work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


Times = dict[str, list[float]]


def play(steps: dict[str, Callable[[], None]], begin: Callable[[], None], seconds: Times) -> None:
    """One quarter, step by step; adds to the seconds of each step."""
    begin()
    for name, step in steps.items():
        seconds[name].append(timed(step))


def measure(scenario: str, quarters: int) -> tuple[int, Times, Times]:
    """Number of actors, and seconds of every step in every quarter, of the kernels and of the oracle.

    The record is left out of both.

    Raises
    ------
    AssertionError
        If the two do not end with the same results.
    """
    GovernanceModel(scenario).step()  # compiles
    model = GovernanceModel(scenario)
    oracle = oracle_of(model)
    fast: Times = {name: [] for name in Oracle.STEPS}
    slow: Times = {name: [] for name in Oracle.STEPS}
    for _ in range(quarters):
        play({name: getattr(model, "_" + name) for name in fast}, model._begin_quarter, fast)
        model.state.quarter += 1
        play({name: getattr(oracle, name) for name in slow}, oracle.begin, slow)
        oracle.end()
    compare(model.state, oracle, f"{quarters} quarters")
    return model.state.n, fast, slow


def main(scenario: str = "scenarios/baseline.yaml", quarters: str = "4") -> None:
    """Print medians, spreads and ratios of the quarter and of its steps."""
    n, fast, slow = measure(scenario, int(quarters))
    pairs = n * n
    print(f"{n} actors, {quarters} quarters, same results; a pair and quarter:")
    print(f"{'':18s} {'kernels, ns':>12s} {'oracle, µs':>12s} {'ratio':>8s}")
    for name in (*Oracle.STEPS, "quarter"):
        kernels, plain = (
            [sum(q) for q in zip(*t.values(), strict=True)] if name == "quarter" else t[name] for t in (fast, slow)
        )
        ratio = median(plain) / max(median(kernels), 1e-9)
        print(f"{name:18s} {1e9 * median(kernels) / pairs:12.2f} {1e6 * median(plain) / pairs:12.3f} {ratio:8.0f}")
    for label, scale, total in (("kernels, ns", 1e9, fast), ("oracle, µs", 1e6, slow)):
        quarter = [sum(q) * scale / pairs for q in zip(*total.values(), strict=True)]
        print(f"{label}: {min(quarter):.2f} to {max(quarter):.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
