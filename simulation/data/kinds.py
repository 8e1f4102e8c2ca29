"""The records that the loader hands out: frozen, indexed by actor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

ROSTERS = ("core", "full")

Position = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class BlocFacts:
    """A bloc as of a date.

    Attributes
    ----------
    rule, threshold
        ``unanimity``, ``consensus``, ``qualified_majority`` or ``majority``, and the share of yes votes it needs.
    agenda_rate
        Chance of an agenda item a quarter.
    depth
        How deep the texts that it had adopted by the date go: 0 none, 1 declared, 2 planned, 3 bound.
    enforcement
        Share of its terms that bind, in [0, 1].
    regional, universal
        Whether its door is a region; whether it is the United Nations.
    members
        Indexes of the members on the date.
    """

    id: str
    name: str
    rule: str
    threshold: float
    agenda_rate: float
    depth: int
    enforcement: float
    regional: bool
    universal: bool
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class InstrumentFacts:
    """A text that states can join, as of a date.

    Attributes
    ----------
    sponsors
        Indexes of those who led it, as far as they are in the roster.
    convener, enforcement
        Who keeps it, and the share of its terms that bind, in [0, 1].
    opens, closes
        First and last day for joining; ``None`` where it stays open.
    eligible
        Indexes of those who may join (or might have).
    position
        Place in the issue space.
    in_force, needed
        Day of entry into force, and the joins it takes (0: none or done).
    exclusive, invitation_only
        A club that tests applicants; a text by invitation.
    open_at_as_of
        Whether somebody eligible can still join.
    complete
        Whether every joiner is named; else ``joined`` is a part.
    joined
        (index, day) of joiners known on the date.
    """

    id: str
    title: str
    sponsors: tuple[int, ...]
    convener: str
    enforcement: float
    opens: date
    closes: date | None
    track: str
    regional: bool
    eligible: tuple[int, ...]
    position: Position
    binding: bool
    in_force: date | None
    needed: int
    domain: str
    exclusive: bool
    invitation_only: bool
    open_at_as_of: bool
    complete: bool
    joined: tuple[tuple[int, date], ...]


@dataclass(frozen=True, slots=True)
class DealFacts:
    """A dated agreement: two or three parties (indexes), depth 1 MoU, 2 programme, 3 binding."""

    id: str
    parties: tuple[int, ...]
    depth: int
    date: date


@dataclass(frozen=True, slots=True)
class DealRecord:
    """A deal as written in a table: actors by id, the day on which it was surely known."""

    id: str
    parties: tuple[str, ...]
    depth: int
    date: date
    subject: str = ""
    source: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class JoinRecord:
    """A joining, or a refusal, as written in a table."""

    instrument: str
    actor: str
    date: date
    joined: bool = True
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Records:
    """A user's own dated facts.

    Attributes
    ----------
    deals, joins
        Added to the shipped record, as far as they are dated by the as-of date.
    strike
        Ids of shipped deals to leave out.
    """

    deals: tuple[DealRecord, ...] = field(default_factory=tuple)
    joins: tuple[JoinRecord, ...] = field(default_factory=tuple)
    strike: tuple[str, ...] = field(default_factory=tuple)
