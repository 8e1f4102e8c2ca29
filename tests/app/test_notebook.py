"""Cells of a notebook that end with a page: a model's own state, results."""

from __future__ import annotations

import re
import urllib.request

import nbformat
import pytest
from nbclient import NotebookClient

from tests.app.browser import browsing

pytestmark = pytest.mark.slow

MODEL = """
import sys

sys.modules["ipywidgets"] = None  # as where it is not installed

from simulation import GovernanceModel
from simulation.actors import StateActor

class Shy(StateActor):
    def accepts(self, partner, utility):
        return 0.0

model = GovernanceModel("baseline", actors={"FRA": Shy})
model.states["SEN"].trust["MAR"] = 0.97
model.step()
model.view(language="fr")
"""
RESULTS = """
from simulation import run
run("baseline", replicates=2, workers=1).view()
"""
SHOWN = "document.querySelector('#when').textContent"


def test_a_cell_shows_the_model_as_it_stands_and_follows_it(tmp_path) -> None:
    """The cell that steps later runs while a browser looks, and the page goes along."""
    cells = [nbformat.v4.new_code_cell(text) for text in (MODEL, "model.step();", RESULTS)]
    book = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(book, timeout=300, kernel_name="python3")
    with client.setup_kernel(), browsing(tmp_path) as page:
        client.execute_cell(book.cells[0], 0)
        assert [found["output_type"] for found in book.cells[0].outputs] == ["execute_result"]  # no word of bars
        page.open(frame_of(book.cells[0]))
        page.wait(f"{SHOWN} === 'T1 2025'")
        assert not page.see("document.querySelector('#notebook').hidden")
        page.see("(() => {const f = document.querySelector('#find'); f.value = 'SEN';"
                 " f.dispatchEvent(new Event('change', {bubbles: true}))})()")  # fmt: skip
        page.wait("document.querySelector('.actor-name').textContent === 'Sénégal'")
        client.execute_cell(book.cells[1], 1)
        page.wait(f"{SHOWN} === 'T2 2025'")
        page.click("#step")
        page.wait(f"{SHOWN} === 'T3 2025'")
        page.click("#first")
        page.wait(f"{SHOWN} === 'T1 2025'")
        page.see("(() => {const s = document.querySelector('[data-key=\"strategy.budget\"]'); s.value = 2;"
                 " s.dispatchEvent(new Event('change', {bubbles: true}))})()")  # fmt: skip
        page.wait("document.querySelector('#notebook').hidden")
        page.click("#reset")
        page.wait(f"!document.querySelector('#notebook').hidden && {SHOWN} === 'T3 2025'")
        client.execute_cell(book.cells[2], 2)
        where = frame_of(book.cells[2])
        assert where.endswith("?room=forecast")
        with urllib.request.urlopen(where) as answer:
            assert answer.status == 200


def frame_of(cell: nbformat.NotebookNode) -> str:
    """The address that the last output of a cell shows."""
    text = cell.outputs[-1]["data"]["text/html"]
    found = re.search(r'src="(http://127\.0\.0\.1:[^"]+)"', text)
    assert found is not None
    return found[1]
