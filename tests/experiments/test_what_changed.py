"""What a tweak changes, told from luck by pairs; and which tweaks cannot be compared."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pandas as pd
import pytest

from simulation import GovernanceModel, run, tell_when_compiling, what_changed
from simulation.actors import Actor, StateActor
from simulation.errors import InputError, ModelError, RunError
from simulation.experiments.analysis.conclusions import CHANGED, COLUMNS, MARGINS
from simulation.experiments.what_changed import Changes
from tests.shipped import shipped

SHORT = {"horizon": "2026Q4"}
SCENARIO = shipped(changes=SHORT)
STRANGERS = (
    "EU", "JPN", "KOR", "GBR", "DEU", "FRA", "ESP", "ITA", "NGA", "ZAF", "BRA", "CAN",
    "TUR", "EGY", "SEN", "TUN", "PRT",
)  # fmt: skip
QUICK: dict[str, Any] = {"replicates": 2, "workers": 1, "parameters": "defaults"}


class Hermit(StateActor):
    """Turns to nobody, agrees to nothing, and renews no deal that ends."""

    def choose_tracks(self, shares: Mapping[str, float]) -> Mapping[str, float]:
        """Effort nowhere."""
        return dict.fromkeys(shares, 0.0)

    def accepts(self, partner: Actor, utility: float) -> float:
        """Never."""
        return 0.0

    def renews(self, partner: Actor, chance: float) -> float:
        """Never."""
        return 0.0


def befriend(model: GovernanceModel) -> None:
    """The focal state fully trusts states with which it has no deal on record: a few would move nothing so soon."""
    for other in STRANGERS:
        model.states["MAR"].trust[other] = 0.98


@pytest.fixture(scope="module")
def hermit() -> Changes:
    return what_changed(SCENARIO, actors={"MAR": Hermit}, replicates=3, workers=1)


def test_who_gives_up_all_partners_is_seen_to_lose_them(hermit: Changes) -> None:
    table = hermit.table.set_index(["conclusion", "what"])
    assert list(hermit.table.columns) == list(COLUMNS)
    assert table.loc[("deals", "deals"), "after"] < table.loc[("deals", "deals"), "before"]
    assert table.loc[("deals", "deals"), "verdict"] == CHANGED
    assert list(hermit.sentences) == [name for name in MARGINS if name in set(hermit.table["conclusion"])]
    assert "Number of deals: changed" in str(hermit)
    assert "3 pairs of replicates" in hermit._repr_html_()


def test_the_picture_shows_the_table(hermit: Changes) -> None:
    rows = hermit.table.loc[hermit.table["conclusion"] == "partners"]
    ax = hermit.plot()
    shown = [text.get_text() for text in ax.get_yticklabels()]
    circles = [float(line.get_xdata()[0]) for line in ax.lines]
    short = [textwrap.shorten(name, 30, placeholder="…") for name in rows["name"]]
    before = dict(zip(short, rows["before"], strict=True))
    assert 0 < len(shown) <= len(rows)
    assert circles == [before[name] for name in shown]


def test_a_tweak_of_arrays_is_the_same_change_as_in_a_scenario() -> None:
    pairs = [{"pair": ["MAR", leader], "value": 0.98, "symmetric": False} for leader in STRANGERS]
    # a year is short for new partners; deals that are drawn have a past, which a scenario's trust comes before
    years = {"horizon": "2028Q4", "mechanisms.latent_book": "off"}
    told = what_changed(shipped(changes=years, trust=pairs), shipped(changes=years), **QUICK)
    written = what_changed(shipped(changes=years), tweak=befriend, **QUICK)
    pd.testing.assert_frame_equal(told.table, written.table)
    assert told.table["difference"].abs().sum() > 0


@pytest.mark.parametrize(("column", "number"), [("alpha", np.nan), ("budget", np.inf), ("adoption", 1.5), ("depth", 1)])
def test_a_tweak_that_writes_what_no_rule_would_is_refused(column: str, number: float) -> None:
    def write(model: GovernanceModel) -> None:
        getattr(model.state, column)[model.index("MAR")] = number

    with pytest.raises(ModelError, match=rf"^(replicate \d+.*)?{column}|nobody has a deal with itself"):
        what_changed(SCENARIO, tweak=write, **QUICK)


@pytest.mark.parametrize("value", ["3", None, [1, 2], np.ones(2), np.nan])
def test_what_is_no_number_is_refused_by_an_agent(value: Any) -> None:
    agent = GovernanceModel(SCENARIO).states["MAR"]
    with pytest.raises(ModelError, match=r"transparency of MAR must be a number in \[0, 1\]"):
        agent.transparency = value
    with pytest.raises(ModelError, match=r"trust must be a number in \[0, 1\]"):
        agent.trust["FRA"] = value


def test_nan_that_a_hook_writes_fails_the_replicate() -> None:
    class Saboteur(StateActor):
        def partner_utility(self, partner: Actor) -> float:
            self.model.state.opinion[:] = np.nan
            return 1.0

    with pytest.raises(RunError, match="metric 'support' is nan"):
        run(SCENARIO, replicates=1, workers=1, actors={"MAR": Saboteur})


def test_what_is_no_tweak_and_no_cast_is_told() -> None:
    with pytest.raises(ModelError, match="a tweak is a function of the model"):
        what_changed(SCENARIO, tweak={"a": 1}, **QUICK)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="not the class Hermit; actors= takes classes"):
        what_changed(SCENARIO, tweak=Hermit, **QUICK)
    with pytest.raises(ModelError, match="actors= takes a mapping"):
        run(SCENARIO, replicates=1, workers=1, actors=5)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="no actor or kind 5"):
        run(SCENARIO, replicates=1, workers=1, actors={5: Hermit})  # type: ignore[dict-item]
    with pytest.raises(InputError, match="whole number from 0"):
        GovernanceModel(SCENARIO, seed=-3)


def test_a_function_of_a_function_travels_to_any_number_of_workers() -> None:
    low = 0.05

    def local(model: GovernanceModel) -> None:
        model.states["MAR"].trust["CHN"] = low

    one, two = (what_changed(SCENARIO, tweak=local, **(QUICK | {"workers": workers})) for workers in (1, 2))
    pd.testing.assert_frame_equal(one.table, two.table)


def test_it_opens_as_it_was_saved(hermit: Changes, tmp_path: Path) -> None:
    again = Changes.open(hermit.save(tmp_path / "out"))
    assert str(again) == str(hermit)
    assert again.table["verdict"].tolist() == hermit.table["verdict"].tolist()
    (tmp_path / "out" / "changes.json").write_text('{"focal": {"id": "MAR"}}')
    with pytest.raises(InputError) as told:
        Changes.open(tmp_path / "out")
    assert {fault.message for fault in told.value.faults} >= {
        "changes.json: focal.name is missing", "changes.json: sentences is missing",
    }  # fmt: skip


def test_a_model_with_classes_can_be_compared_before_and_after_it_ran(hermit: Changes) -> None:
    model = GovernanceModel(SCENARIO, actors={"MAR": Hermit})
    for _ in range(2):
        again = what_changed(model, replicates=3, workers=1)
        pd.testing.assert_frame_equal(again.table, hermit.table)
        model.step()


@pytest.mark.parametrize("stepped", [False, True])
def test_what_was_written_by_hand_is_refused_with_advice(stepped: bool) -> None:
    model = GovernanceModel(SCENARIO)
    befriend(model)
    if stepped:
        model.step()
    advice = r"alpha, .*by hand.*def tweak\(model\).*what_changed\(scenario, tweak=tweak\)"
    with pytest.raises(InputError, match=advice):
        what_changed(model)


def test_a_rule_set_on_one_agent_is_refused_too() -> None:
    model = GovernanceModel(SCENARIO)
    model.states["MAR"].accepts = lambda partner, utility: 1.0
    with pytest.raises(InputError, match="accepts of MAR"):
        what_changed(model)


def test_as_a_tweak_both_are_compared() -> None:
    def agreeable(model: GovernanceModel) -> None:
        model.states["MAR"].partner_utility = lambda partner: 9.0

    assert what_changed(SCENARIO, tweak=agreeable, **QUICK).table["difference"].abs().sum() > 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "nothing differs"),
        ({"actors": {"MAR": StateActor}}, "nothing differs"),
        ({"actors": {"MAR": type("Idle", (StateActor,), {})}}, "nothing differs"),
        ({"tweak": lambda model: None}, "the tweak changes nothing"),
        ({"default": shipped(changes={"horizon": "2026Q1", "seed": 1}), "replicates": 1},
         r"(?s)seed: 1 without.*horizon: 2026Q1 without.*replicates: 1 is less than 2"),
        ({"margins": {"headlin": 0.1, "rank": 0}}, r"(?s)no conclusion 'headlin'; did you mean 'headline'.*rank: 0"),
        ({"margins": {"headline": "1"}}, "margins.headline: '1' is no number above 0"),
        ({"margins": [1]}, "must be a mapping of conclusions to numbers, not"),
        ({"tweak": befriend, "workers": "2"}, "workers: '2' is no whole number"),
        ({"parameters": "posterior"}, "neither prior nor defaults"),
        ({"tweak": befriend, "replicates": 2.5}, "replicates: must be a whole number, not 2.5"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_told_before_any_work(options: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        what_changed(SCENARIO, **options)


def test_a_tweak_does_not_run_the_model_and_its_mistakes_are_its_own() -> None:
    with pytest.raises(ModelError, match="before it runs"):
        what_changed(SCENARIO, tweak=lambda model: model.step(), **QUICK)
    with pytest.raises(ModelError, match="no actor 'BRX'"):
        what_changed(SCENARIO, tweak=lambda model: model.states["BRX"], **QUICK)

    def later(model: GovernanceModel) -> None:
        befriend(model)
        if model.replicate:
            raise ValueError("not in the second one")

    with pytest.raises(RunError, match=r"ValueError: .*test_what_changed\.py:\d+: not in the second one"):
        what_changed(SCENARIO, tweak=later, **QUICK)


def test_a_run_with_a_tweak_is_another_run() -> None:
    plain, tweaked = (run(SCENARIO, replicates=1, workers=1, tweak=tweak) for tweak in (None, befriend))
    assert "tweak" not in plain.info["hashes"]
    assert plain.info["run"] != tweaked.info["run"]
    assert not plain.series().equals(tweaked.series())
    (failed,) = run(SCENARIO, replicates=2, workers=1, tweak=lambda model: 1 / (1 - model.replicate)).failures
    assert (failed["stage"], failed["replicate"], failed["type"]) == ("tweak", 1, "ZeroDivisionError")
    assert re.match(r".*test_what_changed\.py:\d+: division by zero", failed["message"])


def test_compiling_is_told_once() -> None:
    told: list[str] = []
    tell_when_compiling(told.append)
    for sign in (1.0, -1.0):
        assert numba.njit(lambda x, sign=sign: sign * x)(np.float64(2.0)) == 2.0 * sign
    assert len(told) == 1
    assert "Compiling kernels" in told[0]


def test_kernels_of_the_cache_are_not_told() -> None:
    code = """
    from simulation import GovernanceModel, tell_when_compiling
    tell_when_compiling()
    GovernanceModel("scenarios/baseline.yaml", horizon="2025Q1").run()
    print("done")
    """
    for _ in range(2):  # the first may fill the cache, and then says so
        done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
        if done.stdout == "done\n":
            return
    assert done.stdout == "done\n"
