"""What a report begins with, and the tables that put several things side by side: partners, metrics, scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from ruamel.yaml import YAML

from simulation.data.history import shipped_deals
from simulation.data.kinds import DealRecord
from simulation.data.tables import table as shipped
from simulation.display.words.language import Words
from simulation.display.words.quantities import mean_of
from simulation.display.words.rounding import digits_of_count, digits_that_tell
from simulation.display.words.stated import COUNTED, Measure, spanned
from simulation.display.words.terms import DEPTH, KIND, METRIC, N_, name_of
from simulation.experiments.analysis.contrasts import paired
from simulation.experiments.analysis.summary import KEPT, likeliest
from simulation.experiments.engine.store import data_hash
from simulation.outcomes.observed import MARK
from simulation.report.answer import Subject
from simulation.report.findings import change, short_titles
from simulation.report.parts import Chart, Figure, Table
from simulation.state import RECORDED, SOURCES

SHOWN = 8
"""Partners on the first screen; the files have all."""
BESIDE = ("commitments_kept", "partners_new", "instruments_joined", "coverage", "dependence", "autonomy", "capacity")
"""Metrics in which scenarios stand side by side."""
ABSENT = ("commitments_kept", "partners_new", "autonomy", "cooperation")
"""Metrics in which it is told what fragmentation and rivalry do."""
_FIGURES = {"commitments_kept": Measure.AMOUNT, "partners_new": Measure.COUNT, "partners_held": Measure.COUNT,
            "autonomy": Measure.INDEX}  # fmt: skip
"""Metrics whose numbers stand out, with what they are."""
_BY_SOURCE = N_("On record: a deal of the list stands behind it. Drawn: a deal that the list is likely to lack, drawn "
                "anew for each replicate.")  # fmt: skip


def figures(subject: Subject) -> list[Figure]:
    """The numbers that stand out: means at the horizon with their bands."""
    made = []
    for metric, measure in _FIGURES.items():
        if (found := change(subject.main, metric)) is None:
            continue
        value = subject.told(found.end, measure, mean_of(metric))
        made.append(Figure(subject.marked(metric), value, subject.band(found, measure)))
    return made


def partner_tables(subject: Subject) -> list[Table]:
    """New partners by probability, and those that are held with the source of the deal at the start."""
    ties = subject.main.ties()
    return [_new(subject, ties), _held(subject, ties)] if len(likeliest(ties, "probability_any")) else []


def _new(subject: Subject, ties: pd.DataFrame) -> Table:
    words = subject.words
    new = likeliest(ties, "probability_new")
    shown = new.head(SHOWN)
    rows = [[_name(words, row), words.share(row["probability_new"]), name_of(KIND, row["kind"], words)]
            for row in shown.to_dict("records")]  # fmt: skip
    heads = [words("partner"), words("probability"), words("kind")]
    caption = words("New partners by {quarter}", quarter=words.quarter_within(subject.main.horizon))
    return Table("new_partners", caption, new, heads, rows, note=_more(words, len(new)),
                 bars=list(shown["probability_new"]))  # fmt: skip


def _held(subject: Subject, ties: pd.DataFrame) -> Table:
    words, sources = subject.words, [f"probability_{name}" for name in SOURCES[RECORDED:]]
    held = likeliest(ties.assign(probability_held=ties[sources].sum(axis="columns")), "probability_held")
    shown = held.head(SHOWN)
    rows = [[_name(words, row), words.share(row["probability_held"]), _source(words, *(row[name] for name in sources))]
            for row in shown.to_dict("records")]  # fmt: skip
    heads = [words("partner"), words("held to the end"), words("deal at the start")]
    caption = words("Partners held to {quarter}", quarter=words.quarter_within(subject.main.horizon))
    note = " ".join(filter(None, [_more(words, len(held)), words(_BY_SOURCE)]))
    return Table("held_partners", caption, held, heads, rows, note=note, bars=list(shown["probability_held"]))


def _name(words: Words, row: Any) -> str:
    return words.actor(row["partner"], row["name"])


def _source(words: Words, recorded: float, drawn: float) -> str:
    """Where the deal at the start comes from, in the replicates in which it is held."""
    if recorded and drawn:
        return words("on record or drawn")
    return words("on record") if recorded else words("drawn")


def _more(words: Words, count: int) -> str:
    """How many more the file has."""
    left = count - SHOWN
    return words.plural("{count} more is in the file.", "{count} more are in the file.", left) if left > 0 else ""


def small_fans(subject: Subject) -> list[Chart]:
    """What is gained and at what price, as small fans side by side."""
    if not any(map(subject.has, BESIDE)):
        return []
    words = subject.words
    text = words("Small fan charts of several metrics. The tables have the numbers.")
    table = subject.main.forecast()
    numbers = Table("path_metrics", words("Numbers of the charts: several metrics in every quarter"),
                    table.loc[table["metric"].isin(BESIDE)])  # fmt: skip
    return [Chart(subject.pictures.small_fans(MARK), "small-fans", text, words, numbers)]


# --- side by side


def side_by_side(subject: Subject) -> Table | None:
    """Several scenarios in several metrics: the first as it is, the others as paired differences with their bands."""
    words, main = subject.words, subject.main
    metrics = [name for name in BESIDE if subject.has(name)]
    if len(subject.results) == 1 or not metrics:
        return None
    titles = short_titles(subject.results, words)
    first = main.forecast()
    at_end = first.loc[first["quarter"] == main.horizon].set_index("metric")
    rows = [[titles[0], "–", *(_level(words, at_end.loc[name]) for name in metrics)]]
    tables = []
    for other, title in zip(subject.results[1:], titles[1:], strict=True):
        found = paired(other.series(), main.series(), main.focal, metrics, (main.horizon,))
        tables.append(found.assign(scenario=title))
        cells = found.set_index("metric")
        gaps = (gap(words, cells.loc[name]) if name in cells.index else "–" for name in metrics)
        rows.append([title, counted(words, found), *gaps])
    caption = words(
        "Scenarios in {quarter}: the first as it is with the range of nine replicates of ten, the others as "
        "differences from it under the same luck, with their 90 % intervals", quarter=words.quarter_within(main.horizon)
    )  # fmt: skip
    frame = pd.concat(tables, ignore_index=True)
    frame.insert(0, "scenario", frame.pop("scenario"))
    heads = [words("scenario"), words("pairs"), *map(subject.marked, metrics)]
    return Table("scenarios_by_metric", caption, frame, heads, rows)


def absences(subject: Subject) -> Table | None:
    """What fragmentation and rivalry do to commitments, partners and autonomy, not to the index alone."""
    words, main, found = subject.words, subject.main, subject.main.contrasts()
    found = found.loc[(found["quarter"] == main.horizon) & found["metric"].isin(ABSENT)]
    if found.empty:
        return None
    metrics = [name for name in ABSENT if name in set(found["metric"])]
    cells = found.set_index(["statement", "metric"])
    rows = [
        [words.known(statement),
         *(gap(words, cells.loc[(statement, name)]) if (statement, name) in cells.index else "–" for name in metrics),
         counted(words, found.loc[found["statement"] == statement])]
        for statement in dict.fromkeys(found["statement"])
    ]  # fmt: skip
    caption = words("What fragmentation and rivalry do by {quarter}: differences under the same luck, with their "
                    "90 % intervals", quarter=words.quarter_within(main.horizon))  # fmt: skip
    heads = [words("change"), *(name_of(METRIC, name, words) for name in metrics), words("pairs")]
    return Table("contrasts", caption, found, heads, rows)


def counted(words: Words, found: pd.DataFrame) -> str:
    """Over how many pairs differences are: fewer than the replicates of a level where one side has fewer."""
    return words.number(int(found["pairs"].min())) if len(found) else "–"


def _level(words: Words, row: Any) -> str:
    count = row["unit"] in COUNTED  # of which an end is whole
    digits = digits_of_count(row["mean"]) if count else digits_that_tell(row["q95"])
    low, high = (words.number(row[key], 0 if count else digits) for key in ("q05", "q95"))
    return f"{words.number(row['mean'], digits)} ({words.interval(low, high)})"


def gap(words: Words, row: Any) -> str:
    """A paired difference in a cell, with its 90 % interval as far as one is known."""
    if pd.isna(row["low"]):
        return words.signed(row["difference"], digits_that_tell(row["difference"]))
    return spanned(words, words.signed, (row["difference"], row["low"], row["high"]), int(row["pairs"]))


# --- the record


def recorded_deals(subject: Subject) -> Table | None:
    """The deals of the focal state that the record holds, with their sources."""
    words, main = subject.words, subject.main
    if main.info["hashes"].get("data") != data_hash():
        return None  # the run used another record than the one that is here
    told = YAML(typ="safe").load(main.scenario_text).get("records") or {}
    struck = set(told.get("strike") or ())
    deals = [deal for deal in shipped_deals() if main.focal in deal.parties and deal.id not in struck
             and deal.date.isoformat() <= str(main.info["as_of"])]  # fmt: skip
    if not deals:
        return None
    deals.sort(key=lambda deal: (deal.date, deal.id), reverse=True)
    rows = [[" – ".join(_others(words, main.focal, deal)), words.date(deal.date.isoformat()),
             words(DEPTH[deal.depth]), deal.subject, deal.source] for deal in deals]  # fmt: skip
    heads = [words("with"), words("known on"), words("depth"), words("subject (in English)"), words("source")]
    caption = words("Deals on record on {date}, the latest first", date=words.date(str(main.info["as_of"])))
    note = words("Deals of the scenario's own records are not listed.") if told.get("deals") else ""
    records = [(deal.id, deal.date.isoformat(), *(*deal.parties, "")[:3], deal.depth, deal.subject, deal.source,
                deal.basis) for deal in deals]  # fmt: skip
    columns = ["id", "date", "party_a", "party_b", "party_c", "depth", "subject", "source", "basis"]
    return Table("recorded_deals", caption, pd.DataFrame(records, columns=columns), heads, rows, note=note)


def _others(words: Words, focal: str, deal: DealRecord) -> Iterator[str]:
    """Names of those that the focal state signed with."""
    names: dict[str, str] = {row["iso3"]: row["name"] for row in shipped("states")}
    names |= {row["id"]: row["name"] for row in shipped("nonstate")}
    yield from (words.actor(party, names.get(party, party)) for party in deal.parties if party != focal)


def outlook(subject: Subject, most: int) -> Chart | None:
    """One strong picture: the fan of kept commitments, and the likeliest new partners beside it."""
    new: pd.DataFrame = likeliest(subject.main.ties(), "probability_new").head(most)
    if new.empty or not subject.has(KEPT):
        return None
    names: Sequence[str] = [_name(subject.words, row) for row in new.to_dict("records")]
    text = subject.words("Fan of kept commitments, and bars of the likeliest new partners.")
    return Chart(subject.pictures.outlook(names, list(new["probability_new"])), "outlook", text, subject.words)
