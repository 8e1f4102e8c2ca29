"""``wifaq backtest``: past forecasts of joins and deals, scored against what then happened and against simple rivals.

Joins are scored on the gathered record of treaties and calls, which does not ship; deals on shipped tables.
Forecasts by runs of the model are a third part, on request: they take minutes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from simulation.data.judged_pairs import states_and_union
from simulation.display.calibration import calibration_chart
from simulation.errors import Fault, InputError
from simulation.evidence import BASELINE, past_deals, scores
from simulation.evidence.deals import backtest as deals
from simulation.evidence.deals.scoring import OURS, gains, ranking
from simulation.evidence.joins import backtest as joins
from simulation.evidence.joins import scoring
from simulation.evidence.joins.record import RECORD_END, Listed, read_record
from simulation.evidence.past_runs import past_runs
from simulation.evidence.score import told
from simulation.experiments.engine import store
from simulation.experiments.engine.runner import Progress
from simulation.scenario.load import load_scenario

SIGNED = 8
"""Joiners from which a text counts as signed: quiet openings are easy to forecast, and swell a mean over all texts."""
JOIN_BANDS = tuple(np.linspace(0.0, 1.0, 11).tolist())
DEAL_BANDS = (0.0, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Of forecast probability, in the tables of calibration."""

TITLES: Mapping[str, str] = {
    "joins_left_out": "Joins, texts since 2000, each family of texts left out (Brier, adjusted: less what knowing the "
    "number of joiners alone would score, mean of texts)",
    "joins_signed": f"The same, texts with at least {SIGNED} joiners",
    "joins_calls": "The same, political calls",
    "joins_lost": "What each rival loses to the model: families left out, launches after each fit, nine AI and digital "
    "lists (s.e. over families and states; Benjamini-Hochberg)",
    "joins_counts": "Counts of joiners in their intervals, by who convenes",
    "joins_rolling": "Joins, launches of the year after each fit: only what was known",
    "joins_rolling_counts": "Their counts of joiners in their intervals",
    "joins_ai": "Joins, nine AI and digital lists, families left out, launch and pace",
    "joins_ai_lists": "The nine lists",
    "joins_state": "The focal state, and the worst of all (rank 1 is the best)",
    "joins_together": "Whole vectors of joiners: as drawn, and with every state drawn apart (less is better)",
    "joins_tries": "Forms of joining that were tried, families left out in twelve sets; nested: each family scored by "
    "the form that is best on all others",
    "joins_calibration": "Joins: forecast and frequency, families left out",
    "deals_gain": "AI deals of states, the year after each year's end: nats a deal by which the model beats a rival "
    "(95 % over actors)",
    "deals_pairs": "Probabilities of pairs in those years (Brier and log score times 1,000)",
    "deals_counts": "Deals a year: CRPS, interval score, and how often the 90 % interval held",
    "deals_partners": "Whole vectors of a state's partners in a year: variogram score, times 1,000 (less is better)",
    "deals_focal": "Pairs of the focal state (Brier and log score times 1,000)",
    "deals_focal_counts": "Deals a year of the focal state",
    "deals_firms": "AI deals of states with firms (priors were written by people who had seen the rows)",
    "deals_calibration": "Deals: forecast and frequency of pairs",
    "runs_by_day": "Deals of the focal state and of others after each day, and 90 % intervals of runs with the prior",
    "runs_pairs_focal": "Runs: which pairs, deals of the focal state (all but the last at the pace of the list then)",
    "runs_pairs_others": "Runs: which pairs, deals of others",
    "runs_counts": "Runs: deals of the focal state a year",
    "runs_lists": "Runs: joins of lists already open, by list and camp",
}  # fmt: skip
NO_RECORD = (
    "Joins are not scored here: the record of treaties and calls does not ship. Lay it beside the project, or name its "
    "folder in WIFAQ_SHARED; docs/results/evidence.md has the scores."
)


def gathered() -> Path | None:
    """Where the gathered record of treaties and calls lies, if it does."""
    source = Path(os.environ.get("WIFAQ_SHARED", Path(__file__).parents[2].parent / "shared")) / "data"
    return source if (source / "treaties" / "coding.csv").is_file() else None


