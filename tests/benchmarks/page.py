"""The page of performance, made of nothing but the numbers that the benchmark wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from simulation.display import pages
from tests.benchmarks import floor_page
from tests.benchmarks.first_edition import COMMIT, WHERE_SET

Numbers = dict[str, Any]
ABSENT = "not in this run"

BEGINNING = """# Performance

Written by `make bench` from the numbers beside it, [performance.json](performance.json); nobody edits it. All figures
are of one run on one machine ({processors} processors, {machine}, Python {python}), begun {when} with {load:.1f}
processes waiting for a processor on the mean of the last minute. Times differ between machines; ratios within a run are
what counts. What is given is the median, with the least and the greatest in brackets.
"""
QUICK = """
**A quick run, to try the benchmark: few repeats, small worlds, short runs. Its figures are no measurement.**
"""
BUSY = """
**Others were using the processors when this run began: times by the clock are too long, by how much is not known.**
"""
TRIED = """
Tried without gain: running sums in sixteen lanes in place of one; values by tiles of 512 partners; orders by one
sort, with ties looked at only where there are any (there nearly always are); bounds of the best alternatives that
need no exponential (two partners in five stay candidates: 1.16 ms in place of .31); vectors of 512 bits (a seventh
less for exponentials and draws alone, nothing on a whole quarter); several replicates side by side, step by step (what
each left near is gone when its turn comes: four take a tenth longer a quarter, eight a quarter longer); evidence faded
only in blocks of pairs that have any (to read it is what costs: nothing at 1,000 actors, a seventh of the fading at
3,000); lists of who has any in a small world (one pair in twelve has some: to keep the lists costs what they spare);
support kept of publics that did not move, and a pair's signings found along a chain (neither told apart); the arrays
of pairs in one block on large pages (nothing); columns that a signature will need read before, so that they wait
together (not told apart); several threads for fewer than 512 actors (to wake them costs a tenth of a millisecond a
step: 5.5 ms a quarter of the default world in place of 5.0). Considered and left: BLAS for diffusion (bits that depend
on the machine), single precision (the oracle holds to nine digits), one kernel for the whole quarter (it would hide the
list of steps), fused multiply-add or fewer rounds of Philox (other bits).
"""


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median, least and greatest of some measurements."""
    low, middle, high = (f"{number:,.{digits}f}" for number in np.quantile(values, (0.0, 0.5, 1.0)))
    return middle if len(values) == 1 else f"{middle} ({low} to {high})"


def nanoseconds(size: Numbers, names: Sequence[str]) -> list[float]:
    """Of each replicate, what some steps together take, ns a pair and quarter."""
    return [float(total) / size["actors"] ** 2 * 1e9 for total in np.sum([size["seconds"][k] for k in names], axis=0)]


def by_clock(size: Numbers) -> list[float]:
    """Of each replicate, what a whole quarter takes by the clock with all threads, ns a pair."""
    return [seconds / size["actors"] ** 2 * 1e9 for seconds in size["clock"]]


def render(numbers: Numbers) -> str:
    """The whole page."""
    parts = [*_beginning(numbers), *_goals(numbers), *_first(numbers)]
    parts += [*_oracle(numbers["oracle"]), *_steps(numbers["sizes"])]
    parts += [*_bounds(numbers), *_floor(numbers), *_growth(numbers)]
    parts += [*_commands(numbers["commands"]), *_live(numbers["live"])]
    parts += [*_memory(numbers["memory"]), *_hooks(numbers["hooks"]), *_peers(numbers["peers"])]
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _beginning(numbers: Numbers) -> Iterator[str]:
    yield BEGINNING.format(**numbers["machine"])
    if numbers["machine"]["quick"]:
        yield QUICK
    if numbers["machine"]["load"] > 0.5:
        yield BUSY


