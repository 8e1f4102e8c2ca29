"""The world as of a date: real states, blocs, instruments, deals, organisations.

:func:`load_world` reads the shipped tables, leaves out what was not known on the
day, fills what is missing by one rule (:mod:`simulation.data.facts`), and maps
figures to starting values (:mod:`simulation.data.positions`). ``SOURCES.md`` says where every column comes
from; ``World.notes`` says what was filled or taken from a later year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from simulation.data import columns, history, positions, texts, trust
from simulation.data.actor_advice import advice_on
from simulation.data.country_names import resolve
from simulation.data.facts import Facts, load_facts, load_flag, load_trade
from simulation.data.kinds import ROSTERS, BlocFacts, DealFacts, InstrumentFacts, JoinRecord, Records
from simulation.data.roster import Roster, bloc_members, camps_of, load_roster
from simulation.data.tables import table
from simulation.errors import Fault, InputError, ModelError, suggest
from simulation.state import DIMENSIONS

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
        int8[n], index in :data:`simulation.state.KINDS`; the EU counts as a state that is no UN member.
    un_member
        bool[n], exactly the 193.
    home
        int32[n], index of the home state; own index for states and the EU; -1 for secretariats and
        organisations without a home state in the world.
    subregion, region
        UN M49 subregion and continent of the (home) state; ``""`` without one; the EU: Europe.
    camp
        int8[n], index in :data:`simulation.state.CAMPS` of the leader a state is bound to by treaty on the day, -1 for
        the non-aligned; organisations by home. Closeness of positions makes no camp.
    size, gdp_usd
        float64[n], (GDP/largest)^.4 and GDP in current US dollars; 0 for non-state actors.
    capacity
        float64[n], K(0) in [0, 1]; 0 for non-state actors.
    transparency
        float64[n] in [0, 1].
    free_press
        bool[n], whether the press of the (home) state is free to report; the EU as its members are on average,
        False without a home state.
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
    trust_prior
        float64[n, n], first trust τ⁰ of the recorded world, symmetric, zero diagonal.
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
    camp: npt.NDArray[np.int8]
    size: Floats
    gdp_usd: Floats
    capacity: Floats
    transparency: Floats
    free_press: Bools
    adoption: Floats
    position: Floats
    position_sd: Floats
    weight: Floats
    objectivity: Floats
    research: Floats
    leaders: tuple[int, int, int]
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

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A pickle forgets that an array is read-only.
        vars(self).update(state)
        self.__post_init__()

    def __len__(self) -> int:
        return len(self.ids)

    def index(self, id: str) -> int:
        """Index of an actor, by id, or for a state by name.

        Raises
        ------
        ModelError
            With advice, if no such actor is loaded.
        """
        name = resolve(id, self.ids)
        if name not in self.ids:
            raise ModelError(f"no actor {id!r} in this world; {advice_on(id, self.ids)}")
        return self.ids.index(name)


def _notes_on_records(records: Records, as_of: date, roster: Roster, notes: list[str]) -> None:
    """Say which of the user's records are not loaded."""
    days = [deal.date for deal in records.deals] + [join.date for join in records.joins]
    late = [day for day in days if day > as_of]
    if late:
        cure = f"to take them in, set the as-of date to {max(late)} (`as_of` in the scenario, --set as_of={max(late)})"
        notes.append(f"records: {len(late)} of the user's records are dated after {as_of} and not loaded; {cure}")
    lost = [deal.id for deal in records.deals if not roster.place.keys() >= set(deal.parties)]
    if lost:
        notes.append(f"records: deals with actors not in the roster are left out: {_some(lost)}")
    stateless = [deal.id for deal in records.deals if all(roster.kinds[roster.place.get(p, 0)] for p in deal.parties)]
    if stateless:
        notes.append(f"records: deals without a state among their parties change nothing: {_some(stateless)}")
    absent = sorted({record.actor for record in records.joins if record.actor not in roster.place})
    if absent:
        notes.append(f"records: joins of actors not in the roster are left out: {', '.join(absent)}")


