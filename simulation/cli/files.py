"""The commands that hand out files to start from. No logic."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


def add_files(app: typer.Typer, errors: Callable[[bool], AbstractContextManager[None]]) -> None:
    """Add ``new`` and ``notebooks`` to the command line; ``errors`` tells what goes wrong."""

    @app.command()
    def new(
        name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the scenario; NAME.yaml is written here.")],
        debug: Debug = False,
    ) -> None:
        """Write a commented scenario to start from."""
        with errors(debug):
            from simulation.experiments.starters import new_scenario

            path = new_scenario(name)
            typer.echo(f"{path}: open it in an editor and change what you want changed. Then:")
            file = shlex.quote(str(path))
            for command in (f"check {file}", f"run {file} --replicates 20", f"compare baseline {file} --replicates 50"):
                typer.echo(f"  wifaq {command}")

    @app.command()
    def notebooks(
        folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where they go; made if it is not there.")],
        debug: Debug = False,
    ) -> None:
        """Copy the notebooks into a folder."""
        with errors(debug):
            from simulation.experiments.starters import copy_notebooks

            for path in copy_notebooks(folder):
                typer.echo(str(path))
            typer.echo(f"To open them: pip install 'wifaq[notebooks]', then jupyter lab {folder}")
