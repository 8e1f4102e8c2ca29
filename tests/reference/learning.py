"""C.16 Learning: which track pays."""

from __future__ import annotations

from simulation.kernels import Stream
from tests.reference.draws import logistic
from tests.reference.world import TRACKS, Actor, World


def learn(w: World) -> None:
    """Roth–Erev: q ← (1−φ)q + reward. Fermi: copy a random other learner who earned more, all at once."""
    learners = [i for i in w.actors if i.learns]
    if w.rules["learning"] == "roth_erev":
        for i in learners:
            i.propensity = {k: (1.0 - w.par.forgetting) * i.propensity[k] + i.reward[k] for k in TRACKS}
    elif w.rules["learning"] == "fermi":
        copied = {i: model(w, i, learners) for i in learners}
        learnt = {i: dict(other.propensity) for i, other in copied.items() if other is not None}
        for i, propensity in learnt.items():
            i.propensity = propensity


def model(w: World, i: Actor, learners: list[Actor]) -> Actor | None:
    """Whom i copies, with probability σ((payoff_j − payoff_i)/noise); nobody if the draw says no."""
    others = [j for j in learners if j is not i]
    if not others:
        return None
    j = max(others, key=lambda j: (w.draw(Stream.IMITATION_MODEL, i.uid, j.uid), -j.uid))
    more = sum(j.reward.values()) - sum(i.reward.values())
    return j if w.draw(Stream.IMITATION, i.uid, j.uid) < logistic(more / w.par.imitation_noise) else None
