"""The world as of a date: real states, blocs, instruments, deals, organisations.

:func:`load_world` reads the shipped tables, leaves out what was not known on the
day, fills what is missing by one rule (:mod:`simulation.data.facts`), and maps
figures to starting values (:mod:`simulation.data.maps`,
:mod:`simulation.data.positions`). ``SOURCES.md`` says where every column comes
from; ``World.notes`` says what was filled or taken from a later year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from simulation.data import maps, positions, texts
from simulation.data.dates import optional, surely_by
from simulation.data.facts import Facts, load_facts, load_flag, load_trade
from simulation.data.kinds import (
    CAMPS,
    DEPTHS,
    DOMAINS,
    KINDS,
    ROSTERS,
    RULES,
    TRACKS,
    BlocFacts,
    DealFacts,
    DealRecord,
    InstrumentFacts,
    JoinRecord,
    Records,
)
from simulation.data.roster import Roster, bloc_members, load_roster
from simulation.data.tables import table
from simulation.data.user_records import read_deals, read_joins
from simulation.errors import Fault, InputError, ModelError, suggest

__all__ = [
    "CAMPS", "DEPTHS", "DOMAINS", "KINDS", "ROSTERS", "RULES", "TRACKS", "BlocFacts", "DealFacts",
    "DealRecord", "InstrumentFacts", "JoinRecord", "Records", "World", "load_world", "read_deals", "read_joins",
]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class World:
    """Everything the model knows of the world on a date. Arrays are read-only; n is ``len(ids)``.

    Attributes
    ----------
    as_of
        The day.
    ids, names
        Actors: 193 states by ISO 3166 alpha-3 code, ``EU``, then firms, think tanks, NGOs,
        influencers, secretariats, each by id.
    kind
        int8[n], index in :data:`KINDS`; the EU counts as a state that is no UN member.
    un_member
        bool[n], exactly the 193.
    home
        int32[n], index of the home state; own index for states and the EU; -1 for secretariats and
        organisations without a home state in the world.
    subregion, region
        UN M49 subregion and continent of the (home) state; ``""`` without one; the EU: Europe.
    size, gdp_usd
        float64[n], (GDP/largest)^.4 and GDP in current US dollars; 0 for non-state actors.
    capacity
        float64[n], K(0) in [0, 1]; 0 for non-state actors.
    transparency
        float64[n] in [0, 1].
    adoption
        float64[n], share of people online; 0 for non-state actors.
    position, position_sd
        float64[n, 4] in [0, 1] and float64[n], standard deviation per dimension.
    weight
        float64[n, 4], salience, rows on the simplex.
    objectivity, research
        float64[n], O (1 states, .7 others); how research-minded a firm is (0 for others).
    leaders
        Indexes of EU, China, United States.
    exposure
        float64[n, n], X of MODEL C.2, directed, zero diagonal.
    trust_prior
        float64[n, n], fallback initial trust, symmetric, zero diagonal.
    rivals
        Pairs (i < j) of strategic rivals not reconciled by the day.
    contiguous
        bool[n, n], land or river border between states.
    trade_share, trade_share_eu
        float64[n, n], share of j in i's goods trade, rows of states sum to 1 (0 without a record),
        the EU's row and column 0; float64[n], share of the EU's members.
    opinion
        float64[n], mean support of a state's public for AI-governance cooperation; 0 for non-state actors.
    audience
        float64[n, n], reach of influencer i in state j's public.
    stance
        float64[n], an influencer's own message, 1 for cooperation; 0 for others.
    firm_commitments
        float64[n], voluntary instruments a firm had joined by the day.
    blocs, instruments, deals
        Facts on the day.
    notes
        Every figure of a later year, every gap filled, every record left out.
    """

    as_of: date
    ids: tuple[str, ...]
    names: tuple[str, ...]
    kind: npt.NDArray[np.int8]
    un_member: Bools
    home: npt.NDArray[np.int32]
    subregion: tuple[str, ...]
    region: tuple[str, ...]
    size: Floats
    gdp_usd: Floats
    capacity: Floats
    transparency: Floats
    adoption: Floats
    position: Floats
    position_sd: Floats
    weight: Floats
    objectivity: Floats
    research: Floats
    leaders: tuple[int, int, int]
    exposure: Floats
    trust_prior: Floats
    rivals: tuple[tuple[int, int], ...]
    contiguous: Bools
    trade_share: Floats
    trade_share_eu: Floats
    opinion: Floats
    audience: Floats
    stance: Floats
    firm_commitments: Floats
    blocs: tuple[BlocFacts, ...]
    instruments: tuple[InstrumentFacts, ...]
    deals: tuple[DealFacts, ...]
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def __len__(self) -> int:
        return len(self.ids)

    def index(self, id: str) -> int:
        """Index of an actor.

        Raises
        ------
        ModelError
            With advice, if no such actor is loaded.
        """
        try:
            return self.ids.index(id)
        except ValueError:
            raise ModelError(f"no actor {id!r} in this world; {suggest(id, self.ids)}".rstrip("; ")) from None


def _rivals(as_of: date, place: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
    """Strategic rivalries alive in 2020, without those ended by the day."""
    pairs = []
    for row in table("rivalries"):
        ended = optional(row["ended"])
        if ended is None or ended > as_of:
            a, b = sorted((place[row["iso3_a"]], place[row["iso3_b"]]))
            pairs.append((a, b))
    return tuple(sorted(pairs))


def _blocs(as_of: date, place: Mapping[str, int]) -> tuple[BlocFacts, ...]:
    """Blocs founded by the day with at least two members then."""
    blocs = []
    for row in table("blocs"):
        members = bloc_members(row["id"], as_of, place)
        if int(row["founded"]) <= as_of.year and len(members) > 1:
            blocs.append(BlocFacts(
                id=row["id"], name=row["name"], rule=row["rule"], threshold=float(row["threshold"]),
                agenda_rate=float(row["agenda_rate"]), enforcement=float(row["enforcement"]),
                regional=row["regional"] == "1", universal=row["universal"] == "1",
                founded=int(row["founded"]), members=members, basis=row["basis"],
            ))
    return tuple(blocs)


def shipped_deals() -> list[DealRecord]:
    """The shipped record of deals."""
    return [
        DealRecord(
            row["id"], tuple(filter(None, (row["party_a"], row["party_b"], row["party_c"]))), int(row["depth"]),
            surely_by(row["date"]), row["subject"], row["source"], row["basis"],
        )
        for row in table("deals")
    ]


def _struck(strike: Iterable[str], own: Sequence[DealRecord]) -> set[str]:
    """Ids to leave out, after checking that each names a deal."""
    known = [deal.id for deal in [*shipped_deals(), *own]]
    faults = [
        Fault("records.strike", f"{name!r} is no recorded deal; {suggest(name, known)}".rstrip("; "))
        for name in strike if name not in known
    ]
    if faults:
        raise InputError(faults)
    return set(strike)


def _deals(as_of: date, place: Mapping[str, int], records: Records, notes: list[str]) -> tuple[DealFacts, ...]:
    """Deals dated by the day between actors in the world, oldest first."""
    struck = _struck(records.strike, records.deals)
    facts = []
    for deal in [*shipped_deals(), *records.deals]:
        if deal.id in struck or deal.date > as_of:
            continue
        absent = [party for party in deal.parties if party not in place]
        if absent:
            notes.append(f"deals: {deal.id} is left out, not in the roster: {', '.join(absent)}")
            continue
        parties = tuple(place[party] for party in deal.parties)
        facts.append(DealFacts(deal.id, parties, deal.depth, deal.date, deal.subject, deal.source, deal.basis))
    return tuple(sorted(facts, key=lambda deal: (deal.date, deal.id)))


def _trade_shares(trade: Floats, members: Sequence[int]) -> tuple[Floats, Floats]:
    """Share of each state, float64[193, 193], and of the EU, in a state's goods trade."""
    total = trade.sum(axis=1, keepdims=True)
    shares = np.divide(trade, total, out=np.zeros_like(trade), where=total > 0)
    return shares, shares[:, list(members)].sum(axis=1)


