"""The site that ``make site`` builds: nothing missing, nothing from elsewhere, opens from disk."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer

from docs.pages.__main__ import PAGES as BUILT
from simulation import __all__ as names
from simulation.cli.commands import app
from tests.docs.snippets import PAGES, ROOT

pytestmark = pytest.mark.long
pytest.importorskip("sphinx", reason="pip install 'wifaq[docs]'")
pytest.importorskip("myst_nb")
pytest.importorskip("pydata_sphinx_theme")
pytest.importorskip("sphinxcontrib.typer")

LOADS = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("object", "data")}
LOADING = {"stylesheet", "icon", "preload", "prefetch", "manifest", "preconnect", "dns-prefetch"}
OUTSIDE = re.compile(r"(?:https?:)?//")


class Page(HTMLParser):
    """What a page links to, what it loads, and the anchors it has."""

    def __init__(self, path: Path):
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        self.loads += [found[name] for kind, name in LOADS if kind == tag and name in found]
        if tag == "link" and set(found.get("rel", "").split()) & LOADING:
            self.loads.append(found["href"])
        elif tag == "a" and "href" in found:
            self.links.append(found["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8")
    options = re.search(r"sphinx-build (.+?) -c docs \. build/site", recipe)
    assert options is not None
    unrun = "nb_execution_mode=off"  # notebooks are run by the tests of notebooks
    call = [sys.executable, "-m", "sphinx", *options[1].split(), "-c", "docs", "-d", str(folder / "trees"), "-D", unrun]
    done = subprocess.run([*call, ".", str(folder / "html")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def built(site: Path) -> dict[Path, Page]:
    pages = (path for path in site.rglob("*.html") if "_static" not in path.parts)  # templates of the theme
    return {path.resolve(): Page(path) for path in pages}


def test_a_warning_fails_the_build() -> None:
    assert "sphinx-build --fresh-env --fail-on-warning" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_page_is_built_and_in_the_navigation(site: Path, built: dict[Path, Page]) -> None:
    pages = [*(page.relative_to(ROOT) for page in PAGES), *(Path("docs", "reference", name) for name in BUILT)]
    pages += [page.relative_to(ROOT) for page in sorted(ROOT.glob("notebooks/*.ipynb"))]
    wanted = [site / page.with_suffix(".html") for page in pages]
    assert [path for path in wanted if path.resolve() not in built] == []
    linked = {(path.parent / unquote(link.partition("#")[0])).resolve() for path in built for link in built[path].links}
    assert [path for path in wanted if path.resolve() not in linked] == []


def test_every_option_of_every_command_is_told(site: Path) -> None:
    text = re.sub(r"<[^>]+>", "", (site / "docs" / "reference" / "commands.html").read_text(encoding="utf-8"))
    group: Any = typer.main.get_command(app)
    parts = dict(re.findall(r" Usage: wifaq (\w+) (.*?)(?= Usage: wifaq |\Z)", text, re.DOTALL))
    assert parts.keys() == group.commands.keys()
    for name, command in group.commands.items():
        wanted = {word for entry in command.params for word in entry.opts if word.startswith("--")}
        assert [word for word in wanted if word not in parts[name]] == [], name


def test_every_public_name_is_told(built: dict[Path, Page], site: Path) -> None:
    anchors = built[(site / "docs" / "reference" / "python.html").resolve()].anchors
    assert {f"simulation.{name}" for name in names if not name.startswith("__")} <= anchors


def test_every_link_leads_somewhere(built: dict[Path, Page]) -> None:
    assert list(_broken(built)) == []


def _broken(built: dict[Path, Page]) -> Iterator[tuple[str, str]]:
    for path, page in built.items():
        for link in (*page.links, *page.loads):
            name, _, anchor = link.partition("#")
            if OUTSIDE.match(link) or link.startswith(("mailto:", "data:")):
                continue
            target = (path.parent / unquote(name.partition("?")[0])).resolve() if name else path
            if not target.exists() or (anchor and target in built and unquote(anchor) not in built[target].anchors):
                yield path.name, link


def test_nothing_is_loaded_from_elsewhere(site: Path, built: dict[Path, Page]) -> None:
    assert {load for page in built.values() for load in page.loads if OUTSIDE.match(load)} == set()
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"(?:@import\s+|url\()[\"']?(?:https?:)?//[^\"')]+", styles) == []


def test_it_opens_at_the_first_page(site: Path) -> None:
    led = re.search(r"url=([\w/.]+)", (site / "index.html").read_text(encoding="utf-8"))
    assert led is not None
    assert (site / led[1]).exists()
