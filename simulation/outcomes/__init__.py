"""What a run is measured by: metrics of an actor, of the world, of a user; and their record."""

from simulation.outcomes.focal import actor_outcomes
from simulation.outcomes.metrics import METRICS, Metric, StateView, metric, metric_hashes
from simulation.outcomes.record import Recorder
from simulation.outcomes.system import system_outcomes

__all__ = [
    "METRICS",
    "Metric",
    "Recorder",
    "StateView",
    "actor_outcomes",
    "metric",
    "metric_hashes",
    "system_outcomes",
]
