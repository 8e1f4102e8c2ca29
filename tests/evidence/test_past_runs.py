"""Forecasts of deals from past days: what they know, how they are scored, and that nothing later leaks in."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulation.data import facts, tables
from simulation.data.dates import surely_by
from simulation.data.world import load_world
from simulation.errors import InputError
from simulation.evidence import BASELINE, backtest, past_deals
from simulation.evidence.deals.scoring import coming_year
from simulation.evidence.past_runs import PastRuns, past_runs
from simulation.experiments import prior
from simulation.intensity.joining import setting, states
from simulation.scenario import checks
from simulation.scenario.parameters import PARAMETERS

DAY, END = date(2022, 12, 31), date(2024, 12, 31)
ANYBODY = past_deals.PARTNERS["with anybody"]


@functools.cache
def runs() -> PastRuns:
    return past_runs([DAY], BASELINE, 3, workers=1)[0]


def told(agreed: pd.DataFrame, replicates: int) -> PastRuns:
    """The same day, with runs that say something else."""
    rows = [agreed.assign(replicate=k) for k in range(replicates)]
    return replace(runs(), replicates=replicates, agreed=pd.concat(rows))


# --- the runs


def test_runs_start_from_what_was_known_and_end_with_the_record() -> None:
    found = runs()
    assert found.world.as_of == DAY
    assert all(deal.date <= DAY for deal in found.world.deals)
    assert set(found.agreed["year"]) <= {2023, 2024}
    assert (found.agreed["a"] < found.agreed["b"]).all()
    assert set(found.happened["year"]) == {2023, 2024}
    pairs = sum(len(deal.parties) * (len(deal.parties) - 1) // 2 for deal in load_world(END).deals)
    assert len(found.known) + len(found.happened) + found.unforeseeable == pairs  # who was unknown then signed alone


def test_an_actor_that_did_not_exist_could_not_be_foreseen() -> None:
    early = replace(runs(), world=load_world(date(2018, 12, 31)), scenario=runs().scenario.model_copy(
        update={"as_of": date(2018, 12, 31)}))  # fmt: skip
    assert "anthropic" not in early.world.ids
    assert early.unforeseeable == 2


def test_the_union_makes_no_deal_with_its_members() -> None:
    a, b = runs().pairs
    ids = runs().world.ids
    union = ids.index("EU")
    partners = {ids[i + j - union] for i, j in zip(a, b, strict=True) if union in (i, j)}
    assert "FRA" not in partners
    assert {"MAR", "USA", "GBR"} <= partners


def test_parameters_come_from_the_prior() -> None:
    again = past_runs([DAY], BASELINE, 1, workers=1)[0]
    first = runs().agreed[runs().agreed["replicate"] == 0]
    pd.testing.assert_frame_equal(again.agreed, first)
    draws = pd.DataFrame([prior.draw(7, k) for k in range(400)])
    entry = PARAMETERS["hazard"]
    assert draws["hazard"].median() == pytest.approx(prior.value_at(entry, np.array(0.5)), rel=0.1)
    assert entry.low < draws["hazard"].min() < draws["hazard"].max() < entry.high


# --- probabilities and counts


def test_what_every_run_says_is_as_likely_as_its_report() -> None:
    deal = runs().happened.iloc[:1]
    found = told(deal, 20)
    chance, expected = found.per_pair()
    a, b = found.pairs
    mine = (a == deal["a"].iloc[0]) & (b == deal["b"].iloc[0])
    mean = found.reported.sum() / len(a) / 20
    assert chance[mine] == pytest.approx((found.reported.sum() + mean) / 21)
    assert expected[mine] == pytest.approx(chance[mine])
    assert chance[~mine] == pytest.approx(mean / 21)
    assert ((found.reported > 0.4) & (found.reported < 1.0)).all()


def test_counts_are_those_of_the_focal_state_thinned() -> None:
    found = told(runs().happened, 50)
    for year in (2023, 2024):
        true = found.recorded(ANYBODY, year)
        counts = found.counts(ANYBODY, year)
        assert counts.max() <= true
        assert counts.mean() == pytest.approx(0.7 * true, rel=0.2)
    assert found.recorded(ANYBODY) == found.recorded(ANYBODY, 2021) + found.recorded(ANYBODY, 2022) + 1


# --- rivals


def test_shares_of_rivals() -> None:
    found = runs()
    a, b = found.pairs
    own = (a == found.focal) | (b == found.focal)
    names = np.array(found.world.ids)
    partner = np.where(a == found.focal, names[b], names[a])[own]
    shares = past_deals.shares(found, own)
    for share in shares.values():
        assert share.sum() == pytest.approx(1)
        assert (share > 0).all()
    before = dict(zip(partner, shares["as often as before"], strict=True))
    assert before["CHN"] == before["ISR"] == before["IND"] == max(before.values()) > 100 * before["FRA"]
    active = dict(zip(partner, shares["most active partners"], strict=True))
    ids = found.world.ids
    sgp, fra = (0.5 + (found.known[["a", "b"]] == ids.index(state)).to_numpy().sum() for state in ("SGP", "FRA"))
    assert active["SGP"] / active["FRA"] == pytest.approx(sgp / fra)
    assert sgp > fra
    large = dict(zip(partner, shares["largest partners"], strict=True))
    assert large["USA"] > large["FRA"] > large["oracle"] > large["TUV"]
    # three deals with the focal state in the six years of the record, and half a deal more
    assert past_deals.pace(found, own) == pytest.approx(3.5 / 6 * 2, rel=1e-3)


def test_rival_counts_hold_what_they_know() -> None:
    before, same = coming_year(known=10, last=3, years=5, draws=400)
    assert before.mean() == pytest.approx(10.5 / 5, rel=0.05)
    assert same.mean() == pytest.approx(3.5, rel=0.05)


# --- scores


def test_runs_that_know_the_truth_beat_every_rival() -> None:
    for name, pool in past_deals.pools([told(runs().happened, 40)]).items():
        table = past_deals.by_forecaster(pool).set_index("forecast")
        others = table.drop([past_deals.MODEL, past_deals.OWN_PACE])
        assert (others["5 %"] > 0).all(), name
        assert table.loc[past_deals.MODEL, "AUC"] == pytest.approx(1.0)
        assert table.loc["base rate", ["Brier skill", "log skill"]].to_numpy() == pytest.approx([0, 0])


def test_runs_that_are_wrong_lose_to_the_base_rate() -> None:
    other = runs().happened.assign(a=0, b=1)
    pool = past_deals.pools([told(other, 40)])["of others"]
    table = past_deals.by_forecaster(pool).set_index("forecast")
    assert table.loc["base rate", "gain"] < 0
    assert table.loc[past_deals.MODEL, "log skill"] < 0


def test_every_count_is_in_its_interval_if_the_runs_are_right() -> None:
    sure = told(pd.concat([runs().happened] * 2), 200)  # about two in three are recorded, so twice as many are made
    table = past_deals.yearly([sure])
    model = table[table["forecast"] == past_deals.MODEL]
    assert model["in90"].all()
    assert set(table["year"]) == {2023, 2024}
    assert len(past_deals.by_counter(table)) == 9


def test_open_lists_are_counted_by_camp() -> None:
    table = past_deals.open_texts([runs()])
    gpai = table[table["instrument"] == "gpai"]
    assert gpai["eligible"].sum() > 150
    assert gpai["happened"].sum() == 16
    assert (table["low"] <= table["high"]).all()
    assert not set(table["instrument"]) & {"budapest", "conv108", "unesco_rec_2021"}


# --- the command


@pytest.mark.long
def test_a_year_is_told_written_and_drawn_with_its_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_deals, "_DRAWS", 10)
    monkeypatch.setattr(backtest, "gathered", lambda: None)
    out = tmp_path / "out"
    said = backtest.backtest(str(DAY), replicates=2, workers=1, out=out)
    assert said.startswith("Joins are not scored here")
    for part in ("WIFAQ_SHARED", "which pairs, deals of the focal state", "of the focal state a year", "already open"):
        assert part in said
    assert not {name for name in ("NaN", "known_on", "in50", " to 1.00)") if name in said}
    written = {path.stem for path in out.iterdir()}
    assert {"runs_by_day", "runs_pairs_others", "runs_lists"} <= written
    assert {"deals_gain", "deals_pairs", "deals_counts", "deals_focal", "deals_calibration"} <= written
    assert not {name for name in written if name.startswith("joins")}
    assert (out / "deals_calibration.png").stat().st_size > 10_000
    with pytest.raises(InputError, match="not empty"):
        backtest.backtest(str(DAY), out=out)


# --- leakage


def later(text: str) -> bool:
    return bool(text) and surely_by(text) > DAY


def doctored(name: str, rows: tuple[dict[str, str], ...]) -> list[dict[str, str]]:
    """A table with everything dated after the day changed, moved or gone, and something invented added."""
    if name == "deals":
        extra = {**rows[0], "id": "invented", "date": "2023-02-01", "party_a": "MAR", "party_b": "FRA"}
        return [*({**row, "date": "2024-12-30"} if later(row["date"]) else row for row in rows), extra]
    if name == "joins":
        other = {"1": "0", "0": "1"}
        return [{**row, "joined": other[row["joined"]]} if later(row["date"]) else row for row in rows]
    if name == "memberships":
        kept = [row for row in rows if not later(row["since"])]
        return [*kept, {"bloc": "BRICS", "iso3": "MAR", "since": "2023", "until": "", "basis": "invented"}]
    if name == "state_facts":
        early = {(row["iso3"], row["variable"]) for row in rows if int(row["year"]) <= DAY.year}
        return [
            {**row, "value": str(float(row["value"]) / 2)}
            if int(row["year"]) > DAY.year and (row["iso3"], row["variable"]) in early else row for row in rows
        ]  # fmt: skip
    if name == "instruments":
        flip = {"1": "0", "0": "1"}
        return [{**row, "binding": flip[row["binding"]]} if later(row["opens"]) else row for row in rows]
    column = {"nonstate": "founded", "firm_commitments": "date", "rivalries": "ended"}.get(name)
    if column == "ended":
        return [{**row, "ended": ""} if later(row["ended"]) else row for row in rows]
    return [row for row in rows if not column or not later(row[column])]


@contextmanager
def another_future(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The shipped tables with another future, and nothing remembered of the real one; which tables differ."""
    changed = set()
    for path in sorted(tables.TABLES.glob("*.csv")):
        rows = tables.read_csv(path)
        new = doctored(path.stem, rows)
        changed |= {path.stem} if new != list(rows) else set()
        tables.write_csv(folder / path.name, list(rows[0]), new)
    readers = tables.table, tables.rows_by, facts._panels
    caches = (*readers, checks._world, states.members, states.groups, states.kinship, setting.setting)
    monkeypatch.setattr(tables, "TABLES", folder)
    for cache in caches:
        cache.cache_clear()
    try:
        yield changed
    finally:
        monkeypatch.undo()
        for cache in caches:
            cache.cache_clear()


def test_another_future_changes_no_forecast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = runs()
    own = before.pairs[0] == before.focal
    shares = past_deals.shares(before, own)
    with another_future(tmp_path, monkeypatch) as changed:
        assert {"deals", "joins", "memberships", "state_facts", "instruments", "firm_commitments"} <= changed
        after = past_runs([DAY], BASELINE, 3, workers=1)[0]
        for name, share in past_deals.shares(after, own).items():
            assert share == pytest.approx(shares[name], abs=1e-12), name
    assert len(after.happened) == len(before.happened) + 1  # the future did change
    for entry in fields(before.world):
        if entry.name != "notes":  # they name who is not loaded
            one, other = (getattr(run.world, entry.name) for run in (before, after))
            assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other, entry.name
    pd.testing.assert_frame_equal(after.agreed, before.agreed)
    pd.testing.assert_frame_equal(after.joins, before.joins)
