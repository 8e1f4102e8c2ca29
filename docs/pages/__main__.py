"""Write the generated pages of docs/: ``python -m simulation.manual``; a test says when one is out of date."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from simulation.manual.api import api_page
from simulation.manual.commands import commands_page
from simulation.manual.keys import keys_page
from simulation.manual.names import names_page
from simulation.manual.registries import hooks_page, mechanisms_page, metrics_page, parameters_page
from simulation.manual.scenarios import scenarios_page

DOCS = Path(__file__).parents[2] / "docs"
PAGES: Mapping[str, Callable[[], str]] = {
    "api.md": api_page,
    "commands.md": commands_page,
    "hooks.md": hooks_page,
    "keys.md": keys_page,
    "mechanisms.md": mechanisms_page,
    "metrics.md": metrics_page,
    "names.md": names_page,
    "parameters.md": parameters_page,
    "scenarios.md": scenarios_page,
}
"""Name of each page, and what writes it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the pages."""
    parser = argparse.ArgumentParser(prog="python -m simulation.manual", description=__doc__)
    parser.add_argument("--out", type=Path, default=DOCS, help="the folder to write into")
    folder = parser.parse_args(arguments).out
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        (folder / name).write_text(write(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
