"""What moves positions: C.9 diffusion, C.10 firms, C.11 funders of think tanks."""

from __future__ import annotations

from tests.reference.society import ties
from tests.reference.trust import distance
from tests.reference.world import Actor, World

Vector = list[float]


def move(i: Actor, step: Vector) -> None:
    """x ← x + Δx within [0, 1]."""
    i.position = [min(1.0, max(0.0, x + dx)) for x, dx in zip(i.position, step, strict=True)]


# --- C.9


def diffuse(w: World) -> None:
    """Δx_i = μ[Σ_c w_c Σ_j W^c_ij(x_j − x_i) + anchor(x_i(0) − x_i)], all at once; leaders hold their positions."""
    if not w.on("diffusion"):
        return
    steps = {i: diffusion_step(w, i) for i in w.states if i not in w.leaders}
    for i, step in steps.items():
        move(i, step)


def diffusion_step(w: World, i: Actor) -> Vector:
    """One quarter's Δx of one state."""
    pull = [0.0] * 4
    for strength, look in channels(w, i):
        total = sum(look.values())
        for j, weight in look.items():
            if total > 0.0:
                add(pull, strength * weight / total, j.position, i.position)
    add(pull, w.par.market_pull * i.trade_eu, w.leaders[0].position, i.position)
    add(pull, w.par.anchor, i.position_start, i.position)
    return [w.par.diffusion * p for p in pull]


def channels(w: World, i: Actor) -> list[tuple[float, dict[Actor, float]]]:
    """Whom a state looks at in each channel: learning, competition, imitation, coercion (Simmons et al. 2006)."""
    partners = {j: deal.depth for j, deal in i.deals.items() if j.is_state}
    return [
        (w.par.learning_channel, {j: depth * j.capacity for j, depth in partners.items()}),
        (w.par.competition_channel, {j: share for j, share in i.trade.items() if j is not i}),
        (w.par.imitation_channel, {j: weight for j, weight in i.peers.items() if j is not i}),
        (w.par.coercion_channel, {j: depth * j.size for j, depth in partners.items() if j in w.leaders}),
    ]


def add(pull: Vector, weight: float, towards: Vector, here: Vector) -> None:
    """Add weight·(x_j − x_i) to a pull."""
    for d in range(4):
        pull[d] += weight * (towards[d] - here[d])


# --- C.10


def openness(i: Actor) -> float:
    """(1−T)(1−oversight)."""
    return (1.0 - i.transparency) * (1.0 - i.oversight)


def capture(w: World) -> None:
    """capture_i = (1−T)(1−oversight)Σz/(1+Σz); drift κ_F(1−T)(1−oversight)Σ_F z(x_j−x_i)/(1 + Σ_F z)."""
    for i in w.actors:
        z = ties(i, "firm")
        i.capture = openness(i) * z / (1.0 + z) if i.is_state and w.on("capture") else 0.0
    if w.on("capture"):
        for i in w.states:
            if ties(i, "firm") > 0.0:
                drift_to_firms(w, i)


def drift_to_firms(w: World, i: Actor) -> None:
    """Research-minded firms drift a state less (C56)."""
    pull = [0.0] * 4
    for j, deal in i.deals.items():
        if j.kind == "firm":
            add(pull, deal.depth / 3.0 * (1.0 - w.par.research_restraint * j.research), j.position, i.position)
    speed = w.par.capture * openness(i) / (1.0 + ties(i, "firm"))
    before = i.position
    move(i, [speed * p for p in pull])
    i.capture_drift += distance(i.position, before, i.weight)


# --- C.11


def drift_to_funders(w: World) -> None:
    """Δx_i = κ_T Σ_T z(1−O_j)(x_funder − x_i)/(1 + Σ_T z), all at once; own think tanks do not bias."""
    if not w.on("think_tank_bias"):
        return
    steps = {}
    for i in w.states:
        pull = [0.0] * 4
        for j, deal in i.deals.items():
            payer = funder(w, j)
            if payer is not None and j.home is not i:
                add(pull, deal.depth / 3.0 * (1.0 - j.objectivity), payer.position, i.position)
        steps[i] = [w.par.funder_bias * p / (1.0 + ties(i, "think_tank")) for p in pull]
    for i, step in steps.items():
        move(i, step)


def funder(w: World, j: Actor) -> Actor | None:
    """Who funds a think tank: the leader of its home's camp, else its home."""
    if j.kind != "think_tank" or j.home is None:
        return None
    return w.leaders[j.home.camp] if 0 <= j.home.camp < len(w.leaders) else j.home
