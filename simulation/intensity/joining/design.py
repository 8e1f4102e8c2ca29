"""What a text and a state bring to the log odds of joining: the columns of the model, as pure functions.

The reach of a text hangs on how it is made (:func:`reach_features`); who joins, on the state and the
text together (:func:`state_features`). Both take arrays and small records, no world, so that a run can
call them as a forecast does.

Habits: how often a state joined earlier texts of the same domain, or of the same act, beyond the average. Each
earlier list counts by its age, half after six years, and tells of a state only that it joined more or less than the
mean of those who could. Sums and weights ship by state, so that habits can be carried to the day of a text without
the lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simulation.arithmetic import power
from simulation.intensity.joining.states import NAMES
from simulation.state import B, F

DOMAIN_GROUPS = ("digital", "security", "env", "rights", "trade", "other")
ACTS = ("treaty", "political")


class Coded(Protocol):
    """What the columns need to know of a text: a list of the record, or a text to be forecast."""

    @property
    def kind(self) -> str: ...
    @property
    def openness(self) -> str: ...
    @property
    def binding(self) -> bool: ...
    @property
    def ceremony(self) -> bool: ...
    @property
    def summit(self) -> bool: ...
    @property
    def domain(self) -> str: ...
    @property
    def stock(self) -> bool: ...
    @property
    def opens(self) -> date: ...
    @property
    def treaty(self) -> bool: ...
    @property
    def contested(self) -> bool: ...


REACH = {
    "everywhere": (-1.0, 2.0),
    "quiet": (-2.0, 1.0),
    "agency": (-0.5, 0.7),
    "leaders": (1.0, 0.7),
    "political": (0.0, 0.7),
    "at a summit": (0.3, 0.5),
    "invited": (-0.7, 0.7),
    "application": (-1.5, 0.7),
    "members": (1.0, 1.0),
    "attended": (1.0, 1.0),
    "several states": (0.0, 0.4),
    "organisation": (0.0, 0.5),
    "club": (-0.3, 0.5),
    "other camp": (0.0, 0.5),
    "binding call": (-0.3, 0.5),
    "environment": (0.0, 0.4),
    "environment call": (0.5, 0.7),
    "digital": (0.0, 0.4),
    "security": (0.0, 0.4),
    "stock": (1.0, 0.7),
    "stock by application": (0.5, 0.7),
}
"""Feature of a text's reach: prior mean and standard deviation, log odds of the average eligible state.

Prior means are small and round (assumption): what the size of a class should be is for the record to say.
"""


def reach_features(text: Coded, lean: float) -> F:
    """Features of reach in the order of :data:`REACH`, shape (len(REACH),).

    ``lean`` is the mean UN ideal point of those who convene; see :func:`lean_of`.
    """
    call = not text.treaty
    quiet = text.treaty and not text.ceremony
    on = {
        "everywhere": True,
        "quiet": quiet,
        "agency": text.kind == "agency" and not quiet,
        "leaders": text.treaty and text.summit,
        "political": call,
        "at a summit": call and text.summit,
        "invited": text.openness == "invited",
        "application": text.openness == "application",
        "members": text.openness == "members",
        "attended": text.openness == "attended",
        "several states": text.kind == "states",
        "organisation": text.kind == "regional" and text.openness != "members",
        "club": text.kind == "club",
        "other camp": call and lean < OTHER_CAMP and text.openness == "open",
        "binding call": call and text.binding and text.openness != "members",
        "environment": text.domain == "env",
        "environment call": call and text.domain == "env" and text.openness == "open",
        "digital": text.domain == "digital",
        "security": text.domain == "security",
        "stock": text.stock,
        "stock by application": text.stock and text.openness == "application",
    }
    return np.array([float(on[name]) for name in REACH])


OTHER_CAMP = 0.0
"""Ideal point of the conveners below which a call is not a Western one."""


CONTESTED = 0.5
"""How much the initiator of a text of the United Nations counts, against the sponsor of a call (assumption)."""


def lean_strength(text: Coded) -> float:
    """How much it counts who leads a text: 1 for a call, 0 for a text of the United Nations that is nobody's."""
    return 1.0 if not text.treaty else CONTESTED if text.contested else 0.0


