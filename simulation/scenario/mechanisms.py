"""Every mechanism of the model that a scenario can switch off, and every rule with a rival.

A switch is ``on`` or ``off``; a choice names one of several rival rules. A test shows that
turning each changes a recorded number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from simulation.errors import Fault, InputError, suggest


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One switch.

    Attributes
    ----------
    options
        Allowed values; the first is the default. A plain switch has ``("on", "off")``.
    section, claims
        Submodel of the model description, and the claims of the paper it stands for.
    meaning
        What it does, and what the model does without it.
    """

    name: str
    options: tuple[str, ...]
    section: str
    claims: str
    meaning: str

    @property
    def default(self) -> str:
        """The option of a scenario that says nothing."""
        return self.options[0]


_SWITCH = ("on", "off")


def _entries() -> Iterator[Mechanism]:
    m = Mechanism
    yield m("capability_growth", _SWITCH, "C.14", "C1 C8", "AI capability grows; off: it stays at today's level")
    yield m("partner_choice", ("two_sided", "size_activity"), "C.2", "", "states choose partners among states by all that is fitted, or by size and activity alone, fitted again")
    yield m("latent_book", _SWITCH, "C.2", "", "deals that no record holds are drawn at the start; off: recorded deals only")
    yield m("ends", _SWITCH, "C.2", "", "deals end or are renewed when their term is over; off: they last")
    yield m("export_controls", _SWITCH, "C.3", "C41", "dated export controls and entity lists keep firms and states apart; off: only missing relations do")
    yield m("rivalry", _SWITCH, "C.3", "C16 C25", "rivalry beyond the recorded one draws leaders to contested states, and costs those who deal with a rival")
    yield m("concessions", _SWITCH, "C.3", "C30", "rival leaders bid for a courted state")
    yield m("witnesses", _SWITCH, "C.4", "", "third parties report on conduct; off: own experience only")
    yield m("breach", _SWITCH, "C.5", "C33", "parties breach; off: everybody complies")
    yield m("budget", _SWITCH, "C.15", "C23", "prices are paid out of purses; off: deals cost nothing")
    yield m("ratification", _SWITCH, "C.13", "C49", "publics can refuse what goes beyond a memorandum")
    yield m("trilateral", _SWITCH, "C.18", "C29", "third parties join signed pairs")
    yield m("blocs", _SWITCH, "C.6", "C28 C62", "blocs decide; off: their depth stays as it is")
    yield m("soft_law", _SWITCH, "C.6", "C11", "terms of blocs and instruments count by the enforcement of their convener; off: in full")
    yield m("instruments", _SWITCH, "C.7", "C13", "states join instruments")
    yield m("forum_choice", _SWITCH, "C.8", "C28", "states move effort to the tracks that promise most; off: it stays as recorded")
    yield m("diffusion", _SWITCH, "C.9", "C13", "positions converge along trade, ties, likeness, pressure and markets")
    yield m("firm_expertise", _SWITCH, "C.10", "C40", "firms' expertise builds capacity")
    yield m("presence", _SWITCH, "C.10", "C41", "a programme with a firm is sunk: renewed more often, costly to leave; off: it is a deal like others")
    yield m("capture", _SWITCH, "C.10", "C61", "firms draw the positions and the conduct of states towards their own")
    yield m("think_tank_research", _SWITCH, "C.11", "C43", "research builds capacity; off: think tanks teach nothing")
    yield m("think_tank_bias", _SWITCH, "C.11", "C61", "funded research draws positions towards the funder")
    yield m("dependence", _SWITCH, "C.11", "C58", "a dose of foreign know-how crowds out domestic learning")
    yield m("consultation", _SWITCH, "C.12", "C45", "NGOs are heard on drafts: terms move towards rights, and texts are joined sooner")
    yield m("watching", _SWITCH, "C.12", "C47", "NGOs see breaches, and being watched changes conduct")
    yield m("norm_cascade", _SWITCH, "C.12", "C46", "proposals of civil society become norms and then decisions")
    yield m("campaigns", _SWITCH, "C.13", "C49", "campaigns of influencers move publics")
    yield m("harm", _SWITCH, "C.14", "C5 C32", "incidents happen")
    yield m("disinformation", _SWITCH, "C.14", "C5", "disinformation lowers support and trust")
    yield m("perception", _SWITCH, "C.14", "C10", "risk is seen through noise that expert ties reduce; off: seen as it is")
    yield m("urgency", _SWITCH, "C.14", "C24", "incidents raise the will to cooperate")
    yield m("capacity", _SWITCH, "C.15", "C43", "capacity grows and decays; off: it stays at its initial value")
    yield m("needs", _SWITCH, "C.15", "C40", "partners that cover what a state needs make it learn faster, and draw it where `need_pull` says so; off: coverage acts on nothing")
    yield m("coordination", _SWITCH, "C.15", "C22", "programmes with all kinds of partners, and an agency, make capacity building more productive")
    yield m("learning", ("off", "roth_erev", "fermi"), "C.16", "C18", "states learn which track pays: not at all, from own rewards, or from others")


