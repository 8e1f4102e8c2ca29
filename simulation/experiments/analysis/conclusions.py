"""Which conclusions about the focal state a change alters, by paired replicates, and which it leaves.

A difference is *changed* where its interval excludes zero, *not changed* where the whole interval is
nearer to zero than a margin (two one-sided tests, Schuirmann 1987), else it *cannot be told* with so
many pairs. The intervals of one conclusion hold together with 90 % (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from simulation.display.words.language import ENGLISH
from simulation.display.words.terms import METRIC, name_of
from simulation.experiments.analysis.contrasts import CONFIDENCE, contrast, contrast_of_shares, more_pairs
from simulation.experiments.analysis.summary import HEADLINE, by_replicate, ranks_among

if TYPE_CHECKING:
    from simulation.scenario.schema import Scenario


CHANGED, UNCHANGED, UNTOLD = "changed", "not changed", "cannot be told"
QUALITY = ("diversity", "reciprocity", "autonomy", "alignment", "capacity", "safety")
METRICS = (HEADLINE, "deals", *QUALITY)
"""Metrics that conclusions are drawn from, of the focal state; of its peers the headline."""

MARGINS: Mapping[str, float] = MappingProxyType(
    {"headline": 0.02, "deals": 1.0, "quality": 0.02, "rank": 0.5, "partners": 0.2, "instruments": 0.2}
)
"""Conclusions, and the least difference of each that matters: judged, in its own unit; probabilities last."""
LIKELY = 0.2
"""Partners and instruments that are had with this probability, over both sides, are looked at."""
LEAST_PAIRS = 10
"""Fewer pairs never show that nothing has changed, however alike they are."""
SHARES = ("partners", "instruments")
"""Conclusions about probabilities."""

COLUMNS = (
    "conclusion", "what", "name", "before", "after", "difference", "low", "high", "pairs", "verdict", "more",
)  # fmt: skip

_Pairs = dict[str, pd.DataFrame]


class Finished(Protocol):
    """Finished replicates of one scenario, as tables."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def replicates(self) -> tuple[int, ...]: ...
    @property
    def series(self) -> pd.DataFrame: ...
    @property
    def ties(self) -> pd.DataFrame: ...
    @property
    def joins(self) -> pd.DataFrame: ...


def conclusions(
    before: Finished,
    after: Finished,
    peers: Sequence[str],
    names: Mapping[str, str],
    margins: Mapping[str, float] = MARGINS,
) -> pd.DataFrame:
    """Judge every conclusion about the focal state at the horizon.

    Parameters
    ----------
    before, after
        Finished replicates without and with a change, of one seed and horizon: headline and ``deals`` and
        quality of the focal state, headline of its peers, its deals and joins.
    peers
        Whom the focal state is ranked against.
    names
        Of actors and instruments, by id.
    margins
        As :data:`MARGINS`.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`, a row a number: ``what`` is a metric, a partner or an instrument;
        ``difference`` is after minus before, with its interval; ``more`` how many more pairs would
        about tell, where it cannot be told. A rank of 1 is most cooperation.
    """
    pairs = {
        "headline": _metrics(before, after, (HEADLINE,)),
        "deals": _metrics(before, after, ("deals",)),
        "quality": _metrics(before, after, QUALITY),
        "rank": _ranks(before, after, peers),
        "partners": _shares(_partners(before), _partners(after)),
        "instruments": _shares(_joined(before), _joined(after)),
    }
    rows = [row for name, result in pairs.items() for row in _rows(name, result, names, margins[name])]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"more": "Int64", "pairs": int})


def judge(low: float, high: float, pairs: int, margin: float) -> str:
    """One of :data:`CHANGED`, :data:`UNCHANGED`, :data:`UNTOLD` for an interval of a difference."""
    if low > 0 or high < 0:
        return CHANGED
    return UNCHANGED if pairs >= LEAST_PAIRS and -margin < low <= high < margin else UNTOLD


def _rows(conclusion: str, found: _Pairs, names: Mapping[str, str], margin: float) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    confidence = 1 - (1 - CONFIDENCE) / max(1, len(found))
    for what, pairs in found.items():
        text = (contrast_of_shares if conclusion in SHARES else contrast)(pairs, confidence)
        count = int(text["pairs"])
        verdict = judge(text["low"], text["high"], count, margin)
        # an interval of half the margin to each side lies off zero or within the margin
        more = more_pairs(text["standard_error"], count, margin / 2, confidence) if verdict == UNTOLD else None
        if more is not None:  # fewer than the least number never tell "not changed"
            more = max(more, LEAST_PAIRS - count)
        row: dict[str, Any] = {"conclusion": conclusion, "what": what, "name": names.get(what) or _named(what)}
        row |= {"before": text["mean_b"], "after": text["mean_a"], "verdict": verdict, "more": more}
        rows.append(row | {key: text[key] for key in ("difference", "low", "high", "pairs")})
    if conclusion in SHARES:
        rows.sort(key=lambda row: (-abs(row["difference"]), row["what"]))
    return rows


