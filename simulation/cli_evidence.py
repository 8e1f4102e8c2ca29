"""The commands on evidence: who joins which instrument, and how past forecasts scored. No logic."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

DEBUG = typer.Option(False, "--debug", help="Show the traceback of an error.")


def add_evidence(app: typer.Typer, errors: Callable[[bool], AbstractContextManager[None]]) -> None:
    """Add ``instruments`` and ``backtest`` to the command line; ``errors`` tells what goes wrong."""

    @app.command()
    def instruments(
        file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML file that describes instruments.")],
        as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="What is known: nothing dated later.")],
        by: Annotated[str, typer.Option("--by", metavar="DATE", help="Forecast: who will have joined by this day.")],
        out: Annotated[Path | None, typer.Option(help="CSV file to write; default: standard output.")] = None,
        debug: bool = DEBUG,
    ) -> None:
        """Probability that each eligible state joins, for instruments described in a file."""
        with errors(debug):
            from simulation.evidence.instrument_table import forecast_file

            text = forecast_file(file, as_of, by, out)
            if out is None:
                typer.echo(text, nl=False)
            else:
                typer.echo(f"{text.count(chr(10)) - 1} rows: {out}")

    @app.command()
    def backtest(
        as_of: Annotated[
            str | None,
            typer.Option("--as-of", metavar="DATE", help="Only forecasts made on this day; default: several."),
        ] = None,
        out: Annotated[Path | None, typer.Option(help="Folder for the tables and the picture.")] = None,
        debug: bool = DEBUG,
    ) -> None:
        """Score past forecasts of who joins what against simple rivals."""
        with errors(debug):
            from simulation.evidence.backtest import backtest as run_backtest

            typer.echo(run_backtest(as_of, out))
