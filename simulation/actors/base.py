"""Actors as Mesa agents: thin views of a row of the state, with the decisions they take.

An agent owns no numbers. Reading ``agent.capacity`` reads a column, writing it writes the
column, so kernels and Python see the same world. What an actor *decides* is a hook: a short
method with the default rule. Kernels apply the default rules to everybody at once; where a
subclass or a single agent replaces a hook, the model calls the Python for that actor only.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, MutableMapping
from html import escape
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

import mesa
import numpy as np

from simulation.actors.rules import OF_MESA, check_attribute, check_class, is_shipped
from simulation.actors.table import HOOKS
from simulation.errors import ModelError
from simulation.processes.approaches import agreement
from simulation.processes.compliance import promise
from simulation.processes.pull import layer_of
from simulation.state import CAMPS, DIMENSIONS

if TYPE_CHECKING:
    from simulation.actors.host import Host

class _Counters(WeakKeyDictionary[Any, Iterator[int]]):
    """Counters of unique ids by model, gone with the model."""

    def __getitem__(self, model: Any) -> Iterator[int]:
        if model not in self:
            self[model] = itertools.count(1)
        return super().__getitem__(model)


class Trust(MutableMapping[str, float]):
    """An actor's trust in each other actor, by id; writing keeps the mass of evidence.

    ``agent.trust["FRA"]`` is the direct trust τ=α/(α+β) in [0, 1].
    """

    def __init__(self, actor: Actor):
        self._actor = actor

    def _column(self, other: str) -> int:
        if not isinstance(other, str):
            raise ModelError(f"trust is that in one other actor, by its id: trust[\"FRA\"] = 0.9, not trust[{other!r}]")
        column = self._actor.model.index(other)
        if column == self._actor.row:
            raise ModelError(f"{other} has no trust in itself")
        return column

    def __getitem__(self, other: str) -> float:
        state, i, j = self._actor.model.state, self._actor.row, self._column(other)
        mass = state.alpha[i, j] + state.beta[i, j]
        return float(state.alpha[i, j] / mass) if mass > 0 else 0.0

    def __setitem__(self, other: str, trust: float) -> None:
        if not (isinstance(trust, Real) and 0.0 <= trust <= 1.0):
            raise ModelError(f"trust must be a number in [0, 1], not {trust!r}")
        state, i, j = self._actor.model.state, self._actor.row, self._column(other)
        mass = state.alpha[i, j] + state.beta[i, j]
        # the prior moves too, or the opinion would fade back to the old one
        state.trust_prior[i, j] = trust
        state.alpha[i, j] = mass * trust
        state.beta[i, j] = mass * (1.0 - trust)

    def __delitem__(self, other: str) -> None:
        raise ModelError("trust can be set, not deleted")

    def __contains__(self, other: object) -> bool:
        return other in self._actor.model.state.ids and other != self._actor.id

    def __iter__(self) -> Iterator[str]:
        return (name for k, name in enumerate(self._actor.model.state.ids) if k != self._actor.row)

    def __len__(self) -> int:
        return self._actor.model.state.n - 1


class Partners(Mapping[str, int]):
    """Depth of each present deal of an actor by partner, as it was when asked; it cannot be written."""

    def __init__(self, depths: Mapping[str, int]):
        self._depths = dict(depths)

    def __getitem__(self, other: str) -> int:
        return self._depths[other]

    def __iter__(self) -> Iterator[str]:
        return iter(self._depths)

    def __len__(self) -> int:
        return len(self._depths)

    def __repr__(self) -> str:
        return repr(self._depths)

    def __setitem__(self, other: str, depth: object) -> None:
        raise ModelError(
            f"partners tell of the deals there are; to plan one with {other} write it under `deals` of the scenario, "
            "to have one now write both entries of model.state.depth (and of model.state.track)"
        )

    def __delitem__(self, other: str) -> None:
        raise ModelError(f"partners tell of the deals there are; what {other} has is in model.state.depth")


class Actor(mesa.Agent):  # type: ignore[misc]
    """One actor of the world.

    Attributes
    ----------
    id, row
        Identifier (ISO 3166 alpha-3 for states) and row in the arrays of the state.
    trust
        Mapping from other actors' ids to direct trust in [0, 1], readable and writable.
    """

    kind: ClassVar[str] = ""
    _ids = _Counters()  # Mesa's own counters keep every model alive

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        check_class(cls)

    def __init__(self, model: Host, row: int):
        super().__init__(model)
        self.__dict__.update(row=row, id=model.state.ids[row])  # nothing to be checked of what is written once

    def __setattr__(self, name: str, given: Any) -> None:
        if name in OF_MESA:  # of every agent of every model
            super().__setattr__(name, given)
            return
        check_attribute(self, name, given)
        super().__setattr__(name, given)
        if name in HOOKS:  # one agent's own rule: the model must know, so that it calls it
            self.model.hooks.note(self)

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        if name in HOOKS:
            self.model.hooks.note(self)

    # --- what it is
    @property
    def name(self) -> str:
        """Full name."""
        return str(self.model.names[self.row])

    @property
    def home(self) -> str:
        """Id of the home state; its own id for a state; empty for an international secretariat."""
        row = int(self.model.state.home[self.row])
        return self.model.state.ids[row] if row >= 0 else ""

    @property
    def camp(self) -> str:
        """Camp of the paradigm leader it stands close to, or ``"none"``. For reporting only."""
        code = int(self.model.state.camp[self.row])
        return CAMPS[code] if code >= 0 else "none"

    @property
    def trust(self) -> Trust:
        """Direct trust in each other actor, by id."""
        return Trust(self)

    @property
    def position(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Position on rights, control, market, sovereignty: a writable view, (4,), in [0, 1]."""
        return self.model.state.position[self.row]

    @property
    def interests(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Salience of the four dimensions: a writable view, (4,); keep it summing to one."""
        return self.model.state.weight[self.row]

    @property
    def partners(self) -> Partners:
        """Depth of each present deal by partner: 1 memorandum, 2 programme, 3 binding; to be read only."""
        row = self.model.state.depth[self.row]
        return Partners({self.model.state.ids[j]: int(row[j]) for j in np.flatnonzero(row)})

    # --- what it decides: the hooks
    def partner_utility(self, partner: Actor) -> float:
        """Why this actor would turn to ``partner``, and agree to it: U of C.2, in nats.

        The default is the fitted utility: size, activity, distance, trade, language, history of the two, and what
        trust and interests have of surprise. One nat more makes an approach e times as likely.
        """
        return float(self.model.state.pull[self.row, partner.row])

    def accepts(self, partner: Actor, utility: float) -> float:
        """Probability in [0, 1] of agreeing to an approach of ``partner``: σ(U − κ) of C.2.

        Parameters
        ----------
        utility
            U of ``partner`` to this actor, rivalry and concessions included.
        """
        layer = layer_of(self.model.state.kind, self.row, partner.row)
        return float(agreement(utility, self.model.state.reluctance[layer]))

    def renews(self, partner: Actor, chance: float) -> float:
        """Probability in [0, 1] of renewing the deal with ``partner`` at the end of its term; the default keeps it."""
        return chance

    def choose_tracks(self, shares: Mapping[str, float]) -> Mapping[str, float]:
        """Share of effort this actor gives to each track (C.8); the default keeps ``shares``.

        An answer of zeros has it turn to nobody.

        Parameters
        ----------
        shares
            Share of each of bilateral, trilateral, regional, multilateral, non_state.
        """
        return shares

    def keeps_promise(self, partner: Actor) -> float:
        """Probability in [0, 1] of keeping the deal with ``partner`` for a whole year: π of C.5.

        The default falls with upkeep, distance and capture and rises with who watches, within [.02, .995]. A quarter's
        probability is its fourth root.
        """
        return promise(self.model.state, self.model.parameters, self.row, partner.row)

    # --- what it thinks of others
    def utility_of(self, partner: str) -> float:
        """U of a partner this quarter, in nats."""
        return float(self.model.state.pull[self.row, self.model.index(partner)])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"

    def _repr_html_(self) -> str:
        return card(self)


def number_of_row(name: str, low: float, high: float, meaning: str) -> property:
    """A property that reads and writes one number of the actor's row, within bounds."""

    def read(self: Actor) -> float:
        return float(getattr(self.model.state, name)[self.row])

    def write(self: Actor, number: float) -> None:
        if not (isinstance(number, Real) and low <= number <= high):
            raise ModelError(f"{name} of {self.id} must be a number in [{low:g}, {high:g}], not {number!r}")
        column = getattr(self.model.state, name)
        if np.issubdtype(column.dtype, np.integer) and number != int(number):
            raise ModelError(f"{name} of {self.id} must be a whole number, not {number}")
        column[self.row] = number

    return property(read, write, doc=meaning)


class WithResources(Actor):
    """Columns that every kind of actor has."""

    size = number_of_row("size", 0, 1, "Size m, (GDP / largest GDP)^.4; 0 for non-state actors.")
    transparency = number_of_row("transparency", 0, 1, "Transparency T.")
    budget = number_of_row("budget", 0, math.inf, "Income for deals a quarter.")
    purse = number_of_row("purse", 0, math.inf, "What is left to spend, carried over for two quarters.")
    objectivity = number_of_row("objectivity", 0, 1, "Objectivity of what it teaches.")


def replaced_hooks(actor: Actor) -> tuple[str, ...]:
    """Names of the hooks that this agent does not take from the shipped classes."""
    names = []
    for hook in HOOKS:
        owner = next((cls for cls in type(actor).__mro__ if hook in vars(cls)), None)
        if owner is not None and (hook in vars(actor) or not is_shipped(owner)):
            names.append(hook)
    return tuple(names)


_DEPTHS = ("", "memorandum", "programme", "binding")


def card(actor: Actor) -> str:
    """A small HTML table: who it is, what it wants, whom it deals with. Text is escaped."""
    rows = [("kind", actor.kind.replace("_", " ")), ("home", actor.home or "international"), ("camp", actor.camp)]
    rows += [(name, f"{x:.2f}") for name, x in zip(DIMENSIONS, actor.position, strict=True)]
    for name in ("capacity", "transparency", "budget", "urgency"):
        if hasattr(actor, name):
            rows.append((name, f"{getattr(actor, name):.2f}"))
    deals = ", ".join(f"{partner} ({_DEPTHS[depth]})" for partner, depth in actor.partners.items())
    rows.append(("partners", deals or "none"))
    body = "".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in rows)
    return f"<table><caption>{escape(actor.name)} ({escape(actor.id)})</caption>{body}</table>"
