"""The command line: reads options, calls the package, prints, sets the exit status. No logic.

Heavy imports are inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.errors import InputError, WifaqError

if TYPE_CHECKING:
    from rich.console import Console

    from simulation.scenario.schema import Scenario

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses."""
PROGRESS_AFTER = 2.0  # seconds without an answer after which a person wants to see something move

app = typer.Typer(
    help="Wifaq: forecast a state's AI-governance cooperation from a scenario file.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class Topic(StrEnum):
    """What can be listed."""

    scenarios = "scenarios"
    parameters = "parameters"
    mechanisms = "mechanisms"
    actors = "actors"
    blocs = "blocs"
    instruments = "instruments"
    metrics = "metrics"
    hooks = "hooks"


Replicates = Annotated[int | None, typer.Option(help="Number of replicates; default: the scenario's.")]
Seed = Annotated[int | None, typer.Option(help="Seed; default: the scenario's.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the scenario, e.g. strategy.budget=2."),
]
Focal = Annotated[str | None, typer.Option(metavar="ISO3", help="Focal state; default: the scenario's.")]
Workers = Annotated[int | None, typer.Option(help="Processes; default: one a usable core.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors and the folder's name.")]


@app.command()
def run(
    scenario: Annotated[Path, typer.Argument(help="Scenario file (YAML).")],
    replicates: Replicates = None,
    seed: Seed = None,
    sets: Sets = None,
    focal: Focal = None,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option(help="Result folder; default: results/SCENARIO/RUN.")] = None,
    charts: Annotated[bool, typer.Option("--charts/--no-charts", help="Draw the charts.")] = True,
    contrasts: Annotated[
        bool,
        typer.Option("--contrasts/--no-contrasts", help="Compare with a world without fragmentation or rivalry."),
    ] = True,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Forecast: run the replicates, print the focal state's table, write the result folder."""
    with _errors(debug):
        from simulation.experiments import store
        from simulation.running import CONTRASTS
        from simulation.running import run as run_scenario

        if out is not None:
            store.check_target(out)
        loaded = _load(scenario, sets, focal, replicates, seed)
        with _progress(quiet) as progress:
            results = run_scenario(
                loaded,
                workers=workers,
                progress=progress,
                contrasts=CONTRASTS if contrasts else (),
                command=_command(),
            )
        there_already = out is None and results.default_folder().exists()
        folder = results.save(out, charts=charts)
        if not quiet:
            from simulation.report.terminal import print_results

            print_results(results, _console())
        known = " (the same run was there; replaced)" if there_already and not quiet else ""
        typer.echo(str(folder) if quiet else f"Results: {folder}{known}")
        _tell_failures(results.failures, debug)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Scenario files.")],
    debug: Debug = False,
) -> None:
    """Validate scenario files; every fault is told with its place."""
    with _errors(debug):
        from simulation.scenario.load import load_scenario

        faults = []
        for file in files:
            try:
                load_scenario(file)
                typer.echo(f"{file}: ok")
            except InputError as error:
                faults += error.faults
        if faults:
            raise InputError(faults)


@app.command("list")
def list_names(
    topic: Annotated[Topic, typer.Argument(help="What to list.")],
    debug: Debug = False,
) -> None:
    """List what can be named in a scenario."""
    with _errors(debug):
        from simulation.report.listing import listing

        _console().print(listing(topic.value))


@app.command()
def compare(
    scenarios: Annotated[list[Path], typer.Argument(metavar="SCENARIO...", help="Two scenario files or more.")],
    replicates: Replicates = None,
    seed: Seed = None,
    sets: Sets = None,
    focal: Focal = None,
    workers: Workers = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
    debug: Debug = False,
) -> None:
    """Contrast scenarios with the first, replicate by replicate under the same luck."""
    with _errors(debug):
        from simulation.comparing import compare as compare_scenarios
        from simulation.report.comparison import print_comparison

        loaded = [_load(path, sets, focal, replicates, seed) for path in scenarios]
        with _progress(quiet) as progress:
            comparison = compare_scenarios(loaded, workers=workers, progress=progress)
        print_comparison(comparison, _console())
        _tell_failures(comparison.failures, debug)


def main() -> None:
    """Entry point of the ``wifaq`` command."""
    app(prog_name="wifaq")
