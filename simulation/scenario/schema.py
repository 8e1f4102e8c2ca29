"""The schema of a scenario: what can be written in a file, and the frozen object that comes out.

Each field's docstring is its description in the JSON Schema for editors, which
``python -m simulation.scenario.json_schema`` writes to ``docs/scenario.schema.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from simulation.scenario.fields import (
    Claim,
    DateField,
    Depth,
    Eligible,
    Everybody,
    FileName,
    FilePath,
    FirstDay,
    LastDay,
    Lines,
    MechanismsField,
    Name,
    Names,
    ParametersField,
    Point,
    QuarterField,
    RecordedActors,
    RecordedMetrics,
    Share,
    Text,
    fragmentation_parts,
)
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.scenario.quarter import Quarter
from simulation.scenario.strategy import Section, Strategy
from simulation.state import Domain, Door

QUARTERS_MAX = 400
REPLICATES_MAX = 1_000_000
SEED_MAX = 2**63 - 1


# --- sections of a scenario


class Fragmentation(Section):
    """How far the world falls apart (C.17); 0 is the world as recorded. A bare number sets all four parts."""

    bloc_splitting: Share = 0.0
    """Share of the non-universal blocs across the lines, largest first, that split along them."""
    trust: Share = 0.0
    """Loss of initial trust across the lines."""
    decision_rule: Share = 0.0
    """How far the needed share of yes votes of blocs across the lines moves towards unanimity."""
    rewiring: Share = 0.0
    """Share of the initial deals across the lines that move inside them."""
    lines: Lines = "region"
    """Where the world breaks: along camps, UN subregions, or cells of actors given as lists."""
    outsiders: Literal["free", "own_cell"] = "free"
    """States in no cell, with camp lines the non-aligned: across no line (free), or one more cell."""


class BlocOverride(Section):
    """Changes to one bloc; what is left out stays as the data say."""

    rule: Literal["unanimity", "consensus", "qualified_majority", "majority"] | None = None
    """How the bloc decides."""
    threshold: Annotated[float, Field(gt=0, le=1)] | None = None
    """Share of members that must say yes, but under unanimity."""
    agenda_rate: Share | None = None
    """Probability that AI governance is tabled in a quarter."""
    enforcement: Share | None = None
    """How far what it decides binds."""
    salience: Annotated[float, Field(ge=0, le=10)] | None = None
    """Multiplies the weight that members give to AI in this bloc."""
    depth: Annotated[int, Field(ge=0, le=3)] | None = None
    """Depth of cooperation at the start: 0 none, 1 declaration, 2 programme, 3 binding."""
    members: Annotated[Names, Field(min_length=1)] | None = None
    """Members, in place of the recorded ones."""


class Deal(Section):
    """A deal planned by the scenario between two or three actors."""

    parties: Annotated[Names, Field(min_length=2, max_length=3)]
    """Ids of the two or three parties."""
    depth: Depth
    """mou, programme or binding."""
    start: QuarterField
    """First quarter in which it holds; not before the first quarter of the run."""
    end: QuarterField | None = None
    """Last quarter in which it is kept by plan; without it, it lives on like any other deal."""
    terms: Point | None = None
    """Agreed terms on rights, control, market and sovereignty; without them half-way between the parties."""
    exclusive: bool = False
    """Bars the parties from new deals with other camps."""


class Votes(Section):
    """How states voted on a text; who is in none of the three was absent."""

    yes: Names = ()
    """States in favour."""
    no: Names = ()
    """States against."""
    abstain: Names = ()
    """States that abstained."""


class InstrumentSpec(Section):
    """An instrument added by the scenario: a declaration, convention, coalition."""

    id: Name
    """Short unique id."""
    title: Text = ""
    """Full title; by default the id."""
    opens: FirstDay | None = None
    """First day on which it can be joined (a quarter means its first day); by default the start."""
    closes: LastDay | None = None
    """Last day on which it can be joined (a quarter means its last day); by default never."""
    track: Door = "multilateral"
    """On which track states join it."""
    sponsors: Names = ()
    """Ids of the sponsoring states or organisations."""
    eligible: Eligible = "all"
    """Who may join: all states, a list of states, or the members of blocs."""
    position: Point | None = None
    """Place in the issue space; by default the mean of the sponsors by size, without any that of all states."""
    binding: bool = False
    """Whether it binds its parties in law."""
    domain: Domain = "civil"
    """What it is about."""
    joined: Names = ()
    """Ids of those who have already joined."""
    exclusive: bool = False
    """A club: applicants are tested or voted in."""
    enforcement: Share | None = None
    """How far it binds; by default 0.1, as texts of single states and of the United Nations do."""
    convener_kind: Literal["state", "states", "UN", "UN_agency", "regional_org", "club"] | None = None
    """Who convenes it; by default worked out from sponsors, track and binding."""
    openness: Literal["open_all", "by_invitation", "application", "members_only", "attended"] | None = None
    """Who may join when it opens; by default worked out from eligible, invited, attending and exclusive."""
    ceremony: bool | None = None
    """Whether it opens with a ceremony of signature; by default yes with a host, else as often as in the record."""
    summit: bool | None = None
    """Whether it opens at a summit or with leaders; by default as often as in the record."""
    initiator: Names = ()
    """States that brought it about, where these are not its sponsors."""
    attending: Names = ()
    """States at the meeting where it opens; the others can join only later."""
    invited: Names = ()
    """States that were asked to join; the others can join only later."""
    vote: Votes = Votes()
    """How states voted on it."""

    @model_validator(mode="before")
    @classmethod
    def _title_by_default(cls, data: Any) -> Any:
        named = isinstance(data, dict) and isinstance(data.get("id"), str)
        return {"title": data["id"], **data} if named else data


SHOCKS: Mapping[str, tuple[float, float, str]] = {
    "malicious_surge": (0, 100, "multiple of the hazard of incidents"),
    "capability_jump": (0, 80, "quarters by which AI capability leaps ahead"),
    "budget_cut": (0, 1, "share of the budget that is left"),
    "trust_shock": (0, 1, "share of direct trust that is left"),
    "disinformation_wave": (0, 100, "extra disinformation incidents a quarter"),
}
"""Kinds of shock: lowest and highest size, and what the size means."""


class Shock(Section):
    """Something that happens to the world in given quarters."""

    quarter: QuarterField
    """First quarter of the shock."""
    kind: Literal["malicious_surge", "capability_jump", "budget_cut", "trust_shock", "disinformation_wave"]
    """What happens."""
    size: float
    """How much: a multiple of the hazard (malicious_surge), quarters (capability_jump), the share left
    (budget_cut, trust_shock), extra incidents (disinformation_wave)."""
    duration: Annotated[int, Field(ge=1, le=QUARTERS_MAX)] = 1
    """For how many quarters."""
    actors: Everybody = "all"
    """Whom it hits."""


class TrustOverride(Section):
    """Initial trust between two actors."""

    pair: Annotated[Names, Field(min_length=2, max_length=2)]
    """Who trusts, and whom."""
    value: Share
    """Probability that a promise is kept."""
    symmetric: bool = True
    """Whether it holds both ways."""


class Relation(Section):
    """Whether two actors can make deals at all, in place of what the record says (C.2)."""

    pair: Annotated[Names, Field(min_length=2, max_length=2)]
    """The two."""
    open: bool = True
    """True lifts a recorded break of relations or an export control; false breaks relations."""


class RecordFiles(Section):
    """The user's own dated facts beside the shipped record."""

    deals: FilePath | None = None
    """CSV table of deals, in the shipped columns; a path relative to the scenario file."""
    joins: FilePath | None = None
    """CSV table of joins of instruments, in the shipped columns; a path relative to the scenario file."""
    strike: Names = ()
    """Ids of recorded deals to leave out."""
    complete: Names = ()
    """States whose record is nearly whole: at least nine in ten of their deals are in it."""


