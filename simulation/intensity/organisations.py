"""Think tanks and universities, NGOs and secretariats as partners of a state: priors, estimated from nothing (C.2).

The list has ten rows or fewer of each kind. What stands here are the assumptions of the model description, so that
a focal state's table is whole: routine engagements, of which most make no news, whether recorded or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from simulation.arithmetic import exp, expm1, log, ordered_sum
from simulation.data.dates import optional, surely_by
from simulation.data.facts import load_facts
from simulation.data.judged_pairs import states_and_union
from simulation.data.tables import read_csv, table
from simulation.intensity.covariates import WINDOW
from simulation.intensity.ensemble import overlap
from simulation.intensity.lives import in_force
from simulation.intensity.places import TABLES
from simulation.intensity.posterior import scores

APPROACHES: Mapping[str, float] = {"think_tank": 3.0, "ngo": 1.5, "secretariat": 0.5}
"""Approaches a year of the mean state, by kind of organisation: prior."""
CAMPAIGNS = 0.8
"""Campaigns a year that the mean state buys of influencers: prior. They are no parties to agreements."""
ORGANISED = tuple(APPROACHES)
PULL = 0.3
"""How the number of approaches rises with a standard deviation of readiness, and of size, in logs: prior."""
HOME, LANGUAGE, RECENT = 1.0, 0.3, 0.8
"""Why an organisation is chosen, in nats: at home, of a state with a common language, dealt with lately: prior."""
READY = 0.4
"""How consent rises with readiness, in log odds a standard deviation: prior."""
SPREAD = 0.5
"""Standard deviation of the log of the number of approaches, so that a prior does not look sure of itself."""
DAYS_A_YEAR = 365.25


def organisation_rows(focal: str, as_of: date, by: date, kinds: Sequence[str], draws: int) -> pd.DataFrame:
    """Rows of a focal state and some kinds as :func:`simulation.evidence.deals.forecast.forecast_pairs` has them."""
    years = ordered_sum(overlap(as_of, by).values())
    ready, size = _standing(focal, as_of)
    deals = _recorded(focal, as_of)
    rows = []
    for kind in kinds:
        partners = [row for row in table("nonstate") if row["kind"] == kind
                    and (optional(row["founded"]) or date.min) <= as_of]  # fmt: skip
        pull = np.array([_pull(focal, row, deals, as_of) for row in partners])
        share = exp(pull) / exp(pull).sum()
        yearly = APPROACHES[kind] * exp(PULL * (ready + size) - PULL * PULL) / (1.0 + exp(-READY * ready))
        spread = exp(SPREAD * scores("prior of organisations", [kind], draws)[:, 0] - SPREAD * SPREAD / 2)
        expected = years * yearly * spread[:, None] * share
        chance = -expm1(-expected)
        low, high = np.quantile(chance, (0.05, 0.95), axis=0)
        for k, row in enumerate(partners):
            ages = [(as_of - day).days / DAYS_A_YEAR for day in deals.get(row["id"], [])]
            held = 1.0 - float(np.prod(1.0 - in_force(np.array(ages)))) if ages else 0.0
            rows.append({"a": focal, "b": row["id"], "kind_a": "state", "kind_b": kind,
                         "probability": chance[:, k].mean(), "q05": low[k], "q95": high[k],
                         "expected": expected[:, k].mean(), "held": held})  # fmt: skip
    return pd.DataFrame(rows)


def _standing(focal: str, as_of: date) -> tuple[float, float]:
    """Readiness and log size of a state in standard deviations; the EU's are the greatest of all."""
    facts, places = load_facts(as_of), states_and_union()
    result = []
    for values in (facts["readiness"], log(facts["gdp_usd"])):
        own = values[places.place[focal]] if focal != places.ids[places.union] else values.max()
        result.append(float((own - values.mean()) / values.std()))
    return result[0], result[1]


def _recorded(focal: str, as_of: date) -> dict[str, list[date]]:
    """Days of the recorded deals of a state with organisations, by id."""
    result: dict[str, list[date]] = {}
    for row in read_csv(TABLES / "signings.csv"):
        if row["a"] == focal and surely_by(row["date"]) <= as_of:
            result.setdefault(row["b"], []).append(surely_by(row["date"]))
    return result


def _pull(focal: str, row: Mapping[str, str], deals: Mapping[str, Sequence[date]], as_of: date) -> float:
    spoken = {r["iso3"]: {r["language_1"], r["language_2"]} - {""} for r in table("states")}
    recent = any((as_of - day).days <= WINDOW * DAYS_A_YEAR for day in deals.get(row["id"], []))
    shared = bool(spoken.get(focal, set()) & spoken.get(row["home"], set()))
    return HOME * (row["home"] == focal) + LANGUAGE * shared + RECENT * recent
