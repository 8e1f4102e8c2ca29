"""Shares of the variance: known parts are found."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.experiments.analysis.sensitivity import CHANCE, PARAMETERS, RULE, shares


def _table(rule: float, parameters: float, chance: float, *, mixed: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(3)
    rules, draws, lucks = 4, 300, 30
    of_rule = np.array([-1.0, 1.0, -1.0, 1.0])[:, None, None]
    of_draw = rng.normal(size=(1, draws, 1))
    return (
        rule * of_rule
        + parameters * of_draw
        + mixed * of_rule * of_draw
        + chance * rng.normal(size=(rules, draws, lucks))
    )


@pytest.mark.parametrize("parts", [(1.0, 2.0, 1.0), (0.0, 1.0, 3.0), (2.0, 0.0, 1.0)])
def test_parts_are_found(parts: tuple[float, float, float]) -> None:
    squares = np.square(parts)
    found = shares(_table(*parts))
    assert list(found.values()) == pytest.approx(list(squares / squares.sum()), abs=0.05)
    assert sum(found.values()) == pytest.approx(1)


def test_what_works_together_is_divided() -> None:
    found = shares(_table(0.0, 0.0, 0.1, mixed=1.0))
    assert found[RULE] == pytest.approx(found[PARAMETERS], abs=0.03)
    assert found[CHANCE] < 0.03


def test_what_never_varies_has_no_parts() -> None:
    assert set(shares(np.ones((2, 3, 4))).values()) == {0.0}
