"""Four doors, no page too long, links that lead somewhere, and numbers that are as the pages quote them."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from docs.pages.__main__ import PAGES as BUILT
from docs.pages.__main__ import main as write_pages
from simulation import __version__
from simulation.display import pages
from simulation.errors import DataError
from simulation.evidence import plausibility
from simulation.experiments.engine.store import data_hash, read_json
from simulation.experiments.prior import prior_hash
from simulation.outcomes.metrics import METRICS
from simulation.report import background
from simulation.report.showcase import CHARTS, SPREAD_CHART, TABLES
from simulation.scenario.checks import world_of
from simulation.scenario.dump import scenario_to_yaml
from simulation.scenario.load import load_scenario
from simulation.scenario.mechanisms import MECHANISMS
from simulation.scenario.parameters import PARAMETERS
from simulation.state import KINDS
from tests.docs.snippets import RESULTS, WRITTEN

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SHOWCASE = ROOT / "results" / "showcase"
README = (ROOT / "README.md").read_text(encoding="utf-8")
DRAWN = "chance and parameters (a draw of their prior a replicate), rules fixed"


NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_WORDS, MOST_WORDS_A_PAGE, MOST_PAGES_A_DOOR = 25_000, 3_000, 5
DOORS = ("Analyst", "Researcher", "Student", "Modeller")


def resolves(target: Path) -> bool:
    """Whether a path leads to a file of the repository, or to a page that is built."""
    path = Path(os.path.normpath(target))
    return path.name in BUILT if path.parent == DOCS / "reference" else path.exists()


def links(text: str) -> list[str]:
    """Targets of the links of a page that stay in the repository, without anchors."""
    targets = re.findall(r"\]\(([^)#\s]+?)(?:#[^)]*)?\)", text)
    return [target for target in targets if not re.match(r"https?:|mailto:", target)]


# --- doors


def test_each_door_has_at_most_five_pages() -> None:
    text = (DOCS / "index.md").read_text(encoding="utf-8")
    lists = {part.splitlines()[0]: re.findall(r"^- ", part, re.MULTILINE) for part in text.split("\n## ")[1:]}
    assert [(door, len(lists[door])) for door in DOORS if not 3 <= len(lists[door]) <= MOST_PAGES_A_DOOR] == []
    found = re.search(r"## Who are you\?\n(.*?)\n## ", README, re.DOTALL)
    assert found is not None
    assert [word.capitalize() for word in re.findall(r"^\| \*\*(\w+)\*\*", found[1], re.MULTILINE)] == list(DOORS)


def test_people_write_little() -> None:
    pages = (*WRITTEN, ROOT / "notebooks" / "README.md")
    words = {page.relative_to(ROOT): len(page.read_text(encoding="utf-8").split()) for page in pages}
    assert {name: count for name, count in words.items() if count > MOST_WORDS_A_PAGE} == {}
    assert sum(words.values()) <= MOST_WORDS


# --- the reference


def test_the_reference_names_every_built_page_and_no_link_leads_to_one() -> None:
    found = {name: {link for link in links(text) if "reference/" in link} for name, text in texts().items()}
    named = re.findall(r"^- .+, `reference/(\w+\.md)`: ", texts()["reference.md"], re.MULTILINE)
    assert sorted(named) == sorted(BUILT)
    assert {name: inside for name, inside in found.items() if inside} == {}


def texts() -> dict[str, str]:
    """Pages of docs/ that are in the repository, README and the notebooks, by name."""
    pages = (*WRITTEN, *RESULTS, ROOT / "CHANGELOG.md", *NOTEBOOKS)
    return {path.name: path.read_text(encoding="utf-8") for path in pages}


def test_built_pages_are_not_committed() -> None:
    assert "docs/reference/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_built_pages_name_everything() -> None:
    for name, known in (("parameters.md", PARAMETERS), ("mechanisms.md", MECHANISMS), ("metrics.md", METRICS)):
        found = re.findall(r"^\| `(\w+)` \|", BUILT[name](), re.MULTILINE)
        assert sorted(found) == sorted(key for key in known if not getattr(known[key], "custom", False))


def test_built_pages_go_where_they_are_told(tmp_path: Path) -> None:
    write_pages(["--out", str(tmp_path / "new")])
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(BUILT)
    for path in (tmp_path / "new").iterdir():
        found = links(path.read_text(encoding="utf-8"))
        assert [link for link in found if not resolves(DOCS / "reference" / link)] == [], path.name


def test_text_between_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("above\n<!-- x: begin -->\nold\n<!-- x: end -->\nbelow\n")
    pages.replace_between(page, "x", "new | text\n")
    assert page.read_text() == "above\n<!-- x: begin -->\nnew | text\n<!-- x: end -->\nbelow\n"
    assert pages.between(page.read_text(), "x") == "new | text"
    with pytest.raises(DataError, match="once each"):
        pages.replace_between(page, "y", "new")
    assert pages.table(("a|b",), [("c|d",)]) == "| a\\|b |\n| --- |\n| c\\|d |\n"


# --- links


@pytest.mark.parametrize("path", [*WRITTEN, *RESULTS, ROOT / "CHANGELOG.md", *NOTEBOOKS], ids=lambda path: path.stem)
def test_links_lead_to_files(path: Path) -> None:
    found = links(path.read_text(encoding="utf-8"))
    assert [link for link in found if not resolves(path.parent / link)] == []


def test_files_that_pages_name_exist() -> None:
    for path in (*WRITTEN, *RESULTS):
        text = path.read_text(encoding="utf-8")
        named = set(re.findall(r"`((?:simulation|tests|docs|scenarios)/[\w/.-]+\.\w+)`", text))
        assert [name for name in sorted(named) if not resolves(ROOT / name)] == [], path.name


def test_pages_that_code_and_messages_name_exist() -> None:
    files = [path for folder in ("simulation", "tests") for path in (ROOT / folder).rglob("*")]
    texts = [path.read_text(encoding="utf-8") for path in files if path.suffix in (".py", ".po", ".j2")]
    named = {name for text in texts for name in re.findall(r"\bdocs/[\w/]+\.(?:md|csv|json)\b", text)}
    assert "docs/ODD.md" in named
    assert [name for name in sorted(named) if not resolves(ROOT / name)] == []


def test_the_change_log_says_where_each_old_page_went() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    rows = re.findall(r"^ *\| (`.+?) \| (.+) \|$", text.split("| old page | now |")[1], re.MULTILINE)
    old = [name for left, _ in rows for name in re.findall(r"`([\w.]+\.md)`", left)]
    assert (len(old), len(set(old))) == (34, 34)  # pages of docs/ before the doors
    same = [left for left, right in rows if "same name" in right and "/" not in right]
    kept = [name for left in same for name in re.findall(r"`([\w.]+\.\w+)`", left)]
    new = [name for _, right in rows for name in re.findall(r"`([\w/]+\.md)`", right)]
    assert [name for name in (*kept, *new) if not resolves(DOCS / name)] == []


# --- the model description


def test_odd_names_every_submodel_file() -> None:
    text = (DOCS / "ODD.md").read_text(encoding="utf-8")
    files = {path.name for path in (ROOT / "simulation" / "processes").glob("*.py")} - {"__init__.py"}
    assert [name for name in sorted(files) if f"processes/{name}" not in text] == []
    assert [f"C.{k}" for k in range(1, 19) if f"### C.{k} " not in text] == []


def test_odd_has_the_quarter_as_the_model_has_it() -> None:
    from simulation.model import QUARTER

    text = (DOCS / "ODD.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (.+?) \|$", text, re.MULTILINE)
    assert rows == [(str(k), name, reason) for k, (name, _, reason) in enumerate(QUARTER, start=1)]


# --- the showcase


def test_showcase_is_there_and_of_this_version() -> None:
    charts = {f"{name}.{kind}" for name in (*CHARTS, SPREAD_CHART) for kind in ("png", "svg")}
    files = {path.name for path in SHOWCASE.iterdir()}
    others = {"run.json", "spread.json", "scenario.resolved.yaml", "forecast.txt", "sweeps"}
    assert files == charts | set(TABLES) | others
    info = read_json(SHOWCASE / "run.json")
    assert info["versions"]["wifaq"] == __version__
    spread = read_json(SHOWCASE / "spread.json")
    assert (spread["versions"]["wifaq"], spread["failures"]) == (__version__, [])
    for hashes in (info["hashes"], spread["hashes"]):  # made with the data, the sample and the scenario of today
        assert (hashes["data"], hashes["prior"]) == (data_hash(), prior_hash())
    told = (SHOWCASE / "scenario.resolved.yaml").read_text(encoding="utf-8")
    assert told == scenario_to_yaml(load_scenario(ROOT / "scenarios" / "baseline.yaml"))
    assert (info["scenario"], info["bands"], info["replicates"]["failed"]) == ("baseline", DRAWN, 0)
    assert sum(path.stat().st_size for path in SHOWCASE.iterdir()) < 1_000_000


def test_readme_shows_the_showcase() -> None:
    shown = pages.between(README, "forecast").removeprefix("```text\n").removesuffix("\n```")
    assert (SHOWCASE / "forecast.txt").read_text(encoding="utf-8").startswith(shown)
    assert "results/showcase/fan_commitments_kept.png" in README
    assert DRAWN in " ".join(README.split())


# --- numbers that pages quote


def test_the_record_is_as_thin_as_readme_says() -> None:
    scenario = load_scenario(ROOT / "scenarios" / "baseline.yaml")
    world = world_of(scenario)
    own = [deal for deal in world.deals if world.index(scenario.focal) in deal.parties]
    count = re.search(r"(\d+) dated deals are loaded for the whole world, (\d+) of them Morocco's", README)
    assert count is not None
    assert (int(count[1]), int(count[2])) == (len(world.deals), len(own))


def test_odd_counts_the_entities_of_the_world() -> None:
    world = world_of(load_scenario(ROOT / "scenarios" / "baseline.yaml"))
    text = (DOCS / "ODD.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| ([\w ]+) \| (\d+)(?: \+ the EU)? \|", text, re.MULTILINE))
    kinds = {kind.replace("_", " ").replace("ngo", "NGO"): code for code, kind in enumerate(KINDS)}
    counts = {name: str((world.kind == code).sum() - (name == "state")) for name, code in kinds.items()}
    counts |= {"bloc": str(len(world.blocs)), "instrument": str(len(world.instruments))}
    assert {name: told.get(name) for name in counts} == counts


def test_calibration_page_counts_the_parameters() -> None:
    text = (DOCS / "results" / "calibration.md").read_text(encoding="utf-8")
    told = [int(number) for number in re.findall(r"^(?:Of the|-) (\d+)[ ,]", text, re.MULTILINE)]
    kinds = Counter(background.kind_of(entry) for entry in PARAMETERS.values())
    order = (background.FITTED, background.FREE, background.CITED, background.ASSUMED)
    assert told == [len(PARAMETERS), *(kinds[kind] for kind in order)]


def test_plausibility_page_was_written_by_this_version() -> None:
    text = pages.between(plausibility.PAGE.read_text(encoding="utf-8"), plausibility.MARKER)
    assert f"Wifaq {__version__}," in text
