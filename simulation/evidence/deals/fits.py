"""Fit everything and write the shipped tables of coefficients.

``python -m simulation.evidence.deals.fits SOURCE_DIR [--out DIR]``: five domains of treaties, the prior that they
give, and the posterior at the end of each year from 2017 on, for pairs of states and for states with firms. A minute
or two; SOURCE_DIR holds ``agreements/``.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from simulation.data.tables import read_csv, short, write_csv
from simulation.evidence.deals import firms
from simulation.evidence.deals.dense import DOMAINS, fit_domain, load_dense
from simulation.evidence.deals.fitting import Fit, Prior
from simulation.evidence.deals.hierarchy import Pooled, prior_of
from simulation.evidence.deals.places import TABLES
from simulation.evidence.deals.posterior import (
    FIRST_YEAR,
    LAST_YEAR,
    PARAMETERS,
    Posterior,
    fit_until,
    write_posteriors,
)

SHIPPED_DOMAINS = ("investment", "trade")
"""Domains whose rows may be shipped: only these count as treaties of other domains, in prior and forecasts alike."""


def fit_all(source: Path, out: Path) -> None:
    """Write ``coefficients.csv``, ``state_posterior.csv`` and ``firm_posterior.csv`` into a folder."""
    dense = load_dense(source)
    domains = {domain: fit_domain(dense, domain, SHIPPED_DOMAINS) for domain in DOMAINS}
    prior, pooled = prior_of(domains)
    result = [fit_until(year, prior) for year in range(FIRST_YEAR, LAST_YEAR + 1)]
    out.mkdir(parents=True, exist_ok=True)
    write_coefficients(out / "coefficients.csv", domains, pooled, prior, result[-1])
    write_posteriors(out / "state_posterior.csv", result)
    write_posteriors(out / f"{firms.TABLE}.csv", fit_firms())


def fit_firms() -> list[Posterior]:
    """The layer of states and firms, at each year's end."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    return [fit_until(year, firms.prior(), tuple(firms.PRIORS), firms.firm_period) for year in years]


def write_coefficients(
    path: Path, domains: Mapping[str, Fit], pooled: Sequence[Pooled], prior: Prior, last: Posterior
) -> None:
    """Write the coefficients of every domain, their mean and spread, the prior and the posterior of AI deals."""
    rows = []
    for k, name in enumerate(PARAMETERS):
        figures: dict[str, float] = {}
        if k < len(pooled):
            for domain, fitted in domains.items():
                figures |= {domain: fitted.mode[k], f"{domain}_sd": fitted.sd[k]}
            figures |= {"pooled": pooled[k].mean, "pooled_sd": pooled[k].sd, "tau": pooled[k].tau}
        figures |= {
            "prior": prior.mean[k],
            "prior_sd": prior.sd[k],
            "posterior": last.mode[k],
            "posterior_sd": last.sd[k],
        }
        rows.append({"parameter": name, **{column: short(value, 6) for column, value in figures.items()}})
    write_csv(path, list(rows[0]), rows)


def shipped_prior() -> Prior:
    """The prior of AI deals that the dense domains give, as shipped."""
    rows = read_csv(TABLES / "coefficients.csv")
    return Prior(*(np.array([float(row[column]) for row in rows]) for column in ("prior", "prior_sd")))


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the fit."""
    parser = argparse.ArgumentParser(prog="python -m simulation.evidence.deals.fits", description=fit_all.__doc__)
    parser.add_argument("source", type=Path, help="folder with agreements/")
    parser.add_argument("--out", type=Path, default=TABLES, help="where the tables go (default: the package)")
    chosen = parser.parse_args(arguments)
    fit_all(chosen.source, chosen.out)


if __name__ == "__main__":
    main()
