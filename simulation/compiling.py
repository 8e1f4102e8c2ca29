"""Say when kernels compile: the first run on a machine takes a minute longer, and silence looks like a fault."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from numba.core.event import Event, Listener, register

MESSAGE = "Compiling kernels: about a minute, the first time on this machine only."


class _Teller(Listener):  # type: ignore[misc]
    """Says once that something is compiled; kernels found in the cache are not."""

    def __init__(self, say: Callable[[str], object]):
        self._say, self._told = say, False

    def on_start(self, event: Event) -> None:
        """Say it, the first time."""
        if not self._told:
            self._told = True
            self._say(MESSAGE)

    def on_end(self, event: Event) -> None:
        """Nothing: another kernel may follow."""


def tell_when_compiling(say: Callable[[str], Any] | None = None) -> None:
    """Have a line said when this process first has to compile a kernel.

    Parameters
    ----------
    say
        What says it; by default it is printed.
    """
    register("numba:compile", _Teller(say or partial(print, flush=True)))
