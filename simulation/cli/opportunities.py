"""The command that ranks whom the focal state could turn to next. No logic."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

Bar = Callable[[bool], AbstractContextManager[Callable[[int, int], None] | None]]
Focal = Annotated[str | None, typer.Option(metavar="STATE", help="Focal state (code or name); default: as it says.")]
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
Seed = Annotated[int | None, typer.Option(help="Seed; default: the scenario's.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the scenario, e.g. strategy.budget=2."),
]
Source = Annotated[
    str, typer.Option(help="prior: each replicate draws the free parameters; defaults: all as the scenario says.")
]


def get_ready(workers: int | None) -> int | None:
    """Workers load while the command does."""
    from simulation.experiments.engine.executors import get_ready as load  # here: most commands have no workers

    return load(workers)


Workers = Annotated[int | None, typer.Option(help="Processes; default: one a usable core.", callback=get_ready)]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for both tables; default: none.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress bar.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


def add_opportunities(
    app: typer.Typer,
    errors: Callable[[bool], AbstractContextManager[None]],
    progress: Bar,
    console: Callable[[], Console],
    command: Callable[[], str],
    tell_failures: Callable[[Any], None],
) -> None:
    """Add ``opportunities`` to the command line.

    ``errors`` tells what goes wrong, ``progress`` how far it is, ``command`` what was typed; ``tell_failures`` names
    replicates that failed, and ``console`` is where text goes.
    """

    @app.command()
    def opportunities(
        scenario: Annotated[Path, typer.Argument(metavar="SCENARIO", help="YAML file, or name of a shipped scenario.")],
        focal: Focal = None,
        by: By = None,
        criterion: Criterion = "value",
        replicates: Replicates = None,
        seed: Seed = None,
        sets: Sets = None,
        parameters: Source = "prior",
        workers: Workers = None,
        out: Out = None,
        quiet: Quiet = False,
        debug: Debug = False,
    ) -> None:
        """Say with whom next: what a deal with each candidate would bring, at what price, and which are ties."""
        with errors(debug):
            from simulation.experiments.opportunities import REPLICATES
            from simulation.experiments.opportunities import opportunities as find_opportunities
            from simulation.report.opportunities import print_opportunities

            with progress(quiet) as bar:
                result = find_opportunities(
                    scenario, focal=focal, by=by, criterion=criterion, seed=seed, sets=sets or (),
                    replicates=REPLICATES if replicates is None else replicates, parameters=parameters,
                    workers=workers, progress=bar, command=command(), out=out,
                )  # fmt: skip
            print_opportunities(result, console())
            if out is not None:
                typer.echo(f"Tables: {out}")
            tell_failures(result.failures)
