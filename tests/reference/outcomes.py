"""Section E, outcomes of one actor: its commitments in a list, what they add up to, and the indices.

Integers are counts and are recorded exactly; everything else is recorded up to rounding.
"""

from __future__ import annotations

import math
from itertools import permutations
from typing import NamedTuple

from tests.reference.needs import NEEDS, covered, covered_now, mean, own_part
from tests.reference.society import support
from tests.reference.trust import distance
from tests.reference.world import TRACKS, Actor, Deal, World

Numbers = dict[str, float]
CAMP_STATES = ("eu_states", "cn_states", "us_states", "other_states")
KINDS = ("state", "firm", "think_tank", "ngo", "influencer", "secretariat")
CATEGORIES = (*CAMP_STATES, "regional", "multilateral", "firm", "secretariat")
"""The q of c_q: partner states by camp, blocs and texts by who may join, firms, secretariats; others are means."""
LEAST = 0.5
"""What e counts at least here, or a joined convention would be worth a fifth of a memorandum."""
CAMPS = (0, 1, 2)
DEALS = ("new", "recorded", "drawn")
"""Where the partner of a deal comes from."""
RUNGS = ("mou", "programme", "binding")


class Commitment(NamedTuple):
    """A deal, a bloc that has decided something, or a text that was joined."""

    weight: float  # ℓ/3, e·D/3, or e·z of C.7, e at least 1/2
    category: str
    track: str
    kept: float  # ō, share of the promises kept
    source: str  # of a deal where the partner comes from, else what it is


class Account:
    """What the record remembers beside the world as it stands.

    Attributes
    ----------
    spent
        Effort that states have spent on each track since the start.
    stood, ended
        Deals in force summed over the quarters so far, and how many have ended.
    """

    def __init__(self, w: World):
        self._w = w
        self.spent = dict.fromkeys(TRACKS, 0.0)
        self.stood = self.ended = 0

    def recorded(self) -> list[Actor]:
        """Whose outcomes the scenario keeps: the focal state's and its peers', the states', or everybody's."""
        w, asked = self._w, self._w.scenario.record.actors
        if asked in ("states", "all"):
            return [i for i in w.actors if i.is_state or asked == "all"]
        named = (w.scenario.peers or ()) if asked == "focal" else asked
        return [w.by_id[name] for name in dict.fromkeys((w.scenario.focal, *named))]

    def spend(self) -> None:
        """Add the effort of the quarter that ends."""
        for i in self._w.states:
            for track in TRACKS:
                self.spent[track] += i.track_share[track]
        self.stood += sum(len(i.deals) for i in self._w.actors) // 2
        self.ended += sum(i.lapsed for i in self._w.actors) // 2


def outcomes_of(w: World, f: Actor) -> Numbers:
    """Everything that is recorded of one actor."""
    made = commitments(w, f)
    told = partners(w, f) | counts(w, f) | sums(made) | kept_by(made) | against_others(w, f, made)
    return told | volumes(w, made) | quality(w, f, made) | conditions(f) | coverage(f)


# --- commitments


def commitments(w: World, f: Actor) -> list[Commitment]:
    """All that an actor has committed itself to."""
    made = [
        Commitment(deal.depth / 3.0, category(j), track_of(f, j, deal), clean_record(f, j), f.held.get(j, "new"))
        for j, deal in f.deals.items()
        if j.is_state or j.kind in CATEGORIES
    ]
    for bloc in w.blocs:
        if f in bloc.members and bloc.depth > 0:
            weight = max(LEAST, bloc.enforcement) * bloc.depth / 3.0
            made.append(Commitment(weight, bloc.track, bloc.track, compliance_of(bloc.members), "blocs"))
    for text in w.texts:
        if f in text.joined:
            kept = compliance_of(list(text.joined))
            made.append(Commitment(text.counts(LEAST), text.track, text.track, kept, "instruments"))
    return made


def category(j: Actor) -> str:
    """Where a deal belongs by its partner: camp of a state (the last for none), kind of another."""
    return CAMP_STATES[j.camp] if j.is_state else j.kind


def track_of(f: Actor, j: Actor, deal: Deal) -> str:
    """How a deal was last made; on record without a track, by who made it."""
    return deal.track or ("bilateral" if f.is_state and j.is_state else "non_state")


def clean_record(f: Actor, j: Actor) -> float:
    """ō of a deal: share of the last four quarters, or of as many as there were, in which each kept its word."""
    sides = [list(i.kept[k].values()) for i, k in ((f, j), (j, f))]
    return sum(sum(told) / len(told) if told else 1.0 for told in sides) / 2.0


def compliance_of(members: list[Actor]) -> float:
    """ō of a bloc or text: its members' mean compliance."""
    return sum(i.compliance for i in members) / len(members)


# --- counts first