# --- goals
def goals(numbers: Numbers) -> list[tuple[str, str, float, list[float]]]:
    """What, whether at least or at most, how much, and what was measured (empty: not in this run).

    A quick run measures nothing that could be held against a goal.
    """
    sizes = numbers["sizes"]
    whole = [nanoseconds(size, list(size["seconds"])) for size in sizes]
    shipped = [value for size, values in zip(sizes, whole, strict=True) if size["shipped"] for value in values]
    large = [value for size in sizes if size["actors"] >= 1000 for value in by_clock(size)]
    taken = {(row["command"], row["replicates"]): row["seconds"] for row in numbers["commands"]}
    oracle, run = numbers["oracle"], numbers["whole_run"]
    rows: list[tuple[str, str, float, list[float]]] = [
        ("whole quarter, default world, ns a pair", "at most", 15.0, shipped),
        ("whole quarter, 1,000 actors or more, ns a pair", "at most", 8.0, large),
        ("200 replicates, contrasts in, s", "at most", 12.0,
         taken.get(("forecast with contrasts, 2 workers", 200), [])),
        ("one replicate, whole command, s", "at most", 2.0, taken.get(("one replicate", 1), [])),
        ("`wifaq check`, s", "at most", 0.5, taken.get(("wifaq check", 0), [])),
        ("first forecast, nothing compiled, s", "at most", 60.0,
         taken.get(("forecast with contrasts, 2 workers, nothing compiled", 200), [])),
        ("quarter of the live world with what is drawn, ms", "at most", 20.0, numbers["live"]["whole"]),
        ("times as fast as the oracle, same results", "at least", 500.0, ratios(oracle)),
        ("4,000 actors, 44 quarters, s", "at most", 4.0, [run["run"]] if run and run["actors"] == 4000 else []),
    ]  # fmt: skip
    return [(*row[:3], []) for row in rows] if numbers["machine"]["quick"] else rows


def ratios(oracle: Numbers) -> list[float]:
    """The oracle's seconds by those of the kernels, each time these were measured."""
    return [sum(oracle["oracle"]) / seconds for seconds in oracle["kernels"]]


def _missed(numbers: Numbers) -> list[floor_page.Missed]:
    """Goals that were measured and not reached."""
    rows = [row for row in goals(numbers) if row[3] and row[1] == "at most"]
    return [(what, goal, spread(found)) for what, _, goal, found in rows if float(np.median(found)) > goal]


def _goals(numbers: Numbers) -> Iterator[str]:
    yield "\n## Goals\n"
    rows = []
    for what, side, goal, measured in goals(numbers):
        middle = float(np.median(measured)) if measured else np.nan
        good = middle >= goal if side == "at least" else middle <= goal
        verdict = ("yes" if good else "**no**") if measured else ABSENT
        rows.append((what, f"{side} {goal:g}", spread(measured, 2 if middle < 100 else 0) if measured else "", verdict))
    yield pages.table(["what", "goal", "measured", "reached"], rows)
    yield (
        "\nWorlds of 1,000 actors or more are timed by the clock with all processors at work, as they are simulated "
        "unless workers are; by one thread they are under the steps below. What bounds what was missed is under [What "
        "bounds a quarter](#what-bounds-a-quarter), what nobody could save under [What any way of computing must "
        "spend](#what-any-way-of-computing-must-spend).\n"
    )


# --- the engine
def _oracle(oracle: Numbers) -> Iterator[str]:
    pairs = oracle["actors"] ** 2
    quarters = len(oracle["oracle"])
    slow = [seconds / pairs * 1e6 for seconds in oracle["oracle"]]
    fast = [seconds / pairs / quarters * 1e9 for seconds in oracle["kernels"]]
    yield "\n## Against plain code, same world, same results\n"
    row = (oracle["actors"], spread(slow), spread(fast, 1), spread(ratios(oracle), 0))
    yield pages.table(["actors", "oracle, µs a pair", "kernels, ns a pair", "ratio"], [row])
    yield (
        f"\n{quarters} quarters without the record, after compiling. The oracle (tests/reference) is the same rules as "
        "plain Python an actor; after it every column was equal, floats to nine digits.\n"
    )


def _steps(sizes: list[Numbers]) -> Iterator[str]:
    names = list(sizes[0]["seconds"])
    heads = [f"{size['actors']:,}" + (" (default)" if size["shipped"] else "") for size in sizes]
    rows = [(name, *(spread(nanoseconds(size, [name])) for size in sizes)) for name in names]
    rows.append(("**whole quarter**", *(spread(nanoseconds(size, names)) for size in sizes)))
    yield "\n## Each step of the quarter, by number of actors: ns a pair, one thread\n"
    yield pages.table(["step", *heads], rows)
    counted = [(name, *(f"{size['calls'][name]:,.0f}" for size in sizes)) for name in names]
    counted.append(("**whole quarter**", *(f"{sum(size['calls'].values()):,.0f}" for size in sizes)))
    yield "\n## Calls a quarter\n\nOf Python's functions and built-in ones; those of kernels and ufuncs are not seen.\n"
    yield pages.table(["step", *heads], counted)
    yield "\n## New memory a step takes at most, MB\n"
    yield pages.table(["step", *heads], [(n, *(f"{size['megabytes'][n]:,.1f}" for size in sizes)) for n in names])


