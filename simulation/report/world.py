"""The sections on other scenarios and on the world around the focal state."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulation.display.differences import draw_differences
from simulation.display.style import new_axes, style
from simulation.experiments.analysis.summary import KEPT
from simulation.experiments.run import milestones
from simulation.report import outlook
from simulation.report.answer import Subject
from simulation.report.findings import paths, short_titles
from simulation.report.parts import Chart, Section, Table

_LIKELY = 0.5  # deals between other states less likely than this are not in the report
_DIGITS = 2


def scenarios(subject: Subject) -> Section:
    """The other results against the first."""
    words = subject.words
    title = words("Scenarios compared")
    if len(subject.results) == 1:
        text = subject.teller.tell("Only one result was given. Name the folders of other scenarios to compare them.")
        return Section("scenarios", title, [text])
    table = paths(subject.results, KEPT, words)
    if table.empty:
        return Section("scenarios", title, [subject.teller.tell("Kept commitments were not recorded in all of them.")])
    with style(words):
        axes = new_axes(8.0, 5.2 + 0.25 * len(subject.results))
        heading = words("{focal}: difference in kept commitments", focal=subject.focal)
        against = short_titles(subject.results, words)[0]
        draw_differences(table, axes, title=heading, unit=words("binding-equivalents"), against=against, words=words)
    alternative = words("Lines: difference of each scenario from the first, over time. The table has the numbers.")
    chart = Chart(axes, "differences", alternative, words)
    quarters = [quarter for quarter in milestones(subject.main.series()) if quarter in set(table["quarter"])]
    cells = table.set_index(["scenario", "quarter"])
    rows = [
        [name, outlook.counted(words, table.loc[table["scenario"] == name]),
         *(outlook.gap(words, cells.loc[(name, quarter)]) for quarter in quarters)]
        for name in dict.fromkeys(table["scenario"])
    ]  # fmt: skip
    caption = words("Difference in kept commitments from the first scenario, with its 90 % interval")
    heads = [words("scenario"), words("pairs"), *map(words.quarter, quarters)]
    shown = Table("differences", caption, table, heads, rows, unit="binding-equivalents")
    return Section("scenarios", title, [], [chart], [*filter(None, [outlook.side_by_side(subject)]), shown])


def world(subject: Subject) -> Section | None:
    """Trust, deals and blocs around the focal state, where they were recorded."""
    words, possible = subject.words, subject.pictures.drawable()
    charts = [make(subject) for name, make in _CHARTS.items() if name in possible]
    tables = [_trust_table(subject)] if "trust_map" in possible else []
    return Section("world", words("The world around it"), [], charts, tables) if charts else None


def _trust_map(subject: Subject) -> Chart:
    text = subject.words("Tiles: trust of each state in the focal one. The table has the numbers.")
    return Chart(subject.pictures.trust_map(), "trust-map", text, subject.words)


def _deal_map(subject: Subject) -> Chart:
    words, pictures = subject.words, subject.pictures
    text = words("Tiles: expected depth of the deals of each state with the focal one. The table has the numbers.")
    caption = words("Numbers of the chart: deals of each state with: {focal}", focal=subject.focal_within)
    return Chart(pictures.deal_map(), "deal-map", text, words, Table("deals_with_it", caption, pictures.shown_deals()))


def _trust_matrix(subject: Subject) -> Chart:
    text = subject.words("Matrix: trust among the focal state, its peers and the leaders. The table has the numbers.")
    return Chart(subject.pictures.trust_matrix(), "trust-matrix", text, subject.words)


def _network(subject: Subject) -> Chart:
    words, deals = subject.words, subject.main.world()
    if deals is None:
        raise ValueError("deals of the world were not recorded")
    text = words("Network: likely deals between states, round a circle by bloc. The table has the numbers.")
    caption = words("Numbers of the chart: deals with a probability of {least} or more", least=words.share(_LIKELY))
    table = Table("world_deals", caption, deals.loc[deals["probability"] >= _LIKELY])
    return Chart(subject.pictures.network(), "world-network", text, words, table)


def _blocs(subject: Subject) -> Chart:
    words, pictures = subject.words, subject.pictures
    text = words("Timeline: texts that its blocs table and pass, by year. The table has the numbers.")
    table = Table("blocs", words("Numbers of the chart: texts of its blocs"), pictures.shown_blocs())
    return Chart(pictures.blocs(), "blocs", text, words, table)


_CHARTS: Mapping[str, Callable[[Subject], Chart]] = {
    "trust_map": _trust_map,
    "deal_map": _deal_map,
    "trust_matrix": _trust_matrix,
    "world_network": _network,
    "blocs": _blocs,
}


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
    caption = words("Trust of each state in {focal}", focal=subject.focal_within)
    return Table("trust", caption, table, [words("state"), words("mean trust")], rows, folded=True)
