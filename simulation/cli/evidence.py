"""The commands on evidence: who joins, who makes deals, how past forecasts scored. No logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulation.cli.common import Debug, NoBar, errors, progress, tell_of_kernels


def instruments(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML file that describes instruments.")],
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="What is known: nothing dated later.")],
    by: Annotated[str, typer.Option("--by", metavar="DATE", help="Forecast: who will have joined by this day.")],
    out: Annotated[Path | None, typer.Option(help="CSV file to write; default: standard output.")] = None,
    debug: Debug = False,
) -> None:
    """Probability that each eligible state joins, for instruments described in a file."""
    with errors(debug):
        from simulation.evidence.joins.instrument_table import forecast_file

        text = forecast_file(file, as_of, by, out)
        _note_late(as_of, "only FILE is known")
        _tell_table(text, out)


def deals(
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="What is known: nothing dated later.")],
    by: Annotated[str, typer.Option("--by", metavar="DATE", help="Forecast: signed after that, to this day.")],
    focal: Annotated[
        str | None,
        typer.Option(metavar="STATE", help="Its pairs only (code or name); default: all pairs of states."),
    ] = None,
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kinds", metavar="KIND", help="Kind of partner; may be repeated. Default with --focal: all."),
    ] = None,
    flow: Annotated[
        str, typer.Option(help="recorded: deals that a list will hold; signed: all, recorded or not.")
    ] = "recorded",
    out: Annotated[Path | None, typer.Option(help="CSV file to write; default: standard output.")] = None,
    debug: Debug = False,
) -> None:
    """Probability of a new AI agreement for every pair of states, or of one state with every partner."""
    with errors(debug):
        from simulation.evidence.deals.forecast import deal_table

        tell_of_kernels()
        text = deal_table(as_of, by, focal, kinds, flow, out)
        _note_late(as_of, "nothing is known")
        _tell_table(text, out)


def score(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Forecasts: a register, or what `instruments` or `deals` wrote.")
    ],
    outcomes: Annotated[
        Path, typer.Option(metavar="FILE", help="What happened: id,outcome; instrument,iso3,joined; or a,b[,date].")
    ],
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for the tables; default: none.")] = None,
    debug: Debug = False,
) -> None:
    """Score forecasts against what happened: log score, Brier and its parts, AUC, coverage, and the base rate.

    Of joins, states without a row are left out, unless a row TEXT,*,0 says that no other state joined TEXT. Of
    deals, a row is a signing, and pairs without a row signed nothing.
    """
    with errors(debug):
        from simulation.evidence.score import score_file

        text, warnings = score_file(file, outcomes, out)
        for warning in warnings:
            typer.echo(f"warning: {warning}", err=True)
        _tell_tables(text, out)


def backtest(
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="Only forecasts from the year's end before; default: all."),
    ] = None,
    scenario: Annotated[
        Path | None,
        typer.Option(metavar="SCENARIO", help="Whose focal state is shown apart; default: the baseline."),
    ] = None,
    replicates: Annotated[int, typer.Option(min=0, help="Also runs of the model, so many from each day.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; default: one a core.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables and the picture.")] = None,
    quiet: NoBar = False,
    debug: Debug = False,
) -> None:
    """Score past forecasts of who joins what and who makes deals, against what happened and simple rivals."""
    with errors(debug):
        from simulation.evidence.backtest import backtest as run_backtest

        with progress(quiet) as words:
            text = run_backtest(as_of, scenario, replicates, workers, words, out)
        _tell_tables(text, out)


def _tell_tables(text: str, out: Path | None) -> None:
    """Print tables, and where they were written too."""
    typer.echo(text if out is None else f"{text}\n\nTables: {out}")


def _tell_table(text: str, out: Path | None) -> None:
    """Print a table, or where it was written."""
    typer.echo(text if out is None else f"{text.count(chr(10)) - 1} rows: {out}", nl=out is not None)


def _note_late(as_of: str, known: str) -> None:
    """Say so where a day lies after the end of the record."""
    from simulation.scenario.checks import RECORD_END

    if as_of > str(RECORD_END):  # both are dates of ISO 8601
        typer.echo(f"note: the shipped record ends on {RECORD_END}; of later days {known}", err=True)
