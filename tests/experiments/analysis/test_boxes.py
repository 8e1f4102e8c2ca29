"""Boxes of scenario discovery, where the cases of one sort are few or none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulation.errors import InputError
from simulation.experiments.analysis.boxes import LEAST_CASES, find_box

CASES = 60


def inputs() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(3).random((CASES, 2)), columns=["x", "y"])


@pytest.mark.parametrize("count", [0, 1, LEAST_CASES - 1, CASES - LEAST_CASES + 1, CASES - 1, CASES])
def test_all_or_none_or_nearly_so_has_no_box_and_says_so(count):
    with pytest.raises(InputError, match=f"{count} of {CASES} cases are of interest"):
        find_box(inputs(), np.arange(CASES) < count)


@pytest.mark.parametrize("count", [LEAST_CASES, CASES - LEAST_CASES])
def test_few_of_a_sort_have_a_box_whatever_the_resamples(count):
    table = inputs()
    interest = (table["x"].rank() <= count).to_numpy()
    for seed in range(3):
        assert find_box(table, interest, seed=seed).coverage > 0.5


def test_a_half_with_one_sort_of_case_is_drawn_anew(monkeypatch):
    from ema_workbench.analysis.prim import PrimBox

    resample, calls = PrimBox.resample, []

    def uneven_once(self, *args, **options):
        calls.append(args)
        assert len(calls) > 1
        return resample(self, *args, **options)

    monkeypatch.setattr(PrimBox, "resample", uneven_once)
    table = inputs()
    assert set(find_box(table, (table["x"] > 0.5).to_numpy()).limits) == {"x"}
    assert len(calls) == 2
