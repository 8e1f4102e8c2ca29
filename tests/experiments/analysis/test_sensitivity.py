"""Known answers: Ishigami's function, a linear function, and the box of Bryant & Lempert (2010)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulation.errors import InputError
from simulation.experiments.analysis.boxes import find_box
from simulation.experiments.analysis.sensitivity import morris, noise_share, sobol
from simulation.experiments.sweeps.design import design_points
from simulation.experiments.sweeps.load import load_sweep

REFERENCE = Path(__file__).parent / "bryant_lempert_2010.csv"
"""The 882 cases of Bryant & Lempert 2010, *Technological Forecasting and Social Change* 77(1), 34–49."""
NAMES = ("hazard", "shield", "memory")


def cube(design: str, samples: int) -> np.ndarray:
    factors = {f"parameters.{name}": {"low": 0.9, "high": 0.95} for name in NAMES}
    source = {"base": "scenarios/baseline.yaml", "design": design, "samples": samples, "factors": factors, "seed": 3}
    found = design_points(load_sweep(source))[1]
    assert found is not None
    return found


def ishigami(shares: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * shares - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_of_the_ishigami_function():
    """Ishigami & Homma 1990 with a = 7, b = .1: S = (.3139, .4424, 0), ST = (.5576, .4424, .2437)."""
    found = sobol(NAMES, ishigami(cube("sobol", 2048)), seed=1)
    assert found["first"].to_numpy() == pytest.approx([0.3139, 0.4424, 0], abs=0.02)
    assert found["total"].to_numpy() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    assert (found["first_low"] < found["first_high"]).all()
    small = sobol(NAMES, ishigami(cube("sobol", 64)), seed=1)
    assert not small["converged"].any()
    again = sobol(NAMES, ishigami(cube("sobol", 64)), seed=1)
    pd.testing.assert_frame_equal(small, again)


def test_sobol_converges_where_the_function_is_simple():
    shares = cube("sobol", 4096)
    found = sobol(NAMES, shares[:, 0] + 2 * shares[:, 1], seed=1)
    assert found["first"].to_numpy() == pytest.approx([0.2, 0.8, 0], abs=0.02)
    assert found["converged"].iloc[2]


def test_morris_effects_of_a_linear_function_are_its_slopes():
    shares = cube("morris", 8)
    found = morris(NAMES, shares, 3 * shares[:, 0] - shares[:, 1], levels=4)
    assert found["mu_star"].to_numpy() == pytest.approx([3, 1, 0])
    assert found["mu"].to_numpy() == pytest.approx([3, -1, 0])
    assert found["sigma"].to_numpy() == pytest.approx([0, 0, 0], abs=1e-9)
    assert found["converged"].all()
    rough = morris(NAMES, shares, ishigami(shares), levels=4)
    assert not rough["converged"].all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("design", ["sobol", "morris"])
def test_one_sample_shows_no_spread_so_it_has_no_interval_and_has_not_converged(design):
    shares = cube(design, 1)
    values = 3 * shares[:, 0] - shares[:, 1]
    found = morris(NAMES, shares, values, levels=4) if design == "morris" else sobol(NAMES, values)
    assert not found["converged"].any()
    assert found.filter(regex="_(low|high)$").isna().all(axis=None)


def test_what_cannot_be_analysed_is_told():
    values = np.ones(8 * 5)
    with pytest.raises(InputError, match="the same in all design points"):
        sobol(NAMES, values)
    values[3] = np.nan
    with pytest.raises(InputError, match="no finished run"):
        sobol(NAMES, values)


def test_the_share_of_noise_is_that_of_the_variances():
    luck = np.random.default_rng(5)
    levels = luck.normal(scale=2, size=400)
    index = np.repeat(np.arange(400), 10)
    values = pd.Series(levels[index] + luck.normal(scale=1, size=4000), index=index)
    assert noise_share(values) == pytest.approx(1 / 5, abs=0.03)
    assert noise_share(pd.Series(luck.normal(size=4000), index=index)) == pytest.approx(1, abs=0.03)
    assert np.isnan(noise_share(pd.Series([1.0, 2.0], index=[0, 1])))


def test_the_box_of_bryant_and_lempert():
    data = pd.read_csv(REFERENCE)
    first = list(data.columns).index("Cellulosic cost")
    inputs, interest = data.iloc[:, first : first + 9], (data["Greater than 90%"] == 1).to_numpy()
    assert len(data) == 882
    assert interest.sum() == 89
    box = find_box(inputs, interest, number=21)
    assert (box.coverage, box.density) == pytest.approx((0.7528, 0.7701), abs=5e-5)
    published = {
        "Total biomass": (450, 755.8),
        "Demand elasticity": (-0.422, -0.202),
        "Biomass backstop price": (150.05, 199.6),
        "Cellulosic cost": (72.65, 133.7),
    }
    assert set(box.limits) == set(published)
    for name, limits in published.items():
        assert box.limits[name] == pytest.approx(limits, rel=2e-3)
    assert box.support["Total biomass"] >= 0.9
    told = box.sentence("costs above the limit")
    assert "77% of cases have costs above the limit (of all cases 10%)" in told
    assert "this box holds 75% of all such cases" in told


def test_a_box_is_found_in_words_too():
    luck = np.random.default_rng(1)
    inputs = pd.DataFrame({"fragmentation": luck.random(600), "rule": luck.choice(["a", "b", "c"], 600)})
    interest = ((inputs["fragmentation"] > 0.6) & (inputs["rule"] == "b")).to_numpy()
    box = find_box(inputs, interest)
    assert box.coverage > 0.8
    assert box.density > 0.9
    assert box.limits["rule"] == ("b",)
    assert box.limits["fragmentation"][0] == pytest.approx(0.6, abs=0.05)
    state = np.random.get_state()[1].copy()  # type: ignore[index] # noqa: NPY002
    assert find_box(inputs, interest).limits == box.limits
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002
    with pytest.raises(InputError, match="choose another level"):
        find_box(inputs, np.zeros(600, bool))
