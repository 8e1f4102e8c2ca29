"""The search for strategies, in worlds in which the best one is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from simulation.cli.commands import app
from simulation.errors import InputError
from simulation.experiments import advise as advising_module
from simulation.experiments import optimise
from simulation.experiments.advise import SEARCH, Advice, advise
from simulation.experiments.analysis import fronts
from simulation.experiments.ask import load
from simulation.experiments.optimise import COLUMNS, KINDS, LEVERS, Evolution, Purse
from simulation.experiments.strategies import candidate
from simulation.experiments.sweep import Interrupted
from simulation.model.levers import usual_shares
from simulation.model.start import build_state
from simulation.processes.books import terms_of
from simulation.processes.ends import price_of_levers
from simulation.scenario.checks import world_of
from tests.experiments import advising, test_advise
from tests.experiments.test_advise import advised, same

PURSE = Purse(np.array([0.6, 0.2, 0.1, 0.1, 0.0]), np.array([0.1, 0.05, 0.05, 0.1]), 0.4)
FEWER, OF_THEM, MEET = 8, 2, 3
"""A generation, searches and futures of a search, in place of the usual ones, for time."""
TWO_GENERATIONS = 2 * FEWER


@pytest.fixture(autouse=True, scope="module")
def _small():
    with pytest.MonkeyPatch.context() as patch:
        for module in (optimise, advising_module):
            patch.setattr(module, "POPULATION", FEWER)
            patch.setattr(module, "SEARCHES", OF_THEM)
        patch.setattr(advising_module, "SEARCH_FUTURES", MEET)
        patch.setattr(test_advise, "FEW", "strategies: {as_recorded: {}, half: {strategy: {budget: 0.5}}}")
        yield


def searched(out: Path, simulate=advising.simulate_purse, **options) -> Advice:
    return advised(out, simulate, **{"search": True, "evaluations": TWO_GENERATIONS, "futures": 20, **options})


@pytest.fixture(scope="module")
def found(tmp_path_factory, _small) -> Advice:
    return searched(tmp_path_factory.mktemp("search") / "out")


# --- places in the cube


def test_every_place_spends_the_whole_budget_and_no_more():
    rng = np.random.default_rng(2)
    for place in (*rng.random((200, 10)), np.zeros(10), np.ones(10), PURSE.place(np.eye(9)[6], 0.0)):
        shares = PURSE.shares(place)
        parts = np.array([shares[name] for name in COLUMNS[:-1]])
        assert (parts >= 0).all()
        assert 1.0 - 1e-3 < parts.sum() <= 1.0 + 1e-9
        section = PURSE.section(shares)
        assert sum(section["split"].values()) <= 1.0 + 1e-9
        assert all(0.0 <= section[name] <= 1.0 for name in LEVERS)


def test_a_lever_costs_partners_what_it_is_worth_and_the_recorded_split_costs_none():
    plain, *pulled = (PURSE.shares(place) for place in PURSE.starts())
    assert [plain[name] for name in KINDS] == pytest.approx(PURSE.usual, abs=1e-3)
    assert PURSE.section(plain)["split"]["levers"] == 0.0
    for name, price, shares in zip(LEVERS, (0.1, 0.05, 0.05 * 0.6, 0.1), pulled, strict=True):
        assert PURSE.section(shares)[name] == pytest.approx(1.0, abs=0.01)
        assert [shares[kind] for kind in KINDS] == pytest.approx(PURSE.usual * (1 - price), abs=2e-3)


@pytest.mark.parametrize("focal", ["MAR", "FRA"])
def test_what_is_bought_is_what_the_model_charges_for(focal):
    scenario = load("baseline", focal=focal)
    purse, world = Purse.of(scenario), world_of(scenario)
    shares = purse.shares(np.random.default_rng(5).random(10))
    tried = candidate(scenario, purse.section(shares), "one", "one")
    assert not tried.control
    state, row = build_state(world, tried.scenario, 0), world.index(focal)
    share = price_of_levers(state, terms_of(scenario.parameters, scenario.mechanisms))[row] / state.budget[row]
    assert share == pytest.approx(sum(shares[name] for name in LEVERS), abs=1e-3)
    recorded = usual_shares(build_state(world, scenario, 0), scenario, row)
    assert [recorded[name] for name in KINDS] == pytest.approx(purse.usual)


# --- evolution and fronts


def test_evolution_finds_the_best_place_of_a_made_up_objective():
    """All for firms but what oversight costs, half at home: better than anything else in both objectives."""

    def worth(place: np.ndarray) -> list[float]:
        shares = PURSE.shares(place)
        best = shares["firm"] + 4.0 * shares["oversight"] - abs(shares["local_share"] - 0.5)
        return [best, best - 0.1]

    search = Evolution(PURSE.starts(), 20, 2, seed=1)
    tried = []
    for _ in range(60):
        places = search.ask()
        values = np.array([worth(place) for place in places])
        search.tell(values)
        tried += values.tolist()
    assert max(tried)[0] > 0.95 * (0.95 + 4.0 * 0.05)
    assert max(tried)[0] > max(tried[:20])[0] + 0.3


def test_evolution_is_that_of_its_seed():
    one, two, other = (Evolution(PURSE.starts(), 12, 2, seed) for seed in (4, 4, 5))
    for _ in range(3):
        places = [search.ask() for search in (one, two, other)]
        assert np.array_equal(places[0], places[1])
        assert not np.array_equal(places[0][len(PURSE.starts()) :], places[2][len(PURSE.starts()) :])
        np.random.seed(7)  # noqa: NPY002  what others draw has no part in it
        for search, tried in zip((one, two, other), places, strict=True):
            search.tell(np.column_stack([tried[:, 0], 1 - tried[:, 0] + tried[:, 1]]))


def test_fronts_and_their_volume():
    values = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [0.4, 0.4], [0.5, 0.5]])
    assert fronts.on_front(values).tolist() == [True, True, True, False, True]
    assert fronts.hypervolume(fronts.places(values)) == pytest.approx(0.25)
    assert fronts.hypervolume(np.array([[1.0, 0.5], [0.5, 1.0]])) == pytest.approx(0.75)
    assert fronts.places(np.array([[1.0, 3.0], [2.0, 3.0]])).tolist() == [[0.0], [1.0]]  # what is the same has no part


def test_a_search_that_gains_nothing_late_and_agrees_with_another_has_converged():
    def path(one: list[float], two: list[float]) -> pd.DataFrame:
        rows = [(s, 10 * (k + 1), value, 1) for s, line in ((1, one), (2, two)) for k, value in enumerate(line)]
        return pd.DataFrame(rows, columns=list(fronts.COLUMNS))

    sure = fronts.settled(path([0.2, 0.5, 0.5], [0.4, 0.5, 0.5]), 0.5)
    assert sure == {"gained": 0.0, "apart": 0.0, "converged": True}
    late = fronts.settled(path([0.2, 0.4, 0.5], [0.4, 0.5, 0.5]), 0.5)
    assert late["gained"] == pytest.approx(0.2)
    assert not late["converged"]
    apart = fronts.settled(path([0.2, 0.4, 0.4], [0.4, 0.5, 0.5]), 0.5)
    assert apart["apart"] == pytest.approx(0.2)
    assert not apart["converged"]
    alone = path([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]).iloc[:3]
    assert not fronts.settled(alone, 0.5)["converged"]  # one search cannot tell


# --- the whole way


def test_what_is_better_in_every_future_is_found_and_advised(found):
    rows = found.strategies.loc[found.strategies["objective"] == "kept_commitments"].set_index("strategy")
    assert found.chosen.startswith("found_")
    assert rows.at[found.chosen, "regret_mean"] == 0.0
    assert rows.at[found.chosen, "best_share"] == 1.0
    assert not rows["control"].loc[rows.index.str.startswith("found")].any()
    assert found.info["facts"]["title"].startswith("Found: ")


def test_the_tables_say_what_was_tried(found):
    table, path, info = found.optimised, found.convergence, found.info["search"]
    assert {name for name in table["strategy"] if name} <= set(found.strategies["strategy"])
    assert table["strategy"].iloc[0] == "found_1"
    assert table["kept_commitments_median"].max() > 1.5
    assert (table["kept_commitments_worst_tenth"] <= table["kept_commitments_median"]).all()
    assert len(path) == 2 * OF_THEM
    for _, rows in path.groupby("search"):
        assert rows["hypervolume"].is_monotonic_increasing
        assert rows["evaluations"].tolist() == [FEWER, 2 * FEWER]
    assert path["hypervolume"].max() <= info["hypervolume"] + 1e-12
    assert info["aims"] == ["kept_commitments_median", "kept_commitments_worst_tenth", "capacity_median",
                            "dependence_median"]  # fmt: skip
    assert not info["converged"]
    pd.testing.assert_frame_equal(Advice.open(found.folder).convergence, path, check_dtype=False, rtol=1e-7)
    pd.testing.assert_frame_equal(Advice.open(found.folder).optimised, table, check_dtype=False, rtol=1e-7)


@pytest.mark.slow  # workers start anew for each generation
def test_it_is_the_same_whatever_the_workers(tmp_path, found):
    assert same(searched(tmp_path / "out", workers=2), found)


def test_what_was_interrupted_goes_on_where_it_was(tmp_path, found):
    def interrupt(done: int, planned: int) -> None:
        assert done <= planned
        if done > OF_THEM * FEWER * MEET + 10:  # in the second generation
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        searched(tmp_path / "out", progress=interrupt)
    begun = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / SEARCH).rglob("chunk-*.parquet")}
    assert len({path.parent for path in begun}) == 2
    assert same(searched(tmp_path / "out"), found)
    assert {path: path.stat().st_mtime_ns for path in begun} == begun


def test_bad_options_are_told(tmp_path):
    with pytest.raises(InputError, match="one generation"):
        advise("baseline", search=True, evaluations=FEWER - 1)
    with pytest.raises(InputError, match="cannot aim at overall"):
        advise("baseline", search=True, objective="overall")


def test_without_the_package_the_command_says_which(monkeypatch):
    monkeypatch.setattr(optimise, "find_spec", lambda name: None)
    result = CliRunner().invoke(app, ["advise", "baseline", "--optimise"])
    assert result.exit_code == 2
    assert "pip install 'wifaq[optimise]'" in result.stderr

