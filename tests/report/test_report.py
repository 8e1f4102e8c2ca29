"""The report: every number can be traced, nothing runs, nothing is fetched, broken input is told."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from simulation.cli import app
from simulation.errors import InputError, RunError
from simulation.report.opening import open_all
from simulation.report.page import LARGEST, render
from simulation.report.write import report
from simulation.results import Results
from simulation.words.language import ENGLISH, Words
from tests.report import folders

LANGUAGES = ("en", "fr", "ar")
TITLE = "A <script>alert(1)</script> & </style> title"


class Page(HTMLParser):
    """What a page holds: text outside style, elements, addresses, numbers, files."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[tuple[tuple[str, ...], str]] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append((tuple(self.open), data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def files(self) -> dict[str, list[dict[str, str]]]:
        """The tables that can be downloaded."""
        found = {}
        for link in self.all("a"):
            if "download" in link:
                head, _, content = str(link["href"]).partition("base64,")
                assert head == "data:text/csv;charset=utf-8;"
                text = base64.b64decode(content).decode("utf-8-sig")
                found[str(link["download"]).removesuffix(".csv")] = list(csv.DictReader(io.StringIO(text)))
        return found


@pytest.fixture(scope="module")
def results() -> list[Results]:
    return [
        folders.result(),
        folders.result(fragmentation=0.4, title="Another world", contrasts=()),
    ]


@pytest.fixture(scope="module")
def texts(results) -> dict[str, str]:
    return {language: render(results, Words(language)) for language in LANGUAGES}


@pytest.fixture(scope="module")
def pages(texts) -> dict[str, Page]:
    return {language: Page(text) for language, text in texts.items()}


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    return folders.folder(tmp_path_factory.mktemp("template") / "run")


@pytest.fixture
def folder(tmp_path, template) -> Path:
    return Path(shutil.copytree(template, tmp_path / "run"))


# --- the page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_a_sentence_is_in_a_table_to_download(pages, language) -> None:
    page = pages[language]
    files = page.files()
    numbers = page.all("data")
    assert len(numbers) > 15
    for number in numbers:
        told = [row["value"] for row in files[str(number["data-table"])]]
        assert number["value"] in told


def test_no_sentence_of_the_answer_has_a_number_outside_the_table(texts) -> None:
    text = texts["en"]
    answer = re.search(r'<section id="answer-section".*?</section>', text, re.S)
    assert answer
    bare = re.sub(r"<data .*?</data>|<time.*?</time>|<[^>]+>", "", answer[0])
    bare = (
        bare.replace("alert(1)", "")
        .replace("(0 to 1)", "")
        .replace("90 % interval", "")
        .replace("fragmentation 0.4", "")
    )
    assert not re.search(r"\d", bare), bare


def test_numbers_of_the_answer_are_those_of_the_result(results, pages) -> None:
    page = pages["en"]
    table = {(row["quantity"], row["quarter"]): float(row["value"]) for row in page.files()["answer"]}
    main = results[0]
    last = main.forecast("cooperation").iloc[-1]
    assert table["cooperation, mean", main.horizon] == pytest.approx(last["mean"], rel=1e-7)
    assert table["cooperation, 95 % quantile", main.horizon] == pytest.approx(last["q95"], rel=1e-7)
    series = main.series().query("actor == 'MAR' and metric == 'cooperation'")
    wide = series.pivot(index="replicate", columns="quarter", values="value")
    share = (wide[main.horizon] > wide[main.first_quarter]).mean()
    assert table["share of replicates in which cooperation ends higher", main.horizon] == share
    apart = results[1].series().query("actor == 'MAR' and metric == 'cooperation' and quarter == @main.horizon")
    other = apart["value"].to_numpy() - wide[main.horizon].to_numpy()
    effects = {row["factor"]: float(row["effect"]) for row in page.files()["effects"]}
    assert effects["Another world"] == pytest.approx(other.mean(), rel=1e-6)


