"""The command line: reads options, calls the package, prints, sets the exit status. No logic.

Heavy imports are inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import atexit
import codecs
import gc
import io
import os
import re
import sys
import warnings
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli.advise import advise
from simulation.cli.common import (
    BAD_INPUT,
    FAILED,
    Debug,
    Executor,
    Focal,
    Lang,
    NoBar,
    One,
    Seed,
    Sets,
    Source,
    Tables,
    command,
    console,
    errors,
    get_ready,
    progress,
    tell_failures,
    tell_of_kernels,
)
from simulation.cli.evidence import backtest, deals, instruments, score
from simulation.cli.explain import explain
from simulation.cli.files import live_world, new, notebooks
from simulation.cli.opportunities import opportunities
from simulation.errors import FailedReplicates, Fault, InputError

if TYPE_CHECKING:
    from simulation.scenario.schema import Scenario

_COLLECT = 50_000, 20, 20
"""Of new objects, and of collections of them, before the next: what libraries make when they load stays, and looking
through it after every 700 costs a sixth of the start."""

_PLAINER = {"\u2212": "-", "\u202f": " "}
"""Signs that an old terminal lacks, and what it shows for them."""

app = typer.Typer(
    help="Wifaq: forecast a state's AI-governance cooperation from a scenario file.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


Topic = StrEnum("Topic", "scenarios parameters mechanisms actors blocs instruments metrics hooks")
"""What can be listed."""
Grouping = StrEnum("Grouping", "region camp kind")
"""What charts of actors can group by."""


def _get_ready(context: typer.Context, workers: int | None) -> int | None:
    """Workers load while the command does, unless one replicate is asked for: that is done here, but for the charts."""
    given = context.params
    if workers is not None or given.get("replicates") != 1:
        return get_ready(workers)
    draws = any(option.name == "charts" for option in context.command.params)
    if draws and given.get("charts", True) and given.get("time_limit") is None:  # with a limit it is done elsewhere
        from simulation.experiments.engine.executors import get_ready_to_draw

        get_ready_to_draw()
    return None


Replicates = Annotated[int | None, typer.Option(help="Number of replicates; default: the scenario's.")]
By = Annotated[Grouping, typer.Option(help="What charts of actors group by; camps are by treaty.")]
Several = Annotated[
    int | None, typer.Option(help="Processes; default: one a usable core, for a few runs one.", callback=_get_ready)
]
Limit = Annotated[
    float | None, typer.Option("--time-limit", metavar="SECONDS", help="Seconds a replicate may take; default: any.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors and the folder's name.")]


@app.command()
def run(
    scenario: One,
    replicates: Replicates = None,
    seed: Seed = None,
    sets: Sets = None,
    focal: Focal = None,
    parameters: Source = "prior",
    workers: Several = None,
    time_limit: Limit = None,
    out: Annotated[Path | None, typer.Option(help="Result folder; default: results/SCENARIO/RUN.")] = None,
    charts: Annotated[bool, typer.Option("--charts/--no-charts", help="Draw the charts.")] = True,
    by: By = Grouping.region,
    contrasts: Annotated[
        bool,
        typer.Option("--contrasts/--no-contrasts", help="Compare with a world without fragmentation, without rivalry."),
    ] = True,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Forecast: run the replicates, print the focal state's table, write the result folder."""
    with errors(debug):
        from simulation.display import PICTURES
        from simulation.experiments.engine import store
        from simulation.experiments.engine.executors import workers_for
        from simulation.experiments.results import RESULTS
        from simulation.experiments.run import CONTRASTS
        from simulation.experiments.run import run as run_scenario

        if out is not None:
            store.check_target(out)
        else:
            store.check_writable(RESULTS)
        loaded = _load(scenario, sets, focal, replicates, seed, quiet)
        with progress(quiet) as bar:
            results = run_scenario(
                loaded,
                workers=workers,
                progress=bar,
                contrasts=CONTRASTS if contrasts else (),
                parameters=parameters,
                command=command(),
                time_limit=time_limit,
            )
        there_already = out is None and results.default_folder().exists()
        folder = results.save(out, charts=charts, by=by.value, workers=workers_for(len(PICTURES), workers))
        if not quiet:
            from simulation.report.terminal import print_results

            print_results(results, console())
        known = " (the same run was there; replaced)" if there_already and not quiet else ""
        typer.echo(str(folder) if quiet else f"Results: {folder}{known}")
        tell_failures(results.failures)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Scenarios or sweeps, by file or name.")],
    debug: Debug = False,
) -> None:
    """Validate scenario and sweep files; every fault is told with its place."""
    with errors(debug):
        from simulation.experiments.check import check_files

        notes: list[Fault] = []
        faults = check_files(files, notes)
        if faults:
            raise InputError(faults)
        for note in notes:
            typer.echo(str(note), err=True)
        typer.echo(f"{len(files)} of {len(files)} files are good")


