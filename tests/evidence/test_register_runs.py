"""What a list would hold of runs: which signings are kept, and what is counted of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from simulation.data.history import shipped_deals
from simulation.evidence.register_runs import DAYS, RecordedRuns, on_runs, recorded_runs, recorded_signings
from simulation.scenario.quarter import Quarter
from simulation.state import FIRM, STATE

START = Quarter.parse("2025Q1")


def runs(deals: list[tuple[int, str, str, int]], joins: Sequence[tuple[int, str, int]] = ()) -> RecordedRuns:
    return RecordedRuns(2, START, pd.DataFrame(deals, columns=["replicate", "a", "b", "quarter"]),
                        pd.DataFrame(joins, columns=["replicate", "actor", "quarter"]), ("x", "y", "z"))  # fmt: skip


def test_a_signing_is_kept_by_the_share_that_is_recorded() -> None:
    """Shipped ones weigh 1 and stay, firms' are left out, of the others ρ are kept; no draw depends on another row."""
    m = 4000
    ledger = np.column_stack([np.zeros(m, int), np.arange(m) % 40 + 1, np.arange(m) // 40])
    state = SimpleNamespace(
        kind=np.array([STATE] * 40 + [FIRM]), uid=np.arange(41, dtype=np.uint64) + np.uint64(7),
        ledger=ledger, ledger_weight=np.where(ledger[:, 2] < 50, 1.0, 0.3),
    )  # fmt: skip
    kept = recorded_signings(state, 1, 0)
    firms, shipped = ledger[:, 1] == 40, ledger[:, 2] < 50
    assert not kept[firms].any()
    assert kept[shipped & ~firms].all()
    assert kept[~shipped & ~firms].mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / (m / 2)))
    state.ledger, state.ledger_weight = ledger[::-1], state.ledger_weight[::-1]
    assert (recorded_signings(state, 1, 0)[::-1] == kept).all()


def test_partners_are_counted_once_and_for_five_years() -> None:
    known = runs([(k, "FRA", "MAR", -17) for k in (0, 1)] + [(0, "MAR", "USA", 2), (0, "MAR", "USA", 3)])
    assert known.standing("MAR", 2).tolist() == [2, 1]
    assert known.standing("MAR", 3).tolist() == [1, 0]  # twenty quarters after it was signed, the first is out
    assert known.standing(None, 3).tolist() == [1, 0]
    assert known.standing("FRA", 3).tolist() == [0, 0]


def test_a_new_partner_had_signed_nothing_before() -> None:
    known = runs([(0, "FRA", "MAR", -30), (0, "FRA", "MAR", 1), (1, "FRA", "MAR", 1), (1, "MAR", "USA", 5)])
    assert known.new("MAR", 3).tolist() == [0, 1]
    assert known.new("MAR", 5).tolist() == [0, 2]
    assert known.signed(0, 3).tolist() == [1, 1]


def test_texts_are_counted_when_they_are_joined() -> None:
    known = runs([], [(0, "MAR", -1), (0, "MAR", 4), (1, "FRA", 0)])
    assert [known.joined("MAR", quarter).tolist() for quarter in (-1, 4)] == [[1, 0], [2, 0]]


@pytest.fixture(scope="module")
def known() -> RecordedRuns:
    return recorded_runs(date(2024, 12, 31), replicates=1, workers=1)


def test_a_run_goes_on_from_the_shipped_list(known: RecordedRuns) -> None:
    """What is recorded before the start is the list, and what is asked is asked of each end of a year."""
    before = known.deals[known.deals["quarter"] < 0]
    listed = [set(deal.parties) for deal in shipped_deals()]
    assert 50 < len(before) < len(listed)
    for pair in zip(before["a"], before["b"], strict=True):
        assert any(set(pair) <= parties for parties in listed)
    assert (known.deals["quarter"] >= 0).any()
    asked = list(on_runs(known, ("MAR", "FRA")))
    assert {one.by for one in asked} == set(DAYS)
    assert len(asked) == len({(one.question, one.by) for one in asked}) == len(DAYS) * (2 + 2 * 3)
    texts = [one.mean for one in asked if one.kind == "texts" and "Morocco" in one.question]
    assert texts == sorted(texts)
    assert 0 < texts[0] <= len(known.texts)
