"""The sections on other scenarios and on the world around the focal state."""

from __future__ import annotations

from typing import Any

from simulation.analysis.summary import HEADLINE
from simulation.plots.differences import draw_differences
from simulation.plots.style import new_axes, style
from simulation.report.answer import Subject
from simulation.report.findings import paths, short_titles
from simulation.report.parts import Section, Table, inline
from simulation.report.sections import interval
from simulation.running import milestones
from simulation.words.language import Words

_LIKELY = 0.5  # deals between other states less likely than this are not in the report
_DIGITS = 2


def scenarios(subject: Subject) -> Section:
    """The other results against the first."""
    words = subject.words
    title = words("Scenarios compared")
    if len(subject.results) == 1:
        told = subject.teller.tell("Only one result was given. Name the folders of other scenarios to compare them.")
        return Section("scenarios", title, [told])
    table = paths(subject.results, HEADLINE, words)
    if table.empty:
        return Section("scenarios", title, [subject.teller.tell("Cooperation was not recorded in all of them.")])
    with style(words):
        axes = new_axes(8.0, 5.2 + 0.25 * len(subject.results))
        heading = words("{focal}: difference in cooperation", focal=subject.focal)
        against = short_titles(subject.results, words)[0]
        draw_differences(table, axes, title=heading, unit=words("index"), against=against, words=words)
    alternative = words("Lines: difference of each scenario from the first, over time. The table has the numbers.")
    chart = inline(axes, "differences", alternative, words)
    quarters = [quarter for quarter in milestones(subject.main.series()) if quarter in set(table["quarter"])]
    cells = table.set_index(["scenario", "quarter"])
    rows = [
        [name, *(_difference(words, cells.loc[(name, quarter)]) for quarter in quarters)]
        for name in dict.fromkeys(table["scenario"])
    ]
    caption = words("Difference in cooperation from the first scenario, with its 90 % interval")
    heads = [words("scenario"), *map(words.quarter, quarters)]
    return Section("scenarios", title, [], [chart], [Table("differences", caption, table, heads, rows)])


def _difference(words: Words, row: Any) -> str:
    return f"{words.signed(row['difference'], 3)} ({interval(words, row)})"


def world(subject: Subject) -> Section | None:
    """Trust, deals and blocs around the focal state, where they were recorded."""
    main, words, charts, tables = subject.main, subject.words, [], []
    if main.trust() is not None and main.states() is not None:
        told = words("Tiles: trust of each state in the focal one. The table has the numbers.")
        charts.append(inline(subject.pictures.trust_map(), "trust-map", told, words))
        told = words("Matrix: trust among the focal state, its peers and the leaders. The table has the numbers.")
        charts.append(inline(subject.pictures.trust_matrix(), "trust-matrix", told, words))
        tables.append(_trust_table(subject))
    if (deals := main.world()) is not None and main.states() is not None:
        told = words("Network: likely deals between states, round a circle by bloc. The table has the numbers.")
        charts.append(inline(subject.pictures.network(), "world-network", told, words))
        caption = words("Numbers of the chart: deals with a probability of {least} or more", least=words.share(_LIKELY))
        tables.append(Table("world_deals", caption, deals.loc[deals["probability"] >= _LIKELY]))
    if (blocs := main.blocs()) is not None and blocs["focal_member"].astype(bool).any():
        told = words("Timeline: texts that its blocs table and pass, by year. The table has the numbers.")
        charts.append(inline(subject.pictures.blocs(), "blocs", told, words))
        caption = words("Numbers of the chart: texts of its blocs")
        tables.append(Table("blocs", caption, subject.pictures.shown_blocs()))
    return Section("world", words("The world around it"), [], charts, tables) if charts else None


def _trust_table(subject: Subject) -> Table:
    words, main = subject.words, subject.main
    states, table = main.states(), main.trust()
    if states is None or table is None:
        raise ValueError("trust was not recorded")
    names = dict(zip(states["id"], states["name"], strict=True))
    own = subject.pictures.shown_trust().sort_values(["mean", "actor"], ascending=[False, True])
    rows = [
        [words.actor(row["actor"], str(names.get(row["actor"], row["actor"]))), words.number(row["mean"], _DIGITS)]
        for row in own.to_dict("records")
    ]
    caption = words("Trust of each state in: {focal}", focal=subject.focal)
    return Table("trust", caption, table, [words("state"), words("mean trust")], rows, folded=True)
