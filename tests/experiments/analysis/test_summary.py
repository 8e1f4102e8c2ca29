"""Summaries against small ensembles worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulation.experiments.analysis import summary


def series(values: dict[tuple[str, str, str], list[float]]) -> pd.DataFrame:
    """Frame from ``(quarter, actor, metric) -> values by replicate``."""
    rows = [(replicate, *key, value) for key, found in values.items() for replicate, value in enumerate(found)]
    frame = pd.DataFrame(rows, columns=["replicate", "quarter", "actor", "metric", "value"])
    return frame.astype(dict.fromkeys(["quarter", "actor", "metric"], "category"))


def test_forecast_has_the_promised_columns_and_quantiles():
    draws = list(np.linspace(0, 1, 21))
    frame = series(
        {
            ("2025Q1", "MAR", "cooperation"): draws,
            ("2025Q1", "FRA", "cooperation"): [9.0] * 21,
            ("2025Q1", "system", "density"): [0.25] * 21,
        }
    )
    table = summary.forecast(frame, "MAR", {"cooperation": "index"})
    assert ",".join(table.columns) == "focal,metric,quarter,unit,mean,q05,q25,q50,q75,q95,replicates"
    row = table.iloc[0]
    assert (row["focal"], row["metric"], row["unit"], row["replicates"]) == (
        "MAR",
        "cooperation",
        "index",
        21,
    )
    assert row[["mean", "q05", "q25", "q50", "q75", "q95"]].tolist() == pytest.approx(
        [0.5, 0.05, 0.25, 0.5, 0.75, 0.95]
    )
    assert table["metric"].tolist() == ["cooperation", "density"]
    assert table.iloc[1]["mean"] == 0.25


def test_standing_is_taken_within_replicates():
    frame = series(
        {
            ("2035Q4", "MAR", "commitments_kept"): [5.0, 5.0, 5.0, 5.0],
            ("2035Q4", "TUN", "commitments_kept"): [6.0, 4.0, 4.0, 5.0],
            ("2035Q4", "SEN", "commitments_kept"): [9.0, 9.0, 1.0, 1.0],
            ("2035Q4", "TUN", "cooperation"): [0.6, 0.4, 0.4, 0.4],
            ("2035Q4", "SEN", "partners_new"): [1.0, 0.0, 2.0, 0.0],
        }
    )
    found = summary.standing(frame, "MAR", ["TUN", "SEN", "MAR", "KEN"], "2035Q4")
    assert found is not None
    assert found.among == 3
    assert found.rank_mean == pytest.approx((3 + 2 + 1 + 1) / 4)
    peers = found.peers.set_index("peer")
    assert peers["ahead"].to_dict() == {"TUN": (2 + 0.5) / 4, "SEN": 0.5}
    assert peers["mean"].to_dict() == {"TUN": 4.75, "SEN": 5.0}
    assert (peers["index"]["TUN"], peers["new"]["SEN"]) == pytest.approx((0.45, 0.75))
    assert peers.isna().sum().sum() == 2  # the index of one and the new partners of the other were not recorded
    assert summary.standing(frame, "MAR", [], "2035Q4") is None
    assert summary.standing(frame, "MAR", ["TUN"], "2030Q4") is None


def test_without_kept_commitments_peers_stand_by_the_index_which_rises_with_them():
    frame = series({("2035Q4", "MAR", "cooperation"): [0.5, 0.5], ("2035Q4", "TUN", "cooperation"): [0.6, 0.4]})
    found = summary.standing(frame, "MAR", ["TUN"], "2035Q4")
    assert found is not None
    assert (found.rank_mean, found.peers["ahead"].tolist()) == (1.5, [0.5])


def test_partners_count_replicates_without_a_deal():
    ties = pd.DataFrame(
        [
            (0, "2035Q4", "MAR", "FRA", "bilateral", 3, "recorded"),
            (1, "2035Q4", "FRA", "MAR", "bilateral", 1, "drawn"),
            (1, "2035Q4", "MAR", "elm", "non_state", 2, "new"),
            (2, "2035Q4", "MAR", "FRA", "trilateral", 1, "new"),
            (0, "2030Q4", "MAR", "CHN", "bilateral", 3, "recorded"),
            (0, "2035Q4", "CHN", "FRA", "bilateral", 3, "recorded"),
        ],
        columns=["replicate", "quarter", "a", "b", "track", "depth", "source"],
    )
    table = summary.partners(ties, "MAR", "2035Q4", 4)
    assert table["focal"].unique().tolist() == ["MAR"]
    rows = table.set_index(["partner", "track"])
    assert len(rows) == 3
    assert rows.loc[("FRA", "bilateral"), ["probability", "depth", "depth_if_any"]].tolist() == [
        0.5,
        1.0,
        2.0,
    ]
    assert rows.loc[("elm", "non_state"), "probability"] == 0.25
    assert table["partner"].iloc[0] == "FRA"
    assert rows["probability_any"].to_dict() == {
        ("FRA", "bilateral"): 0.75, ("elm", "non_state"): 0.25, ("FRA", "trilateral"): 0.75,
    }  # fmt: skip
    assert rows["probability_new"].to_dict() == {
        ("FRA", "bilateral"): 0.25, ("elm", "non_state"): 0.25, ("FRA", "trilateral"): 0.25,
    }  # fmt: skip
    france = rows.loc[("FRA", "bilateral")]
    assert (france["probability_recorded"], france["probability_drawn"]) == (0.25, 0.25)
    assert summary.partners(ties, "MAR", "2026Q4", 4).empty


def test_a_deal_on_any_track_is_a_union_over_replicates_and_no_sum():
    rows = [(replicate, "2035Q4", "MAR", "FRA", track, 1, "new")
            for replicate, track in ((0, "bilateral"), (0, "trilateral"), (1, "trilateral"))]  # fmt: skip
    ties = pd.DataFrame(rows, columns=["replicate", "quarter", "a", "b", "track", "depth", "source"])
    table = summary.partners(ties, "MAR", "2035Q4", 2).set_index("track")
    assert table["probability"].to_dict() == {"bilateral": 0.5, "trilateral": 1.0}
    assert set(table["probability_any"]) == {1.0}


def test_instruments_by_a_quarter():
    rows = []
    for replicate, quarter in enumerate(["2026Q1", "2030Q4", None, "2027Q1"]):
        rows += [
            (replicate, "new", "MAR", quarter, True, False),
            (replicate, "old", "MAR", "2024Q4", True, True),
            (replicate, "new", "TUN", None, True, False),
            (replicate, "new", "XXX", None, True, False),
        ]
    columns = ["replicate", "instrument", "actor", "quarter", "eligible", "joined_before"]
    joins = pd.DataFrame(rows, columns=columns)
    joins = joins.astype(dict.fromkeys(["instrument", "actor", "quarter"], "category"))
    table = summary.instruments(joins, ["MAR", "TUN"], "2029Q4")
    assert table["actor"].tolist() == ["MAR", "MAR", "TUN"]
    found = table.set_index(["instrument", "actor"])
    assert found["probability"].to_dict() == {("new", "MAR"): 0.5, ("old", "MAR"): 1.0, ("new", "TUN"): 0.0}
    assert found.loc[("new", "MAR"), "median_quarter"] == "2027Q1"
    assert found.loc[("new", "MAR"), "replicates"] == 4
    assert pd.isna(found.loc[("old", "MAR"), "median_quarter"])
    assert pd.isna(found.loc[("new", "TUN"), "median_quarter"])
    later = summary.instruments(joins, ["MAR"], "2035Q4").set_index("instrument")
    assert later.loc["new", "probability"] == 0.75
