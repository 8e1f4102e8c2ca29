"""The model: one run of the world, quarter by quarter."""

from simulation.model.governance import QUARTER, GovernanceModel

__all__ = ["QUARTER", "GovernanceModel"]
