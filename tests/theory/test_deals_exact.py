"""X1, X2, X3, X5, X6, X11, X16, X17, X19 of the model description: deals, trust, rivalry."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.processes.trust import EVERYBODY, fade, initial_evidence
from simulation.scenario.parameters import Parameters
from tests.synthetic import QUIET, make_model, make_world


class TestNoTies:
    def test_x1_who_turns_to_nobody_and_is_turned_to_by_nobody_makes_no_ties(self):
        model = make_model(make_world(6, {"firm": 2, "ngo": 2}), 12, mechanisms={"latent_book": "off"})
        model.state.zeal[:] = 0.0
        assert model.run().state.depth.sum() == 0

    def test_x2_reluctance_without_end_makes_no_ties(self):
        model = make_model(make_world(6), 12, mechanisms={"latent_book": "off"})
        model.state.reluctance[:] = 700.0
        assert model.run().state.depth.sum() == 0


class TestCompleteNetwork:
    """X3: no reason to refuse and no scarcity: everybody ends with everybody at full depth."""

    def test_complete_at_full_depth(self):
        model = make_model(make_world(6), 12, mechanisms=QUIET)
        model.state.zeal[:] *= 1000.0
        model.state.reluctance[:] = -700.0
        model.run()
        assert (model.state.depth == 3 * model.state.allowed).all()


class TestRivalry:
    def _concessions(self, **fields):
        rng = np.random.default_rng(5)
        n = 9
        position = fields.pop("position", rng.uniform(0, 1, (n, 4)))
        world = make_world(8, position=position, trust_prior=0.9, **fields)
        model = make_model(world, 6, parameters={"rivalry": 2})
        seen = []
        while model.running:
            model.step()
            seen.append(model.state.concession.copy())
        return model, np.array(seen)

    def test_x5_one_leader_concedes_nothing(self):
        _, seen = self._concessions(leaders=(8,))
        assert (seen == 0).all()

    def test_x5_identical_leaders_concede_nothing(self):
        position = np.random.default_rng(1).uniform(0, 1, (9, 4))
        position[[8, 0, 1]] = position[0]
        # without diffusion the leaders stay identical
        world = make_world(8, position=position, trust_prior=0.9)
        model = make_model(world, 6, parameters={"rivalry": 2, "diffusion": 0}).run()
        assert (model.state.concession == 0).all()
        assert (model.state.conceded == 0).all()

    def test_different_leaders_concede(self):
        _, seen = self._concessions()
        assert seen.max() > 0

    def test_x11_side_payments_sum_to_zero(self):
        model, _ = self._concessions()
        assert np.abs(model.state.payment).max() > 0
        assert abs(model.state.payment.sum()) < 1e-12


def test_x6_exchangeable_world_gives_the_focal_state_the_mean_degree():
    world = make_world(6, trust_prior=0.7)
    own, mean = [], []
    for replicate in range(120):
        state = make_model(world, 3, replicate=replicate, mechanisms={"rivalry": "off"}).run().state
        degree = (state.depth > 0).sum(axis=1)[2:6]  # states that lead nothing
        own.append(degree[0])
        mean.append(degree.mean())
    gap = np.array(own) - np.array(mean)
    assert abs(gap.mean()) < 3 * gap.std() / np.sqrt(len(gap)) + 1e-9


@pytest.mark.parametrize("memory", [0.9, 0.97])
def test_x16_constant_conduct_has_a_closed_form(memory):
    """α = α⁰ + η⁺Eo(1−λᵗ)/(1−λ) for a party that always complies; β stays at its prior."""
    world = make_world(3, trust_prior=0.5, transparency=0.4)
    model = make_model(world, 20, mechanisms=QUIET, parameters={"memory": memory})
    s = model.state
    s.zeal[:] = 0
    s.depth[0, 2] = s.depth[2, 0] = 2
    alpha0 = s.alpha[0, 2]
    for t in range(1, 21):
        model.step()
        evidence = 2 / 3 * (0.5 + 0.5 * 0.4)
        assert s.alpha[0, 2] == pytest.approx(alpha0 + evidence * (1 - memory**t) / (1 - memory), rel=1e-12)
        assert s.beta[0, 2] == pytest.approx(2.0, rel=1e-12)


@pytest.mark.parametrize("memory", [0.9, 0.97])
@pytest.mark.parametrize("kept", [0.0, 0.3, 1.0])
def test_x16_both_sides_of_the_opinion(memory, kept):
    """The same for β, on the arithmetic of fading and evidence alone."""
    prior = np.array([[0.0, 0.4], [0.6, 0.0]])
    alpha, beta = initial_evidence(prior, 4.0)
    first_a, first_b = alpha[0, 1], beta[0, 1]
    for t in range(1, 30):
        for row in (0, 1):
            fade(row, alpha, beta, prior, 4.0, memory, *EVERYBODY)
        alpha[0, 1] += 0.7 * kept
        beta[0, 1] += 2.5 * 0.7 * (1 - kept)
        sum_ = (1 - memory**t) / (1 - memory)
        assert alpha[0, 1] == pytest.approx(first_a + 0.7 * kept * sum_, rel=1e-12)
        assert beta[0, 1] == pytest.approx(first_b + 2.5 * 0.7 * (1 - kept) * sum_, rel=1e-12)


def transparency_threshold(par: Parameters, prior: float) -> float:
    """Compliance π above which transparency raises trust at rest (C.4): η⁺π/(η⁺π+η⁻(1−π)) = τ⁰, solved for π."""
    odds = prior / (1.0 - prior) * par.loss_of_trust / par.gain_of_trust
    return odds / (1.0 + odds)


class TestTransparency:
    """X19: more transparency raises trust at rest if and only if conduct is good enough."""

    @pytest.mark.parametrize(("prior", "threshold"), [(0.5, 0.714), (0.45, 0.672), (0.6, 0.789)])
    def test_threshold_of_the_formula(self, prior, threshold):
        assert transparency_threshold(Parameters(), prior) == pytest.approx(threshold, abs=5e-4)

    @pytest.mark.parametrize("prior", [0.5, 0.45, 0.6])
    @pytest.mark.parametrize("side", [-0.06, 0.06])
    def test_expected_evidence_agrees_with_the_sign(self, prior, side):
        par = Parameters()
        pi = transparency_threshold(par, prior) + side
        trust = []
        for transparency in (0.2, 0.9):
            evidence = (0.5 + 0.5 * transparency) / (1 - par.memory)
            alpha, beta = initial_evidence(np.array([[prior]]), par.prior_mass)
            a = alpha[0, 0] + par.gain_of_trust * evidence * pi
            b = beta[0, 0] + par.loss_of_trust * evidence * (1 - pi)
            trust.append(a / (a + b))
        assert (trust[1] > trust[0]) == (side > 0)

    @pytest.mark.parametrize("prior", [0.45, 0.5, 0.6])
    @pytest.mark.parametrize("good", [True, False])
    def test_simulated_with_every_breach_seen(self, prior, good):
        """A fixed tie of two states of one mind (conduct above the threshold) or of none (below it)."""
        position = np.full((5, 4), 0.5)
        if not good:  # affinity near zero: annual compliance .02, .38 a quarter
            position[2], position[3] = 0.0, 1.0
        means = []
        for transparency in (0.1, 1.0):
            total = 0.0
            for replicate in range(5):
                world = make_world(4, trust_prior=prior, transparency=transparency, position=position)
                model = make_model(
                    world, 100, replicate=replicate, mechanisms=QUIET | {"breach": "on"},
                    parameters={
                        "compliance_base": 1.0 if good else 0.5, "compliance_distance": 0.5, "detection": 1,
                        "breach_lowers_depth": 0, "compliance_load": 0, "compliance_capture": 0,
                    },
                )  # fmt: skip
                s = model.state
                s.zeal[:] = 0
                s.depth[2, 3] = s.depth[3, 2] = 3
                model.run()
                total += s.alpha[2, 3] / (s.alpha[2, 3] + s.beta[2, 3])
            means.append(total / 5)
        assert (means[1] > means[0]) == good
