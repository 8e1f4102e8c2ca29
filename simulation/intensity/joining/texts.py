"""A text to be forecast, as an instrument file describes it, and what its unsaid keys are taken to be.

Only ``id`` and ``opens`` must be said. The rest is worked out from ``sponsors``, ``track`` and ``binding``:

- ``convener_kind``: ``UN`` or ``UN_agency`` with the United Nations or a secretariat of theirs among the
  sponsors; ``club`` or ``regional_org`` with another organisation; else ``state`` or ``states``. Without
  sponsors a regional text is a regional organisation's, a binding multilateral one the United Nations', any
  other that of several states.
- ``openness``: ``by_invitation`` where ``invited`` is said, ``attended`` where ``attending`` is,
  ``members_only`` where not all states may join, by application (organisations, binding texts) or
  invitation where it is exclusive, else ``open_all``.
- ``ceremony`` (UN texts) : yes where a state hosts or sponsors; else as often as in the record. ``summit``: as
  often as in the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from simulation.data.tables import table
from simulation.intensity.joining.states import ids

AGENCIES = ("itu", "unesco")
"""Secretariats that stand for the United Nations and convene texts as specialised agencies."""
CLUBS = ("G7", "G20", "BRICS", "Quad", "Five_Eyes", "AUKUS", "D9plus", "Digital_Nations")
"""Blocs without a charter; every other bloc convenes as an organisation."""
_KIND = {"UN_agency": "agency", "regional_org": "regional"}
_OPEN = {"open_all": "open", "by_invitation": "invited", "members_only": "members"}
_DOMAIN = {"military": "security"}


@dataclass(frozen=True)
class Vote:
    """How states voted on a text, by ids; who is in none of the three was absent."""

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    abstain: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignupText:
    """A text as a forecast knows it; ``None`` where nothing is said.

    Attributes
    ----------
    sponsors
        Ids of states, organisations or blocs.
    eligible
        Ids in any order.
    joined
        Who is in; ``None`` where nothing is known of it.
    convener_kind, openness
        As in :class:`simulation.scenario.schema.InstrumentSpec`.
    ceremony, summit
        Whether it opens with a ceremony of signature; whether at a summit or with leaders.
    initiator
        States that brought it about, where these are not the sponsors or hosts.
    attending, invited
        States at the meeting where it opens; states asked to join.
    vote
        How states voted on it.
    """

    id: str
    opens: date
    sponsors: tuple[str, ...] = ()
    eligible: tuple[str, ...] = ()
    binding: bool = False
    domain: str = "civil"
    exclusive: bool = False
    closes: date | None = None
    position: tuple[float, ...] | None = None
    joined: tuple[str, ...] | None = None
    track: str = "multilateral"
    convener_kind: str | None = None
    openness: str | None = None
    ceremony: bool | None = None
    summit: bool | None = None
    initiator: tuple[str, ...] = ()
    attending: tuple[str, ...] = ()
    invited: tuple[str, ...] = ()
    vote: Vote = Vote()


@dataclass(frozen=True)
class CodedText:
    """A text in the terms of the record; see :class:`simulation.intensity.joining.design.Coded`.

    ``sponsors`` are the states that convene, host or initiate it, ``lead`` those whose interests it is taken to
    serve; ``contested`` says that a text of the United Nations has a named initiator.
    """

    kind: str
    openness: str
    binding: bool
    ceremony: bool
    summit: bool
    domain: str
    opens: date
    sponsors: tuple[str, ...]
    lead: tuple[str, ...]
    house: str
    contested: bool = False
    stock: bool = False

    @property
    def treaty(self) -> bool:
        """A binding text of the United Nations or of one of its agencies."""
        return self.kind in ("UN", "agency") and self.binding


def stands_for(name: str) -> str:
    """The bloc that a sponsoring organisation stands for, its own id for a bloc, else nothing."""
    return _blocs_of().get(name, "")


@lru_cache(maxsize=1)
def _blocs_of() -> dict[str, str]:
    """The bloc that each bloc and each secretariat of the roster stands for."""
    blocs = {row["id"]: row["id"] for row in table("blocs")}
    return blocs | {row["id"]: row["bloc"] for row in table("nonstate") if row["kind"] == "secretariat"}


def convener_kind(text: SignupText) -> str:
    """Who convenes a text: what is said, else worked out."""
    if text.convener_kind is not None:
        return text.convener_kind
    houses = [stands_for(name) for name in text.sponsors]
    if "UN" in houses:
        agency = any(name in AGENCIES for name in text.sponsors) and "UN" not in text.sponsors
        return "UN_agency" if agency else "UN"
    organisation = next((house for house in houses if house), "")
    if organisation:
        return "club" if organisation in CLUBS else "regional_org"
    if not text.sponsors:
        return {"regional": "regional_org"}.get(text.track, "UN" if text.binding else "states")
    return "state" if len(text.sponsors) == 1 else "states"


def openness(text: SignupText, kind: str) -> str:
    """How open a text is: what is said, else worked out."""
    if text.openness is not None:
        return text.openness
    if text.invited:
        return "by_invitation"
    if text.attending:
        return "attended"
    if len(text.eligible) < _ALMOST_ALL * len(ids()):
        return "members_only"
    if text.exclusive:
        return "application" if text.binding or kind == "regional_org" else "by_invitation"
    return "open_all"


_ALMOST_ALL = 0.9
"""Share of all states from which a text counts as open to all."""


@lru_cache(maxsize=512)  # of a text there are four, the same in every replicate
def coded(text: SignupText, ceremony: bool, summit: bool) -> CodedText:
    """The text in the terms of the record, with ceremony and summit as said or drawn."""
    kind = convener_kind(text)
    houses = [stands_for(name) for name in text.sponsors]
    house = next((name for name in houses if name and name != "UN"), "")
    un = kind in ("UN", "UN_agency")
    if un and not text.binding:
        kind = "states"
    states = tuple(name for name in text.sponsors if name in set(ids()))
    return CodedText(
        kind=_KIND.get(kind, kind), openness=_OPEN.get(word := openness(text, kind), word), binding=text.binding,
        ceremony=ceremony or not un, summit=summit, domain=_DOMAIN.get(text.domain, "digital"), opens=text.opens,
        sponsors=tuple(dict.fromkeys((*states, *text.initiator))), lead=text.initiator or states, house=house,
        contested=bool(text.initiator),
    )  # fmt: skip


@lru_cache(maxsize=512)  # the same in every replicate
def has_host(text: SignupText) -> bool:
    """Whether a state sponsors or hosts the text."""
    known = {row["iso3"] for row in table("states")}
    return any(name in known for name in text.sponsors)