def partners(w: World, f: Actor) -> Numbers:
    """Partners that are new since the start, that were and still are, and that are lost; of every kind, by kind."""
    parts = {"new": f.deals.keys() - f.held.keys(), "held": f.deals.keys() & f.held.keys(),
             "lost": f.held.keys() - f.deals.keys()}  # fmt: skip
    found: Numbers = {f"partners_{what}": len(who) for what, who in parts.items()}
    for source in ("recorded", "drawn"):
        found[f"partners_held_{source}"] = sum(f.held[j] == source for j in parts["held"])
    for what, who in parts.items():
        found |= {f"partners_{what}_{kind}": sum(j.kind == kind for j in who) for kind in KINDS}
    return found


def counts(w: World, f: Actor) -> Numbers:
    """Deals by kind, depth, camp and track; texts; blocs that have decided something."""
    held = f.deals.items()
    found: Numbers = {"deals": len(held)}
    for kind in KINDS:
        found[f"deals_{kind}"] = sum(j.kind == kind for j, _ in held)
    for rung, name in enumerate(RUNGS, 1):
        found[f"deals_{name}"] = sum(deal.depth == rung for _, deal in held)
    for name in CAMP_STATES:
        found[f"deals_{name}"] = sum(category(j) == name for j, _ in held)
    for track in ("bilateral", "trilateral", "non_state"):
        found[f"deals_{track}"] = sum(track_of(f, j, deal) == track for j, deal in held)
    found["instruments_joined"] = sum(f in text.joined for text in w.texts)
    found["blocs_active"] = sum(f in bloc.members and bloc.depth >= 1 for bloc in w.blocs)
    return found


def kept(made: list[Commitment]) -> float:
    """C = Σzō."""
    return sum(c.weight * c.kept for c in made)


def kept_by(made: list[Commitment]) -> Numbers:
    """C by what it comes from; deals apart by where the partner comes from, and all together."""
    parts = {name: kept([c for c in made if c.source == name]) for name in (*DEALS, "blocs", "instruments")}
    parts["deals"] = sum(parts[name] for name in DEALS)
    return {f"kept_{name}": value for name, value in parts.items()}


def against_others(w: World, f: Actor, made: list[Commitment]) -> Numbers:
    """Where C stands among states', and its deals against those that the fitted intensity alone would give."""
    deals = sum(kept([c for c in made if c.source == name]) for name in DEALS)
    ratio = deals / f.gravity if f.gravity > 0.0 else 0.0
    return {"kept_rank": rank(w, f), "kept_against_gravity": ratio}


def rank(w: World, f: Actor) -> int:
    """Place among the states by C, 1 for the most; sums that differ by rounding are equal."""
    own = kept(commitments(w, f))
    return 1 + sum(kept(commitments(w, i)) > own + 1e-9 for i in w.states if i is not f)


# --- then the index


def sums(made: list[Commitment]) -> Numbers:
    """Σz in all, c_q by category, and by track."""
    found = dict.fromkeys(("", *(f"_{q}" for q in CATEGORIES), *(f"_by_{track}" for track in TRACKS)), 0.0)
    for c in made:
        for part in ("", f"_{c.category}", f"_by_{c.track}"):
            found[part] += c.weight
    return {f"commitments{part}": weight for part, weight in found.items()}


def volume(w: World, weight: float) -> float:
    """1 − exp(−c/V0), V0 = half/ln 2: Vol of all commitments, COOP of those kept."""
    return -math.expm1(-weight * math.log(2.0) / w.par.volume_half)


def volumes(w: World, made: list[Commitment]) -> Numbers:
    """C = Σzō; Vol of everything and of each part, Imp = C/Σz, COOP."""
    found = {name.replace("commitments", "volume"): volume(w, weight) for name, weight in sums(made).items()}
    total = sum(c.weight for c in made)
    c = kept(made)
    found |= {"commitments_kept": c, "implementation": c / total if total > 0.0 else 0.0}
    return found | {"cooperation": volume(w, c)}


# --- needs


def coverage(f: Actor) -> Numbers:
    """What of its needs is covered, and what of that by each camp: all 0 for who has none, as others than states."""
    if not f.is_state:
        parts, lost, share = [0.0] * len(NEEDS), [0.0] * len(CAMPS), [0.0] * len(CAMPS)
    else:
        parts, whole = covered_now(f), mean(covered_now(f))
        given = whole - mean(own_part(f))
        weight = {j: deal.depth / 3.0 for j, deal in f.deals.items()}
        without = {gone: mean(covered(f, {j: z for j, z in weight.items() if side(f, j) not in gone}))
                   for gone in combinations_of(CAMPS)}  # fmt: skip
        lost = [(whole - without[frozenset({c})]) / given if given else 0.0 for c in CAMPS]
        share = [shapley(c, without) / given if given else 0.0 for c in CAMPS]
    found = {"coverage": sum(parts) / len(NEEDS), "dependence": max(lost)}
    found |= {f"coverage_{name}": part for name, part in zip(NEEDS, parts, strict=True)}
    for c, name in enumerate(("eu", "cn", "us")):
        found |= {f"dependence_{name}": lost[c], f"coverage_by_{name}": share[c]}
    return found


