"""C.13 opinion: bounded confidence, paid messages, the vote on binding deals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.kernels import Draws
from simulation.processes.opinion import (
    QUANTILES,
    fading,
    initial_opinion,
    messages,
    move_opinions,
    persuade,
    ratified,
    support,
    support_of,
)
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import INFLUENCER, NGO, State
from tests.worlds import same_state, small_state

PAR, MECH = Parameters(), Mechanisms()
DRAWS = Draws(1, 0, 0)
NEVER_SEEN = PAR.replace(detection=0)
ALWAYS_SEEN = PAR.replace(detection=1)


def one_voice(message: float = 0.9, audience: float = 0.5, public: int = 2) -> tuple[State, int]:
    """A world in which one influencer runs one campaign, just bought and unpaid, in one public."""
    state = small_state(n_others=10)
    state.depth[:] = 0
    state.audience[:] = 0
    state.campaign_weight[:], state.campaign_open[:] = 0.0, False
    voice = int(np.flatnonzero(state.kind == INFLUENCER)[0])
    state.stance[voice] = message
    state.audience[voice, public] = audience
    state.depth[voice, public] = state.depth[public, voice] = 1
    state.since[voice, public] = state.since[public, voice] = 0
    return state, voice


def test_one_message_is_the_equation():
    state, _ = one_voice()
    before = state.opinion.copy()
    move_opinions(state, PAR, MECH, DRAWS)
    close = np.abs(0.9 - before[2]) < 0.35
    step = 0.3 * 0.5
    assert state.opinion[2] == pytest.approx(np.where(close, before[2] + step * (0.9 - before[2]), before[2]))
    assert 0 < close.sum() < QUANTILES
    others = np.arange(state.s) != 2
    assert (state.opinion[others] == before[others]).all()


@pytest.mark.parametrize("age", range(9))
def test_the_reach_of_a_campaign_halves_every_two_quarters(age):
    state, _ = one_voice()
    state.opinion[2] = 0.8
    state.quarter = age
    move_opinions(state, PAR, MECH, DRAWS)
    assert state.opinion[2] == pytest.approx(0.8 + 0.3 * 0.5 * 2 ** (-age / 2) * 0.1, rel=1e-14)
    assert fading(age + 2) == fading(age) / 2


def test_who_runs_no_campaign_and_who_is_not_heard_moves_nobody():
    for gone in ("depth", "audience"):
        state, voice = one_voice()
        getattr(state, gone)[voice] = 0
        before = state.opinion.copy()
        move_opinions(state, PAR, MECH, DRAWS)
        assert (state.opinion == before).all()


def test_a_message_mixes_the_official_line_with_the_own_stance_and_a_counter_campaign_drags_it():
    state, voice = one_voice(message=0.9)
    state.campaign_line[2], state.campaign_weight[2] = 0.6, 0.25
    told = (state.campaign_weight, state.campaign_line, state.stance, state.campaign_counter, state.s)
    assert messages(np.array([voice]), *told)[0, 2] == 0.25 * 0.6 + 0.75 * 0.9
    state.campaign_counter[2] = 0.5
    assert messages(np.array([voice]), *told)[0, 2] == (0.25 * 0.6 + 0.75 * 0.9) / 2


def test_messages_beyond_the_tolerance_move_nobody():
    state, _ = one_voice(message=1.0)
    state.opinion[2] = np.linspace(0, 0.65, QUANTILES)
    before = state.opinion.copy()
    for _ in range(50):
        move_opinions(state, PAR, MECH, DRAWS)
    assert (state.opinion == before).all()


def test_extreme_polarisation_stays_under_a_moderate_message():
    state, _ = one_voice(message=0.5, audience=1.0)
    state.opinion[2] = np.where(np.arange(QUANTILES) < 50, 0.0, 1.0)
    for _ in range(50):
        move_opinions(state, PAR, MECH, DRAWS)
    assert set(np.unique(state.opinion[2])) == {0.0, 1.0}
    assert support(state)[2] == pytest.approx(51 / 101, abs=0.007)


def test_everybody_within_the_bound_converges_to_the_message():
    opinions = np.linspace(0.4, 0.6, QUANTILES)
    for _ in range(200):
        persuade(opinions, 0.5, 0.3, 0.25)
    assert opinions == pytest.approx(0.5)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=20),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0.1, 0.5),
)
def test_persuasion_contracts_towards_the_message(values, message, step, bound):
    before = np.array(values)
    after = before.copy()
    persuade(after, message, step, bound)
    assert (np.abs(after - message) <= np.abs(before - message) + 1e-15).all()
    beyond = np.abs(before - message) >= bound
    assert (after[beyond] == before[beyond]).all()


@given(st.integers(0, 20))
@settings(max_examples=15, deadline=None)
def test_opinions_stay_in_the_unit_interval(seed):
    state = small_state(n_others=15, rng_seed=seed)
    par = PAR.replace(persuasion=1, backlash=1)
    for t in range(10):
        state.quarter = t
        move_opinions(state, par, MECH, Draws(seed, 0, t))
        assert ((state.opinion >= 0) & (state.opinion <= 1)).all()


def reach(paid: bool, disclosed: bool, transparency: float = 0.8) -> float:
    state, _ = one_voice()
    state.opinion[2] = 0.8
    state.transparency[2] = transparency
    state.campaign_line[2], state.campaign_weight[2] = 0.9, 0.5 if paid else 0.0
    state.campaign_open[2] = disclosed
    move_opinions(state, NEVER_SEEN, MECH, DRAWS)
    return float(state.opinion[2, 0] - 0.8)


def test_disclosure_costs_reach_in_transparent_states():
    free = reach(paid=False, disclosed=False)
    assert reach(paid=True, disclosed=False) == free
    assert reach(paid=True, disclosed=True) == pytest.approx(free * (1 - 0.8 * 0.5))
    assert reach(paid=True, disclosed=True, transparency=0) == free


def test_hidden_payment_that_comes_out_turns_the_public_and_the_partners_away_once():
    state, voice = one_voice(audience=0.5)
    payer, partner = 2, 4
    state.campaign_line[payer], state.campaign_weight[payer] = 0.9, 0.5
    state.depth[payer, partner] = state.depth[partner, payer] = 1
    before, beta = state.opinion.copy(), state.beta.copy()
    move_opinions(state, ALWAYS_SEEN, MECH, DRAWS)
    assert state.opinion[2] == pytest.approx(before[2] * (1 - 0.15 * 0.5))
    assert (state.opinion[3] == before[3]).all()
    changed = state.beta - beta
    assert changed[partner, payer] == pytest.approx(0.5)
    assert changed[voice, payer] == pytest.approx(0.5)
    assert np.count_nonzero(changed) == 2
    assert state.campaign_open[payer]
    move_opinions(state, ALWAYS_SEEN, MECH, DRAWS)  # speaks again, now openly paid
    assert (np.abs(state.opinion[2] - before[2] * (1 - 0.15 * 0.5)) <= 0.3 * 0.5 * 0.35).all()
    assert state.beta[partner, payer] == pytest.approx(beta[partner, payer] + 0.5)


def test_open_or_unpaid_campaigns_are_never_exposed():
    for weight, disclosed in ((0.5, True), (0.0, False)):
        state, _ = one_voice()
        state.campaign_weight[2], state.campaign_open[2] = weight, disclosed
        beta = state.beta.copy()
        move_opinions(state, ALWAYS_SEEN, MECH, DRAWS)
        assert (state.beta == beta).all()
        assert state.campaign_open[2] == disclosed


def exposures(ngos: int, replicates: int = 400) -> int:
    count = 0
    state, _ = one_voice()
    state.campaign_weight[2] = 0.5
    for j in np.flatnonzero(state.kind == NGO)[:ngos]:
        state.depth[2, j] = state.depth[j, 2] = 1
    for replicate in range(replicates):
        state.campaign_open[2] = False
        move_opinions(state, PAR, MECH, Draws(1, replicate, 0))
        count += bool(state.campaign_open[2])
    return count


def test_ngos_of_the_payer_raise_exposure():
    low, high = exposures(0), exposures(2)
    assert low < high
    assert low / 400 == pytest.approx(0.3, abs=0.08)
    assert high / 400 == pytest.approx(1 - 0.7 * 0.81, abs=0.08)


def test_switched_off_opinion_stays():
    state = small_state(n_others=15)
    twin = small_state(n_others=15)
    move_opinions(state, PAR, MECH.replace(campaigns="off"), DRAWS)
    assert same_state(state, twin) == []


def test_support_and_ratification():
    state = small_state()
    state.opinion[0], state.opinion[1], state.opinion[2] = 0.5, 0.500001, np.linspace(0, 1, QUANTILES)
    each = 1 / (1 + np.exp(-(np.linspace(0, 1, QUANTILES) - 0.5) / 0.1))
    assert support(state)[:3] == pytest.approx([0.5, 1 / (1 + np.exp(-0.000001 / 0.1)), each.mean()], abs=1e-12)
    passing = [ratified(level, PAR.ratification_noise) for level in (0.5, 0.6, 1.0, 0.0)]
    assert passing == pytest.approx([0.5, 1 / (1 + np.exp(-1)), 1 / (1 + np.exp(-5)), 1 / (1 + np.exp(5))])


def test_polarised_publics_block_what_united_ones_pass():
    united = initial_opinion(np.array([0.6]), 0.05)
    split = initial_opinion(np.array([0.6]), 0.4)
    passing = [ratified(support_of(opinion[0]), PAR.ratification_noise) for opinion in (united, split)]
    assert passing[0] > passing[1] + 0.05


@pytest.mark.parametrize("mean", [0.02, 0.3, 0.5, 0.71, 0.99])
@pytest.mark.parametrize("spread", [0.05, 0.2, 0.4])
def test_initial_opinion_has_the_mean_and_is_sorted(mean, spread):
    opinion = initial_opinion(np.array([mean, 0.5]), spread)
    assert opinion.shape == (2, QUANTILES)
    assert opinion[0].mean() == pytest.approx(mean, abs=0.01)
    assert (np.diff(opinion, axis=1) >= 0).all()
    assert ((opinion >= 0) & (opinion <= 1)).all()
    if spread**2 < 0.5 * mean * (1 - mean):
        assert opinion[0].std() == pytest.approx(spread, rel=0.12)


def test_unanimous_publics():
    opinion = initial_opinion(np.array([0.0, 1.0]), 0.2)
    assert (opinion[0] == 0).all()
    assert (opinion[1] == 1).all()
