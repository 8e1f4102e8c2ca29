"""Scenario files: what can be asked of the model, checked before anything runs."""
