"""Which agreed contracts were signed, read off the order, the budgets and the publics of one quarter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from simulation.arithmetic import ordered_sum
from simulation.model.negotiations import Talks
from simulation.processes.contracts import ROUNDING, signing_order
from simulation.processes.links import rungs
from simulation.randomness import Draws, Stream, uniform
from simulation.scenario.parameters import Parameters
from simulation.state import I8, MAX_DEPTH, F, State

Pair = tuple[int, int]


@dataclass(frozen=True)
class Settled:
    """What became of one contract.

    Attributes
    ----------
    left, due
        By party, budget left when its turn came and the price of its own new rungs.
    raised
        Pairs that rose by a rung.
    reason
        Empty if any rose; else ``budget``, ``public``, or ``moved``: the pair had moved already this quarter.
    refused_by
        Who could not pay, or whose public said no.
    chance, luck
        Of the public that said no.
    """

    left: Mapping[int, float]
    due: Mapping[int, float]
    raised: tuple[Pair, ...]
    reason: str = ""
    refused_by: tuple[int, ...] = ()
    chance: float = float("nan")
    luck: float = float("nan")


def price(par: Parameters, depth: int) -> float:
    """What the rung above a depth costs each party: set-up and its first upkeep."""
    return par.setup_cost * (1.0 + depth) + par.upkeep_cost


def after_upkeep(state: State, par: Parameters, depth: I8) -> F:
    """Budgets less upkeep of what stands before anything is signed, (n,)."""
    left: F = state.budget - par.upkeep_cost * rungs(depth)
    return left


def settle(talks: Talks, state: State, par: Parameters, draws: Draws, depth: I8) -> list[Settled]:
    """What became of each contract of ``talks.parties``, in that order.

    Parameters
    ----------
    depth
        (n, n) just before signing.
    """
    left, now = after_upkeep(state, par, depth), depth.astype(int)
    moved: set[Pair] = set()
    result: dict[int, Settled] = {}
    for c in signing_order(state.uid, talks.parties, talks.surplus).tolist():
        parties = tuple(int(a) for a in talks.parties[c] if a >= 0)
        pairs = [(min(a, b), max(a, b)) for a, b in combinations(parties, 2)]
        level = min(MAX_DEPTH, 1 + min(int(now[pair]) for pair in pairs))
        new = [pair for pair in pairs if now[pair] < level and pair not in moved]
        due = {a: ordered_sum(price(par, int(now[pair])) for pair in new if a in pair) for a in parties}
        had = {a: float(left[a]) for a in parties}
        poor = tuple(a for a in parties if due[a] > had[a] + ROUNDING)
        if poor or not new:
            result[c] = Settled(had, due, (), "budget" if poor else "moved", poor)
            continue
        no = {pair: _refusal(talks, state, draws, pair) for pair in new} if level == MAX_DEPTH else {}
        raised = tuple(pair for pair in new if no.get(pair) is None)
        for a, b in raised:
            for x, y in ((a, b), (b, a)):
                left[x] -= price(par, int(now[x, y]))
                now[x, y] += 1
        moved.update(raised)
        first = next((refusal for refusal in no.values() if refusal is not None), None)
        if raised or first is None:
            result[c] = Settled(had, due, raised)
        else:
            result[c] = Settled(had, due, (), "public", (first[0],), first[1], first[2])
    return [result[c] for c in range(len(result))]


def _refusal(talks: Talks, state: State, draws: Draws, pair: Pair) -> tuple[int, float, float] | None:
    """Whose public refuses a binding deal of the pair, its probability of a yes, its luck."""
    key = draws.key(Stream.RATIFICATION)
    for x, y in (pair, pair[::-1]):
        luck = float(uniform(key, state.uid[x], state.uid[y]))
        if talks.support[x] < 1.0 and luck >= talks.support[x]:
            return x, float(talks.support[x]), luck
    return None
