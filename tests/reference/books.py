"""C.2 What a deal is: prices, terms and rungs by the kind of partner, and how like two are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from simulation.data.tables import judged
from tests.reference.draws import logistic
from tests.reference.trust import affinity
from tests.reference.world import Actor, World


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds of deals with one kind of partner."""

    shortest: int  # quarters of a term
    longest: int
    renewed: float
    shares: tuple[float, float, float]  # of first signings by depth
    deepest: int
    sign: tuple[float, ...]  # price by depth
    keep: tuple[float, ...]  # price of a quarter by depth
    lock_in: float  # log odds of renewal, of a programme and deeper
    exit: float  # share of the price of signing that leaving it costs a state
    at_once: int  # engagements that one of this kind can run, 0 any number

    def odds_of_renewal(self, depth: int) -> float:
        """C.10: presence, a programme or deeper, is sunk."""
        return math.log(self.renewed / (1.0 - self.renewed)) + (self.lock_in if depth >= 2 else 0.0)

    def leaving(self, depth: int) -> float:
        """What it costs a state when money ends it."""
        return self.exit * self.sign[depth] if depth >= 2 else 0.0

    def first_term(self, luck: float) -> int:
        """Quarters, evenly between the shortest and the longest."""
        return self.shortest + int(luck * (self.longest - self.shortest + 1))

    def first_rung(self, luck: float, gain: float) -> int:
        """Depth of a first signing; likeness adds to the log odds of either step up."""
        _, second, third = self.shares
        deeper = raised(second + third, gain)
        binding = deeper * (raised(third / (second + third), gain) if third > 0.0 else 0.0)
        return min(1 + (luck < deeper) + (luck < binding), self.deepest)


def raised(chance: float, gain: float) -> float:
    """A chance whose log odds are raised; what never or always happens does whatever is added."""
    return chance if chance in (0.0, 1.0) else logistic(math.log(chance / (1.0 - chance)) + gain)


def rules_of(w: World, kind: str) -> Rules:
    """The tables of a kind, with the scenario's chance of renewal and its prices."""
    return _rules(kind, w.par.renewal, w.par.prices if w.on("budget") else 0.0, w.on("presence"))


def usual_rules(w: World, kind: str) -> Rules:
    """The same at the prices of the tables."""
    return _rules(kind, w.par.renewal, 1.0, True)


@cache
def _rules(kind: str, renewal: float, price: float, presence: bool) -> Rules:
    rows = {row["kind"]: row for row in judged("terms")}
    row, usual = rows[kind], rows["state"]["renewed"]
    prices = {(p["kind"], int(p["depth"])): p for p in judged("prices")}
    sign, keep = (
        (0.0, *(price * float(prices[kind, depth][what]) for depth in (1, 2, 3))) for what in ("sign", "keep")
    )
    renewed = renewal if row["renewed"] == usual else float(row["renewed"])
    first, second, third = (float(row[depth]) for depth in ("memorandum", "programme", "binding"))
    lock_in, leave = (float(row[what]) if presence else 0.0 for what in ("lock_in", "exit"))
    return Rules(
        int(row["shortest"]), int(row["longest"]), renewed, (first, second, third), int(row["deepest"]), sign, keep,
        lock_in, leave, int(row["at_once"]),
    )  # fmt: skip


def likeness(w: World, i: Actor, j: Actor) -> float:
    """ã: log affinity of a pair (mean of both sides), in standard deviations over states at the start, within ±2.5."""
    both = (math.log(affinity(w, i, j.position)) + math.log(affinity(w, j, i.position))) / 2.0
    return min(2.5, max(-2.5, (both - w.likeness_mean) / w.likeness_sd))