def side(f: Actor, j: Actor) -> int:
    """Camp of a partner; a state's own organisations are nobody's."""
    return -1 if j.home is f and not j.is_state else j.camp


def combinations_of(camps: tuple[int, ...]) -> list[frozenset[int]]:
    """All sets of camps."""
    return [frozenset(c for k, c in enumerate(camps) if number >> k & 1) for number in range(2 ** len(camps))]


def shapley(camp: int, without: dict[frozenset[int], float]) -> float:
    """Mean over all orders of leaving of what coverage falls by as the camp leaves (Shapley 1953)."""
    losses = []
    for order in permutations(CAMPS):
        before = frozenset(order[: order.index(camp)])
        losses.append(without[before] - without[before | {camp}])
    return sum(losses) / len(losses)


# --- quality


def quality(w: World, f: Actor, made: list[Commitment]) -> Numbers:
    """What kind of cooperation it is, in its parts."""
    return {
        "diversity": diversity(made),
        "reciprocity": reciprocity(f),
        "autonomy": autonomy(f, made),
        "alignment": alignment(f),
        "capacity": f.capacity,
        "safety": math.exp(-f.harm_memory / w.par.harm_scale),
        "position_drift": drift(f),
    }


def diversity(made: list[Commitment]) -> float:
    """Div = (exp H − 1)/(Q − 1), H the entropy of the shares of the categories (Hill 1973)."""
    weights = [sum(c.weight for c in made if c.category == name) for name in CATEGORIES]
    shares = [weight / sum(weights) for weight in weights if weight > 0.0]
    if not shares:
        return 0.0
    return math.expm1(-sum(p * math.log(p) for p in shares)) / (len(CATEGORIES) - 1)


def reciprocity(f: Actor) -> float:
    """Rec = 1 − |Σ(s_fj − s_jf)|/Σ(s_fj + s_jf) over f's deals, s how close their terms are to each side's position."""
    mine = sum(satisfaction(f, deal) for deal in f.deals.values())
    theirs = sum(satisfaction(j, deal) for j, deal in f.deals.items())
    return 1.0 - abs(mine - theirs) / (mine + theirs) if mine + theirs > 0.0 else 0.0


def satisfaction(i: Actor, deal: Deal) -> float:
    """1 − ‖y − x_i‖_w, at least 0."""
    return 1.0 - min(1.0, distance(deal.terms, i.position, i.weight))


def autonomy(f: Actor, made: list[Commitment]) -> float:
    """Aut = (1 − HHI*)(1 − ‖x_f(t) − x_f(0)‖_w); 1 for an empty portfolio."""
    return (1.0 - camp_concentration(f)) * (1.0 - drift(f)) if sum(c.weight for c in made) > 0.0 else 1.0


def camp_concentration(f: Actor) -> float:
    """HHI* = (HHI − 1/n)/(1 − 1/n) over the n camps of partners; those of no camp are spread over all camps."""
    total = sum(deal.depth / 3.0 for deal in f.deals.values())
    if total == 0.0:
        return 0.0
    free = sum(deal.depth / 3.0 for j, deal in f.deals.items() if j.camp not in CAMPS)
    with_camp = [sum(deal.depth / 3.0 for j, deal in f.deals.items() if j.camp == camp) for camp in CAMPS]
    hhi = sum(((weight + free / len(CAMPS)) / total) ** 2 for weight in with_camp)
    return max(0.0, (hhi - 1.0 / len(CAMPS)) / (1.0 - 1.0 / len(CAMPS)))


def drift(f: Actor) -> float:
    """‖x_f(t) − x_f(0)‖_w."""
    return min(1.0, distance(f.position, f.position_start, f.weight))


def alignment(f: Actor) -> float:
    """Align = Σz(1 − ‖y_fj − x_f(0)‖_w)/Σz over f's deals."""
    rungs = f.rungs()
    close = sum(d.depth * (1.0 - min(1.0, distance(d.terms, f.position_start, f.weight))) for d in f.deals.values())
    return close / rungs if rungs > 0 else 0.0


# --- what the world does to it


def conditions(f: Actor) -> Numbers:
    """Numbers that the quarter leaves with an actor."""
    return {
        "benefit": f.net_benefit,
        "incidents": sum(f.incidents.values()),
        "incidents_so_far": sum(f.incidents_total.values()),
        "urgency": f.urgency,
        "support": support(f) if f.public else 0.0,
        "norm": int(f.norm),
        "watched": f.watch,
        "consulted": f.consulted,
        "capture": f.capture,
        "capture_drift": f.capture_drift,
        "concessions_received": f.conceded,
        "load": f.load,
        "agreements": sum(f.formed.values()),
        "breaches": f.breaches,
        "lapses": f.lapsed,
    }
