"""The tables of the joining backtest, written for a page: markdown and CSV.

``python -m simulation.evidence.joins.report SHARED/data OUT ISO3`` writes them into a folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from simulation.data.tables import read_csv
from simulation.evidence.joins.backtest import Scored, ai_lists, left_out, rolling
from simulation.evidence.joins.record import read_record
from simulation.evidence.joins.scoring import (
    against_rivals,
    by_forecast,
    by_state,
    calibration,
    counts,
    coverage,
    jointly,
)
from simulation.evidence.joins.states import TABLES

TRIES = TABLES / "tries.csv"
"""Written by :mod:`simulation.evidence.joins.tries`, which takes some minutes; shown where it is."""
SIGNED = 8
"""Joiners from which a text counts as signed: quiet openings are easy to forecast and swell a mean over all texts."""


def backtest_tables(source: Path, focal: str) -> dict[str, pd.DataFrame]:
    """Every table of the backtest of joining.

    Parameters
    ----------
    source
        The folder with ``treaties`` and ``instruments``.
    focal
        The state that is shown apart.
    """
    record = read_record(source)
    families, later, nine = left_out(record), rolling(record), ai_lists(record)
    signed = [s for s in families if s.y.sum() >= SIGNED]
    calls = [s for s in families if not s.listed.treaty]
    states = by_state(families)
    tables = {
        "left_out": by_forecast(families), "left_out_signed": by_forecast(signed), "left_out_calls": by_forecast(calls),
        "rolling": by_forecast(later), "ai_lists": by_forecast(nine), "ai_lists_texts": counts(nine),
        "against_rivals": against_rivals(families), "against_rivals_signed": against_rivals(signed),
        "coverage": coverage(families), "coverage_signed": coverage(signed), "coverage_rolling": coverage(later),
        "texts": counts(families), "states": states, "calibration": calibration(families), "joint": _means(families),
    }  # fmt: skip
    tables["focal"] = pd.concat([_of(states, focal, "left out"), _of(by_state(later), focal, "rolling"),
                                 _of(by_state(nine), focal, "AI lists")])  # fmt: skip
    if TRIES.exists():
        tables["tries"] = pd.DataFrame(read_csv(TRIES))
    return tables


def _means(scored: list[Scored]) -> pd.DataFrame:
    """Means over texts of the joint scores."""
    result = jointly(scored).drop(columns="text").mean()
    return pd.DataFrame({"score": result.index, "mean": result.to_numpy()})


def _of(states: pd.DataFrame, focal: str, design: str) -> pd.DataFrame:
    """The row of the focal state with its rank (1 is best), and the worst state."""
    ranked = states.assign(rank=range(1, len(states) + 1), of=len(states), design=design)
    return pd.concat([ranked[ranked["iso3"] == focal], ranked.tail(1)])


TITLES = {
    "left_out": "Families left out, texts since 2000",
    "left_out_signed": f"The same, texts with at least {SIGNED} joiners",
    "left_out_calls": "The same, political calls",
    "rolling": "Rolling origin: launches of the year after each fit",
    "ai_lists": "Nine AI and digital lists, families left out, launch and pace",
    "against_rivals": "What each rival loses to the model (all texts)",
    "against_rivals_signed": f"What each rival loses to the model (texts with at least {SIGNED} joiners)",
    "coverage": "Counts of joiners in their intervals, by convener",
    "coverage_signed": f"The same, texts with at least {SIGNED} joiners",
    "coverage_rolling": "The same, rolling origin",
    "focal": "The focal state, and the worst",
    "joint": "Whole vectors: as drawn, and with every state drawn apart",
    "calibration": "Forecast and frequency",
    "tries": "Forms tried (families left out in five sets)",
    "ai_lists_texts": "The nine lists",
}


def write_tables(tables: dict[str, pd.DataFrame], out: Path) -> None:
    """Write every table as CSV, and one markdown file of those that a page shows."""
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(out / f"joins_{name}.csv", index=False, float_format="%.4f", lineterminator="\n")
    parts = [f"## {title}\n\n{markdown(tables[name])}\n" for name, title in TITLES.items() if name in tables]
    (out / "joins.md").write_text("\n".join(parts), encoding="utf-8", newline="\n")


def markdown(table: pd.DataFrame) -> str:
    """A table in markdown, numbers to three digits."""

    def cell(value: object) -> str:
        return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)

    lines = [list(map(str, table.columns)), ["---"] * len(table.columns)]
    lines += [[cell(value) for value in row] for row in table.itertuples(index=False)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    write_tables(backtest_tables(Path(sys.argv[1]), sys.argv[3]), Path(sys.argv[2]))
