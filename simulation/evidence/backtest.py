"""``wifaq backtest``: past forecasts of joins and of deals, scored against what then happened and against rivals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from simulation.errors import Fault, InputError
from simulation.evidence import scores
from simulation.evidence.calibration.calibrate import BASELINE
from simulation.evidence.deals import deal_backtest
from simulation.evidence.joins import join_backtest
from simulation.evidence.joins.fit import RECORD_END
from simulation.evidence.joins.join_backtest import ROLLING, SMALL, Scored
from simulation.evidence.past_runs import PastRuns, past_runs
from simulation.experiments.engine import store
from simulation.experiments.engine.runner import Progress
from simulation.scenario.load import load_scenario

REPLICATES = 100
"""Runs from each past day."""


@dataclass(frozen=True)
class Backtest:
    """What was forecast and what happened.

    Attributes
    ----------
    focal
        Id of the focal state.
    joins
        Lists of joiners forecast and scored, by design; none where no list opened later.
    deals
        Tables of the runs from past days, by the name of their file; none where no run was asked for.
    """

    focal: str
    joins: dict[str, list[Scored]]
    deals: dict[str, pd.DataFrame]


def backtest(
    as_of: str | None = None,
    scenario: Path | None = None,
    replicates: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    out: Path | None = None,
) -> str:
    """Forecast from past days, score, and say how it went; with a folder, also the tables and pictures.

    Parameters
    ----------
    as_of
        Only forecasts of this day, written YYYY-MM-DD; by default several days, and joins of lists left out.
    scenario
        Whose focal state, rules and seed the runs have; default the baseline.
    replicates
        Runs from each day, by default :data:`REPLICATES`; 0 leaves deals out.
    workers, progress
        As in :func:`simulation.experiments.engine.runner.run_points`.
    out
        Folder, written whole or not at all.

    Raises
    ------
    InputError
        For a day that is none, has nothing after it or too little before it, or a folder that cannot be written.
    """
    if out is not None:
        store.check_target(out)
    path, count = scenario or BASELINE, REPLICATES if replicates is None else replicates
    focal = load_scenario(path).focal
    if as_of is None:
        joins = {"Joins, each family of lists left out": join_backtest.left_out()}
        joins |= {f"Joins, known on {day}": join_backtest.rolling(day) for day in ROLLING}
        days: Sequence[date] = deal_backtest.ORIGINS
    else:
        day = _day(as_of)
        joins, days = {f"Joins, known on {day}": join_backtest.rolling(day)}, (day,)
    runs = past_runs(days, path, count, workers, progress) if count else []
    found = Backtest(focal, {title: scored for title, scored in joins.items() if scored}, _scored(runs))
    if out is not None:
        _write(found, out)
    return "\n\n".join(_told(found)) or "no list opened later, and no run was asked for"


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError(Fault("", f"{text!r} is no date: write YYYY-MM-DD", "--as-of")) from None
    if day.year >= RECORD_END.year:
        raise InputError(Fault("", f"{day} leaves no whole year of the record, which ends on {RECORD_END}", "--as-of"))
    return day


def _told(found: Backtest) -> Iterator[str]:
    for k, (title, scored) in enumerate(found.joins.items()):
        yield _joins(title, scored)
        if k == 0:
            yield join_backtest.place_of(scored, found.focal)
    if found.deals:
        yield from _deals(found)


def _table(frame: pd.DataFrame, digits: int = 3) -> str:
    return frame.to_string(index=False, float_format=lambda v: f"{v:.{digits}f}")


def _joins(title: str, scored: list[Scored]) -> str:
    table = join_backtest.by_list(scored)
    big = table[table["joined"] >= SMALL]["Brier skill"]
    head = f"{title}\nBrier skill: mean {table['Brier skill'].mean():.2f}, median {table['Brier skill'].median():.2f}"
    if len(big) not in (0, len(table)):
        head += f"; lists of {SMALL} joiners or more: mean {big.mean():.2f}, median {big.median():.2f}"
    head += f"\n90 % bootstrap over lists and states: {join_backtest.overall(scored)}"
    rivals = _table(join_backtest.by_rival(scored))
    return "\n".join([head, _table(table), "", rivals, join_backtest.coverage(scored)])


def _scored(runs: list[PastRuns]) -> dict[str, pd.DataFrame]:
    if not runs:
        return {}
    tables = {"deals_by_day": deal_backtest.by_day(runs)}
    for name, pool in deal_backtest.pools(runs).items():
        place = name.replace(" ", "_")
        if sum(one.happened.sum() for one in pool):
            tables[f"pairs_{place}"] = deal_backtest.by_forecaster(pool)
            tables[f"calibration_{place}"] = deal_backtest.calibration(pool)
    return tables | {"deals_a_year": deal_backtest.yearly(runs), "open_lists": deal_backtest.open_texts(runs)}


def _deals(found: Backtest) -> Iterator[str]:
    focal, tables = found.focal, found.deals
    yield f"Deals of {focal} and of others, and 90 % intervals of runs with the prior\n{_table(tables['deals_by_day'])}"
    for name in deal_backtest.POOLS:
        place = name.replace(" ", "_")
        if f"pairs_{place}" in tables:
            title = f"Which pairs, deals {name} ({focal}); all but the last at the pace of the list on the day"
            yield f"{title}\n{_table(tables[f'pairs_{place}'])}"
            yield f"Pairs {name}, the model at its own pace\n{_table(tables[f'calibration_{place}'], 5)}"
    yield f"Deals of {focal} a year\n{_table(deal_backtest.by_counter(tables['deals_a_year']))}"
    texts = tables["open_lists"]
    if len(texts):
        yield (f"Joins in the runs of lists already open, by list and camp\n{_table(texts)}\n50 % interval: "
               f"{scores.covered(texts['in50'])} inside; 90 %: {scores.covered(texts['in90'])}")  # fmt: skip


def _write(found: Backtest, out: Path) -> None:
    from simulation.display.calibration import calibration_chart

    tables = dict(found.deals)
    with store.atomic_folder(out, replace=False) as folder:
        if found.joins:
            first = next(iter(found.joins.values()))
            tables["joins"] = pd.concat([one.rows for scored in found.joins.values() for one in scored])
            tables["camps"] = join_backtest.by_camp(first)
            tables["states"] = join_backtest.by_state(first).reset_index()
            tables["calibration"] = join_backtest.calibration(first)
            calibration_chart(tables["calibration"], folder)
        for name, table in tables.items():
            store.write_csv(table, folder / f"{name}.csv")
