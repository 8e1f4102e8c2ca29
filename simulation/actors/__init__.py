"""The five actor types of the paper, and the secretariats, as Mesa agents."""

from simulation.actors.base import Actor
from simulation.actors.cast import BY_KIND
from simulation.actors.kinds import NGO, Firm, Influencer, Secretariat, StateActor, ThinkTank
from simulation.actors.table import HOOKS

__all__ = [
    "BY_KIND", "HOOKS", "NGO", "Actor", "Firm", "Influencer", "Secretariat", "StateActor", "ThinkTank",
]  # fmt: skip