@app.command("list")
def list_names(
    topic: Annotated[Topic, typer.Argument(metavar="TOPIC", help="What to list.")],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these, with all there is to tell.")
    ] = None,
    debug: Debug = False,
) -> None:
    """List what can be named in a scenario."""
    with errors(debug):
        from simulation.report.listing import listing

        screen = console()
        if names or screen.is_terminal:
            screen.print(listing(topic.value, names or (), screen.width))
        else:  # a pipe or a file has no edge
            screen.print(listing(topic.value, width=None), soft_wrap=True)


@app.command()
def compare(
    scenarios: Annotated[list[Path], typer.Argument(metavar="SCENARIO", help="Two or more; files or names.")],
    replicates: Replicates = None,
    seed: Seed = None,
    sets: Sets = None,
    focal: Focal = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="METRIC", help="What to compare, of `wifaq list metrics`; may be repeated."),
    ] = None,
    quarters: Annotated[
        list[str] | None,
        typer.Option("--quarter", metavar="QUARTER", help="When to compare; default: milestones and the horizon."),
    ] = None,
    precision: Annotated[
        float | None,
        typer.Option(min=1e-6, help="Half-width wanted of each interval: says how many more replicates that needs."),
    ] = None,
    parameters: Source = "prior",
    workers: Several = None,
    out: Tables = None,
    quiet: NoBar = False,
    debug: Debug = False,
) -> None:
    """Put scenarios side by side and contrast them with the first, replicate by replicate under the same luck."""
    with errors(debug):
        from simulation.experiments.analysis.contrasts import check_precision
        from simulation.experiments.compare import compare as compare_scenarios
        from simulation.report.comparison import print_comparison

        check_precision(precision)
        loaded = [_load(path, sets, focal, replicates, seed, quiet) for path in scenarios]
        with progress(quiet) as bar:
            comparison = compare_scenarios(
                loaded,
                metrics=metrics or (),
                quarters=quarters or (),
                parameters=parameters,
                workers=workers,
                progress=bar,
                out=out,
            )
        print_comparison(comparison, console(), precision)
        if out is not None:
            typer.echo(f"Tables: {out}")
        tell_failures(comparison.failures)


@app.command()
def spread(
    scenario: One,
    draws: Annotated[int, typer.Option(min=2, help="Draws of the free parameters.")] = 10,
    lucks: Annotated[int, typer.Option(min=2, help="Replicates a draw.")] = 4,
    seed: Seed = None,
    sets: Sets = None,
    focal: Focal = None,
    workers: Several = None,
    out: Annotated[Path | None, typer.Option(help="Folder for tables and charts; default: none is written.")] = None,
    quiet: NoBar = False,
    debug: Debug = False,
) -> None:
    """Run a scenario under each rival rule: how much the choice of rule, parameters and chance matter."""
    with errors(debug):
        from simulation.experiments.spread import spread as run_spread
        from simulation.report.spread import print_spread

        loaded = _load(scenario, sets, focal, None, seed, quiet)
        with progress(quiet) as bar:
            result = run_spread(loaded, draws=draws, lucks=lucks, workers=workers, progress=bar, out=out)
        print_spread(result, console())
        tell_failures(result.failures)


