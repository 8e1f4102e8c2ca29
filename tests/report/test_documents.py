"""Files of Word and Excel: the tables of the page, whole, in three languages; nothing in them is run."""

from __future__ import annotations

import io
import itertools
import re
import sys
import zipfile

import docx
import openpyxl
import pandas as pd
import pytest
from docx.oxml.ns import qn
from typer.testing import CliRunner

from simulation.cli.commands import app
from simulation.display.words.events import EVENT
from simulation.display.words.language import ENGLISH, LANGUAGES, Words
from simulation.display.words.terms import UNCERTAINTY
from simulation.experiments.results import Results
from simulation.experiments.run import CONTRASTS
from simulation.report.answer import Subject, lever_sentence
from simulation.report.page import content_of, content_of_advice
from simulation.report.parts import Chart
from simulation.report.word import document_of, plain
from simulation.report.workbook import _CODES, _IDS, _TEXTS, HEADS, _shape, tables_of, workbook_of
from simulation.report.write import report
from tests.report import decisions, folders

_OTHERS = ("name", "actor_name", "other_name", "conditions")
HOSTILE = '=HYPERLINK("https://example.org", "here")'
_DOT = bytes.fromhex(  # a picture of one point
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
def undrawn_too(monkeypatch) -> None:
    """Pictures are not drawn out, which takes most of the time."""
    monkeypatch.setattr(Chart, "png", _DOT)


@pytest.fixture(scope="module")
def contents(results):
    return {name: content_of(Subject(results, Words(name), folders.spread(results[0]))) for name in LANGUAGES}


def open_word(content):
    return docx.Document(io.BytesIO(document_of(content)))


def open_book(content):
    return openpyxl.load_workbook(io.BytesIO(workbook_of(content)))


# --- Word


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_of_word_has_every_heading_sentence_and_table_of_the_page(contents, language) -> None:
    content = contents[language]
    written = open_word(content)
    heads = [p.text for p in written.paragraphs if p.style.name == "Heading 1"]
    assert heads == [content.answer.title, *(section.title for section in content.sections)]
    text = "\n".join(p.text for p in written.paragraphs)
    for section in (content.answer, *content.sections):
        assert all(plain(sentence) in text for sentence in section.paragraphs)
    shown = [table for section in (content.answer, *content.sections) for table in section.tables if table.rows]
    assert len(written.tables) == len(shown)
    for table, made in zip(shown, written.tables, strict=True):
        cells = [[cell.text for cell in row.cells] for row in made.rows]
        wanted = [[plain(cell) for cell in row] for row in (table.heads, *table.rows)]
        assert cells in (wanted, [[cell.replace("\u2013\u202f", "\u2013 ") for cell in row] for row in wanted])
        assert made.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None  # stands on every page
    charts = [chart for section in content.sections for chart in section.charts]
    pictures = [shape._inline.docPr.get("descr") for shape in written.inline_shapes]
    assert pictures == [chart.alternative for chart in charts]


def test_arabic_runs_from_right_to_left(contents) -> None:
    for language, turned in (("ar", True), ("en", False)):
        body = open_word(contents[language]).element.body
        found = {name: len(list(body.iter(qn(f"w:{name}")))) for name in ("p", "bidi", "r", "rtl", "tbl", "bidiVisual")}
        assert (found["bidi"], found["rtl"], found["bidiVisual"]) == (
            (found["p"], found["r"], found["tbl"]) if turned else (0, 0, 0)
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_a_word_file_are_numbered_small_and_in_its_direction(contents, language) -> None:
    foot = open_word(contents[language]).sections[0].footer.paragraphs[0]
    assert [field.get(qn("w:instr")) for field in foot._p.iter(qn("w:fldSimple"))] == ["PAGE"]
    assert foot.style.font.size.pt < 10
    assert [len(list(foot._p.iter(qn(f"w:{name}")))) for name in ("bidi", "rtl")] == [language == "ar"] * 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_column_of_a_word_file_is_narrower_than_its_words(contents, language) -> None:
    """A letter of 8.5 points takes 0.165 cm; a line ends at a space alone, never at one that binds a number."""
    for made in open_word(contents[language]).tables:
        for column in made.columns:
            for cell in column.cells:
                for run in cell.paragraphs[0].runs:
                    letters = max((len(part) for part in run.text.split(" ") if len(part) <= 17), default=0)
                    assert letters * 0.165 * run.font.size.pt / 8.5 < column.width.cm, run.text


def test_what_stands_below_a_table_or_a_picture_stays_with_it_and_only_that(contents) -> None:
    body = open_word(contents["en"]).element.body
    for made, below in itertools.pairwise(body):
        if made.tag == qn("w:tbl"):
            last = made.findall(qn("w:tr"))[-1].iter(qn("w:keepNext"))
            assert all(found.get(qn("w:val")) in (None, "1", "true") for found in last)
        kept = made.tag == qn("w:p") and made.pPr is not None and made.pPr.find(qn("w:keepNext")) is not None
        if next(made.iter(qn("w:drawing")), None) is not None:
            assert kept == (below.style == "Caption")


def test_a_sentence_below_ends_before_the_source_begins(contents) -> None:
    below = [p.text for p in open_word(contents["en"]).paragraphs if "Source: " in p.text]
    assert below
    assert all(re.search(r"^Source: |[.?!] Source: ", text) for text in below)


@pytest.mark.parametrize(("language", "told"), [("en", "en-GB"), ("fr", "fr-FR"), ("ar", "ar-MA")])
def test_a_word_file_says_its_language(contents, language, told) -> None:
    """Otherwise a reader checks French as English, and a voice reads it so."""
    given = next(open_word(contents[language]).styles.element.iter(qn("w:lang")))
    assert given.get(qn("w:bidi" if language == "ar" else "w:val")) == told


# --- Excel


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_a_workbook_are_those_of_the_tables(contents, language) -> None:
    content = contents[language]
    book = open_book(content)
    tables = [table for _, table in tables_of(content)]
    assert book.sheetnames[1:] == [table.key for table in tables]
    assert all(sheet.sheet_view.rightToLeft == (language == "ar") for sheet in book.worksheets)
    for table in tables:
        sheet = book[table.key]
        rows = list(sheet.iter_rows(values_only=True))
        assert list(rows[0]) == [*table.frame.columns]
        assert sheet.freeze_panes == f"A{HEADS + 1}"
        for place, column in enumerate(table.frame.columns):
            values, wanted = [row[place] for row in rows[HEADS:]], table.frame[column]
            if pd.api.types.is_numeric_dtype(wanted):
                assert pd.Series(values, dtype=float).to_numpy() == pytest.approx(
                    wanted.to_numpy(float), rel=1e-7, nan_ok=True)  # fmt: skip
                assert all(isinstance(value, int | float | None) for value in values)
            else:
                own = column in (*_TEXTS, *_CODES, *_IDS, *_OTHERS, *table.told)
                told = list(wanted.fillna("").map(str))
                assert (language != "en" and own) or ["" if value is None else value for value in values] == told


def test_texts_of_a_workbook_are_told_in_its_language_as_on_the_page(contents) -> None:
    """Ids stay where a name is beside them."""

    def column(sheet, name):
        rows = list(sheet.iter_rows(values_only=True))
        return [row[rows[0].index(name)] for row in rows[HEADS:]]

    content = contents["fr"]
    book, shown = open_book(content), {table.key: table for _, table in tables_of(content)}
    assert column(book["effects"], "factor") == [row[0] for row in shown["effects"].rows]
    assert "Chine" in column(book["ties"], "name")
    assert column(book["ties"], "partner") == list(shown["ties"].frame["partner"])
    assert {"partenaires", "accords"} <= set(column(book["counts"], "unit"))
    assert "nouveaux partenaires depuis le départ" in column(book["counts"], "metric")
    assert {"État", "entreprise"} >= set(column(book["ties"], "kind"))
    assert "Asie" in column(book["ties"], "region")
    assert set(column(book["explained"], "kind")) & set(map(content.words, EVENT.values()))
    assert column(book["peers"], "peer") == [row[0] for row in shown["peers"].rows]
    assert any(str(reason).endswith(".") for reason in column(book["explained"], "reason"))
    assert set(column(book["contrasts"], "contrast")) == {content.words(UNCERTAINTY[what]) for what in CONTRASTS}
    assert set(column(book["effects"], "kind")) <= {"contraste", "scénario"}
    parts = {one for sheet in book.worksheets if sheet.title.startswith("event_") for one in column(sheet, "part")}
    assert parts <= {"terme", "somme", "autre élément pesé"}
    quantities = column(book["answer"], "quantity")
    assert "engagements tenus, quantile à 5\u00a0%" in quantities
    assert "probabilité comme nouveau partenaire\u00a0: " in " ".join(quantities)
    english = r"\b(mean|median|share|probability|difference|replicates?|pairs|low|high|gain|loss|fails)\b|_"
    assert [one for one in quantities if re.search(english, one)] == []
    advice = content_of_advice(decisions.decision(), content.words)
    book = open_book(advice)
    assert [one for one in column(book["answer"], "quantity") if re.search(english.replace("gain|", ""), one)] == []
    assert "budget" not in column(book["information"], "uncertainty")
    told = next(table for _, table in tables_of(advice) if table.key == "failures")
    assert set(column(book["failures"], "conditions")) - {None, ""} == {row[3] for row in told.rows} - {"–"}


def test_a_number_is_named_by_what_it_is_whatever_the_title_of_a_scenario_ends_in(results) -> None:
    subject, title = Subject(results, Words("fr")), "Rivalry, high"
    lever_sentence(subject, {"kind": "scenario", "factor": title, "effect": 4, "low": 2, "high": 6, "pairs": 8})
    table = subject.teller.table("")
    whole = f"commitments_kept, difference in %: {title}"
    assert list(table.frame["quantity"]) == [whole, f"{whole}, pairs", f"{whole}, low", f"{whole}, high"]
    told = f"engagements tenus, différence en\u00a0%\u00a0: {title}"
    parts = ("", ", nombre de paires", ", borne inférieure", ", borne supérieure")
    assert table.told["quantity"] == [told + part for part in parts]


def test_shares_of_a_workbook_are_shown_in_per_cent_and_say_so_and_counts_are_none() -> None:
    book = open_book(content_of_advice(decisions.decision(), ENGLISH))
    frame = pd.DataFrame({"share": [0.35], "satisficed": [0.5], "parameters": [88]})
    assert [_shape(frame[name], name) for name in frame] == ["0.0%", "0.0%", "General"]
    for sheet in book.worksheets[1:]:
        for head, unit, first in zip(*(list(sheet[row]) for row in (1, 2, 3)), strict=True):
            told = unit.value == "share, shown in\u00a0%"
            assert (first.number_format == "0.0%") == told or first.value is None, (sheet.title, head.value)


def test_the_interval_of_an_effect_and_every_depth_have_their_unit(contents) -> None:
    def units(name: str) -> dict[str, str]:
        return dict(list(zip(*open_book(contents["en"])[name].iter_rows(max_row=HEADS, values_only=True), strict=True)))

    assert {units("effects")[column] for column in ("effect", "low", "high")} == {"%"}
    assert units("ties")["depth_if_any"] == units("ties")["depth"]


def test_a_workbook_holds_the_forecast_of_the_folder(contents, template) -> None:
    forecast = Results.open(template).forecast("commitments_kept")
    rows = list(open_book(contents["en"])["path_commitments_kept"].iter_rows(values_only=True))
    heads = dict(zip(rows[0], range(len(rows[0])), strict=True))
    for name in ("mean", "q05", "q95"):
        assert [row[heads[name]] for row in rows[HEADS:]] == list(forecast[name])  # bit for bit
    assert rows[1][heads["mean"]] == "as in the column unit"


def test_a_text_that_looks_like_a_formula_stays_a_text() -> None:
    hostile = folders.result(replicates=2, contrasts=(), title=HOSTILE, question="@SUM(A1)")
    content = content_of(Subject([hostile], ENGLISH))
    made = workbook_of(content)
    book = openpyxl.load_workbook(io.BytesIO(made))
    cell = book.worksheets[0]["A1"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (HOSTILE, "s", True)
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
        assert not [name for name in parts.namelist() if re.search("external|vba|connections", name)]
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<f " in sheet]


# --- both


@pytest.mark.parametrize("write", [document_of, workbook_of])
def test_the_same_report_gives_the_same_bytes(contents, write) -> None:
    assert write(contents["fr"]) == write(contents["fr"])


@pytest.mark.parametrize("write", [document_of, workbook_of])
def test_advice_without_a_run_can_be_passed_on_too(write) -> None:
    assert write(content_of_advice(decisions.decision(), ENGLISH)).startswith(b"PK")


@pytest.mark.parametrize(("option", "module"), [("docx", "docx"), ("xlsx", "openpyxl")])
def test_the_command_writes_it_or_says_what_to_install(folder, monkeypatch, option, module) -> None:
    assert report([folder], language="fr", form=option) == folder / f"report_fr.{option}"
    before = sorted(folder.iterdir())
    monkeypatch.setitem(sys.modules, module, None)
    done = CliRunner().invoke(app, ["report", str(folder), f"--{option}"])
    assert done.exit_code == 2
    assert "pip install 'wifaq[documents]'" in done.output
    assert sorted(folder.iterdir()) == before
    done = CliRunner().invoke(app, ["report", str(folder), f"--{option}", "--out", str(folder / "x.html")])
    assert (done.exit_code, "end the name in" in done.output) == (2, True)
