"""Small random worlds for tests: a valid :class:`State` without any data file.

``small_state`` makes states, the EU and a mix of other actors with plausible random columns.
Every choice is drawn from one NumPy generator seeded by the test, so a test can be repeated.
``with_inert_actor`` and ``relabelled`` make the twin worlds of X9 and X7.
"""

from __future__ import annotations

import copy
from dataclasses import fields, replace

import numpy as np

from simulation.kernels import stable_hash
from simulation.processes.needs import note_start
from simulation.processes.pull import remember
from simulation.state import FIRM, KINDS, NEVER, STATE, State

OTHER_KINDS = KINDS[1:]


def _columns(*starts: str) -> tuple[str, ...]:
    """Names of the columns whose shape starts so."""
    shaped = ((entry.name, entry.metadata.get("shape", "")) for entry in fields(State))
    return tuple(name for name, shape in shaped if shape.startswith(starts))


_PAIRS = _columns("n n")
_RINGS = _columns("4 n n")
_ROWS = tuple(name for name in _columns("n") if name not in _PAIRS)
_COLUMNS = _columns("b n", "q n")
_BLANK = {entry.name: entry.metadata["blank"] for entry in fields(State) if "blank" in entry.metadata}


def small_state(
    n_states: int = 8,
    n_others: int = 6,
    rng_seed: int = 1,
    *,
    n_blocs: int = 3,
    n_instruments: int = 4,
) -> State:
    """A random valid state of ``n_states`` UN members, the EU and ``n_others`` other actors.

    The others cycle through firm, think tank, NGO, influencer, secretariat. The leaders
    are the EU and the first two states (fewer where there are fewer).
    Instrument 0 is a civil declaration open from the start to the end, the others vary.

    Returns
    -------
    State
        With ``s = n_states + 1`` rows for states (the EU last) and ``n = s + n_others`` actors.
        Deals in force are in the ledger, with as many others that have ended. ``trust_hat`` is direct trust,
        ``trust_reference`` too: nothing has happened that was not to be expected.
    """
    rng = np.random.default_rng(rng_seed)
    s, n = n_states + 1, n_states + 1 + n_others
    ids = (
        *(f"S{i:02d}" for i in range(n_states)),
        "EU",
        *(f"{OTHER_KINDS[i % 5]}_{i}" for i in range(n_others)),
    )
    kind = np.array([STATE] * s + [1 + i % 5 for i in range(n_others)], np.int8)
    columns = {
        **_who(rng, ids, kind, s),
        **_actors(rng, kind, s),
        **_pairs(rng, kind, s),
        **_blocs(rng, n_states, n, n_blocs),
        **_instruments(rng, n_states, n, n_instruments),
    }
    columns |= _intensity(rng, kind, columns["allowed"])
    columns |= _ledger(rng, kind, columns["depth"])
    state = State(ids=ids, kind=kind, **columns)  # type: ignore[arg-type]
    state.position_start, state.transparency_ref = state.position.copy(), state.transparency.copy()
    state.prior_ref, state.purse = state.trust_prior.copy(), state.budget.copy()
    state.capacity_start, state.budget_start = state.capacity.copy(), state.budget.copy()
    note_start(state)
    state.alpha_ref, state.beta_ref = state.alpha.copy(), state.beta.copy()
    remember(state)
    mass = state.alpha + state.beta
    state.trust_hat = np.divide(state.alpha, mass, out=np.zeros((n, n)), where=mass > 0)
    state.trust_reference = state.trust_hat.copy()
    state.peer_weight = rng.uniform(0.1, 1.0, (s, s))
    np.fill_diagonal(state.peer_weight, 0.0)
    return state


