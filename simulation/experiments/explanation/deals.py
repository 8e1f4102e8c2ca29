"""Deals of the explained actor this quarter: planned, agreed or refused, renewed, ended, broken."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from simulation.arithmetic import ordered_sum
from simulation.experiments.explanation.events import RUNG, Event, Side
from simulation.kernels import Stream, exp, philox, symmetric_uniform, uniform
from simulation.model import GovernanceModel
from simulation.model.standing import Standing
from simulation.outcomes.portfolio import LEAST_ENFORCEMENT
from simulation.processes.approaches import TARGETED, approach_key, chance_of_turning
from simulation.processes.blocs import Vote, tabled, vote_of
from simulation.processes.books import COMMITTED_TO, likeness
from simulation.processes.compliance import compliance_terms
from simulation.processes.contracts import PAIRS, ROUNDING
from simulation.processes.ends import renewal_terms
from simulation.processes.instruments import (
    all_log_odds,
    instrument_z,
    joining_of,
    joining_terms,
    luck_of,
)
from simulation.processes.pull import layer_of, pull_terms
from simulation.processes.rivalry import rivalry_terms
from simulation.processes.trilateral import chance_of_joining
from simulation.state import BILATERAL, I8, MULTILATERAL, NON_STATE, REGIONAL, STATE, TRILATERAL

_EXACT = 1e-9


class Views:
    """The sides of a model's events; to be asked while the quarter's negotiations are as they were.

    Parameters
    ----------
    model
        A model whose run has not begun.
    """

    def __init__(self, model: GovernanceModel):
        self._model = model
        self._standing = Standing(model.world, model.scenario, model.replicate)

    def decides(self, hook: str, *rows: int) -> bool:
        """Whether one of some actors has a rule of its own for a decision."""
        return any(actor.row in rows for actor in self._model.hooks.replaced(hook))

    def _pull(self, i: int, j: int) -> dict[str, float]:
        """The terms of U_ij."""
        model = self._model
        assert model.sheet.before_rivalry is not None
        before = float(model.sheet.before_rivalry[i, j])
        terms = {"own_rule": before}
        if not self.decides("partner_utility", i):
            found = pull_terms(model.state, model.parameters, model.mechanisms, i, j)
            standing = found.pop("standing")
            named = self._standing.terms(i, j)
            changed = standing - ordered_sum(named.values())  # written into the model by who tweaks it
            found["activity"] += named.pop("activity", 0.0)
            terms = {**named, **({"changed": changed} if abs(changed) > _EXACT else {}), **found}
        return {**terms, **rivalry_terms(model.state, before, i, j)}

    def turning(self, i: int, j: int, given: dict[str, float] | None = None) -> Side:
        """Why i turns to j: U_ij, and how likely an approach goes there."""
        state = self._model.state
        chance = chance_of_turning(state, self._model.possible, i, j)
        return Side(i, j, "turning", float(state.pull[i, j]), self._pull(i, j), {"chosen": chance, **(given or {})})

    def agreeing(self, i: int, j: int, given: dict[str, float] | None = None) -> Side:
        """Why i agrees when j turns to it: log odds U_ij - κ."""
        state = self._model.state
        reluctance = float(state.reluctance[layer_of(state.kind, i, j)])
        terms = {} if self.decides("accepts", i) else {**self._pull(i, j), "reluctance": -reluctance}
        return Side(i, j, "agreeing", float(state.pull[i, j]) - reluctance, terms, given or {})

    def renewing(self, i: int, j: int) -> Side:
        """Why the deal of i and j is renewed or not: log odds."""
        model = self._model
        terms = {} if self.decides("renews", i, j) else renewal_terms(model.state, model.parameters, model.rules, i, j)
        return Side(i, j, "renewing", ordered_sum(terms.values()), terms)


@dataclass(frozen=True)
class Desk:
    """What the events of one actor's deals are read off.

    Attributes
    ----------
    row
        The actor.
    before
        Depths (n, n) before the moment that is read.
    """

    model: GovernanceModel
    views: Views
    row: int
    before: I8

    def luck(self, stream: Stream, i: int, j: int) -> float:
        """The draw of i about j in a stream of this quarter."""
        uid = self.model.state.uid
        return float(uniform(self.model.sheet.draws.key(stream), uid[i], uid[j]))

    def worth(self, rungs: int, j: int) -> float:
        """What so many rungs of a deal with j are to the actor's commitments; work that is a means is none."""
        return RUNG * rungs if self.model.state.kind[j] in COMMITTED_TO else 0.0

    def lost(self, j: int) -> float:
        """Change of the actor's commitments by the end of its deal with j."""
        return -self.worth(int(self.before[self.row, j]), j)

    def partner(self, i: int, j: int) -> int:
        """Which of two is not the actor."""
        return j if i == self.row else i


