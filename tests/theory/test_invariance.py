"""X7, X9, X12, X13 of the model description: what must not matter does not."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest

from simulation.processes.books import MONEY
from simulation.state import State
from tests.synthetic import make_bloc, make_deal, make_model, make_world


def _varied(states=7, others=None, seed=3, **columns):
    """A world in which every actor is different."""
    rng = np.random.default_rng(seed)
    others = others or {"firm": 3, "think_tank": 2, "ngo": 2, "influencer": 1, "secretariat": 1}
    n = states + 1 + sum(others.values())
    s = states + 1
    audience = np.zeros((n, n))
    audience[-2, :s] = rng.uniform(0, 1, s)
    varied = {
        "position": rng.uniform(0, 1, (n, 4)), "weight": rng.dirichlet(np.ones(4), n),
        "size": np.where(np.arange(n) < s, rng.uniform(0, 1, n), 0),
        "capacity": np.where(np.arange(n) < s, rng.uniform(0.1, 0.9, n), 0),
        "transparency": rng.uniform(0, 1, n), "free_press": rng.random(n) < 0.5,
        "trust_prior": rng.uniform(0.3, 0.9, (n, n)), "audience": audience,
        "trade_share": np.pad(rng.dirichlet(np.ones(s), s), ((0, n - s), (0, n - s))),
    } | columns  # fmt: skip
    blocs = [make_bloc(range(5), "majority", 0.5), make_bloc(range(2, 6), "consensus", 0.5, id="C", regional=False)]
    deals = [make_deal((k, k + 3), 1 + k % 3, date(2016 + k, 5, 1)) for k in range(9)]
    return make_world(states, others, blocs=blocs, deals=deals, **varied)


def _arrays(state: State) -> dict[str, np.ndarray]:
    return {f.name: getattr(state, f.name) for f in dataclasses.fields(state)}


class TestInertActor:
    """X9: an actor that offers, needs and joins nothing changes nobody else's numbers by one bit."""

    def _pair(self, quarters=10):
        plain = _varied()
        n = len(plain.ids)
        columns = {}
        for name in (
            "position", "weight", "size", "capacity", "transparency", "trust_prior", "audience",
            "trade_share", "objectivity", "stance",
        ):  # fmt: skip
            old = getattr(plain, name)
            pads = [(0, 1)] * old.ndim if old.shape[-1] == n else [(0, 1), (0, 0)]
            columns[name] = np.pad(old, pads, constant_values=0.0)
        columns["weight"][-1] = 0.25
        bigger = dataclasses.replace(
            plain, ids=(*plain.ids, "inert"), names=(*plain.names, "inert"),
            subregion=(*plain.subregion, "Here"), region=(*plain.region, "Here"),
            kind=np.append(plain.kind, 2).astype(np.int8), un_member=np.append(plain.un_member, False),
            home=np.append(plain.home, 0).astype(np.int32), camp=np.append(plain.camp, -1).astype(np.int8),
            free_press=np.append(plain.free_press, False),
            **columns,
            **{k: np.append(getattr(plain, k), 0.0) for k in (
                "gdp_usd", "adoption", "position_sd", "research", "trade_share_eu", "opinion", "firm_commitments",
            )},
            contiguous=np.pad(plain.contiguous, (0, 1)),
        )  # fmt: skip
        # engagements of the starting book, and the incomes that afford them, are shared out over all who are there
        mechanisms = {"learning": "roth_erev", "latent_book": "off", "budget": "off"}
        models = []
        for world in (plain, bigger):
            model = make_model(world, quarters, mechanisms=mechanisms)
            if world is bigger:
                for column in (model.state.zeal, model.state.supply, model.state.supply_start, model.state.budget):
                    column[-1] = 0
                for name in ("capacity_decay", "coverage_rest"):  # so are the deals that everybody is expected to hold
                    getattr(model.state, name)[:-1] = getattr(models[0].state, name)
                model.state.allowed[-1] = model.state.allowed[:, -1] = False
            models.append(model.run())
        return models

    def test_bits(self):
        plain, bigger = self._pair()
        n, old = plain.state.n, _arrays(plain.state)
        assert plain.state.depth.sum() > 0
        for name, new in _arrays(bigger.state).items():
            if not isinstance(new, np.ndarray):
                if name not in ("ids",):
                    assert new == old[name], name
                continue
            cut = tuple(slice(0, n) if size == n + 1 else slice(None) for size in new.shape)
            assert np.array_equal(new[cut], old[name], equal_nan=True), name


