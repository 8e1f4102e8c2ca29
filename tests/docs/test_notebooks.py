"""The notebooks: stripped, of public names only, and each runs from top to bottom in a real kernel."""

from __future__ import annotations

import ast
import gc
import json
import re
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from ipywidgets import FloatSlider
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError

import simulation
from simulation.evidence.claims.verdicts import AS_PREDICTED, MIXED, OPPOSITE, REFUTED, SUPPORTED, VERDICTS
from simulation.experiments.analysis.conclusions import LEAST_PAIRS, LIKELY, MARGINS, SHARES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks"
PATHS = {path.stem: path for path in sorted(FOLDER.glob("*.ipynb"))}
NAMES = ("01_first_forecast", "02_tweak_an_agent", "03_your_own_scenario", "04_sweep_and_compare",
         "05_what_the_paper_claims", "06_what_should_we_do")  # fmt: skip
SMALL = {"WIFAQ_REPLICATES": "2", "WIFAQ_HORIZON": "2026Q1", "WIFAQ_WORKERS": "1"}  # a text opens then
PUBLIC = {"simulation": set(simulation.__all__), "simulation.actors": {"Firm", "NGO", "StateActor", "ThinkTank"}}
OTHERS = {"matplotlib", "pandas", "numpy", "ipywidgets"}
CLAIMS_AT_LEAST = 10
MINUTES = 2.0


@cache
def read(name: str) -> Any:
    return nbformat.read(PATHS[name], as_version=4)


def code_of(name: str) -> Iterator[str]:
    """Source of the code cells, without the lines that are IPython's own."""
    for cell in read(name).cells:
        if cell.cell_type == "code":
            yield re.sub(r"^%.*$", "", cell.source, flags=re.M)


def text_of(name: str) -> str:
    return "\n\n".join(cell.source for cell in read(name).cells if cell.cell_type == "markdown")


def test_there_are_six() -> None:
    assert tuple(PATHS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_is_stripped(name: str) -> None:
    nbformat.validate(read(name))
    assert set(read(name).metadata) == {"kernelspec", "language_info"}
    for cell in read(name).cells:
        assert set(cell.metadata) <= {"tags", "mystnb"}
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)


@pytest.mark.parametrize("name", NAMES)
def test_pictures_say_what_they_show_to_those_who_do_not_see_them(name: str) -> None:
    drawing = [cell for cell in read(name).cells if re.search(r"\.figure$|subplots\(", cell.source, flags=re.M)]
    assert drawing
    assert [cell.source for cell in drawing if not cell.metadata.get("mystnb", {}).get("image", {}).get("alt")] == []


@pytest.mark.parametrize("name", NAMES)
def test_it_uses_public_names_only(name: str) -> None:
    nodes = [node for source in code_of(name) for node in ast.walk(ast.parse(source))]
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("simulation"):
            assert {alias.name for alias in node.names} <= PUBLIC[node.module or ""]
        elif isinstance(node, ast.Import | ast.ImportFrom):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            assert {str(module).split(".")[0] for module in modules} <= OTHERS | sys.stdlib_module_names
    private = {node.attr for node in nodes if isinstance(node, ast.Attribute) and node.attr.startswith("_")}
    own = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assert private <= own | {"__name__"}  # of a class of its own