def planned(desk: Desk) -> Iterator[Event]:
    """Deals that the scenario signs; nobody decides them."""
    state, before = desk.model.state, desk.before[desk.row]
    for j in np.flatnonzero(state.depth[desk.row] > before).tolist():
        depth = int(state.depth[desk.row, j])
        kind = "deepened" if before[j] else "made"
        change = desk.worth(depth - int(before[j]), j)
        yield Event(kind, (j,), ("planned",), int(state.track[desk.row, j]), depth, commitments=change)


def cut(desk: Desk) -> Iterator[Event]:
    """Deals given up by a side that cannot pay for all it has."""
    assert desk.model.sheet.cut is not None
    pairs: dict[int, list[int]] = {}  # who gave a deal up, by partner: one side or both
    for i, j in desk.model.sheet.cut.tolist():
        if desk.row in (i, j):
            pairs.setdefault(desk.partner(i, j), []).append(i)
    for other, by in pairs.items():
        sides = tuple(desk.views.turning(i, other if i == desk.row else desk.row) for i in by)
        yield Event("ended", (other,), ("upkeep",), by=tuple(by), commitments=desk.lost(other), sides=sides)


def renewed(desk: Desk, sides: dict[int, Side]) -> Iterator[Event]:
    """Deals whose term is over; ``sides`` has what was to be weighed up, by partner."""
    model, sheet = desk.model, desk.model.sheet
    if sheet.due is None or sheet.renewal is None or sheet.left is None:
        return
    key, uid = sheet.draws.key(Stream.RENEWAL), model.state.uid
    for (i, j), chance, left in zip(sheet.due.tolist(), sheet.renewal, sheet.left, strict=True):
        if desk.row not in (i, j):
            continue
        other, depth = desk.partner(i, j), int(desk.before[i, j])
        price = float(model.rules.sign[layer_of(model.state.kind, i, j), depth])
        luck = float(symmetric_uniform(key, uid[i], uid[j]))
        event = Event(
            "renewed", (other,), ("renewed",), int(model.state.track[i, j]), depth, probability=float(chance),
            luck=luck, sides=(sides[other],),
        )  # fmt: skip
        if model.state.depth[i, j] > 0:
            yield event
            continue
        ended = replace(event, kind="ended", track=-1, depth=0, commitments=desk.lost(other))
        poor = tuple(a for a, purse in ((i, left[0]), (j, left[1])) if price > purse + ROUNDING)
        yield replace(ended, reason=("unaffordable",), who=poor) if luck < chance else replace(
            ended, reason=("expired",)
        )


def negotiated(desk: Desk) -> Iterator[Event]:
    """What became of every approach that the actor was party to, or joined as a third."""
    sheet = desk.model.sheet
    assert sheet.approaches is not None
    assert sheet.agreed is not None
    assert sheet.third is not None
    contract = np.cumsum(sheet.agreed) - 1  # of an approach that is agreed to
    mine = (sheet.approaches.sender == desk.row) | (sheet.approaches.receiver == desk.row)
    mine[sheet.agreed] |= sheet.third == desk.row
    for m in np.flatnonzero(mine).tolist():
        yield _contract(desk, m, int(contract[m])) if sheet.agreed[m] else _approach(desk, m)


def _approach(desk: Desk, m: int) -> Event:
    """An approach that is declined."""
    model, sheet = desk.model, desk.model.sheet
    assert sheet.approaches is not None
    assert sheet.chance is not None
    i, j, number = (int(column[m]) for column in sheet.approaches[:3])
    state, views = model.state, desk.views
    key = np.uint64(approach_key(sheet.draws.key(Stream.ANSWER), layer_of(state.kind, i, j), number))
    aimed = ("aimed",) if number >= TARGETED else ()
    return Event(
        "refused",
        (desk.partner(i, j),),
        (*aimed, "declined"),
        BILATERAL if state.kind[i] == state.kind[j] == STATE else NON_STATE,
        by=(i,),
        probability=float(sheet.chance[m]),
        luck=float(uniform(key, state.uid[j], state.uid[i])),
        sides=(views.turning(i, j), views.agreeing(j, i)),
    )