def _restrained(joins: Mapping[str, Mapping[str, JoinRecord]], place: Mapping[str, int]) -> dict[str, frozenset[int]]:
    """Who had joined the texts that the position map reads."""
    return {
        text: frozenset(place[name] for name, record in joins.get(text, {}).items()
                        if record.joined and name in place)
        for text in positions.RESTRAINT_TEXTS
    }


@dataclass(frozen=True)
class _StateColumns:
    """Columns of the 193 states and, last, the EU."""

    gdp: Floats
    capacity: Floats
    transparency: Floats
    adoption: Floats
    opinion: Floats
    position: Floats
    spread: Floats
    weight: Floats


def _state_columns(facts: Facts, place: Mapping[str, int], members: list[int], shares: Floats,
                   joined: Mapping[str, frozenset[int]], as_of: date) -> _StateColumns:
    def with_union(values: Floats, union: float) -> Floats:
        return np.append(values, union)

    def mean(values: Floats) -> Floats:
        return with_union(values, float(values[members].mean()))

    opinion = np.full(len(facts.iso3), maps.OPINION_DEFAULT)
    for row in table("publics"):
        if date(int(row["year"]), 12, 31) <= as_of:
            opinion[place[row["iso3"]]] = float(row["support"])
    china, america = place["CHN"], place["USA"]
    ties = np.column_stack([shares[:, members].sum(axis=1), shares[:, china], shares[:, america]])
    given = positions.features(facts, joined, ties)
    placed = positions.map_positions(given, facts["ideal_point_sd"], members, china, america)
    weight = positions.salience(facts, given)
    return _StateColumns(
        gdp=with_union(facts["gdp_usd"], float(facts["gdp_usd"][members].sum())),
        capacity=mean(maps.capacity(facts)), transparency=mean(facts["cpi"] / 100),
        adoption=mean(facts["internet"] / 100), opinion=mean(opinion),
        position=np.vstack([placed.states, placed.union]), spread=placed.spread,
        weight=np.vstack([weight, weight[members].mean(axis=0)]),
    )


