"""Section E, outcomes of the world: networks, groups, members, blocs, tracks, totals.

Networks and groups are of states, the EU among them; means and inequality are over UN members.
Groups are the three camps and, as the fourth, the states of none.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, permutations

from tests.reference.outcomes import Account, Numbers
from tests.reference.society import support
from tests.reference.trust import direct_trust
from tests.reference.world import FULL_DEPTH, TRACKS, Actor, World

GROUPS = (0, 1, 2, -1)


def outcomes_of_world(w: World, account: Account) -> Numbers:
    """Everything that is recorded of the world."""
    return networks(w) | trusts(w) | groups(w) | members(w) | blocs(w) | tracks(w, account) | totals(w, account)


def mean(numbers: Iterable[float]) -> float:
    """The mean, 0 of nothing."""
    found = list(numbers)
    return sum(found) / len(found) if found else 0.0


def un_members(w: World) -> list[Actor]:
    """The states without the EU."""
    return [i for i in w.actors if i.un_member]


# --- networks


def networks(w: World) -> Numbers:
    """Density, modularity, E–I index, clustering, numbers of partners."""
    states = w.states
    partners = {i: [j for j in states if j in i.deals] for i in states}
    degrees = [len(partners[i]) for i in states]
    return {
        "density_states": density(states),
        "density_all": density([i for i in w.actors if takes_part(i)]),
        "modularity_camps": modularity(states),
        "ei_index": external_internal(states),
        "transitivity": transitivity(partners),
        "mean_degree": mean(degrees),
        "degree_skewness": skewness(degrees),
        "mean_partners": mean(len(i.deals) for i in un_members(w)),
        "connection_value": mean(connection(i, partners) for i in states),
    }


def takes_part(i: Actor) -> bool:
    """Whether it counts in denominators: a state, or whoever can supply something or has a deal."""
    return i.is_state or any(i.supply) or bool(i.deals)


def density(actors: list[Actor]) -> float:
    """Mean z over pairs."""
    return mean(i.depth(j) / FULL_DEPTH for i, j in combinations(actors, 2))


def modularity(states: list[Actor]) -> float:
    """Newman's Q = 1/2m Σ_ij [A_ij − k_i k_j/2m] over ordered pairs of the same group, weighted by depth."""
    strength = {i: sum(i.depth(j) for j in states) for i in states}
    twice = sum(strength.values())
    if twice == 0:
        return 0.0
    inside = [(i, j) for i in states for j in states if i.camp == j.camp]
    return sum(i.depth(j) - strength[i] * strength[j] / twice for i, j in inside) / twice


def external_internal(states: list[Actor]) -> float:
    """(external − internal)/(external + internal) ties by depth (Krackhardt & Stern 1988)."""
    external = sum(i.depth(j) for i, j in combinations(states, 2) if i.camp != j.camp)
    internal = sum(i.depth(j) for i, j in combinations(states, 2) if i.camp == j.camp)
    return (external - internal) / (external + internal) if external + internal else 0.0


def transitivity(partners: dict[Actor, list[Actor]]) -> float:
    """Share of pairs of an actor's partners that are partners themselves."""
    return mean(k in j.deals for near in partners.values() for j, k in combinations(near, 2))


def skewness(numbers: list[int]) -> float:
    """Third standardised moment; 0 where all are equal."""
    middle = mean(numbers)
    variance = mean((x - middle) ** 2 for x in numbers)
    return mean((x - middle) ** 3 for x in numbers) / variance**1.5 if len(set(numbers)) > 1 else 0.0


def connection(i: Actor, partners: dict[Actor, list[Actor]]) -> float:
    """Σ_j 2^−(steps from i to j) (Jackson & Wolinsky 1996)."""
    steps, ring, far = {i}, [i], 0
    worth = 0.0
    while ring:
        worth += len(ring) * 0.5**far if far else 0.0
        ring = list(dict.fromkeys(k for j in ring for k in partners[j] if k not in steps))
        steps.update(ring)
        far += 1
    return worth


def trusts(w: World) -> Numbers:
    """Mean direct trust of one in another, over those with a deal and over states."""
    return {
        "trust_partners": mean(direct_trust(i, j) for i in w.actors for j in i.deals),
        "trust_states": mean(direct_trust(i, j) for i, j in permutations(w.states, 2)),
    }


# --- groups


def groups(w: World) -> Numbers:
    """Leaders by the size of those who now stand closest to each, polarisation, divergence of positions."""
    people = un_members(w)
    closest = {i: min(w.leaders, key=lambda h: seen_distance(i, h)) for i in people}
    return {
        "effective_poles": effective_number([sum(i.size for i in people if closest[i] is h) for h in w.leaders]),
        "polarisation": polarisation(w, people),
        "divergence": mean(apart(i.position, j.position) for i, j in combinations(people, 2)),
    }


