"""The decisions that can be replaced, one entry a hook; the method itself is on the class it names."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hook:
    """One decision of an actor.

    Attributes
    ----------
    name, owner
        The method, and the class that has its default.
    unit
        What the returned number means.
    low, high
        Least and greatest value of the returned number (of each number, for a mapping).
    asked
        When, and about what.
    section
        Part of the model description.
    """

    name: str
    owner: str
    unit: str
    low: float
    high: float
    asked: str
    section: str

    @property
    def range(self) -> str:
        """The bounds as an interval."""
        return f"[{self.low:g}, {self.high:g}" + (")" if math.isinf(self.high) else "]")


_TABLE = (
    Hook(
        "partner_utility", "Actor", "utility U, in nats", -50.0, 50.0,
        "each quarter about every other actor, before rivalry", "C.2",
    ),
    Hook(
        "bids", "StateActor", "worth W of winning a state, in nats", 0.0, math.inf,
        "each quarter, of the three paradigm leaders, about each state that may deal with it and is not fully aligned",
        "C.3",
    ),
    Hook(
        "choose_tracks", "Actor", "weight of each track; rescaled to shares that sum to one", 0.0, math.inf,
        "each quarter", "C.8",
    ),
    Hook(
        "accepts", "Actor", "probability of consent", 0.0, 1.0,
        "for each approach made to the actor", "C.2",
    ),
    Hook(
        "renews", "Actor", "probability of renewal", 0.0, 1.0,
        "for each deal of the actor whose term is over; the lower answer of both sides counts", "C.2",
    ),
    Hook(
        "consulted_by", "NGO", "engagements that the one with a state counts for", 0.0, 1.0,
        "each quarter about each state that the NGO works with", "C.12",
    ),
    Hook(
        "votes", "StateActor", "probability of a yes", 0.0, 1.0,
        "when a bloc of the state votes, unless distrust has settled its vote", "C.6",
    ),
    Hook(
        "joins", "StateActor", "probability of joining this quarter", 0.0, 1.0,
        "each quarter about each open instrument that the state may join and has not joined", "C.7",
    ),
    Hook(
        "keeps_promise", "Actor", "probability of keeping a deal for a year", 0.0, 1.0,
        "each quarter about each partner", "C.5",
    ),
    Hook(
        "campaign_message", "Influencer", "opinion it spreads", 0.0, 1.0,
        "each quarter about each state for which it runs a campaign", "C.13",
    ),
)  # fmt: skip

HOOKS: dict[str, Hook] = {hook.name: hook for hook in _TABLE}
"""Every hook by name, in the order of the quarter."""
