"""How the pages become a site that opens from disk: ``make site``.

The pages are plain Markdown and read well where they lie; those of ``docs/reference/`` are written when the build
begins (:mod:`docs.pages`), and then their names in ``reference.md`` become links. The navigation is the lists of links
of ``index.md``, ``reference.md`` and ``results/index.md``: a page that none of them names fails the build, and so does
a link that leads nowhere. The folder that Sphinx reads is the project's, so that a link is the same on disk and here.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # for docs.pages

project = "Wifaq"
author = "The Wifaq developers"
release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
copyright = f"{author}, MIT licence"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinxcontrib.typer"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "docs/*/*.md", "notebooks/*.*", "simulation/data/SOURCES.md"]
exclude_patterns = [".*", "build", "results", "tests"]
myst_heading_anchors = 4
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_ivar = True  # else an attribute that is a property too is described twice
nb_execution_mode = "force"  # notebooks are kept without outputs, and shown with them
nb_execution_timeout = 1800  # seconds a cell: the first one compiles, and a machine may be busy
nb_execution_raise_on_error = True
nb_ipywidgets_js = {}  # a site on disk asks nobody for scripts; a slider is told, not shown
smartquotes = False
highlight_language = "none"
lexers["csv"] = TextLexer()  # a tag that code hosts know and Pygments does not

html_theme = "pydata_sphinx_theme"
html_title = f"Wifaq {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = ["_extra"]
html_sidebars = {"**": ["globaltoc.html"]}  # every door with its pages, on every page
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # it fetches pages, which a browser refuses for files on disk
html_context = {"default_mode": "auto"}
html_theme_options = {
    "logo": {"text": "Wifaq", "link": "docs/index"},
    "globaltoc_includehidden": True,
    "globaltoc_maxdepth": 1,
    "navbar_center": [],
    "navbar_end": ["theme-switcher"],
    "navigation_with_keys": False,
    "footer_start": ["copyright"],
    "footer_end": [],
}

INDEXES = ("docs/index", "docs/reference", "docs/results/index")
"""Pages whose lists of links are the navigation."""
NOTEBOOKS = "notebooks/README"
"""The page under which the notebooks stand."""
FOLDERS = {"scenarios": "docs/reference/scenarios.md"}
"""Page that tells what is in a folder; links to other folders become plain text."""
ENTRY = re.compile(r"^- \[([^\]]+)\]\(([^)#:]+\.md)\)", re.MULTILINE)
BUILT = re.compile(r"^- ([^,`]+(?:, [^,`]+)*), `(reference/\w+\.md)`:", re.MULTILINE)
"""An entry of ``reference.md``: title and name of a page that the repository has not got; no link leads to it."""
LINK = re.compile(r"\[([^\]]+)\]\(([^)#:]+)\)")
SHARED = re.compile(r"^(\w+(?:, \w+)+)\n((?: {4}.*\n)+)", re.MULTILINE)
"""Names in a docstring that share one text."""
FILE_NAME = re.compile(r"\[[\w/.]+\.md\](\([^):]+\.md(?:#[^)]*)?\))")


def link_built_pages(app: Sphinx, page: str, source: list[str]) -> None:
    """Turn the names of built pages into links: here they are pages."""
    source[0] = BUILT.sub(r"- [\1](\2):", source[0])


def add_navigation(app: Sphinx, page: str, source: list[str]) -> None:
    """Append the hidden table of contents that each list of links of an index page stands for, under its heading."""
    if page == NOTEBOOKS:
        source[0] += "\n\n```{toctree}\n:hidden:\n:glob:\n\n0*\n```\n"
    if page not in INDEXES:
        return
    for part in source[0].split("\n## "):
        if found := ENTRY.findall(part):
            caption = "" if part.startswith("# ") else f":caption: {part.splitlines()[0]}\n"
            entries = "\n".join(f"{title.replace('`', '')} <{target.removesuffix('.md')}>" for title, target in found)
            source[0] += f"\n\n```{{toctree}}\n:hidden:\n{caption}\n{entries}\n```\n"


def replace_folders(app: Sphinx, page: str, source: list[str]) -> None:
    """Lead links to a folder to the page about it: a site has no folders to show."""
    here = (ROOT / page).parent

    def replaced(found: re.Match[str]) -> str:
        folder = (here / found[2]).resolve()
        if not folder.is_dir():
            return found[0]
        told = FOLDERS.get(folder.relative_to(ROOT).as_posix())
        return f"[{found[1]}](/{told})" if told else found[1]

    source[0] = LINK.sub(replaced, source[0])


def replace_file_names(app: Sphinx, page: str, source: list[str]) -> None:
    """Show the title of a page where a link shows the name of its file: a site has no files to the eye."""
    source[0] = FILE_NAME.sub(r"[]\1", source[0])


def write_reference(app: Sphinx) -> None:
    """Write the pages of ``docs/reference/`` before Sphinx looks for pages."""
    from docs.pages.__main__ import write_pages

    write_pages()


def repeat_shared(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Give each of several names its text, before napoleon reads them: it does so for parameters only."""
    text = "\n".join([*lines, ""])
    lines[:] = SHARED.sub(lambda found: "".join(f"{one}\n{found[2]}" for one in found[1].split(", ")), text).split("\n")


def setup(app: Sphinx) -> None:
    """Connect what is done before the pages are found, and to each page as it is read."""
    app.connect("builder-inited", write_reference)
    app.connect("autodoc-process-docstring", repeat_shared, priority=400)
    app.connect("source-read", link_built_pages)
    app.connect("source-read", replace_folders)
    app.connect("source-read", replace_file_names)
    app.connect("source-read", add_navigation)