def _all_positions(roster: Roster, states: Floats, as_of: date) -> Floats:
    """Positions of all actors: .7 home state (secretariats: mean of their members) + .3 type anchor."""
    placed = np.empty((len(roster), states.shape[1]))
    placed[: roster.union + 1] = states
    everyone = states[: roster.union].mean(axis=0)
    for index, row in roster.nonstate():
        home = roster.home[index]
        base = states[home] if home >= 0 else everyone
        if row["bloc"]:
            base = states[list(bloc_members(row["bloc"], as_of, roster.place))].mean(axis=0)
        anchor = maps.TYPE_ANCHORS[roster.kinds[index]]
        placed[index] = maps.HOME_SHARE * base + (1 - maps.HOME_SHARE) * anchor
    return placed


def _commitments(roster: Roster, as_of: date) -> Floats:
    count = np.zeros(len(roster))
    for row in table("firm_commitments"):
        if row["firm"] in roster.place and surely_by(row["date"]) <= as_of:
            count[roster.place[row["firm"]]] += 1
    return count


def _padded(values: Floats, count: int, rest: float = 0.0) -> Floats:
    """Values of the states and the EU, then ``rest`` for the others."""
    padded = np.full((count, *values.shape[1:]), rest)
    padded[: len(values)] = values
    return padded


def _nonstate_columns(roster: Roster) -> dict[str, Floats]:
    """Columns that only non-state actors have, and transparency and objectivity of theirs."""
    columns = {name: np.zeros(len(roster)) for name in ("research", "stance", "transparency")}
    columns["transparency"][:] = maps.TRANSPARENCY_OTHER
    for index, row in roster.nonstate():
        if row["kind"] == "firm":
            columns["research"][index] = maps.research(row)
            columns["transparency"][index] = maps.TRANSPARENCY_FIRM
        elif row["kind"] == "influencer":
            columns["stance"][index] = maps.STANCE.get(row["orientation"], 0.5)
    return columns


