"""Reading what a user names: regular files only, never more than a limit, one sentence a fault.

Every reader of a user's file goes through here: scenarios, sweeps, tables, result folders. A device,
a pipe, or what the system makes up while it is read (``/proc``) is refused before a byte of it is read.
"""

from __future__ import annotations

import os
import re
import stat

from simulation.errors import Fault, InputError

SHOWN = 40
"""Characters of a file that a message quotes."""
_MADE_UP = ("/proc/", "/sys/")
"""Where the system makes up files as they are read, some without an end."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Signs that are no text: those that YAML 1.2 does not allow, half a character (a surrogate) included."""


class UnreadableError(InputError, ValueError):
    """A file that is not read: why, as one fault of the whole file or of one place in it."""


def shown(text: str, most: int = SHOWN) -> str:
    """A piece of a file as a message quotes it: in quotes, on one line, cut short."""
    return repr(text if len(text) <= most else text[: most - 3] + "...")


def read_bytes(path: str | os.PathLike[str], largest: int) -> bytes:
    """The content of a regular file of at most ``largest`` bytes.

    Raises
    ------
    UnreadableError
        It is no regular file, is larger, or the system does not give it.
    """
    name = os.fspath(path)
    check_file(name, largest)
    try:
        with os.fdopen(os.open(name, _FLAGS), "rb") as file:
            problem = _problem_with(os.fstat(file.fileno()), largest)  # another file may stand there by now
            content = b"" if problem else file.read(largest + 1)
    except OSError as error:
        raise unreadable(name, f"cannot be read: {error.strerror or error}") from None
    if problem or len(content) > largest:
        raise unreadable(name, problem or _too_large(len(content), largest))
    return content


def check_file(path: str | os.PathLike[str], largest: int) -> None:
    """Refuse what :func:`read_bytes` refuses, without opening it.

    Raises
    ------
    UnreadableError
        As there.
    """
    name = os.fspath(path)
    try:
        made_up = os.path.realpath(name).startswith(_MADE_UP)
        problem = "is not a regular file" if made_up else _problem_with(os.stat(name), largest)
    except FileNotFoundError:
        problem = "cannot be read: no such file"
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL character
        problem = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    if problem:
        raise unreadable(name, problem)


def text_of(content: bytes, name: str) -> str:
    """UTF-8 text, with or without a byte order mark.

    Raises
    ------
    UnreadableError
        With line and column of the first byte that is no UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        text = f"is not UTF-8 text (byte {hex(error.object[error.start])}); save it as UTF-8"
        raise unreadable(name, text, *place_of(before, len(before))) from None


def control_character(text: str) -> re.Match[str] | None:
    """The first sign of a text that is no text, such as a bell or a NUL."""
    return _CONTROL.search(text)


def place_of(text: str, position: int) -> tuple[int, int]:
    """1-based line and column of a position in a text."""
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


def unreadable(name: str, problem: str, line: int = 0, column: int = 0) -> UnreadableError:
    """Why a file is not read: of the whole file, or of one place in it."""
    return UnreadableError(Fault("", problem, name, line, column))


def _problem_with(status: os.stat_result, largest: int) -> str:
    if stat.S_ISDIR(status.st_mode):
        return "cannot be read: is a folder"
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    return _too_large(status.st_size, largest) if status.st_size > largest else ""


def _too_large(size: int, largest: int) -> str:
    return f"is too large: {size / 1e6:.1f} MB; at most {largest / 1e6:g} MB is allowed"
