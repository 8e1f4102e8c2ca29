"""Effects within replicates and batches of pairs, on made-up readings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulation.errors import DataError
from simulation.evidence.claims import running
from simulation.evidence.claims.ledger import BUILT_IN, FINDING, Check, Term, _side
from simulation.evidence.claims.measures import DECIDED
from simulation.evidence.claims.running import Number, Runs, measured, run
from simulation.evidence.claims.verdicts import BATCHES
from simulation.scenario import shipped

Readings = dict[str, dict[str, Any]]
CHECK = Check(
    "C0", 1, "number", "x against y", "m", (Term(1, "x", "m"),), (Term(1, "y", "m"),), "", "higher", FINDING, 0.1,
    "points", "", "", "",
)  # fmt: skip


class MadeUp(Runs):
    """Readings from a table in place of the model; remembers what was asked."""

    def __init__(self, readings: Readings):
        super().__init__(Path(), {})
        self.all = {arm: pd.DataFrame({f"{name}@": values for name, values in own.items()}) for arm, own in
                    readings.items()}  # fmt: skip
        self.asked: dict[str, int] = {}

    def extend(self, arms: Iterable[str], pairs: int) -> None:
        for arm in arms:
            self.asked[arm] = pairs
            self._read[arm] = self.all[arm].iloc[:pairs]


def of(check: Check, readings: Readings, spread: dict[str, float] | None = None) -> Number:
    """A check on all of some made-up readings."""
    runs = MadeUp(readings)
    runs.extend(readings, BATCHES[-1])
    return measured(check, runs, spread or {}, BATCHES[-1])


def test_sides_as_they_are_written() -> None:
    assert _side("a_0.3 + -1*b without capture:k@2028Q4 + 0.5*c/spread", "m", "2029Q4") == (
        Term(1, "a_0.3", "m", "2029Q4"), Term(-1, "b without capture", "k", "2028Q4"),
        Term(0.5, "c", "m", "2029Q4", True),
    )  # fmt: skip
    assert _side("", "m", "") == ()
    with pytest.raises(DataError, match="is no term"):
        _side("a*b*c", "m", "")


def test_numbers_by_hand() -> None:
    found = of(CHECK, {"x": {"m": [1.0, 2.0, 6.0]}, "y": {"m": [0.0, 1.0, 2.0]}})
    assert (found.a, found.b, found.difference, found.pairs, found.smallest) == (3.0, 1.0, 2.0, 3, 0.1)
    assert (found.low, found.high) == pytest.approx((2 - 2.919986, 2 + 2.919986))  # Student's t(2), deviation √3


def test_pairing_tells_a_small_effect_from_much_larger_luck() -> None:
    luck = np.random.default_rng(1).normal(0, 1, 40)
    noise = np.random.default_rng(2).normal(0, 0.01, 40)
    assert of(CHECK, {"x": {"m": luck + 0.02 + noise}, "y": {"m": luck}}).p < 1e-6
    assert of(CHECK, {"x": {"m": luck + noise - noise.mean()}, "y": {"m": luck}}).p == 1.0


def test_the_smallest_effect_is_in_its_unit() -> None:
    readings = {"x": {"m": [3.0, 5.0]}, "y": {"m": [-9.0, -11.0]}}
    assert of(replace(CHECK, unit="share"), readings).smallest == pytest.approx(0.1 * 10)
    assert of(replace(CHECK, unit="states"), readings, {"m": 4.0}).smallest == pytest.approx(0.1 * 4)
    in_spreads = replace(CHECK, a=(Term(2, "x", "m", "", True),), b=())
    found = of(in_spreads, readings, {"m": 4.0})
    assert (found.a, found.b, found.difference) == (2.0, 0.0, 2.0)


def test_a_ratio_of_means_has_the_interval_of_a_ratio() -> None:
    """Against the spread of the ratio itself over many samples."""
    luck = np.random.default_rng(8)
    ratios, reaches = [], []
    for _ in range(400):
        below = luck.gamma(8, 1, 120)
        above = 0.5 * below + luck.normal(0, 1, 120)
        found = of(replace(CHECK, per="z", b=()), {"x": {"m": above, "z": below}})
        ratios.append(found.a)
        reaches.append((found.high - found.low) / 2)
    assert np.mean(ratios) == pytest.approx(0.5, abs=0.005)
    assert np.mean(reaches) == pytest.approx(1.658 * np.std(ratios, ddof=1), rel=0.1)


def test_pairs_end_where_an_interval_is_narrow_or_an_effect_clear_whatever_its_sign() -> None:
    noise = np.random.default_rng(9).normal(size=BATCHES[-1])
    flat = {"m": np.zeros(BATCHES[-1])}
    for smallest, shifts, pairs in ((2.0, (-0.5, 0.0, 0.5), BATCHES[0]), (0.01, (-0.05, 0.0, 0.05), BATCHES[-1]),
                                    (0.01, (-3.0, 3.0), BATCHES[0])):  # fmt: skip
        for shift in shifts:
            check = replace(CHECK, smallest=smallest)
            runs = MadeUp({"x": {"m": noise + shift}, "y": flat})
            assert run([check], runs, BATCHES[-1])[check].number.pairs == pairs
            assert runs.asked == {"x": pairs, "y": pairs}


def test_a_check_comes_out_the_same_alone_and_among_others() -> None:
    noise = np.random.default_rng(10).normal(size=(3, BATCHES[-1]))
    readings = {name: {"m": values} for name, values in zip("xyw", noise, strict=True)}
    other = replace(CHECK, number=2, b=(Term(1, "w", "m"),), smallest=0.01)
    wide = replace(CHECK, smallest=5.0)
    alone = run([wide], MadeUp(readings), BATCHES[-1])[wide]
    assert alone == run([wide, other], MadeUp(readings), BATCHES[-1])[wide]
    assert alone.number.pairs == BATCHES[0]


def test_mechanism_checks_get_one_batch_and_controls_are_run_where_a_prediction_may_hold() -> None:
    noise = np.random.default_rng(11).normal(size=BATCHES[-1])
    flat = {"m": np.zeros(BATCHES[-1])}
    built_in = replace(CHECK, kind=BUILT_IN, smallest=1e-3)
    assert run([built_in], MadeUp({"x": {"m": noise}, "y": flat}), BATCHES[-1])[built_in].number.pairs == BATCHES[0]
    check = replace(CHECK, control="capture")
    off = {"x without capture": flat, "y without capture": flat}
    for shift, is_run in ((3.0, True), (-3.0, False)):
        runs = MadeUp({"x": {"m": noise + shift}, "y": flat, **off})
        found = run([check], runs, BATCHES[-1])[check]
        assert (found.control is not None) == is_run == ("x without capture" in runs.asked)
        if found.control is not None:
            assert (found.control.difference, found.control.pairs) == (0.0, BATCHES[0])


def test_further_readings_are_of_the_replicates_own_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read first and later is what would be read at once, the formula of a bloc's decision too."""

    def numbered(points: dict[str, Any], counts: dict[str, range], *_: Any) -> dict[str, Any]:
        def one(name: str) -> SimpleNamespace:
            rows = [(k, str(points[name].horizon), points[name].focal, "commitments", float(k)) for k in counts[name]]
            series = pd.DataFrame(rows, columns=["replicate", "quarter", "actor", "metric", "value"])
            return SimpleNamespace(scenario=points[name], replicates=tuple(counts[name]), series=series)

        return {name: one(name) for name in points}

    monkeypatch.setattr(running, "run_points", numbered)
    wanted = {"unanimity_0.6": {("commitments", ""), (DECIDED, "")}}
    twice, once = Runs(shipped.folder(), wanted), Runs(shipped.folder(), wanted)
    for pairs in (3, 6):
        twice.extend(wanted, pairs)
    once.extend(wanted, 6)
    for metric in ("commitments", DECIDED):
        term = Term(1, "unanimity_0.6", metric)
        assert twice.values(term, 6).tolist() == once.values(term, 6).tolist()
    assert twice.values(Term(1, "unanimity_0.6", "commitments"), 6).tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
