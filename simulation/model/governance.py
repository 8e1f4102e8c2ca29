"""The model: one run of the world, quarter by quarter.

The quarter is the list :data:`QUARTER`: its steps, in the order in which they happen, each with the function that is
it and the reason for its place. A step reads and writes the columns of :class:`simulation.state.State` by calling the
pure functions of ``simulation.processes``; what one step leaves for a later one is in
:class:`~simulation.model.sheet.Sheet`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import mesa
import mesa.agent
import numpy as np

from simulation.actors import BY_KIND, Actor, cast
from simulation.actors.cast import ActorView
from simulation.actors.hooks import Hooks
from simulation.data.actor_advice import row_of
from simulation.data.world import World
from simulation.errors import ModelError
from simulation.kernels import Draws
from simulation.model import clauses
from simulation.model.alive import Alive
from simulation.model.book import move_attraction
from simulation.model.bounds import check_bounds, check_numbers
from simulation.model.levers import players, targets_of, turned_to, wait_for_blocs, want
from simulation.model.planned import Plans
from simulation.model.sheet import Sheet, Watch, nobody
from simulation.model.signposts import Signposts, change_levers
from simulation.model.start import build_state
from simulation.outcomes.record import Recorder
from simulation.processes import (
    approaches,
    blocs,
    books,
    capacity,
    capture,
    compliance,
    consultation,
    contracts,
    diffusion,
    effort,
    ends,
    harm,
    instruments,
    learning,
    needs,
    norms,
    opinion,
    pull,
    rivalry,
    shocks,
    trilateral,
    trust,
)
from simulation.processes.bias import drift_by_funders
from simulation.processes.links import Links, links
from simulation.scenario.checks import whole, world_of
from simulation.scenario.load import load_scenario
from simulation.scenario.names import default_peers
from simulation.scenario.quarter import Quarter
from simulation.scenario.schema import Scenario
from simulation.state import KINDS, State


# --- the fourteen steps
def grow(model: GovernanceModel) -> None:
    """AI capability, scheduled shocks, and what the year has made of actors' attraction."""
    s, quarter, planned = model.state, model.quarter, model.scenario.shocks
    now = shocks.active(planned, quarter)
    harm.grow_capability(s, model.parameters, model.mechanisms, s.quarter + shocks.capability_lead(planned, quarter))
    s.surge = shocks.surge(now)
    shocks.strike(s, now, quarter, model.rows)
    model.acquainted = None if now else model.acquainted  # a shock may be one of trust
    move_attraction(s, model.scenario, model.replicate)


def perceive(model: GovernanceModel) -> None:
    """What actors can supply, know of each other, and have behind them."""
    s = model.state
    needs.refresh_supply(s)
    model.sheet.links = model.sheet.links or links(s.depth)
    model.acquainted = trust.acquainted(s, model.parameters, model.acquainted)
    trust.perceive_trust(s, model.parameters, model.mechanisms, model.sheet.links, model.acquainted)
    pull.remember(s)


def expect(model: GovernanceModel) -> None:
    """Why each actor would turn to each other, whose term is over, what leaders bid."""
    s, par, sheet = model.state, model.parameters, model.sheet
    pull.fill_pull(s, par, model.mechanisms, sheet.links)
    model.hooks.pulls(s.pull, model.actors)
    approaches.possible_deals(
        s.allowed, s.depth, _partners(model), s.kind, s.home, s.camp, s.exclusive, s.local_share, model.rules.at_once,
        model.possible,
    )  # fmt: skip
    if model.scenario.strategy.hedge is not None:
        clauses.hedge(s, model.scenario.strategy.hedge, model.index(model.scenario.focal), model.possible)
    sheet.possible = model.possible
    sheet.before_rivalry = s.pull.copy() if model.watch is not nobody else None
    bids = model.hooks.asked_about("bids", model.actors)
    rivalry.court(s, par, model.mechanisms, model.possible, bids)
    if model.mechanisms.on("ends"):
        partners = _partners(model)
        sheet.due, sheet.renewal = ends.renewals(s, par, model.rules, partners)
        model.hooks.renewals(sheet.due, sheet.renewal, model.actors)


