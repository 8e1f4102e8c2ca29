"""The model as a Mesa model and as an object of Python: stepping, seeds, pickles, agents, memory."""

from __future__ import annotations

import dataclasses
import gc
import inspect
import math
import pickle
import weakref
from collections.abc import MutableSet
from copy import copy
from datetime import date
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest

from simulation.actors import BY_KIND, NGO
from simulation.data.world import load_world
from simulation.errors import InputError, ModelError
from simulation.experiments.engine.simulate import simulate
from simulation.model import QUARTER, GovernanceModel, governance
from simulation.scenario.schema import Scenario
from simulation.scenario.strategy import Strategy
from simulation.state import KINDS
from tests.shipped import SCENARIOS, alike, bits_of, build, recorded, shipped, world_for

SHORT = {"horizon": "2025Q4"}
"""Four quarters."""


def _is_mesas_set(agents: object) -> bool:
    """Whether agents are in a set of Mesa's; since 3.5 that is a sister of its AgentSet."""
    return isinstance(agents, MutableSet) and type(agents).__module__.startswith("mesa.")


def _kept_by_mesa() -> int:
    """Models that Mesa's own counters keep alive, as Mesa up to 3.3 has them."""
    return len(getattr(mesa.agent.Agent, "_ids", ()))


@pytest.fixture
def model() -> GovernanceModel:
    return build(shipped(changes=SHORT))


class TestTime:
    def test_steps_and_quarters(self, model: GovernanceModel) -> None:
        assert (str(model.quarter), model.steps, model.running) == ("2025Q1", 0, True)
        model.step()
        assert (str(model.quarter), model.steps, model.running) == ("2025Q2", 1, True)
        assert model.run() is model
        assert (str(model.quarter), model.steps, model.running) == ("2025Q4", 4, False)
        assert list(model.recorder.series()["quarter"].unique()) == [
            "2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4",
        ]  # fmt: skip

    def test_no_step_past_the_horizon(self, model: GovernanceModel) -> None:
        before = recorded(model.run())
        with pytest.raises(ModelError, match="the run ended in 2025Q4"):
            model.step()
        assert alike(recorded(model), before)

    def test_a_quarter_is_fourteen_steps_each_with_a_reason(self) -> None:
        assert len(QUARTER) == 14
        for step in QUARTER:
            assert callable(step.act)
            assert step.act.__name__ == step.name
            assert len(step.reason.split()) >= 4


class TestLuck:
    @staticmethod
    def _record(**options: int) -> tuple:
        return recorded(build(shipped(changes=SHORT), **options).run())

    def test_same_seed_same_bits(self) -> None:
        assert alike(self._record(seed=7), self._record(seed=7))
        assert alike(self._record(), self._record(seed=2025))  # the scenario's own

    def test_seed_zero_is_a_seed(self) -> None:
        zero = self._record(seed=0)
        assert alike(zero, recorded(build(shipped(changes=SHORT | {"seed": 0})).run()))
        assert not alike(zero, self._record())
        assert not alike(zero, self._record(seed=1))
        assert alike(zero, self._record(seed=np.int64(0)))

    @pytest.mark.parametrize("number", [1.5, 1.0, -1, True, "1", 2**63])
    @pytest.mark.parametrize("name", ["seed", "replicate"])
    def test_what_is_no_whole_number_is_refused(self, name: str, number: Any) -> None:
        with pytest.raises(InputError, match=f"{name}: must be a whole number from 0, not"):
            GovernanceModel(shipped(changes=SHORT), **{name: number})

    def test_replicates_differ(self) -> None:
        assert not alike(self._record(), self._record(replicate=1))
        assert alike(self._record(), self._record(replicate=0))


