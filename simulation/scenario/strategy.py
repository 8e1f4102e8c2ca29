"""The schema of a strategy: the levers of the focal state, how they are paid for, and what changes them in a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NoReturn, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    SerializationInfo,
    field_serializer,
    model_serializer,
    model_validator,
)

from simulation.arithmetic import ordered_sum
from simulation.scenario.fields import Depth, Influencers, Multiplier, Name, Names, QuarterField, Share
from simulation.scenario.source import describe
from simulation.state import DEPTHS, KINDS, TRACKS, Camp, Kind, Track

SectionType = TypeVar("SectionType", bound=BaseModel)


class Fixed(dict[str, Any]):
    """A mapping that stays as it was read: models, and copies of its scenario, have it in common."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("scenarios are frozen; use load_scenario(scenario, key=value)")

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _refuse

    def __reduce__(self) -> tuple[type[Fixed], tuple[dict[str, Any]]]:
        return Fixed, (dict(self),)


class Section(BaseModel):
    """A part of a scenario file: frozen, no unknown keys, no silent conversion."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        arbitrary_types_allowed=True,
    )

    def model_post_init(self, _: Any) -> None:
        """Freeze mappings too: pydantic keeps others from being put in their place, not from being written into."""
        self.__dict__.update({name: Fixed(value) for name, value in self.__dict__.items() if isinstance(value, dict)})


class Advocacy(Section):
    """Campaigns that the focal state has run for it, beside the few that every state buys (C.13)."""

    influencers: Influencers = "none"
    """none, all_allies (those with an audience there whose own stance is not against), or ids. It turns to each
    whenever no campaign of theirs runs."""
    message: Share = 0.6
    """Its official line: 0 against cooperation, 1 for it. The message of a paid campaign lies half-way between it and
    the influencer's own stance, and moves people within the confidence bound `tolerance`."""
    paid: bool = False
    """Whether the focal state pays the chosen ones to speak its line; unpaid, a campaign has their own stance."""
    disclosed: bool = True
    """Whether payment of the chosen ones is public."""
    counter: Share = 0.0
    """Strength of a counter-campaign, which drags the message towards rejection."""


class Target(Section):
    """A partner that the focal state turns to once a quarter, beside all others; its name alone says the partner."""

    partner: Name
    """Id of the partner."""
    depth: Depth | None = None
    """Deepest rung wanted, mou (memorandum), programme or binding: while the window is open the two sign nothing
    deeper, and once it is reached the state turns to the partner no more; without it, any."""
    start: QuarterField | None = Field(default=None, alias="from")
    """First quarter in which it turns to the partner; by default that of the run."""
    until: QuarterField | None = None
    """Last quarter in which it does; by default the horizon."""
    ends: QuarterField | None = None
    """Last quarter of the deal: with its end the state leaves it for the price of leaving, and the two sign no more."""
    exit: bool = False
    """An exit clause: the state leaves likewise once the partner is seen to break a promise to it."""
    priority: Annotated[int, Field(ge=1, le=1_000)] | None = None
    """Place in the queue for money, 1 first: it turns to the partner only while its purse bears the price of the rung
    beside those before it. Without one it turns to the partner whatever the purse holds."""

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, data: Any) -> Any:
        if isinstance(data, Mapping | Target):
            return data
        if not isinstance(data, str):
            raise ValueError(f"must be a name, or a mapping with the key partner, not {describe(data)}")
        return {"partner": data}

    @model_serializer
    def _as_written(self) -> Any:
        rest: dict[str, Any] = {
            "depth": self.depth and DEPTHS[self.depth - 1], "from": self.start and str(self.start),
            "until": self.until and str(self.until), "ends": self.ends and str(self.ends), "exit": self.exit or None,
            "priority": self.priority,
        }  # fmt: skip
        given = {key: value for key, value in rest.items() if value is not None}
        return {"partner": self.partner} | given if given else self.partner

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}

    @property
    def by_name(self) -> bool:
        """Whether nothing is said but the partner."""
        return (self.depth, self.start, self.until, self.ends, self.priority) == (None,) * 5 and not self.exit


class Split(Section):
    """Shares of the budget by what they buy, at most 1 together; each kind's signing and upkeep stay within its share.

    What is left out divides what is left over as the recorded world does, levers first at their price.
    """

    state: Share | None = None
    """Deals with states."""
    firm: Share | None = None
    """Deals with firms."""
    secretariat: Share | None = None
    """Deals with secretariats of organisations."""
    knowledge: Share | None = None
    """Work with think tanks, universities and NGOs."""
    campaigns: Share | None = None
    """Campaigns of influencers."""
    levers: Share | None = None
    """Agency, oversight, transparency and own research; where it bears less than their price, they are weaker."""

    @model_validator(mode="after")
    def _at_most_one(self) -> Split:
        if self.total > 1.0 + 1e-9:
            raise ValueError(f"shares add up to {self.total:g}; they must be at most 1 together")
        return self

    @property
    def total(self) -> float:
        """Sum of the shares that are given."""
        return ordered_sum(getattr(self, name) or 0.0 for name in Split.model_fields)