def backtest(
    as_of: str | None = None,
    scenario: Path | None = None,
    replicates: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
    out: Path | None = None,
) -> str:
    """Forecast from past days, score, and say how it went; with a folder, also the tables and pictures.

    Parameters
    ----------
    as_of
        Only forecasts from the last year's end not after this day, written YYYY-MM-DD; by default every year's end,
        and joins of families left out.
    scenario
        Whose focal state is shown apart, and whose rules and seed the runs have; default the baseline.
    replicates
        Runs of the model from each day; none by default.
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
    path = scenario or BASELINE
    focal, year = load_scenario(path).focal, None if as_of is None else _year(as_of)
    source = gathered()
    tables = joins_tables(read_record(source), focal, year) if source else {}
    tables |= deals_tables(focal, deals.ORIGINS if year is None else (year,))
    if replicates:
        days = past_deals.ORIGINS if year is None else (date(year, 12, 31),)
        tables |= runs_tables(days, path, replicates, workers, progress)
    if out is not None:
        with store.atomic_folder(out) as folder:
            write_tables(tables, folder)
    return "\n\n".join([*([] if source else [NO_RECORD]), *told(tables, TITLES)])


def _year(text: str) -> int:
    """The last year's end not after a day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError(Fault("", f"{text!r} is no date: write YYYY-MM-DD", "--as-of")) from None
    year = day.year if (day.month, day.day) == (12, 31) else day.year - 1
    if year > deals.ORIGINS[-1]:
        raise InputError(Fault("", f"{day} leaves no whole year of the record, which ends on {RECORD_END}", "--as-of"))
    if year < deals.ORIGINS[0]:
        raise InputError(Fault("", f"{day} is before the first year's end with a fit, {deals.ORIGINS[0]}", "--as-of"))
    return year


# --- joins


def joins_tables(record: Sequence[Listed], focal: str, year: int | None = None) -> dict[str, pd.DataFrame]:
    """Tables of the backtest of joining, by name of :data:`TITLES`; with a year those from its end only."""
    if year is not None:
        launches = joins.rolling(record, years=(year,))
        return _rolling_tables(launches, focal) if launches else {}
    families, nine = joins.left_out(record), joins.ai_lists(record)
    signed = [one for one in families if one.y.sum() >= SIGNED]
    calls = [one for one in families if not one.listed.treaty]
    later = joins.rolling(record)
    rolled = _rolling_tables(later, focal)
    states = [_state(families, focal, "left out"), rolled.pop("joins_state"), _state(nine, focal, "AI lists")]
    together = scoring.jointly(families).drop(columns="text").mean()
    designs = {"left out": families, "rolling": later, "AI lists": nine}
    lost = pd.concat([scoring.against_rivals(one).assign(design=name) for name, one in designs.items()])
    return {
        "joins_left_out": scoring.by_forecast(families), "joins_signed": scoring.by_forecast(signed),
        "joins_calls": scoring.by_forecast(calls), "joins_lost": lost,
        "joins_counts": scoring.coverage(families), **rolled,
        "joins_ai": scoring.by_forecast(nine), "joins_ai_lists": scoring.counts(nine),
        "joins_state": pd.concat(states, ignore_index=True),
        "joins_together": pd.DataFrame({"score": together.index, "mean": together.to_numpy()}),
        "joins_calibration": scores.bands(*scoring.pooled(families, joins.MODEL), JOIN_BANDS),
    }  # fmt: skip


def _rolling_tables(later: Sequence[joins.Scored], focal: str) -> dict[str, pd.DataFrame]:
    return {"joins_rolling": scoring.by_forecast(later), "joins_rolling_counts": scoring.coverage(later),
            "joins_state": _state(later, focal, "rolling")}  # fmt: skip


def _state(scored: Sequence[joins.Scored], focal: str, design: str) -> pd.DataFrame:
    """The rows of the focal state and of the worst; what its own true rate would have given stands beside."""
    states = scoring.by_state(scored)
    ranked = states.assign(rank=range(1, len(states) + 1), of=len(states), design=design)
    return pd.concat([ranked[ranked["iso3"] == focal], ranked.tail(1)])