def lean_of(text: Coded, votes: F, lead: B, house: B) -> float:
    """Mean ideal point of the leading states, else of the house; 0 for a text of the United Nations."""
    if not lean_strength(text):
        return 0.0
    return float(votes[lead].mean()) if lead.any() else float(votes[house].mean()) if house.any() else 0.0


@dataclass(frozen=True)
class Form:
    """Which columns a model has, and how wide their priors are (log odds).

    ``x`` are the state covariates of :data:`simulation.intensity.joining.states.NAMES`.
    """

    name: str = "full"
    covariates: float = 0.5
    by_act: float = 0.3
    by_lean: float = 0.3
    by_domain: float = 0.15
    own: float = 1.0
    near: float = 0.3
    kin: float = 0.3
    region: float = 0.3
    habit: float = 1.0
    state: float = 0.36
    state_by_act: float = 0.4
    slope: float = 0.25
    group: float = 0.35
    union: float = 0.8
    reach: float = 1.0
    prior_width: float = 0.6
    """Multiplies the prior standard deviations of :data:`REACH`."""

    def columns(self) -> tuple[tuple[str, float], ...]:
        """Name and prior standard deviation of each column of :func:`state_features`."""
        out = [(name, self.covariates) for name in NAMES]
        out += [(f"{name} x political", self.by_act) for name in NAMES]
        out += [(f"{name} x lean", self.by_lean) for name in NAMES]
        out += [(f"{name} x {d}", self.by_domain) for d in ("digital", "security") for name in NAMES]
        out += [("house", self.own), ("sponsor", self.own), ("nearness", self.near), ("region", self.region)]
        out += [("kinship", self.kin)]
        out += [("habit of domain", self.habit), ("habit of act", self.habit)]
        return tuple(out)


def state_features(text: Coded, x: F, lean: float, sponsors: B, house: B, group: NDArray[np.int64], kin: F, habit: F,
                   eligible: B) -> F:  # fmt: skip
    """Columns of every state for one text, each counted from its mean over the eligible.

    Parameters
    ----------
    x
        float64[s, len(NAMES)], covariates of the day.
    lean
        Mean ideal point of those who convene.
    sponsors, house, eligible
        bool[s].
    group
        int64[s], index of the group of states.
    kin
        float64[s, s], organisations that two states share; see :func:`simulation.intensity.joining.states.kinship`.
    habit
        float64[s, 2], habit of the domain and of the act.

    Returns
    -------
    float64[s, len(Form().columns())], of every state.
    """
    call, strength = float(not text.treaty), lean_strength(text)
    near = -np.abs(x[:, 0] - lean) * strength
    region = np.isin(group, group[sponsors]) * strength if sponsors.any() else np.zeros(len(x))
    lead = kin[sponsors].mean(axis=0) * strength if sponsors.any() else np.zeros(len(x))
    domain = [x * float(text.domain == name) for name in ("digital", "security")]
    columns = np.column_stack([
        x, x * call, x * lean * strength, *domain, house, sponsors, near, region, lead, habit,
    ])  # fmt: skip
    return np.asarray(columns - columns[eligible].mean(axis=0), float)


# --- habits: how often a state joined earlier texts of the same domain, or of the same act, beyond the average


HALF_LIFE = 6.0
PRIOR = 3.0
"""Weight of the average behind a habit, in lists of today."""
KINDS = (*DOMAIN_GROUPS, *ACTS)


def kinds_of(domain: str, treaty: bool) -> tuple[int, int]:
    """Index of the domain and of the act of a text."""
    return KINDS.index(domain), KINDS.index(ACTS[0] if treaty else ACTS[1])


def habit(excess: F, weight: F, domain: str, treaty: bool, years: float = 0.0) -> F:
    """Habit of the domain and of the act, shape (s, 2), ``years`` after the day of the sums."""
    chosen = list(kinds_of(domain, treaty))
    fade = float(power(0.5, years / HALF_LIFE))
    return np.asarray(fade * excess[:, chosen] / (PRIOR + fade * weight[:, chosen]))
