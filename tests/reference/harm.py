"""C.14 Harm and benefit: capability, world governance, incidents, urgency; and the scenario's shocks."""

from __future__ import annotations

import math

from simulation.kernels import Stream
from simulation.scenario.schema import Shock
from tests.reference.draws import normal, poisson
from tests.reference.society import ties
from tests.reference.world import INCIDENTS, Actor, World

# --- shocks and capability


def grow_capability(w: World) -> None:
    """Q_t = e^{gt}/(1 + .25(e^{gt} − 1)); a capability jump moves t ahead for good."""
    lead = sum(s.size for s in w.scenario.shocks if s.kind == "capability_jump" and age(w, s) >= 0)
    growth = math.exp(w.par.capability_growth * (w.quarter + lead))
    w.capability = 1.0
    if w.on("capability_growth"):
        w.capability = growth / (1.0 + w.par.capability_saturation * (growth - 1.0))


def age(w: World, shock: Shock) -> int:
    """Quarters since a shock began."""
    return w.quarter - shock.quarter.index_from(w.scenario.start)


def strike(w: World) -> None:
    """Last quarter's budget cuts are undone, then this quarter's shocks hit."""
    w.surge = 1.0
    for i in w.actors:
        if i.uncut >= 0.0:
            i.budget = i.uncut
        i.uncut, i.wave = -1.0, 0
    for shock in w.scenario.shocks:
        if 0 <= age(w, shock) < shock.duration:
            if shock.kind == "malicious_surge":
                w.surge *= shock.size
            for i in w.actors:
                if shock.actors == "all" or i.id in shock.actors:
                    hit(w, shock, i)


def hit(w: World, shock: Shock, i: Actor) -> None:
    """What one shock does to one actor."""
    if shock.kind == "budget_cut":
        i.uncut = i.budget if i.uncut < 0.0 else i.uncut
        i.budget *= shock.size
    elif shock.kind == "trust_shock" and age(w, shock) == 0:
        for opinion in i.opinion_of.values():
            lost = (1.0 - shock.size) * opinion.alpha
            opinion.alpha -= lost
            opinion.beta += lost
    elif shock.kind == "disinformation_wave" and i.un_member:
        i.wave += round(shock.size)


# --- harm


def suffer(w: World) -> None:
    """Incidents, what they do to publics and trust, the benefit of AI, and urgency; for UN members."""
    members = [i for i in w.actors if i.un_member]
    w.governance = world_governance(w, members)
    for i in w.actors:
        i.shield = shield(w, i) if i.un_member else 0.0
        i.net_benefit = w.par.benefit * w.capability * i.adoption * i.capacity if i.un_member else 0.0
        i.incidents = incidents(w, i)
    for i in members:
        i.harm_memory = w.par.harm_memory * i.harm_memory + sum(i.incidents.values())
        for kind in INCIDENTS:
            i.incidents_total[kind] += i.incidents[kind]
    if w.on("disinformation"):
        for i in members:
            disinform(w, i)
    if w.on("urgency"):
        for i in members:
            raise_urgency(w, i)


def world_governance(w: World, members: list[Actor]) -> float:
    """G = (mean max(K,.05)^r)^{1/r}; r → 0 is the geometric mean (Hirshleifer 1983)."""
    if not members:
        return 0.0
    r = w.par.aggregation
    values = [max(i.capacity, w.par.governance_floor) for i in members]
    if abs(r) < 1e-9:
        return math.exp(sum(map(math.log, values)) / len(values))
    pivot = max(values) if r > 0.0 else min(values)  # taken out, so that no power overflows
    mean = sum(math.expm1(r * math.log(v / pivot)) for v in values) / len(values)
    return pivot * math.exp(math.log1p(mean) / r)


def shield(w: World, i: Actor) -> float:
    """G_i = min(1, G(1 + .5·joint)), joint = 1 − Π(1 − e·z) over i's instruments and blocs."""
    open_side = 1.0
    for text in w.texts:
        if i in text.joined:
            open_side *= 1.0 - text.counts()
    for bloc in w.blocs:
        if i in bloc.members:
            open_side *= 1.0 - bloc.enforcement * bloc.depth / 3.0
    return min(1.0, w.governance * (1.0 + w.par.joint_shield * (1.0 - open_side)))


def incidents(w: World, i: Actor) -> dict[str, int]:
    """Poisson(h0 Q_t(1−K)(1−χG_i)) incidents with their kinds, on top of a wave of disinformation."""
    found = dict.fromkeys(INCIDENTS, 0)
    if not w.on("harm"):
        return found
    found["disinformation"] = i.wave
    if i.un_member:
        rate = w.par.hazard * w.capability * w.surge * (1.0 - i.capacity) * (1.0 - w.par.shield * i.shield)
        for number in range(poisson(w.draw(Stream.INCIDENTS, i.uid), rate)):
            found[kind_of(w, w.draw(Stream.INCIDENT_KIND, i.uid, number))] += 1
    return found


def kind_of(w: World, u: float) -> str:
    """Cyber .4, market .2, disinformation .3, social .1, rescaled to one."""
    share = [getattr(w.par, f"share_{kind}") for kind in INCIDENTS]
    cumulative = 0.0
    for kind, part in zip(INCIDENTS, share, strict=True):
        cumulative += part
        if u * sum(share) < cumulative:
            return kind
    return INCIDENTS[-1]


def disinform(w: World, i: Actor) -> None:
    """Disinformation lowers support in a public and its state's trust in its partners (C5)."""
    count = i.incidents["disinformation"]
    if count > 0:
        i.public = [max(0.0, y - w.par.disinformation_opinion * count) for y in i.public]
        for j in i.deals:
            i.opinion_of[j].beta += w.par.disinformation_trust * count


def raise_urgency(w: World, i: Actor) -> None:
    """Urgency ← .8·urgency + .2·min(1, perceived/2); perceived = true × lognormal(σ_p), less noisy with experts."""
    spread = w.when("perception", w.par.perception_noise) / (1.0 + ties(i, "think_tank", "secretariat", "ngo"))
    perceived = sum(i.incidents.values()) * math.exp(spread * normal(w.draw(Stream.PERCEPTION, i.uid)))
    keep = w.par.urgency_memory
    i.urgency = keep * i.urgency + (1.0 - keep) * min(1.0, perceived / w.par.alarm)