def test_tables_to_download_are_those_of_the_result(results, pages) -> None:
    files = pages["en"].files()
    path = results[0].forecast("cooperation")
    assert [float(row["q50"]) for row in files["path_cooperation"]] == pytest.approx(list(path["q50"]), rel=1e-7)
    ties = results[0].ties()
    assert [row["partner"] for row in files["ties"]] == list(ties["partner"])
    assert {"indices", "counts", "peers", "effects", "joining", "instruments", "differences", "trust", "blocs",
            "world_deals", "provenance", "parameters_by_source"} <= set(files)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_needs_nothing_from_outside_and_runs_nothing(texts, pages, language) -> None:
    page = pages[language]
    assert not page.all("script")
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("href", "src", "xlink:href", "action", "data"):
            if name in attributes:
                assert str(attributes[name]).startswith(("#", "data:")), (tag, attributes[name])
    text = texts[language]
    assert not re.search(r"@import|url\((?!\"?data:|#)", text)
    assert len(text.encode()) < LARGEST


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_can_be_read_aloud(pages, language) -> None:
    page = pages[language]
    (html,) = page.all("html")
    assert html == {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}
    levels = [tag for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == "h1"
    assert levels.count("h1") == 1
    assert set(levels[1:]) == {"h2"}
    charts = page.all("svg")
    assert len(charts) == 11
    assert all(chart["role"] == "img" and chart["aria-label"] for chart in charts)
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    targets = {str(link["href"])[1:] for link in page.all("a") if str(link["href"]).startswith("#")}
    assert targets <= set(ids)


def test_names_and_titles_stay_text(tmp_path) -> None:
    hostile = folders.result(title=TITLE, question=TITLE)
    page = Page(render([hostile], ENGLISH))
    assert not page.all("script")
    assert next(where[-2:] for where, text in page.text if text == TITLE) == ("header", "h1")
    written = report([folders.folder(tmp_path / "x", title=TITLE)], brief=True, out=tmp_path / "b.pdf")
    assert written.read_bytes().startswith(b"%PDF")


class Marking(Words):
    """A language in which every word that a catalogue or a locale gives is between marks."""

    def __init__(self) -> None:
        super().__init__("fr")

    def _fill(self, text, values):
        return "⟦" + re.sub(r"[^{}]+(?![^{]*\})", "", text.format(**values) if values else text) + "⟧"

    def known(self, text):
        return "⟦⟧" if text else text


def test_no_english_is_left_in_a_translated_page(results) -> None:
    """What is not from the catalogue is a name, a number, a file or a machine's word."""
    page = Page(render(results, Marking()))
    machine = r"[\w]+\.csv|SHA-256, \w+|[0-9a-f]{12,}|wifaq run \S+"
    allowed = re.compile(machine + r"|Wifaq( 0\.1\.0)?|Maroc:  – Wifaq|⟧ et ⟦|Elm.*|\d[\d.,]*|T\d \d{4}")
    known = {*Words("fr").locale.territories.values(), "a note", *results[0].info["versions"]}
    known |= {str(value) for value in results[0].info["versions"].values()}
    left = set()
    for where, text in page.text:
        if "style" in where or "svg" in where or "data" in where or "time" in where:
            continue
        rest = re.sub(r"⟦.*?⟧", "", text)
        if re.search(r"[A-Za-z]{2,}", rest) and rest.strip() not in known and not allowed.fullmatch(rest.strip()):
            left.add(rest.strip())
    assert {text for text in left if not re.fullmatch(r"\d+ \w+ \d{4}", text)} == set()


# --- failures


def test_failed_replicates_are_told_before_the_first_number(texts) -> None:
    failing = folders.result(model=folders.simulate_failing)
    text = render([failing], ENGLISH)
    told = text.index("1 of 8 replicates failed")
    assert text.index("<header>") < told < text.index("</header>") < text.index("<data ")
    assert "gone" in text[text.index('id="provenance"') :]
    assert "not complete" not in texts["en"]


def test_missing_replicates_are_told(results) -> None:
    whole = results[0]
    info = {**whole.info, "replicates": {"planned": 10, "done": 8, "failed": 1}}
    less = Results(info, whole.scenario_text, whole._series, whole._more, whole._tables)
    text = render([less], ENGLISH)
    assert "1 of 10 replicates failed" in text
    assert "1 of 10 replicates is missing" in text


def test_a_run_that_recorded_little_gives_a_report(results) -> None:
    bare = results[0]
    kept = {name: table for name, table in bare._tables.items() if name in ("forecast", "ties", "instruments")}
    kept["forecast"] = kept["forecast"].query("metric in ('capacity', 'urgency')")
    series = bare._series.filter(
        pa.compute.is_in(bare._series["metric"].cast(pa.string()), pa.array(["capacity", "urgency"]))
    )
    info = {**bare.info, "contrasts": [], "peers": []}
    text = render([Results(info, bare.scenario_text, series, {}, {**kept, "ties": kept["ties"].iloc[:0]})], ENGLISH)
    assert "needs were not recorded" in text
    assert "no contrasts" in text


def broken(folder: Path) -> dict[str, str]:
    """Ways to break a folder, and a piece of what is then said."""
    return {
        "run.json": "{",
        "series.parquet": "no parquet",
        "forecast.csv": "",
        "ties.csv": "a,b\n1,2\n",
        "instruments.csv": "\x00",
        "scenario.resolved.yaml": None,
    }


FILES = ("run.json", "series.parquet", "forecast.csv", "ties.csv", "instruments.csv", "scenario.resolved.yaml")


@pytest.mark.parametrize("name", FILES)
def test_broken_folders_are_told_and_nothing_is_written(folder, name) -> None:
    content = broken(folder)[name]
    (folder / name).unlink() if content is None else (folder / name).write_text(content)
    before = sorted(folder.iterdir())
    done = CliRunner().invoke(app, ["report", str(folder)])
    assert done.exit_code == 2, done.output
    assert done.output.startswith(f"{folder}: ")
    assert "Traceback" not in done.output
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda info: {}, "run.json: horizon is missing"),
        (lambda info: {**info, "replicates": 3}, "replicates needs planned, done, failed"),
        (lambda info: {**info, "failures": "none"}, "failures is not a list"),
        (lambda info: {**info, "horizon": "2031Q1"}, "has no row of the horizon 2031Q1"),
        (lambda info: {**info, "focal": {"id": "XXX", "name": "x"}}, "has no row of XXX"),
    ],
)
def test_a_run_file_that_lies_is_told(folder, change, told) -> None:
    info = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(change(info)))
    with pytest.raises(InputError, match=re.escape(told)):
        open_all([folder])


