"""How fast Wifaq is: ``python -m tests.benchmarks.bench_engine`` measures, then writes docs/results/performance.md.

The numbers go to a file beside the page, of which the page is made. Everything is measured in one run on one machine,
so that ratios hold where times do not. ``--peers`` writes the same small model for other tools beside it, each in an
environment of its own under build/peers; ``--opportunities`` times that command too; ``--quick`` tries everything in
seconds, and measures nothing worth keeping.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from tests.benchmarks import bench_hooks, commands, engine, first_edition, least
from tests.benchmarks.page import Numbers, render

PAGE = engine.ROOT / "docs" / "results" / "performance.md"


class Amount(NamedTuple):
    """How much is measured: worlds as (actors or None for the shipped one, quarters, repeats)."""

    sizes: tuple[tuple[int | None, int, int], ...]
    oracle: int | None
    repeats: int
    whole_run: tuple[int, int] | None
    replicates: int
    models: int
    quarters: int
    least: tuple[tuple[int | None, int], ...]
    """Worlds whose operations are counted, and over how many quarters."""


FULL = Amount(
    ((100, 20, 5), (None, 34, 5), (1000, 8, 5), (4000, 4, 3)), None, 3, (4000, 44), 200, 300, 20,
    ((None, 20), (1000, 8), (4000, 2)),
)  # fmt: skip
QUICK = Amount(((30, 1, 2),), 12, 1, None, 0, 3, 1, ((None, 1), (60, 1)))


def measure(amount: Amount, *, peers: bool, opportunities: bool) -> Numbers:
    """Everything that the page tells; each part of a full run in a process of its own."""
    apart = engine.fresh if amount is FULL else engine.here
    numbers: Numbers = {"machine": _machine(amount)}
    said = time.perf_counter()

    def done(what: str) -> None:
        print(f"{time.perf_counter() - said:6.0f} s  {what}", flush=True)

    sizes = []
    for actors, quarters, repeats in amount.sizes:
        sizes.append({**apart(engine.size, actors, quarters, repeats), "shipped": actors is None})
        done(f"steps with {sizes[-1]['actors']} actors")
    numbers["sizes"] = sizes
    numbers["oracle"] = apart(engine.against_oracle, amount.oracle, amount.repeats)
    numbers["whole_run"] = apart(engine.whole_run, *amount.whole_run) if amount.whole_run else None
    done("oracle, a whole run of a large world")
    numbers["bounds"] = apart(engine.bounds)
    numbers["least"] = _least(amount, apart)
    numbers["profile"] = apart(engine.profile, amount.oracle, amount.quarters)
    numbers["live"] = apart(engine.live, amount.quarters)
    numbers["memory"] = apart(engine.memory, amount.models, 2)
    done("bounds, profile, live world, memory")
    asked = commands.small(amount.repeats)
    if amount.replicates:
        asked = [*commands.forecasts(amount.replicates, 3), *asked]
    numbers["commands"] = commands.measure([*asked, *(commands.opportunities() if opportunities else [])])
    done("whole commands")
    numbers["hooks"] = _hooks(amount)
    done("replaced decisions")
    numbers["peers"] = None
    if peers:
        from tests.benchmarks.peers import beside

        numbers["peers"] = beside.measure(beside.FULL if amount is FULL else beside.QUICK)
        done("peers")
    return numbers


def _hooks(amount: Amount) -> engine.Table:
    repeats, hooks = (3, bench_hooks.EVERY_HOOK) if amount is FULL else (1, ())
    return bench_hooks.measure(4 if amount is FULL else 1, repeats, hooks).to_dict("records")


def _least(amount: Amount, apart: Callable[..., Any]) -> dict[str, Any]:
    worlds = [apart(least.world, *one) for one in amount.least]
    with patch.dict(os.environ, least.quick_ways() if amount is FULL else {}):
        priced = [{**one, "prices": apart(least.prices, one["actors"])} for one in worlds]
    return {"worlds": priced, **least.runs(amount.replicates, 10 if amount is FULL else 1)}


def _machine(amount: Amount) -> dict[str, Any]:
    return {
        "processors": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version(),
        "when": datetime.now(UTC).date().isoformat(), "load": os.getloadavg()[0], "quick": amount is QUICK,
    }  # fmt: skip


def main(given: list[str] | None = None) -> None:
    """Measure, write the numbers and the page."""
    asks = argparse.ArgumentParser(description=__doc__)
    asks.add_argument("--peers", action="store_true", help="the small model in other tools too")
    asks.add_argument("--opportunities", action="store_true", help="the command of that name too (minutes)")
    asks.add_argument("--first", type=Path, help="a checkout of the first edition, to be timed too")
    asks.add_argument("--quick", action="store_true", help="only try the benchmark; no page unless --out says where")
    asks.add_argument("--out", type=Path, help="the page; its numbers go beside it, as .json")
    chosen = asks.parse_args(given)
    if chosen.quick and chosen.out is None:
        asks.error("--quick measures nothing worth keeping: say with --out where its page goes")
    amount, page = QUICK if chosen.quick else FULL, chosen.out or PAGE
    numbers = measure(amount, peers=chosen.peers, opportunities=chosen.opportunities)
    numbers["first"] = first_edition.measure(chosen.first) if chosen.first else None
    page.with_suffix(".json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    page.write_text(render(numbers), encoding="utf-8")
    print(f"wrote {page}")


if __name__ == "__main__":
    main()