def with_inert_actor(state: State, name: str = "inert_org", kind: int = 2) -> State:
    """A copy with one more actor that offers, needs, owns and joins nothing (X9)."""
    n, grown = state.n, {}
    for column in _ROWS:
        rows = getattr(state, column)
        grown[column] = np.concatenate([rows, np.full_like(rows[:1], _BLANK[column])])
    for column in _PAIRS:
        pairs = getattr(state, column)
        grown[column] = np.full((n + 1, n + 1, *pairs.shape[2:]), _BLANK[column], pairs.dtype)
        grown[column][:n, :n] = pairs
    for column in _RINGS:
        grown[column] = np.pad(getattr(state, column), ((0, 0), (0, 1), (0, 1)))
    for column in _COLUMNS:
        rows = getattr(state, column)
        grown[column] = np.concatenate([rows, np.full_like(rows[:, :1], _BLANK[column])], axis=1)
    grown["uid"][n], grown["kind"][n] = stable_hash(name), kind
    twin = replace(copy.deepcopy(state), ids=(*state.ids, name), **grown)
    twin.camp[n] = -1
    twin.weight[n] = 0.25
    return twin


def relabelled(state: State, order: np.ndarray) -> State:
    """A copy whose row ``r`` is row ``order[r]`` of ``state``; states must stay before the others (X7)."""
    twin = copy.deepcopy(state)
    order = np.asarray(order)
    back = np.argsort(order)
    s = state.s
    for column in _ROWS:
        setattr(twin, column, getattr(state, column)[order].copy())
    for column in _PAIRS:
        setattr(twin, column, getattr(state, column)[np.ix_(order, order)].copy())
    for column in _RINGS:
        setattr(twin, column, getattr(state, column)[:, order[:, None], order].copy())
    for column in _COLUMNS:
        setattr(twin, column, getattr(state, column)[:, order].copy())
    for column in ("trade_share", "peer_weight"):
        setattr(twin, column, getattr(state, column)[np.ix_(order[:s], order[:s])].copy())
    twin.trade_share_eu = state.trade_share_eu[order[:s]].copy()
    twin.opinion = state.opinion[order[:s]].copy()
    twin.audience = state.audience[np.ix_(order, order[:s])].copy()
    twin.ledger[:, :2] = back[state.ledger[:, :2]]
    twin.ids = tuple(state.ids[r] for r in order)
    twin.leaders = back[state.leaders].astype(np.int32)
    twin.home = np.where(twin.home >= 0, back[np.maximum(twin.home, 0)], -1).astype(np.int32)
    return twin


def same_state(one: State, other: State) -> list[str]:
    """Names of the columns in which two states of the same shape differ in any bit."""
    return [f.name for f in fields(one) if not _same(getattr(one, f.name), getattr(other, f.name))]


def _same(one: object, other: object) -> bool:
    return np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other


def _who(rng: np.random.Generator, ids: tuple[str, ...], kind: np.ndarray, s: int) -> dict[str, object]:
    n, states = len(ids), kind == STATE
    home = np.where(states, np.arange(n), rng.integers(0, max(1, s - 1), n)).astype(np.int32)
    home[kind == 5] = -1
    camp = np.where(states, rng.integers(-1, 3, n), -1).astype(np.int8)
    camp[~states & (home >= 0)] = camp[home[~states & (home >= 0)]]
    allowed = ~np.eye(n, dtype=bool)
    trade = rng.random((2, s, s))[1] * ~np.eye(s, dtype=bool)
    return {
        "uid": np.array([stable_hash(name) for name in ids], np.uint64),
        "un_member": np.arange(n) < s - 1,
        "in_union": np.arange(n) % 4 == 3,
        "home": home,
        "camp": camp,
        "leaders": np.array([s - 1, 0, 1][: min(3, s)], np.int32),
        "size": np.where(states, rng.random(n), 0.0),
        "objectivity": np.where(states, 1.0, 0.7),
        "research": np.where(kind == 1, rng.random(n), 0.0),
        "trust_prior": rng.uniform(0.25, 0.8, (n, n)) * allowed,
        "trade_share": trade / trade.sum(axis=1, keepdims=True),
        "trade_share_eu": rng.random(s),
        "strategic_weight": np.where(states, rng.random(n), 0.0),
        "allowed": allowed,
    }


