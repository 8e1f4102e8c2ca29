"""X10, X20, X21, X22, X23, X25, X29 of the model description, and what trust, masks and records do to the intensity.

Worlds are made up and small where they can be, so that every expectation is written out here a second time, in NumPy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from simulation.intensity import equation
from simulation.intensity.belief import draw_belief, pair_utilities
from simulation.intensity.equation import pair_rates
from simulation.intensity.standing import LayerFacts, layers
from simulation.kernels import Draws
from simulation.model import GovernanceModel, book
from simulation.processes import approaches, contracts, ends
from simulation.processes.approaches import Approaches
from simulation.processes.books import LEVERS
from simulation.processes.links import links
from simulation.processes.pull import pull_terms
from simulation.state import FIRM, STATE, State
from tests.shipped import build, shipped, world_for
from tests.synthetic import QUIET, make_deal, make_model, make_world

REPLICATES = 2_000
NO_TARGETS = np.zeros(0, np.int64)
FREE = {"prices": 0.0}


def utilities(year, weights):
    """U of all pairs that can make deals, (n, n); 0 elsewhere."""
    pairs, result = year.possible, np.zeros(year.mask.shape)
    result[pairs.a, pairs.b], result[pairs.b, pairs.a] = pair_utilities(year, weights)
    return result


def some_world(states=6, others=None, **fields):
    """A world in which no two actors are alike."""
    others = {"firm": 2, "ngo": 2} if others is None else others
    rng, n = np.random.default_rng(8), states + 1 + sum(others.values())
    columns = {"trust_prior": rng.uniform(0.3, 0.7, (n, n)), "position": rng.random((n, 4)), "capacity": rng.random(n)}
    return make_world(states, others, **(columns | fields))


def partners(state: State, i: int, kind: int):
    """Who an actor may turn to in the layer of a kind."""
    wanted = kind if state.kind[i] == STATE else STATE
    return np.flatnonzero(state.allowed[i] & (state.kind == wanted))


def intensities(state: State, rate):
    """λ_ij a quarter = (ω_i p_i(j) q_j(i) + ω_j p_j(i) q_i(j)) / 4, (n, n), the long way."""
    one_way = np.zeros((state.n, state.n))
    for i, kind in np.argwhere(rate > 0):
        others = partners(state, i, kind)
        if others.size:
            weight = np.exp(state.pull[i, others])
            agrees = 1.0 / (1.0 + np.exp(state.reluctance[kind] - state.pull[others, i]))
            one_way[i, others] = rate[i, kind] / 4.0 * weight / weight.sum() * agrees
    return one_way + one_way.T


def rates_of(model):
    """Approaches a year, (n, 6)."""
    return approaches.rates(model.state, model.parameters, model.mechanisms)


def quarters_of(model: GovernanceModel) -> Iterator[tuple[Approaches, np.ndarray]]:
    """Approaches and answers of one quarter, in each of many replicates."""
    state = model.state
    for replicate in range(REPLICATES):
        draws = Draws(model.scenario.seed, replicate, 0)
        made = approaches.approach(
            state, model.parameters, model.mechanisms, draws, state.allowed, NO_TARGETS, 0
        )
        yield made, approaches.answers(state, draws, made, approaches.chances(state, made))


@pytest.fixture(scope="module")
def counted():
    """Deals of every pair in one quarter of each replicate, and their intensity."""
    model = make_model(some_world(), 1, mechanisms=QUIET)
    state, signed = model.state, np.zeros((REPLICATES, model.state.n, model.state.n), np.int16)
    for count, (made, yes) in zip(signed, quarters_of(model), strict=True):
        np.add.at(count, (made.sender[yes], made.receiver[yes]), 1)
        count += count.T.copy()
    expected = intensities(state, rates_of(model))
    pairs = np.nonzero(np.triu(expected > 0))
    return signed[:, *pairs].astype(float), expected[pairs]


class TestSimulatedIsFitted:
    """X20: covariates frozen, purses slack, nobody refuses and no third party: signings are Poisson around λ."""

    def test_x20_the_mean_number_of_deals_of_every_pair_is_its_intensity(self, counted):
        signed, expected = counted
        assert expected.size > 40
        assert (np.abs(signed.mean(axis=0) - expected) < 4 * np.sqrt(expected / REPLICATES)).all()

    def test_x20_the_variance_is_that_of_a_poisson_number(self, counted):
        signed, mean = counted
        error = np.sqrt((mean + 2 * mean**2) / REPLICATES)  # of a sample variance: (μ4 − σ⁴)/N
        assert (np.abs(signed.var(axis=0, ddof=1) - mean) < 4 * error).all()

    def test_x20_pairs_do_not_take_deals_from_one_another(self, counted):
        signed, mean = counted
        total = mean.sum()
        error = np.sqrt((total + 2 * total**2) / REPLICATES)
        assert abs(signed.sum(axis=1).var(ddof=1) - total) < 4 * error

    def test_x20_what_is_agreed_to_is_signed(self):
        model = make_model(some_world(), 12, mechanisms=QUIET)
        agreed = 0
        while model.running:
            model.step()
            agreed += int(model.sheet.agreed.sum())
            assert not model.sheet.signing.unpaid.any()
            assert len(model.state.ledger) == agreed
        assert agreed > 50


class TestIndependentApproaches:
    """X29: what an approach comes to says nothing of the next one of the same quarter."""

    def test_x29_two_approaches_go_to_independent_partners(self):
        model = make_model(some_world(others={}), 1, mechanisms=QUIET)
        state = model.state
        state.zeal[:] *= 20.0  # many approaches of everybody
        pairs = np.zeros((state.n, state.n))
        for made, _ in quarters_of(model):
            of_one = made.sender == 2
            chosen = dict(zip(made.number[of_one], made.receiver[of_one], strict=True))
            if 1 in chosen:
                pairs[chosen[0], chosen[1]] += 1
        others = partners(state, 2, STATE)
        share = np.exp(state.pull[2, others])
        share /= share.sum()
        seen = pairs[np.ix_(others, others)]
        expected = seen.sum() * np.outer(share, share)
        freedom = expected.size - 1
        assert seen.sum() > 0.9 * REPLICATES
        assert ((seen - expected) ** 2 / expected).sum() < freedom + 4 * np.sqrt(2 * freedom)

    def test_x29_two_answers_to_one_asker_are_independent(self):
        model = make_model(some_world(others={}), 1, mechanisms=QUIET)
        twice = np.array([2, 2], np.int32), np.array([3, 3], np.int32), np.array([0, 1], np.int32)
        offers = Approaches(*twice, np.zeros(2), np.zeros(2))
        said = np.array([
            approaches.answers(model.state, Draws(1, replicate, 0), offers, np.array([0.3, 0.6]))
            for replicate in range(REPLICATES)
        ])  # fmt: skip
        both = said.all(axis=1).mean()
        assert abs(both - 0.3 * 0.6) < 4 * np.sqrt(0.18 * 0.82 / REPLICATES)


class TestFittedUtility:
    """X21: no lever set: the fitted intensity of the first quarter."""

    def _gap(self, kind):
        """U of a layer in the shipped world, less the fitted equation with all covariates at once."""
        scenario = shipped(changes={"horizon": "2025Q1"})
        state = build(scenario).state
        facts, belief = book.believed(world_for(scenario), scenario, 0)[kind]
        fitted = utilities(facts.current, belief.weights)
        return state, np.where(facts.current.mask & state.allowed, state.pull - (fitted + state.attraction), np.nan)

    def test_x21_u_of_states_is_the_fitted_equation(self):
        """What the run counts from its ledger is what the fit counted from the record."""
        _, gap = self._gap(STATE)
        assert np.isfinite(gap).sum() > 30_000
        assert np.nanmax(np.abs(gap)) < 1e-12

    def test_x21_u_of_states_and_firms_is_the_fitted_equation_up_to_one_level(self):
        """The activity of a firm is less the mean of the world's firms; the fit's mean is that of all it knows.

        So every state sees all firms higher or lower by one number: whom it turns to is as fitted.
        """
        state, gap = self._gap(FIRM)
        states, firms = state.kind == STATE, state.kind == FIRM
        assert np.nanmax(np.abs(gap[firms])) < 1e-12
        levels = gap[np.ix_(states, firms)]
        assert np.isfinite(levels).sum() > 5_000
        assert np.nanmax(levels) - np.nanmin(levels) < 1e-12

    @pytest.mark.parametrize("where", ["made up", "shipped"])
    def test_x21_levers_that_are_not_pulled_change_no_bit_whatever_their_size(self, where):
        strong = {"trust_pull": 8, "interest_pull": 10, "rivalry_bonus": 1, "rivalry_cost": 2, "concession_split": 1}
        found = []
        for changes in ({}, strong):
            if where == "shipped":
                dotted = {f"parameters.{name}": size for name, size in changes.items()}
                model = build(shipped(changes={"horizon": "2025Q1"} | dotted))
            else:
                model = make_model(some_world(deals=[make_deal((2, 3)), make_deal((3, 4), 2)]), 1, parameters=changes)
            model.watch = lambda moment: None  # somebody watches: U without rivalry is kept
            model.step()
            assert np.array_equal(model.sheet.before_rivalry, model.state.pull)
            found.append(model.state.pull)
        assert np.array_equal(*found)

    def test_x21_the_terms_of_every_pair_say_so(self):
        model = make_model(some_world(deals=[make_deal((2, 3))]), 1)
        for i, j in np.argwhere(model.state.allowed):
            terms = pull_terms(model.state, model.parameters, model.mechanisms, i, j)
            assert terms["trust"] == terms["interests"] == terms["needs"] == 0.0
            assert sum(terms.values()) == pytest.approx(model.state.pull[i, j], abs=1e-12)


class TestMasks:
    """X22: who may not deal does not, and the scenario says who may."""

    CLOSED = ({"pair": ("A02", "A03"), "open": False}, {"pair": ("A04", "firm_0"), "open": False})
    PAIRS = ((2, 3), (4, 7))

    def _ties(self, **fields):
        """How often each pair signed in a few years of a world in which all are eager, third parties too."""
        world, signed = some_world(), np.zeros((11, 11), int)
        for replicate in range(12):
            model = make_model(
                world, 8, replicate, parameters=FREE | {"trilateral_rate": 0.2}, mechanisms={"latent_book": "off"},
                **fields,
            )  # fmt: skip
            model.run()
            np.add.at(signed, tuple(model.state.ledger[:, :2].T), 1)
        return signed + signed.T

    def test_x22_no_masked_pair_ever_signs(self):
        signed, free = self._ties(relations=self.CLOSED), self._ties()
        for i, j in self.PAIRS:
            assert signed[i, j] == 0
            assert free[i, j] > 0
        assert (signed[:7, :7] > 0).sum() >= 30

    def test_x22_a_strategy_bars_its_own_partners_only(self):
        signed = self._ties(focal="A02", strategy={"partners": ("ngo",)})
        assert signed[2, [0, 1, 3, 4, 5, 6, 7, 8]].sum() == 0
        assert signed[2, 9:].sum() > 0
        assert signed[3, 4] > 0

    def test_relations_close_a_pair_both_ways_and_no_other(self):
        closed, free = (make_model(some_world(), 1, relations=r).state.allowed for r in (self.CLOSED, ()))
        gone = {(int(i), int(j)) for i, j in np.argwhere(closed != free)}
        assert gone == {(i, j) for pair in self.PAIRS for i, j in (pair, pair[::-1])}
        assert not closed[2, 3]

    def test_relations_open_what_the_record_has_broken(self):
        pairs = (("AFG", "AUS"), ("AFG", "openai"))  # no relations, and an export control
        shut = build(shipped())
        open_ = build(shipped(changes={"relations": [{"pair": list(pair), "open": True} for pair in pairs]}))
        places = {tuple(map(shut.index, pair)) for pair in pairs}
        gained = open_.state.allowed & ~shut.state.allowed
        assert {tuple(map(int, place)) for place in np.argwhere(gained)} == places | {p[::-1] for p in places}

    def test_export_controls_bar_firms_from_states_and_nothing_else(self):
        on, off = (build(shipped(changes={"mechanisms.export_controls": option})).state for option in ("on", "off"))
        freed = off.allowed & ~on.allowed
        assert freed.sum() > 100
        assert not (on.allowed & ~off.allowed).any()
        kinds = {tuple(sorted((int(on.kind[i]), int(on.kind[j])))) for i, j in np.argwhere(freed)}
        assert kinds == {(STATE, FIRM)}


def with_past(world, events: float) -> LayerFacts:
    """States of a made-up world, with a year before the start of which the record has so many deals."""
    facts = layers(world)[STATE]
    return replace(facts, past=(replace(facts.current, events=events),))


class TestBookAtTheStart:
    """X20, X22: what no record holds is drawn from the thinned intensity λ(1 − ρ)."""

    WORLD = some_world(others={})
    FACTS = with_past(WORLD, 11.5)

    def _drawn(self, complete=(), replicates=REPLICATES):
        """Deals of every pair in each replicate, all of one belief, and their expectation."""
        state = make_model(self.WORLD, 1).state
        belief, n = draw_belief(self.FACTS, STATE, 0, 0, 0.0, 1), state.n
        found = np.zeros((replicates, n, n))
        for replicate in range(replicates):
            events = book._drawn(state, self.FACTS, belief, STATE, 0, replicate, self.WORLD, complete)
            np.add.at(found[replicate], tuple(events.pair.T), 1)
            assert ((events.quarter >= -4) & (events.quarter < 0)).all()
        return found, self._expected(belief, n)

    def _expected(self, belief, n):
        """λ(1 − ρ) with λ scaled so that Σ λ ρ is what the record holds, and half a deal more."""
        year = self.FACTS.past[0]
        u = utilities(year, belief.weights)
        rate = pair_rates(u, belief.reluctance, year.mask.astype(float))
        share = np.full((n, n), belief.share)  # no pair has a reason to be recorded rather than another
        return rate * 12.0 / (rate * share)[np.triu_indices(n, 1)].sum() * (1 - share)

    def test_x20_the_starting_book_is_the_thinned_intensity(self):
        found, expected = self._drawn()
        pairs = np.triu_indices(7, 1)
        mean = expected[pairs]
        assert equation.LEAST_RECORDED < make_model(self.WORLD, 1).state.recorded[0, 1] < equation.MOST_RECORDED
        assert (np.abs(found.mean(axis=0)[pairs] - mean) < 4 * np.sqrt(mean / REPLICATES)).all()
        variance, error = found.var(axis=0, ddof=1)[pairs], np.sqrt((mean + 2 * mean**2) / REPLICATES)
        assert (np.abs(variance - mean) < 4 * error).all()

    def test_x22_a_whole_record_leaves_nothing_to_draw(self, monkeypatch):
        monkeypatch.setattr(book, "COMPLETE", 1.0)
        found, _ = self._drawn(complete=range(7), replicates=100)
        assert found.sum() == 0

    def test_a_record_called_complete_leaves_little_to_draw_of_its_state_alone(self):
        found, expected = self._drawn(complete=(2,))
        mean, own = found.mean(axis=0) + found.mean(axis=0).T, np.arange(7) != 2
        fewer = 0.1 / (1 - draw_belief(self.FACTS, STATE, 0, 0, 0.0, 1).share)
        for pairs, factor in ((mean[2, own], fewer), (mean[np.ix_(own, own)][np.triu_indices(6, 1)], 1.0)):
            hoped = factor * (expected[2, own] if factor < 1 else expected[np.ix_(own, own)][np.triu_indices(6, 1)])
            assert (np.abs(pairs - hoped) < 4 * np.sqrt(hoped / REPLICATES)).all()

    def test_x22_without_a_latent_book_only_recorded_deals_are_there(self):
        deals = [make_deal((2, 3), 2, date(2024, 3, 1)), make_deal((4, 7), 1, date(2024, 9, 1))]
        state = make_model(some_world(deals=deals), 1, mechanisms={"latent_book": "off"}).state
        assert {(int(i), int(j)) for i, j in np.argwhere(np.triu(state.depth) > 0)} == {(2, 3), (4, 7)}
        assert not state.drawn.any()

    def test_records_complete_raises_the_recorded_share_of_its_pairs_alone(self):
        usual, whole = (make_model(self.WORLD, 1, records={"complete": names}).state for names in ((), ("A02",)))
        own = np.arange(7) != 2
        assert (usual.recorded[2, own] < 0.9).all()
        assert (whole.recorded[2, own] == 0.9).all()
        assert (whole.recorded[own, 2] == 0.9).all()
        assert np.array_equal(whole.recorded[np.ix_(own, own)], usual.recorded[np.ix_(own, own)])


class TestLives:
    """X23: with no reason to renew one deal rather than another, and no breach or cut, the mean life is L/(1 − r)."""

    @pytest.mark.parametrize("renewal", [0.2, 0.5, 0.8])
    def test_x23_mean_life(self, renewal):
        model = make_model(
            some_world(40, {}), 1, mechanisms=QUIET,
            parameters={"renewal": renewal, "renewal_pull": 0, "renewal_likeness": 0, "depth_likeness": 0},
        )  # fmt: skip
        state, rules = model.state, model.rules
        pairs = np.argwhere(np.triu(state.allowed)).astype(np.int32)
        parties, sure = np.column_stack([pairs, np.full(len(pairs), -1)]).astype(np.int32), np.ones(state.n)
        contracts.sign(state, model.parameters, Draws(1, 0, 0), rules, parties, np.zeros(len(pairs), np.int32), sure,
                       state.allowed)  # fmt: skip
        assert (state.depth[tuple(pairs.T)] > 0).all()
        lives = np.zeros(len(pairs))
        while (state.depth > 0).any():
            state.quarter += 1
            lives[state.depth[tuple(pairs.T)] > 0] = state.quarter
            partners = links(state.depth)
            due, chance = ends.renewals(state, model.parameters, rules, partners)
            assert chance == pytest.approx(renewal, abs=1e-12)
            ends.renew_or_end(state, Draws(1, 0, state.quarter), rules, due, chance)
        term = (rules.shortest[STATE] + rules.longest[STATE]) / 2
        error = lives.std() / np.sqrt(len(pairs))
        assert abs(lives.mean() - term / (1 - renewal)) < 4 * error


class TestPurses:
    @pytest.mark.parametrize("seed", range(6))
    def test_x10_every_purse_is_its_income_less_the_prices_of_what_was_kept_renewed_and_signed(self, seed):
        """So nobody spends more than its purse and two quarters' income carried over, and nothing is lost."""
        deals = [make_deal((k, k + 1), 3, date(2023, 1 + k, 1)) for k in range(2, 5)]
        world = some_world(7, {"firm": 3, "ngo": 2}, deals=deals, size=0.1)
        prices = {"prices": 0.5 * (1 + seed)}
        model, unpaid = make_model(world, 8, seed=seed, mechanisms={"breach": "off"}, parameters=prices), 0
        state, rules = model.state, model.rules
        state.budget[:] = np.random.default_rng(seed).uniform(0.02, 1.0, state.n)
        state.purse[:] = state.budget
        depths = {}
        model.watch = lambda moment: depths.__setitem__(moment, state.depth.copy())
        while model.running:
            had, income = state.purse.copy(), state.budget.copy()
            model.step()
            paid = depths["paid"]
            available = np.minimum(had + income, 3 * income)
            spent = ends.upkeep(paid, links(paid), state.kind, rules.keep)
            for i, j in model.sheet.due:
                if depths["renewed"][i, j] > 0:
                    spent[[i, j]] += self._price(state, rules, i, j, depths["renewed"][i, j])
            signing = model.sheet.signing
            real = (signing.parties >= 0) & ~signing.unpaid[:, None]
            np.add.at(spent, signing.parties[real], signing.price[real])
            assert (spent <= available + 1e-9).all()
            left = available - spent - state.purse  # upkeep of a deal that the other side cut after it was paid
            assert (left >= -1e-9).all()
            assert set(np.flatnonzero(left > 1e-9)) <= set(model.sheet.cut[:, 1])
            unpaid += int(state.unpaid.sum())
        assert unpaid > 0  # purses did bind

    @staticmethod
    def _price(state, rules, i, j, depth):
        layer = state.kind[j] if state.kind[i] == STATE else state.kind[i]
        return rules.sign[layer, depth]