def _bounds(numbers: Numbers) -> Iterator[str]:
    base, sizes = numbers["bounds"], numbers["sizes"]
    yield "\n## What bounds a quarter\n"
    yield (
        "Moving 72 bytes a pair through the processor (six arrays read, three written, 292 actors) takes "
        f"{base['moving_72_bytes']:.2f} ns a pair, an affinity {base['affinity']:.2f}, a keyed draw {base['draw']:.2f}."
    )
    for size in sizes:
        names = list(size["seconds"])
        whole = float(np.median(nanoseconds(size, names)))
        longest = sorted(names, key=lambda name: -float(np.median(nanoseconds(size, [name]))))[:3]
        parts = ", ".join(f"`{n}` {np.median(nanoseconds(size, [n])) / whole:.0%}" for n in longest)
        once = size["pair_bytes"] / 72 * base["moving_72_bytes"]
        yield (
            f"- {size['actors']:,} actors: {whole:.1f} ns a pair, led by {parts}; "
            f"{sum(size['calls'].values()):,.0f} calls. "
            f"The {size['pair_arrays']} arrays of pairs hold {size['pair_bytes']:.0f} bytes a pair: at the speed above "
            f"to go through them once takes {once:.2f} ns a pair."
        )
    yield "\nFunctions that take most of a quarter of the default world under a profiler, whose own cost is in:\n"
    heads = ["function, with its kernels and ufuncs", "calls a quarter", "µs a quarter", "share"]
    rows = [
        (f"`{row['function']}`", f"{row['calls']:.1f}", f"{row['microseconds']:.0f}", f"{row['share']:.0%}")
        for row in numbers["profile"]
    ]
    yield pages.table(heads, rows)
    yield TRIED


def _floor(numbers: Numbers) -> Iterator[str]:
    return floor_page.render(numbers["least"], numbers["machine"]["processors"], _missed(numbers))


def _first(numbers: Numbers) -> Iterator[str]:
    """The goals as shares of the first edition's times, which were taken elsewhere, and what is reached of these."""
    first = numbers["first"]
    yield "\n## Beside the first edition\n"
    if first is None:
        yield f"\n{ABSENT[0].upper()}{ABSENT[1:]}: `make bench ARGS='--first FOLDER'`.\n"
        return
    rows = []
    for what, _, goal, found in goals(numbers):
        if what in first:
            elsewhere, _ = WHERE_SET[what]
            share = float(np.median(found)) / float(np.median(first[what]))
            rows.append((what, f"{elsewhere:g}", f"{goal / elsewhere:.2f}", spread(first[what]), f"{share:.2f}"))
    yield (
        f"\nGoals were set beside times of the first edition (commit {COMMIT}) on a faster machine. Here it was timed "
        "after this one, by its own benchmark, with the same libraries. A goal is also a share of those times; this "
        "edition's model does more in a quarter.\n"
    )
    heads = ["what", "first edition where goals were set", "goal, as a share", "first edition here", "share reached"]
    yield pages.table(heads, rows)


def _growth(numbers: Numbers) -> Iterator[str]:
    yield "\n## Growth with the number of actors\n"
    rows = []
    for size in numbers["sizes"]:
        taken = [value * size["actors"] ** 2 / 1e6 for value in nanoseconds(size, list(size["seconds"]))]
        clocked = spread([seconds * 1e3 for seconds in size["clock"]]) if size["clock"] else ""
        rows.append(
            (f"{size['actors']:,}", spread(taken), clocked, f"{size['partners']:.1f}", f"{size['peak_gib']:.2f}")
        )
    heads = ["actors", "ms a quarter, one thread", "all processors, by the clock", "partners each",
             "peak memory of the process, GiB"]  # fmt: skip
    yield pages.table(heads, rows)
    yield "\nThe default world is the shipped one; the others are made up, two thirds of them states.\n"
    run = numbers["whole_run"]
    if run:
        yield (
            f"{run['actors']:,} actors, {run['quarters']} quarters: {run['run']:.1f} s by the clock, and "
            f"{run['making']:.1f} s before to make world and model.\n"
        )


