"""What a user's hook, tweak or step may write: refused with its name, never read as what it is not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from simulation.errors import ModelError
from simulation.model import GovernanceModel
from simulation.processes.rivalry import rivals_of
from simulation.state import FIRM
from tests.synthetic import make_bloc, make_instrument, make_model, make_scenario, make_world
from tests.worlds import same_state

KINDS = {"firm": 3, "think_tank": 1, "ngo": 2, "influencer": 2, "secretariat": 1}


def made(quarters: int = 3) -> GovernanceModel:
    texts = [make_instrument(range(8), [0, 1])]
    world = make_world(8, KINDS, blocs=[make_bloc(range(6), "majority", 0.5)], instruments=texts, audience=0.5)
    return make_model(world, quarters)


def write(name: str, make: Callable[[np.ndarray], object]) -> Callable[[GovernanceModel], None]:
    return lambda model: setattr(model.state, name, make(getattr(model.state, name)))


WRONG = [
    ("depth", lambda a: np.where(a > 0, 1, 0), "depth of the state holds int64, not int8"),
    ("depth", np.asfortranarray, "depth of the state is not stored row by row"),
    ("depth", lambda a: np.repeat(a, 2, axis=0)[::2], "depth of the state is not stored row by row"),
    ("depth", lambda a: a.tolist(), "depth of the state is a list, not an array of int8"),
    ("depth", lambda a: np.zeros((2, 2), np.int8), r"depth of the state has shape \(2, 2\)"),
    ("alpha", lambda a: a.astype(int), "alpha of the state holds int64, not float64"),
    ("alpha", lambda a: a.astype(">f8"), "alpha of the state holds >f8, not float64"),
    ("alpha", np.asmatrix, "alpha of the state is a matrix"),
    ("until", lambda a: a + 0.5, "until of the state holds float64, not int32"),
    ("opinion", lambda a: a.astype(np.float32), "opinion of the state holds float32"),
    ("leaders", lambda a: None, "leaders of the state is a NoneType"),
    ("uid", lambda a: a.astype(np.uint8), "uid of the state holds uint8"),
    ("ledger", np.ravel, "ledger of the state has shape"),
    ("ledger", lambda a: a.astype(float), "ledger of the state holds float64"),
    ("course", lambda a: a.ravel(), "course of the state has shape"),
]


@pytest.mark.parametrize(("name", "make", "told"), WRONG)
def test_a_column_of_another_shape_or_type_is_refused_when_it_is_written(
    name: str, make: Callable[[np.ndarray], object], told: str
) -> None:
    model = made()
    before = getattr(model.state, name)
    with pytest.raises(ModelError, match=told):
        write(name, make)(model)
    assert getattr(model.state, name) is before
    model.run()


def test_a_hook_cannot_replace_a_column_by_another_in_the_middle_of_a_step() -> None:
    model = made()
    actor = model.actor("A02")

    def utility(other: object) -> float:
        model.state.depth = np.zeros((2, 2), np.int8)
        return 0.0

    actor.partner_utility = utility
    with pytest.raises(ModelError, match=r"depth of the state has shape \(2, 2\)"):
        model.run()


def shortened(model: GovernanceModel) -> None:
    model.step()
    model.state.ledger = model.state.ledger[:1].copy()


WRITTEN = [
    (lambda m: m.state.leaders.fill(10**6), r"leaders\[0\] of the state is 1000000 at the start of 2025Q1"),
    (lambda m: m.state.home.fill(2**31 - 1), "home"),
    (lambda m: m.state.kind.fill(0), "kind of the state"),
    (lambda m: m.state.depth.fill(100), "depth"),
    (lambda m: m.state.alpha.setflags(write=False), "alpha of the state cannot be written"),
    (shortened, r"ledger_weight of the state has shape"),
    (lambda m: (m.step(), m.state.ledger[:, :2].fill(-1000)), "ledger of the state names actors"),
]


@pytest.mark.parametrize(("spoil", "told"), WRITTEN)
def test_what_would_lead_beyond_an_array_is_told_before_a_step_reads_it(
    spoil: Callable[[GovernanceModel], object], told: str
) -> None:
    model = made()
    spoil(model)
    with pytest.raises(ModelError, match=told):
        model.run()


def test_rows_that_a_hook_writes_are_told_after_its_step() -> None:
    model = made()
    actor = model.actor("A02")

    def accepts(partner: object, utility: float) -> float:
        model.state.home[-1] = 999
        return 0.5

    actor.accepts = accepts
    model.state.reluctance[:] = -9.0
    with pytest.raises(ModelError, match=r"home.*is 999 after the step 'consent'"):
        model.run()


class Writes(GovernanceModel):
    """A step of its own, as Mesa's users write them: it writes a deal and the publics after each quarter."""

    def step(self) -> None:
        super().step()
        s = self.state
        s.depth[0, 3] = s.depth[3, 0] = 3
        s.until[0, 3] = s.until[3, 0] = 99
        s.opinion[:] = 0.05


