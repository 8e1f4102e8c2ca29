"""The page of what can be named in a scenario: blocs, instruments, organisations."""

from __future__ import annotations

from itertools import groupby

from docs.pages import NOTE
from simulation.display.pages import table
from simulation.scenario.listing import Row, list_actors, list_blocs, list_instruments

_TOP = """\
Ids of the world on the last day of the record. `wifaq list blocs`, `wifaq list instruments` and `wifaq list actors`
print them with more columns. States are named by their ISO 3166 alpha-3 code; where each stands is in
[world.md](world.md). Figures and their sources: [SOURCES.md](../../simulation/data/SOURCES.md).
"""
_KINDS = {
    "firm": "Firms",
    "think_tank": "Think tanks",
    "ngo": "NGOs",
    "influencer": "Influencers (archetypes, never persons)",
    "secretariat": "Secretariats",
}


def names_page() -> str:
    """Blocs, instruments and actors that are no states, by id."""
    lines = ["# Blocs, instruments, organisations\n", NOTE, _TOP, "## Blocs\n", _blocs()]
    lines += ["## Instruments\n", _instruments()]
    others = [row for row in list_actors() if row["kind"] in _KINDS]
    for kind, rows in groupby(others, key=lambda row: str(row["kind"])):
        lines += [f"## {_KINDS[kind]}\n", _organisations(list(rows))]
    return "\n".join(lines)


def _blocs() -> str:
    rows = [
        (f"`{r['id']}`", r["name"], r["members"], f"{r['rule']} ({r['threshold']:g})",
         r["agenda_rate"], r["depth"], r["enforcement"])
        for r in list_blocs()
    ]  # fmt: skip
    return table(("id", "name", "members", "rule (share of yes)", "agenda a quarter", "depth", "enforcement"), rows)


def _instruments() -> str:
    rows = [
        (f"`{r['id']}`", r["title"], r["domain"], "yes" if r["binding"] else "no", r["opens"],
         "yes" if r["open"] else "no", f"{r['joined']} of {r['eligible']}")
        for r in list_instruments()
    ]  # fmt: skip
    return table(("id", "title", "domain", "binding", "opened", "open", "joined"), rows)


def _organisations(rows: list[Row]) -> str:
    cells = [(f"`{r['id']}`", r["name"], r["home"] or "–", "core" if r["core"] else "full") for r in rows]
    return table(("id", "name", "home", "roster"), cells)