class RecordSpec(Section):
    """What is kept of a run; it changes no number of the run."""

    metrics: RecordedMetrics = "default"
    """default, all, or names of metrics."""
    actors: RecordedActors = "focal"
    """focal (with its peers), states, all, or ids."""
    every: Annotated[int, Field(ge=1, le=QUARTERS_MAX)] = 1
    """Keep every so many quarters; the last one is always kept."""
    ties: Literal["focal", "all", "none"] = "focal"
    """Whose deals are kept."""
    events: bool = False
    """Whether single events are kept."""


class Scenario(Section):
    """A scenario of AI-governance cooperation; every key is optional but `focal`, in the file or its base."""

    name: FileName
    """Names the result folder; by default the file's name without its ending."""
    title: Text = ""
    """One line; by default the name."""
    question: Text = ""
    """The question that the scenario answers."""
    claims: tuple[Claim, ...] = ()
    """Claims of the paper on which it bears."""
    focal: Name
    """The state whose cooperation is forecast: a UN member, by ISO 3166 code or by name."""
    as_of: DateField = date(2024, 12, 31)
    """The world is that known on this day; the run starts in the next quarter."""
    horizon: QuarterField = Quarter.parse("2035Q4")
    """Last quarter of the run."""
    replicates: Annotated[int, Field(ge=1, le=REPLICATES_MAX)] = 200
    """Number of runs with different luck."""
    seed: Annotated[int, Field(ge=0, le=SEED_MAX)] = 2025
    """Seed of all random draws."""
    roster: Literal["core", "full"] = "core"
    """Non-state actors: core or all."""
    fragmentation: Annotated[Fragmentation, BeforeValidator(fragmentation_parts)] = Fragmentation()
    """How far the world falls apart; a bare number sets all four parts."""
    blocs: dict[str, BlocOverride] = Field(default_factory=dict)
    """Changes to blocs, by id."""
    deals: tuple[Deal, ...] = ()
    """Planned deals."""
    instruments: tuple[InstrumentSpec, ...] = ()
    """Added instruments."""
    shocks: tuple[Shock, ...] = ()
    """Scheduled shocks."""
    trust: tuple[TrustOverride, ...] = ()
    """Initial trust of pairs."""
    relations: tuple[Relation, ...] = ()
    """Pairs that can make deals, or cannot, whatever the record says."""
    strategic_weight: dict[str, Share] = Field(default_factory=dict)
    """How much leaders care about a state, by id; by default the percentile of its size."""
    strategy: Strategy = Strategy()
    """Levers of the focal state."""
    parameters: ParametersField = Field(default_factory=Parameters)
    """Numbers of the model."""
    mechanisms: MechanismsField = Field(default_factory=Mechanisms)
    """Mechanisms switched on or off, and choices between rival rules."""
    records: RecordFiles = RecordFiles()
    """The user's own facts."""
    peers: Names | None = None
    """States against which the focal state is ranked; by default the five nearest in size and region."""
    record: RecordSpec = RecordSpec()
    """What is kept."""

    @property
    def start(self) -> Quarter:
        """First quarter of the run: the one after the quarter of ``as_of``."""
        return Quarter.of(self.as_of) + 1

    @property
    def quarters(self) -> int:
        """Length of the run, from ``start`` to ``horizon`` inclusive."""
        return self.horizon - self.start + 1
