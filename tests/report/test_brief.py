"""The brief: one page, each line with what it rests on; the facts behind the sentences."""

from __future__ import annotations

import dataclasses
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from simulation.display.words.language import ENGLISH, Words
from simulation.errors import InputError
from simulation.experiments.results import Results
from simulation.report import background
from simulation.report.answer import Subject
from simulation.report.brief import ASSUMED, DATA, FITTED, blocks, page, render
from simulation.report.findings import change, levers, signposts, trade_off
from simulation.report.sections import price
from simulation.report.write import report
from simulation.scenario.parameters import PARAMETERS
from tests.report import folders


@pytest.fixture(scope="module")
def results() -> list[Results]:
    return [
        folders.result(replicates=20),
        folders.result(replicates=20, fragmentation=0.4, title="Other", contrasts=()),
    ]


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_brief_is_one_page(results, language) -> None:
    content = render(Subject(results, Words(language)))
    assert content.startswith(b"%PDF")
    if language == "ar":
        assert render(Subject(results, Words(language))) == content  # the same bytes each time
    text = page(Subject(results, Words(language)))
    assert "<script" not in text
    assert ("<bdi>" in text) == (language == "ar")  # WeasyPrint ends the line before much too early
    assert text.count("<bdi") == text.count("</bdi>")
    assert text.count('class="tag') == sum(len(block.lines) for block in blocks(Subject(results, Words(language))))


def test_the_shipped_letters_are_in_the_page(results, monkeypatch) -> None:
    from weasyprint import LOGGER

    told: list[str] = []
    for level in ("warning", "error"):
        monkeypatch.setattr(LOGGER, level, lambda text, *values: told.append(text % values if values else text))
    render(Subject(results[:1], Words("ar")))
    told = [text for text in told if "HarfBuzz-Subset" not in text]  # a library that not every machine has
    assert told == []  # no font that cannot be loaded, no style that is not known


def test_each_line_says_what_it_rests_on(results) -> None:
    found = blocks(Subject(results, ENGLISH))
    assert [block.title for block in found] == [
        "The answer",
        "How likely",
        "What moves it, the strongest first",
        "The price in autonomy",
        "Three signposts that would change the judgement",
    ]
    assert {line.basis for block in found for line in block.lines} == {DATA, FITTED, ASSUMED}
    assert len(found[0].lines) == 3
    assert len(found[4].lines) == 3
    joins = [line for line in found[1].lines if "has joined" in line.text]
    assert {line.basis for line in joins} == {FITTED}


def test_titles_too_long_for_a_page_are_told() -> None:
    long = folders.result(title="word " * 390)
    with pytest.raises(InputError, match="does not fit one page"):
        render(Subject([long], ENGLISH))


def test_without_weasyprint_it_says_what_to_install(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(InputError, match=r"--brief needs WeasyPrint: pip install 'wifaq\[brief\]'"):
        report([tmp_path], form="brief")


# --- facts


def test_a_change_is_counted_in_replicates(results) -> None:
    found = change(results[0], "cooperation")
    assert found is not None
    series = results[0].series().query("actor == 'MAR' and metric == 'cooperation'")
    wide = series.pivot(index="replicate", columns="quarter", values="value")
    moved = wide["2028Q4"] - wide["2024Q4"]
    assert found.above == (moved > 0).mean()
    assert found.below == (moved < 0).mean()
    assert found.end == pytest.approx(wide["2028Q4"].mean())
    assert change(results[0], "no_such_metric") is None


def with_values(results: Results, early: np.ndarray, late: np.ndarray) -> Results:
    """A result whose deals with firms in 2027Q4 and kept commitments at the horizon are set."""
    frame = results.series().copy()
    for metric, quarter, values in (("deals_firm", "2027Q4", early), ("commitments_kept", "2028Q4", late)):
        rows = (frame["actor"] == "MAR") & (frame["metric"] == metric) & (frame["quarter"] == quarter)
        frame.loc[rows, "value"] = values[frame.loc[rows, "replicate"]]
    return dataclasses.replace(results, _series=pa.Table.from_pandas(frame, preserve_index=False))


def test_a_signpost_parts_the_replicates_where_they_part(results) -> None:
    early = np.repeat([2.0, 7.0], 10)
    late = np.repeat([0.2, 0.8], 10)
    found = signposts(with_values(results[0], early, late), "2027Q4").iloc[0]
    assert found["metric"] == "deals_firm"
    assert found["threshold"] == 5  # the median, 4.5, rounded up
    assert (found["above"], found["below"]) == pytest.approx((0.8, 0.2))
    assert found["count_above"] == 10


def test_a_count_that_never_differs_is_no_signpost(results) -> None:
    found = signposts(with_values(results[0], np.full(20, 3.0), np.linspace(0, 1, 20)), "2027Q4")
    assert "deals_firm" not in set(found["metric"])


def test_levers_and_trade_off(results) -> None:
    table = levers(results)
    assert set(table["kind"]) == {"contrast", "scenario"}
    assert table["effect"].abs().is_monotonic_decreasing
    ends = "actor == 'MAR' and metric == 'commitments_kept' and quarter == '2028Q4'"
    kept = [result.series().query(ends)["value"].mean() for result in results]
    assert table.loc[table["factor"] == "Other", "effect"].item() == pytest.approx(100 * (kept[1] / kept[0] - 1))
    halves = trade_off(results[0])
    assert halves is not None
    last = results[0].series().query("actor == 'MAR' and quarter == '2028Q4'")
    wide = last.pivot(index="replicate", columns="metric", values="value")
    upper = wide["commitments_kept"] > wide["commitments_kept"].median()
    assert halves["upper"] == pytest.approx(wide.loc[upper, "autonomy"].mean())


@pytest.mark.parametrize(("slope", "noise", "remarks"), [(0.02, 0, 1), (-0.02, 0, 0), (0.002, 0.3, 2), (0.0001, 0, 0)])
def test_autonomy_is_called_no_price_where_more_of_it_goes_with_more_kept(results, slope, noise, remarks) -> None:
    order = np.arange(20)
    kept = with_values(results[0], np.full(20, 3.0), 0.1 + 0.01 * order)
    frame = kept.series().copy()
    rows = (frame["actor"] == "MAR") & (frame["metric"] == "autonomy") & (frame["quarter"] == "2028Q4")
    frame.loc[rows, "value"] = (0.5 + slope * order + noise * (order % 2))[frame.loc[rows, "replicate"]]
    result = dataclasses.replace(kept, _series=pa.Table.from_pandas(frame, preserve_index=False))
    subject = Subject([result], ENGLISH)
    told = ["autonomy is not the price of keeping more commitments.", "(A weak sign:"]
    in_brief = next(block for block in blocks(subject) if block.title == "The price in autonomy")
    for text in (price(subject).paragraphs[-1], in_brief.lines[0].text):
        assert [part in text for part in told] == [remarks > 0, remarks > 1]


def test_sources_of_parameters_are_counted_once() -> None:
    kinds = pd.Series([background.kind_of(entry) for entry in PARAMETERS.values()]).value_counts()
    assert kinds.sum() == len(PARAMETERS)
    assert set(kinds.index) == {background.ASSUMED, background.FREE, background.FITTED, background.CITED}
