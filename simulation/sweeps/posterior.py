"""The calibrated parameters as factors of a sampled design: the posterior of each by itself."""

from __future__ import annotations

from simulation.evidence.posterior import load
from simulation.sweeps.schema import Range

TAIL = 0.05
NOTE = (
    "parameters: the calibrated ones vary over the central 90 % of their posterior, each by itself; "
    "what the posterior says of them together is in a run's own draws only"
)


def ranges() -> dict[str, Range]:
    """Range of every calibrated parameter by dotted key, in the order of the registry."""
    sample = load()
    return {
        f"parameters.{name}": Range(low=sample.quantile(name, TAIL), high=sample.quantile(name, 1 - TAIL))
        for name in sample.names
    }