def _contract(desk: Desk, m: int, c: int) -> Event:
    """An approach that is agreed to, and what became of the contract."""
    signing = desk.model.sheet.signing
    assert signing is not None
    event = _approach(desk, m)
    i, j, k = signing.parties[c].tolist()
    parties = (i, j) if k < 0 else (i, j, k)
    event = replace(
        event, about=tuple(a for a in parties if a != desk.row), reason=(*event.reason[:-1], "accepted"),
        track=event.track if k < 0 else TRILATERAL, sides=_sides(desk, c, parties),
    )  # fmt: skip
    if k >= 0:
        event = _joined(desk, event, c, parties)
    own = [p for p, (x, y) in enumerate(PAIRS) if y < len(parties) and desk.row in (parties[x], parties[y])]
    if signing.unpaid[c]:
        poor = tuple(a for x, a in enumerate(parties) if signing.price[c, x] > signing.left[c, x] + ROUNDING)
        return replace(event, reason=(*event.reason, "budget"), who=poor)
    gained = [int(signing.rungs[c, p]) - int(signing.before[c, p]) for p in own]
    worth = (desk.worth(g, desk.partner(*(parties[x] for x in PAIRS[p]))) for g, p in zip(gained, own, strict=True))
    new = any(signing.before[c, p] == 0 for p in own)
    if signing.public[c] >= 0:
        event = replace(event, reason=(*event.reason, "public"), who=(int(signing.public[c]),))
    return replace(
        event, kind="made" if new else "deepened" if any(gained) else "renewed",
        depth=max(int(signing.rungs[c, p]) for p in own), commitments=ordered_sum(worth),
    )  # fmt: skip


def _joined(desk: Desk, event: Event, c: int, parties: tuple[int, ...]) -> Event:
    """The event of a contract that a third party joins, with its luck if that is the explained actor."""
    model, signing = desk.model, desk.model.sheet.signing
    assert signing is not None
    i, j, k = parties
    if k != desk.row:
        return replace(event, third=(k,), reason=(*event.reason, "third"))
    uid, key = model.state.uid, model.sheet.draws.key(Stream.THIRD_PARTY)
    own = np.uint64(philox(key, uid[i] ^ uid[j], np.uint64(signing.number[c])))
    chance = chance_of_joining(model.state, model.third_rate, model.possible, i, j, k)
    luck = float(uniform(own, uid[k], np.uint64(0)))
    return replace(
        event, third=(k,), reason=(*event.reason[:-1], "agreed", "joining"), probability=chance, luck=luck
    )


def _sides(desk: Desk, c: int, parties: tuple[int, ...]) -> tuple[Side, ...]:
    """Every party's view of whom it signs with, with its purse, its price and what moves the rung."""
    model, signing, views = desk.model, desk.model.sheet.signing, desk.views
    assert signing is not None
    state, par = model.state, model.parameters
    i, j = parties[:2]

    def given(place: int, pair: int) -> dict[str, float]:
        a, b = (parties[x] for x in PAIRS[pair])
        scale = par.affinity_width, state.likeness_mean, state.likeness_sd
        deeper = {} if signing.before[c, pair] else {
            "deeper": par.depth_likeness * float(likeness(state.position, state.weight, *scale, a, b))
        }  # fmt: skip
        return {"left": float(signing.left[c, place]), "price": float(signing.price[c, place]), **deeper}

    sides = [views.turning(i, j, given(0, 0)), views.agreeing(j, i, given(1, 0))]
    sides += [views.agreeing(k, a, given(2, 1 + x)) for k in parties[2:] for x, a in enumerate((i, j))]
    return tuple(sides)


def left(desk: Desk) -> Iterator[Event]:
    """Deals that the focal state left by a clause of its strategy."""
    model = desk.model
    focal = model.index(model.scenario.focal)
    assert model.sheet.exits is not None
    for j, depth in model.sheet.exits.tolist():
        if desk.row in (focal, j):
            other = desk.partner(focal, j)
            yield Event("ended", (other,), ("clause",), by=(focal,), commitments=-desk.worth(depth, other))


