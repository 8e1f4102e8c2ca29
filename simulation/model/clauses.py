"""Clauses of a strategy's deals: when the focal state leaves one, and how it hedges between camps."""

from __future__ import annotations

import numpy as np

from simulation.model.levers import Targets
from simulation.processes.books import BREACH, EXPIRY, Terms, count_end, deals_of, end_deal, pot_of
from simulation.processes.compliance import Conduct
from simulation.processes.pull import layer_of
from simulation.state import CAMPS, I32, B, F, State


def shares_by_camp(state: State, focal: int) -> F:
    """Share (3,) of the commitments of the focal state's deals that each camp holds; those at home are in none."""
    depth = state.depth[focal].astype(np.float64)
    abroad = (state.camp >= 0) & (state.home != focal)
    total = float(depth.sum())
    held = np.bincount(state.camp[abroad], depth[abroad], len(CAMPS)).astype(np.float64)
    return np.asarray(held / total) if total > 0.0 else held


def hedge(state: State, most: float, focal: int, possible: B) -> None:
    """Close new and deeper deals with every camp that holds more than a share of the focal state's commitments.

    Parameters
    ----------
    most
        The share.
    possible
        (n, n) pairs that may sign this quarter; those of the focal state are closed in place.
    """
    above = np.flatnonzero(shares_by_camp(state, focal) > most)
    closed = np.isin(state.camp, above) & (state.home != focal)
    possible[focal, closed] = possible[closed, focal] = False


def use_exits(state: State, targets: Targets, conduct: Conduct, focal: int, rules: Terms) -> I32:
    """End the deals whose clause says so, at the price of leaving, and close the pair for good.

    A deal that the scenario plans stands as long as it plans.

    Returns
    -------
    I32
        (k, 2) partners that were left, and the rungs that were held.
    """
    left = []
    for j, last, on_breach in zip(targets.partner, targets.ends_with, targets.exits, strict=True):
        over = bool(state.quarter >= last)
        if not over and not (on_breach and _seen_to_break(conduct, int(j), focal)):
            continue
        depth = int(state.depth[focal, j])
        if state.planned[focal, j]:
            continue
        if depth > 0:
            layer = layer_of(state.kind, focal, int(j))
            for column in (state.purse[focal : focal + 1], state.pot[focal, pot_of(layer) : pot_of(layer) + 1]):
                column[:] = np.maximum(0.0, column - rules.leave[layer, depth])
            end_deal(deals_of(state), focal, int(j))
            count_end(state.lapsed, state.ended, EXPIRY if over else BREACH, focal, int(j))
            left.append((int(j), depth))
        state.allowed[focal, j] = state.allowed[j, focal] = False
    return np.array(left, np.int32).reshape(-1, 2)


def _seen_to_break(conduct: Conduct, j: int, focal: int) -> bool:
    """Whether a breach of j's promise to the focal state was seen this quarter."""
    start, partner = conduct.partners
    own = slice(start[j], start[j + 1])
    return bool((conduct.seen[own] & (partner[own] == focal)).any())