def _some(names: Sequence[str], most: int = 10) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _gaps(trade: Floats, facts: Facts, notes: list[str]) -> None:
    """Say what the trade record and the surveys lack."""
    silent = [facts.iso3[state] for state in np.flatnonzero(trade.sum(axis=1) == 0)]
    if silent:
        notes.append(f"trade: no record, taken as none, for {', '.join(silent)}")
    notes.append(f"opinion: {positions.OPINION_DEFAULT} is assumed for every public without a survey")


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
    _notes_on_records(records, as_of, people, notes)
    trade = load_trade(as_of, notes)
    _gaps(trade, facts, notes)
    blocs = history.load_blocs(as_of, people.place)
    deals = history.load_deals(as_of, people.place, records, notes)
    joins = texts.known_joins(as_of, records.joins)
    fields = _actor_fields(people, facts, trade, blocs, joins, as_of) | {
        "trust_prior": trust.trust_prior(people, facts["gdp_usd"], blocs, as_of, notes)
    }
    return World(
        as_of=as_of, ids=people.ids, names=people.names,
        subregion=columns.regions(people, "subregion"), region=columns.regions(people, "continent"),
        blocs=blocs, deals=deals, notes=tuple(notes),
        instruments=texts.load_instruments(as_of, people, fields["position"], joins), **fields,
    )


def _actor_fields(
    people: Roster, facts: Facts, trade: Floats, blocs: Sequence[BlocFacts],
    joins: Mapping[str, Mapping[str, JoinRecord]], as_of: date,
) -> dict[str, Any]:
    """The fields of ``World`` that have an entry an actor or a pair."""
    place, count, first = people.place, len(people), people.union + 1
    members = bloc_members("EU", as_of, place)
    shares, with_union = columns.trade_shares(trade, members)
    given = columns.state_features(facts, place, shares, with_union, joins)
    states = columns.state_columns(facts, place, given, columns.ground(facts, place, members, blocs), as_of)
    others = columns.nonstate_columns(people)
    others["transparency"][:first] = states.transparency
    voice = columns.with_union(facts["voice"], members)
    return _pair_fields(people, history.load_rivals(as_of, place)) | {
        "kind": np.array(people.kinds, dtype=np.int8), "un_member": np.arange(count) < people.union,
        "home": np.array(people.home, dtype=np.int32),
        "camp": camps_of(people, as_of), "free_press": columns.free_press(people, voice),
        "size": columns.padded(positions.size(states.gdp), count), "gdp_usd": columns.padded(states.gdp, count),
        "capacity": columns.padded(states.capacity, count),
        "adoption": columns.padded(states.adoption, count), "opinion": columns.padded(states.opinion, count),
        "position": columns.all_positions(people, states.placed.positions, as_of),
        "position_sd": columns.padded(states.placed.spread, count, positions.MAP_SPREAD),
        "weight": columns.padded(states.weight, count, 1 / len(DIMENSIONS)),
        "objectivity": columns.padded(np.full(first, positions.OBJECTIVITY_STATE), count, positions.OBJECTIVITY_OTHER),
        "trade_share": columns.square(shares, count),
        "trade_share_eu": columns.padded(with_union, count),
        "firm_commitments": columns.commitments(people, as_of), **others,
    }


def _pair_fields(
    people: Roster, rivals: tuple[tuple[int, int], ...]
) -> dict[str, Any]:
    """Leaders, rivals, borders and audiences."""
    place, count = people.place, len(people)
    leaders = (people.union, place["CHN"], place["USA"])
    languages = [frozenset(filter(None, (row["language_1"], row["language_2"]))) for row in table("states")]
    return {
        "leaders": leaders, "rivals": rivals,
        "contiguous": columns.square(load_flag("contiguous").astype(np.float64), count) > 0,
        "audience": positions.audience(people, languages),
    }
