"""Columns of actors: what each state, the EU and each organisation starts with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from simulation.data import positions
from simulation.data.dates import surely_by
from simulation.data.facts import Facts, known
from simulation.data.kinds import BlocFacts, JoinRecord
from simulation.data.roster import Roster, bloc_members
from simulation.data.tables import table

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class StateColumns:
    """Columns of the 193 states and, last, the EU; see the same names in ``World``."""

    gdp: Floats
    capacity: Floats
    transparency: Floats
    adoption: Floats
    opinion: Floats
    weight: Floats
    placed: positions.PositionMap


def trade_shares(trade: Floats, members: Sequence[int]) -> tuple[Floats, Floats]:
    """Share of each state, float64[193, 193], and of the EU, float64[193], in a state's goods trade."""
    total = trade.sum(axis=1, keepdims=True)
    shares = np.divide(trade, total, out=np.zeros_like(trade), where=total > 0)
    return shares, shares[:, list(members)].sum(axis=1)


def _opinion(place: Mapping[str, int], count: int, as_of: date) -> Floats:
    opinion = np.full(count, positions.OPINION_DEFAULT)
    for row in table("publics"):
        if known(int(row["year"]), as_of):
            opinion[place[row["iso3"]]] = float(row["support"])
    return opinion


def _joined(
    joins: Mapping[str, Mapping[str, JoinRecord]], place: Mapping[str, int]
) -> dict[str, frozenset[int]]:
    """Who had joined the texts that the position map reads."""
    return {
        text: frozenset(place[name] for name, record in joins.get(text, {}).items()
                        if record.joined and name in place)
        for text in positions.RESTRAINT_TEXTS
    }


def state_features(facts: Facts, place: Mapping[str, int], shares: Floats, with_union: Floats,
                   joins: Mapping[str, Mapping[str, JoinRecord]]) -> dict[str, Floats]:
    """Features of the position map, see :func:`simulation.data.positions.features`."""
    ties = np.column_stack([with_union, shares[:, place["CHN"]], shares[:, place["USA"]]])
    return positions.features(facts, _joined(joins, place), ties)


def ground(facts: Facts, place: Mapping[str, int], members: Sequence[int],
           blocs: Sequence[BlocFacts]) -> positions.Ground:
    """Members, leaders and regional partners that the position map stands on."""
    regional = [bloc.members for bloc in blocs if bloc.regional]
    return positions.Ground(list(members), place["CHN"], place["USA"],
                            positions.partners(regional, len(facts.iso3)), facts["ideal_point_sd"])


def state_columns(facts: Facts, place: Mapping[str, int], given: Mapping[str, Floats],
                  stand: positions.Ground, as_of: date) -> StateColumns:
    """Columns of the states; the EU has its members' total GDP and their plain mean else."""
    inside = stand.members
    weight = positions.salience(facts, given)
    return StateColumns(
        gdp=np.append(facts["gdp_usd"], facts["gdp_usd"][inside].sum()),
        capacity=with_union(positions.capacity(facts), inside), transparency=with_union(facts["cpi"] / 100, inside),
        adoption=with_union(facts["internet"] / 100, inside),
        opinion=with_union(_opinion(place, len(facts.iso3), as_of), inside),
        weight=np.vstack([weight, weight[inside].mean(axis=0)]),
        placed=positions.map_positions(given, stand),
    )


def with_union(values: Floats, members: Sequence[int]) -> Floats:
    """Figures of the states and, last, the EU's: the plain mean of its members'."""
    return np.append(values, values[list(members)].mean())


def free_press(roster: Roster, voice: Floats) -> Bools:
    """Where the press is free to report, bool[n]: voice and accountability above 0, the mean of the world.

    The indicator is the World Bank's of free expression, association and media; that its mean divides the free
    from the others is an assumption. An organisation is reported on at home.
    """
    home = np.array(roster.home)
    return np.asarray((home >= 0) & (voice[home] > 0.0))


def all_positions(roster: Roster, states: Floats, as_of: date) -> Floats:
    """Positions of all actors, float64[n, 4].

    A non-state actor stands .7 at its home state and .3 at its type's anchor; for a
    home a secretariat has the mean of its members, one without a home that of all states.
    """
    placed = np.empty((len(roster), states.shape[1]))
    placed[: roster.union + 1] = states
    everyone = states[: roster.union].mean(axis=0)
    for index, row in roster.nonstate():
        home = roster.home[index]
        base = states[home] if home >= 0 else everyone
        members = bloc_members(row["bloc"], as_of, roster.place) if row["bloc"] else ()
        if members:
            base = states[list(members)].mean(axis=0)
        anchor = positions.TYPE_ANCHORS[roster.kinds[index]]
        placed[index] = positions.HOME_SHARE * base + (1 - positions.HOME_SHARE) * anchor
    return placed


def commitments(roster: Roster, as_of: date) -> Floats:
    """Voluntary instruments each firm had joined by the day, float64[n]."""
    count = np.zeros(len(roster))
    for row in table("firm_commitments"):
        if row["firm"] in roster.place and surely_by(row["date"]) <= as_of:
            count[roster.place[row["firm"]]] += 1
    return count


def nonstate_columns(roster: Roster) -> dict[str, Floats]:
    """``research``, ``stance`` and ``transparency`` of the non-state actors, float64[n]."""
    columns = {name: np.zeros(len(roster)) for name in ("research", "stance", "transparency")}
    columns["transparency"][:] = positions.TRANSPARENCY_OTHER
    for index, row in roster.nonstate():
        if row["kind"] == "firm":
            columns["research"][index] = positions.research(row)
            columns["transparency"][index] = positions.TRANSPARENCY_FIRM
        elif row["kind"] == "influencer":
            columns["stance"][index] = positions.STANCE.get(row["orientation"], 0.5)
    return columns


def padded(values: Floats, count: int, rest: float = 0.0) -> Floats:
    """Values of the first actors, then ``rest`` for the others."""
    full = np.full((count, *values.shape[1:]), rest)
    full[: len(values)] = values
    return full


def square(block: Floats, count: int) -> Floats:
    """A block of states against states in a matrix of all actors, zero elsewhere."""
    matrix = np.zeros((count, count))
    matrix[: len(block), : len(block)] = block
    return matrix


def regions(roster: Roster, column: str) -> tuple[str, ...]:
    """``subregion`` or ``continent`` of each actor's home; the EU: Europe; else ``""``."""
    own = [row[column] for row in table("states")] + ["Europe"]
    return tuple(own[home] if home >= 0 else "" for home in roster.home)