class Levers(Section):
    """Levers of the focal state; the defaults leave it as the data say."""

    effort: Multiplier = 1.0
    """Multiplies the number of its approaches to partners of every kind."""
    budget: Multiplier = 1.0
    """Multiplies the budget that its size gives; its approaches rise with the square root."""
    split: Split | None = None
    """How it divides its budget over kinds of partner and levers: its approaches to a kind go by the square root of
    its share over the usual one, and each kind is paid from its share alone. Without it, one purse pays all."""
    targets: tuple[Target, ...] = ()
    """Partners it turns to once a quarter each, beside all others, in this order: names, or mappings with partner and
    any of depth (the deepest rung wanted), from, until, ends, exit and priority."""
    partners: Annotated[tuple[Kind, ...], Field(min_length=1)] = KINDS
    """Kinds of actors with whom it makes new deals."""
    exclude_camps: tuple[Camp, ...] = ()
    """Camps with whose states and organisations it makes no new deals."""
    only_camp: Camp | None = None
    """The only camp with which it makes new deals; who is in no camp stays open."""
    hedge: Share | None = None
    """Largest share of its deals, by depth, that one camp has before it makes no new or deeper deal with that."""
    transparency: Share | None = None
    """How open its deals are."""
    oversight: Share = 0.0
    """Oversight of firms."""
    local_share: Share = 0.0
    """Least share of home organisations among its new non-state partners."""
    firms: Literal["all", "research", "business"] = "all"
    """With which firms it makes new deals."""
    wait_for: Names = ()
    """Blocs it waits for: until one of them has decided something it turns to its targets alone, and answers others."""
    tracks: Annotated[tuple[Track, ...], Field(min_length=1)] = TRACKS
    """Tracks on which it turns to others; whoever turns to it is answered."""
    trilateral_rate: Share | None = None
    """Rate at which third parties join what it signs."""
    agency: Share = 0.0
    """Strength of a national AI governance agency."""
    advocacy: Advocacy = Advocacy()
    """Influencers who speak for it."""
    learn: bool = False
    """Whether it learns which track pays, by the rule that `mechanisms.learning` names."""
    imitators: Share = 0.0
    """Share of the non-aligned states that adopt this strategy, but for its targets, hedge and wait_for."""
    fund_local: Share = 0.0
    """Share of foreign think-tank know-how replaced by domestic."""
    texts: dict[str, Literal["join", "decline"]] = Field(default_factory=dict)
    """Its own decision on single instruments, by id, once they are open to it: join or decline."""


def _changed(section: SectionType, given: BaseModel) -> SectionType:
    """A section with the keys that another gives."""
    update = {}
    for name in given.model_fields_set:
        before, new = getattr(section, name), getattr(given, name)
        if isinstance(before, BaseModel) and isinstance(new, BaseModel):
            new = _changed(before, new)
        update[name] = before | new if isinstance(before, dict) else new
    return section.model_copy(update=update)


class Signpost(Section):
    """A sign that changes the strategy (dynamic adaptive policy pathways, Haasnoot et al. 2013); it does so once."""

    metric: Name
    """A metric of the focal state, read at the end of each quarter."""
    above: float | None = None
    """It changes once the metric is above this; above or below, one of the two."""
    below: float | None = None
    """It changes once the metric is below this."""
    then: Levers
    """Levers from the next quarter on; what is left out stays as it is."""

    @model_validator(mode="after")
    def _one_bound(self) -> Signpost:
        if (self.above is None) == (self.below is None):
            raise ValueError("needs a bound to cross: above or below, one of the two")
        if not self.then.model_fields_set:
            raise ValueError("changes nothing; name a lever under then")
        return self

    @field_serializer("then")
    def _as_given(self, then: Levers, info: SerializationInfo) -> Any:
        return then.model_dump(mode=info.mode, exclude_unset=True)  # defaults would override what is set before


class Strategy(Levers):
    """Levers of the focal state, and signs that change them."""

    when: tuple[Signpost, ...] = ()
    """Signposts: a metric, a bound, and the levers that it changes."""

    def after(self, sign: Signpost) -> Strategy:
        """The strategy once a sign was seen: what it gives replaces what was, within sections key by key."""
        return _changed(self, sign.then)
