"""Five domains in which pairs of states make many dated agreements: what the intensity is worth there.

``python -m simulation.evidence.deals.dense SOURCE_DIR`` prints the table of gains over 20 windows: fitted on
ten years, scored on the next five. Records of tax, defence, environment and nuclear agreements may not be shipped
as rows and are read from the gathered sources; only coefficients leave this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import typer

from simulation.data.judged_pairs import Places, states_and_union
from simulation.data.tables import table
from simulation.evidence.deals import scoring
from simulation.evidence.deals.fitting import Fit, fit
from simulation.evidence.deals.scoring import OURS, Scored, gains, ranking
from simulation.intensity.covariates import NAMES, Ground, covariates, ground, trade_residual
from simulation.intensity.equation import Period, Prior, log_shares
from simulation.intensity.record import Record, record_of, together
from simulation.state import F

DOMAINS = ("investment", "tax", "defence", "trade", "environment")
OTHERS = (*DOMAINS, "nuclear")
SPAN = 5
"""Years of a window."""
LAST: Mapping[str, int] = {"investment": 2024, "tax": 2019, "defence": 2010, "trade": 2023, "environment": 2014}
"""Last year that a domain's record covers."""
TESTED: Mapping[str, tuple[int, ...]] = {
    "investment": (1995, 2000, 2005, 2010, 2015, 2020), "tax": (1995, 2000, 2005, 2010, 2015),
    "defence": (1996, 2001, 2006), "trade": (1995, 2000, 2005, 2010), "environment": (1995, 2000),
}  # fmt: skip
"""First years of the windows on which forecasts are scored."""
FIRST_FITTED = 1990
TRADE_YEARS = (1996, 2000, 2004, 2008, 2012, 2016)
LATE_MEMBERS = frozenset({"CHE", "KOR", "PRK", "DEU", "AND", "MCO", "LIE", "SMR"})
"""States older than their seat in the United Nations."""
RICH = frozenset([
    "USA", "CAN", "GBR", "FRA", "DEU", "ITA", "ESP", "PRT", "NLD", "BEL", "LUX", "IRL",
    "DNK", "SWE", "NOR", "FIN", "ISL", "AUT", "CHE", "AUS", "NZL", "JPN", "GRC",
])  # fmt: skip
"""The tax list has treaties with a developing country only: a pair of these is missing there, not a no."""
LOOSE_MEAN, LOOSE_SD = 0.0, 2.0
"""Prior of every coefficient within a domain."""


@dataclass(frozen=True, eq=False)
class Dense:
    """Records of the dense domains and the trade of every pair, as gathered.

    Attributes
    ----------
    places
        Actors; the EU is among them and takes no part.
    records
        Domain -> agreements of states.
    trade
        Year -> (states, states) million US dollars.
    """

    places: Places
    records: Mapping[str, Record]
    trade: Mapping[int, F]


def load_dense(source: Path) -> Dense:
    """Read the gathered agreements.

    Parameters
    ----------
    source
        Folder that holds ``agreements/``.
    """
    places = states_and_union()
    states = {name: places.place[name] for name in places.ids[: places.states]}
    records = {}
    for domain in OTHERS:
        frame = pd.read_csv(source / "agreements" / f"{domain}.csv.gz", dtype=str, keep_default_na=False)
        rows = [
            (states[row["iso3_a"]], states[row["iso3_b"]], date(int(row["year"]), 12, 31))
            for row in frame.to_dict("records")
            if row["iso3_a"] in states and row["iso3_b"] in states
        ]
        records[domain] = record_of(rows, len(places))
    frame = pd.read_csv(source / "agreements" / "dyad_covariates.csv.gz", keep_default_na=False, na_values=[""])
    a, b = (frame[column].map(states).to_numpy() for column in ("iso3_a", "iso3_b"))
    trade = {}
    for year in TRADE_YEARS:
        trade[year] = np.zeros((len(states), len(states)))
        trade[year][a, b] = trade[year][b, a] = frame[f"trade_musd_{year}"].fillna(0.0)
    return Dense(places, records, trade)


