"""The command ``wifaq``. Light to import: until the commands are loaded Ctrl-C finds nothing to tidy, and says so."""

from __future__ import annotations

from typing import Any

from simulation.cli.signals import end_at_once

__all__ = ["app", "main"]


def main() -> None:
    """Entry point of the command."""
    end_at_once()
    from simulation.cli import commands

    commands.main()


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from simulation.cli.commands import app

    return app
