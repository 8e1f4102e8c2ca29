"""The things the rules speak about: actors, deals, opinions, blocs, texts, and the world of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from simulation.kernels import Stream
from simulation.scenario.schema import Scenario
from tests.reference.draws import Luck

FULL_DEPTH = 3
"""1 memorandum, 2 programme, 3 binding."""
TRACKS = ("bilateral", "trilateral", "regional", "multilateral", "non_state")
INCIDENTS = ("cyber", "market", "disinformation", "social")
KINDS = ("state", "firm", "think_tank", "ngo", "influencer", "secretariat")
"""Kinds of actors; each is a layer of partners of states."""
REASONS = ("expiry", "breach", "money")
"""Why a deal ends."""


@dataclass(eq=False, slots=True)
class Deal:
    """What two actors have agreed on; both hold the same object."""

    depth: int
    track: str
    since: int
    until: int  # at its start the deal ends or is renewed
    exclusive: bool = False
    planned: bool = False
    drawn: bool = False  # before the start, and in no record
    terms: list[float] = field(default_factory=lambda: [0.0] * 4)


@dataclass(eq=False, slots=True)
class Opinion:
    """What one actor thinks of another's word: evidence for (α) and against (β), and the first opinion τ⁰.

    Beside it, the same had the recorded world gone on with everybody's conduct at its expectation.
    """

    alpha: float
    beta: float
    prior: float
    alpha_ref: float
    beta_ref: float
    prior_ref: float


@dataclass(eq=False, repr=False, slots=True)
class Actor:
    """A state, the EU, a firm, a think tank, an NGO, an influencer or a secretariat."""

    # --- who it is
    row: int
    id: str
    uid: int
    kind: str
    un_member: bool
    in_union: bool
    camp: int  # index of a leader, -1 none
    size: float
    objectivity: float
    research: float
    strategic_weight: float
    gravity: float
    free_press: bool
    transparency_ref: float
    home: Actor | None = None
    base: dict[Actor, float] = field(default_factory=dict)  # U without what changes
    recorded: dict[Actor, float] = field(default_factory=dict)  # ρ
    zeal: dict[str, float] = field(default_factory=dict)  # by kind of partner
    allowed: set[Actor] = field(default_factory=set)
    trade: dict[Actor, float] = field(default_factory=dict)
    trade_eu: float = 0.0
    peers: dict[Actor, float] = field(default_factory=dict)
    # --- what it is like
    position: list[float] = field(default_factory=list)
    position_start: list[float] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)
    capacity: float = 0.0
    capacity_start: float = 0.0
    capacity_decay: float = 0.0
    coverage_rest: float = 0.0
    transparency: float = 0.0
    oversight: float = 0.0
    adoption: float = 0.0
    local_share: float = 0.0
    local_funding: float = 0.0
    agency: float = 0.0
    urgency: float = 0.0
    budget: float = 0.0
    budget_start: float = 0.0
    uncut: float = -1.0
    purse: float = 0.0
    share: dict[str, float] = field(default_factory=dict)  # of income, by kind of partner; negative where undivided
    pot: dict[str, float] = field(default_factory=dict)  # what is left of it
    supply: list[float] = field(default_factory=list)  # compute, skills, finance, legitimacy
    supply_start: list[float] = field(default_factory=list)
    open_start: list[float] = field(default_factory=list)  # share of each need not covered in the recorded world
    norm: bool = False
    norm_first: bool = False  # had adopted it at the start
    norm_threshold: float = 1.0
    public: list[float] = field(default_factory=list)  # support of the parts of a state's public
    stance: float = 0.0
    audience: dict[Actor, float] = field(default_factory=dict)
    campaign_line: float = 0.0
    campaign_weight: float = 0.0
    campaign_open: bool = False
    campaign_counter: float = 0.0
    consulted: float = 0.0
    consulted_start: float = 0.0
    # --- its relations
    deals: dict[Actor, Deal] = field(default_factory=dict)
    wanted: dict[Actor, int] = field(default_factory=dict)  # deepest rung that the two sign, by a strategy
    held: dict[Actor, str] = field(default_factory=dict)  # partners at the start: recorded or drawn
    ever: dict[Actor, float] = field(default_factory=dict)  # deals signed, in recorded equivalents
    lately: dict[Actor, float] = field(default_factory=dict)  # the same of five years
    behind: dict[Actor, float] = field(default_factory=dict)  # what these add to U
    busy: float = 0.0
    attraction: float = 0.0
    opinion_of: dict[Actor, Opinion] = field(default_factory=dict)
    trust: dict[Actor, float] = field(default_factory=dict)  # τ̂
    reference: dict[Actor, float] = field(default_factory=dict)  # τ̂^ref
    kept: dict[Actor, dict[int, bool]] = field(default_factory=dict)  # its word, in each of the last four quarters
    offered: dict[Actor, float] = field(default_factory=dict)  # concessions that leaders put on the table
    payment: float = 0.0
    conceded: float = 0.0
    # --- tracks
    success: dict[str, float] = field(default_factory=dict)
    promise_start: dict[str, float] = field(default_factory=dict)
    track_start: dict[str, float] = field(default_factory=dict)
    effort: dict[str, float] = field(default_factory=dict)
    propensity: dict[str, float] = field(default_factory=dict)
    learns: bool = False
    track_allowed: dict[str, bool] = field(default_factory=dict)
    track_share: dict[str, float] = field(default_factory=dict)
    # --- this quarter
    possible: set[Actor] = field(default_factory=set)
    pull: dict[Actor, float] = field(default_factory=dict)  # U
    load: float = 0.0
    capture: float = 0.0
    watch: float = 0.0
    compliance: float = 1.0
    incidents: dict[str, int] = field(default_factory=dict)
    wave: int = 0
    incidents_total: dict[str, float] = field(default_factory=dict)
    harm_memory: float = 0.0
    net_benefit: float = 0.0
    shield: float = 0.0
    formed: dict[str, int] = field(default_factory=dict)
    reward: dict[str, float] = field(default_factory=dict)
    breaches: int = 0
    lapsed: int = 0
    ended: dict[str, int] = field(default_factory=dict)  # of these, by reason
    unpaid: int = 0
    renewed: int = 0
    capture_drift: float = 0.0

    @property
    def is_state(self) -> bool:
        """A UN member or the EU."""
        return self.kind == "state"

    def depth(self, other: Actor) -> int:
        """ℓ of the deal with another, 0 without one."""
        deal = self.deals.get(other)
        return deal.depth if deal else 0

    def rungs(self) -> int:
        """Σℓ over all its deals."""
        return sum(deal.depth for deal in self.deals.values())

    def credit(self, track: str, reward: float) -> None:
        """One more agreement on a track, and the utility of it."""
        self.success[track] += 1.0
        self.formed[track] += 1
        self.reward[track] += reward


@dataclass(eq=False, repr=False, slots=True)
class Bloc:
    """A bloc and its rule: unanimity, consensus or majority."""

    id: str
    uid: int
    members: list[Actor]
    rule: str
    threshold: float
    agenda: float
    enforcement: float
    salience: float
    regional: bool
    depth: int
    last_passed: int
    tabled: int
    passed: int

    @property
    def track(self) -> str:
        return "regional" if self.regional else "multilateral"


@dataclass(eq=False, repr=False, slots=True)
class Text:
    """An instrument: a declaration, a convention, a coalition, a strategy."""

    id: str
    uid: int
    eligible: list[Actor]
    joined: dict[Actor, int]  # when
    sponsors: list[Actor]
    opens: int
    closes: int
    binding: bool
    in_force: bool
    needed: int
    enforcement: float
    regional: bool
    position: list[float]
    domain: str
    reach: float
    standing: dict[Actor, float]  # at the opening
    as_one: bool
    barred: list[Actor]
    pace: list[float]  # by age
    pace_standing: dict[Actor, float]
    pace_by_share: float
    crossed: dict[Actor, float]
    affinity_start: dict[Actor, float]
    answer: dict[Actor, int]  # of a strategy: 1 joins, -1 declines

    @property
    def track(self) -> str:
        return "regional" if self.regional else "multilateral"

    def counts(self, least: float = 0.0) -> float:
        """e·z: 1/3 for a declaration, 2/3 for a binding text, 1 once it is in force (C.7); e at least so much."""
        z = (3 if self.in_force else 2) if self.binding else 1
        return max(least, self.enforcement) * z / 3.0


@dataclass(eq=False, repr=False)
class World:
    """Everything of one run."""

    scenario: Scenario
    replicate: int
    actors: list[Actor]
    leaders: list[Actor]
    blocs: list[Bloc]
    texts: list[Text]
    quarter: int = 0
    capability: float = 1.0
    surge: float = 1.0
    governance: float = 0.0
    plans: list[Any] = field(default_factory=list)
    ledger: list[tuple[Actor, Actor, int, float]] = field(default_factory=list)  # both, when, recorded equivalents
    course: list[dict[str, float]] = field(default_factory=list)  # approaches a year, by year and kind
    reluctance: dict[str, float] = field(default_factory=dict)  # κ by layer
    draw_of_busy: dict[str, float] = field(default_factory=dict)  # β of activity, past and recent deals, by layer
    draw_of_past: dict[str, float] = field(default_factory=dict)
    draw_of_recent: dict[str, float] = field(default_factory=dict)
    likeness_mean: float = 0.0
    likeness_sd: float = 1.0
    busiest_firm: float = math.inf

    def __post_init__(self) -> None:
        self.par = SimpleNamespace(**self.scenario.parameters.as_dict())
        self.rules = self.scenario.mechanisms.as_dict()
        self.states = [a for a in self.actors if a.is_state]
        self.by_id = {a.id: a for a in self.actors}
        self.luck = Luck(self.scenario.seed, self.replicate, self.quarter)

    def on(self, switch: str) -> bool:
        """Whether a mechanism is switched on."""
        return self.rules[switch] == "on"

    def when(self, switch: str, number: float) -> float:
        """A parameter, or zero where its mechanism is switched off."""
        return number if self.rules[switch] == "on" else 0.0

    def draw(self, stream: Stream, uid_i: int, uid_j: int = 0) -> float:
        """This quarter's uniform of one event."""
        return self.luck.uniform(stream, uid_i, uid_j)


def end_deal(a: Actor, b: Actor, reason: str) -> None:
    """The deal is over for both."""
    del a.deals[b], b.deals[a]
    for i in (a, b):
        i.lapsed += 1
        i.ended[reason] += 1
