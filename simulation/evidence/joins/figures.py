"""Builds ``tables/covariates.csv``: dated figures of states, from the gathered sources.

``python -m simulation.evidence.joins.figures SHARED/data`` writes the table anew. UN ideal points
(Bailey, Strezhnev & Voeten 2017, CC0) by session year; government effectiveness (World Bank WGI);
log10 of all goods trade in million US dollars (BACI, summed over partners); number of
intergovernmental organisations (Correlates of War IGO v3, with citation): the full memberships of
2014 less the joins later than the year in those founded since 1980, a count a state, no rows of it.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from simulation.data.tables import read_csv, table, write_csv
from simulation.intensity.joining.states import TABLES, ids

ORGANISATION_YEARS = (1990, 1995, 2000, 2005, 2010, 2014)
EARLY_TRADE = (1996, 2000, 2004, 2008, 2012, 2016)
LATE_TRADE = (2018, 2019, 2020)


def build(source: Path, out: Path) -> None:
    """Write the table of figures, a row a state."""
    columns: dict[str, dict[str, str]] = {}
    for row in read_csv(source / "countries" / "unga_idealpoints_panel_2000_2023.csv"):
        columns.setdefault(f"votes_{row['year']}", {})[row["iso3"]] = f"{float(row['idealpoint']):.2f}"
    for row in table("state_facts"):
        if row["variable"] == "effectiveness":
            columns.setdefault(f"effectiveness_{row['year']}", {})[row["iso3"]] = f"{float(row['value']):.2f}"
    columns |= _trade(source) | _organisations(source)
    names = sorted(columns, key=lambda name: (name.rsplit("_", 1)[0], int(name.rsplit("_", 1)[1])))
    rows = [{"iso3": i} | {name: columns[name].get(i, "") for name in names} for i in ids()]
    write_csv(out, ("iso3", *names), rows)


def _trade(source: Path) -> dict[str, dict[str, str]]:
    total: dict[int, defaultdict[str, float]] = {year: defaultdict(float) for year in EARLY_TRADE + LATE_TRADE}
    with gzip.open(source / "agreements" / "dyad_covariates.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        pairs = [(row, {y: row[f"trade_musd_{y}"] for y in EARLY_TRADE}) for row in csv.DictReader(stream)]
    pairs += [(dict(row), {y: row[f"trade_{y}"] for y in LATE_TRADE}) for row in table("dyads")]
    for row, flows in pairs:
        for year, flow in flows.items():
            for side in ("iso3_a", "iso3_b"):
                total[year][row[side]] += float(flow or 0)
    return {
        f"trade_{year}": {i: f"{np.log10(value):.2f}" for i, value in result.items() if value > 0}
        for year, result in total.items()
    }


def _organisations(source: Path) -> dict[str, dict[str, str]]:
    all_of_2014 = {
        row["iso3"]: float(row["cow_igo_full_memberships_2014"])
        for row in read_csv(source / "countries" / "states.csv") if row["cow_igo_full_memberships_2014"]
    }  # fmt: skip
    joins = read_csv(source / "treaties" / "organisation_joins.csv")
    out = {}
    for year in ORGANISATION_YEARS:
        later = Counter(row["iso3"] for row in joins if int(row["date"][:4]) > year)
        counts = {i: max(1.0, number - later[i]) for i, number in all_of_2014.items()}
        out[f"organisations_{year}"] = {i: f"{np.log(number):.2f}" for i, number in counts.items()}
    return out


if __name__ == "__main__":
    build(Path(sys.argv[1]), TABLES / "covariates.csv")
