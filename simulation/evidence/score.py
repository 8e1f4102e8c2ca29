"""``wifaq score``: a forecast against what happened, beside what a forecast without any knowledge would have got.

A forecast is a register, a table of joins or a table of deals: which, its columns say. What an outcome table must have:

- of a register: ``id, outcome``; 1 or 0 for what has a probability, else a number. Questions without a row are open.
- of joins: ``instrument, iso3, joined`` (1 or 0). States without a row are not scored, unless a row with the state
  ``*`` says what all others of the text did: ``TEXT,*,0`` says that the list of joiners is complete.
- of deals: ``a, b`` and if you like ``date``; a row a signing. Pairs without a row signed nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd

from simulation.data.actor_advice import unknown_actor
from simulation.data.country_names import resolve, titles
from simulation.data.dates import column_dates
from simulation.data.reading import shown
from simulation.data.spreadsheets import Row, read_rows
from simulation.display.words.language import ENGLISH
from simulation.display.words.rounding import digits_that_tell
from simulation.errors import Fault, InputError, suggest
from simulation.evidence import scores
from simulation.evidence.deals.forecast import COLUMNS as DEALS
from simulation.evidence.joins.instrument_table import COLUMNS as JOINS
from simulation.evidence.joins.scoring import brier_parts
from simulation.evidence.register import COLUMNS as REGISTER
from simulation.evidence.register import KINDS as ASKED
from simulation.evidence.register import QUANTILES
from simulation.evidence.register_runs import LEVELS
from simulation.experiments.engine import store

EVERYBODY = "*"
MOST_NAMED = 10
"""Rows without a counterpart that a warning names."""
TABLE = ("group", "name", "probability", "mean", *QUANTILES, "outcome")
INNER = QUANTILES[1:-1]
"""Quantiles that registers before edition 3 and other tables do not have."""

Key = tuple[str, ...]
Complain = Callable[[str, str], None]
Line = tuple[Row, Complain]


@dataclass(frozen=True)
class Kind:
    """A kind of forecast table: what a row is about, the columns of its outcomes, and what to do without a row."""

    name: str
    key: tuple[str, ...]
    group: Callable[[Row], str]
    outcome: tuple[str, ...]
    needs: tuple[str, ...]


KINDS = {
    "register": Kind("register", ("id",), lambda row: row["kind"], ("id", "outcome"), ("id", "outcome")),
    "joins": Kind("joins", ("instrument", "iso3"), lambda row: row["instrument"], ("instrument", "iso3", "joined"),
                  ("instrument", "iso3", "joined")),
    "deals": Kind("deals", ("a", "b"), lambda row: f"{row['kind_a']} with {row['kind_b']}", ("a", "b", "date"),
                  ("a", "b")),
}  # fmt: skip
COLUMNS = {"register": tuple(name for name in REGISTER if name not in INNER), "joins": JOINS, "deals": DEALS}


def read_scored(path: Path, outcomes: Path) -> tuple[str, pd.DataFrame, list[str]]:
    """The rows of a forecast that have an outcome.

    Returns
    -------
    str, DataFrame, list of str
        Which kind of table it is; columns :data:`TABLE`, a row a forecast with an outcome, missing numbers NaN;
        warnings on rows of either table without a counterpart.

    Raises
    ------
    InputError
        With every fault of both files.
    """
    faults: list[Fault] = []
    kind, forecasts = _forecasts(path, faults)
    if kind is None:
        raise InputError(faults)
    known = _outcomes(outcomes, kind, forecasts, faults)
    if faults:
        raise InputError(faults)
    warnings = _warnings(kind, forecasts, known)
    rows = []
    for key, row in forecasts.items():
        outcome = known.get(key, known.get((key[0], EVERYBODY)) if kind.name == "joins" else None)
        outcome = 0.0 if outcome is None and kind.name == "deals" else outcome
        if outcome is not None:
            rows.append([*row, outcome])
    if not rows:
        raise InputError(Fault("", f"has no outcome of any row of {path}", str(outcomes)))
    table = pd.DataFrame(rows, columns=TABLE)
    return kind.name, table, warnings


def _forecasts(path: Path, faults: list[Fault]) -> tuple[Kind | None, dict[Key, list[object]]]:
    """What kind of table a file is, and its rows without the outcome, by key."""
    allowed = tuple(dict.fromkeys((*REGISTER, *JOINS, *DEALS)))
    lines = _lines(path, allowed, ("probability",), faults)
    if not lines:
        if not faults:
            faults.append(Fault("", "holds no forecast", str(path)))
        return None, {}
    columns = set(lines[0][0])
    kind = next((KINDS[name] for name, needed in COLUMNS.items() if set(needed) <= columns), None)
    if kind is None:
        text = " or ".join(f"{','.join(needed)} (a table of {name})" for name, needed in COLUMNS.items())
        faults.append(Fault("", f"is no table of forecasts: the columns must be {text}", str(path)))
        return None, {}
    result: dict[Key, list[object]] = {}
    for row, complain in lines:
        key = _key(row, kind, complain)
        if key in result:
            complain(kind.key[0], f"{' '.join(key)} occurs twice")
        if kind.name == "register" and row["kind"] not in ASKED:
            complain("kind", f"no kind {shown(row['kind'])}; {suggest(row['kind'], ASKED)}")
        probability = _number(row, "probability", complain, most=1.0)
        mean = _number(row, "mean" if "mean" in row else "expected", complain)
        quantiles = [_number(row, name, complain) for name in QUANTILES]
        numbers = [probability, mean, *quantiles]
        given = [number for number in quantiles if not math.isnan(number)]
        if given != sorted(given):
            complain("q05", f"the quantiles must not fall: {', '.join(f'{number:g}' for number in given)}")
        if math.isnan(probability) and (kind.name != "register" or math.isnan(mean)):
            complain("probability", "no number is given")
        if kind.name == "deals" and math.isnan(mean):
            complain("expected", "no number is given")
        result[key] = [kind.group(row), row.get("question") or " and ".join(key), *numbers]
    return kind, result


def _outcomes(path: Path, kind: Kind, forecasts: dict[Key, list[object]], faults: list[Fault]) -> dict[Key, float]:
    """What happened, by key: 0 or 1, a number, or how many signings."""
    place = TABLE.index("probability")
    chances = {key for key, row in forecasts.items() if row[place] == row[place]}  # else NaN
    lines = _lines(path, kind.outcome, kind.needs, faults)
    for number, message in column_dates(((k, row["date"]) for k, (row, _) in enumerate(lines) if row.get("date")))[1]:
        lines[number][1]("date", message)
    result: dict[Key, float] = {}
    for row, complain in lines:
        key = _key(row, kind, complain)
        if kind.name == "deals":
            result[key] = result.get(key, 0.0) + 1.0
            continue
        if key in result:
            complain(kind.key[0], f"{' '.join(key)} occurs twice")
        column = kind.outcome[-1]
        value = _number(row, column, complain, most=1.0 if kind.name == "joins" else math.inf)
        if math.isnan(value) or (kind.name == "joins" and value not in (0.0, 1.0)):
            complain(column, "must be 0 or 1" if kind.name == "joins" else "no number is given; leave the row out")
        elif key in chances and value not in (0.0, 1.0):
            complain(column, "must be 0 or 1 for what has a probability")
        result[key] = value
    return result


def _lines(path: Path, allowed: Sequence[str], needs: Sequence[str], faults: list[Fault]) -> list[Line]:
    """Rows of a table, each with what takes its faults."""

    def complain_at(line: int) -> Complain:
        return lambda column, message: faults.append(Fault(column, message, str(path), line, 1))

    return [(row, complain_at(line)) for line, row in read_rows(path, allowed, needs, faults)]


def _key(row: Row, kind: Kind, complain: Complain) -> Key:
    """What a row is about: states by their ids, a pair in the order of the alphabet."""
    words = []
    for column in kind.key:
        word = row[column]
        if not word:
            complain(column, "nothing is named")
        elif column in ("id", "instrument") or (word == EVERYBODY and "joined" in row):
            pass
        elif (word := resolve(word)) not in titles():
            complain(column, unknown_actor(row[column], tuple(titles())))
        words.append(word)
    if kind.name == "deals" and words[0] == words[1] != "":
        complain("b", f"{words[1]} makes no deal with itself")
    return tuple(sorted(words) if kind.name == "deals" else words)


def _number(row: Row, column: str, complain: Complain, most: float = math.inf) -> float:
    """A number from 0 to ``most``; NaN where nothing is said."""
    text = row.get(column, "")
    if not text:
        return math.nan
    try:
        value = math.nan if "_" in text else float(text)  # Python reads 0_1 as 1
    except ValueError:
        value = math.nan
    if not 0.0 <= value <= most or math.isinf(value):
        complain(column, f"{shown(text)} is no number from 0{'' if math.isinf(most) else f' to {most:g}'}")
        return 0.0
    return value


def _warnings(kind: Kind, forecasts: dict[Key, list[object]], known: dict[Key, float]) -> list[str]:
    """What has no counterpart in the other table, by name."""
    stray = [" ".join(key) for key in known if key not in forecasts and EVERYBODY not in key]
    found = [f"{len(stray)} outcomes have no forecast: {_named(stray)}"] if stray else []
    texts = {key[0] for key in forecasts}
    if kind.name == "register":
        open_ones = [key[0] for key in forecasts if key not in known]
        found += [f"{len(open_ones)} questions have no outcome and are left out: {_named(open_ones)}"] * bool(open_ones)
    elif kind.name == "joins":
        for text in sorted(texts):
            own = {key: value for key, value in known.items() if key[0] == text}
            missing = [key[1] for key in forecasts if key[0] == text and key not in own]
            if missing and (text, EVERYBODY) not in own:
                found.append(f"{text}: {len(missing)} states have no row and are left out; if the list of joiners is "
                             f"complete, add the row {text},*,0: {_named(missing)}")  # fmt: skip
        unknown = sorted({key[0] for key in known if EVERYBODY in key} - texts)
        found += [f"no forecast is of {_named(unknown)}"] * bool(unknown)
    return found


def _named(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


FLOOR = 5e-5
"""A probability written as 0.0000 counts as half of the last digit in a log score."""
EDGES = (0.0, 0.01, 0.03, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
"""Of bands of probability in the table of calibration."""
LEVEL = 0.9
"""Of the intervals from q05 to q95."""
FORECAST, SAME, HINDSIGHT = "forecast", "its mean for all", "share that happened, for all"


def score_file(path: Path, outcomes: Path, out: Path | None = None) -> tuple[str, list[str]]:
    """Score a table of forecasts, and say so in tables; with a folder, also write them.

    Parameters
    ----------
    path
        A register, or a table of ``wifaq instruments`` or ``wifaq deals``.
    outcomes
        What happened, see :mod:`simulation.evidence.score`.
    out
        Folder, written whole or not at all.

    Returns
    -------
    str, list of str
        The tables, and warnings on rows that were left out.

    Raises
    ------
    InputError
        With every fault of both files.
    """
    if out is not None:
        store.check_target(out)
    kind, rows, warnings = read_scored(path, outcomes)
    tables = score_tables(kind, rows)
    if out is not None:
        with store.atomic_folder(out) as folder:
            for name, table in (tables | {"rows": rows}).items():
                store.write_csv(table, folder / f"{name}.csv")
    return "\n\n".join(told(tables, HEADS)), warnings


def score_tables(kind: str, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Tables ``chances`` and ``calibration`` of what has a probability, ``numbers`` of what is a number.

    Of joins and deals ``counts`` too: how many were expected, and how many there were.

    Parameters
    ----------
    kind
        ``register``, ``joins`` or ``deals``.
    rows
        Columns :data:`simulation.evidence.score.TABLE`.
    """
    single = rows[rows["probability"].notna()]
    counted = rows[rows["probability"].isna()]
    result = {}
    if len(single):
        result["chances"] = chances(single)
        p, y = single["probability"].to_numpy(float), single["outcome"].to_numpy(float)
        result["calibration"] = scores.bands(p, y, EDGES)
    if len(counted):
        result["numbers"] = pd.DataFrame([_numbers(of, own) for of, own in _groups(counted)])
    if kind != "register":
        result["counts"] = pd.DataFrame([_sums(kind, of, own) for of, own in _groups(single)])
    return result