@pytest.mark.parametrize("name", NAMES)
def test_its_words_are_explained_and_its_links_lead_somewhere(name: str) -> None:
    text, glossary = text_of(name), (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = set(re.findall(r"^\| ([a-z ]+) \|", glossary, flags=re.M)) - {"word"}
    (told,) = re.findall(r"^.*\[glossary\]\(\.\./docs/glossary\.md\).*$", text, flags=re.M)
    named = set(re.findall(r"\*([a-z ]+)\*", told))
    assert named
    assert named <= words
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (FOLDER / target).exists(), target


@pytest.mark.parametrize("name", NAMES)
def test_it_ends_with_exercises(name: str) -> None:
    last = read(name).cells[-1]
    assert last.cell_type == "markdown"
    assert last.source.startswith("## Exercises")
    assert len(re.findall(r"^\d\. ", last.source, flags=re.M)) >= 4


def test_every_notebook_has_its_paragraph() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^## (\d\d [\w ]+)\n\n\[(\w+)\.ipynb\]\(\2\.ipynb\): ", text, flags=re.M)
    assert [name for _, name in found] == list(NAMES)
    assert [title.replace(" ", "_") for title, _ in found] == list(NAMES)


def test_no_heading_is_a_link() -> None:
    """Sphinx cannot put a heading that links to a file into the contents of a page: the site would not be built."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^#+ .*\]\(.*$", text, flags=re.M) == []


def test_the_page_has_the_margins_of_the_code() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| (\w+)", text, flags=re.M)
    assert {name: float(size) for name, size, _ in rows} == dict(MARGINS)
    assert {name for name, _, interval in rows if interval == "Agresti"} == set(SHARES)
    assert f"at least {LEAST_PAIRS} pairs" in text
    assert f"at least {LIKELY} over both sides" in text


# --- running


def kernels(folder: Path, patch: pytest.MonkeyPatch, size: dict[str, str]) -> None:
    """Surroundings of the kernels that a test starts: sizes, the tested package, folders of their own."""
    for variable, value in (size | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}).items():
        patch.setenv(variable, value)
    for variable in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        patch.setenv(variable, str(folder / variable.lower()))


def executed(*names: str) -> dict[str, list[Any]]:
    """Cells of notebooks with their outputs, the last one of each :data:`MORE`: one kernel, emptied after each.

    A kernel of its own for each would spend most of its time on imports.
    """
    try:
        return _execute(names, patience=150)
    except CellTimeoutError:  # now and then a kernel is done and its answer never arrives: once more, with a new one
        return _execute(names, patience=600)


def _execute(names: tuple[str, ...], patience: int) -> dict[str, list[Any]]:
    together = nbformat.v4.new_notebook(metadata=read(names[0]).metadata)
    ends = []
    for name in names:
        more = [nbformat.v4.new_code_cell(text) for text in (MORE.get(name, ""), "%reset_selective -f .")]
        together.cells += [*nbformat.read(PATHS[name], as_version=4).cells, *more]
        ends.append(len(together.cells))
    client = NotebookClient(together, timeout=patience, resources={"metadata": {"path": str(FOLDER)}})
    cells = list(client.execute().cells)
    return {name: cells[begin : end - 1] for name, begin, end in zip(names, [0, *ends], ends, strict=False)}


def shown(cell: Any) -> set[str]:
    """Kinds of what a cell shows."""
    return {kind for output in cell.get("outputs", ()) for kind in output.get("data", {"text/plain": ""})}


def printed(cell: Any) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


MORE = {
    "02_tweak_an_agent": "print(what_changed(scenario, actors=at_home, replicates=PAIRS, workers=1)"
    ".table.equals(home_first.table))",
    "05_what_the_paper_claims": "print(effects.to_json(orient='records')); print(verdicts.to_json(orient='records'))",
}


@pytest.mark.long
def test_they_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernels(tmp_path, monkeypatch, SMALL)
    ran = executed(*NAMES)
    for name, cells in ran.items():
        drawn = [cell for cell in cells if "image/png" in shown(cell)]
        assert drawn, name
        assert all("mystnb" in cell.metadata for cell in drawn), name
        outputs = [output for cell in cells for output in cell.get("outputs", ())]
        assert [output.text for output in outputs if output.get("name") == "stderr"] == [], name
    tweaks = ran["02_tweak_an_agent"]
    assert "image/png" in shown(tweaks[2])  # the first thing a student sees
    assert "application/vnd.jupyter.widget-view+json" in shown(_sliders(tweaks))
    assert printed(tweaks[-1]) == "True\n"  # its classes travel to two workers
    asked = "".join(printed(cell) for cell in ran["06_what_should_we_do"] if "by hand" in cell.source)
    assert re.findall(r"^the same (\w+).*: (\w+)$", asked, flags=re.M) == [("choice", "True"), ("regret", "True")]
    _check_verdicts(*map(json.loads, printed(ran["05_what_the_paper_claims"][-1]).splitlines()))


def _check_verdicts(effects: list[dict[str, Any]], verdicts: list[dict[str, Any]]) -> None:
    """Against the rule that the notebook tells in words, with the package's names of outcomes and verdicts."""
    assert len(verdicts) >= CLAIMS_AT_LEAST
    seen = {effect["outcome"] for effect in effects}
    for effect in effects:
        low, high = sorted((-1 if effect["predicted"] == "-" else 1) * effect[end] for end in ("low", "high"))
        assert effect["outcome"] == (AS_PREDICTED if low > 0 else OPPOSITE if high < 0 else "not seen")
    for row in verdicts:
        mine = {effect["outcome"] for effect in effects if effect["claim"] == row["claim"]}
        whole = {(AS_PREDICTED,): SUPPORTED, ("not seen",): "no effect seen"}.get(tuple(mine))
        assert row["verdict"] == (whole or (MIXED if AS_PREDICTED in mine else REFUTED))
    assert AS_PREDICTED in seen


def test_no_verdict_is_typed_in() -> None:
    for source in code_of("05_what_the_paper_claims"):
        strings = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
        if set(VERDICTS) & set(strings):
            assert "def verdict(" in source
            assert "C1" not in source


def _sliders(cells: list[Any]) -> Any:
    (cell,) = (cell for cell in cells if "sliders" in cell.metadata.get("tags", ()))
    return cell


def test_without_widgets_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    exec(_sliders(read("02_tweak_an_agent").cells).source, {"explore": None})
    assert "pip install ipywidgets" in capsys.readouterr().out


def test_a_slider_that_moves_calls_the_model_anew() -> None:
    calls: list[float] = []

    def explore(trust_in_leaders: float, trust_of_friends: float, budget: float, sovereignty: float) -> None:
        calls.append(budget)

    exec(_sliders(read("02_tweak_an_agent").cells).source, {"explore": explore})
    (slider,) = (thing for thing in gc.get_objects() if type(thing) is FloatSlider and thing.description == "budget")
    slider.value = 2.5
    assert calls == [1.0, 2.5]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_at_full_size_it_takes_less_than_two_minutes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in SMALL:
        monkeypatch.delenv(variable, raising=False)
    kernels(tmp_path, monkeypatch, {})
    start = time.monotonic()
    executed(name)
    assert time.monotonic() - start < 60 * MINUTES
