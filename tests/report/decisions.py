"""Opportunities and advice in miniature, from no model; one name would break a page that does not escape it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from simulation.experiments.advise import FAILURE_COLUMNS, INFORMATION_COLUMNS, OBJECTIVES, STRATEGY_COLUMNS, Advice
from simulation.experiments.engine.store import text_hash
from simulation.experiments.opportunities import Opportunities
from simulation.experiments.prospects.tables import COLUMNS, PORTFOLIO_COLUMNS
from simulation.report.decision import Decision

EVIL = "Elm <script>alert(1)</script> & co"
FOCAL = {"id": "MAR", "name": "Morocco"}
SCENARIO = "title: Baseline\n"
_INFO = {"scenario": "baseline", "title": "A world", "focal": FOCAL, "seed": 1, "bands": "chance", "failures": [],
         "versions": {"wifaq": "0.1.0"}, "hashes": {"scenario": text_hash(SCENARIO)}}  # fmt: skip
_PARTNERS = (
    # id, name, kind, held, gain, tied with
    ("SEN", "Senegal", "state", 0.0, 0.9, "elm"),
    ("elm", EVIL, "firm", 0.1, 0.8, "SEN"),
    ("FRA", "France", "state", 1.0, 0.5, ""),
    ("tx", "Global Partnership on AI", "instrument", 0.0, 0.2, ""),
    ("AU", "African Union", "bloc", 0.0, 0.1, ""),
)
STRATEGIES = ("as_recorded", "one_camp_eu", "half_the_budget")
_TITLES = ("As recorded", f"One camp, {EVIL}", "As recorded, on half the budget (control)")


def candidates(screened: int = 1) -> pd.DataFrame:
    """Rows of ``opportunities.csv``: five that are ranked, and some that were only screened."""
    rows = [
        {"partner": partner, "name": name, "kind": kind, "held": held, "p_alone": 0.2, "p_accept": 0.7 - rank / 10,
         "gain_commitments": gain, "q05": gain - 0.1, "q95": gain + 0.1, "gain_capacity": 0.01, "gain_coverage": 0.02,
         "dependence": -0.01, "price": 0.25, "rank": float(rank), "tied_with": tied, "gain_incidents": 0.0,
         "gain_reacted": gain / 2, "depth": 2, "confirmed": True, "pairs": 8}
        for rank, (partner, name, kind, held, gain, tied) in enumerate(_PARTNERS, start=1)
    ]  # fmt: skip
    rows += [rows[0] | {"partner": f"s{place}", "rank": np.nan, "q05": np.nan, "q95": np.nan, "confirmed": False}
             for place in range(screened)]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def portfolio() -> pd.DataFrame:
    """Rows of ``portfolio.csv``."""
    rows = [("FRA", "France", "state", 0.9, 0.8, 1.0, 0.05), ("CHN", "China", "state", 0.0, -0.1, 0.1, 0.0)]
    return pd.DataFrame(rows, columns=list(PORTFOLIO_COLUMNS))


def strategies(count: int = len(STRATEGIES)) -> pd.DataFrame:
    """Rows of ``strategies.csv``: the first strategy does best in every objective, the last one is a control."""
    rows = [
        {"strategy": name, "title": title, "objective": objective, "unit": entry.unit, "median": 12.0 - place,
         "worst_tenth": 9.0 - place, "regret_median": 0.5 * place, "regret_q90": 2.0 * place, "satisficed": 0.5,
         "best_share": 0.7 if place == 0 else 0.15, "futures": 40, "mean": 12.0 - place, "regret_mean": 0.75 * place,
         "tied_with": "one_camp_eu" if place == 0 else "", "control": name == STRATEGIES[-1]}
        for objective, entry in OBJECTIVES.items()
        for place, (name, title) in enumerate(zip(STRATEGIES[:count], _TITLES[:count], strict=True))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(STRATEGY_COLUMNS))


def failures() -> pd.DataFrame:
    """Rows of ``failures.csv``: a rule of two conditions, and none."""
    rows = [("as_recorded", "kept_commitments", 0.3, "rivalry > 0.62 and lines = camp", 0.8, 0.9, 40),
            ("one_camp_eu", "kept_commitments", 0.6, None, np.nan, np.nan, 40)]  # fmt: skip
    return pd.DataFrame(rows, columns=list(FAILURE_COLUMNS))


def information(worth: float = 0.4) -> pd.DataFrame:
    """Rows of ``information.csv``: one number that would change the choice, and one that would not."""
    rows = [("rivalry", worth, "binding-equivalents", "as_recorded", "one_camp_eu", 0.25, 0.01, "strength"),
            ("budget", 0.0, "binding-equivalents", "as_recorded", "as_recorded", 0.0, 0.7, "multiple")]  # fmt: skip
    return pd.DataFrame(rows, columns=list(INFORMATION_COLUMNS))


def opportunities(**tables: pd.DataFrame) -> Opportunities:
    """A result of the command; tables by name in place of the ones above."""
    info = {**_INFO, "by": "2029Q4", "criterion": "value", "pairs": 8}
    return Opportunities(info, SCENARIO, {"opportunities": candidates(), "portfolio": portfolio(), **tables})


def advice(**tables: pd.DataFrame) -> Advice:
    """A result of the command; tables by name in place of the ones above."""
    info = {**_INFO, "horizon": "2035Q4", "objective": "kept_commitments", "chosen": "as_recorded",
            "tied": ["one_camp_eu"], "facts": {}}  # fmt: skip
    every = {"strategies": strategies(), "failures": failures(), "information": information()}
    return Advice(info, SCENARIO, {**every, "futures": pd.DataFrame({"future": [0]}), **tables}, Path())


def decision() -> Decision:
    """Both."""
    return Decision(opportunities(), advice())
