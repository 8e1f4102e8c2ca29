"""Changed, not changed, cannot be told: by the interval of paired differences."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulation.display.words.language import ENGLISH
from simulation.experiments.analysis.conclusions import (
    CHANGED,
    LEAST_PAIRS,
    MARGINS,
    METRICS,
    UNCHANGED,
    UNTOLD,
    conclusions,
    judge,
    sentences,
)
from simulation.experiments.analysis.contrasts import CONFIDENCE, contrast_of_shares
from tests.experiments.analysis.test_summary import series

QUARTER, PAIRS = "2035Q4", 40
NAMES = {"A": "Alba <b>", "B": "Berg", "C": "Cima", "N": "Ninth text"}


def ensemble(rng: np.random.Generator, *, gain: float = 0.0, partners: dict[str, float], joins: float = 0.5) -> Any:
    """Forty replicates: luck shared by key, a gain in every metric, partners with a probability each."""
    values = {(QUARTER, "MAR", metric): list(0.5 + gain + 0.05 * rng.normal(size=PAIRS)) for metric in METRICS}
    values[(QUARTER, "TUN", "cooperation")] = [0.5] * PAIRS
    luck = {name: rng.random(PAIRS) for name in NAMES}
    ties = [(k, QUARTER, "MAR", name, 1) for name, p in partners.items() for k in range(PAIRS) if luck[name][k] < p]
    quarters = [QUARTER if luck["N"][k] < joins else None for k in range(PAIRS)]
    return SimpleNamespace(
        scenario=SimpleNamespace(horizon=QUARTER, focal="MAR"),
        series=series(values),
        ties=pd.DataFrame(ties, columns=["replicate", "quarter", "a", "b", "depth"]),
        joins=pd.DataFrame({"replicate": range(PAIRS), "instrument": "N", "actor": "MAR", "quarter": quarters,
                            "joined_before": False}),
        replicates=tuple(range(PAIRS)),
    )  # fmt: skip


def judged(**change: Any) -> pd.DataFrame:
    plain: dict[str, Any] = {"partners": {"A": 0.9, "B": 0.1, "C": 0.5}}
    before, after = (ensemble(np.random.default_rng(1), **(plain | more)) for more in ({}, change))
    return conclusions(before, after, ["TUN"], NAMES)


def test_where_nothing_changes_nothing_is_said_to_change() -> None:
    assert set(judged()["verdict"]) == {UNCHANGED}


def test_so_few_pairs_never_need_none_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.experiments.analysis.test_conclusions.PAIRS", LEAST_PAIRS - 4)
    table = judged()
    assert set(table["verdict"]) == {UNTOLD}
    assert table["more"].min() == 4  # the rank is the same in every pair, and still it takes ten


def test_what_changes_is_seen() -> None:
    table = judged(gain=0.1, partners={"A": 0.1, "B": 0.9, "C": 0.5}, joins=1.0)
    found = table.set_index("what")["verdict"]
    assert set(found.drop(["C", "rank"])) == {CHANGED}
    assert found["C"] == UNCHANGED
    told = sentences(table)
    assert told["headline"].startswith("Cooperation index: changed (0.5")
    share = {row.what: f"{ENGLISH.share(row.before)} to {ENGLISH.share(row.after)}" for row in table.itertuples()}
    assert told["partners"] == (
        f"Partners: likelier: Berg ({share['B']}); less likely: Alba <b> ({share['A']}); not changed: Cima."
    )
    assert told["instruments"] == f"Instruments: likelier: Ninth text ({share['N']})."


def a_row(conclusion: str, verdict: str, **values: float) -> pd.DataFrame:
    row = {"conclusion": conclusion, "what": "autonomy", "name": "autonomy", "verdict": verdict, "pairs": 16}
    return pd.DataFrame([row | values])


def test_what_went_up_is_told_in_as_many_decimals_as_show_it() -> None:
    numbers = {"before": 0.9162, "after": 0.9187, "difference": 0.0025, "low": 0.001, "high": 0.004}
    assert sentences(a_row("quality", CHANGED, **numbers))["quality"] == "Quality: up: autonomy (0.916 to 0.919)."
    numbers |= {"after": 0.9162 + 1e-6, "difference": 1e-6}
    assert sentences(a_row("quality", CHANGED, **numbers))["quality"] == "Quality: up: autonomy (0.9162 to 0.9162)."


def test_one_more_pair_is_one_pair_and_a_minus_is_no_hyphen() -> None:
    numbers = {"before": 2.0, "after": 1.75, "difference": -0.25, "low": -0.5, "high": 0.001, "more": 1}
    assert sentences(a_row("rank", UNTOLD, **numbers))["rank"].endswith(
        "(2.0 without the tweak, 1.8 with it; difference −0.25 [−0.50, 0.00]). About 1 more pair would tell."
    )


def test_an_interval_is_judged_by_zero_and_by_the_margin() -> None:
    assert judge(0.001, 0.5, 20, 0.1) == CHANGED
    assert judge(-0.5, -0.001, 20, 0.1) == CHANGED
    assert judge(-0.09, 0.09, 20, 0.1) == UNCHANGED
    assert judge(-0.05, 0.11, 20, 0.1) == UNTOLD
    assert judge(0.0, 0.0, LEAST_PAIRS - 1, 0.1) == UNTOLD  # alike, but in too few pairs


def test_a_small_change_is_told_from_none_and_called_small() -> None:
    table = judged(gain=MARGINS["headline"] / 2)
    assert table.set_index("what").loc["cooperation", "verdict"] == CHANGED
    assert "but by less than the 0.02 that matters" in sentences(table)["headline"]


def test_shares_of_pairs_are_those_of_the_textbook() -> None:
    """Agresti & Min (2005), adjusted Wald interval of matched pairs, by its formula."""
    a, b = [1] * 12 + [0] * 8, [1] * 3 + [0] * 17
    found = contrast_of_shares(pd.DataFrame({"a": a, "b": b}))
    n, gained, lost = 22, 9 + 0.5, 0 + 0.5
    error = np.sqrt(gained + lost - (gained - lost) ** 2 / n) / n
    assert found["difference"] == pytest.approx(9 / 20)
    assert found["low"] == pytest.approx((gained - lost) / n - 1.6448536 * error)
    assert found["high"] == pytest.approx((gained - lost) / n + 1.6448536 * error)


def test_the_interval_of_shares_covers_the_truth_as_often_as_it_says() -> None:
    rng, inside, trials = np.random.default_rng(3), 0, 400
    for _ in range(trials):
        luck = rng.random(20)
        pairs = pd.DataFrame({"a": luck < 0.5, "b": rng.random(20) < 0.3}).astype(int)
        found = contrast_of_shares(pairs)
        inside += found["low"] <= 0.2 <= found["high"]
    assert CONFIDENCE - 0.04 < inside / trials < CONFIDENCE + 0.07
