"""The report: every number can be traced, nothing runs, nothing is fetched, broken input is told."""

from __future__ import annotations

import re

import numpy as np
import pytest
from matplotlib.text import Text

from simulation.data.history import shipped_deals
from simulation.display.spread import SpreadPictures
from simulation.display.style import style
from simulation.display.tile_map import places
from simulation.display.words.french import with_article
from simulation.display.words.language import ENGLISH, Words
from simulation.experiments.results import Results
from simulation.report.answer import Subject
from simulation.report.page import LARGEST
from simulation.report.write import report
from tests.report import folders
from tests.report.pages import Page, render

LANGUAGES = ("en", "fr", "ar")
TITLE = "A <script>alert(1)</script> & </style> title"


@pytest.fixture(scope="module")
def texts(results) -> dict[str, str]:
    return {language: render(results, Words(language), folders.spread(results[0])) for language in LANGUAGES}


@pytest.fixture(scope="module")
def pages(texts) -> dict[str, Page]:
    return {language: Page(text) for language, text in texts.items()}


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
    sentences = re.sub(r"<table>.*?</table>", "", answer[0], flags=re.S)  # counts of their own, with a file each
    bare = re.sub(r"<data .*?</data>|<time.*?</time>|<[^>]+>", "", sentences)
    bare = (
        bare.replace("alert(1)", "")
        .replace("(0 to 1)", "")
        .replace("90\u00a0% interval", "")
        .replace("fragmentation 0.4", "")
    )
    assert not re.search(r"\d", bare), bare


def test_numbers_of_the_answer_are_those_of_the_result(results, pages) -> None:
    page = pages["en"]
    table = {(row["quantity"], row["quarter"]): float(row["value"]) for row in page.files()["answer"]}
    main = results[0]
    last = main.forecast("commitments_kept").iloc[-1]
    assert table["commitments_kept, mean", main.horizon] == pytest.approx(last["mean"], rel=1e-7)
    assert table["commitments_kept, 95 % quantile", main.horizon] == pytest.approx(last["q95"], rel=1e-7)
    index = main.forecast("cooperation").iloc[-1]
    assert table["cooperation, mean", main.horizon] == pytest.approx(index["mean"], rel=1e-7)
    series = main.series().query("actor == 'MAR' and metric == 'commitments_kept'")
    wide = series.pivot(index="replicate", columns="quarter", values="value")
    share = (wide[main.horizon] > wide[main.first_quarter]).mean()
    assert table["share of replicates in which commitments_kept ends higher", main.horizon] == share
    apart = results[1].series().query("actor == 'MAR' and metric == 'commitments_kept' and quarter == @main.horizon")
    other = apart["value"].to_numpy() - wide[main.horizon].to_numpy()
    effects = {row["factor"]: float(row["effect"]) for row in page.files()["effects"]}
    assert effects["Another world"] == pytest.approx(100 * other.mean() / wide[main.horizon].mean(), rel=1e-6)


def test_counts_stand_before_charts(texts) -> None:
    """The first table of a section leads; what is drawn of it comes after."""
    for section in ("partners", "headline", "drivers"):
        text = re.search(rf'<section id="{section}".*?</section>', texts["en"], re.S)
        assert text
        assert text[0].index("<table>") < text[0].index("<figure")


def test_kept_commitments_are_told_by_source_and_ranked(results, pages, texts) -> None:
    forecast = results[0].forecast()
    at_end = forecast.loc[forecast["quarter"] == results[0].horizon].set_index("metric")["mean"]
    files = pages["en"].files()
    sources = [f"kept_{name}" for name in ("recorded", "drawn", "new", "blocs", "instruments")]
    told = {row["metric"]: float(row["mean"]) for row in files["commitments"] if row["quarter"] == results[0].horizon}
    assert [told[name] for name in sources] == pytest.approx([at_end[name] for name in sources], rel=1e-7)
    assert {row["metric"] for row in files["rank"]} == {"kept_rank", "kept_against_gravity"}
    assert re.search(r"<td[^>]*>1 of 6</td>", texts["en"])  # six states, and the first of them in every replicate


