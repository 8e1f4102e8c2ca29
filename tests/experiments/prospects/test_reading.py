"""What a reader says of an undisturbed run is what the model would do: signings, consent, votes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.data.world import World
from simulation.experiments.prospects import reading
from simulation.experiments.prospects.reading import Reading, read
from simulation.model import GovernanceModel, governance
from simulation.processes.approaches import agreement
from simulation.processes.blocs import MAJORITY, passage_probability
from simulation.scenario.schema import Relation
from tests.synthetic import QUIET, make_bloc, make_model, make_scenario, make_world

QUARTERS = 4


def read_in(
    world: World, patch: pytest.MonkeyPatch, replicate: int = 0, quarters: int = QUARTERS, on: str = "", **fields: Any
) -> Reading:
    """A replicate of a quiet world, with one mechanism on."""
    patch.setattr(governance, "world_of", lambda scenario: world)
    mechanisms = QUIET | ({on: "on"} if on else {})
    return read(make_scenario(quarters, mechanisms=mechanisms, **fields), replicate)


def test_probability_of_signing_is_the_share_of_runs_that_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small world, many replicates: within four standard errors for every state."""
    world, runs = make_world(5), 120
    said, did = np.zeros((2, runs, 6))
    for run in range(runs):
        said[run] = read_in(world, monkeypatch, run).alone[:6]
        model = make_model(world, QUARTERS, run, mechanisms=QUIET).run()
        pairs = model.state.ledger[:, :2]
        did[run, np.unique(pairs[(pairs == 0).any(axis=1)])] = 1.0
    error = np.sqrt(said.mean(axis=0) * (1.0 - said.mean(axis=0)) / runs)
    assert (said.mean(axis=0)[1:] > 0.01).all()
    assert (np.abs(said.mean(axis=0) - did.mean(axis=0))[1:] < 4.0 * error[1:]).all()


def test_what_is_signed_is_there_until_its_term_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """No term is over within three years; in ten some are, and not all are renewed."""
    world = make_world(8)
    short, long = (read_in(world, monkeypatch, quarters=quarters, on="ends") for quarters in (12, 40))
    assert short.there == pytest.approx(short.alone)
    assert (long.there[1:8] < long.alone[1:8]).all()


def test_consent_is_that_to_one_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    """q = σ(U − κ) of every state that is asked; asking for longer makes no yes to an offer surer."""
    world = make_world(5)
    state = make_model(world, 1, mechanisms=QUIET).state
    once = [agreement(state.pull[j, 0], state.reluctance[0]) for j in range(1, 5)]
    found = read_in(world, monkeypatch, quarters=1)
    assert found.accepted[1:5] == pytest.approx(once)
    assert read_in(world, monkeypatch, quarters=8).accepted[1:5] == pytest.approx(once, rel=0.2)


def test_with_whom_no_deal_is_possible_nobody_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = Relation(pair=("A00", "A02"), open=False)
    found = read_in(make_world(5), monkeypatch, relations=(closed,))
    assert found.accepted[2] == found.alone[2] == 0.0
    assert (found.accepted[[1, 3, 4]] > 0.0).all()


@pytest.mark.parametrize("yes", [0.3, 0.8])
def test_a_bloc_passes_as_its_rule_has_it(monkeypatch: pytest.MonkeyPatch, yes: float) -> None:
    """The upper tail of the binomial for an item that is tabled, though its agenda is empty."""
    world = make_world(5, blocs=[make_bloc(range(5), "majority", 0.5, agenda_rate=0.0)])
    found = read_in(world, monkeypatch, on="blocs", parameters={"vote_probability": yes})
    once = passage_probability(yes, 5, MAJORITY, 0.5)
    assert found.blocs["passes"].tolist() == pytest.approx([once])
    assert found.blocs["rises"].tolist() == [False]
    assert read_in(world, monkeypatch).blocs.empty  # switched off


def test_an_own_deal_is_priced_in_quarters_of_ones_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read_in(make_world(5), monkeypatch, on="budget")
    rules, layer = found.rules, 0
    assert found.price(layer, 1) == pytest.approx(
        (rules.sign[layer, 1] + QUARTERS * rules.keep[layer, 1]) / found.income
    )
    assert 0.0 < found.price(layer, 2, held=1) < found.price(layer, 2)


def test_reading_changes_no_bit_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(6, {"firm": 2})
    seen: list[np.ndarray] = []
    kept = reading._Reader.result

    def result(self: reading._Reader) -> Reading:
        seen.append(self.model.state.depth.copy())
        return kept(self)

    monkeypatch.setattr(reading._Reader, "result", result)
    monkeypatch.setattr(governance, "world_of", lambda scenario: world)
    scenario = make_scenario(QUARTERS)
    read(scenario, 0)
    assert (seen[0] == GovernanceModel(scenario, world=world).run().state.depth).all()
