"""The model: one run of the world, quarter by quarter.

The fourteen steps of a quarter are the list :data:`QUARTER`, in the order in which they happen,
each with its reason. A step reads and writes the columns of :class:`simulation.state.State` by
calling the pure functions of ``simulation.processes``; nothing happens anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import mesa
import mesa.agent
import numpy as np

from simulation.actors import BY_KIND, Actor, cast
from simulation.actors.bounds import check_bounds
from simulation.actors.hooks import Hooks
from simulation.actors.views import ActorView
from simulation.data.actor_advice import row_of
from simulation.data.world import World
from simulation.errors import Fault, InputError, ModelError
from simulation.model.levers import waits
from simulation.model.negotiations import Talks, Watch, nobody
from simulation.model.planned import Plans
from simulation.model.start import build_state
from simulation.outcomes.record import Recorder
from simulation.processes import (
    blocs,
    capacity,
    capture,
    choice,
    compliance,
    contracts,
    diffusion,
    forum,
    harm,
    instruments,
    learning,
    norms,
    opinion,
    prospects,
    rivalry,
    shocks,
    tempo,
    trilateral,
    trust,
)
from simulation.processes.bargaining import outside_options
from simulation.processes.bias import drift_by_funders
from simulation.processes.links import links
from simulation.processes.proposals import drift_by_proposals
from simulation.processes.value import activities, deal_values, fill_rows, possible_deals, view, weights
from simulation.randomness import Draws
from simulation.scenario.checks import world_of
from simulation.scenario.load import load_scenario
from simulation.scenario.names import default_peers
from simulation.scenario.quarter import Quarter
from simulation.scenario.schema import Scenario
from simulation.state import (
    FIRM,
    INFLUENCER,
    KINDS,
    MULTILATERAL,
    NGO,
    REGIONAL,
    SECRETARIAT,
    STATE,
    THINK_TANK,
    TRACKS,
    F,
    State,
)

QUARTER: tuple[tuple[str, str], ...] = (
    ("grow", "AI capability and scheduled shocks come first: everything else reacts to them"),
    ("perceive", "what actors offer, need and think of each other at the quarter's start"),
    ("expect", "whose slots open, what each partner is worth, and what leaders bid"),
    ("propose", "states choose a track for each slot, then everybody makes offers"),
    ("consent", "offers are answered before anything is paid for"),
    ("broker", "contracts of three, from what bilateral talks left undone"),
    ("sign", "upkeep first, then new rungs while budgets last"),
    ("decide_in_blocs", "blocs act after their members' own diplomacy: they come too late by rule"),
    ("join_instruments", "texts open, are joined, enter into force"),
    ("keep_promises", "conduct in all deals, new ones too, and what it does to trust"),
    ("adapt", "capacity, positions, publics and norms move by the ties as they now stand"),
    ("suffer_harm", "incidents hit what governance did not prevent, and raise urgency"),
    ("learn", "tracks that paid are used more"),
    ("record", "everything is written down, nothing is changed"),
)
"""The quarter: each step's method and the reason for its place."""

_OUTLIVES = frozenset(
    ("state", "recorder", "world", "names", "_scenario", "parameters", "mechanisms", "replicate", "steps", "running",
     "_index")
)  # fmt: skip
"""Attributes of a model that are there once it is closed: none of them knows an agent."""