def stand(dense: Dense, domain: str, first: int) -> Ground:
    """What was known of the states before a window, with the trade of its day; who did not exist yet is masked."""
    known = ground(dense.places, first - 1)
    year = max([y for y in TRADE_YEARS if y < first], default=TRADE_YEARS[0])
    n = dense.places.states
    residual = np.zeros_like(known.mask)
    residual[:n, :n] = trade_residual(dense.trade[year], known.size[:n])
    here = np.array([_existed(row, first + SPAN) for row in table("states")] + [False])
    mask = known.mask * np.outer(here, here)
    if domain == "tax":
        rich = np.isin(dense.places.ids, list(RICH))
        mask = mask * ~np.outer(rich, rich)
    return replace(known, pairs={**known.pairs, "trade": residual}, mask=mask)


def _existed(row: Mapping[str, str], year: int) -> bool:
    return row["iso3"] in LATE_MEMBERS or int(row["un_member_since"]) <= year


def window(dense: Dense, domain: str, first: int, last: int, other: Sequence[str] = OTHERS) -> Period:
    """The agreements of a domain in the years ``first`` to ``last`` and what was known before.

    Parameters
    ----------
    other
        Domains whose treaties count as those of other domains.
    """
    record = dense.records[domain]
    others = [dense.records[name] for name in other if name != domain]
    here = stand(dense, domain, first)
    x = covariates(dense.places, first - 1, record, together(others), here)
    return Period(x, here.mask, record.counts(first, last) * here.mask, np.zeros((0, *here.mask.shape)))


def loose_prior() -> Prior:
    """Of a fit within one domain."""
    k = len(NAMES) + 1
    return Prior(np.full(k, LOOSE_MEAN), np.full(k, LOOSE_SD))


def fit_domain(dense: Dense, domain: str, other: Sequence[str] = OTHERS) -> Fit:
    """The coefficients of a domain from all its windows since 1990."""
    last = LAST[domain]
    firsts = range(FIRST_FITTED, last - 1, SPAN)
    periods = [window(dense, domain, first, min(first + SPAN - 1, last), other) for first in firsts]
    return fit(periods, (*NAMES, "kappa"), loose_prior())


def score_window(dense: Dense, domain: str, first: int) -> Scored:
    """Fit on the ten years before a window and forecast it, by the intensity and every rival."""
    learnt = [window(dense, domain, start, start + SPAN - 1) for start in (first - 2 * SPAN, first - SPAN)]
    coming = window(dense, domain, first, min(first + SPAN - 1, LAST[domain]))
    own = fit(learnt, (*NAMES, "kappa"), loose_prior())
    result = {OURS: log_shares(own.mode, coming)}
    for name, terms in scoring.LOG_LINEAR.items():
        result[name] = scoring.log_linear_shares(scoring.fit_log_linear(learnt, terms), coming, terms)
    return Scored(domain, first, coming.counts, {**result, "as often as before": scoring.as_before(coming)})


def summary(dense: Dense) -> pd.DataFrame:
    """Gains of the intensity over every rival, a mean over windows, beside the areas under the curves of each.

    Returns
    -------
    DataFrame
        Columns ``over, gain, 2.5 %, 97.5 %, windows won, events, AUC, PR-AUC``; the first row is the intensity's own.
    """
    result = [score_window(dense, domain, first) for domain in DOMAINS for first in TESTED[domain]]
    lead = pd.DataFrame([gains(result, name) for name in result[0].shares if name != OURS])
    own = pd.DataFrame([{"over": OURS, "events": lead["events"].iloc[0]}])
    rank = ranking(result).rename(columns={"forecast": "over"})
    return pd.concat([own, lead], ignore_index=True)[list(lead.columns)].merge(rank, on="over")


def main(source: Path, out: Path | None = None) -> None:
    """Print the table of gains, and write it where asked."""
    result = summary(load_dense(source))
    print(result.round(3).to_string(index=False))
    if out:
        result.round(4).to_csv(out, index=False, lineterminator="\n")


if __name__ == "__main__":
    typer.run(main)