def test_tables_to_download_are_those_of_the_result(results, pages) -> None:
    files = pages["en"].files()
    path = results[0].forecast("cooperation")
    assert [float(row["q50"]) for row in files["path_cooperation"]] == pytest.approx(list(path["q50"]), rel=1e-7)
    ties = results[0].ties()
    assert [row["partner"] for row in files["ties"]] == list(ties["partner"])
    new = files["new_partners"]
    assert [row["partner"] for row in new] == ["elm", "CHN"]  # the likeliest first; France is held
    assert [row["partner"] for row in files["held_partners"]] == ["FRA", "CHN"]
    assert {"indices", "commitments", "counts", "peers", "effects", "joining", "instruments", "differences", "trust",
            "blocs", "world_deals", "deals_with_it", "commitments_by_track", "commitments_by_partner", "spread_shares",
            "spread_rules", "provenance", "parameters_by_source"} <= set(files)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_counts_come_first_then_kept_commitments_and_the_index_after_them(pages, language) -> None:
    sections = [str(attributes["id"]) for attributes in pages[language].all("section")]
    assert sections[:5] == ["answer-section", "partners", "instruments", "headline", "drivers"]


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
    assert len(text.encode()) < LARGEST / 2


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
    assert len(charts) == 17
    assert all(chart["role"] == "img" and chart["aria-label"] for chart in charts)
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    uses = {str(use["xlink:href"])[1:] for use in page.all("use")}
    assert len(uses) > 100
    assert uses <= set(ids)
    targets = {str(link["href"])[1:] for link in page.all("a") if str(link["href"]).startswith("#")}
    assert targets <= set(ids)


def test_names_and_titles_stay_text(tmp_path) -> None:
    hostile = folders.result(replicates=2, contrasts=(), title=TITLE, question=TITLE)
    page = Page(render([hostile], ENGLISH))
    assert not page.all("script")
    assert next(where[-2:] for where, text in page.text if text == TITLE) == ("header", "h1")
    written = report([hostile.save(tmp_path / "x", charts=False)], form="brief", out=tmp_path / "b.pdf")
    assert written.read_bytes().startswith(b"%PDF")


class Marking(Words):
    """A language in which every word that a catalogue or a locale gives is between marks."""

    def __init__(self) -> None:
        super().__init__("fr")

    def _fill(self, text, values):
        return "⟦" + re.sub(r"[^{}]+(?![^{]*\})", "", text.format(**values) if values else text) + "⟧"

    def known(self, text):
        return "⟦⟧" if text else text


def test_charts_group_by_region_unless_asked_otherwise(results) -> None:
    assert Subject(results, Words("en")).pictures.by == "region"
    assert Subject(results, Words("en"), by="camp").pictures.by == "camp"


def test_no_english_is_left_in_a_translated_page(results, undrawn) -> None:
    """What is not from the catalogue is a name, a number, a file or a machine's word."""
    page = Page(render(results, Marking(), folders.spread(results[0])))
    machine = r"[\w]+\.csv|SHA-256, \w+|[0-9a-f]{12,}|wifaq run \S+"
    allowed = re.compile(machine + r"|Wifaq( 0\.1\.0)?|Maroc:  – Wifaq|⟧ et ⟦|Elm.*|\d[\d.,]*|T\d \d{4}")
    places = Words("fr").locale.territories.values()
    known = {*places, *map(with_article, places), "a note", *results[0].info["versions"]}
    known |= {str(value) for value in results[0].info["versions"].values()}
    known |= {text for deal in shipped_deals() for text in (deal.subject, deal.source)}  # the column says it is English
    left = set()
    told = [text for where, text in page.text if not {"style", "svg", "data", "time"} & set(where)]
    told += [str(attributes[name]) for _, attributes in page.tags for name in ("aria-label", "title", "alt")
             if name in attributes]  # fmt: skip
    for text in told:
        rest = re.sub(r"⟦.*?⟧", "", text)
        if re.search(r"[A-Za-z]{2,}", rest) and rest.strip() not in known and not allowed.fullmatch(rest.strip()):
            left.add(rest.strip())
    assert {text for text in left if not re.fullmatch(r"\d+ \w+ \d{4}", text)} == set()


