"""``wifaq backtest``: past forecasts of who joins what, scored against simple rivals.

Two designs. *Left out*: each list is forecast on the day before it opened with weights fitted on all
lists of other families, earlier and later, as a forecast of today would be. *Rolling*: with weights
fitted on nothing but what was known on the day. A list is scored on the day until which it is complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulation.data.dates import surely_by
from simulation.errors import Fault, InputError
from simulation.evidence import scores
from simulation.evidence.instruments import forecast
from simulation.evidence.instruments_fit import CHOSEN, RECORD_END, History, described, family, fit, history, lists
from simulation.evidence.joining import setting, world_on
from simulation.evidence.rivals import rivals

F = NDArray[np.float64]
MODEL = "fitted hazard"
FEWEST = 3
"""Lists that must have been known for a rolling forecast."""
SMALL = 20
"""A club or text of fewer joiners is shown apart."""
ROLLING = (date(2018, 12, 31), date(2019, 12, 31), date(2022, 12, 31))


@dataclass(frozen=True)
class Scored:
    """One list forecast and scored: a row a state, and the counts of the draws."""

    design: str
    name: str
    rows: pd.DataFrame
    counts: NDArray[np.int64]


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
    here = setting(text, day, family(name))
    members = {bloc.id: bloc.members for bloc in world_on(RECORD_END).blocs}["EU"]
    inside = {world_on(RECORD_END).ids[i] for i in members}
    table = {"design": design, "list": name, "iso3": found.ids, "joined": (truth.high >= 0).astype(float),
             MODEL: found.probability, **rivals(here, known)}  # fmt: skip
    rows = pd.DataFrame(table)
    rows["as_one"] = np.where(rows["iso3"].isin(inside), 1.0 / max(1, rows["iso3"].isin(inside).sum()), 1.0)
    return Scored(design, name, rows, found.counts)


def by_list(scored: list[Scored]) -> pd.DataFrame:
    """Scores of the model, list by list."""
    rows = []
    for one in scored:
        y, p, base, whole = (one.rows[c].to_numpy(float) for c in ("joined", MODEL, "base rate", "as_one"))
        low, quarter, upper, high = np.quantile(one.counts, (0.05, 0.25, 0.75, 0.95))
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
    for name in [MODEL, *scored[0].rows.columns[5:-1]]:

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
    """Forecast against frequency in bands of the forecast, with a Wilson band."""
    rows = pd.concat([one.rows for one in scored])
    band = np.minimum((rows[MODEL].to_numpy() * edges).astype(int), edges - 1)
    out = []
    for k in range(edges):
        mine = rows[band == k]
        if len(mine):
            hits = int(mine["joined"].sum())
            low, high = scores.wilson(hits, len(mine))
            out.append({"forecast": mine[MODEL].mean(), "frequency": hits / len(mine), "low": low, "high": high,
                        "pairs": len(mine)})  # fmt: skip
    return pd.DataFrame(out)


def coverage(scored: list[Scored]) -> str:
    """How many of the counts fell into their 50 and 90 % intervals, with Wilson intervals."""
    words = []
    for level in (0.5, 0.9):
        low, high = 0.5 - level / 2, 0.5 + level / 2
        hits = sum(
            bool(np.quantile(one.counts, low) <= one.rows["joined"].sum() <= np.quantile(one.counts, high))
            for one in scored
        )
        a, b = scores.wilson(hits, len(scored))
        words.append(f"{level:.0%} interval: {hits} of {len(scored)} counts inside (Wilson {a:.2f} to {b:.2f})")
    return "; ".join(words)


def backtest(as_of: str | None = None, out: Path | None = None) -> str:
    """The report as text; with a folder, also the tables and the picture."""
    if as_of is None:
        designs = {"Each family of lists left out": left_out()}
        designs |= {f"Known on {day}": rolling(day) for day in ROLLING}
    else:
        try:
            designs = {f"Known on {as_of}": rolling(date.fromisoformat(as_of))}
        except ValueError:
            raise InputError(Fault("", f"{as_of!r} is no date: write YYYY-MM-DD", "--as-of")) from None
    if out is not None:
        _write(designs, out)
    return "\n\n".join(_told(title, scored) for title, scored in designs.items() if scored) or "no list opened later"


def _told(title: str, scored: list[Scored]) -> str:
    table = by_list(scored)
    big = table[table["joined"] >= SMALL]["Brier skill"]
    head = f"{title}\nBrier skill: mean {table['Brier skill'].mean():.2f}, median {table['Brier skill'].median():.2f}"
    if len(big) not in (0, len(table)):
        head += f"; lists of {SMALL} joiners or more: mean {big.mean():.2f}, median {big.median():.2f}"
    frames = [frame.to_string(index=False, float_format=lambda v: f"{v:.3f}") for frame in (table, by_rival(scored))]
    return "\n".join([head, frames[0], "", frames[1], coverage(scored)])


def _write(designs: dict[str, list[Scored]], out: Path) -> None:
    from simulation.plots.calibration import calibration_chart

    out.mkdir(parents=True, exist_ok=True)
    everything = [one for scored in designs.values() for one in scored]
    pd.concat([one.rows for one in everything]).round(4).to_csv(out / "forecasts.csv", index=False, lineterminator="\n")
    first = next(iter(designs.values()))
    by_state(first).round(4).to_csv(out / "states.csv", lineterminator="\n")
    curve = calibration(first)
    curve.round(4).to_csv(out / "calibration.csv", index=False, lineterminator="\n")
    calibration_chart(curve, out)
