"""Advice as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from simulation.display.words.rounding import decimal, percent
from simulation.report.terminal import table, titled

if TYPE_CHECKING:
    from simulation.experiments.advise import Advice

_WORTH_SHOWN = 5
_SMALL = 2.0  # medians below have three decimals, others two


def print_advice(advice: Advice, console: Console) -> None:
    """The choice or the tie in a line, strategies against objectives, where the choice fails, what would change it."""
    info = advice.info
    name = str(info["objective"]).replace("_", " ")
    console.print(escape(f"{info['title']}: {info['focal']['name']}, {info['horizon']}. Chosen by least mean regret of "
                         f"{name} ({info['unit']}) over {info['futures']} futures."))  # fmt: skip
    for line in (_choice(advice), *_fails(advice), _changes(advice), *_search(advice), *map(str, info["notes"])):
        console.print(escape(line))
    console.print()
    console.print(titled(f"{name.capitalize()} ({info['unit']})", _by_strategy(advice)))
    console.print()
    console.print(titled("Median of every objective (* best, ~ not told apart from it)", _by_objective(advice)))


def _choice(advice: Advice) -> str:
    """The choice or the tie."""
    rows = advice.strategies.loc[advice.strategies["objective"] == advice.info["objective"]].set_index("strategy")
    best = [f"{rows.at[key, 'title']} (best in {percent(float(rows.at[key, 'best_share']))} %)"
            for key in (advice.chosen, *advice.tied)]  # fmt: skip
    if not advice.tied:
        return f"Choice: {best[0]}."
    return f"No clear choice; not told apart: {'; '.join(best)}."


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
    told = [_worth(row) for row in worth.to_dict("records")]
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


def _worth(row: dict[Any, Any]) -> str:
    ends = f"low: {row['best_low']}, high: {row['best_high']}"
    return f"{row['uncertainty']} (+{decimal(row['value'], 3)}; {ends})"


def _by_strategy(advice: Advice) -> Any:
    rows = advice.strategies.loc[advice.strategies["objective"] == advice.info["objective"]]
    heads = ("median", "worst tenth", "regret", "90 %", "satisfied", "best")
    made = table([("strategy", "left"), *((head, "right") for head in heads)])
    for row in rows.sort_values("regret_mean", kind="stable").to_dict("records"):
        shares = (f"{percent(row['satisficed'])} %", f"{percent(row['best_share'])} %")
        numbers = (_number(row[key]) for key in ("median", "worst_tenth", "regret_median", "regret_q90"))
        made.add_row(escape(row["title"]), *numbers, *shares)
    return made


def _by_objective(advice: Advice) -> Any:
    rows = advice.strategies
    medians = dict(zip(zip(rows["strategy"], rows["objective"], strict=True), rows["median"], strict=True))
    names = list(advice.info["by_objective"])
    made = table([("strategy", "left"), *((name.replace("_", " "), "right") for name in names)])
    for entry in advice.info["strategies"]:
        made.add_row(entry["id"], *(_number(medians[entry["id"], name]) + _mark(advice, name, entry) for name in names))
    return made


def _mark(advice: Advice, objective: str, entry: dict[str, Any]) -> str:
    of_all = advice.info["by_objective"][objective]
    if entry["id"] == of_all["chosen"]:
        return "*"
    return "~" if entry["id"] in of_all["tied"] else " "


def _number(value: float) -> str:
    return decimal(value, 3 if abs(value) < _SMALL else 2)