PULLED = dict.fromkeys(LEVERS, 1.0)


class TestLevers:
    """X26: no lever is free."""

    @pytest.mark.parametrize("lever", [*LEVERS, "all"])
    def test_x26_each_has_its_price_of_the_usual_income(self, lever):
        pulled = PULLED if lever == "all" else {lever: 1.0}
        opened = 1.0 - 0.4  # above the recorded transparency
        price = {"agency": 0.1, "oversight": 0.05, "transparency": 0.05 * opened, "fund_local": 0.1}
        for budget, prices in (("on", 1.0), ("on", 2.0), ("off", 2.0)):
            model = make_model(
                make_world(3, transparency=0.4), 1, strategy=pulled, mechanisms={"budget": budget},
                parameters={"prices": prices},
            )  # fmt: skip
            expected = prices * sum(price[name] for name in pulled) * model.state.budget[0] if budget == "on" else 0.0
            assert ends.price_of_levers(model.state, model.rules) == pytest.approx([expected, 0, 0, 0])

    def test_x26_all_at_one_with_the_purse_of_today_shrink_what_is_signed_and_kept(self):
        world, deals = some_world(7, {"firm": 3, "ngo": 2}, size=0.0), {}
        for name, pulled in (("none", {}), ("all", PULLED)):
            deals[name] = 0
            for seed in range(8):
                model = make_model(world, 12, seed=seed, strategy=pulled, parameters={"prices": 4.0}).run()
                deals[name] += int((model.state.depth[0] > 0).sum())
        assert deals["all"] < deals["none"]