def chances(rows: pd.DataFrame) -> pd.DataFrame:
    """Scores of probabilities, of all rows and of each group: the forecast, and the same probability for all.

    The last row of each group knows how many would happen: no forecast that treats all alike can do better.
    """
    result = []
    for of, own in _groups(rows):
        p, y = own["probability"].to_numpy(float), (own["outcome"].to_numpy() > 0).astype(float)
        for name, forecast in (
            (FORECAST, p),
            (SAME, np.full(len(p), p.mean())),
            (HINDSIGHT, np.full(len(p), y.mean())),
        ):
            reliability, resolution, uncertainty = brier_parts(forecast, y)
            result.append({
                "of": of, "by": name, "n": len(y), "happened": int(y.sum()), "expected": forecast.sum(),
                "log score": float(scores.log_scores(forecast, y, FLOOR).mean()), "Brier": scores.brier(forecast, y),
                "reliability": reliability, "resolution": resolution, "uncertainty": uncertainty,
                "AUC": scores.auc(forecast, y), "PR-AUC": scores.average_precision(forecast, y),
            })  # fmt: skip
    return pd.DataFrame(result)


def _groups(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """All rows, then each group where there are several."""
    yield "all", rows
    if rows["group"].nunique() > 1:
        for of, own in rows.groupby("group"):
            yield str(of), own


def _numbers(of: str, rows: pd.DataFrame) -> dict[str, object]:
    """Errors and coverage of numbers; the quantile score of those that have all quantiles."""
    mean, happened = (rows[name].to_numpy(float) for name in ("mean", "outcome"))
    return {"of": of, "n": len(rows), "mean error": float((mean - happened).mean()),
            "mean absolute error": float(np.abs(mean - happened).mean()), **_by_interval(rows),
            **_by_quantiles(rows)}  # fmt: skip


def _by_interval(rows: pd.DataFrame) -> dict[str, object]:
    whole = rows.dropna(subset=["q05", "q95"])
    if whole.empty:
        return {}
    low, high, happened = (whole[name].to_numpy(float) for name in ("q05", "q95", "outcome"))
    inside = (low <= happened) & (happened <= high)
    fines = [scores.interval_score(*one, LEVEL) for one in zip(low, high, happened, strict=True)]
    return {f"{100 * LEVEL:.0f} % covers": scores.covered(inside), "interval score": float(np.mean(fines))}


def _by_quantiles(rows: pd.DataFrame) -> dict[str, object]:
    whole = rows.dropna(subset=list(QUANTILES))
    if whole.empty:
        return {}
    found, happened = whole[list(QUANTILES)].to_numpy(float), whole["outcome"].to_numpy(float)
    inside = (found[:, 1] <= happened) & (happened <= found[:, -2])
    return {"50 % covers": scores.covered(inside),
            "quantile score": float(scores.quantile_score(found, LEVELS, happened).mean())}  # fmt: skip


def _sums(kind: str, of: str, rows: pd.DataFrame) -> dict[str, object]:
    """How many were expected, and how many there were."""
    column = "mean" if kind == "deals" else "probability"
    return {"of": of, "rows": len(rows), "expected": rows[column].sum(), "happened": int(rows["outcome"].sum())}


HEADS = {
    "chances": "Probabilities: log score (in nats) and Brier, of both less is better; Brier is about\n"
    "reliability − resolution + uncertainty, in ten bands",
    "calibration": "Forecast and frequency, with 95 % intervals",
    "numbers": "Numbers, their intervals and quantiles (scores are in units of the number: less is better)",
    "counts": "How many in all",
}
_WIDEST = 100
"""Signs of a line; a wider table is told in parts."""
_TOGETHER = (
    ("log score", "log score, mean of texts"), ("Brier", "Brier, adjusted", "reliability", "resolution", "uncertainty"),
    ("AUC", "PR-AUC"), ("mean error", "mean absolute error"), ("gain", "2.5 %", "97.5 %"), ("low", "high"),
    ("in 50 %", "50 % from", "50 % to"), ("in 90 %", "90 % from", "90 % to"), ("90 % covers", "central 90 % of PIT"),
    ("50 % covers", "quantile score"), ("CRPS", "interval score"),
)  # fmt: skip
"""Columns between which no line is folded: a score and its parts, a number and its interval."""
_DECIMALS = 4
"""Of what is made of probabilities, which files write with as many."""
_IN_UNITS = ("expected", "mean error", "mean absolute error", "quantile score")
"""Columns in units of what was asked for."""
_CALLED = {"known_on": "known on", "in50": "in 50 %", "in90": "in 90 %", "iso3": "state", "se": "s.e.",
           "in se": "in s.e."}  # fmt: skip
"""Names of columns that files write shorter."""


def told(tables: Mapping[str, pd.DataFrame], heads: Mapping[str, str]) -> Iterator[str]:
    """Tables as text under their heads; one too wide for a line stands in parts, its first columns of text in each."""
    for name, table in tables.items():
        shown = pd.DataFrame({_CALLED.get(str(column), str(column)): _column(table[column]) for column in table})
        first = [*(pd.api.types.is_numeric_dtype(table[column]) for column in table), True].index(True)
        yield f"{heads[name]}\n" + "\n\n".join(_parts(shown, list(shown.columns[:first]), shown.columns[first:]))


def _parts(table: pd.DataFrame, names: list[str], others: Iterable[str]) -> Iterator[str]:
    """A table in as many parts as its width asks for; what belongs together is divided only where it must be."""

    def text(columns: Iterable[str]) -> str:
        return str(table[[*names, *columns]].to_string(index=False))

    def fits(columns: Iterable[str]) -> bool:
        return len(text(columns).partition("\n")[0]) <= _WIDEST

    part: list[str] = []
    for _, group in groupby(others, lambda column: next((own for own in _TOGETHER if column in own), column)):
        columns = list(group)
        for piece in [columns] if fits(columns) else [[column] for column in columns]:
            if part and not fits([*part, *piece]):
                yield text(part)
                part = []
            part += piece
    yield text(part)


def _column(values: pd.Series) -> pd.Series:
    """A column as text, its numbers with as many decimals throughout."""
    if not pd.api.types.is_float_dtype(values):
        return values.map(_cell, na_action="ignore").fillna("–")
    numbers = values.where(np.isfinite(values))
    digits = _digits(numbers, float(numbers.abs().max()))
    return numbers.map(lambda number: ENGLISH.number(number, digits), na_action="ignore").fillna("–")


def _digits(numbers: pd.Series, largest: float) -> int:
    if numbers.name in _IN_UNITS:
        return digits_that_tell(largest)
    if not largest > 1.0 or numbers.name == "log score":  # shares, what is made of them, and what is not known
        return _DECIMALS
    return 0 if (numbers.dropna() % 1 == 0).all() else max(0, _DECIMALS - len(str(int(largest))))


def _cell(value: object) -> object:
    """A text or a count; intervals have a dash, those of shares are per cent."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, scores.Coverage):
        low, high = value.interval
        return f"{value.hits} of {value.trials} ({100 * low:.0f}–{100 * high:.0f} %)"
    return f"{value.low:.0f}–{value.high:.0f}" if isinstance(value, scores.Span) else value
