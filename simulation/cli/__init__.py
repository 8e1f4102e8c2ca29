"""The command ``wifaq``."""

from simulation.cli.commands import app, main

__all__ = ["app", "main"]