@pytest.mark.parametrize("prices", [1.0, 4.0], ids=["slack purses", "purses that bind"])
def test_x7_relabelling_actors_changes_nothing(prices):
    """Same actors in another order: integers equal, floats to 1e-9."""
    world = _varied()
    states, n = 7, len(world.ids)
    order = np.r_[[4, 2, 6, 0, 5, 1, 3], 7, [8 + k for k in (2, 0, 1)], np.arange(11, n)]
    place = np.argsort(order)
    columns = {}
    for field in dataclasses.fields(world):
        old = getattr(world, field.name)
        if isinstance(old, np.ndarray):
            new = old[order]
            columns[field.name] = new[:, order] if old.ndim == 2 and old.shape[1] == n else new
        elif field.name in ("ids", "names", "subregion", "region"):
            columns[field.name] = tuple(old[k] for k in order)
    columns["home"] = np.where(columns["home"] >= 0, place[columns["home"]], -1).astype(np.int32)
    columns["leaders"] = tuple(int(place[k]) for k in world.leaders)
    columns["blocs"] = tuple(
        dataclasses.replace(b, members=tuple(sorted(int(place[k]) for k in b.members))) for b in world.blocs
    )
    columns["deals"] = tuple(
        dataclasses.replace(d, parties=tuple(int(place[k]) for k in d.parties)) for d in world.deals
    )
    moved = dataclasses.replace(world, **columns)
    fields = {"mechanisms": {"learning": "fermi"}, "parameters": {"prices": prices}}
    one, two = (make_model(w, 10, **fields).run().state for w in (world, moved))
    assert one.depth.sum() > 0
    assert (one.ended[:, MONEY].sum() > 0) == (prices > 1.0)
    assert np.array_equal(two.ended, one.ended[order])
    assert np.array_equal(two.depth, one.depth[np.ix_(order, order)])
    assert np.array_equal(two.bloc_depth, one.bloc_depth)
    assert np.array_equal(two.incidents_total, one.incidents_total[order])
    for name in ("capacity", "position", "urgency", "track_success"):
        assert getattr(two, name) == pytest.approx(getattr(one, name)[order], rel=1e-9, abs=1e-12), name
    assert two.alpha == pytest.approx(one.alpha[np.ix_(order, order)], rel=1e-9)
    assert states == 7


class TestPositions:
    def test_x12_without_diffusion_and_drift_nobody_moves(self):
        still = {"diffusion": 0, "capture": 0, "funder_bias": 0}
        model = make_model(_varied(), 10, parameters=still).run()
        assert np.array_equal(model.state.position, model.state.position_start)

    def test_x12_positions_stay_in_the_initial_hull(self):
        strong = {"diffusion": 0.05, "capture": 0.1, "funder_bias": 0.1}
        model = make_model(_varied(), 30, parameters=strong).run()
        start = model.state.position_start
        assert (model.state.position >= start.min(axis=0) - 1e-12).all()
        assert (model.state.position <= start.max(axis=0) + 1e-12).all()
        assert not np.array_equal(model.state.position, start)


class TestHarm:
    def test_x13_no_hazard_no_incidents(self):
        model = make_model(_varied(), 10, parameters={"hazard": 0}).run()
        assert model.state.incidents_total.sum() == 0

    def test_x13_a_higher_hazard_never_gives_fewer_incidents(self):
        quiet = {"urgency_pull": 0, "join_urgency": 0}
        low, high = (
            make_model(
                _varied(), 20, parameters=quiet | {"hazard": h}, mechanisms={"disinformation": "off"}
            ).run().state
            for h in (0.3, 0.9)
        )  # fmt: skip
        assert (high.incidents_total.sum(axis=1) >= low.incidents_total.sum(axis=1)).all()
        assert high.incidents_total.sum() > low.incidents_total.sum()


def test_recording_changes_no_bit():
    states = [
        make_model(_varied(), 8, record={"metrics": m, "actors": a, "every": e, "ties": t}).run().state
        for m, a, e, t in (("default", "focal", 1, "none"), ("all", "all", 3, "all"))
    ]
    for name, old in _arrays(states[0]).items():
        if isinstance(old, np.ndarray):
            assert np.array_equal(old, getattr(states[1], name), equal_nan=True), name
