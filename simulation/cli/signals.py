"""What Ctrl-C and a request of the system to end do to a command, at whatever moment they come: one line, no more.

While a command is at work they are an exception, so that what is half written is removed. Before and after
that there is nothing to remove, and libraries that are loading would make a traceback of an exception, or lose it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator

_SIGNALED = 128  # and the number of the signal, as shells have it
_DEFAULTS = {
    getattr(signal, name): default
    for name, default in (
        ("SIGINT", signal.default_int_handler),
        ("SIGTERM", signal.SIG_DFL),
        ("SIGHUP", signal.SIG_DFL),  # nohup has hung up already, and means to go on
    )
    if hasattr(signal, name)
}
_AGAIN = 0.2  # seconds between two looks whether the exception is on its way


class Ended(KeyboardInterrupt):
    """The user or the system asks this process to end.

    Attributes
    ----------
    number
        The signal.
    """

    def __init__(self, number: int):
        cause = "interrupted" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}"
        super().__init__(f"{cause}; results are there whole or not at all")
        self.number = number

    @property
    def status(self) -> int:
        """Exit status that shells know it by."""
        return _SIGNALED + self.number


def end_at_once() -> None:
    """From now on a request to end this process ends it at once, unless its parent has made it deaf to that."""
    sys.unraisablehook = _tell_unless_ended
    for number, default in _DEFAULTS.items():
        if signal.getsignal(number) is default:
            signal.signal(number, _leave)


def _leave(number: int, frame: object) -> None:
    ended = Ended(number)
    os.write(2, f"{ended}\n".encode())
    os._exit(ended.status)


@contextlib.contextmanager
def ends_raised() -> Iterator[None]:
    """Within the block such a request is an exception, in a process that would else end at once.

    It comes out at the end of the block, even if a library swallows it: it is raised until something handles it.

    Raises
    ------
    Ended
        Out of whatever runs.
    """
    before = {number: signal.getsignal(number) for number in _DEFAULTS}
    if _leave not in before.values():
        yield
        return
    raiser = _Raiser()
    try:
        for number in before:
            if before[number] is _leave:
                signal.signal(number, raiser)
        yield
    finally:
        raiser.rest()
        for number, handler in before.items():
            signal.signal(number, handler)


class _Raiser:
    """A handler of signals that raises :class:`Ended`, and sees to it that it is not lost."""

    def __init__(self) -> None:
        self._asked = 0
        self._resting = False
        self._lock = threading.Lock()

    def __call__(self, number: int, frame: object) -> None:
        if not self._asked:
            self._asked = number
            signal.signal(signal.SIGINT, self)  # in the background it is deaf, and a hook would be blamed
            threading.Thread(target=self._remind, daemon=True, name="reminder").start()
        if not _being_tidied():
            raise Ended(self._asked)

    def _remind(self) -> None:
        while not self._resting:
            time.sleep(_AGAIN)
            with self._lock:
                if not self._resting:
                    _wake(self._asked)

    def rest(self) -> None:
        """Raise no more."""
        with self._lock:
            self._resting = True


def _being_tidied() -> bool:
    """Whether what runs now is the end of a block that the exception leaves."""
    error = sys.exc_info()[1]
    while error is not None and not isinstance(error, Ended):
        error = error.__context__
    return error is not None


def _wake(number: int) -> None:
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, number)  # whatever it waits for
    else:
        signal.raise_signal(number)


def _tell_unless_ended(lost: sys.UnraisableHookArgs) -> None:
    """Nothing of :class:`Ended`, raised while an object was being freed: it will be raised again."""
    if not issubclass(lost.exc_type, Ended):
        sys.__unraisablehook__(lost)
