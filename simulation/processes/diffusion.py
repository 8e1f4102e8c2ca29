"""C.9 Diffusion of positions along learning, competition, imitation, coercion and markets.

The channels are those of Simmons, Dobbin & Garrett (2006), with the pull of the EU's market
beside them (Bradford 2020). In each channel a state moves towards the weighted mean of the
positions it looks at; an anchor pulls it back to where it started.

The paradigm leaders hold their positions here: they are the sources of the paradigms that
diffuse, and an averaging rule without stubborn sources would make them converge by
construction. Firms, think tanks and civil society can still move a leader (C.10, C.11, C.13).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import borrowed, by_rows, sums_of_others
from simulation.processes.links import Links, links
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import I8, I32, B, F, State, by_column

_DIMENSIONS = 4
_LEARNING, _COMPETITION, _IMITATION, _COERCION = range(4)
Channels = tuple[float, float, float, float]
"""Weight of each channel between states, in the order of the constants above."""


def diffuse_positions(state: State, par: Parameters, mech: Mechanisms, partners: Links | None = None) -> None:
    """Moves the position of every state but the leaders by one quarter of diffusion (C.9).

    ``Δx_i = μ [Σ_c w_c Σ_j W^c_ij (x_j - x_i) / Σ_j W^c_ij + anchor (x_i(0) - x_i)]``. Weights W
    of the channels: learning, depth of the deal times the partner's capacity; competition,
    share in trade; imitation, likeness; coercion, depth of the deal times the size of the leader;
    market pull, towards the EU actor (the first leader) by the share of the EU in trade, which is
    not rescaled. A channel in which a state looks at nobody does not move it. All states move at
    once. Each new position is a convex combination of old ones, so positions stay in the initial hull.
    ``partners`` are the lists of the deals as they stand, if they are at hand.
    """
    if not mech.on("diffusion"):
        return
    channels = (par.learning_channel, par.competition_channel, par.imitation_channel, par.coercion_channel)
    pull = np.empty((state.s, _DIMENSIONS))
    by_rows(
        _pull_of_states, state.s, channels, state.position, partners or links(state.depth), state.depth,
        state.capacity, state.size, by_column(state.trade_share), by_column(state.peer_weight), state.leaders, pull,
    )  # fmt: skip
    _move(
        state.position, state.position_start, pull, state.leaders, state.trade_share_eu, par.market_pull,
        par.diffusion, par.anchor,
    )  # fmt: skip


@njit(cache=True, error_model="numpy", nogil=True)
def _pull_of_states(
    first: int, last: int, channels: Channels, position: F, partners: Links, depth: I8, capacity: F, size: F,
    trades: F, peers: F, leaders: I32, out: F,
) -> None:  # fmt: skip
    """Pull of the four channels between states, (s, 4); only ratios of weights matter in each.

    ``trades`` and ``peers`` (s, s) hold a row for each state that is looked at, so that the long
    loops run over those who look: several at a time, each with its sum in the same order.
    """
    partners, depth, trades, peers = borrowed((partners, depth, trades, peers))
    first = max(first, 0)
    s, own, leads, (start, partner) = trades.shape[0], last - first, _leads(leaders, depth.shape[0]), partners
    competition = _scales(channels[_COMPETITION], trades, first, last)
    imitation = _scales(channels[_IMITATION], peers, first, last)
    learning, coercion = np.zeros(own), np.zeros(own)
    for k in range(own):
        i = first + k
        for p in range(start[i], start[i + 1]):
            j = partner[p]
            if j < s:
                learning[k] += depth[i, j] * capacity[j]
                coercion[k] += depth[i, j] * size[j] * leads[j]
        learning[k] = _scale(channels[_LEARNING], learning[k])
        coercion[k] = _scale(channels[_COERCION], coercion[k])
    axis, pull, weight = position[:s].T.copy(), np.zeros((_DIMENSIONS, own)), np.empty(own)
    x0, x1, x2, x3 = axis[0, first:last], axis[1, first:last], axis[2, first:last], axis[3, first:last]
    pull0, pull1, pull2, pull3 = pull[0], pull[1], pull[2], pull[3]  # views are costly to make in the loop
    for j in range(s):
        _weigh(competition, trades[j, first:last], imitation, peers[j, first:last], weight)
        for p in range(start[j], start[j + 1]):
            i = partner[p]
            if first <= i < last:
                weight[i - first] += learning[i - first] * depth[i, j] * capacity[j]
                weight[i - first] += coercion[i - first] * depth[i, j] * size[j] * leads[j]
        _attract(weight, x0, axis[0, j], pull0)
        _attract(weight, x1, axis[1, j], pull1)
        _attract(weight, x2, axis[2, j], pull2)
        _attract(weight, x3, axis[3, j], pull3)
    for k in range(own):
        for d in range(_DIMENSIONS):
            out[first + k, d] = pull[d, k]


@njit(cache=True, error_model="numpy")
def _leads(leaders: I32, n: int) -> B:
    """Whether each of n actors is a leader."""
    leads = np.zeros(n, np.bool_)
    for leader in leaders:
        leads[leader] = True
    return leads


@njit(cache=True, error_model="numpy")
def _weigh(competition: F, trades: F, imitation: F, peers: F, out: F) -> None:
    """How much each state looks at one other for its trade and its likeness, written to ``out`` (s,)."""
    for i in range(out.size):
        out[i] = competition[i] * trades[i] + imitation[i] * peers[i]


@njit(cache=True, error_model="numpy")
def _attract(weight: F, axis: F, there: float, out: F) -> None:
    """Add the pull of one state on one dimension of everybody's position to ``out`` (s,)."""
    for i in range(out.size):
        out[i] += weight[i] * (there - axis[i])


@njit(cache=True, error_model="numpy")
def _scales(channel: float, weights: F, first: int, last: int) -> F:
    """:func:`_scale` of some states, from what each looks at: a column of ``weights``, itself left out."""
    total = sums_of_others(weights, first, last)
    for i in range(total.size):
        total[i] = _scale(channel, total[i])
    return total


@njit(cache=True, error_model="numpy", inline="always")
def _scale(channel: float, total: float) -> float:
    """Weight of a channel for one unit of its own weights; 0 where a state looks at nobody."""
    return channel / total if total > 0.0 else 0.0


@njit(cache=True, error_model="numpy")
def _move(
    position: F, start: F, pull: F, leaders: I32, trade_share_eu: F, market: float, speed: float, anchor: float
) -> None:
    """Move all but the leaders by the pull of states, of the EU's market and of where they started."""
    leads = _leads(leaders, position.shape[0])
    for i in range(pull.shape[0]):
        if leads[i]:
            continue
        for d in range(_DIMENSIONS):
            if leaders.size > 0:  # the EU is the first, and does not move
                pull[i, d] += market * trade_share_eu[i] * (position[leaders[0], d] - position[i, d])
            step = pull[i, d] + anchor * (start[i, d] - position[i, d])
            # the bounds only undo rounding: the step is convex
            position[i, d] = min(1.0, max(0.0, position[i, d] + speed * step))