class TestTrust:
    def _intensity(self, value, symmetric, states=12):
        given = ({"pair": ("A02", "A03"), "value": value, "symmetric": symmetric},)
        model = make_model(make_world(states, trust_prior=0.45), 1, mechanisms=QUIET, trust=given)
        return intensities(model.state, rates_of(model))

    def test_trust_of_nine_tenths_in_place_of_45_raises_the_intensity_by_at_least_half(self):
        usual, trusting = (self._intensity(value, True) for value in (0.45, 0.9))
        assert trusting[2, 3] > 1.5 * usual[2, 3]
        assert trusting[2, 4] < usual[2, 4]  # approaches that go elsewhere

    def test_trust_of_one_side_counts_half_way(self):
        usual, own, both = (self._intensity(*given)[2, 3] for given in ((0.45, True), (0.9, False), (0.9, True)))
        assert usual < own < both


class TestCampLines:
    """X25: camp lines change nothing for a state in no cell but through its partners."""

    OUTSIDE = np.array([4, 5, 6, 7])
    COLUMNS = ("base", "pull", "trust_prior", "trust_hat", "allowed", "depth", "recorded", "concession")

    def _model(self, share, replicate=0, **fields):
        """Eight states: two leaders and one state in each of their camps, and four in no cell."""
        camp = np.full(9, -1)
        camp[[2, 3]] = 1, 2
        deals = [make_deal(pair, 2) for pair in ((0, 1), (2, 3), (2, 4), (3, 5), (6, 7))]
        world = some_world(8, {}, camp=camp, deals=deals)
        split = {"lines": "camp", "trust": share, "rewiring": share}
        return make_model(world, 12, replicate, fragmentation=split, **fields)

    def test_x25_nothing_changes_at_once_for_who_is_in_no_cell(self):
        unheard = QUIET | {"witnesses": "off"}  # what it hears of others comes through its partners
        whole, split = (self._model(share, mechanisms=unheard).state for share in (0.0, 1.0))
        for name in self.COLUMNS:
            one, other = getattr(whole, name), getattr(split, name)
            assert np.array_equal(one[self.OUTSIDE], other[self.OUTSIDE]), name
            if one.shape[0] == one.shape[1]:
                assert np.array_equal(one[:, self.OUTSIDE], other[:, self.OUTSIDE]), name
        assert split.base[2, 3] < whole.base[2, 3]
        assert whole.depth[2, 3] > 0 == split.depth[2, 3]

    def test_x25_leaders_that_lose_each_other_concede_more_to_it(self):
        """Same luck: what the states in no cell are conceded in three years, with the lines and without."""
        conceded = []
        for share in (0.0, 1.0):
            switches = QUIET | {"rivalry": "on", "concessions": "on"}
            runs = (self._model(share, k, mechanisms=switches, parameters={"rivalry": 2}).run() for k in range(30))
            conceded.append([model.state.conceded[self.OUTSIDE].sum() for model in runs])
        gain = np.subtract(conceded[1], conceded[0])
        assert gain.mean() > 2 * gain.std() / np.sqrt(gain.size)


def test_the_rival_rule_chooses_by_size_and_activity_alone():
    rule = {"partner_choice": "size_activity"}
    changes = {"horizon": "2025Q1", "parameters.intensity_uncertainty": 0.0, "mechanisms": rule}
    model = build(shipped("baseline", changes=changes))
    facts = layers(model.world)[STATE]
    k = facts.names.index("size")
    weights = model.state.base[0, :] / np.where(facts.current.partner[k] == 0.0, np.nan, facts.current.partner[k])
    size = weights[facts.current.mask[0]]
    assert np.ptp(size) < 1e-9
    assert size[0] > 0.0
    assert model.state.draw_of_busy[STATE] > 0.0
    assert model.state.draw_of_past[STATE] == model.state.draw_of_recent[STATE] == 0.0
