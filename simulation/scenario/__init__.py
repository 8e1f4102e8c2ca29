"""Scenario files: what can be asked of the model, checked before anything runs."""

from simulation.scenario.checks import eligible_actors, load_records, world_of
from simulation.scenario.dump import scenario_to_yaml
from simulation.scenario.load import load_scenario
from simulation.scenario.names import default_peers
from simulation.scenario.quarter import Quarter
from simulation.scenario.schema import Scenario

__all__ = [
    "Quarter",
    "Scenario",
    "default_peers",
    "eligible_actors",
    "load_records",
    "load_scenario",
    "scenario_to_yaml",
    "world_of",
]
