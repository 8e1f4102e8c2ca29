"""The commands to begin with: files to start from, and the live world. No logic."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from simulation.cli.common import Debug, Lang, errors, tell_of_kernels


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


def live_world(
    scenario: Annotated[
        str, typer.Argument(metavar="[SCENARIO]", help="YAML file, or name of a shipped scenario.")
    ] = "baseline",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of 127.0.0.1; default: a free one.")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    lang: Lang = "en",
    folder: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The only folder read and written; default: one that goes at the end."),
    ] = None,
    debug: Debug = False,
) -> None:
    """Play with a world in the browser, on this machine alone: step it, change it, forecast, compare."""
    with errors(debug):
        from simulation.app.serve import serve

        tell_of_kernels()
        serve(scenario, port=port, browser=browser, language=lang, folder=folder, tell=typer.echo)
