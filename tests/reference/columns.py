"""The bridge: plain actors from the columns of a State, and the columns that they stand for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.model import GovernanceModel
from simulation.state import CAMPS, DOMAINS, INCIDENT_KINDS, NEVER, SOURCES, State
from simulation.state import KINDS as KIND_NAMES
from simulation.state import TRACKS as TRACK_NAMES
from tests.reference.contracts import plans_of
from tests.reference.quarter import Oracle
from tests.reference.world import INCIDENTS, KINDS, REASONS, TRACKS, Actor, Bloc, Deal, Opinion, Text, World

assert TRACKS == TRACK_NAMES
assert INCIDENTS == INCIDENT_KINDS
assert KINDS == KIND_NAMES
assert len(CAMPS) == 3
RULES = ("unanimity", "consensus", "majority")
Columns = dict[str, Any]

# columns of numbers: (name in State, name in Actor)
_NUMBERS = {
    name: name
    for name in (
        "size", "objectivity", "research", "strategic_weight", "capacity", "capacity_start", "capacity_decay",
        "coverage_rest", "budget_start", "transparency",
        "oversight", "adoption", "local_share", "local_funding", "agency", "urgency", "budget", "uncut",
        "purse", "norm", "norm_first", "norm_threshold", "stance", "campaign_line", "campaign_weight",
        "campaign_open", "campaign_counter", "consulted", "consulted_start", "payment", "conceded", "learns",
        "busy", "attraction", "unpaid", "renewed", "load", "capture", "compliance", "wave", "harm_memory",
        "net_benefit", "shield", "breaches", "lapsed", "capture_drift", "camp", "un_member", "in_union", "uid",
        "free_press", "transparency_ref", "watch", "gravity",
    )
}  # fmt: skip
OPINION = {
    "alpha": "alpha", "beta": "beta", "trust_prior": "prior",
    "alpha_ref": "alpha_ref", "beta_ref": "beta_ref", "prior_ref": "prior_ref",
}  # fmt: skip
"""Columns of what one actor thinks of another, in the order of :class:`Opinion`."""
_DEAL: Columns = {
    "depth": 0, "track": -1, "since": NEVER, "until": NEVER, "exclusive": False, "planned": False, "drawn": False,
}  # fmt: skip
"""Columns of a deal, and what they hold where there is none."""
_VECTORS = ("position", "position_start", "weight", "supply", "supply_start", "open_start")
_BY_TRACK = {
    "track_success": "success", "propensity": "propensity", "track_allowed": "track_allowed",
    "track_share": "track_share", "track_start": "track_start", "promise_start": "promise_start", "effort": "effort",
    "formed": "formed", "reward": "reward",
}  # fmt: skip
_BY_INCIDENT = ("incidents", "incidents_total")
_BY_NAME = {name: (own, TRACKS) for name, own in _BY_TRACK.items()}
_BY_NAME |= {name: (name, INCIDENTS) for name in _BY_INCIDENT} | {"ended": ("ended", REASONS)}
_BY_NAME |= {name: (name, KINDS) for name in ("zeal", "share", "pot")}
"""Columns with a number for each of some names."""
_BY_LAYER = ("reluctance", "draw_of_busy", "draw_of_past", "draw_of_recent")
_PAIRS = {
    "base": "base", "recorded": "recorded", "pull": "pull", "ever": "ever", "lately": "lately", "behind": "behind",
    "trust_hat": "trust", "trust_reference": "reference", "wanted": "wanted",
}  # fmt: skip
"""Columns with a number for each other actor."""
_BLOC = {
    "bloc_uid": "uid", "bloc_depth": "depth", "bloc_threshold": "threshold", "bloc_agenda": "agenda",
    "bloc_enforcement": "enforcement", "bloc_salience": "salience", "bloc_regional": "regional",
    "bloc_last_passed": "last_passed", "bloc_tabled": "tabled", "bloc_passed": "passed",
}  # fmt: skip
_TEXT = {
    "instrument_uid": "uid", "opens": "opens", "closes": "closes", "binding": "binding", "in_force": "in_force",
    "needed": "needed", "instrument_enforcement": "enforcement", "instrument_regional": "regional",
    "instrument_position": "position", "reach": "reach", "as_one": "as_one", "pace": "pace",
    "pace_by_share": "pace_by_share",
}  # fmt: skip
_TEXT_ROWS = {
    "launch_standing": "standing", "pace_standing": "pace_standing", "crossed": "crossed",
    "affinity_start": "affinity_start", "answer": "answer",
}  # fmt: skip
"""Columns of a text with a number for each actor."""
_SCALARS = {
    "quarter": "quarter", "capability": "capability", "surge": "surge", "world_governance": "governance",
    "likeness_mean": "likeness_mean", "likeness_sd": "likeness_sd",
    "busiest_firm": "busiest_firm",
}  # fmt: skip


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
    for name in _BY_LAYER:
        setattr(world, name, dict(zip(KINDS, getattr(state, name).tolist(), strict=True)))
    world.course = [dict(zip(KINDS, year, strict=True)) for year in state.course.tolist()]
    signings = zip(state.ledger.tolist(), state.ledger_weight.tolist(), strict=True)
    world.ledger = [(actors[a], actors[b], quarter, weight) for (a, b, quarter), weight in signings]
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
        for name in _VECTORS:
            setattr(actor, name, getattr(state, name)[k].tolist())
        for name, (own, names) in _BY_NAME.items():
            setattr(actor, own, dict(zip(names, getattr(state, name)[k].tolist(), strict=True)))
    return actors


def _relations(state: State, actors: list[Actor]) -> None:
    for k, i in enumerate(actors):
        for name, own in _PAIRS.items():
            setattr(i, own, _row(actors, getattr(state, name)[k]))
        i.held = {actors[j]: SOURCES[state.held[k, j]] for j in np.flatnonzero(state.held[k])}
        i.allowed = {actors[j] for j in np.flatnonzero(state.allowed[k])}
        lately = range(state.quarter - 4, state.quarter)
        i.kept = {j: {q: bool(told > 0) for q in lately if (told := state.conduct[q % 4, k, j.row])} for j in actors}
        i.offered = {actors[h]: p for h, p in zip(state.leaders, state.concession[k].tolist(), strict=True)}
        i.audience = {actors[p]: a for p, a in enumerate(state.audience[k].tolist()) if a > 0.0}
        evidence = zip(*(getattr(state, name)[k].tolist() for name in OPINION), strict=True)
        i.opinion_of = {j: Opinion(*e) for j, e in zip(actors, evidence, strict=True) if j is not i}
        for j in np.flatnonzero(state.depth[k]):
            if k < j:
                i.deals[actors[j]] = actors[j].deals[i] = _deal(state, k, int(j))
    for k, i in enumerate(actors[: state.s]):
        i.trade, i.trade_eu = _row(actors, state.trade_share[k]), float(state.trade_share_eu[k])
        i.peers, i.public = _row(actors, state.peer_weight[k]), state.opinion[k].tolist()


def _row(actors: list[Actor], row: NDArray[Any]) -> dict[Actor, float]:
    return dict(zip(actors, row.tolist(), strict=False))


def _deal(state: State, i: int, j: int) -> Deal:
    for name in _DEAL:
        assert getattr(state, name)[i, j] == getattr(state, name)[j, i]
    given = {name: getattr(state, name)[i, j].item() for name in _DEAL}
    return Deal(**given | {"track": TRACKS[given["track"]]}, terms=state.terms[i, j].tolist())


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
            barred=[actors[i] for i in np.flatnonzero(state.barred[q])],
            **{own: _row(actors, getattr(state, column)[q]) for column, own in _TEXT_ROWS.items()},
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
    columns |= {name: np.array([[getattr(a, own)[k] for k in names] for a in actors])
                for name, (own, names) in _BY_NAME.items()}  # fmt: skip
    columns |= {name: np.array([getattr(w, name)[kind] for kind in KINDS]) for name in _BY_LAYER}
    columns["course"] = np.array([[year[kind] for kind in KINDS] for year in w.course])
    columns["ledger"] = np.array([(a.row, b.row, quarter) for a, b, quarter, _ in w.ledger]).reshape(-1, 3)
    columns["ledger_weight"] = np.array([weight for *_, weight in w.ledger])
    columns |= {name: getattr(w, own) for name, own in _SCALARS.items()}
    columns |= _pair_columns(w, n)
    columns |= {name: np.array([getattr(b, own) for b in w.blocs]) for name, own in _BLOC.items()}
    columns |= {name: np.array([getattr(t, own) for t in w.texts]) for name, own in _TEXT.items()}
    columns["ids"], columns["kind"] = tuple(a.id for a in actors), np.array([KINDS.index(a.kind) for a in actors])
    columns["leaders"] = np.array([h.row for h in w.leaders])
    columns["home"] = np.array([a.home.row if a.home else -1 for a in actors])
    columns["opinion"] = np.array([a.public for a in w.states])
    columns["trade_share_eu"] = np.array([a.trade_eu for a in w.states])
    columns["audience"] = _matrix(actors, "audience", 0.0, n, s)
    columns["trade_share"] = _matrix(w.states, "trade", 0.0, s, s)
    columns["peer_weight"] = _matrix(w.states, "peers", 0.0, s, s)
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
        **{name: np.full((n, n), empty) for name, empty in _DEAL.items()}, "terms": np.zeros((n, n, 4)),
        **{name: np.zeros((n, n)) for name in OPINION},
    }  # fmt: skip
    for a in w.actors:
        for b, deal in a.deals.items():
            cell = a.row, b.row
            for name in _DEAL:
                value = getattr(deal, name)
                made[name][cell] = TRACKS.index(value) if name == "track" else value
            made["terms"][cell] = deal.terms
        for b, opinion in a.opinion_of.items():
            cell = a.row, b.row
            for name, own in OPINION.items():
                made[name][cell] = getattr(opinion, own)
    made |= {name: _matrix(w.actors, own, 0.0, n, n) for name, own in _PAIRS.items()}
    made["held"] = np.zeros((n, n), int)
    for a in w.actors:
        for b, source in a.held.items():
            made["held"][a.row, b.row] = SOURCES.index(source)
    made["conduct"] = np.zeros((4, n, n), int)
    for a in w.actors:
        for b, told in a.kept.items():
            for quarter, kept in told.items():
                made["conduct"][quarter % 4, a.row, b.row] = 1 if kept else -1
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
        "barred": _incidence(n, [t.barred for t in w.texts]),
        **{name: np.array([list(getattr(t, own).values()) for t in w.texts]).reshape(-1, n)
           for name, own in _TEXT_ROWS.items()},
        "instrument_domain": np.array([DOMAINS.index(t.domain) for t in w.texts]),
    }  # fmt: skip