class TestMesa:
    def test_batch_run_gives_the_numbers_of_a_plain_run(self, tmp_path: Path) -> None:
        path = tmp_path / "short.yaml"
        path.write_text(f"extends: {SCENARIOS / 'baseline.yaml'}\nhorizon: 2025Q4\n")
        seeded = "rng" in inspect.signature(mesa.batch_run).parameters  # since 3.5 seeds have an argument of their own
        rows = mesa.batch_run(
            GovernanceModel, {"scenario": [str(path)], "replicate": [0, 1]} | ({} if seeded else {"seed": [0, 5]}),
            number_processes=1, data_collection_period=1, display_progress=False, **({"rng": [0, 5]} if seeded else {}),
        )  # fmt: skip
        assert len(rows) == 4 * 4
        for row in rows:
            plain = build(shipped(changes=SHORT), seed=row["seed"], replicate=row["replicate"])
            while plain.steps <= row["Step"]:
                plain.step()
            series = plain.recorder.series()
            last = series[series["quarter"] == series["quarter"].iloc[-1]]
            for actor in ("MAR", "system"):
                mine = last[last["actor"] == actor]
                assert dict(zip(mine["metric"], mine["value"], strict=True)).items() <= row.items()
        assert len({row["cooperation"] for row in rows if row["Step"] == 3}) > 1

    def test_batch_run_leaves_no_model_behind(self) -> None:
        gc.collect()
        before = _kept_by_mesa()
        mesa.batch_run(GovernanceModel, {"scenario": [shipped(changes=SHORT)]}, display_progress=False)
        gc.collect()
        assert _kept_by_mesa() == before

    def test_the_scenario_is_ours_and_left_as_it_is(self, model: GovernanceModel) -> None:
        """Mesa 3.5 gives each model a scenario of its own and writes the model into what is set."""
        scenario = model.scenario
        assert type(scenario) is Scenario
        model.scenario = scenario.model_copy()
        assert "model" not in vars(model.scenario)
        assert model.scenario == scenario
        with pytest.raises(ModelError, match="build another model"):
            model.scenario = scenario.model_copy(update={"seed": 1})
        assert model.scenario == scenario

    def test_what_a_model_is_made_of_is_not_changed_half_way(self, model: GovernanceModel) -> None:
        """A run would be by the old numbers here and the new ones there."""
        before = model.scenario, model.parameters, model.mechanisms, model.replicate, model.world
        others = {
            "scenario": model.scenario.model_copy(update={"strategy": Strategy(budget=2.0)}),
            "parameters": model.parameters.replace(rivalry=0.1),
            "mechanisms": model.mechanisms.replace(breach="off"),
            "replicate": 5,
            "world": load_world(date(2022, 12, 31)),
            "horizon": "2030Q4",
            "seed": 3,
            "actors": (),
            "rules": model.rules._replace(keep=model.rules.keep * 2),
            "state": copy(model.state),
        }
        for name, other in others.items():
            with pytest.raises(ModelError, match=f"another {name} would be half of a run; build another model"):
                setattr(model, name, other)
        assert (model.scenario, model.parameters, model.mechanisms, model.replicate, model.world) == before

    def test_agents_are_mesas_agents(self, model: GovernanceModel) -> None:
        assert isinstance(model, mesa.Model)
        assert _is_mesas_set(model.agents)
        assert len(model.agents) == model.state.n == len(model.actors)
        assert {agent.kind for agent in model.agents} == set(KINDS)
        for kind, cls in BY_KIND.items():
            of_kind = model.agents_by_type[cls]
            assert len(of_kind) == (model.state.kind == KINDS.index(kind)).sum() > 0
            assert _is_mesas_set(of_kind)
        rich = model.agents_by_type[BY_KIND["state"]].select(lambda state: state.size > 0.5)
        assert 0 < len(rich) < 30
        assert len({agent.unique_id for agent in model.agents}) == model.state.n

    def test_views_by_kind(self, model: GovernanceModel) -> None:
        views = [model.states, model.firms, model.think_tanks, model.ngos, model.influencers, model.secretariats]
        assert [next(iter(view.values())).kind for view in views] == list(KINDS)
        assert sum(map(len, views)) == model.state.n
        assert "SEN" in model.states
        assert "SEN" not in model.firms
        assert "nobody" not in model.states
        assert model.states["SEN"].row == model.index("SEN")


