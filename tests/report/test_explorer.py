"""The page to explore: the numbers are those of the folders, nothing in it runs but its own, all in one file."""

from __future__ import annotations

import json
import re
import sys

import pytest
from typer.testing import CliRunner

from simulation.cli.commands import app
from simulation.display.words.language import LANGUAGES, Words
from simulation.errors import InputError
from simulation.experiments.analysis.contrasts import paired_path
from simulation.experiments.results import Results
from simulation.report.explorer import COLOURS, LARGEST, PAIRED, STATISTICS, content_of, lines_of, render
from simulation.report.write import report
from tests.experiments.sweeps import fakes
from tests.report import folders

TITLE = 'A </script><script>alert(1)</script> "title" & ]]>'


@pytest.fixture(scope="module")
def content(results):
    return content_of([line for one in results for line in lines_of(one)])


def read(page: str):
    """The numbers that a page holds."""
    found = re.search(r'<script type="application/json" id="content">(.*?)</script>', page, re.S)
    assert found
    return json.loads(found[1])


def test_every_number_is_that_of_the_forecast(content, template) -> None:
    table = Results.open(template).forecast()
    line = content["lines"][0]
    assert set(line["values"]) == set(table["metric"])
    for metric, rows in table.groupby("metric"):
        assert list(rows["quarter"]) == content["quarters"]
        for part in STATISTICS:
            assert line["values"][metric][part] == list(rows[part])


def test_differences_are_paired_with_the_first(content, results) -> None:
    first, other = content["lines"]
    assert first["differences"] == {}
    path = paired_path(results[1].series(), results[0].series(), "MAR", "autonomy")
    for part in PAIRED:
        assert other["differences"]["autonomy"][part] == pytest.approx(list(path[part]), rel=1e-7)
    elsewhere = folders.result(replicates=3, contrasts=(), focal="SEN", peers=["MAR", "TUN"], title="Elsewhere")
    apart = content_of([*lines_of(results[0]), *lines_of(elsewhere)])["lines"][1]
    assert (apart["differences"], apart["first"]) == ({}, 1)  # its own first: states are not compared


def test_a_metric_stands_under_one_heading_in_every_language(content) -> None:
    listed = [name for group in content["groups"] for name in group]
    assert sorted(listed) == sorted(content["units"])
    units = list(dict.fromkeys(content["units"].values()))
    assert all(list(content["words"][language]["units"]) == units for language in LANGUAGES)  # not as hashes fall
    for language in LANGUAGES:
        words = content["words"][language]
        assert len(words["groups"]) == len(content["groups"])
        assert set(words["metrics"]) == set(listed)
        assert len(words["quarters"]) == len(content["quarters"])
        assert words["locale"].startswith(language)


def test_a_sweep_is_a_line_a_point(tmp_path) -> None:
    sweep = fakes.swept({**fakes.GRID, "replicates": 3}, out=tmp_path / "out")
    lines = list(lines_of(sweep))
    assert [list(line.factors) for line in lines][:2] == [
        [("rivalry", "0.5"), ("budget", "1")], [("rivalry", "0.5"), ("budget", "2")],
    ]  # fmt: skip
    content = content_of(lines)
    french, arabic = (content["words"][language]["lines"][1] for language in ("fr", "ar"))
    assert french.endswith(" · rivalité entre les puissances\u00a0: 0,5 · multiple du budget\u00a0: 2")
    assert "rivalry" not in arabic
    assert "0,5 · " in arabic
    assert [content["words"][language]["focals"] for language in LANGUAGES] == [
        {"MAR": "Morocco"}, {"MAR": "Maroc"}, {"MAR": "المغرب"},
    ]  # fmt: skip
    mean = sweep.summary(("volume",), ("2030Q4",)).set_index("point")["mean"]
    place = content["quarters"].index("2030Q4")
    assert [line["values"]["volume"]["mean"][place] for line in content["lines"]] == pytest.approx(list(mean), rel=1e-7)
    gap = content["lines"][-1]["differences"]["volume"]["difference"][place]  # rivalry 2 against 0.5
    assert gap == pytest.approx(0.15, abs=1e-6)  # luck is common, so that it falls out


def test_one_small_file_that_asks_for_nothing(results) -> None:
    page = render(results, "fr")
    assert len(page.encode()) < LARGEST
    assert page == render(results, "fr")  # the same bytes for the same folders
    assert "default-src 'none'" in page
    assert not re.search(r'\b(?:src|href)="(?!data:)', page[: page.index('id="content"')])
    assert read(page)["language"] == "fr"


def test_titles_stay_text() -> None:
    page = render([folders.result(replicates=2, contrasts=(), title=TITLE)])
    assert "<script>alert" not in page
    assert read(page)["words"]["en"]["lines"] == [TITLE]


def test_what_failed_is_told_in_the_page() -> None:
    told = read(render([folders.result(model=folders.simulate_failing)]))["warnings"]
    assert "1 of 8 replicates failed" in told["en"][0]
    assert set(told) == set(LANGUAGES)


def test_a_page_that_is_too_large_is_refused(results, monkeypatch) -> None:
    monkeypatch.setattr("simulation.report.explorer.LARGEST", 10_000)
    with pytest.raises(InputError, match="name fewer folders"):
        render(results)


def test_without_its_package_it_says_what_to_install(folder, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    done = CliRunner().invoke(app, ["report", str(folder), "--explore"])
    assert done.exit_code == 2
    assert "pip install 'wifaq[explore]'" in done.output


def test_folders_and_options_that_do_not_fit(folder, tmp_path) -> None:
    done = CliRunner().invoke(app, ["report", str(folder), str(tmp_path), "--explore"])
    assert done.exit_code == 2
    assert done.output.startswith(f"{tmp_path}: is not a whole result folder of `wifaq run`")
    done = CliRunner().invoke(app, ["report", str(folder), "--explore", "--brief"])
    assert (done.exit_code, done.output) == (2, "--explore: cannot stand beside --brief; give one of them at a time\n")
    with pytest.raises(InputError, match="'pdf' is none of page, brief"):
        report([folder], form="pdf")


@pytest.mark.parametrize("language", LANGUAGES)
def test_colours_stand_out_and_messages_have_their_places(language) -> None:
    from matplotlib.colors import to_rgb

    for colour in COLOURS:
        light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
        assert 1.05 / (0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] + 0.05) > 3  # WCAG 2, graphics
    from simulation.report.explorer import _TEXTS

    for message in _TEXTS.values():
        places = set(re.findall(r"\{(\w+)\}", message))
        assert set(re.findall(r"\{(\w+)\}", Words(language)(message))) == places
