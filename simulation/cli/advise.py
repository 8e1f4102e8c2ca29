"""The command that compares strategies. No logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulation.cli.common import Debug, Executor, Focal, One, Seed, Workers, console, errors, progress, tell_failures
from simulation.errors import Fault, InputError

Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the scenario, e.g. horizon=2030Q4."),
]
Futures = Annotated[int, typer.Option(metavar="N", help="Futures that every strategy meets.")]
Strategies = Annotated[Path | None, typer.Option(metavar="FILE", help="YAML file of more strategies.")]
Aim = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="What is chosen by: kept_commitments, coverage, capacity, dependence, incidents, overall."
    ),
]
Thresholds = Annotated[
    list[str] | None,
    typer.Option("--threshold", metavar="NAME=VALUE", help="Outcome that satisfies; default: the median as recorded."),
]
Search = Annotated[bool, typer.Option("--optimise", help="Also search for strategies on the same budget; many runs.")]
Evaluations = Annotated[int, typer.Option(metavar="N", help="Strategies that each of three searches tries.")]
Limit = Annotated[
    float | None, typer.Option("--time-limit", metavar="SECONDS", help="Seconds a run may take; default: any.")
]


def advise(
    scenario: One,
    focal: Focal = None,
    futures: Futures = 200,
    strategies: Strategies = None,
    objective: Aim = "kept_commitments",
    thresholds: Thresholds = None,
    optimise: Search = False,
    evaluations: Evaluations = 200,
    seed: Seed = None,
    sets: Sets = None,
    workers: Workers = None,
    executor: Executor = "local",
    time_limit: Limit = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Default: results/SCENARIO/advice-ID.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only errors and the folder's name.")] = False,
    debug: Debug = False,
) -> None:
    """Say which strategy holds in most futures, where it fails, what would change that; run again to go on."""
    with errors(debug):
        from simulation.experiments.advise import advise as run_advise
        from simulation.report.advice import print_advice

        levels = _levels(thresholds or [])
        with progress(quiet) as bar:
            advice = run_advise(
                scenario, focal=focal, futures=futures, strategies=strategies, objective=objective,
                thresholds=levels, search=optimise, evaluations=evaluations, seed=seed,
                sets=sets or (), workers=workers, executor=executor, time_limit=time_limit, progress=bar, out=out,
            )  # fmt: skip
        if not quiet:
            print_advice(advice, console())
        typer.echo(str(advice.folder) if quiet else f"Results: {advice.folder}")
        tell_failures(advice.failures)


def _levels(texts: list[str]) -> dict[str, float]:
    """``NAME=VALUE`` texts as numbers by name."""
    result, faults = {}, []
    for text in texts:
        name, equals, value = text.partition("=")
        try:
            result[name.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            faults.append(Fault("", f"{text!r} is not NAME=VALUE, such as kept_commitments=10", "--threshold"))
    if faults:
        raise InputError(faults)
    return result
