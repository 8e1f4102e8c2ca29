"""The errors Wifaq raises on purpose: one root, a few kinds.

A fault in a file is a :class:`Fault` (where, which key, what is wrong, what is
allowed). All faults of a file are collected and raised together as one
:class:`InputError`, so a user mends them in one go.
"""

from __future__ import annotations

import difflib
import re
import signal
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class WifaqError(Exception):
    """Root of every error this package raises on purpose."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one place of an input.

    Parameters
    ----------
    key
        Dotted path of the offending key, e.g. ``strategy.budget``; empty for the whole file.
    message
        What is wrong and what is allowed, as one sentence without a trailing newline.
    file
        Path as the user wrote it, or a label such as ``--set`` for the command line.
    line, column
        1-based position, or 0 where there is none.
    """

    key: str
    message: str
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}:{self.column}"
        return ": ".join(part for part in (place, self.key, self.message) if part)


class InputError(WifaqError):
    """Bad input from the user: a scenario file, a record table, an option.

    Attributes
    ----------
    faults
        Every fault found, in file order. ``str(error)`` is one line a fault.
    """

    def __init__(self, faults: Iterable[Fault] | Fault | str):
        if isinstance(faults, str):
            faults = [Fault("", faults)]
        elif isinstance(faults, Fault):
            faults = [faults]
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Fault, ...]]]:
        return (type(self), (self.faults,))


class DataError(WifaqError):
    """A shipped table is missing, damaged or contradicts itself."""


class ModelError(WifaqError):
    """The model was used or changed in a way it cannot honour (a bad hook, an unknown actor)."""


class RunError(WifaqError):
    """One or more replicates of an ensemble failed; the others are kept."""


class TimeLimit(BaseException):
    """A run took too long; no ``except Exception`` of a user's hook can swallow it."""


class FailedReplicates(UserWarning):
    """Some replicates failed and are left out of the tables; the commands say so themselves."""


def is_own_fault(error: BaseException) -> bool:
    """Whether an exception that escapes from a user's code is that code's own, whatever class it is of.

    Not its own are the end of its time and, where this process hears it, a Ctrl-C.
    """
    if isinstance(error, KeyboardInterrupt):
        hears = threading.current_thread() is threading.main_thread()
        return not (hears and callable(signal.getsignal(signal.SIGINT)))
    return not isinstance(error, TimeLimit)


def warn_of(failures: Sequence[Mapping[str, Any]], where: str) -> None:
    """Warn the caller of the function that calls this one of failed replicates; ``where`` holds them all."""
    if failures:
        first = failures[0]
        text = f"replicate {first['replicate']}: {first['type']}: {first['message']}"
        warnings.warn(
            f"{len(failures)} failed and are left out; the first: {text}; all: {where}", FailedReplicates, stacklevel=3
        )


def suggest(word: str, known: Sequence[str], *, limit: int = 12) -> str:
    """Advice on an unknown name: the nearest known ones, or the list where it is short.

    Returns
    -------
    str
        ``"did you mean 'budget'?"``, or ``"allowed: a, b, c"``, or an empty string.
    """
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if not near:  # names differ only in case, a common slip with ISO codes and bloc names
        near = [name for name in known if name.lower() == word.lower()]
    if near:
        return f"did you mean {near[0]!r}?"
    if len(known) <= limit:
        return "allowed: " + ", ".join(known)
    return ""


def repeated(words: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Place and message of each word that a list has named before."""
    before: set[str] = set()
    for place, word in enumerate(words):
        if word in before:
            yield place, f"{word!r} is named twice"
        before.add(word)


_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters but tab and new line, ends of lines and paragraphs, and what turns the direction of writing."""


def unseen(text: str) -> list[str]:
    """Characters of a text that move a terminal's cursor or turn a line around without being seen, each once."""
    return list(dict.fromkeys(_UNSEEN.findall(text)))


def seen(text: str) -> str:
    """The text with such characters written out, as ``\\x1b`` or ``\\u202e``."""
    return _UNSEEN.sub(lambda sign: ascii(sign[0])[1:-1], text)
