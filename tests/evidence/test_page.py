"""The pages of the backtest: filled between their markers, and nothing else of them changed."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from simulation.data.country_names import resolve
from simulation.display import pages
from simulation.errors import DataError
from simulation.evidence import page

CURVE = pd.DataFrame({"forecast": [0.2, 0.7], "frequency": [0.1, 0.8], "low": [0.05, 0.6], "high": [0.3, 0.9],
                      "rows": [20, 10]})  # fmt: skip
TABLES = {
    "joins_ai": pd.DataFrame({"forecast": ["model"], "Brier": [0.1234567], "texts": [9]}),
    "deals_gain": pd.DataFrame({"over": ["size"], "gain": [float("nan")]}),
    "joins_calibration": CURVE, "deals_calibration": CURVE,
}  # fmt: skip
LEARNT = {"faces": pd.DataFrame({"state": ["MAR"], "partners": ["USA 0.42"]})}


def filled(name: str) -> str:
    begin, end = pages.markers(name)
    return f"{begin}\nold\n{end}"


def test_tables_go_between_their_markers(tmp_path: Path) -> None:
    (tmp_path / "evidence.md").write_text(f"# A\n{filled('joins')}\nmiddle\n{filled('deals')}\nend\n", encoding="utf-8")
    (tmp_path / "deals.md").write_text(f"# B\n{filled('deals')}\n", encoding="utf-8")
    page.write_pages(TABLES, LEARNT, tmp_path)
    text = (tmp_path / "evidence.md").read_text(encoding="utf-8")
    assert "| model | 0.123 | 9 |" in pages.between(text, "joins")
    assert "| size |  |" in pages.between(text, "deals")
    assert text.startswith("# A\n")
    assert "\nmiddle\n" in text
    assert "old" not in text
    assert "USA 0.42" in (tmp_path / "deals.md").read_text(encoding="utf-8")
    assert {path.name for path in (tmp_path / "evidence").iterdir()} == {
        f"{name}.{end}" for name in page.DRAWN for end in ("csv", "png")
    }


def test_a_page_without_markers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "evidence.md").write_text("# A\n", encoding="utf-8")
    with pytest.raises(DataError, match="joins: begin"):
        page.write_pages(TABLES, LEARNT, tmp_path)


def test_the_shipped_pages_are_filled() -> None:
    text = (page.RESULTS / "evidence.md").read_text(encoding="utf-8")
    for name in page.PARTS:
        assert pages.between(text, name).count("\n|") > 20
    assert "| MAR |" in pages.between((page.RESULTS / "deals.md").read_text(encoding="utf-8"), "deals")


def test_what_is_said_of_ten_states_is_what_their_table_says() -> None:
    text = (page.RESULTS / "deals.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z]{3}) \| [\d.]+ \| (.*) \|$", pages.between(text, "deals"), re.MULTILINE)
    table = {state: dict(re.findall(r"(\w+)\*? 0(\.\d\d)", partners)) for state, partners in rows}
    said = [
        (state, partner, number)
        for name, told in re.findall(r"^- \*\*([\w ]+)\.\*\*(.*(?:\n  .*)*)", text, re.MULTILINE)
        if (state := code_of(name)) in table
        for other, number in re.findall(r"(\w+) \((\.\d\d)", told)
        if (partner := code_of(other)) in table[state]
    ]
    assert len(said) >= 8
    assert said == [(state, partner, table[state][partner]) for state, partner, _ in said]


def code_of(name: str) -> str:
    """ISO code of a state as the page names it."""
    return "ARE" if name == "Emirates" else resolve(name)
