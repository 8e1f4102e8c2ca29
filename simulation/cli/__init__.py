"""The command ``wifaq``. Light to import: until the commands are loaded Ctrl-C finds nothing to tidy, and says so."""

from simulation.cli.signals import end_at_once


def main() -> None:
    """Entry point of the command."""
    end_at_once()
    from simulation.cli import commands

    commands.main()