def _actors(rng: np.random.Generator, kind: np.ndarray, s: int) -> dict[str, object]:
    n, states = len(kind), kind == STATE
    weight = rng.uniform(0.5, 1.5, (n, 4))
    capacity = np.where(states, rng.uniform(0.1, 0.9, n), 0.0)
    budget = np.where(states, rng.uniform(0.5, 4.0, n), 0.5)
    decay = np.divide(0.006 * (1 - capacity) * np.minimum(1, budget), capacity, where=states, out=np.zeros(n))
    opinion = np.sort(rng.random((s, 101)), axis=1)
    audience = np.where((kind == 4)[:, None], rng.random((n, s)), 0.0)
    return {
        "position": rng.random((n, 4)),
        "weight": weight / weight.sum(axis=1, keepdims=True),
        "capacity": capacity,
        "capacity_decay": decay,
        "transparency": rng.uniform(0.2, 0.9, n),
        "adoption": np.where(states, rng.random(n), 0.0),
        "urgency": np.where(states, 0.5 * rng.random(n), 0.0),
        "budget": budget,
        "supply": rng.random((n, 4)),
        "coverage_rest": np.where(states, rng.uniform(0.3, 0.9, n), 0.0),
        "free_press": states & (rng.random(n) < 0.5),
        "norm": states & (rng.random(n) < 0.2),
        "norm_threshold": rng.uniform(0.1, 0.6, n),
        "opinion": opinion,
        "stance": np.where(kind == 4, rng.random(n), 0.0),
        "campaign_line": np.where(states, rng.random(n), 0.0),
        "campaign_weight": np.where(states & (rng.random(n) < 0.5), 0.5, 0.0),
        "campaign_open": states & (rng.random(n) < 0.5),
        "audience": audience,
    }


def _pairs(rng: np.random.Generator, kind: np.ndarray, s: int) -> dict[str, object]:
    n = len(kind)
    upper = np.triu(rng.random((n, n)) < 0.2, 1)
    depth = np.where(upper, rng.integers(1, 4, (n, n)), 0)
    depth = (depth + depth.T).astype(np.int8)
    made = depth > 0
    prior = rng.uniform(0.25, 0.8, (n, n)) * ~np.eye(n, dtype=bool)
    terms = rng.random((n, n, 4))
    return {
        "depth": depth,
        "track": np.where(made, 0, -1).astype(np.int8),
        "since": np.where(made, -1, NEVER).astype(np.int32),
        "until": np.where(made, 4, NEVER).astype(np.int32),
        "held": made.astype(np.int8),
        "alpha": 4.0 * prior,
        "beta": 4.0 * (1.0 - prior) * ~np.eye(n, dtype=bool),
        "terms": (terms + terms.transpose(1, 0, 2)) / 2 * made[:, :, None],
    }


def _intensity(rng: np.random.Generator, kind: np.ndarray, allowed: np.ndarray) -> dict[str, object]:
    """Why actors turn to each other: every pair has its own utility; organisations that are no firms only answer."""
    n, layers = len(kind), len(KINDS)
    share = np.triu(rng.uniform(0.3, 1.0, (n, n)), 1)
    zeal = np.where((kind == STATE)[:, None], rng.uniform(0.5, 2.0, (n, layers)), 0.0)
    zeal[kind == FIRM, FIRM] = rng.uniform(0.5, 2.0, int((kind == FIRM).sum()))
    return {
        "base": rng.normal(0.0, 1.0, (n, n)) * allowed,
        "recorded": share + share.T + np.eye(n),
        "zeal": zeal,
        "reluctance": rng.uniform(0.0, 1.0, layers),
        "draw_of_busy": rng.uniform(0.0, 0.5, layers),
        "draw_of_past": rng.uniform(0.0, 0.5, layers),
        "draw_of_recent": rng.uniform(0.0, 0.5, layers),
        "attraction": rng.normal(0.0, 0.3, n) * np.isin(kind, (STATE, FIRM)),
        "course": np.full((5, layers), 2.0),
        "track_start": np.where((kind == STATE)[:, None], np.full((n, 5), 0.2), 0.0),
        "track_share": np.where((kind == STATE)[:, None], np.full((n, 5), 0.2), 0.0),
        "promise_start": np.where((kind == STATE)[:, None], rng.uniform(0.5, 1.5, (n, 5)), 0.0),
    }


