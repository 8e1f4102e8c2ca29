"""A plain sentence for each conclusion that a change alters or leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from simulation.analysis.conclusions import CHANGED, MARGINS, SHARES, UNCHANGED, UNTOLD

_HEADS = {
    "headline": "Headline",
    "deals": "Number of deals",
    "quality": "Quality",
    "rank": "Rank among peers (1 is most cooperation)",
    "partners": "Partners",
    "instruments": "Instruments",
}
_SINGLE = ("headline", "deals", "rank")
_MOST_NAMED = 12  # partners or instruments that a sentence lists


def sentences(table: pd.DataFrame, margins: Mapping[str, float] = MARGINS) -> dict[str, str]:
    """A sentence for each conclusion of a table.

    Parameters
    ----------
    table
        As :func:`simulation.analysis.conclusions.conclusions` gives it.
    margins
        Those it was judged by.
    """
    result = {}
    for conclusion in _HEADS:
        rows = table.loc[table["conclusion"] == conclusion]
        if len(rows):
            text = _single(rows.iloc[0], margins[conclusion]) if conclusion in _SINGLE else _several(rows)
            result[conclusion] = f"{_HEADS[conclusion]}: {text}"
    return result


def _single(row: pd.Series, margin: float) -> str:
    show = _number(row["conclusion"])
    sides = f"{show(row['before'])} without the tweak, {show(row['after'])} with it"
    interval = f"difference {_signed(row, 'difference')} [{_signed(row, 'low')}, {_signed(row, 'high')}]"
    text = f"{_verdict(row)} ({sides}; {interval})"
    if row["verdict"] == CHANGED and -margin < row["low"] <= row["high"] < margin:
        return f"{text}, but by less than the {margin:g} that matters."
    if row["verdict"] == UNTOLD and pd.notna(row["more"]):
        return f"{text}. About {row['more']} more pairs would tell."
    return f"{text}."


def _several(rows: pd.DataFrame) -> str:
    """What rose and fell by name, what did not change, what cannot be told."""
    parts = []
    up, down = ("likelier", "less likely") if rows["conclusion"].iloc[0] in SHARES else ("up", "down")
    changed = rows.loc[rows["verdict"] == CHANGED]
    for word, side in ((up, changed["difference"] > 0), (down, changed["difference"] < 0)):
        if side.any():
            parts.append(f"{word}: {_listed(changed.loc[side])}")
    if not parts:
        parts.append("none is seen to change")
    for verdict in (UNCHANGED, UNTOLD):
        others = rows.loc[rows["verdict"] == verdict]
        if len(others):
            parts.append(f"{_verdict(others.iloc[0])}: {_some(others['name'])}")
    return "; ".join(parts) + "."


def _listed(rows: pd.DataFrame) -> str:
    show = _number(rows["conclusion"].iloc[0])
    sides = zip(rows["name"], rows["before"].astype(float), rows["after"].astype(float), strict=True)
    return _some(f"{name} ({show(before)} to {show(after)})" for name, before, after in sides)


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = len(listed) - _MOST_NAMED
    return ", ".join(listed[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _verdict(row: pd.Series) -> str:
    return f"{row['verdict']} with {row['pairs']} pairs" if row["verdict"] == UNTOLD else str(row["verdict"])


def _number(conclusion: str) -> Callable[[float], str]:
    if conclusion in SHARES:
        return lambda share: f"{100 * share:.0f} %"
    return (lambda number: f"{number:.1f}") if conclusion in ("deals", "rank") else (lambda number: f"{number:.2f}")


def _signed(row: pd.Series, column: str) -> str:
    return f"{row[column]:+.2f}" if row["conclusion"] in ("deals", "rank") else f"{row[column]:+.3f}"
