"""The five actor types of the paper, and the secretariats, as Mesa agents."""

from simulation.actors.base import Actor
from simulation.actors.firms import Firm
from simulation.actors.influencers import Influencer
from simulation.actors.ngos import NGO
from simulation.actors.secretariats import Secretariat
from simulation.actors.states import StateActor
from simulation.actors.table import HOOKS
from simulation.actors.think_tanks import ThinkTank

BY_KIND: dict[str, type[Actor]] = {
    cls.kind: cls for cls in (StateActor, Firm, ThinkTank, NGO, Influencer, Secretariat)
}

__all__ = [
    "BY_KIND", "HOOKS", "NGO", "Actor", "Firm", "Influencer", "Secretariat", "StateActor", "ThinkTank",
]  # fmt: skip