def test_tables_of_two_runs_are_not_mixed(folder) -> None:
    table = pd.read_csv(folder / "forecast.csv", keep_default_na=False)
    table["mean"] *= 1.001
    table.to_csv(folder / "forecast.csv", index=False)
    with pytest.raises(InputError, match=r"forecast\.csv: disagrees with series\.parquet"):
        open_all([folder])


def test_folders_that_are_none(tmp_path, folder) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    names = [str(tmp_path / name) for name in ("empty", "file", "missing")]
    done = CliRunner().invoke(app, ["report", *names])
    assert done.exit_code == 2
    assert [line.removeprefix(str(tmp_path)) for line in done.output.splitlines()] == [
        "/empty: is empty; name a result folder that `wifaq run` wrote",
        "/file: is a file; name the result folder that holds it",
        "/missing: there is no such folder; name one that `wifaq run` wrote",
    ]
    done = CliRunner().invoke(app, ["report", str(folder), "--lang", "de"])
    assert (done.exit_code, done.output) == (2, "--lang: 'de' is no language of reports; allowed: en, fr, ar\n")
    done = CliRunner().invoke(app, ["report", str(folder), "--out", str(tmp_path / "no" / "x.html")])
    assert done.exit_code == 2


def test_results_that_cannot_be_compared(tmp_path, folder) -> None:
    other = folders.folder(tmp_path / "seed", seed=7)
    with pytest.raises(InputError, match="seed: the seed is 7, that of the first folder 2025"):
        open_all([folder, other])
    with pytest.raises(InputError, match="is the same run as the first folder"):
        open_all([folder, folder])
    with pytest.raises(InputError, match="at most 7"):
        open_all([folder] * 8)


def test_five_hundred_metrics_fit(folder) -> None:
    table = pd.read_csv(folder / "forecast.csv", keep_default_na=False)
    one = table.loc[table["metric"] == "capacity"]
    many = [one.assign(metric=f"mine_{place:03d}") for place in range(500)]
    pd.concat([table, *many]).to_csv(folder / "forecast.csv", index=False)
    page = report([folder]).read_text(encoding="utf-8")
    assert len(page.encode()) < LARGEST
    more = re.search(r"(\d+) more metrics were recorded", page)
    assert more
    assert int(more[1]) >= 500


def test_a_page_that_is_too_large_is_refused(results, monkeypatch) -> None:
    monkeypatch.setattr("simulation.report.page.LARGEST", 100_000)
    with pytest.raises(InputError, match="name fewer folders, or run with fewer metrics"):
        render(results, ENGLISH)


def test_the_file_is_put_in_place_whole(folder, monkeypatch) -> None:
    written = report([folder], language="fr")
    assert written == folder / "report_fr.html"
    first = written.read_bytes()
    assert report([folder], language="fr").read_bytes() == first  # the same bytes for the same result
    assert Results.open(folder).focal == "MAR"

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RunError, match="No space left"):
        report([folder], language="fr")
    assert written.read_bytes() == first
    assert not list(folder.glob(".*"))
    shutil.rmtree(folder)


def test_levers_are_ordered_by_size(pages) -> None:
    rows = pages["en"].files()["effects"]
    sizes = [abs(float(row["effect"])) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    assert {row["kind"] for row in rows} == {"contrast", "scenario"}
    assert np.isfinite(sizes).all()


def test_titles_that_repeat_or_run_long_are_told_apart() -> None:
    long = "A title that goes on " * 20
    alike = [folders.result(contrasts=(), title=long, fragmentation=part / 10) for part in range(3)]
    files = Page(render(alike, ENGLISH)).files()
    names = list(dict.fromkeys(row["scenario"] for row in files["differences"]))
    assert len(names) == 2
    assert all(len(name) < 100 for name in names)
    assert len({row["factor"] for row in files["effects"]}) == 2
