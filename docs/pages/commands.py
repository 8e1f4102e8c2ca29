"""The page of the commands: exit statuses, and the directive that shows the help of each command."""

from __future__ import annotations

from typing import Any

import typer

from docs.pages import NOTE
from simulation.cli.commands import app
from simulation.cli.common import BAD_INPUT, DONE, FAILED, INTERRUPTED

_TOP = f"""\
What `wifaq COMMAND --help` says on the screen. Options may stand before or after the files.

| exit status | meaning |
| --- | --- |
| {DONE} | done |
| {FAILED} | a run failed, or the disk did not take the results; what is wrong is on standard error |
| {BAD_INPUT} | bad input: every fault is told with its place, nothing is written |
| {INTERRUPTED} | interrupted |
"""
_WIDTH = 90
"""Columns of the help; a page of the site holds them."""


def commands_page() -> str:
    """A section a command, filled in by sphinxcontrib-typer."""
    group: Any = typer.main.get_command(app)
    return "\n".join(["# Commands\n", NOTE, _TOP, *(_section(name) for name in group.commands)])


def _section(name: str) -> str:
    options = {"prog": f"wifaq {name}", "markup-mode": "markdown", "preferred": "text", "width": _WIDTH}
    lines = [f".. typer:: simulation.cli.commands.app:{name}", *(f"   :{key}: {options[key]}" for key in options)]
    directive = "\n".join(lines)
    return f"## wifaq {name}\n\n```{{eval-rst}}\n{directive}\n```\n"
