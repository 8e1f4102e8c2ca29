"""The command that opens the live world. No logic."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


def add_app(app: typer.Typer, errors: Callable[[bool], AbstractContextManager[None]]) -> None:
    """Add ``app`` to the command line; ``errors`` tells what goes wrong."""

    @app.command("app")
    def live_world(
        scenario: Annotated[
            str, typer.Argument(metavar="[SCENARIO]", help="YAML file, or name of a shipped scenario.")
        ] = "baseline",
        port: Annotated[int, typer.Option(min=0, max=65535, help="Port of 127.0.0.1; default: a free one.")] = 0,
        browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
        lang: Annotated[str, typer.Option(help="Language: en, fr or ar.")] = "en",
        folder: Annotated[
            Path | None,
            typer.Option(metavar="DIR", help="The only folder read and written; default: one that goes at the end."),
        ] = None,
        debug: Debug = False,
    ) -> None:
        """Play with a world in the browser, on this machine alone: step it, change it, forecast, compare."""
        with errors(debug):
            from simulation.app.serve import serve

            serve(scenario, port=port, browser=browser, language=lang, folder=folder, tell=typer.echo)