def _square(block: npt.NDArray[np.generic], count: int) -> npt.NDArray[np.generic]:
    """A block of states against states in a matrix of all actors, zero elsewhere."""
    matrix = np.zeros((count, count), dtype=block.dtype)
    matrix[: len(block), : len(block)] = block
    return matrix


def _places(roster: Roster) -> tuple[tuple[str, ...], tuple[str, ...]]:
    rows = table("states")
    def of(column: str) -> tuple[str, ...]:
        own = [row[column] for row in rows] + ["Europe"]
        return tuple(own[home] if home >= 0 else "" for home in roster.home)

    return of("subregion"), of("continent")


def load_world(as_of: date, roster: str = "core", records: Records | None = None) -> World:
    """The world known on a day.

    Parameters
    ----------
    as_of
        Nothing dated later is loaded; see :mod:`simulation.data.facts` for figures.
    roster
        ``core`` (tier 1 non-state actors) or ``full`` (all).
    records
        The user's own deals and joins, and ids of deals to strike.

    Raises
    ------
    InputError
        If the roster is unknown or a struck deal does not exist.
    """
    if roster not in ROSTERS:
        raise InputError(Fault("roster", f"{roster!r} is no roster; {suggest(roster, ROSTERS)}"))
    records = records or Records()
    facts = load_facts(as_of)
    notes = list(facts.notes)
    people = load_roster(roster, as_of, notes)
    place, count, first = people.place, len(people), people.union + 1
    members = list(bloc_members("EU", as_of, place))
    leaders = (people.union, place["CHN"], place["USA"])
    trade = load_trade(as_of, notes)
    shares, with_union = _trade_shares(trade, members)
    joins = texts.known_joins(as_of, records.joins)
    columns = _state_columns(facts, place, members, shares, _restrained(joins, place), as_of)
    border = load_flag("contiguous")
    tongue = load_flag("language") | load_flag("colony")
    exposure = maps.exposure_of_all(people, maps.exposure_of_states(trade, tongue, border, members))
    rivals = _rivals(as_of, place)
    placed = _all_positions(people, columns.position, as_of)
    others = _nonstate_columns(people)
    others["transparency"][:first] = columns.transparency
    subregion, region = _places(people)
    silent = [facts.iso3[state] for state in np.flatnonzero(trade.sum(axis=1) == 0)]
    if silent:
        notes.append(f"trade: no record, taken as none, for {', '.join(silent)}")
    notes.append(f"opinion: {maps.OPINION_DEFAULT} assumed for every public without a survey")
    languages = [frozenset(filter(None, (row["language_1"], row["language_2"]))) for row in table("states")]
    deals = _deals(as_of, place, records, notes)
    return World(
        as_of=as_of, ids=people.ids, names=people.names,
        kind=np.array(people.kinds, dtype=np.int8),
        un_member=np.arange(count) < people.union,
        home=np.array(people.home, dtype=np.int32), subregion=subregion, region=region,
        size=_padded(maps.size(columns.gdp), count), gdp_usd=_padded(columns.gdp, count),
        capacity=_padded(columns.capacity, count), transparency=others["transparency"],
        adoption=_padded(columns.adoption, count), position=placed,
        position_sd=_padded(columns.spread, count, positions.MAP_SPREAD),
        weight=_padded(columns.weight, count, 0.25),
        objectivity=_padded(np.full(first, maps.OBJECTIVITY_STATE), count, maps.OBJECTIVITY_OTHER),
        research=others["research"], leaders=leaders, exposure=exposure,
        trust_prior=maps.trust_prior(people, exposure, members, leaders, rivals), rivals=rivals,
        contiguous=np.asarray(_square(border, count), dtype=bool),
        trade_share=np.asarray(_square(shares, count), dtype=np.float64),
        trade_share_eu=_padded(np.append(with_union, 0.0), count), opinion=_padded(columns.opinion, count),
        audience=maps.audience(people, languages), stance=others["stance"],
        firm_commitments=_commitments(people, as_of), blocs=_blocs(as_of, place),
        instruments=texts.load_instruments(as_of, people, placed, joins), deals=deals, notes=tuple(notes),
    )