# --- deals


def deals_tables(focal: str, origins: Sequence[int]) -> dict[str, pd.DataFrame]:
    """Tables of the backtest of deals from the end of some years, by name of :data:`TITLES`."""
    result = [deals.forecast_year(origin) for origin in origins]
    firms = [deals.forecast_firms(origin) for origin in origins]
    lead = pd.DataFrame([gains(firms, name, by_event=True) for name in list(firms[0].shares)[1:]])
    rows, place = deals.count_rows(result), states_and_union().place[focal]
    own = rows[rows["actor"] == place]
    p = np.concatenate([deals.probabilities(one)[OURS] for one in result])
    y = np.concatenate([one.scored.counts[one.pairs] for one in result])
    return {
        "deals_gain": deals.gain_table(result), "deals_pairs": deals.pair_table(result),
        "deals_counts": deals.count_table(rows), "deals_partners": deals.partner_table(result),
        "deals_focal": _focal_pairs(result, place), "deals_focal_counts": _focal_counts(own),
        "deals_firms": ranking(firms).rename(columns={"forecast": "over"}).merge(lead, on="over", how="left"),
        "deals_calibration": scores.bands(p, y, DEAL_BANDS),
    }  # fmt: skip


def _focal_pairs(found: Sequence[deals.Forecast], place: int) -> pd.DataFrame:
    """Scores of the pairs of one state over all years."""
    chosen = [(one.pairs[0] == place) | (one.pairs[1] == place) for one in found]
    y = np.concatenate([(one.scored.counts[one.pairs] > 0)[own] for one, own in zip(found, chosen, strict=True)])
    happened, rows = y.astype(float), []
    each = [deals.probabilities(one) for one in found]
    for name in each[0]:
        p = np.concatenate([one[name][own] for one, own in zip(each, chosen, strict=True)])
        rows.append({"forecast": name, "pairs": len(p), "happened": int(y.sum()), "expected": p.sum(),
                     "Brier": 1e3 * scores.brier(p, happened), "log": 1e3 * scores.log_scores(p, happened, 1e-9).mean(),
                     "AUC": scores.auc(p, happened)})  # fmt: skip
    return pd.DataFrame(rows)


def _focal_counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Deals a year of one state: expected and happened in all, CRPS and coverage, by forecaster."""
    result = []
    for name, own in rows.groupby("forecast", sort=False):
        result.append({"forecast": name, "years": len(own), "expected": own["expected"].sum(),
                      "happened": int(own["happened"].sum()), "CRPS": own["crps"].mean(),
                      "90 % covers": scores.covered(own["inside"])})  # fmt: skip
    return pd.DataFrame(result)


# --- runs


def runs_tables(
    days: Sequence[date], path: Path, replicates: int, workers: int | None, progress: Progress | None
) -> dict[str, pd.DataFrame]:
    """Tables of forecasts by runs of the model itself, by name of :data:`TITLES`."""
    runs = past_runs(days, path, replicates, workers, progress)
    tables = {"runs_by_day": past_deals.by_day(runs)}
    pools = past_deals.pools(runs)
    for name, pool in zip(("runs_pairs_focal", "runs_pairs_others"), past_deals.POOLS, strict=True):
        if sum(one.happened.sum() for one in pools[pool]):
            tables[name] = past_deals.by_forecaster(pools[pool])
    tables["runs_counts"] = past_deals.by_counter(past_deals.yearly(runs))
    lists = past_deals.open_texts(runs)
    return tables | ({"runs_lists": lists} if len(lists) else {})


# --- telling


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write every table, and the pictures of calibration."""
    for name, table in tables.items():
        store.write_csv(table, folder / f"{name}.csv")
    draw_calibration(tables, folder)


def draw_calibration(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Draw forecast against record: of joins where they were scored, and of deals on logarithmic axes."""
    if "joins_calibration" in tables:
        calibration_chart(
            tables["joins_calibration"], folder, "joins_calibration", "Joins, each family of texts left out"
        )
    calibration_chart(tables["deals_calibration"], folder, "deals_calibration", "AI deals of pairs, the year after",
                      log=True)  # fmt: skip
