"""The page of the commands, from the command line itself."""

from __future__ import annotations

from typing import Any

import typer
from simulation.manual.notes import NOTE

from simulation.cli.commands import BAD_INPUT, DONE, FAILED, INTERRUPTED, app
from simulation.display.pages import table

_TOP = f"""\
`wifaq COMMAND --help` says the same on the screen. Options may stand before or after the files.

| exit status | meaning |
| --- | --- |
| {DONE} | done |
| {FAILED} | a run failed, or the disk did not take the results; what is wrong is on standard error |
| {BAD_INPUT} | bad input: every fault is told with its place, nothing is written |
| {INTERRUPTED} | interrupted |
"""
_WIDE = 10_000
"""No line of a usage is broken."""
_BRACES = str.maketrans("", "", "{}")
"""What stands around an argument that must be given."""


def commands_page() -> str:
    """Every command with every argument and option."""
    group: Any = typer.main.get_command(app)
    lines = ["# Commands\n", NOTE, _TOP]
    lines += [table(("command", "does"), [(f"[`{name}`](#{_anchor(name)})", told) for name, told in _told(group)])]
    for name, command in group.commands.items():
        lines += _section(name, command, group.context_class)
    return "\n".join(lines)


def _told(group: Any) -> list[tuple[str, str]]:
    return [(name, command.help.splitlines()[0]) for name, command in group.commands.items()]


def _anchor(name: str) -> str:
    return f"wifaq-{name}"


def _section(name: str, command: Any, context_class: Any) -> list[str]:
    context = context_class(command, info_name=f"wifaq {name}", terminal_width=_WIDE, max_content_width=_WIDE)
    usage = command.get_usage(context).removeprefix("Usage: ").translate(_BRACES)
    rows = [_row(entry, context) for entry in command.get_params(context) if entry.name != "help"]
    return [
        f"## wifaq {name}\n",
        f"{command.help}\n",
        f"```text\n{usage}\n```\n",
        table(("argument or option", "meaning"), rows),
    ]


def _row(entry: Any, context: Any) -> tuple[str, str]:
    call, meaning = entry.get_help_record(context)
    several = " May be given several times." if entry.param_type_name == "option" and entry.multiple else ""
    return f"`{call}`", meaning.replace("  [", " [") + several