# --- as users meet it
def _commands(commands: list[Numbers]) -> Iterator[str]:
    yield "\n## Whole commands, seconds by the clock\n"
    rows = [(row["command"], row["replicates"] or "", spread(row["seconds"])) for row in commands]
    yield pages.table(["command", "replicates", "seconds"], rows)
    plain = [row for row in commands if row["command"] == "forecast, 2 workers"]
    if len(plain) == 2 and plain[0]["replicates"] != plain[1]["replicates"]:
        (few, first), (many, last) = ((row["replicates"], float(np.median(row["seconds"]))) for row in plain)
        slope = (last - first) / (many - few)
        yield (
            f"\nA replicate more costs two workers {slope:.2f} s by the clock; {first - slope * few:.1f} s are spent "
            "whatever the number: starting, the explained replicate, tables and charts.\n"
        )


def _live(live: Numbers) -> Iterator[str]:
    yield "\n## A quarter of the live world, ms by the clock\n"
    row = (spread(live["step"], 1), spread(live["draw"], 1), spread(live["whole"], 1), f"{live['kilobytes']:.0f}")
    yield pages.table(["simulated and kept", "what is drawn, as text", "both", "kB sent"], [row])
    yield f"\nDefault world, quarters timed: {len(live['whole'])}; the texts of the cards come after the picture.\n"


def _memory(memory: list[Numbers]) -> Iterator[str]:
    yield "\n## Memory over many models\n\nNobody closes them or asks for a collection.\n"
    yield pages.table(["models", "resident, MB"], [(row["models"], f"{row['megabytes']:.0f}") for row in memory])


def _hooks(hooks: list[Numbers]) -> Iterator[str]:
    yield "\n## Decisions replaced in Python, default world\n"
    rows = [
        (row["hook"], row["actors"], f"{row['median_ms']:.1f} ({row['low_ms']:.1f} to {row['high_ms']:.1f})",
         f"{row['times_kernels']:.2f}")
        for row in hooks
    ]  # fmt: skip
    yield pages.table(["hook", "actors", "ms a quarter", "times kernels alone"], rows)


# --- beside the peers
def _peers(peers: Numbers | None) -> Iterator[str]:
    yield "\n## Beside other tools: one small model\n"
    if peers is None:
        yield f"\n{ABSENT[0].upper()}{ABSENT[1:]}: `make bench ARGS=--peers`.\n"
        return
    yield (
        "The model is told on one page, tests/benchmarks/peers/README.md, and written for each tool as its users write "
        "it. Processor time, one thread, after compiling, making the model not in; median, least and greatest over "
        "seeds.\n"
    )
    sizes, tools = peers["sizes"], peers["tools"]
    rows = []
    for tool in tools:
        cells = [spread([row["milliseconds"] for row in tool["timed"] if row["actors"] == n], 2) for n in sizes]
        rows.append((tool["tool"], tool["version"], *cells))
    yield pages.table(["tool", "version", *(f"ms a step, {n:,} actors" for n in sizes)], rows)
    base = {row["actors"]: [] for tool in tools for row in tool["timed"]}
    for row in tools[-1]["timed"]:
        base[row["actors"]].append(row["milliseconds"])
    yield "\nTimes as long as Wifaq's way (medians):\n"
    ratios_of = [
        (tool["tool"], *(f"{_middle(tool, n) / float(np.median(base[n])):,.1f}" for n in sizes)) for tool in tools[:-1]
    ]
    yield pages.table(["tool", *(f"{n:,} actors" for n in sizes)], ratios_of)
    yield "\n" + _agreement(peers)
    if peers["absent"]:
        yield "\nAbsent:\n"
        yield "".join(f"- {name}: {why}\n" for name, why in peers["absent"].items())


def _middle(tool: Numbers, actors: int) -> float:
    return float(np.median([row["milliseconds"] for row in tool["timed"] if row["actors"] == actors]))


def _agreement(peers: Numbers) -> str:
    """The means of each tool over seeds, and how far apart they are."""
    rows = []
    for tool in peers["tools"]:
        cells = [f"{mean:.4g} ± {error:.2g}" for mean, error in tool["means"].values()]
        rows.append((tool["tool"], *cells, "" if tool["apart"] is None else f"{tool['apart']:.1f}"))
    names = list(peers["tools"][0]["means"])
    count, actors, steps = peers["seeds"], peers["compared_at"], peers["steps"]
    text = (
        f"Same results: means over {count} seeds with their standard errors, {actors} actors, {steps} steps; the last "
        "column is the largest difference from Wifaq's way, in standard errors of the difference.\n\n"
    )
    return text + pages.table(["tool", *names, "apart"], rows)