@app.command()
def sweep(
    file: Annotated[Path, typer.Argument(metavar="SWEEP", help="YAML file, or name of a shipped sweep.")],
    replicates: Replicates = None,
    samples: Annotated[int | None, typer.Option(help="Samples of the design; default: the sweep's.")] = None,
    seed: Seed = None,
    sets: Sets = None,
    focal: Focal = None,
    workers: Several = None,
    executor: Executor = "local",
    out: Annotated[Path | None, typer.Option(help="Folder; default: results/SWEEP/ID.")] = None,
    max_runs: Annotated[int, typer.Option(help="More runs than this are refused.")] = 100_000,
    time_limit: Limit = None,
    chunk_size: Annotated[int | None, typer.Option(help="Runs a file; the results do not depend on it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the design, the runs, time and disk.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Run a sweep, or what is missing of it: give the same command again to go on."""
    with errors(debug):
        from simulation.experiments.sweep import sweep as run_sweep
        from simulation.experiments.sweeps.load import load_sweep
        from simulation.experiments.sweeps.plan import make_plan

        _tell_shadowed(file)
        loaded = load_sweep(file, sets=sets or (), focal=focal, replicates=replicates, samples=samples, seed=seed)
        plan = make_plan(loaded, max_runs)
        if dry_run:
            from simulation.experiments.sweeps.dry_run import describe_expectation, describe_plan, expect

            tell_of_kernels(quiet)
            typer.echo(describe_plan(plan))
            typer.echo(describe_expectation(expect(plan, workers)))
            return
        with progress(quiet) as bar:
            results = run_sweep(
                plan,
                out=out,
                workers=workers,
                executor=executor,
                time_limit=time_limit,
                chunk_size=chunk_size,
                progress=bar,
            )
        if not quiet:
            from simulation.report.sweep import print_sweep

            print_sweep(results, console())
        typer.echo(str(results.folder) if quiet else f"Results: {results.folder}")
        tell_failures(results.failures)


@app.command()
def analyse(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished sweep.")],
    metric: Annotated[str, typer.Option(help="Which metric of the focal state.")] = "commitments_kept",
    quarter: Annotated[str | None, typer.Option(help="When; default: the last quarter.")] = None,
    above: Annotated[float | None, typer.Option(help="Of interest: means above this.")] = None,
    below: Annotated[float | None, typer.Option(help="Of interest: means below this; default: the lowest quarter.")] = (
        None
    ),
    debug: Debug = False,
) -> None:
    """Sensitivity indices, replicate noise and scenario boxes of a sweep."""
    with errors(debug):
        from simulation.experiments.analyse import analyse as analyse_sweep
        from simulation.experiments.analyse import write as write_analysis
        from simulation.experiments.sweeps.results import SweepResults
        from simulation.report.analysis import print_analyses

        result = analyse_sweep(SweepResults.open(folder), metric, quarter, above, below)
        print_analyses(result, console())
        typer.echo(f"Tables: {write_analysis(result, folder)}")


@app.command()
def report(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR", help="Result folders; others are compared with the first.")
    ],
    lang: Lang = "en",
    brief: Annotated[bool, typer.Option("--brief", help="One page of PDF in place of the whole report.")] = False,
    explore: Annotated[bool, typer.Option("--explore", help="A page to explore runs and sweeps by hand.")] = False,
    docx: Annotated[bool, typer.Option("--docx", help="The report as a file of Word.")] = False,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="The tables of the report as a workbook of Excel.")] = False,
    by: By = Grouping.region,
    out: Annotated[Path | None, typer.Option(help="The file; default: report_LANG.html in the first folder.")] = None,
    debug: Debug = False,
) -> None:
    """Write a report to pass on: one HTML file, or what one of the options names in its place."""
    with errors(debug):
        from simulation.report.write import report as write_report

        forms = {"brief": brief, "explore": explore, "docx": docx, "xlsx": xlsx}
        asked = [form for form, wanted in forms.items() if wanted] or ["page"]
        if len(asked) > 1:
            raise InputError(f"--{asked[1]}: cannot stand beside --{asked[0]}; give one of them at a time")
        typer.echo(f"Report: {write_report(folders, language=lang, form=asked[0], by=by.value, out=out)}")


def main() -> None:
    """Entry point of the ``wifaq`` command."""
    for name in ("stdout", "stderr"):  # closed by whoever wants none
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    codecs.register_error("plainer", _plainer)
    for stream in (sys.stdout, sys.stderr):  # of an old terminal; nothing fails for it
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plainer")
    warnings.simplefilter("ignore", FailedReplicates)  # a command tells of each
    gc.set_threshold(*_COLLECT)
    atexit.register(gc.freeze)  # a process that ends need not look through all that it has imported
    _refuse_empty(sys.argv)
    try:
        app(prog_name="wifaq")
    except OSError as error:
        if "--help" not in sys.argv:  # commands tell of their own, with where it happened if asked
            raise
        typer.echo(f"failed: help cannot be printed: {error.strerror}", err=True)
        sys.exit(FAILED)


def _plainer(error: UnicodeError) -> tuple[str, int]:
    """For signs that an old terminal lacks, ?; but a number never loses its minus."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_PLAINER.get(sign, "?") for sign in lost), error.end


def _refuse_empty(arguments: list[str]) -> None:
    """An argument without a text is most often a variable of the shell that is not set; as a path, this folder."""
    for before, text in pairwise(arguments):
        if not text or re.fullmatch("--[a-z-]+=", text):
            name = text.rstrip("=") or before
            typer.echo(f"{name}: an empty text stands after it; leave it out or name one", err=True)
            sys.exit(BAD_INPUT)


def _load(
    path: Path, sets: list[str] | None, focal: str | None, replicates: int | None, seed: int | None, quiet: bool
) -> Scenario:
    from simulation.experiments.ask import load
    from simulation.scenario.remarks import remarks

    _tell_shadowed(path)
    scenario = load(path, sets=sets or (), focal=focal, replicates=replicates, seed=seed)
    for remark in () if quiet else remarks(scenario):
        typer.echo(f"note: {path}: {remark}", err=True)
    return scenario


def _tell_shadowed(path: Path) -> None:
    """Say which file a name stands for, where there are two."""
    from simulation.scenario.shipped import find, shadowed

    if hidden := shadowed(str(path)):
        typer.echo(f"note: {find(str(path))} of this folder is taken, not the shipped {hidden}", err=True)


for _command in (instruments, deals, score, backtest, explain, opportunities, new, notebooks, advise):
    app.command()(_command)
app.command("app")(live_world)
