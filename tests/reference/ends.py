"""C.2 How deals are kept and how they end: purses and upkeep, the end of a term, renewal."""

from __future__ import annotations

from simulation.data.tables import judged
from simulation.kernels import Stream
from tests.reference.books import likeness, rules_of
from tests.reference.draws import logistic
from tests.reference.pull import layer_of
from tests.reference.world import Actor, World, end_deal

ROUNDING = 1e-12
"""A price may exceed what is left by so much."""
QUARTERS_KEPT = 3.0
"""A purse holds this quarter's income and that of two before."""


def keep(w: World, i: Actor, j: Actor) -> float:
    """Price of a quarter of i's deal with j."""
    return rules_of(w, layer_of(i, j)).keep[i.deals[j].depth]


def upkeep(w: World, i: Actor) -> float:
    """What an actor's deals cost it a quarter."""
    return sum(keep(w, i, j) for j in i.deals)


def upkeep_load(w: World, i: Actor) -> float:
    """C.5: load_i = min(1, upkeep/income); 1 for who must pay and has none."""
    due = upkeep(w, i)
    if due <= 0.0:
        return 0.0
    return min(1.0, due / i.budget) if i.budget > 0.0 else 1.0


def price_of_levers(w: World, i: Actor) -> float:
    """What the levers that a state pulls cost it a quarter: shares of its usual income, at full strength."""
    pulled = {"agency": i.agency, "oversight": i.oversight, "fund_local": i.local_funding,
              "transparency": max(0.0, i.transparency - i.transparency_ref)}  # fmt: skip
    price = sum(float(row["price"]) * pulled[row["lever"]] for row in judged("levers"))
    return w.par.prices * price * i.budget_start if w.on("budget") else 0.0


def open_purses(w: World) -> None:
    """Income comes, levers and upkeep are paid; who cannot pay ends the deals that draw it least, planned ones last."""
    given_up = []
    for i in w.actors:
        i.purse = max(0.0, min(i.purse + i.budget, QUARTERS_KEPT * i.budget) - price_of_levers(w, i))
        for kind in divided(i):
            part = i.share[kind] * i.budget
            i.pot[kind] = min(i.pot[kind] + part, QUARTERS_KEPT * part)
        lost = spare(w, i, set(i.deals), i.purse)
        for kind in divided(i):
            lost += spare(w, i, {j for j in i.deals if j not in lost and pot_of(i, j) == kind}, i.pot[kind])
        given_up += [(i, j) for j in lost]
    exits = dict.fromkeys(w.actors, 0.0)
    for i, j in given_up:  # all at once: nobody gains by another's having chosen before
        if j in i.deals:
            payer, price = the_state(i, j), rules_of(w, layer_of(i, j)).leaving(i.depth(j))
            exits[payer] += price
            payer.pot[pot_of(i, j)] -= price
            end_deal(i, j, "money")
    for i in w.actors:
        i.purse = max(0.0, i.purse - upkeep(w, i) - exits[i])
        for kind in divided(i):
            i.pot[kind] = max(0.0, i.pot[kind] - sum(keep(w, i, j) for j in i.deals if pot_of(i, j) == kind))


def spare(w: World, i: Actor, kept: set[Actor], purse: float) -> list[Actor]:
    """Whom an actor gives up of some partners, so that a purse bears the upkeep of the others."""
    lost = []
    while sum(keep(w, i, j) for j in kept) > purse + ROUNDING:
        costly = [j for j in kept if keep(w, i, j) > 0.0]
        lost.append(min(costly, key=lambda j: (i.deals[j].planned, i.pull[j], j.uid)))
        kept.remove(lost[-1])
    return lost


def divided(i: Actor) -> list[str]:
    """Kinds of partner for which an actor has a pot of its own."""
    return [kind for kind, share in i.share.items() if share >= 0.0]


def pot_of(i: Actor, j: Actor) -> str:
    """What pays for a deal: think tanks and NGOs are paid from one pot."""
    layer = layer_of(i, j)
    return "think_tank" if layer == "ngo" else layer


def can_pay(i: Actor, j: Actor, price: float) -> bool:
    """Whether i's purse, and what it has for deals such as that with j, bear a price."""
    return price <= min(i.purse, i.pot[pot_of(i, j)]) + ROUNDING


def pay(i: Actor, j: Actor, price: float) -> None:
    """Take a price of a deal with j from i's purse and from its pot."""
    i.purse -= price
    i.pot[pot_of(i, j)] -= price


def the_state(i: Actor, j: Actor) -> Actor:
    """C.10: who pays for leaving; of two states nobody has to."""
    return i if i.is_state else j


Due = list[tuple[Actor, Actor, float]]
"""Both sides of each deal whose term is over, and the chance that it is renewed."""


def look_at_terms(w: World) -> Due:
    """The deals whose term is over, each with σ(logit r + η(Ū − its mean over the deals of the layer) + .5ã)."""
    if not w.on("ends"):
        return []
    usual = mean_pulls(w)
    due = []
    for i, j in deals_once(w):
        if i.deals[j].until <= w.quarter and not i.deals[j].planned:
            layer = layer_of(i, j)
            odds = rules_of(w, layer).odds_of_renewal(i.depth(j))
            odds += w.par.renewal_pull * (i.pull[j] + j.pull[i] - usual[layer])
            due.append((i, j, logistic(odds + w.par.renewal_likeness * likeness(w, i, j))))
    return due


def deals_once(w: World) -> list[tuple[Actor, Actor]]:
    """Every deal once, the earlier actor first."""
    return [(i, j) for i in w.actors for j in i.deals if i.row < j.row]


def mean_pulls(w: World) -> dict[str, float]:
    """Mean of Ū = U_ij + U_ji over the deals of each layer."""
    found: dict[str, list[float]] = {}
    for i, j in deals_once(w):
        found.setdefault(layer_of(i, j), []).append(i.pull[j] + j.pull[i])
    return {layer: sum(both) / len(both) for layer, both in found.items()}


def renew_or_end(w: World, due: Due) -> None:
    """Renew what still stands, in an order that is luck, where both purses bear the price; end the others."""
    standing = [(w.luck.symmetric(Stream.RENEWAL, i.uid, j.uid), i, j, chance) for i, j, chance in due
                if j in i.deals and not i.deals[j].planned]  # fmt: skip
    for luck, i, j, chance in sorted(standing, key=lambda entry: entry[0]):
        rules = rules_of(w, layer_of(i, j))
        price = rules.sign[i.deals[j].depth]
        if luck >= chance:
            end_deal(i, j, "expiry")
        elif not (can_pay(i, j, price) and can_pay(j, i, price)):
            i.unpaid, j.unpaid = i.unpaid + 1, j.unpaid + 1
            payer = the_state(i, j)
            payer.purse = max(0.0, payer.purse - rules.leaving(i.depth(j)))
            payer.pot[pot_of(i, j)] = max(0.0, payer.pot[pot_of(i, j)] - rules.leaving(i.depth(j)))
            end_deal(i, j, "money")
        else:
            pay(i, j, price)
            pay(j, i, price)
            i.renewed, j.renewed = i.renewed + 1, j.renewed + 1
            i.deals[j].until = w.quarter + rules.first_term(w.luck.symmetric(Stream.TERM, i.uid, j.uid))
            if layer_of(i, j) == "influencer":
                i.deals[j].since = w.quarter
