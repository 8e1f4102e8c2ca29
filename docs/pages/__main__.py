"""Write the pages of docs/reference/: ``python -m docs.pages [--out FOLDER]``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from docs.pages.commands import commands_page
from docs.pages.keys import keys_page
from docs.pages.names import names_page
from docs.pages.python import python_page
from docs.pages.registries import hooks_page, mechanisms_page, metrics_page, parameters_page
from docs.pages.scenarios import scenarios_page
from docs.pages.world import world_page

REFERENCE = Path(__file__).parents[1] / "reference"
PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "hooks.md": hooks_page,
    "keys.md": keys_page,
    "mechanisms.md": mechanisms_page,
    "metrics.md": metrics_page,
    "names.md": names_page,
    "parameters.md": parameters_page,
    "python.md": python_page,
    "scenarios.md": scenarios_page,
    "world.md": world_page,
}
"""Name of each page, and what writes it."""


def write_pages(folder: Path = REFERENCE) -> None:
    """Write every page into a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        (folder / name).write_text(write(), encoding="utf-8", newline="\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the pages."""
    parser = argparse.ArgumentParser(prog="python -m docs.pages", description=__doc__)
    parser.add_argument("--out", type=Path, default=REFERENCE, help="the folder to write into")
    write_pages(parser.parse_args(arguments).out)


if __name__ == "__main__":
    main()