def _ledger(rng: np.random.Generator, kind: np.ndarray, depth: np.ndarray) -> dict[str, object]:
    """Signings behind the deals in force, a quarter old, and as many of other pairs that have ended."""
    made = np.argwhere(np.triu(depth > 0, 1))
    free = np.argwhere(np.triu((depth == 0) & (kind == STATE)[:, None] & (kind <= FIRM), 1))
    ended = free[rng.permutation(len(free))[: len(made)]]
    rows = np.concatenate([made, ended])
    when = np.where(np.arange(len(rows)) < len(made), -1, rng.integers(-30, -10, len(rows)))
    return {
        "ledger": np.column_stack([rows, when]).astype(np.int32),
        "ledger_weight": rng.uniform(0.5, 1.0, len(rows)),
    }


def _blocs(rng: np.random.Generator, n_states: int, n: int, b: int) -> dict[str, object]:
    member = np.zeros((b, n), bool)
    member[:, :n_states] = rng.random((b, n_states)) < 0.5
    ids = tuple(f"bloc_{k}" for k in range(b))
    rule = np.arange(b) % 3
    return {
        "bloc_ids": ids,
        "bloc_uid": np.array([stable_hash(name) for name in ids], np.uint64),
        "member": member,
        "bloc_rule": rule.astype(np.int8),
        "bloc_threshold": np.array([1.0, 0.5, 0.667])[rule],
        "bloc_agenda": rng.uniform(0.1, 0.6, b),
        "bloc_enforcement": rng.uniform(0.1, 0.9, b),
        "bloc_salience": np.ones(b),
        "bloc_regional": np.arange(b) % 3 != 2,
    }


def _instruments(rng: np.random.Generator, n_states: int, n: int, q: int) -> dict[str, object]:
    eligible = np.zeros((q, n), bool)
    eligible[:, :n_states] = rng.random((q, n_states)) < 0.8
    eligible[:1, :n_states] = True
    joined = eligible & (rng.random((q, n)) < 0.3)
    sponsor = np.zeros((q, n), bool)
    sponsor[np.arange(q), rng.integers(0, max(1, n_states), q)] = True
    if n > n_states + 5:
        sponsor[:1] = False
        sponsor[:1, n_states + 5] = True  # a secretariat convenes the first
    ids = tuple(f"instrument_{k}" for k in range(q))
    binding = np.arange(q) % 2 == 1
    standing = np.zeros((q, n))
    standing[:, :n_states] = 2.0 * rng.random((5, n_states))[np.arange(q) % 5] - 1.0
    return {
        "instrument_ids": ids,
        "instrument_uid": np.array([stable_hash(name) for name in ids], np.uint64),
        "eligible": eligible,
        "joined": joined,
        "join_quarter": np.where(joined, -1, NEVER).astype(np.int32),
        "opens": np.where(np.arange(q) == 2, 4, -8).astype(np.int32),
        "closes": np.full(q, 10_000, np.int32),
        "sponsor": sponsor,
        "binding": binding,
        "needed": np.where(binding, 5, 0).astype(np.int32),
        "instrument_enforcement": rng.uniform(0.1, 0.9, q),
        "instrument_regional": np.arange(q) % 4 == 3,
        "instrument_position": rng.random((q, 4)),
        "instrument_domain": (np.arange(q) % 5).astype(np.int8),
        "reach": np.full(q, -1.0),
        "launch_standing": standing,
        "pace": np.full((q, 4), -4.0),
        "pace_standing": 0.7 * standing,
        "pace_by_share": np.full(q, 0.1),
    }
