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
from numpy.typing import NDArray

from simulation.processes.links import Links, links
from simulation.randomness import Draws
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import State

F = NDArray[np.float64]

_DIMENSIONS = 4
_CHANNELS = 5
_LEARNING, _COMPETITION, _IMITATION, _COERCION, _MARKET = range(_CHANNELS)


def diffuse_positions(state: State, par: Parameters, mech: Mechanisms, draws: Draws | None = None) -> None:
    """Moves the position of every state but the leaders by one quarter of diffusion (C.9).

    ``Δx_i = μ [Σ_c w_c Σ_j W^c_ij (x_j - x_i) / Σ_j W^c_ij + anchor (x_i(0) - x_i)]``. Weights W
    of the channels: learning, depth of the deal times the partner's capacity; competition,
    share in trade; imitation, likeness; coercion, depth of the deal times the size of the leader;
    market pull, towards the EU actor (the first leader) by the share of the EU in trade, which is
    not rescaled. A channel in which a state looks at nobody does not move it. All states move at
    once. Each new position is a convex combination of old ones, so positions stay in the initial hull.
    """
    if not mech.on("diffusion"):
        return
    channels = _channel_weights(par)
    leads = np.zeros(state.n, np.bool_)
    leads[state.leaders] = True
    pull = np.zeros((state.s, _DIMENSIONS))
    _pull_of_states(
        pull,
        channels,
        state.position,
        links(state.depth),
        state.depth,
        state.capacity,
        state.size,
        state.trade_share,
        state.peer_weight,
        leads,
    )
    if len(state.leaders) > 0:
        market = channels[_MARKET]
        _pull_of_market(pull, state.position, state.trade_share_eu, int(state.leaders[0]), market)
    _move(state.position, state.position_start, pull, leads, par.diffusion, par.anchor)


def _channel_weights(par: Parameters) -> F:
    """Weight of each channel, shape (5,), in the order of the constants above."""
    between_states = (
        par.learning_channel,
        par.competition_channel,
        par.imitation_channel,
        par.coercion_channel,
    )
    return np.array([*between_states, par.market_pull])


@njit(cache=True, error_model="numpy")
def _pull_of_states(
    pull: F,
    channels: F,
    position: F,
    partners: Links,
    depth: NDArray[np.int8],
    capacity: F,
    size: F,
    trade_share: F,
    peer_weight: F,
    leads: NDArray[np.bool_],
) -> None:
    """Adds the pull of the four channels between states; only ratios of weights matter in each."""
    s = pull.shape[0]
    weight = np.empty(s)
    for i in range(s):
        mine = partners.partner[partners.start[i] : partners.start[i + 1]]
        learning = coercion = 0.0
        for j in mine:
            if j < s:
                learning += depth[i, j] * capacity[j]
                coercion += depth[i, j] * size[j] * leads[j]
        trades, peers = trade_share[i], peer_weight[i]
        traded, heeded = -trades[i], -peers[i]  # a state does not look at itself
        for j in range(s):
            traded += trades[j]
            heeded += peers[j]
        competition, imitation = _scale(channels[_COMPETITION], traded), _scale(channels[_IMITATION], heeded)
        for j in range(s):
            weight[j] = competition * trades[j] + imitation * peers[j]
        for j in mine:
            if j < s:
                weight[j] += _scale(channels[_LEARNING], learning) * depth[i, j] * capacity[j]
                weight[j] += _scale(channels[_COERCION], coercion) * depth[i, j] * size[j] * leads[j]
        x0, x1, x2, x3 = position[i]
        p0 = p1 = p2 = p3 = 0.0
        for j in range(s):
            p0 += weight[j] * (position[j, 0] - x0)
            p1 += weight[j] * (position[j, 1] - x1)
            p2 += weight[j] * (position[j, 2] - x2)
            p3 += weight[j] * (position[j, 3] - x3)
        pull[i] += np.array((p0, p1, p2, p3))


@njit(cache=True, error_model="numpy", inline="always")
def _scale(channel: float, total: float) -> float:
    """Weight of a channel for one unit of its own weights; 0 where a state looks at nobody."""
    return channel / total if total > 0.0 else 0.0


@njit(cache=True, error_model="numpy")
def _pull_of_market(pull: F, position: F, trade_share_eu: F, eu: int, market: float) -> None:
    for i in range(pull.shape[0]):
        for d in range(_DIMENSIONS):
            pull[i, d] += market * trade_share_eu[i] * (position[eu, d] - position[i, d])


@njit(cache=True, error_model="numpy")
def _move(position: F, start: F, pull: F, leads: NDArray[np.bool_], speed: float, anchor: float) -> None:
    for i in range(pull.shape[0]):
        if leads[i]:
            continue
        for d in range(_DIMENSIONS):
            step = pull[i, d] + anchor * (start[i, d] - position[i, d])
            # the bounds only undo rounding: the step is convex
            position[i, d] = min(1.0, max(0.0, position[i, d] + speed * step))
