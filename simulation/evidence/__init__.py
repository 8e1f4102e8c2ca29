"""Tests of the model and its forecasts against the record and the paper."""

from simulation.scenario import shipped

BASELINE = shipped.folder() / "baseline.yaml"
"""The scenario that is put to the test."""
