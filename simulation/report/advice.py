"""Advice as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from simulation.display.advice import by_regret
from simulation.display.words.rounding import decimal, percent
from simulation.report.terminal import digits_of_column, table, titled

if TYPE_CHECKING:
    from simulation.experiments.advise import Advice

_WORTH_SHOWN = 5
_WIDE, _NARROW = 110, 3  # columns of a terminal with room for all objectives beside a title, and how many others have


def print_advice(advice: Advice, console: Console) -> None:
    """The choice or the tie in a line, strategies against objectives, where the choice fails, what would change it."""
    info = advice.info
    name = str(info["objective"]).replace("_", " ")
    console.print(escape(f"{info['title']}: {info['focal']['name']}, {info['horizon']}. Chosen by least mean regret of "
                         f"{name} ({info['unit']}) over {info['futures']} futures."))  # fmt: skip
    told = (_choice(advice), *_controls(advice), *_fails(advice), _changes(advice), *_search(advice))
    for line in (*told, *map(str, info["notes"])):
        console.print(escape(line))
    console.print()
    console.print(titled(f"{name.capitalize()} ({info['unit']})", _by_strategy(advice)))
    for made in _by_objective(advice, console.width):
        console.print()
        console.print(titled("Median of every objective (* best, ~ not told apart from it)", made))


def _choice(advice: Advice) -> str:
    """The choice or the tie."""
    rows = advice.strategies.loc[advice.strategies["objective"] == advice.info["objective"]].set_index("strategy")
    best = [f"{rows.at[key, 'title']} (best in {percent(float(rows.at[key, 'best_share']))} %)"
            for key in (advice.chosen, *advice.tied)]  # fmt: skip
    if not advice.tied:
        return f"Choice: {best[0]}."
    return f"No clear choice; not told apart: {'; '.join(best)}."


def _controls(advice: Advice) -> Iterator[str]:
    """Which strategies of the table are not among those that are chosen from."""
    entries = advice.info["strategies"]
    titles = [entry["title"] for entry in entries if entry["control"]]
    if titles:
        yield (f"Chosen from {len(entries) - len(titles)} strategies. Controls, which have another budget or number of "
               f"approaches, are not chosen and come last: {'; '.join(titles)}.")  # fmt: skip


def _fails(advice: Advice) -> Iterator[str]:
    facts = advice.info["facts"]
    level = float(advice.info["thresholds"][advice.info["objective"]])
    yield f"{facts['title']} falls short of {decimal(level, 2)} in {percent(facts['share_failing'])} % of futures" + (
        f", above all where {facts['fails']}." if facts["fails"] else "; no rule of two conditions tells where."
    )


def _changes(advice: Advice) -> str:
    worth = advice.information.loc[advice.information["value"] > 0].head(_WORTH_SHOWN)
    if worth.empty:
        return "No uncertain number, if known, would change the choice by more than chance would."
    titles = dict(zip(advice.strategies["strategy"], advice.strategies["title"], strict=True))
    told = [_worth(row, titles) for row in worth.to_dict("records")]
    return f"Knowing these would be worth most: {'; '.join(told)}."


def _search(advice: Advice) -> Iterator[str]:
    """What a search tried and found, and whether it has converged."""
    search = advice.info.get("search")
    if not search:
        return
    yield (f"Search: {search['evaluations']} strategies tried by {search['searches']} searches in {search['futures']} "
           f"other futures, {search['front']} of them on the front (optimised.csv).")  # fmt: skip
    late, apart = percent(search["gained"]), percent(search["apart"])
    word = "It has converged" if search["converged"] else "It has NOT converged, more evaluations help"
    yield f"{word}: the last third of them added up to {late} % of the hypervolume, searches differ by up to {apart} %."


def _worth(row: Mapping[Any, Any], titles: Mapping[str, str]) -> str:
    ends = f"low: {titles[row['best_low']]}, high: {titles[row['best_high']]}"
    return f"{row['uncertainty']} (+{decimal(row['value'], 3)}; {ends})"


def _by_strategy(advice: Advice) -> Any:
    rows = advice.strategies.loc[advice.strategies["objective"] == advice.info["objective"]].set_index("strategy")
    heads = ("median", "worst\ntenth", "mean\nregret", "regret,\n90th\npercentile", "satisfied", "best")
    made = table([("strategy", "left"), *((head, "right") for head in heads)])
    digits = {key: digits_of_column(rows[key]) for key in ("median", "worst_tenth", "regret_mean", "regret_q90")}
    for name in by_regret(advice.strategies, str(advice.info["objective"])):
        row: Any = rows.loc[name]
        shares = (f"{percent(row['satisficed'])} %", f"{percent(row['best_share'])} %")
        numbers = (decimal(row[key], places) for key, places in digits.items())
        made.add_row(escape(row["title"]), *numbers, *shares)
    return made


def _by_objective(advice: Advice, width: int) -> Iterator[Any]:
    """Tables of as many objectives as there is room for, strategies by title and in the order of the first table."""
    rows = advice.strategies
    medians = dict(zip(zip(rows["strategy"], rows["objective"], strict=True), rows["median"], strict=True))
    titles = dict(zip(rows["strategy"], rows["title"], strict=True))
    digits = {name: digits_of_column(own["median"]) for name, own in rows.groupby("objective")}
    names = list(advice.info["by_objective"])
    at_once = len(names) if width >= _WIDE else _NARROW
    for begin in range(0, len(names), at_once):
        shown = names[begin : begin + at_once]
        made = table([("strategy", "left"), *((name.replace("_", "\n"), "right") for name in shown)])
        for key in by_regret(rows, str(advice.info["objective"])):
            numbers = (decimal(medians[key, name], digits[name]) + _mark(advice, name, key) for name in shown)
            made.add_row(escape(titles[key]), *numbers)
        yield made


def _mark(advice: Advice, objective: str, strategy: str) -> str:
    of_all = advice.info["by_objective"][objective]
    if strategy == of_all["chosen"]:
        return "*"
    return "~" if strategy in of_all["tied"] else " "
