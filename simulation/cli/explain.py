"""The command that explains one run. No logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulation.cli.common import Debug, One, Seed, Sets, console, errors, tell_of_kernels

Who = Annotated[str | None, typer.Option(metavar="ID", help="State (code or name), other actor; default: the focal.")]
Replicate = Annotated[int, typer.Option(help="Number of the replicate, from 0.")]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--events", metavar="KIND", help="Only made, deepened, renewed, refused, broken, ended, joined, "
                 "passed or rejected; may be repeated."),
]  # fmt: skip
Quarters = Annotated[
    list[str] | None, typer.Option("--quarter", metavar="QUARTER", help="Only this quarter; may be repeated.")
]
Partner = Annotated[
    str | None, typer.Option(metavar="ID", help="Only events with this actor, or about this instrument.")
]
Source = Annotated[
    str, typer.Option(help="prior: with the replicate's draw of the free parameters; defaults: without.")
]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for events.csv and terms.csv; default: none.")]

_MANY = 20  # events, several lines each, are more than a screen or two hold


def explain(
    scenario: One,
    actor: Who = None,
    seed: Seed = None,
    replicate: Replicate = 0,
    kinds: Kinds = None,
    quarters: Quarters = None,
    partner: Partner = None,
    sets: Sets = None,
    parameters: Source = "prior",
    out: Out = None,
    debug: Debug = False,
) -> None:
    """Explain one run: why each deal of an actor was made, refused, renewed or ended, each text joined."""
    with errors(debug):
        from simulation.experiments.engine import store
        from simulation.experiments.explain import explain as explain_scenario
        from simulation.report.explanation import print_explanation

        if out is not None:
            store.check_target(out)
        tell_of_kernels()
        result = explain_scenario(
            scenario, actor, seed=seed, replicate=replicate, kinds=kinds or (), quarters=quarters or (),
            partner=partner, parameters=parameters, sets=sets or (),
        )  # fmt: skip
        if out is not None:
            result.save(out)
        print_explanation(result, console())
        if len(result.events) > _MANY and not (kinds or quarters or partner):
            typer.echo(f"note: {len(result.events)} events; --partner, --events and --quarter show fewer", err=True)
        if out is not None:
            typer.echo(f"Tables: {out}")
