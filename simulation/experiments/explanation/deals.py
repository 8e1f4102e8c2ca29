"""Deals offered to and by the explained actor this quarter: made, deepened, refused, each with its terms."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from simulation.experiments.explanation.events import RUNG, Event, Side, valued, worth
from simulation.experiments.explanation.signing import Settled, after_upkeep, price, settle
from simulation.model import GovernanceModel
from simulation.model.negotiations import Talks
from simulation.processes.rivalry import bid_terms
from simulation.processes.trilateral import NO_DEAL
from simulation.processes.value import View, utility_terms
from simulation.randomness import Draws, Stream, uniform
from simulation.state import BILATERAL, I8, NON_STATE, STATE, TRILATERAL, F


@dataclass(frozen=True)
class Table:
    """The talks of a quarter as one actor's explanation needs them.

    Attributes
    ----------
    row
        The explained actor.
    start, before
        Depths (n, n) when the talks began, and just before signing.
    """

    model: GovernanceModel
    row: int
    start: I8
    before: I8

    @property
    def talks(self) -> Talks:
        """The model's."""
        return self.model.talks

    @property
    def view(self) -> View:
        """What V and U read when the talks began."""
        return self.talks.seen._replace(depth=self.start)

    @property
    def draws(self) -> Draws:
        """This quarter's luck."""
        model = self.model
        return Draws(model.scenario.seed, model.replicate, model.state.quarter)


def negotiated(table: Table) -> Iterator[Event]:
    """What became of every offer and contract of three that the actor was party to."""
    model, talks = table.model, table.talks
    settled = settle(talks, model.state, model.parameters, table.draws, table.before)
    left = after_upkeep(model.state, model.parameters, table.before)
    agreed = {int(offer): contract for contract, offer in enumerate(talks.agreed)}
    offers = zip(talks.offers.sender.tolist(), talks.offers.receiver.tolist(), strict=True)
    for m, (sender, receiver) in enumerate(offers):
        if table.row in (sender, receiver):
            yield from _offer(table, m, settled[agreed[m]] if m in agreed else None, left)
    contract = len(agreed)
    for t, parties in enumerate(talks.tabled.parties.tolist()):
        chance, luck = _passing(table, t)
        passed = luck < chance
        if table.row in parties:
            yield from _triple(table, t, settled[contract] if passed else None, left)
        contract += passed


def _offer(table: Table, m: int, settled: Settled | None, left: F) -> Iterator[Event]:
    talks, state = table.talks, table.model.state
    i, j = int(talks.offers.sender[m]), int(talks.offers.receiver[m])
    chance = float(talks.chance[m])
    luck = float(uniform(table.draws.key(Stream.CONSENT), state.uid[j], state.uid[i]))
    other = j if i == table.row else i
    event = Event(
        "refused",
        (other,),
        BILATERAL if state.kind[i] == state.kind[j] == STATE else NON_STATE,
        int(table.start[i, j]) + 1,
        (i,),
        (j,),
        "declined" if luck >= chance else "no_slot",
        chance,
        math.nan if math.isnan(chance) else luck,
        {i: float(talks.offers.sender_gain[m]), j: float(talks.offers.receiver_gain[m])},
        sides=tuple(_side(table, a, b, settled, left) for a, b in ((table.row, other), (other, table.row))),
    )
    if settled is None:
        yield event
    else:
        yield from _settled(table, event, settled)


def _settled(table: Table, event: Event, settled: Settled) -> Iterator[Event]:
    """The event of a contract that was agreed on: signed or not; none if another one had moved the pair."""
    own = [pair for pair in settled.raised if table.row in pair]
    if own:
        first = any(table.before[pair] == 0 for pair in own)
        yield replace(
            event, kind="made" if first else "deepened", depth=1 + max(int(table.before[pair]) for pair in own),
            refused_by=(), reason="", commitments=RUNG * len(own),
        )  # fmt: skip
    elif settled.reason == "public":
        yield replace(event, reason="public", refused_by=settled.refused_by, probability=settled.chance,
                      luck=settled.luck)  # fmt: skip
    elif settled.reason == "budget":
        yield replace(event, reason="budget", refused_by=settled.refused_by)


def _side(
    table: Table, i: int, j: int, settled: Settled | None, left: F, weight: float = 1.0
) -> Side:
    """What i weighed up about a deal with j."""
    model, view = table.model, table.view
    own = worth(view, model.weights, i, j)
    bids = bid_terms(model.state, model.parameters, model.mechanisms, table.talks.possible, i, j)
    terms = {**utility_terms(view, model.weights, i, j, own), **bids}
    money = {
        "price": price(model.parameters, int(table.start[i, j])) if settled is None else settled.due[i],
        "left": float(left[i]) if settled is None else settled.left[i],
    }
    return valued(view, model.weights, i, j, terms, money, weight)


def _passing(table: Table, t: int) -> tuple[float, float]:
    """Probability with which a contract of three passes, and its luck."""
    talks, uid = table.talks, table.model.state.uid
    i, j, k = talks.tabled.parties[t]
    yes = talks.yes[t]
    chance = float(talks.rate[i] * yes[0] * yes[1] * yes[2])
    return chance, float(uniform(table.draws.key(Stream.BROKER_CONSENT), uid[i], uid[j] ^ uid[k]))


def _triple(table: Table, t: int, settled: Settled | None, left: F) -> Iterator[Event]:
    talks, row = table.talks, table.row
    parties = tuple(talks.tabled.parties[t].tolist())
    level = 1 + min(int(table.start[a, b]) for a in parties for b in parties if a != b)
    partners = tuple(a for a in parties if a != row)
    if all(table.start[row, a] >= level for a in partners):
        return  # it brings others together; nothing of its own is at stake
    chance, luck = _passing(table, t)
    gains = {a: float(talks.tabled.gain[t, place]) for place, a in enumerate(parties)}
    sides = [side for a in (row, *partners) for side in _sides_of_three(table, a, parties, level, gains, settled, left)]
    unwilling = (parties[int(talks.yes[t].argmin())],)
    worthless = any(gain == NO_DEAL for gain in gains.values())
    event = Event(
        "refused", partners, TRILATERAL, level, parties[:1], unwilling, "worthless" if worthless else "not_passed",
        chance, luck, gains, sides=tuple(sides),
    )  # fmt: skip
    if settled is None:
        yield event
    else:
        yield from _settled(table, event, settled)


def _sides_of_three(
    table: Table, a: int, parties: tuple[int, ...], level: int, gains: dict[int, float], settled: Settled | None,
    left: F,
) -> Iterator[Side]:  # fmt: skip
    """What a party weighed up: the mean over the partners with whom the contract is new to it."""
    if gains[a] == NO_DEAL:
        yield Side(a, -1, {"worthless": gains[a]})
        return
    new = [b for b in parties if b != a and table.start[a, b] < level]
    if not new:  # its own deals are as deep as that already
        yield Side(a, -1, {"nothing_new": 0.0})
    for b in new:
        yield _side(table, a, b, settled, left, 1.0 / len(new))