MECHANISMS: Mapping[str, Mechanism] = MappingProxyType({entry.name: entry for entry in _entries()})
"""Registry of every switch and choice by name."""


_FITTED = "who turns to whom is fitted on the record of deals"
REMOVED: Mapping[str, str] = MappingProxyType({
    "tempo": f"{_FITTED}; `strategy.effort` multiplies how often a state turns to others",
    "exposure": f"{_FITTED}, trade, language and borders in it",
    "network_effects": f"{_FITTED}, partners' activity in it; shared partners add nothing there",
    "consent": f"{_FITTED}, and whether the other agrees",
    "bargaining": "terms follow outside options",
    "lapse": "it is now `ends`: deals end with their term unless they are renewed",
    "clubs": "exclusive clubs draw members as other instruments do, with fewer who may join at the opening",
    "bloc_proposal": "blocs vote on the position of a member",
    "ngo_monitoring": "it is now `watching`",
    "opinion": "it is now `campaigns`",
    **dict.fromkeys(("firm_diplomacy", "rights_terms", "proposals"), "it is gone: nothing told its size"),
})  # fmt: skip
"""Mechanisms that earlier scenario files may name, and what does their work now."""


class Mechanisms:
    """A frozen choice for every mechanism.

    ``mechanisms.on("capture")`` asks a switch, ``mechanisms["learning"]`` a choice.

    Raises
    ------
    InputError
        For an unknown name or option; all faults at once. ``True``/``False`` are read as on/off.
    """

    __slots__ = ("_values",)
    _values: Mapping[str, str]

    def __init__(self, overrides: Mapping[str, object] | None = None):
        values = {name: entry.default for name, entry in MECHANISMS.items()}
        faults = []
        for name, value in (overrides or {}).items():
            message = check_option(name, value)
            if message:
                faults.append(Fault(f"mechanisms.{name}", message))
            else:
                values[name] = _as_option(value)
        if faults:
            raise InputError(faults)
        object.__setattr__(self, "_values", MappingProxyType(values))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("mechanisms are frozen; use Mechanisms.replace(name=value)")

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def on(self, name: str) -> bool:
        """Whether a plain switch is on."""
        if MECHANISMS[name].options != _SWITCH:
            raise KeyError(f"{name} is a choice between rules, not a switch")
        return self._values[name] == "on"

    def replace(self, **overrides: object) -> Mechanisms:
        """A copy with some choices changed."""
        return Mechanisms({**self._values, **overrides})

    def as_dict(self) -> dict[str, str]:
        """Every choice by name."""
        return dict(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mechanisms) and self._values == other._values

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))

    def __reduce__(self) -> tuple[type[Mechanisms], tuple[dict[str, str]]]:
        return (Mechanisms, (dict(self._values),))

    def __repr__(self) -> str:
        changed = {n: v for n, v in self._values.items() if v != MECHANISMS[n].default}
        return f"Mechanisms({changed})"


def check_option(name: str, value: object) -> str:
    """What is wrong with an option for a mechanism; an empty string if nothing is."""
    if name in REMOVED:
        return f"is no longer a mechanism: {REMOVED[name]}"
    if name not in MECHANISMS:
        return f"unknown mechanism; {suggest(name, list(MECHANISMS)) or 'see `wifaq list mechanisms`'}"
    options = MECHANISMS[name].options
    if _as_option(value) not in options:
        return f"{value!r} is not one of {', '.join(options)}"
    return ""


def _as_option(value: object) -> str:
    # a YAML 1.1 habit: some tools write on/off as true/false
    return {True: "on", False: "off"}.get(value, str(value)) if isinstance(value, bool) else str(value)
