"""X16, X28 and what C.4 and C.5 say of surprise, of breaches, of witnesses and of being watched."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from simulation.actors import StateActor
from simulation.model import GovernanceModel
from simulation.processes.compliance import promise
from simulation.processes.links import links
from simulation.processes.trust import perceive_trust
from tests.synthetic import QUIET, make_deal, make_model, make_scenario, make_world

DEALS = [make_deal((2, 3), 2, date(2021, 5, 1)), make_deal((3, 4), 3, date(2023, 2, 1)), make_deal((4, 5, 2), 1)]
ALONE = QUIET | {"witnesses": "off"}


def pairs_that_differ(model):
    """Pairs whose trust is not what there was to expect, by row."""
    state = model.state
    return {(int(i), int(j)) for i, j in np.argwhere(state.trust_hat != state.trust_reference)}


def rest(model):
    """Stop all dealing, so that the deals there are live on."""
    model.state.zeal[:] = 0
    return model


class TestWitnesses:
    def test_x28_no_witness_is_no_evidence(self):
        """With witnesses on and nobody who deals with j, τ̂ = τ bit for bit."""
        rng = np.random.default_rng(3)
        model = make_model(make_world(6, {"firm": 2}, trust_prior=rng.random((9, 9))), 1)
        s = model.state
        direct = s.alpha / (s.alpha + s.beta)
        off = ~np.eye(s.n, dtype=bool)
        assert np.array_equal(s.trust_hat[off], direct[off])

    def test_one_who_deals_with_j_hears_no_echo_of_itself(self):
        model = make_model(make_world(5, deals=[make_deal((2, 3), 3)], trust_prior=0.3), 1, mechanisms=QUIET)
        s = model.state
        assert s.trust_hat[2, 3] == s.alpha[2, 3] / (s.alpha[2, 3] + s.beta[2, 3])
        assert s.trust_hat[4, 3] > 0.3  # what 2 knows of 3 reaches others

    def test_witnesses_weigh_what_they_know(self):
        """A word with little behind it moves the others little, however good it is; m_w bounds it."""
        model = make_model(make_world(5, deals=[make_deal((2, 3))], trust_prior=0.2), 1, mechanisms=QUIET)
        s, par, seen = model.state, model.parameters, []
        for known in (0.0, 0.1, 1.0, 1e9):
            s.alpha[2, 3], s.beta[2, 3] = par.prior_mass + known, 0.0
            perceive_trust(s, par, model.mechanisms, links(s.depth))
            seen.append(s.trust_hat[4, 3])
        assert seen[0] == pytest.approx(0.2, rel=1e-12)
        assert seen == sorted(seen)
        assert seen[1] < 0.26
        assert seen[3] == pytest.approx((0.8 + par.witness_mass) / (4 + par.witness_mass), rel=1e-6)


class TestReference:
    """Trust less its reference is news: nothing that was to be expected, and every tweak where it was made."""

    @pytest.mark.parametrize("witnesses", ["on", "off"])
    def test_a_world_that_keeps_its_word_has_no_news(self, witnesses):
        """Bit for bit, whatever is signed on the way."""
        rng = np.random.default_rng(4)
        world = make_world(8, {"firm": 2, "ngo": 2}, deals=DEALS, trust_prior=rng.uniform(0.3, 0.9, (13, 13)))
        quiet = {"breach": "off", "harm": "off", "campaigns": "off", "witnesses": witnesses}
        model = make_model(world, 8, mechanisms=quiet).run()
        assert pairs_that_differ(model) == set()
        assert (model.state.since >= 0).any()
        assert np.array_equal(model.state.alpha, model.state.alpha_ref)
        assert np.array_equal(model.state.beta, model.state.beta_ref)

    @pytest.mark.parametrize("how", ["scenario", "agent"])
    def test_a_tweak_shows_in_its_pair_only(self, how):
        world = make_world(6, deals=DEALS, trust_prior=0.45)
        given = ({"pair": ("A02", "A03"), "value": 0.9, "symmetric": False},) if how == "scenario" else ()
        model = rest(make_model(world, 12, mechanisms=ALONE, trust=given))
        if how == "agent":
            model.states["A02"].trust["A03"] = 0.9
        model.run()
        assert pairs_that_differ(model) == {(2, 3)}
        assert model.state.trust_hat[2, 3] > model.state.trust_reference[2, 3] + 0.1

    def test_others_hear_of_a_tweak_from_those_who_have_evidence_to_show(self):
        world = make_world(6, deals=DEALS, trust_prior=0.45)
        given = ({"pair": ("A02", "A03"), "value": 0.9, "symmetric": False},)
        model = rest(make_model(world, 2, mechanisms=QUIET, trust=given)).run()
        assert {j for _, j in pairs_that_differ(model)} == {3}

    def test_fragmentation_shows_across_lines(self):
        cells = (("A00", "A01", "A02"), ("A03", "A04", "A05"))
        world = make_world(6, deals=DEALS, trust_prior=0.6)
        model = rest(make_model(world, 1, mechanisms=ALONE, fragmentation={"lines": cells, "trust": 0.5}))
        side = np.array([0, 0, 0, 1, 1, 1, -1])
        across = {(i, j) for i in range(6) for j in range(6) if side[i] != side[j]}
        assert pairs_that_differ(model) == across

    def test_a_seen_breach_shows_and_expected_conduct_does_not(self):
        """Over many replicates α and β are what the reference expects; in each, breaches stand out."""
        world = make_world(4, deals=[make_deal((2, 3), 2)], trust_prior=0.5)
        gaps = []
        for replicate in range(160):
            model = rest(make_model(
                world, 6, replicate, mechanisms=ALONE | {"breach": "on"},
                parameters={"compliance_base": 0.6, "detection": 0.6, "breach_lowers_depth": 0},
            )).run()  # fmt: skip
            s = model.state
            gaps.append([s.alpha[3, 2] - s.alpha_ref[3, 2], s.beta[3, 2] - s.beta_ref[3, 2]])
        mean, error = np.mean(gaps, axis=0), np.std(gaps, axis=0) / np.sqrt(len(gaps))
        assert (error > 0).all()
        assert (np.abs(mean) < 4 * error).all()

    def test_transparency_of_the_scenario_shows_that_of_the_record_does_not(self):
        world = make_world(5, deals=DEALS, transparency=0.4, trust_prior=0.5)
        plain = rest(make_model(world, 4, mechanisms=ALONE, focal="A02")).run()
        open_ = rest(make_model(world, 4, mechanisms=ALONE, focal="A02", strategy={"transparency": 0.9})).run()
        assert pairs_that_differ(plain) == set()
        assert {j for _, j in pairs_that_differ(open_)} == {2}


class Faithless(StateActor):
    """A state that never keeps its word."""

    def keeps_promise(self, partner):
        return 0.0


def broken_deal(depth, quarters):
    """A deal of A02 with A03 of which A02 breaks every promise in full view."""
    scenario = make_scenario(
        quarters, mechanisms=ALONE | {"breach": "on"}, parameters={"detection": 1, "breach_lowers_depth": 0}
    )
    world = make_world(4, deals=[make_deal((2, 3), depth)], transparency=0.4, trust_prior=0.5)
    return rest(GovernanceModel(scenario, actors={"A02": Faithless}, world=world))


class TestBreach:
    @pytest.mark.parametrize("depth", [1, 2, 3])
    def test_x16_a_seen_breach_weighs_the_same_at_every_depth(self, depth):
        """β = β⁰ + η⁻(.5+.5T)(1−λᵗ)/(1−λ) beside what was left of the evidence at the start."""
        model = broken_deal(depth, 8)
        before, memory = model.state.beta[3, 2] - 2.0, model.parameters.memory
        model.run()
        assert model.state.beta[3, 2] == pytest.approx(
            2.0 + before * memory**8 + 2.5 * 0.7 * (1 - memory**8) / (1 - memory), rel=1e-12
        )

    def test_the_reference_does_not_know_that_somebody_breaks_its_word(self):
        state = broken_deal(2, 6).run().state
        assert state.trust_hat[3, 2] < state.trust_reference[3, 2] - 0.1


class TestWatching:
    def test_who_is_watched_behaves(self):
        """π rises by w_n(1−π)·watch, watch = 1 − .9^(NGOs + free press)."""
        press = np.zeros(8, bool)
        press[3] = True
        deals = [make_deal((2, k)) for k in (5, 6, 7)] + [make_deal((2, 4)), make_deal((3, 4))]
        world = make_world(4, {"ngo": 3}, free_press=press, deals=deals)
        alone, watched = (
            make_model(
                world, 1, parameters={"shaming": w, "compliance_load": 0},
                mechanisms={"capture": "off", "latent_book": "off"},
            )
            for w in (0.0, 0.5)
        )
        s = watched.state
        assert s.watch.tolist() == pytest.approx([0, 0, 1 - 0.9**3, 0.1, 0, *[0] * 3])
        for i in (2, 3):
            plain = promise(alone.state, alone.parameters, i, 4)
            risen = promise(s, watched.parameters, i, 4)
            assert risen == pytest.approx(plain + 0.5 * (1 - plain) * s.watch[i], rel=1e-12)

    def test_ngos_that_do_not_look_leave_the_press(self):
        world = make_world(4, {"ngo": 1}, free_press=True, deals=[make_deal((2, 5))])
        model = make_model(world, 1, mechanisms={"watching": "off"})
        assert model.state.watch.tolist() == pytest.approx([0.1] * 6)


class TestPast:
    def test_implementation_does_not_begin_at_one(self):
        """Some held deals were broken in the year before the start, at the rate at which they are broken."""
        world = make_world(30, deals=[make_deal((a, a + 1), 2, date(2020, 1, 1)) for a in range(2, 29)])
        told = np.array([make_model(world, 1, k).state.conduct[:, world.index("A02") :] for k in range(40)])
        quarters = int((told != 0).sum())
        model = make_model(world, 1)
        clean = np.mean([promise(model.state, model.parameters, a, a + 1) ** 0.25 for a in range(2, 29)])
        assert quarters > 4000
        share = (told < 0).sum() / quarters
        assert share == pytest.approx(1 - clean, abs=4 * np.sqrt(clean * (1 - clean) / quarters))

    def test_a_deal_has_no_past_before_it_was_made(self):
        world = make_world(30, deals=[make_deal((a, a + 1), 2) for a in range(2, 29)])
        for replicate in range(10):
            told = make_model(world, 1, replicate, parameters={"compliance_base": 0.5}).state.conduct
            assert not told[:3].any()
            assert (told[3] != 0).sum() == 2 * 27  # quarter -1, in which they were made

    def test_older_deals_have_more_to_show(self):
        world = make_world(6, deals=[make_deal((2, 3), 1, date(2022, 7, 1)), make_deal((2, 4), 1)], trust_prior=0.5)
        s = make_model(world, 1, mechanisms={"breach": "off", "latent_book": "off"}).state
        assert s.alpha[2, 3] > s.alpha[2, 4] > s.alpha[2, 5] == 2.0
