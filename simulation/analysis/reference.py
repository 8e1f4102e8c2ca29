"""Write the reference pages of docs/ from the registries: parameters, mechanisms, metrics.

``python -m simulation.analysis.reference`` writes ``docs/parameters.md``, ``docs/mechanisms.md``
and ``docs/metrics.md``; a test says when they are out of date.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from simulation.analysis.pages import table
from simulation.outcomes import METRICS
from simulation.outcomes.metrics import format_bounds
from simulation.scenario.mechanisms import MECHANISMS
from simulation.scenario.parameters import PARAMETERS

DOCS = Path(__file__).parents[2] / "docs"
SECTIONS: Mapping[str, str] = {
    "C.1": "Issue space",
    "C.2": "Deals",
    "C.3": "Rivalry and concessions",
    "C.4": "Trust",
    "C.5": "Compliance",
    "C.6": "Blocs",
    "C.7": "Instruments",
    "C.8": "Forum choice",
    "C.9": "Diffusion",
    "C.10": "Firms",
    "C.11": "Think tanks",
    "C.12": "NGOs",
    "C.13": "Influencers and publics",
    "C.14": "Harm",
    "C.15": "Capacity and budget",
    "C.16": "Learning",
    "C.17": "Fragmentation",
    "C.18": "Trilateral deals and the table of actors",
    "E": "Outcomes",
}
"""Sections of the model description, in its order."""
_NOTE = "Written by `python -m simulation.analysis.reference`; do not edit.\n"


def parameters_page() -> str:
    """Every number of the model, by section."""
    lines = [
        "# Parameters\n",
        _NOTE,
        "A scenario changes one under `parameters:`, a command with `--set parameters.NAME=VALUE`. "
        "Sections are those of [ODD.md](ODD.md). Source *calibrated*: a free parameter; "
        "[calibration.md](calibration.md) tells how its default was set, [posterior.md](posterior.md) what the record "
        "says of it. *Assumption*: nothing but judgement "
        "stands behind it.\n",
    ]
    order = list(SECTIONS)
    entries = sorted(PARAMETERS.values(), key=lambda entry: order.index(entry.section))
    for section, group in groupby(entries, key=lambda entry: entry.section):
        rows = [
            (f"`{p.name}`", f"{p.default:g}", f"{p.low:g} to {p.high:g}", p.unit, p.meaning, p.source)
            for p in group
        ]
        lines += [f"## {section} {SECTIONS[section]}\n"]
        lines += [table(("name", "default", "range", "unit", "meaning", "source"), rows)]
    return "\n".join(lines)


def mechanisms_page() -> str:
    """Every switch and every choice between rival rules."""
    rows = [
        (f"`{m.name}`", m.section, " / ".join(m.options), m.claims or "–", m.meaning)
        for m in MECHANISMS.values()
    ]
    return "\n".join(
        [
            "# Mechanisms\n",
            _NOTE,
            "A scenario turns one under `mechanisms:`, a command with `--set mechanisms.NAME=off`. The first "
            "option is the default. Claims are numbered as in the ledger of the model description.\n",
            table(("name", "section", "options", "claims", "meaning"), rows),
        ]
    )


def metrics_page() -> str:
    """Every built-in outcome."""
    lines = [
        "# Metrics\n",
        _NOTE,
        "What a run records, each quarter. *On request*: name it under `record: metrics:`, or say `all`. "
        "`@metric` adds one of your own.\n",
    ]
    for level, title in (("actor", "Of an actor"), ("system", "Of the world")):
        rows = [
            (
                f"`{m.name}`",
                m.unit,
                format_bounds(m.bounds),
                m.formula,
                "always" if m.default else "on request",
            )
            for m in METRICS.values()
            if m.level == level and not m.custom
        ]
        lines += [f"## {title}\n", table(("name", "unit", "bounds", "formula", "recorded"), rows)]
    return "\n".join(lines)


PAGES: Mapping[str, Callable[[], str]] = {
    "parameters.md": parameters_page,
    "mechanisms.md": mechanisms_page,
    "metrics.md": metrics_page,
}
"""Name of each page, and what writes it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the pages."""
    parser = argparse.ArgumentParser(prog="python -m simulation.analysis.reference", description=__doc__)
    parser.add_argument("--out", type=Path, default=DOCS, help="the folder to write into")
    folder = parser.parse_args(arguments).out
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        (folder / name).write_text(write(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