def _partners(model: GovernanceModel) -> Links:
    """Partners as at the quarter's start, made anew where a user's decision may have written deals since."""
    return (None if model.hooks else model.sheet.links) or links(model.state.depth)


def propose(model: GovernanceModel) -> None:
    """States divide their effort over the tracks, then everybody turns to somebody."""
    s, par, mech, sheet = model.state, model.parameters, model.mechanisms, model.sheet
    focal = model.index(model.scenario.focal)
    wait_for_blocs(s, model.scenario, focal)
    effort.divide_effort(s, par, mech, model.possible)
    model.hooks.tracks(s, par.effort_returns)
    want(s, model.targets, focal)
    aimed = turned_to(s, model.targets, focal, model.rules, model.possible)
    sheet.approaches = approaches.approach(s, par, mech, sheet.draws, model.possible, aimed, focal)


def consent(model: GovernanceModel) -> None:
    """Approaches are answered, before anything is paid for."""
    s, sheet = model.state, model.sheet
    assert sheet.approaches is not None
    sheet.chance = approaches.chances(s, sheet.approaches)
    model.hooks.answers(sheet.approaches, sheet.chance, model.actors)
    sheet.agreed = approaches.answers(s, sheet.draws, sheet.approaches, sheet.chance)


def broker(model: GovernanceModel) -> None:
    """Third parties join what two states have agreed on."""
    s, sheet = model.state, model.sheet
    assert sheet.approaches is not None
    assert sheet.agreed is not None
    parties, number = sheet.parties, sheet.number = approaches.agreements(sheet.approaches, sheet.agreed)
    if model.mechanisms.on("trilateral"):
        parties[:, 2] = trilateral.third_parties(s, sheet.draws, model.third_rate, model.possible, parties, number)


def sign(model: GovernanceModel) -> None:
    """Levers and upkeep first, then terms that are over, then new rungs while purses last."""
    s, par, mech, sheet = model.state, model.parameters, model.mechanisms, model.sheet
    partners = None if model.plans else _partners(model)  # a planned deal may be signed now
    model.plans.sign_due(s, model.rules)
    model.watch("planned")
    sheet.cut = ends.open_purses(s, model.rules, partners)
    model.watch("paid")
    if sheet.due is not None and sheet.renewal is not None:
        left = ends.renew_or_end(s, sheet.draws, model.rules, sheet.due, sheet.renewal)
        sheet.due, sheet.renewal, sheet.left = left
    model.watch("renewed")
    sheet.support = opinion.passing(s, par, sheet.publics) if mech.on("ratification") else np.ones(s.n)
    consultation.consult(s, mech, model.hooks.asked_about("consulted_by", model.actors))
    assert sheet.parties is not None
    assert sheet.number is not None
    sheet.signing = contracts.sign(
        s, par, sheet.draws, model.rules, sheet.parties, sheet.number, sheet.support, model.possible
    )


def decide_in_blocs(model: GovernanceModel) -> None:
    """Blocs table something, vote, and go a rung deeper."""
    if model.mechanisms.on("blocs"):
        if model.parameters.vote_probability >= 0.0:
            model.hooks.never_asked("votes", "vote_probability", "a forced probability is everybody's")
        asked = model.hooks.asked("votes")
        blocs.decide_blocs(model.state, model.parameters, model.mechanisms, model.sheet.draws, asked)


def join_instruments(model: GovernanceModel) -> None:
    """Texts open, are joined, enter into force."""
    if model.mechanisms.on("instruments"):
        asked = model.hooks.asked("joins")
        instruments.join_instruments(model.state, model.parameters, model.mechanisms, model.sheet.draws, asked)


