"""Scores against values known by hand or by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.evidence import scores
from simulation.evidence.joins import scoring
from simulation.evidence.joins.backtest import MODEL, NAMES, left_out, past_share, rate_of_kind, rolling, shrunk
from simulation.evidence.joins.fit import rows_of
from simulation.evidence.joins.record import RECORD_END
from simulation.evidence.logistic import fit_logistic
from tests.evidence.joins.lists import VOTES, made_up


@pytest.fixture(scope="module")
def scored():
    return left_out(made_up(), draws=300, folds=4)


def test_parts_of_the_brier_score_add_up() -> None:
    luck = np.random.default_rng(2)
    p = np.round(luck.random(4000), 1) * 0.9 + 0.05
    y = (luck.random(4000) < p).astype(float)
    reliability, resolution, uncertainty = scoring.brier_parts(p, y, 20)
    assert reliability - resolution + uncertainty == pytest.approx(scores.brier(p, y), abs=2e-3)
    assert reliability < 2e-3


def test_joint_scores_prefer_the_right_dependence() -> None:
    luck = np.random.default_rng(4)
    together = np.repeat(luck.random((400, 1)) < 0.5, 6, axis=1).astype(float)
    apart = (luck.random((400, 6)) < 0.5).astype(float)
    pairs = np.array([[0, 1, 2, 3], [1, 2, 3, 4]])
    y = np.ones(6)
    assert scores.variogram(together, y, pairs) < scores.variogram(apart, y, pairs)
    assert scoring.energy(together, y) > 0


@pytest.mark.long
def test_a_logistic_form_is_best_on_lists_made_of_votes(scored) -> None:
    table = scoring.by_forecast(scored).set_index("forecast")
    assert list(table.index) == [MODEL, *NAMES]
    assert table["log score"].idxmin() in (MODEL, NAMES[0])
    assert table.loc[MODEL, "log score"] < table.loc["base rate of the kind", "log score"] - 0.05
    lost = scoring.against_rivals(scored)
    assert set(lost["rival"]) == set(NAMES)
    assert (lost.loc[lost["rival"] == "base rate of the kind", "in se"] > 2).all()


def test_intervals_of_counts_cover_and_states_are_all_there(scored) -> None:
    table = scoring.coverage(scored).set_index("convener")
    assert table.loc["all", "in 90 %"] >= 0.75
    assert set(table.index) == {"all", "UN", "state", "the EU's states"}
    assert len(scoring.by_state(scored)) >= 190
    assert len(scoring.jointly(scored[:3])) == 3


@pytest.mark.long
def test_a_rolling_forecast_knows_nothing_of_its_year() -> None:
    record = made_up(20, seed=5)
    out = rolling(record, draws=100, years=(2014,))
    assert {s.listed.opens.year for s in out} == {2015}
    cut = [one for one in record if one.opens.year <= 2015]
    again = rolling(cut, draws=100, years=(2014,))
    assert np.array_equal(out[0].forecasts[MODEL], again[0].forecasts[MODEL])
    assert out[0].forecasts[NAMES[3]] == pytest.approx(again[0].forecasts[NAMES[3]])


def test_simple_rivals_by_hand() -> None:
    record = made_up(6)
    rows = [rows_of(one, record, RECORD_END) for one in record]
    share = past_share(rows)
    could = sum(one.eligible[0] for one in record)
    did = sum(one.joined[0] for one in record)
    mean = sum(one.joined.sum() for one in record) / sum(one.eligible.sum() for one in record)
    assert share[0] == pytest.approx((did + mean) / (could + 1))
    same = [one for one in record if one.treaty]
    rates = [one.joined.sum() / one.eligible.sum() for one in same]
    assert rate_of_kind(same[0], same) == pytest.approx((sum(rates) + 2 * np.mean(rates)) / (len(rates) + 2))


def test_a_rival_shrinks_what_families_left_out_do_not_bear_out() -> None:
    """Marks of whole lists that mean nothing lose their weight; votes, which decide, keep theirs."""
    record = made_up(16)
    rows = [rows_of(one, record, RECORD_END) for one in record]
    luck, votes = np.random.default_rng(7), [r.x[:, :1] for r in rows]
    marks = [np.tile(luck.normal(size=12), (len(r.y), 1)) for r in rows]
    level = [np.ones((len(r.y), 1)) for r in rows]
    noisy = shrunk([np.hstack(parts) for parts in zip(marks, level, strict=True)], rows)
    clear = shrunk([np.hstack(parts) for parts in zip(votes, level, strict=True)], rows)
    wide, _ = fit_logistic(np.vstack([np.hstack(parts) for parts in zip(marks, level, strict=True)]),
                           np.concatenate([r.y for r in rows]), 1e-6)  # fmt: skip
    assert np.abs(noisy[:-1]).max() < 0.7 * np.abs(wide[:-1]).max()
    assert clear[0] > 0.8 * VOTES
