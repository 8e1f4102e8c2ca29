"""Past forecasts of who joins what, scored against simple rivals: the first half of ``wifaq backtest``.

Two designs. *Left out*: each list is forecast on the day before it opened with weights fitted on all
lists of other families, earlier and later, as a forecast of today would be. *Rolling*: with weights
fitted on nothing but what was known on the day. A list is scored on the day until which it is complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulation.data.dates import surely_by
from simulation.errors import Fault, InputError
from simulation.evidence import scores
from simulation.evidence.joins.covariates import setting, world_on
from simulation.evidence.joins.fit import CHOSEN, RECORD_END, History, described, family, fit, history, lists
from simulation.evidence.joins.forecast import forecast
from simulation.evidence.joins.rivals import rivals
from simulation.state import CAMPS, F

MODEL = "fitted hazard"
FEWEST = 3
"""Lists that must have been known for a rolling forecast."""
SMALL = 20
"""A club or text of fewer joiners is shown apart."""
ROLLING = (date(2018, 12, 31), date(2019, 12, 31), date(2022, 12, 31))
"""Days between which a scored list opened."""
CAMPED = (*CAMPS, "none")
"""Names of camps by their code; -1, no camp, is the last."""
DRAWS = 400
"""Of a bootstrap."""
FACTS = 6
"""Columns of the rows of a list before the forecasts."""


@dataclass(frozen=True)
class Scored:
    """One list forecast and scored.

    Attributes
    ----------
    rows
        A row an eligible state: ``design, list, iso3, camp, as_one, joined``, then the probability of each forecast.
    inside
        bool[draws, rows], who joined in each draw of the model.
    """

    design: str
    name: str
    rows: pd.DataFrame
    inside: NDArray[np.bool_]

    @property
    def forecasts(self) -> list[str]:
        """Names of the forecasts, the model first."""
        return list(self.rows.columns[FACTS:])


def left_out() -> list[Scored]:
    """Every scored list, forecast without its family."""
    every = {row["id"]: history(row["id"]) for row in lists()}
    return [
        _score("left out", row["id"], [h for n, h in every.items() if n not in family(row["id"])])
        for row in lists() if row["scored"] == "1"
    ]  # fmt: skip


def rolling(as_of: date) -> list[Scored]:
    """Lists that opened after a day, forecast with what was known on it."""
    opened = {text.id for text in world_on(as_of).instruments}
    known = [history(row["id"], as_of) for row in lists() if row["id"] in opened]
    known = [h for h in known if (h.high >= 0).any()]
    if len(known) < FEWEST:
        raise InputError(Fault("", f"{len(known)} lists were known on {as_of}; {FEWEST} are needed to fit", "--as-of"))
    later = [row["id"] for row in lists() if row["scored"] == "1" and row["id"] not in opened]
    return [_score(f"rolling {as_of}", name, known, as_of) for name in later]


def _score(design: str, name: str, known: list[History], as_of: date | None = None) -> Scored:
    text, end = described(name), surely_by(next(row["until"] for row in lists() if row["id"] == name))
    day = as_of or text.opens - timedelta(days=1)
    truth = history(name)
    found = forecast(text, day, end, fit(known, CHOSEN), without=family(name))
    here, world = setting(text, day, family(name)), world_on(day)
    members = {bloc.id: bloc.members for bloc in world_on(RECORD_END).blocs}["EU"]
    inside = np.isin(found.ids, [world_on(RECORD_END).ids[i] for i in members])
    camp = dict(zip(world.ids, world.camp.tolist(), strict=True))
    rows = pd.DataFrame({
        "design": design, "list": name, "iso3": found.ids, "camp": [CAMPED[camp[state]] for state in found.ids],
        "as_one": np.where(inside, 1.0 / max(1, inside.sum()), 1.0), "joined": (truth.high >= 0).astype(float),
        MODEL: found.probability, **rivals(here, known),
    })  # fmt: skip
    return Scored(design, name, rows, found.inside)


def by_list(scored: list[Scored]) -> pd.DataFrame:
    """Scores of the model, list by list."""
    rows = []
    for one in scored:
        y, p, base, whole = (one.rows[c].to_numpy(float) for c in ("joined", MODEL, "base rate", "as_one"))
        low, quarter, upper, high = np.quantile(one.inside.sum(axis=1), (0.05, 0.25, 0.75, 0.95))
        rows.append({
            "list": one.name, "joined": int(y.sum()), "eligible": len(y), "expected": round(float(p.sum()), 1),
            "50 %": f"{quarter:.0f}-{upper:.0f}", "90 %": f"{low:.0f}-{high:.0f}",
            "Brier skill": scores.skill(scores.brier(p, y), scores.brier(base, y)),
            "EU as one": scores.skill(scores.brier(p, y, whole), scores.brier(base, y, whole)),
            "log score": scores.log_score(p, y), "AUC": scores.auc(p, y),
        })  # fmt: skip
    return pd.DataFrame(rows)


def by_rival(scored: list[Scored]) -> pd.DataFrame:
    """Mean over lists of Brier and log score of the model and its rivals, with what the model gains on each."""
    rows = []
    for name in scored[0].forecasts:

        def pairs(block: F) -> tuple[F, F, F]:
            return block[:, 0], block[:, 1], block[:, 2]

        blocks = [one.rows[["joined", MODEL, name]].to_numpy(float) for one in scored]

        def gain(chosen: list[F]) -> float:
            return float(np.mean([scores.brier(p, y) - scores.brier(m, y) for y, m, p in map(pairs, chosen)]))

        low, high = scores.bootstrap(gain, blocks)
        own = [scores.brier(p, y) for y, _, p in map(pairs, blocks)]
        logs = [scores.log_score(p, y) for y, _, p in map(pairs, blocks)]
        base = [scores.brier(one.rows["base rate"].to_numpy(), one.rows["joined"].to_numpy()) for one in scored]
        skills = [scores.skill(a, b) for a, b in zip(own, base, strict=True)]
        rows.append({
            "forecast": name, "Brier": np.mean(own), "log score": np.mean(logs), "mean skill": np.mean(skills),
            "median skill": np.median(skills), "Brier lost to the model": gain(blocks), "5 %": low, "95 %": high,
        })  # fmt: skip
    return pd.DataFrame(rows)


def by_state(scored: list[Scored]) -> pd.Series:
    """Mean log score of each state over the lists it could join, best first."""
    rows = pd.concat([one.rows for one in scored])
    pairs = rows[[MODEL, "joined"]].to_numpy(float)
    rows["score"] = [scores.log_score(pair[:1], pair[1:]) for pair in pairs]
    return rows.groupby("iso3")["score"].mean().sort_values()


def calibration(scored: list[Scored], edges: int = 10) -> pd.DataFrame:
    """Forecast against frequency in bands of the forecast, each with a 90 % band over resampled lists and states."""
    blocks = [one.rows[["joined", MODEL]].to_numpy(float) for one in scored]
    every = np.vstack(blocks)
    out = []
    for k in range(edges):
        def frequency(chosen: list[F], k: int = k) -> float:
            y, p = np.vstack(chosen).T
            mine = np.minimum(p * edges // 1, edges - 1) == k
            return float(y[mine].mean()) if mine.any() else float("nan")

        mine = np.minimum(every[:, 1] * edges // 1, edges - 1) == k
        if mine.any():
            low, high = scores.bootstrap(frequency, blocks, DRAWS)
            out.append({"forecast": every[mine, 1].mean(), "frequency": frequency(blocks), "low": low, "high": high,
                        "pairs": int(mine.sum())})  # fmt: skip
    return pd.DataFrame(out)


def by_camp(scored: list[Scored]) -> pd.DataFrame:
    """Joiners of each list and camp, with the draws' intervals.

    Returns
    -------
    DataFrame
        Columns ``list, camp, eligible, joined, expected, low, high, in50, in90``: ends of the 90 % interval.
    """
    return pd.DataFrame([_camp(one, camp) for one in scored for camp in CAMPED if (one.rows["camp"] == camp).any()])


def _camp(one: Scored, camp: str) -> dict[str, object]:
    mine = (one.rows["camp"] == camp).to_numpy()
    draws, joined = one.inside[:, mine].sum(axis=1), int(one.rows["joined"][mine].sum())
    low, high = np.quantile(draws, (0.05, 0.95))
    return {"list": one.name, "camp": camp, "eligible": int(mine.sum()), "joined": joined,
            "expected": float(draws.mean()), "low": low, "high": high,
            "in50": scores.inside(draws, joined, 0.5), "in90": scores.inside(draws, joined, 0.9)}  # fmt: skip


def coverage(scored: list[Scored]) -> str:
    """How many of the counts fell into their 50 and 90 % intervals, with Wilson intervals: whole lists, and camps."""
    whole = [(one.inside.sum(axis=1), float(one.rows["joined"].sum())) for one in scored]
    camps_ = by_camp(scored)
    words = []
    for what, share in ((level, level / 100) for level in (50, 90)):
        lists_ = scores.covered([scores.inside(draws, joined, share) for draws, joined in whole])
        words.append(f"{what} % interval: {lists_} of the lists' counts inside, "
                     f"{scores.covered(camps_[f'in{what}'])} of the counts by list and camp")  # fmt: skip
    return "; ".join(words)


def overall(scored: list[Scored]) -> str:
    """Mean Brier skill and AUC of the model over lists, with 90 % intervals over resampled lists and states."""
    blocks = [one.rows[["joined", MODEL, "base rate"]].to_numpy(float) for one in scored]

    def skill(chosen: list[F]) -> float:
        return float(np.nanmean([_skill(block) for block in chosen]))

    def area(chosen: list[F]) -> float:
        return float(np.nanmean([scores.auc(block[:, 1], block[:, 0]) for block in chosen]))

    told = ((name, score(blocks), scores.bootstrap(score, blocks, DRAWS)) for name, score in
            (("mean Brier skill", skill), ("mean AUC", area)))  # fmt: skip
    return "; ".join(f"{name} {value:.2f} ({low:.2f} to {high:.2f})" for name, value, (low, high) in told)


def _skill(block: F) -> float:
    y, p, base = block.T
    return scores.skill(scores.brier(p, y), scores.brier(base, y))


def place_of(scored: list[Scored], state: str) -> str:
    """Where a state's mean log score lies among all."""
    found = by_state(scored)
    low, high = found.quantile([0.1, 0.9])
    rank = int(np.flatnonzero(found.index == state)[0]) + 1
    return (f"mean log score of {state}: {found[state]:.2f}, {rank} of {len(found)} (1 is best); "
            f"central 80 % of states: {low:.2f} to {high:.2f}")  # fmt: skip
