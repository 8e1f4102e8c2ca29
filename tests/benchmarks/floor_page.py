"""The part of the page of performance that says what any way of computing must spend, and what that shows of a goal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from simulation.display import pages
from tests.benchmarks.least import OPERATIONS, TOGETHER

TITLE = "\n## What any way of computing must spend\n"
OUT_OF_REACH = "out of reach on this machine for whoever computes these equations in double precision"
NOT_SHOWN = "not shown to be out of reach"
WORKERS = 2
"""Of the forecast that is timed."""

Numbers = dict[str, Any]
Missed = tuple[str, float, str]
"""A goal that was missed: what, how much at most, and what was measured."""


def verdict(floor: float, goal: float) -> str:
    """What a floor says of a goal that was missed."""
    return OUT_OF_REACH if floor > goal else NOT_SHOWN


def floor_of(world: Numbers) -> float:
    """Ns a pair that a quarter takes one thread at least: of what goes on at the same time, the longest."""
    return max(sum(_part(world, name) for name in group) for group in TOGETHER)


def _part(world: Numbers, name: str) -> float:
    """Ns a pair that one operation takes."""
    return float(world["counts"][name] * world["prices"][name] / world["actors"] ** 2)


def floors(least: Numbers, processors: int) -> dict[str, float]:
    """The floor of every goal that has one, in the unit of the goal."""
    found: dict[str, float] = {}
    for world in least["worlds"]:
        n, alone = world["actors"], floor_of(world)
        by_all = alone / processors
        if world["shipped"]:
            found["whole quarter, default world, ns a pair"] = alone
            run = least["quarters"] * alone * n**2 / 1e9
            begun = min(least["start"])
            found["200 replicates, contrasts in, s"] = begun + least["runs"] * run / WORKERS
            found["one replicate, whole command, s"] = begun + run
        elif n >= 1000:
            what = "whole quarter, 1,000 actors or more, ns a pair"
            found[what] = max(by_all, found.get(what, 0.0))
        if n == 4000:
            found["4,000 actors, 44 quarters, s"] = 44 * by_all * n**2 / 1e9
    return found


def render(least: Numbers, processors: int, missed: Sequence[Missed]) -> Iterator[str]:
    """The part; of numbers of an older benchmark only that there is none."""
    yield TITLE
    if "worlds" not in least:
        yield "\nNot in this run.\n"
        return
    yield (
        "How often a quarter asks for each operation, a pair, at what it costs here by the quickest way known, ns "
        "(tests/benchmarks/least.py says what is counted). Left out is what algebra or memory could avoid, work by "
        "actor, deal and text, most outcomes and the calls from Python. Draws are the model's own, for a cheaper hash "
        "is other luck, by vectors as wide as the processor has.\n"
    )
    yield pages.table(["operation", *(_head(world) for world in least["worlds"])], _rows(least["worlds"], processors))
    yield (
        "\nA core can read, multiply and divide at the same time: the floor is the longest of the three (bytes; "
        "multiply-adds, exponentials, draws; divisions, roots), not the sum.\n"
    )
    yield from _verdicts(least, processors, missed)


def _head(world: Numbers) -> str:
    return f"{world['actors']:,} actors" + (" (default)" if world["shipped"] else "")


def _rows(worlds: Sequence[Numbers], processors: int) -> list[tuple[str, ...]]:
    rows = [(name, *(_cell(world, name) for world in worlds)) for name in OPERATIONS]
    whole = (f"{sum(_part(world, name) for name in OPERATIONS):.2f}" for world in worlds)
    rows.append(("all, one after the other", *whole))
    rows.append(("**floor, one thread**", *(f"**{floor_of(world):.2f}**" for world in worlds)))
    by_all = (f"**{floor_of(world) / processors:.2f}**" for world in worlds)
    rows.append((f"**floor, shared out among {processors} processors**", *by_all))
    return rows


def _cell(world: Numbers, name: str) -> str:
    often, price = world["counts"][name] / world["actors"] ** 2, world["prices"][name]
    return f"{often:.2f} × {price:.3f} = {often * price:.2f}"


def _verdicts(least: Numbers, processors: int, missed: Sequence[Missed]) -> Iterator[str]:
    known = floors(least, processors)
    rows = [
        (what, f"at most {goal:g}", f"{known[what]:.2f}", measured, verdict(known[what], goal))
        for what, goal, measured in missed
        if what in known
    ]
    if not rows:
        return
    yield "\nGoals that were missed; one below its floor is out of reach:\n"
    yield pages.table(["what", "goal", "floor", "measured", "what the floor shows"], rows)
    yield (
        f"\nOf commands: until `import mesa, numba` is done ({min(least['start']):.2f} s), and {least['quarters']} "
        f"quarters of the default world, {least['runs']} times by {WORKERS} workers or once. Making worlds, tables and "
        "charts are not in, so those floors are low. A floor below its goal shows nothing but that this count does not "
        "rule the goal out; of the first forecast, which compiles, no floor is known.\n"
    )
