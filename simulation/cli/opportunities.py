"""The command that ranks whom the focal state could turn to next. No logic."""

from __future__ import annotations

from typing import Annotated

import typer

from simulation.cli.common import (
    Debug,
    Focal,
    NoBar,
    One,
    Seed,
    Sets,
    Source,
    Tables,
    Workers,
    command,
    console,
    errors,
    progress,
    tell_failures,
)

By = Annotated[
    str | None, typer.Option("--by", metavar="DATE", help="Day or quarter of the gains; default: five years on.")
]
Criterion = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Rank by value (kept commitments a unit of budget at P(accepted)), gain_commitments, gain_capacity, "
        "gain_coverage, dependence or p_accept.",
    ),
]
Replicates = Annotated[
    int | None, typer.Option(help="Pairs of replicates that tell each of the best candidates; default: 24.")
]


def opportunities(
    scenario: One,
    focal: Focal = None,
    by: By = None,
    criterion: Criterion = "value",
    replicates: Replicates = None,
    seed: Seed = None,
    sets: Sets = None,
    parameters: Source = "prior",
    workers: Workers = None,
    out: Tables = None,
    quiet: NoBar = False,
    debug: Debug = False,
) -> None:
    """Say with whom next: what a deal with each candidate would bring, at what price, and which are ties."""
    with errors(debug):
        from simulation.experiments.opportunities import REPLICATES
        from simulation.experiments.opportunities import opportunities as find_opportunities
        from simulation.report.opportunities import print_opportunities

        pairs = REPLICATES if replicates is None else replicates
        with progress(quiet) as bar:
            result = find_opportunities(
                scenario, focal=focal, by=by, criterion=criterion, replicates=pairs, seed=seed, sets=sets or (),
                parameters=parameters, workers=workers, progress=bar, command=command(), out=out,
            )  # fmt: skip
        print_opportunities(result, console())
        if out is not None:
            typer.echo(f"Tables: {out}")
        tell_failures(result.failures)