def test_a_step_of_a_users_own_runs_as_it_steps() -> None:
    def model() -> GovernanceModel:
        return Writes(make_scenario(6), world=make_world(8, {"firm": 3, "ngo": 2, "influencer": 2}))

    def wrapped() -> GovernanceModel:
        plain = GovernanceModel(make_scenario(6), world=make_world(8, {"firm": 3, "ngo": 2, "influencer": 2}))
        shipped = plain.step

        def step() -> None:
            shipped()
            plain.state.opinion[:] = 0.05

        plain.step = step  # type: ignore[method-assign]
        return plain

    for make in (model, wrapped):
        ran, stepped = make().run(), make()
        while stepped.running:
            stepped.step()
        assert same_state(ran.state, stepped.state) == []


def test_a_hook_that_takes_itself_away_is_one_until_the_quarter_ends() -> None:
    """What it wrote counts as if somebody else, who decides as the default does, still had one."""

    def run(other: bool) -> GovernanceModel:
        model = made(5)
        actor, s = model.actor("A02"), model.state
        if other:
            model.actor("A05").renews = lambda partner, chance: chance
        free = [(i, j) for i in range(8) for j in range(i + 1, 8) if s.depth[i, j] == 0 and s.allowed[i, j]][:10]

        def utility(partner: object) -> float:
            for i, j in free:
                s.depth[i, j] = s.depth[j, i] = 3
                s.until[i, j] = s.until[j, i] = 0
            if s.quarter == 1 and "partner_utility" in vars(actor):
                del actor.partner_utility
            return 0.0

        actor.partner_utility = utility
        return model.run()

    alone, two = run(False).state, run(True).state
    assert same_state(alone, two) == []


def test_a_quarter_that_failed_half_way_is_not_gone_on_with() -> None:
    model = made()

    def fails(step: str) -> None:
        if step == "sign":
            raise ValueError("no")

    model.watch = fails
    with pytest.raises(ValueError, match="no"):
        model.run()
    model.watch = lambda step: None
    assert not model.running  # nor does who steps by hand while it runs
    with pytest.raises(ModelError, match="has begun and not ended"):
        model.run()


def test_a_step_that_does_nothing_is_not_waited_for() -> None:
    model = made()
    model.step = lambda: None  # type: ignore[method-assign]
    with pytest.raises(ModelError, match="did nothing"):
        model.run()


def test_a_run_within_a_step_is_refused() -> None:
    model = made()
    model.actor("A02").partner_utility = lambda other: model.run() or 0.0
    with pytest.raises(ModelError, match="has begun and not ended"):
        model.run()


def test_fewer_leaders_than_camps_are_not_looked_for_beyond_their_list() -> None:
    camp = np.array([0, -1, -1, 1, 0, -1, -1, 2, 0], np.int8)
    kind = np.zeros(9, np.int8)
    kind[7] = FIRM
    for beyond in (3, 99):  # what stands behind the list
        leaders = np.array([8, beyond, 0], np.int32)[:1]
        assert rivals_of(0, leaders, camp, kind).tolist() == [7]