def test_no_english_is_left_in_the_charts(results) -> None:
    """Letters of a chart come from the catalogue, or are codes and names of states and blocs, or numbers."""
    words = Marking()
    subject = Subject(results, words, folders.spread(results[0]))
    spread = SpreadPictures(subject.spread.table, subject.spread.shares, subject.spread.info, subject.focal, words)
    drawn = [*subject.pictures.drawable().values(), spread.shares, lambda: spread.rules("cooperation", "index")]
    names = {*words.locale.territories.values(), *(state[0] for state in folders.STATES), *places().index, "CN"}
    names |= {state[4] for state in folders.STATES}
    left = set()
    for draw in drawn:
        with style(words):
            figure = draw().get_figure()
            figure.canvas.draw()
            found = [text.get_text() for text in figure.findobj(Text)]
        for text in found:
            for line in re.sub(r"⟦[^⟦⟧]*⟧", "", text.replace("\n", " ")).split("  "):
                rest = line.strip(" 0123456789,%;:.()–-\u00a0\u202f")
                if rest and rest not in names and not rest.startswith("Elm"):
                    left.add(rest)
    assert left == set()


# --- what the spread is made of


def test_the_spread_is_told_as_its_tables_say(results, pages, texts) -> None:
    shares = folders.spread(results[0]).shares.query("metric == 'commitments_kept' and quarter == '2028Q4'").iloc[0]
    table = {row["quantity"]: float(row["value"]) for row in pages["en"].files()["answer"]}
    for name in ("chance", "parameters", "rule"):
        assert table[f"share of {name} in the variance of commitments_kept"] == pytest.approx(shares[name])
    shown = {row["metric"]: float(row["chance"]) for row in pages["en"].files()["spread_shares"]}
    assert shown["commitments_kept"] == pytest.approx(shares["chance"])
    assert "Run wifaq spread with --out" not in texts["en"]
    assert "Run wifaq spread with --out" in render(results[:1], ENGLISH)


def test_failed_runs_of_a_spread_are_told_first(results, undrawn) -> None:
    text = render(results[:1], ENGLISH, folders.spread(results[0], ({"type": "KeyError"},)))
    assert text.index("1 run of the spread over rules failed") < text.index("</header>")


def test_what_rests_on_priors_alone_is_marked(results, texts, undrawn) -> None:
    info = {**results[0].info, "priors_alone": ["autonomy", "deals_ngo"]}
    marked = render([Results(info, results[0].scenario_text, results[0].tables, results[0]._series, {})], ENGLISH)
    assert "autonomy †" in marked
    assert "deals with NGOs †" in marked
    assert "Autonomy rests on priors alone" in marked
    assert marked.count("† rests on priors alone") == 3  # a note below each table that has such a row
    assert "†" not in texts["en"]
    rows = Page(marked).files()["counts"]
    assert {row["metric"] for row in rows if row["priors_alone"] == "True"} == {"deals_ngo"}


def test_levers_are_ordered_by_size(pages) -> None:
    rows = pages["en"].files()["effects"]
    sizes = [abs(float(row["effect"])) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    assert {row["kind"] for row in rows} == {"contrast", "scenario"}
    assert np.isfinite(sizes).all()


def test_titles_that_repeat_or_run_long_are_told_apart(undrawn) -> None:
    long = "A title that goes on " * 20
    alike = [folders.result(replicates=2, contrasts=(), title=long, fragmentation=part / 10) for part in range(3)]
    files = Page(render(alike, ENGLISH)).files()
    names = list(dict.fromkeys(row["scenario"] for row in files["differences"]))
    assert len(names) == 2
    assert all(len(name) < 100 for name in names)
    assert len({row["factor"] for row in files["effects"]}) == 2