class TestPickle:
    def test_a_run_goes_on_where_it_was_pickled(self) -> None:
        scenario = shipped(changes={"horizon": "2026Q4"}, record={"ties": "all", "events": True})
        whole, part = build(scenario), build(scenario)
        whole.run()
        for _ in range(3):
            part.step()
        again = pickle.loads(pickle.dumps(part))
        assert again.steps == 3
        again.run()
        assert alike(recorded(again), recorded(whole))
        assert again.recorder.events().equals(whole.recorder.events())
        assert bits_of(again) == bits_of(whole)
        part.run()  # the original is none the worse
        assert bits_of(part) == bits_of(whole)

    def test_views_of_a_pickled_model_write_its_own_state(self, model: GovernanceModel) -> None:
        again = pickle.loads(pickle.dumps(model))
        again.states["SEN"].capacity = 0.25
        assert again.state.capacity[again.index("SEN")] == 0.25
        assert model.states["SEN"].capacity != 0.25


class TestMemory:
    def test_close_frees_a_model(self) -> None:
        model = build(shipped(changes=SHORT))
        model.step()
        gone = weakref.ref(model)
        model.close()
        model.close()  # twice does no harm
        del model
        gc.collect()
        assert gone() is None

    def test_a_finished_run_frees_itself(self) -> None:
        model = build(shipped(changes=SHORT)).run()
        gone = weakref.ref(model)
        del model
        gc.collect()
        assert gone() is None

    def test_closed_models_go_without_a_collection(self) -> None:
        gc.disable()
        try:
            alive: weakref.WeakSet[GovernanceModel] = weakref.WeakSet()
            for replicate in range(6):
                model = build(shipped(changes={"horizon": "2025Q1"}), replicate=replicate)
                alive.add(model)
                if replicate < 2:
                    model.run()
                model.close()
                del model
            assert not alive
        finally:
            gc.enable()

    def test_models_that_nobody_closes_are_let_go_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(governance.Alive, "LEAST", 4)
        monkeypatch.setattr(governance, "_alive", governance.Alive())
        gc.disable()
        try:
            alive: weakref.WeakSet[GovernanceModel] = weakref.WeakSet()
            for replicate in range(10):
                alive.add(build(shipped(changes={"horizon": "2025Q1"}), replicate=replicate))
                assert len(alive) <= 5
        finally:
            gc.enable()

    def test_replicates_are_run_without_leaving_a_model(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Own(NGO):
            def accepts(self, partner: Any, utility: float) -> float:
                return 1.0

        alive: weakref.WeakSet[GovernanceModel] = weakref.WeakSet()
        init = GovernanceModel.__init__

        def noted(model: GovernanceModel, *args: Any, **more: Any) -> None:
            alive.add(model)
            init(model, *args, **more)

        monkeypatch.setattr(GovernanceModel, "__init__", noted)
        gc.disable()
        try:
            simulate(shipped(changes={"horizon": "2025Q1"}), 0, {"ngo": Own})
            assert not alive
        finally:
            gc.enable()

    def test_a_closed_model_is_read_but_not_stepped(self) -> None:
        model = build(shipped(changes=SHORT))
        model.step()
        model.close()
        assert list(model.recorder.series()["quarter"].unique()) == ["2024Q4", "2025Q1"]
        assert model.quarter == model.scenario.start + 1
        for go_on in (model.step, model.run):
            with pytest.raises(ModelError, match="closed"):
                go_on()


class TestActors:
    def test_unknown_ids_are_answered_with_the_nearest(self, model: GovernanceModel) -> None:
        for ask in (lambda: model.states["SEM"], lambda: model.actor("SEM"), lambda: model.states["MAR"].trust["SEM"]):
            with pytest.raises(ModelError, match=r"no actor 'SEM'; did you mean '[A-Z]{3}'"):
                ask()
        with pytest.raises(ModelError, match="no actor 'unesko'; did you mean 'unesco'"):
            model.secretariats["unesko"]
        with pytest.raises(ModelError, match="see `wifaq list actors`"):
            model.actor("?????")

    def test_an_actor_of_another_kind_is_refused(self, model: GovernanceModel) -> None:
        with pytest.raises(ModelError, match="FRA is a state, not a firm"):
            model.firms["FRA"]

    def test_trust_that_is_written_keeps_its_mass_and_stays(self) -> None:
        model = build(shipped(changes=SHORT))
        model.state.zeal[:] = 0  # no deals, so no evidence
        i, j = model.index("SEN"), model.index("FRA")
        alpha, beta = model.state.alpha, model.state.beta
        model.state.depth[i, j] = model.state.depth[j, i] = 0
        mass, other = alpha[i, j] + beta[i, j], (alpha[j, i], beta[j, i])
        model.states["SEN"].trust["FRA"] = 0.9
        assert alpha[i, j] == pytest.approx(0.9 * mass, rel=1e-15)
        assert beta[i, j] == pytest.approx(0.1 * mass, rel=1e-15)
        assert (alpha[j, i], beta[j, i]) == other  # trust has a direction
        model.run()
        assert model.states["SEN"].trust["FRA"] == pytest.approx(0.9, rel=1e-12)
        assert model.state.trust_hat[i, j] > 0.5

    def test_written_trust_changes_the_run(self) -> None:
        one, two = (build(shipped(changes=SHORT)) for _ in range(2))
        for other in ("FRA", "CHN", "USA", "EU"):
            two.states["MAR"].trust[other] = 0.05
        assert not alike(recorded(one.run()), recorded(two.run()))

    @pytest.mark.parametrize("trust", [1.2, -0.1, math.nan, math.inf])
    def test_trust_out_of_range_is_refused(self, model: GovernanceModel, trust: float) -> None:
        before = bits_of(model)
        with pytest.raises(ModelError, match=r"trust must be a number in \[0, 1\]"):
            model.states["SEN"].trust["FRA"] = trust
        assert bits_of(model) == before

    def test_nobody_trusts_himself_and_trust_is_not_deleted(self, model: GovernanceModel) -> None:
        trust = model.states["SEN"].trust
        with pytest.raises(ModelError, match="no trust in itself"):
            trust["SEN"] = 0.5
        with pytest.raises(ModelError, match="not deleted"):
            del trust["FRA"]
        assert "SEN" not in trust
        assert "FRA" in trust
        assert len(trust) == len(list(trust)) == model.state.n - 1

    @pytest.mark.parametrize(
        ("column", "number"),
        [
            ("capacity", 1.5), ("capacity", math.nan), ("transparency", -0.1), ("oversight", 2), ("agency", -1),
            ("urgency", math.inf), ("adoption", 1.01), ("budget", -1), ("purse", -1),
        ],
    )  # fmt: skip
    def test_numbers_out_of_range_are_refused(self, model: GovernanceModel, column: str, number: float) -> None:
        before = bits_of(model)
        with pytest.raises(ModelError, match=f"{column} of SEN must"):
            setattr(model.states["SEN"], column, number)
        assert bits_of(model) == before

    def test_numbers_that_are_written_are_used_and_stay(self, model: GovernanceModel) -> None:
        state = model.states["SEN"]
        state.budget, state.transparency = 7.0, 0.9
        model.run()
        assert (state.budget, state.transparency) == (7.0, 0.9)

    def test_a_budget_comes_back_after_a_cut(self) -> None:
        cut = {"shocks": [{"quarter": "2025Q2", "kind": "budget_cut", "size": 0.5, "actors": ["SEN"]}]}
        model = build(shipped(changes=SHORT | cut))
        model.states["SEN"].budget = 7.0
        seen = []
        while model.running:
            model.step()
            seen.append(model.states["SEN"].budget)
        assert seen == [7.0, 3.5, 7.0, 7.0]

    def test_card_escapes_names(self) -> None:
        scenario = shipped(changes=SHORT)
        world = world_for(scenario)
        row = world.ids.index("SEN")
        names = list(world.names)
        names[row] = "<script>alert(1)</script>"
        model = GovernanceModel(scenario, world=dataclasses.replace(world, names=tuple(names)))
        card = model.states["SEN"]._repr_html_()
        assert "<script>" not in card
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in card
        assert card.startswith("<table>")

    def test_every_kind_has_a_card(self, model: GovernanceModel) -> None:
        for kind in KINDS:
            actor = next(agent for agent in model.actors if agent.kind == kind)
            assert actor.id in actor._repr_html_()
            assert actor.id in repr(actor)
