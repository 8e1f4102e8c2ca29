"""Write the tables of docs/results/deals.md: what the dated list of AI deals can bear.

``python -m simulation.evidence.deals.deal_page`` does; another list is named by a scenario with records of
its own, another searched country by that scenario's focal state.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from simulation.data.world import World
from simulation.display import pages
from simulation.evidence.deals import deals
from simulation.scenario import shipped
from simulation.scenario.checks import world_of
from simulation.scenario.load import load_scenario

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "results" / "deals.md"
BASELINE = shipped.folder() / "baseline.yaml"
MARKER = "deals"


def render(world: World, searched: str) -> str:
    """The estimated part of the page, as Markdown."""
    data = deals.history(world, searched)
    top, weights = deals.estimate(data)
    found = deals.reporting(world, searched, weights)
    name = world.names[world.ids.index(searched)]
    yearly = deals.yearly(world, searched)
    never = [str(row["partner"]).replace("_", " ") for row in yearly.to_dict("records") if row["deals"] == 0]
    return "\n".join(
        [
            "Written by `python -m simulation.evidence.deals.deal_page`; do not edit this part.\n",
            f"{len(data.events)} deals among {len(world.ids)} actors up to {world.as_of}; the searched country is "
            f"{name}. Log-likelihood {top.log_likelihood:.1f}, without any weight {top.null:.1f}.\n",
            _weights(weights),
            "Deals in the list, and the chance of one being recorded against that of two states that were not "
            "searched:\n",
            _reporting(found.table, name),
            f"A deal elsewhere is recorded with {_range(found.coverage, found.coverage_low, found.coverage_high)} of "
            f"the chance of one of {name}. Searched alike, the world would have shown "
            f"{found.implied[0]:.0f} [{found.implied[1]:.0f}–{found.implied[2]:.0f}] deals in place of "
            f"{len(data.events)}.\n",
            f"Deals of {name} a year by kind of partner, 90 % intervals of a Poisson rate:\n",
            _yearly(yearly),
            f"Of {', '.join(never)} the list shows no deal with the state: their rates rest on priors alone, "
            "and the list only bounds them from above.\n",
        ]
    )


def _weights(weights: pd.DataFrame) -> str:
    rows = [
        (
            row["effect"],
            row["of"],
            f"{row['weight']:+.2f}",
            f"{row['standard_error']:.2f}",
            f"{row['low']:+.2f} to {row['high']:+.2f}",
            f"{row['prior_sd']:g}",
            row["rests_on"],
        )
        for row in weights.to_dict("records")
    ]
    head = ("effect", "of", "weight", "s.e.", "90 % profile interval", "spread of the prior", "rests on")
    return pages.table(head, rows)


def _reporting(table: pd.DataFrame, name: str) -> str:
    rows = [
        (
            row["parties"],
            row["searched"],
            row["other"],
            _range(row["ratio"], row["low"], row["high"]) if row["low"] < row["high"] else "1",
            row["rests_on"],
        )
        for row in table.to_dict("records")
    ]
    return pages.table(("parties", f"with {name}", "others", "relative chance", "rests on"), rows)


def _yearly(table: pd.DataFrame) -> str:
    rows = [
        (
            str(row["partner"]).replace("_", " "),
            row["deals"],
            f"{row['rate']:.2f}",
            f"{row['low']:.2f}–{row['high']:.2f}",
            "list" if row["deals"] else "prior alone",
        )
        for row in table.to_dict("records")
    ]
    years = int(np.max(table["years"]))
    return pages.table(("partner", f"deals in {years} years", "a year", "interval", "rests on"), rows)


def _range(value: float, low: float, high: float) -> str:
    return f"{value:.2f} [{low:.2f}–{high:.2f}]"


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the page."""
    parser = argparse.ArgumentParser(prog="python -m simulation.evidence.deals.deal_page", description=__doc__)
    parser.add_argument("--scenario", type=Path, default=BASELINE, help="whose world and focal state")
    parser.add_argument("--out", type=Path, default=PAGE, help="the page, which must have the markers")
    chosen = parser.parse_args(arguments)
    scenario = load_scenario(chosen.scenario)
    pages.replace_between(chosen.out, MARKER, render(world_of(scenario), scenario.focal))


if __name__ == "__main__":
    main()
