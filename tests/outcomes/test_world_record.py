"""The world's side of a record: what is kept is what the state holds, and it changes nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulation.experiments.analysis import summary
from simulation.model import GovernanceModel
from simulation.scenario.load import load_scenario


@pytest.fixture(scope="module")
def model() -> GovernanceModel:
    scenario = load_scenario("scenarios/baseline.yaml", overrides={"horizon": "2026Q4"})
    return GovernanceModel(scenario, replicate=3).run()


def test_deals_are_those_of_the_last_state(model) -> None:
    state, deals = model.state, model.recorder.world.world()
    row = {name: place for place, name in enumerate(state.ids)}
    assert len(deals) == np.count_nonzero(state.depth) / 2
    for a, b, depth in deals.itertuples(index=False):
        assert state.depth[row[a], row[b]] == depth > 0


def test_trust_is_alpha_over_the_mass_of_evidence(model) -> None:
    state, trust = model.state, model.recorder.world.trust()
    row = {name: place for place, name in enumerate(state.ids)}
    a, b = (trust[side].map(row).to_numpy() for side in ("a", "b"))
    expected = state.alpha[a, b] / (state.alpha[a, b] + state.beta[a, b])
    assert trust["trust"].to_numpy() == pytest.approx(expected)
    assert ((trust["trust"] > 0) & (trust["trust"] < 1)).all()
    towards = set(trust.loc[trust["b"] == "MAR", "a"])
    assert towards == set(state.ids[:194]) - {"MAR"}
    core = {"MAR", "TUN", "SEN", "EGY", "JOR", "KEN", "EU", "CHN", "USA"}
    assert set(trust.loc[trust["a"] == "CHN", "b"]) == core - {"CHN"}


def test_texts_of_blocs_add_up_to_the_counts_of_the_state(model) -> None:
    state, blocs = model.state, model.recorder.world.blocs()
    total = blocs.groupby("bloc")[["tabled", "passed"]].sum().reindex(state.bloc_ids, fill_value=0)
    assert total["tabled"].tolist() == state.bloc_tabled.tolist()
    assert total["passed"].tolist() == state.bloc_passed.tolist()
    assert (blocs["passed"] <= blocs["tabled"]).all()
    assert blocs["quarter"].min() >= "2025Q1"
    inside = {
        name for name, members in zip(state.bloc_ids, state.member, strict=True) if members[state.ids.index("MAR")]
    }
    assert set(blocs.loc[blocs["member"], "bloc"]) == inside & set(blocs["bloc"])


def test_without_ties_nothing_of_the_world_is_kept() -> None:
    scenario = load_scenario("scenarios/baseline.yaml", overrides={"horizon": "2025Q1", "record.ties": "none"})
    assert GovernanceModel(scenario).recorder.world is None


# --- summaries


def test_summaries_are_shares_of_all_replicates() -> None:
    deals = pd.DataFrame({"replicate": [0, 1], "a": "FRA", "b": "MAR", "depth": [1, 3]})
    table = summary.world(deals, 4)
    assert table.to_dict("records") == [
        {"a": "FRA", "b": "MAR", "probability": 0.5, "depth": 1.0, "replicates": 4},
    ]
    events = pd.DataFrame({"bloc": "AMU", "member": True, "quarter": "2025Q1", "tabled": [1, 1], "passed": [1, 0],
                           "depth": [1, 0]})  # fmt: skip
    (row,) = summary.blocs(events, 4).to_dict("records")
    assert (row["tabled"], row["passed"], row["depth"]) == (0.5, 0.25, 0.5)
    split = events.assign(bloc=["AU/1", "AU/3"])  # its own part, whichever a replicate put it in
    (row,) = summary.blocs(split, 4).to_dict("records")
    assert (row["bloc"], row["focal_member"], row["tabled"]) == ("AU", True, 0.5)
    apart = summary.blocs(split.assign(member=[True, False]), 4)
    assert apart[["bloc", "focal_member"]].to_numpy().tolist() == [["AU", True], ["AU/3", False]]
    trust = pd.DataFrame({"a": "FRA", "b": "MAR", "trust": [0.2, 0.4]})
    (row,) = summary.trust(trust).to_dict("records")
    assert row["mean"] == pytest.approx(0.3)


def test_joining_counts_by_the_end_of_each_quarter() -> None:
    joins = pd.DataFrame(
        {
            "instrument": ["x"] * 4 + ["old"],
            "actor": "MAR",
            "quarter": ["2025Q1", "2025Q2", None, None, "2024Q4"],
            "joined_before": [False] * 4 + [True],
        }
    )
    table = summary.joining(joins, "MAR", ["2024Q4", "2025Q1", "2025Q2", "2025Q3"])
    assert set(table["instrument"]) == {"x"}
    assert table["probability"].tolist() == [0, 0.25, 0.5, 0.5]
    assert table["replicates"].tolist() == [4] * 4
