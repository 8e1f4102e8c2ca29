"""The bridge: plain actors from the columns of a State, and the columns that they stand for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.model import GovernanceModel
from simulation.state import CAMPS, DOMAINS, INCIDENT_KINDS, KINDS, NEVER, State
from simulation.state import TRACKS as TRACK_NAMES
from tests.reference.contracts import plans_of
from tests.reference.quarter import Oracle
from tests.reference.world import INCIDENTS, TRACKS, Actor, Bloc, Deal, Opinion, Text, World

assert TRACKS == TRACK_NAMES
assert INCIDENTS == INCIDENT_KINDS
assert len(CAMPS) == 3
RULES = ("unanimity", "consensus", "majority")
Columns = dict[str, Any]

# columns of numbers: (name in State, name in Actor)
_NUMBERS = {
    name: name
    for name in (
        "size", "objectivity", "research", "strategic_weight", "capacity", "capacity_decay", "transparency",
        "oversight", "adoption", "local_share", "local_funding", "agency", "urgency", "budget", "uncut", "slots",
        "commitments", "norm", "norm_threshold", "stance", "disclosed", "payment", "conceded", "learns",
        "open_slots", "load", "capture", "compliance", "wave", "harm_memory", "net_benefit", "shield", "breaches",
        "lapsed", "capture_drift", "camp", "un_member", "in_union", "uid", "free_press", "transparency_ref", "watch",
    )
}  # fmt: skip
OPINION = {
    "alpha": "alpha", "beta": "beta", "trust_prior": "prior",
    "alpha_ref": "alpha_ref", "beta_ref": "beta_ref", "prior_ref": "prior_ref",
}  # fmt: skip
"""Columns of what one actor thinks of another, in the order of :class:`Opinion`."""
_VECTORS = ("position", "position_start", "weight", "offers", "needs")
_BY_TRACK = {
    "track_success": "success", "track_first_wait": "first_wait", "propensity": "propensity",
    "track_allowed": "track_allowed", "track_share": "track_share", "slots_by_track": "slots_by_track",
    "formed": "formed", "reward": "reward",
}  # fmt: skip
_BY_INCIDENT = ("incidents", "incidents_total")
_BLOC = {
    "bloc_uid": "uid", "bloc_depth": "depth", "bloc_threshold": "threshold", "bloc_agenda": "agenda",
    "bloc_enforcement": "enforcement", "bloc_salience": "salience", "bloc_regional": "regional",
    "bloc_last_passed": "last_passed", "bloc_tabled": "tabled", "bloc_passed": "passed",
}  # fmt: skip
_TEXT = {
    "instrument_uid": "uid", "opens": "opens", "closes": "closes", "binding": "binding", "in_force": "in_force",
    "needed": "needed", "instrument_enforcement": "enforcement", "instrument_regional": "regional",
    "instrument_position": "position", "instrument_club": "club", "reach_intercept": "intercept",
}  # fmt: skip
_SCALARS = {"quarter": "quarter", "capability": "capability", "surge": "surge", "world_governance": "governance"}


def oracle_of(model: GovernanceModel) -> Oracle:
    """An oracle that starts where a model now stands (before its first quarter)."""
    state, scenario = model.state, model.scenario
    actors = _actors(state)
    _relations(state, actors)
    world = World(
        scenario, model.replicate, actors, [actors[i] for i in state.leaders], _blocs(state, actors),
        _texts(state, actors), state.quarter,
    )  # fmt: skip
    for name, own in _SCALARS.items():
        setattr(world, own, getattr(state, name))
    world.plans = plans_of(scenario)
    return Oracle(world)


# --- columns to actors


def _actors(state: State) -> list[Actor]:
    numbers = {own: getattr(state, name).tolist() for name, own in _NUMBERS.items()}
    actors = [
        Actor(row=k, id=state.ids[k], kind=KINDS[state.kind[k]], **{own: column[k] for own, column in numbers.items()})
        for k in range(state.n)
    ]
    for k, actor in enumerate(actors):
        actor.home = actors[state.home[k]] if state.home[k] >= 0 else None
        actor.paid_by = actors[state.paid_by[k]] if state.paid_by[k] >= 0 else None
        for name in _VECTORS:
            setattr(actor, name, getattr(state, name)[k].tolist())
        for name, own in _BY_TRACK.items():
            setattr(actor, own, dict(zip(TRACKS, getattr(state, name)[k].tolist(), strict=True)))
        for name in _BY_INCIDENT:
            setattr(actor, name, dict(zip(INCIDENTS, getattr(state, name)[k].tolist(), strict=True)))
        actor.habit = dict(zip(DOMAINS, state.habit[:, k].tolist(), strict=True))
    return actors


def _relations(state: State, actors: list[Actor]) -> None:
    for k, i in enumerate(actors):
        i.exposure = _row(actors, state.exposure[k])
        i.allowed = {actors[j] for j in np.flatnonzero(state.allowed[k])}
        i.trust = {j: t for j, t in _row(actors, state.trust_hat[k]).items() if j is not i}
        i.reference = {j: t for j, t in _row(actors, state.trust_reference[k]).items() if j is not i}
        lately = range(state.quarter - 4, state.quarter)
        i.kept = {j: {q: bool(told > 0) for q in lately if (told := state.conduct[q % 4, k, j.row])} for j in actors}
        i.held = {actors[j] for j in np.flatnonzero(state.held[k])}
        i.offered = {actors[h]: p for h, p in zip(state.leaders, state.concession[k].tolist(), strict=True)}
        i.audience = {actors[p]: a for p, a in enumerate(state.audience[k].tolist()) if a > 0.0}
        evidence = zip(*(getattr(state, name)[k].tolist() for name in OPINION), strict=True)
        i.opinion_of = {j: Opinion(*e) for j, e in zip(actors, evidence, strict=True) if j is not i}
        for j in np.flatnonzero(state.depth[k]):
            if k < j:
                i.deals[actors[j]] = actors[j].deals[i] = _deal(state, k, int(j))
    for k, i in enumerate(actors[: state.s]):
        i.neighbours = [actors[j] for j in np.flatnonzero(state.contiguous[k])]
        i.trade, i.trade_eu = _row(actors, state.trade_share[k]), float(state.trade_share_eu[k])
        i.peers, i.public = _row(actors, state.peer_weight[k]), state.opinion[k].tolist()


def _row(actors: list[Actor], row: NDArray[Any]) -> dict[Actor, float]:
    return dict(zip(actors, row.tolist(), strict=False))


def _deal(state: State, i: int, j: int) -> Deal:
    for column in (state.depth, state.track, state.since, state.exclusive, state.planned):
        assert column[i, j] == column[j, i]
    return Deal(
        int(state.depth[i, j]), TRACKS[state.track[i, j]], int(state.since[i, j]), bool(state.exclusive[i, j]),
        bool(state.planned[i, j]), state.terms[i, j].tolist(),
    )  # fmt: skip


def _blocs(state: State, actors: list[Actor]) -> list[Bloc]:
    assert not state.member[:, state.s :].any()  # only states sit in blocs
    return [
        Bloc(
            id=name, members=[actors[i] for i in np.flatnonzero(state.member[k])], rule=RULES[state.bloc_rule[k]],
            **{own: getattr(state, column)[k].item() for column, own in _BLOC.items()},
        )
        for k, name in enumerate(state.bloc_ids)
    ]  # fmt: skip


def _texts(state: State, actors: list[Actor]) -> list[Text]:
    return [
        Text(
            id=name, eligible=[actors[i] for i in np.flatnonzero(state.eligible[q])],
            joined={actors[i]: int(state.join_quarter[q, i]) for i in np.flatnonzero(state.joined[q])},
            sponsors=[actors[i] for i in np.flatnonzero(state.sponsor[q])], domain=DOMAINS[state.instrument_domain[q]],
            house=[actors[i] for i in np.flatnonzero(state.instrument_house[q])],
            **{own: getattr(state, column)[q].tolist() for column, own in _TEXT.items()},
        )
        for q, name in enumerate(state.instrument_ids)
    ]  # fmt: skip


# --- actors to columns


def columns_of(oracle: Oracle) -> Columns:
    """Every column of a State that the plain world stands for, as arrays of the same shape."""
    w = oracle.world
    n, s, actors = len(w.actors), len(w.states), w.actors
    columns: Columns = {name: np.array([getattr(a, own) for a in actors]) for name, own in _NUMBERS.items()}
    columns |= {name: np.array([getattr(a, name) for a in actors]) for name in _VECTORS}
    columns |= {name: np.array([list(getattr(a, own).values()) for a in actors]) for name, own in _BY_TRACK.items()}
    columns |= {name: np.array([list(getattr(a, name).values()) for a in actors]) for name in _BY_INCIDENT}
    columns |= {name: getattr(w, own) for name, own in _SCALARS.items()}
    columns |= _pair_columns(w, n)
    columns |= {name: np.array([getattr(b, own) for b in w.blocs]) for name, own in _BLOC.items()}
    columns |= {name: np.array([getattr(t, own) for t in w.texts]) for name, own in _TEXT.items()}
    columns["ids"], columns["kind"] = tuple(a.id for a in actors), np.array([KINDS.index(a.kind) for a in actors])
    columns["leaders"] = np.array([h.row for h in w.leaders])
    columns["home"] = np.array([a.home.row if a.home else -1 for a in actors])
    columns["paid_by"] = np.array([a.paid_by.row if a.paid_by else -1 for a in actors])
    columns["habit"] = np.array([[a.habit[d] for a in actors] for d in DOMAINS])
    columns["opinion"] = np.array([a.public for a in w.states])
    columns["trade_share_eu"] = np.array([a.trade_eu for a in w.states])
    columns["audience"] = _matrix(actors, "audience", 0.0, n, s)
    columns["trade_share"] = _matrix(w.states, "trade", 0.0, s, s)
    columns["peer_weight"] = _matrix(w.states, "peers", 0.0, s, s)
    columns["contiguous"] = _incidence(n, [a.neighbours for a in w.states], s)
    columns["concession"] = np.array([[a.offered[h] for h in w.leaders] for a in actors])
    columns |= _bloc_columns(w, n)
    return columns


def _matrix(actors: list[Actor], name: str, empty: float, n: int, m: int) -> NDArray[Any]:
    matrix = np.full((n, m), empty)
    for a in actors:
        for b, number in getattr(a, name).items():
            matrix[a.row, b.row] = number
    return matrix


def _incidence(n: int, lists: list[Any], width: int | None = None) -> NDArray[np.bool_]:
    matrix = np.zeros((len(lists), width or n), bool)
    for k, inside in enumerate(lists):
        for a in inside:
            matrix[k, a.row] = True
    return matrix


def _pair_columns(w: World, n: int) -> Columns:
    made: Columns = {
        "depth": np.zeros((n, n), int), "track": np.full((n, n), -1), "since": np.full((n, n), NEVER),
        "exclusive": np.zeros((n, n), bool), "planned": np.zeros((n, n), bool), "terms": np.zeros((n, n, 4)),
        **{name: np.zeros((n, n)) for name in OPINION},
    }  # fmt: skip
    for a in w.actors:
        for b, deal in a.deals.items():
            cell = a.row, b.row
            made["depth"][cell], made["track"][cell] = deal.depth, TRACKS.index(deal.track)
            made["since"][cell], made["terms"][cell] = deal.since, deal.terms
            made["exclusive"][cell], made["planned"][cell] = deal.exclusive, deal.planned
        for b, opinion in a.opinion_of.items():
            cell = a.row, b.row
            for name, own in OPINION.items():
                made[name][cell] = getattr(opinion, own)
    made["exposure"] = _matrix(w.actors, "exposure", 0.0, n, n)
    made["trust_hat"] = _matrix(w.actors, "trust", 0.0, n, n)
    made["trust_reference"] = _matrix(w.actors, "reference", 0.0, n, n)
    made["conduct"] = np.zeros((4, n, n), int)
    for a in w.actors:
        for b, told in a.kept.items():
            for quarter, kept in told.items():
                made["conduct"][quarter % 4, a.row, b.row] = 1 if kept else -1
    made["held"] = _incidence(n, [a.held for a in w.actors])
    made["allowed"] = _incidence(n, [a.allowed for a in w.actors])
    return made


def _bloc_columns(w: World, n: int) -> Columns:
    when = np.full((len(w.texts), n), NEVER)
    for q, text in enumerate(w.texts):
        for a, quarter in text.joined.items():
            when[q, a.row] = quarter
    return {
        "bloc_ids": tuple(b.id for b in w.blocs), "member": _incidence(n, [b.members for b in w.blocs]),
        "bloc_rule": np.array([RULES.index(b.rule) for b in w.blocs]),
        "instrument_ids": tuple(t.id for t in w.texts), "eligible": _incidence(n, [t.eligible for t in w.texts]),
        "joined": when != NEVER, "join_quarter": when, "sponsor": _incidence(n, [t.sponsors for t in w.texts]),
        "instrument_house": _incidence(n, [t.house for t in w.texts]),
        "instrument_domain": np.array([DOMAINS.index(t.domain) for t in w.texts]),
    }  # fmt: skip
