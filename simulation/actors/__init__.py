"""The five actor types of the paper, and the secretariats, as Mesa agents."""

from simulation.actors.base import Actor
from simulation.actors.cast import BY_KIND
from simulation.actors.firms import Firm
from simulation.actors.influencers import Influencer
from simulation.actors.ngos import NGO
from simulation.actors.secretariats import Secretariat
from simulation.actors.states import StateActor
from simulation.actors.table import HOOKS
from simulation.actors.think_tanks import ThinkTank

__all__ = [
    "BY_KIND", "HOOKS", "NGO", "Actor", "Firm", "Influencer", "Secretariat", "StateActor", "ThinkTank",
]  # fmt: skip
