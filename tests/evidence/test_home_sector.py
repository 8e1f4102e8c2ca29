"""An unnamed sector at home (C.2) would be worth less than matters to states of which no organisation is named."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from simulation.data import roster
from simulation.evidence.claims.arms import recording
from simulation.experiments.analysis.contrasts import contrast
from simulation.experiments.ask import simulator
from simulation.experiments.engine.runner import run_replicates
from simulation.scenario import checks, shipped
from simulation.scenario.load import load_scenario

PAIRS = 40
MATTERS = {"capacity": 0.018, "coverage": 0.019, "commitments_kept": 0.63}
"""A tenth of the spread between states in 2035, as docs/results/first_edition.md has it."""
KINDS = ("think_tank", "ngo", "influencer")


def sector(home: str) -> list[dict[str, str]]:
    """One organisation of each kind that states work with, of the middle size."""
    common = {"home": home, "founded": "", "tier": "1", "ai_focus": "0.5", "band": "3", "orientation": "",
              "languages": "", "bloc": ""}  # fmt: skip
    return [
        common | {"id": f"home_{kind}", "name": f"{kind} at home", "kind": kind, "publics": home * (kind == KINDS[2])}
        for kind in KINDS
    ]


@pytest.fixture
def fresh() -> Iterator[None]:
    """Worlds built in the test are those of its rosters."""
    checks._world.cache_clear()
    yield
    checks._world.cache_clear()


def runs(focal: str) -> pd.DataFrame:
    """Metrics at the end, a row a replicate and metric."""
    scenario = load_scenario(shipped.folder() / "baseline.yaml", overrides={"focal": focal})
    lean = recording(scenario, tuple(MATTERS), (focal,), 4)
    found = run_replicates(lean, PAIRS, workers=1, on_error="raise", simulate=simulator("prior")).series
    end = found.loc[(found["quarter"] == str(scenario.horizon)) & (found["actor"] == focal)]
    return end.pivot_table(index="replicate", columns="metric", values="value")


@pytest.mark.slow
@pytest.mark.parametrize("focal", ["SEN", "KEN", "BRA", "VNM"])
def test_a_home_sector_would_change_less_than_matters(
    focal: str, fresh: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = runs(focal)
    rows = [*roster.table("nonstate"), *sector(focal)]
    shipped_table = roster.table
    monkeypatch.setattr(roster, "table", lambda name: rows if name == "nonstate" else shipped_table(name))
    checks._world.cache_clear()
    having = runs(focal)
    assert not having.equals(without)  # it is there, and is worked with
    for metric, smallest in MATTERS.items():
        found = contrast(pd.DataFrame({"a": having[metric], "b": without[metric]}))
        assert -smallest < found["low"] <= found["high"] < smallest, (metric, found)