def broken(desk: Desk) -> Iterator[Event]:
    """Promises broken by the actor or to it this quarter."""
    model, conduct = desk.model, desk.model.sheet.conduct
    assert conduct is not None
    start, partner = conduct.partners
    giver = np.repeat(np.arange(model.state.n), np.diff(start))
    for p in np.flatnonzero(conduct.broken & ((giver == desk.row) | (partner == desk.row))).tolist():
        i, j = int(giver[p]), int(partner[p])
        annual, own_rule = float(conduct.probability[p]), desk.views.decides("keeps_promise", i)
        terms = {} if own_rule else compliance_terms(model.state, model.parameters, i, j)
        fallen = bool(conduct.lowered[p])
        depth = int(desk.before[i, j]) - fallen  # before any clause is used
        yield Event(
            "broken",
            (desk.partner(i, j),),
            ("seen" if conduct.seen[p] else "unseen", *((("lowered" if depth else "fallen"),) if fallen else ())),
            depth=depth,
            by=(i,),
            probability=math.sqrt(math.sqrt(annual)),  # a quarter's
            luck=desk.luck(Stream.COMPLIANCE, i, j),
            commitments=-desk.worth(fallen, desk.partner(i, j)),
            sides=(Side(i, j, "keeping", annual, terms),),
        )


# --- what the blocs of the explained state decide, and the instruments that it joins


Votes = dict[int, tuple[Vote, int, bool]]
"""By bloc, how the state sees what is tabled, how often the bloc had decided before, whether this takes it deeper."""

Hazards = dict[int, tuple[Side, int]]
"""By instrument, the log odds of joining it, and the row whose luck decides."""


def votes(model: GovernanceModel, row: int) -> Votes:
    """What is tabled this quarter in the blocs of the state; to be asked just before they vote."""
    state, par, mech = model.state, model.parameters, model.mechanisms
    if row >= state.s or not mech.on("blocs"):
        return {}
    item = tabled(state, par, model.sheet.draws)
    return {
        int(k): (vote_of(state, par, mech, int(k), row, item), int(state.bloc_passed[k]), bool(item.raises[k]))
        for k in np.flatnonzero(item.tabled & state.member[:, row])
    }


def decisions(model: GovernanceModel, views: Views, row: int, known: Votes) -> Iterator[Event]:
    """What became of it."""
    state, key = model.state, model.sheet.draws.key(Stream.BLOC_VOTE)
    own_rule = views.decides("votes", row)
    for k, (vote, passed_before, raises) in known.items():
        passed = state.bloc_passed[k] > passed_before
        reason = "enough" if passed else "vetoed" if vote.vetoed else "too_few"
        side = Side(row, -1, "voting", vote.utility, {} if own_rule else vote.terms)
        yield Event(
            "passed" if passed else "rejected",
            (k,),
            (reason, "distrust") if vote.distrustful and not own_rule else (reason,),
            REGIONAL if state.bloc_regional[k] else MULTILATERAL,
            int(state.bloc_depth[k]),
            probability=math.nan if own_rule or vote.vetoed else vote.probability,
            luck=math.nan if vote.vetoed else float(uniform(key, state.bloc_uid[k], state.uid[row])),
            commitments=RUNG * max(float(state.bloc_enforcement[k]), LEAST_ENFORCEMENT) if passed and raises else 0.0,
            sides=(side,),
        )


def hazards(model: GovernanceModel, row: int) -> Hazards:
    """By instrument that the state can join now, its log odds; to be asked just before joining."""
    state, par, mech = model.state, model.parameters, model.mechanisms
    if row >= state.s or not mech.on("instruments"):
        return {}
    now = joining_of(state, par, mech)
    odds = all_log_odds(state, now)
    return {
        int(q): (
            Side(row, -1, "joining", float(odds[q, row]), joining_terms(state, now, row, int(q))),
            luck_of(state, int(q), row),
        )
        for q in np.flatnonzero(now.text.can[:, row])
    }


def joins(model: GovernanceModel, views: Views, row: int, known: Hazards) -> Iterator[Event]:
    """Instruments among those that could be joined which the state is in now."""
    state, key = model.state, model.sheet.draws.key(Stream.JOIN)
    weight = instrument_z(state, LEAST_ENFORCEMENT)
    own_rule = views.decides("joins", row)
    for q, (side, lucky) in known.items():
        if state.joined[q, row]:
            own = own_rule or state.answer[q, row] != 0  # its strategy has said so
            yield Event(
                "joined",
                (q,),
                ("joined",),
                REGIONAL if state.instrument_regional[q] else MULTILATERAL,
                probability=math.nan if own else 1.0 / (1.0 + exp(-side.decided)),
                luck=float(uniform(key, state.instrument_uid[q], state.uid[row if own else lucky])),
                commitments=float(weight[q]),
                sides=(side,),
            )
