"""Weights of what is recorded of a pair in first trust: a logit of agreements on defence.

``python -m simulation.evidence.deals.trust SOURCE_DIR`` prints them, with their standard errors; SOURCE_DIR holds
``agreements/``. Who signs on defence (Kinne 2020) trusts; that enters nothing else of first trust. Size, distance
and the number of events stand beside, so that the tone is not the volume of news. Weights only are shipped, in
``simulation.data.trust``.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import typer

from simulation.data.build import CONFLICT, COOPERATION
from simulation.data.facts import load_facts
from simulation.data.history import load_blocs
from simulation.data.roster import load_roster
from simulation.data.tables import read_csv
from simulation.data.trust import recorded
from simulation.evidence.logistic import fit_logistic
from simulation.intensity.places import TABLES
from simulation.state import F

DAY = date(2014, 12, 31)
"""When the tone of pairs was first known; all else is as of this day too."""
YEARS = (2000, 2010)
"""First and last year of the agreements."""
WEIGHTS = ("tone", "ally", "clubs", "rival", "conflict", "no_relations")


def fit(source: Path) -> dict[str, tuple[float, float]]:
    """Weight and standard error of each of :data:`WEIGHTS`, in log odds of an agreement."""
    signed, given = pairs(source)
    design = np.column_stack([np.ones(len(signed)), *given.values()])
    mode, curvature = fit_logistic(design, signed)
    error = np.sqrt(np.diag(np.linalg.inv(curvature)))
    found = dict(zip(given, zip(mode[1:].tolist(), error[1:].tolist(), strict=True), strict=True))
    return {name: found[name] for name in WEIGHTS}


def pairs(source: Path) -> tuple[F, dict[str, F]]:
    """Whether each pair that the events cover signed on defence, (m,), and by name what is known of it, (m,) each."""
    roster = load_roster("core", DAY, [])
    place, states = roster.place, roster.union
    known = recorded(roster, load_blocs(DAY, place), DAY, [])
    km, events, signed = (np.zeros((states, states)) for _ in range(3))
    for row in read_csv(TABLES / "pairs.csv"):
        km[place[row["iso3_a"]], place[row["iso3_b"]]] = float(row["km"])
    news = _read(source / "agreements" / "dyad_covariates.csv.gz")
    number = np.log1p(news[[COOPERATION, CONFLICT]].sum(axis=1))
    for a, b, much in zip(news["iso3_a"], news["iso3_b"], number, strict=True):
        events[place[a], place[b]] = much
    made = _read(source / "agreements" / "defence.csv.gz")
    made = made[made["year"].between(*YEARS)]
    for a, b in zip(made["iso3_a"], made["iso3_b"], strict=True):
        if max(place.get(a, states), place.get(b, states)) < states:
            signed[place[a], place[b]] = 1.0
    size = np.log(load_facts(DAY)["gdp_usd"])
    covered = np.triu(~np.isnan(known["tone"]), 1)
    beside = {"size": size[:, None] + size, "distance": np.log(np.maximum(km, 1.0)), "events": events}
    return signed[covered], {name: marks[covered] for name, marks in {**beside, **known}.items()}


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def main(source: Path) -> None:
    """Print weights and standard errors."""
    for name, (weight, error) in fit(source).items():
        print(f"{name:12} {weight:6.2f} ({error:.2f})")


if __name__ == "__main__":
    typer.run(main)