def keep_promises(model: GovernanceModel) -> None:
    """Conduct in all deals, new ones too, what it does to trust, and who is left for it."""
    s, par, mech, partners = model.state, model.parameters, model.mechanisms, links(model.state.depth)
    if not mech.on("breach"):
        model.hooks.never_asked("keeps_promise", "breach: off", "everybody keeps every promise")
    asked = model.hooks.asked_about("keeps_promise", model.actors)
    known = None if model.hooks else model.acquainted  # a user's decision may have written evidence since
    known = model.acquainted = trust.acquainted(s, par, known, partners)
    conduct = compliance.keep_promises(s, par, mech, model.sheet.draws, model.rules.keep, asked, partners, known)
    model.sheet.conduct, model.sheet.exits = conduct, np.zeros((0, 2), np.int32)
    if model.targets.partner.size > 0:  # nobody else's deals have clauses
        focal = model.index(model.scenario.focal)
        model.sheet.exits = clauses.use_exits(s, model.targets, conduct, focal, model.rules)


def adapt(model: GovernanceModel) -> None:
    """Capacity, positions, publics and norms move by the ties as they now stand."""
    s, par, mech = model.state, model.parameters, model.mechanisms
    partners = model.sheet.standing = _still_partners(model)
    capacity.update_capacity(s, par, mech, partners)
    diffusion.diffuse_positions(s, par, mech, partners)
    capture.drift_by_capture(s, par, mech)
    drift_by_funders(s, par, mech)
    opinion.move_opinions(s, par, mech, model.sheet.draws, model.hooks.asked_about("campaign_message", model.actors))
    norms.spread_norms(s, par, mech)


def _still_partners(model: GovernanceModel) -> Links:
    """Partners as the quarter leaves them: no deal was made since promises were kept, but by a user's decision."""
    kept = None if model.hooks or model.sheet.exits is None or model.sheet.exits.size > 0 else model.sheet.conduct
    return kept.standing if kept is not None else links(model.state.depth)


def suffer_harm(model: GovernanceModel) -> None:
    """Incidents hit what governance did not prevent, and raise urgency."""
    harm.suffer_harm(model.state, model.parameters, model.mechanisms, model.sheet.draws)


def learn(model: GovernanceModel) -> None:
    """Tracks that paid are used more."""
    learning.learn(model.state, model.parameters, model.mechanisms, model.sheet.draws)


def record(model: GovernanceModel) -> None:
    """Everything is written down, nothing is changed."""
    model.signposts.read(model.state, model.scenario, model.recorder)
    write_down(model)


def write_down(model: GovernanceModel) -> None:
    """One more observation."""
    partners = None if model.hooks else model.sheet.standing  # a user's decision may have written deals since
    publics = model.sheet.publics = opinion.support(model.state) if model.recorder.due else None
    model.recorder.observe(model.state, partners, publics)


class Step(NamedTuple):
    """One step of the quarter."""

    name: str
    act: Callable[[GovernanceModel], None]
    reason: str


QUARTER: tuple[Step, ...] = (
    Step("grow", grow, "AI capability and scheduled shocks come first: everything else reacts to them"),
    Step("perceive", perceive, "what actors know of each other at the quarter's start"),
    Step("expect", expect, "why each would turn to each, whose terms are over, and what leaders bid"),
    Step("propose", propose, "states divide their effort over the tracks, then everybody turns to somebody"),
    Step("consent", consent, "approaches are answered before anything is paid for"),
    Step("broker", broker, "third parties join what two have agreed on"),
    Step("sign", sign, "upkeep first, then terms that are over, then new rungs while purses last"),
    Step("decide_in_blocs", decide_in_blocs, "blocs act after their members' own diplomacy: too late by rule"),
    Step("join_instruments", join_instruments, "texts open, are joined, enter into force"),
    Step("keep_promises", keep_promises, "conduct in all deals, new ones too, and what it does to trust"),
    Step("adapt", adapt, "capacity, positions, publics and norms move by the ties as they now stand"),
    Step("suffer_harm", suffer_harm, "incidents hit what governance did not prevent, and raise urgency"),
    Step("learn", learn, "tracks that paid are used more"),
    Step("record", record, "everything is written down, nothing is changed"),
)
"""The quarter: each step, what it does and the reason for its place."""