def _named(metric: str) -> str:
    return "rank among peers" if metric == "rank" else name_of(METRIC, metric, ENGLISH)


# --- pairs: `a` with the change, `b` without, a row a replicate


def _metrics(before: Finished, after: Finished, metrics: Sequence[str]) -> _Pairs:
    quarter, focal = _place(before)
    sides = {"a": after.series, "b": before.series}
    return {
        metric: pd.DataFrame({side: by_replicate(series, metric, quarter)[focal] for side, series in sides.items()})
        for metric in metrics
    }


def _ranks(before: Finished, after: Finished, peers: Sequence[str]) -> _Pairs:
    quarter, focal = _place(before)
    a, b = (ranks_among(side.series, focal, peers, quarter) for side in (after, before))
    return {} if a is None or b is None else {"rank": pd.DataFrame({"a": a, "b": b})}


def _shares(before: pd.DataFrame, after: pd.DataFrame) -> _Pairs:
    """Pairs of 0 and 1 of what is had often enough, from tables with a column each."""
    result = {}
    for what in sorted({*before.columns, *after.columns}):
        sides = {"a": after, "b": before}
        pairs = pd.DataFrame(
            {side: table[what] if what in table else pd.Series(0, table.index) for side, table in sides.items()}
        ).fillna(0)
        if pairs.to_numpy().mean() >= LIKELY:
            result[what] = pairs.astype(int)
    return result


def _partners(ensemble: Finished) -> pd.DataFrame:
    """Whether each actor is a partner at the horizon: a row a replicate, a column an actor."""
    quarter, focal = _place(ensemble)
    ties = ensemble.ties
    rows = ties.loc[(ties["quarter"] == quarter) & (ties["a"] == focal) & (ties["depth"] > 0)]
    return _table(rows["replicate"], rows["b"], ensemble)


def _joined(ensemble: Finished) -> pd.DataFrame:
    """Whether each instrument has been joined since the start: a row a replicate, a column an instrument."""
    _, focal = _place(ensemble)
    joins = ensemble.joins
    rows = joins.loc[(joins["actor"] == focal) & joins["quarter"].notna() & ~joins["joined_before"]]
    return _table(rows["replicate"], rows["instrument"], ensemble)


def _table(replicate: pd.Series, what: pd.Series, ensemble: Finished) -> pd.DataFrame:
    table = pd.crosstab(replicate, what.astype("str")).clip(upper=1)
    return table.reindex(list(ensemble.replicates), fill_value=0)


def _place(ensemble: Finished) -> tuple[str, str]:
    return str(ensemble.scenario.horizon), ensemble.scenario.focal


# --- A plain sentence for each conclusion that a change alters or leaves


_HEADS = {
    "headline": "Cooperation index",
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
        As :func:`simulation.experiments.analysis.conclusions.conclusions` gives it.
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
    before, after = (_number(row["conclusion"], row[side]) for side in ("before", "after"))
    sides = f"{before} without the tweak, {after} with it"
    interval = f"difference {_signed(row, 'difference')} [{_signed(row, 'low')}, {_signed(row, 'high')}]"
    text = f"{_verdict(row)} ({sides}; {interval})"
    if row["verdict"] == CHANGED and -margin < row["low"] <= row["high"] < margin:
        return f"{text}, but by less than the {margin:g} that matters."
    if row["verdict"] == UNTOLD and pd.notna(row["more"]):
        return f"{text}. About {row['more']} more {'pair' if row['more'] == 1 else 'pairs'} would tell."
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
    return _some(f"{row['name']} ({_from_to(row)})" for _, row in rows.iterrows())


def _from_to(row: pd.Series) -> str:
    """Both sides of what changed, in as many decimals as show that it did, four at most."""
    for more in range(3):
        before, after = (_number(row["conclusion"], row[side], more) for side in ("before", "after"))
        if before != after:
            break
    return f"{before} to {after}"


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = len(listed) - _MOST_NAMED
    return ", ".join(listed[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _verdict(row: pd.Series) -> str:
    return f"{row['verdict']} with {row['pairs']} pairs" if row["verdict"] == UNTOLD else str(row["verdict"])


def _number(conclusion: str, value: float, more: int = 0) -> str:
    if conclusion in SHARES:
        return ENGLISH.share(value)
    return ENGLISH.number(value, more + (1 if conclusion in ("deals", "rank") else 2))


def _signed(row: pd.Series, column: str) -> str:
    return ENGLISH.signed(row[column], 2 if row["conclusion"] in ("deals", "rank") else 3)
