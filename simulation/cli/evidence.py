"""The commands on evidence: who joins which instrument, and how past forecasts scored. No logic."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

Errors = Callable[[bool], AbstractContextManager[None]]
Bar = Callable[[bool], AbstractContextManager[Callable[[int, int], None] | None]]
DEBUG = typer.Option(False, "--debug", help="Show the traceback of an error.")


def add_evidence(app: typer.Typer, errors: Errors, progress: Bar) -> None:
    """Add ``instruments`` and ``backtest``; ``errors`` tells what goes wrong, ``progress`` how far it is."""

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
            from simulation.evidence.joins.instrument_table import forecast_file

            text = forecast_file(file, as_of, by, out)
            _note_late(as_of)
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
        scenario: Annotated[
            Path | None, typer.Option(metavar="SCENARIO", help="Scenario of the runs; default: the baseline.")
        ] = None,
        replicates: Annotated[
            int | None, typer.Option(min=0, help="Runs from each day; default 100, 0 leaves deals out.")
        ] = None,
        workers: Annotated[int | None, typer.Option(min=1, help="Processes; default: one a core.")] = None,
        out: Annotated[Path | None, typer.Option(help="Folder for the tables and the picture.")] = None,
        quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
        debug: bool = DEBUG,
    ) -> None:
        """Score past forecasts of who joins what and who makes deals, against what happened and simple rivals."""
        with errors(debug):
            from simulation.evidence.backtest import backtest as run_backtest

            with progress(quiet) as told:
                text = run_backtest(as_of, scenario, replicates, workers, told, out)
            typer.echo(text)


def _note_late(as_of: str) -> None:
    """Say so where a day lies after the end of the record."""
    from simulation.scenario.checks import RECORD_END

    if as_of > str(RECORD_END):  # both are dates of ISO 8601
        typer.echo(f"note: the shipped record ends on {RECORD_END}; of later days only FILE is known", err=True)