class GovernanceModel(mesa.Model):  # type: ignore[misc]
    """One replicate of a scenario, as a Mesa model.

    Parameters
    ----------
    scenario
        A :class:`Scenario`, or the path of a scenario file.
    seed
        Replaces the scenario's seed; 0 is a seed like any other.
    replicate
        Number of the replicate, from 0. Same scenario, seed and replicate: same bits.
    actors
        Replacement classes by actor id or by kind, e.g. ``{"ocp": MyFirm}`` or ``{"ngo": MyNGO}``.
    world
        A world to use in place of the shipped one.
    **overrides
        Scenario keys to change, as in :func:`load_scenario`.

    Attributes
    ----------
    state
        Every number of the run, as arrays.
    agents
        Mesa's AgentSet of all actors; ``states``, ``firms``, ``think_tanks``, ``ngos``,
        ``influencers`` and ``secretariats`` are mappings by id, ``by_kind`` holds one a kind.
    recorder
        What has been written down so far.
    watch
        Called with the name of each step once it is done, and with those of three moments within steps:
        ``planned``, ``shed`` and ``conduct``. For readers, who change nothing.
    talks, review
        This quarter's negotiations, from ``sign`` on; what deals were worth when they were last looked at again.

    Examples
    --------
    >>> model = GovernanceModel("scenarios/baseline.yaml", seed=1)  # doctest: +SKIP
    >>> model.states["SEN"].trust["FRA"] = 0.9  # doctest: +SKIP
    >>> model.run().recorder.series()  # doctest: +SKIP
    """

    def __init__(
        self,
        scenario: Scenario | str | Path,
        seed: int | None = None,
        replicate: int = 0,
        actors: Mapping[str, type[Actor]] | None = None,
        world: World | None = None,
        **overrides: Any,
    ):
        if not isinstance(scenario, Scenario) or overrides:
            scenario = load_scenario(scenario, **overrides)
        if seed is not None:
            if seed < 0:
                raise InputError(Fault("seed", f"must be at least 0, not {seed}"))
            scenario = scenario.model_copy(update={"seed": int(seed)})
        super().__init__(rng=scenario.seed)  # Mesa's generator; the model itself draws by key only
        self.replicate = int(replicate)
        self.world: World = world or world_of(scenario)
        if scenario.peers is None:
            scenario = scenario.model_copy(update={"peers": default_peers(self.world, scenario.focal)})
        self.scenario = scenario
        self.parameters, self.mechanisms = scenario.parameters, scenario.mechanisms
        self.names = self.world.names
        self.state: State = build_state(self.world, scenario, self.replicate)
        self.weights = weights(self.parameters, self.mechanisms)
        self._index = {name: k for k, name in enumerate(self.state.ids)}
        self.hooks = Hooks()
        self.watch: Watch = nobody
        self.actors = self._make_actors(actors or {})
        self.by_kind = {kind: ActorView(self, kind) for kind in KINDS}
        self.states, self.firms, self.think_tanks, self.ngos, self.influencers, self.secretariats = (
            self.by_kind[KINDS[code]] for code in (STATE, FIRM, THINK_TANK, NGO, INFLUENCER, SECRETARIAT)
        )
        self._scratch()
        self._luck = Draws(scenario.seed, self.replicate, self.state.quarter)
        self._plans = Plans(scenario, self._index)
        self._links = links(self.state.depth)
        trust.perceive_trust(self.state, self.parameters, self.mechanisms, self._links)
        self.view = view(self.state, self.weights, self._links)
        self.recorder = Recorder(scenario.record, scenario, self.state)
        self._record()

    # --- actors
    def _make_actors(self, replaced: Mapping[str, type[Actor]]) -> tuple[Actor, ...]:
        made = []
        for row, cls in enumerate(cast.classes(self.state.ids, self.state.kind, replaced)):
            own = cls not in BY_KIND.values()
            made.append(cast.play(cls, self, row) if own else cls(self, row))
            if own:
                self.hooks.note(made[-1])
        return tuple(made)

    def index(self, actor_id: str) -> int:
        """Row of an actor in the arrays of the state; a state may be named as people name it.

        Raises
        ------
        ModelError
            For an unknown id, with the nearest known one.
        """
        return row_of(str(actor_id), self._index)

    def actor(self, actor_id: str) -> Actor:
        """The agent of an id."""
        return self.actors[self.index(actor_id)]

    # --- time
    @property
    def quarter(self) -> Quarter:
        """The quarter that the next step will simulate (the last one when the run is over)."""
        return self.scenario.start + min(self.state.quarter, self.scenario.quarters - 1)

    def step(self) -> None:
        """One quarter: the steps of :data:`QUARTER` in order."""
        if "actors" not in vars(self):
            raise ModelError("the model was closed; build another")
        if self.state.quarter >= self.scenario.quarters:
            raise ModelError(f"the run ended in {self.scenario.horizon}")
        self._begin_quarter()
        for name, _ in QUARTER:
            getattr(self, "_" + name)()
            if self.hooks:  # nobody else can write into the state between two steps
                check_bounds(self, name, whole=False)
            self.watch(name)
        check_bounds(self, name, whole=True)
        self.state.quarter += 1
        self.running = self.state.quarter < self.scenario.quarters
        if not self.running:
            self._forget()

    def run(self) -> GovernanceModel:
        """Step to the horizon; returns the model."""
        while self.state.quarter < self.scenario.quarters:
            self.step()
        return self

    def _draws(self) -> Draws:
        if self._luck.quarter != self.state.quarter:
            self._luck = Draws(self.scenario.seed, self.replicate, self.state.quarter)
        return self._luck

    def _scratch(self) -> None:
        n = self.state.n
        self._worth, self._gain = np.zeros((n, n)), np.zeros((n, n))
        self._possible, self._keen = np.zeros((n, n), bool), np.zeros(n, bool)
        self._broker_rate: F = np.full(n, self.parameters.trilateral_rate)
        if self.scenario.strategy.trilateral_rate is not None:
            self._broker_rate[self.index(self.scenario.focal)] = self.scenario.strategy.trilateral_rate

    def _begin_quarter(self) -> None:
        s = self.state
        for column in (s.formed, s.reward, s.breaches, s.lapsed, s.incidents):
            column[:] = 0

    # --- the fourteen steps
    def _grow(self) -> None:
        s, par, mech = self.state, self.parameters, self.mechanisms
        now = shocks.active(self.scenario.shocks, self.quarter)
        harm.grow_capability(s, par, mech, s.quarter + shocks.capability_lead(self.scenario.shocks, self.quarter))
        s.surge = shocks.surge(now)
        shocks.strike(s, now, self.quarter, self._index)

    def _perceive(self) -> None:
        s, par, mech = self.state, self.parameters, self.mechanisms
        capacity.refresh_offers(s, par)
        s.load = contracts.upkeep_load(s, par)
        self._links = links(s.depth)
        trust.perceive_trust(s, par, mech, self._links)

    def _expect(self) -> None:
        s, par, mech = self.state, self.parameters, self.mechanisms
        self._own_broker = tempo.open_slots(s, par, mech, self._draws())
        self.view = view(s, self.weights, self._links)
        self._seen = self.hooks.values(self.view, self.actors)
        possible_deals(
            s.allowed, s.depth, self.view.links, s.kind, s.home, s.camp, s.exclusive, s.local_share, self._possible
        )
        rows = (s.open_slots > 0) | self._own_broker
        rows[s.leaders] = True
        fill_rows(self._seen, self.weights, rows, self._worth, self._gain, self._keen)
        # partners without an open row are never offered anything, so their stale rows are not read
        rivalry.court(s, par, mech, self._possible, self._gain, self.hooks.asked_about("bids", self.actors))
        self._rows = rows

    def _propose(self) -> None:
        s, par, mech = self.state, self.parameters, self.mechanisms
        self._wait_for_blocs()
        states, others, any_two, self._outside = prospects.prospects(
            self._possible, s.s, self._rows, self._gain, round(par.prospects)
        )
        # a brokered triple is put on the table with a probability below one
        some = any_two > -np.inf
        any_two[some] *= self._broker_rate[some]
        forum.choose_tracks(s, par, mech, self._draws(), states, others, any_two, self._own_broker)
        shared = self._shared_pool = forum.shared_pools(s, mech)
        for row in self.hooks.tracks(s.track_share, s.slots_by_track):
            forum.assign_slots(s, row, self._draws())
        pick = choice.choose_pairs if mech["consent"] == "choice" else partial(choice.propose, keen=self._keen)
        self._offers = pick(s, par, self._draws(), shared, self._possible, self._worth, self._gain)

    def _consent(self) -> None:
        s, par, mech = self.state, self.parameters, self.mechanisms
        offers = self._offers
        if mech["consent"] == "choice":
            self.hooks.never_asked("accepts", "consent: choice", "replace partner_value, or use `consent: logistic`")
            self._agreed, self._chance = np.arange(offers.sender.size), np.full(offers.sender.size, np.nan)
            return
        self._chance = choice.consent_probability(offers, par.choice_noise)
        self.hooks.answers(*offers[:2], offers.receiver_gain, self._chance, self.actors)
        self._agreed = choice.consent(s, self._draws(), self._shared_pool, offers, self._chance)

    def _broker(self) -> None:
        s, par = self.state, self.parameters
        triples = trilateral.table(
            s, self._draws(), self._seen, self.weights, par.choice_noise, self._possible, self._gain
        )
        consent = choice.acceptances(triples.gain.ravel(), par.choice_noise).reshape(-1, 3)
        self.hooks.invited(triples, consent, self.actors)
        self._tabled, self._yes = triples, consent
        self._triples, self._triple_surplus = trilateral.passes(s, self._draws(), triples, self._broker_rate, consent)
        # parties to a triple without an open slot: their utilities are needed for terms and rewards
        late = np.zeros(s.n, bool)
        late[self._triples] = True
        late &= ~self._rows
        if late.any():
            fill_rows(self._seen, self.weights, late, self._worth, self._gain, self._keen)
            rivalry.add_concessions(s, late, self._gain)
            self._outside[late] = outside_options(self._possible, self._gain, late)[late]

    def _sign(self) -> None:
        s, par, mech = self.state, self.parameters, self.mechanisms
        self._plans.sign_due(s, par)
        self.review = self.hooks.values(self.view, self.actors, partners_only=True)
        self.watch("planned")
        contracts.shed(s, par, self.review, self.weights)
        self.watch("shed")
        offers, agreed = self._offers, self._agreed
        pairs = np.full((agreed.size, 3), -1, np.int32)
        pairs[:, 0], pairs[:, 1] = offers.sender[agreed], offers.receiver[agreed]
        surplus = offers.sender_gain[agreed] + offers.receiver_gain[agreed]
        support = np.ones(s.n)
        if mech.on("ratification"):
            passes = opinion.ratification_probability(opinion.support(s), par)
            support[s.un_member] = passes[s.un_member[: s.s]]
        parties, surplus = np.concatenate([pairs, self._triples]), np.concatenate([surplus, self._triple_surplus])
        self.talks = Talks(self._seen, self._possible, self._gain, offers, self._chance, agreed, self._tabled,
                           self._yes, self._broker_rate, parties, surplus, support)  # fmt: skip
        table = self._possible, self._worth, self._gain, self._outside
        contracts.sign(s, par, mech, self._draws(), parties, surplus, support, *table)

    def _decide_in_blocs(self) -> None:
        if self.mechanisms.on("blocs"):
            if self.parameters.vote_probability >= 0.0:
                self.hooks.never_asked("votes", "vote_probability", "a forced probability is everybody's")
            asked = self.hooks.asked("votes")
            blocs.decide_blocs(self.state, self.parameters, self.mechanisms, self._draws(), asked)

    def _join_instruments(self) -> None:
        if self.mechanisms.on("instruments"):
            asked = self.hooks.asked("joins")
            instruments.join_instruments(self.state, self.parameters, self.mechanisms, self._draws(), asked)

    def _keep_promises(self) -> None:
        s, par, mech = self.state, self.parameters, self.mechanisms
        s.load = contracts.upkeep_load(s, par)
        if not mech.on("breach"):
            self.hooks.never_asked("keeps_promise", "breach: off", "everybody keeps every promise")
        compliance.keep_promises(s, par, mech, self._draws(), self.hooks.asked_about("keeps_promise", self.actors))
        self.watch("conduct")
        if mech.on("lapse"):
            now, before = links(s.depth), self.view
            self.view = before._replace(load=s.load, links=now, activity=activities(now, self.weights))
            self.review = self.hooks.values(self.view, self.actors, partners_only=True)
            compliance.let_lapse(s, par, self._draws(), self.review, self.weights)
            self.view = before

    def _adapt(self) -> None:
        s, par, mech, draws = self.state, self.parameters, self.mechanisms, self._draws()
        capacity.update_capacity(s, par, mech, draws)
        diffusion.diffuse_positions(s, par, mech, draws)
        capture.drift_by_capture(s, par, mech, draws)
        drift_by_funders(s, par, mech, draws)
        drift_by_proposals(s, par, mech, draws)
        capture.commit_firms(s, par, mech, draws)
        opinion.move_opinions(s, par, mech, draws)
        norms.spread_norms(s, par, mech, draws)

    def _suffer_harm(self) -> None:
        harm.suffer_harm(self.state, self.parameters, self.mechanisms, self._draws())

    def _learn(self) -> None:
        learning.learn(self.state, self.parameters, self.mechanisms, self._draws())

    def _record(self) -> None:
        given = received = None
        if self.recorder.due:
            given, received = deal_values(self.view, self.weights, self.recorder.actors)
        self.recorder.observe(self.state, given, received)

    # --- helpers of the steps
    def _wait_for_blocs(self) -> None:
        """While the focal state waits for its bloc it uses the regional and multilateral tracks only."""
        if not self.scenario.strategy.wait_for:
            return
        row = self.state.track_allowed[self.index(self.scenario.focal)]
        row[:] = [track in self.scenario.strategy.tracks for track in TRACKS]
        if waits(self.state, self.scenario):
            row &= np.isin(np.arange(len(TRACKS)), (REGIONAL, MULTILATERAL))

    # --- Mesa's surroundings
    @property
    def scenario(self) -> Scenario:
        """What is simulated; in place of an attribute of Mesa 3.5 that writes into scenarios, for ours are frozen."""
        return self._scenario

    @scenario.setter
    def scenario(self, scenario: Scenario) -> None:
        """Keep it; Mesa sets one of its own first, which the model's replaces."""
        self._scenario = scenario

    @property
    def datacollector(self) -> Any:
        """The recorded metrics of the focal state in the form that Mesa's ``batch_run`` reads."""
        return self.recorder.as_datacollector()

    def close(self) -> None:
        """Let go of the agents, so that the model and its arrays are freed with the last reference to it.

        Agents and model know each other: such a cycle waits for Python to look for cycles, which it does late,
        for there are few objects in it, with megabytes of arrays.

        What was recorded, the state and what the model was made of can still be read; a step or an agent cannot
        be asked for.
        """
        self._forget()
        for name in vars(self).keys() - _OUTLIVES:
            delattr(self, name)

    def _forget(self) -> None:
        """Have Mesa up to 3.3, which keeps a list of models with agents of their own classes, forget this one."""
        getattr(mesa.agent.Agent, "_ids", {}).pop(self, None)