def seen_distance(i: Actor, j: Actor) -> float:
    """Squared distance of two positions as the first weighs it."""
    return sum(g * (x - y) ** 2 for g, x, y in zip(i.weight, i.position, j.position, strict=True))


def effective_number(weights: list[float]) -> float:
    """1/Σ share² (Laakso & Taagepera 1979); 0 if nothing has weight."""
    total = sum(weights)
    return 1.0 / sum((weight / total) ** 2 for weight in weights) if total > 0.0 else 0.0


def apart(x: list[float], y: list[float]) -> float:
    """Root-mean-square distance."""
    return mean((a - b) ** 2 for a, b in zip(x, y, strict=True)) ** 0.5


def polarisation(w: World, people: list[Actor]) -> float:
    """Σ_g Σ_h π_g^{1+α} π_h |y_g − y_h| (Esteban & Ray 1994), so scaled that two far halves give 1."""
    sides = [side for g in GROUPS if (side := [i for i in people if i.camp == g])]
    share = [len(side) / len(people) for side in sides]
    middle = [[mean(i.position[d] for i in side) for d in range(4)] for side in sides]
    own = 1.0 + w.par.polarisation
    found = sum(p**own * q * apart(x, y) for p, x in zip(share, middle, strict=True)
                for q, y in zip(share, middle, strict=True))  # fmt: skip
    return min(1.0, 2.0**own * found)


# --- members


def members(w: World) -> Numbers:
    """Capacity and its inequality, norm, support, G."""
    people = un_members(w)
    return {
        "capacity_mean": mean(i.capacity for i in people),
        "capacity_gini": gini([i.capacity for i in people]),
        "world_governance": w.governance,
        "norm_share": mean(i.norm for i in people),
        "support_mean": mean(support(i) for i in people),
    }


def gini(values: list[float]) -> float:
    """Mean absolute difference over all ordered pairs, self included, by twice the mean."""
    middle = mean(values)
    return mean(abs(x - y) for x in values for y in values) / (2.0 * middle) if middle > 0.0 else 0.0


# --- blocs and tracks


def blocs(w: World) -> Numbers:
    """Their effective number, depth, and how often what is tabled passes."""
    size = {bloc: sum(i.un_member for i in bloc.members) for bloc in w.blocs}
    found: Numbers = {
        "effective_blocs": effective_number(list(size.values())),
        "effective_blocs_active": effective_number([size[bloc] for bloc in w.blocs if bloc.depth >= 1]),
        "bloc_depth_mean": mean(bloc.depth for bloc in w.blocs),
    }
    for track in ("regional", "multilateral"):
        tabled = sum(bloc.tabled for bloc in w.blocs if bloc.track == track)
        passed = sum(bloc.passed for bloc in w.blocs if bloc.track == track)
        found[f"bloc_passages_{track}"] = passed
        found[f"bloc_passage_rate_{track}"] = passed / tabled if tabled else 0.0
    return found


def tracks(w: World, account: Account) -> Numbers:
    """States' effort spent for one agreement on each track, and how much members use each."""
    found: Numbers = {}
    for track in TRACKS:
        reached = sum(i.success[track] for i in w.states)
        found[f"time_to_agreement_{track}"] = account.spent[track] / max(1.0, reached)
        found[f"track_share_{track}"] = mean(i.track_share[track] for i in un_members(w))
    return found


# --- totals


def totals(w: World, account: Account) -> Numbers:
    """Deals in the world, and what states did and suffered this quarter or so far."""
    return {
        "world_deals": sum(j in i.deals for i, j in combinations(w.actors, 2)),
        "world_deals_new": sum(j in i.deals and i.deals[j].since == w.quarter for i, j in combinations(w.actors, 2)),
        "world_deals_ended": sum(i.lapsed for i in w.actors) // 2,
        "world_deal_life": account.stood / max(account.ended, 1) / 4.0,
        "world_agreements": sum(sum(i.formed.values()) for i in w.states),
        "world_breaches": sum(i.breaches for i in w.states),
        "world_incidents": sum(sum(i.incidents.values()) for i in w.states),
        "world_instruments_joined": sum(i.un_member for text in w.texts for i in text.joined),
        "world_concessions": sum(i.conceded for i in w.states),
        "incumbent_share": incumbent_share(w),
    }


def incumbent_share(w: World) -> float:
    """Share of the leaders' own firms in the weight of states' deals with firms (C31)."""
    with_firms = [(j, deal.depth) for i in w.states for j, deal in i.deals.items() if j.kind == "firm"]
    total = sum(depth for _, depth in with_firms)
    return sum(depth for j, depth in with_firms if is_incumbent(w, j)) / total if total else 0.0


def is_incumbent(w: World, firm: Actor) -> bool:
    """A firm at home with a leader; for a leader that is a union, with anyone in its camp."""
    return any(firm.home is h or (not h.un_member and firm.camp == h.camp >= 0) for h in w.leaders)