_OUTLIVES = {"state", "recorder", "world", "names", "_scenario", "parameters", "mechanisms", "replicate", "steps",
             "running", "rows"}  # fmt: skip
"""Attributes of a model that are there once it is closed: none of them knows an agent."""
_MADE_OF = {"scenario", "parameters", "mechanisms", "replicate", "world", "focal", "horizon", "seed", "strategy",
            "state", "rules", "actors"}  # fmt: skip
"""What a run is by: each is read in some places and was read in others, or is a key of the scenario."""

_alive = Alive()


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
        Called with the name of each step once it is done, and with those of three moments within ``sign``:
        ``planned``, ``paid`` and ``renewed``. For readers, who change nothing.
    sheet
        This quarter's negotiations; see :class:`~simulation.model.sheet.Sheet`.

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
            scenario = scenario.model_copy(update={"seed": whole("seed", seed)})
        super().__init__(rng=scenario.seed)  # Mesa's generator; the model itself draws by key only
        self.replicate = whole("replicate", replicate)
        self.world: World = world or world_of(scenario)
        if scenario.peers is None:
            scenario = scenario.model_copy(update={"peers": default_peers(self.world, scenario.focal)})
        self.scenario = scenario
        self.parameters, self.mechanisms = scenario.parameters, scenario.mechanisms
        self.state: State = build_state(self.world, scenario, self.replicate)
        self.rules = books.terms_of(self.parameters, self.mechanisms)
        self.names, self.rows = self.world.names, {name: k for k, name in enumerate(self.state.ids)}
        self.hooks = Hooks()
        self.watch: Watch = nobody
        self.acquainted: Links | None = None  # pairs with evidence beyond the prior, as far as nobody else wrote any
        self._alone, self._halfway = False, False
        self.actors = self._make_actors(actors or {})
        self.by_kind = {kind: ActorView(self, kind) for kind in KINDS}
        views = self.by_kind.values()  # in the order of KINDS
        self.states, self.firms, self.think_tanks, self.ngos, self.influencers, self.secretariats = views
        self._prepare()
        self.plans = Plans(scenario, self.rows)
        perceive(self)
        pull.fill_pull(self.state, self.parameters, self.mechanisms)
        self.recorder = Recorder(scenario.record, scenario, self.state)
        self.signposts = Signposts(scenario)
        write_down(self)
        _alive.add(self)

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
        return row_of(str(actor_id), self.rows)

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
        if self._halfway:
            raise ModelError(_HALFWAY)
        if self.state.quarter >= self.scenario.quarters:
            raise ModelError(f"the run ended in {self.scenario.horizon}")
        self.hooks.begin()
        alone, self._alone = self._alone and not self.hooks and self.watch is nobody, False
        if not alone:  # somebody else may have written anything
            self.acquainted = None
            self.state.check()
            (check_bounds if self.state.quarter else check_numbers)(self, "")
        self._halfway, self.running = True, False  # whoever goes on while it runs ends with a step that fails
        self._begin_quarter(self.sheet if alone else None)
        for name, act, _ in QUARTER:
            act(self)
            if self.hooks:  # nobody else can write into the state between two steps
                check_bounds(self, name)
            self.watch(name)
        (check_bounds if self.state.quarter + 1 < self.scenario.quarters else check_numbers)(self, name)
        self._halfway = False
        self.state.quarter += 1
        self.running = self.state.quarter < self.scenario.quarters
        if not self.running:
            self._forget()

    def run(self) -> GovernanceModel:
        """Step to the horizon; returns the model."""
        shipped = type(self).step is GovernanceModel.step and getattr(self.step, "__func__", None) in _STEPS
        while (before := self.state.quarter) < self.scenario.quarters:
            if not vars(self).get("_halfway"):  # else Mesa may do nothing, for ever
                self.step()
            if self.state.quarter == before:
                raise ModelError(_HALFWAY)
            self._alone = shipped  # a step of a user's own may write anything
        self._alone = False
        return self

    def _prepare(self) -> None:
        """What stays the same in every quarter, and the first quarter's sheet."""
        self.possible = np.zeros((self.state.n, self.state.n), bool)
        self._read_strategy()
        self.sheet = Sheet(Draws(self.scenario.seed, self.replicate, self.state.quarter))

    def _read_strategy(self) -> None:
        """What of the strategy is no column of the state."""
        strategy = self.scenario.strategy
        self.third_rate = np.full(self.state.n, self.parameters.trilateral_rate)
        if strategy.trilateral_rate is not None:
            self.third_rate[players(self.state, self.scenario, self.replicate)] = strategy.trilateral_rate
        self.targets = targets_of(self.state, self.scenario, self.rows)

    def _begin_quarter(self, last: Sheet | None = None) -> None:
        s, strategy = self.state, self.signposts.follow(self.scenario.strategy)
        if strategy is not None:
            before, after = self.scenario, self.scenario.model_copy(update={"strategy": strategy})
            change_levers(s, self.world, before, after, self.replicate)
            self._scenario = after
            self._read_strategy()
        for column in (s.formed, s.reward, s.breaches, s.lapsed, s.ended, s.unpaid, s.renewed, s.incidents):
            column[:] = 0
        self.sheet = Sheet.after(last, Draws(self.scenario.seed, self.replicate, s.quarter))

    def view(self, *, language: str = "en") -> Any:
        """Show this very model in the notebook's cell that this ends (:func:`simulation.view`), as it stands."""
        import simulation  # the page is above the model: it is asked for by its public name

        return simulation.view(self, language=language)

    # --- Mesa's surroundings
    @property
    def scenario(self) -> Scenario:
        """What is simulated; in place of an attribute of Mesa 3.5 that writes into scenarios, for ours are frozen."""
        return self._scenario

    @scenario.setter
    def scenario(self, scenario: Scenario) -> None:
        """Keep it; Mesa sets one of its own first, which the model's replaces."""
        self._scenario = scenario

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse to make a model of other things half-way; the levers of its strategy change by signposts alone."""
        if name in _MADE_OF and "actors" in vars(self) and value is not (before := getattr(self, name, None)):
            if name not in ("state", "rules") and value == before:  # those are arrays, which have no one answer
                return
            raise ModelError(f"another {name} would be half of a run; build another model")
        super().__setattr__(name, value)

    @property
    def datacollector(self) -> Any:
        """The recorded metrics of the focal state in the form that Mesa's ``batch_run`` reads."""
        return self.recorder.as_datacollector()

    def close(self) -> None:
        """Let go of the agents, so that the model and its arrays are freed with the last reference to it.

        Agents and model know each other: such a cycle, few objects with megabytes, Python looks for late. What was
        recorded, the state and what the model was made of can still be read; a step or an agent cannot be asked for.
        """
        self._forget()
        _alive.models.discard(self)
        for name in vars(self).keys() - _OUTLIVES:
            delattr(self, name)

    def _forget(self) -> None:
        """Have Mesa up to 3.3, which keeps a list of models with agents of their own classes, forget this one."""
        getattr(mesa.agent.Agent, "_ids", {}).pop(self, None)


_HALFWAY = "a quarter has begun and not ended: its step failed or did nothing, or one was asked for within it"
_STEPS = GovernanceModel.step, getattr(mesa.Model, "_wrapped_step", None)  # Mesa wraps the model's own
