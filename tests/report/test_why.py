"""The section on one run: its events and numbers are those of the result's tables, in every language."""

from __future__ import annotations

import dataclasses
import re

import pytest

from simulation.display.words.events import HEAD, REASON, told
from simulation.display.words.language import ENGLISH, Words
from simulation.experiments.results import Results
from simulation.report.answer import Subject
from simulation.report.why import why
from tests.report import folders
from tests.report.test_report import LANGUAGES


@pytest.fixture(scope="module")
def result() -> Results:
    return folders.result(contrasts=())


def section(result: Results, language: str = "en"):
    found = why(Subject([result], Words(language)))
    assert found is not None
    return found


def test_three_events_the_most_important_first(result) -> None:
    captions = [table.caption for table in section(result).tables]
    assert [re.sub(r"<.*?>", "", caption) for caption in captions] == [
        "1. Q1 2025: A deal is made with France and Elm alert(1) & co: memorandum, trilateral. France turns to Morocco,"
        " and the answer is yes (probability 0.300, luck 0.200). Elm alert(1) & co joins the two.",
        "2. Q1 2025: Morocco joins: Global Partnership on AI. Probability 0.020 in the quarter, luck 0.010.",
        "3. Q1 2025: The deal with China deepens: programme, bilateral. Morocco turns to China, and the answer is yes "
        "(probability 0.999, luck 0.500).",
        "All events of this run",
    ]


def test_shown_numbers_are_those_of_the_table(result) -> None:
    table = section(result).tables[2]
    assert list(table.heads) == ["", "Morocco", "China"]
    shown = {row[0]: row[1:] for row in table.rows}
    for place, actor in enumerate(("MAR", "CHN")):
        own = table.frame.loc[table.frame["actor"] == actor].set_index(["part", "name"])["value"]
        assert shown["size of the partner"][place] == ENGLISH.signed(own["term", "size"])
        assert shown["geographic distance"][place] == "\u22120.20"
        total = ("= utility (sum)", "= log odds of a yes (sum)")[place]
        assert shown[total][place] == ENGLISH.signed(own["decided", "decided"])
        assert shown[total][1 - place] == "–"
        assert shown["budget left"][place] == "0.40"
    assert shown["reluctance"] == ["–", "\u22123.60"]


def test_in_a_contract_of_three_the_third_says_yes_to_both(result) -> None:
    table = section(result).tables[0]
    elm = "Elm <script>alert(1)</script> & co"
    assert list(table.heads) == ["", "France", "Morocco", f"{elm} on France", f"{elm} on Morocco"]
    decided = table.frame.loc[table.frame["part"] == "decided"]["value"]
    yes = next(row for row in table.rows if row[0] == "= log odds of a yes (sum)")
    assert yes[1:] == ["–", *map(ENGLISH.signed, decided.iloc[1:])]


def test_the_rule_and_the_replicate_are_stated(result) -> None:
    text = re.sub(r"<.*?>", "", " ".join(section(result).paragraphs))
    replicate = int(result.explained()["replicate"].iloc[0])
    assert f"replicate {replicate}, the one whose cooperation at the end is the median" in text
    assert "changed the commitments of Morocco most" in text
    assert "a yes comes if it is below the probability" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_every_language_and_to_download(result, language) -> None:
    found = section(result, language)
    *events, everything = found.tables
    assert len(everything.csv.splitlines()) == len(result.explained()) + 1 == 5
    assert [table.frame["event"].nunique() for table in events] == [1, 1, 1]
    assert all(str(table.csv).splitlines()[0].startswith("event,quarter,kind,actor") for table in events)
    if language != "en":
        told = " ".join([found.title, *(table.caption for table in found.tables), *(row[0] for row in events[2].rows)])
        assert not re.search(r"\b(the|deal|turns|answer|probability|utility|size)\b", told)


def test_none_where_nothing_was_kept(result) -> None:
    tables = {name: table for name, table in result.tables.items() if not name.startswith("explained")}
    old = dataclasses.replace(result, tables=tables)
    assert why(Subject([old], ENGLISH)) is None


def test_another_median_where_cooperation_was_not_recorded() -> None:
    lean = folders.result(contrasts=(), replicates=2)
    tables = dict(lean.tables)
    tables["forecast"] = tables["forecast"].loc[tables["forecast"]["metric"] != "cooperation"]
    found = section(dataclasses.replace(lean, tables=tables))
    assert "median" not in str(found.paragraphs[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_and_reason_has_its_sentence(language) -> None:
    """No place of a sentence is left open, whatever happened."""
    names = {"MAR": "Morocco", "FRA": "France", "USA": "United States"}
    row = {"about": "FRA", "name": "France", "track": "bilateral", "depth": 2, "by": "MAR", "third": "USA",
           "who": "FRA", "probability": 0.4, "luck": 0.1, "quarter": "2025Q1"}  # fmt: skip
    words = Words(language)
    heads = {told({**row, "kind": kind, "reason": ""}, "MAR", names, words)[0] for kind in HEAD}
    reasons = {told({**row, "kind": "made", "reason": reason}, "MAR", names, words)[1] for reason in REASON}
    assert len(heads) == len(HEAD)
    assert len(reasons) == len(REASON)
    assert not [text for text in heads | reasons if "{" in text or not text]
    both = told({**row, "kind": "made", "reason": "aimed accepted"}, "MAR", names, words)[1]
    alone = [told({**row, "kind": "made", "reason": key}, "MAR", names, words)[1] for key in ("aimed", "accepted")]
    assert both == " ".join(alone)
    assert told({**row, "kind": "made", "reason": float("nan")}, "MAR", names, words)[1] == ""
