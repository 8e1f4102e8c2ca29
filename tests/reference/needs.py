"""C.15 Needs: what actors supply, what is covered of what states need."""

from __future__ import annotations

import math
from collections.abc import Mapping

from simulation.data.tables import judged
from tests.reference.world import Actor, World

NEEDS = ("compute", "skills", "finance", "legitimacy")
Four = list[float]


def table(name: str, **which: str) -> Four:
    """One row of the table of supplies by its kind and sort, or one column of that of needs."""
    if name == "needs":
        return [float(row[which["what"]]) for need in NEEDS for row in judged("needs") if row["need"] == need]
    (row,) = (row for row in judged("supplies") if all(row[key] == value for key, value in which.items()))
    return [float(row[need]) for need in NEEDS]


def refresh(w: World) -> None:
    """A state supplies .1+.8m·readiness of compute, .15+.7K of skills, .2+.8m of finance, .6 of legitimacy."""
    for i in w.states:
        i.supply = grown(i, table("supplies", kind="state", sort="least"), table("supplies", kind="state", sort="rise"))


def grown(i: Actor, least: Four, rise: Four) -> Four:
    """What rises with size times readiness, with capacity, with size, with nothing."""
    by = (i.size * i.capacity_start, i.capacity, i.size, 0.0)
    return [min(1.0, a + b * x) for a, b, x in zip(least, rise, by, strict=True)]


def own_part(i: Actor) -> Four:
    """What a state covers of each need by itself."""
    return grown(i, table("needs", what="own"), table("needs", what="rise"))


def covered(i: Actor, weight: Mapping[Actor, float]) -> Four:
    """cov_n = own_n + (1 − own_n)(1 − e^{−S_n/s_n}), S_n = Σ_j z_j supply_jn, by the weights of partners."""
    supplied = [sum(z * j.supply[n] for j, z in weight.items()) for n in range(len(NEEDS))]
    scale = table("needs", what="scale")
    return [own + (1.0 - own) * (1.0 - math.exp(-s / at)) for own, s, at in
            zip(own_part(i), supplied, scale, strict=True)]  # fmt: skip


def covered_now(i: Actor) -> Four:
    """By the deals in force."""
    return covered(i, {j: deal.depth / 3.0 for j, deal in i.deals.items()})


def mean(parts: Four) -> float:
    """Coverage: the mean over the needs."""
    return sum(parts) / len(NEEDS)


def gain(i: Actor, j: Actor) -> float:
    """How much more of what i needs j fills than in the recorded world."""
    if not i.is_state:
        return 0.0
    now = sum((1.0 - part) * good for part, good in zip(covered_now(i), j.supply, strict=True))
    return now - sum(part * good for part, good in zip(i.open_start, j.supply_start, strict=True))
