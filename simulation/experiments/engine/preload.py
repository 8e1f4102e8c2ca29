"""Imported by the process that workers are forked from: loads, once, what each of them would load.

That is the libraries, the compiled kernels and the tables of the world, two seconds of work; or what draws.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
from collections.abc import Iterator
from typing import Any

from simulation.experiments.engine.ahead import compile_ahead
from simulation.experiments.engine.executors import usable_cores
from simulation.experiments.engine.worker import DRAW, STARTED_BY, one_thread
from simulation.source_code import must_compile

_LOOK = 0.2  # seconds between two looks at the parent


@contextlib.contextmanager
def _while_wanted() -> Iterator[None]:
    """End this process if its parent ends: it would notice only once everything is loaded."""
    parent = int(os.environ.get(STARTED_BY, os.getppid()))  # it may have ended before this process got here

    def look(*_: object) -> None:
        if os.getppid() != parent:
            os._exit(1)

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _LOOK, _LOOK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _draw() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    import simulation.display.pictures  # noqa: F401
    from simulation.display.style import new_axes, style

    with style():
        canvas: Any = FigureCanvasAgg(new_axes().get_figure(root=True))
        canvas.draw()  # the first picture finds the letters of all


def _load() -> None:
    if os.environ.get(DRAW):
        _draw()
        return
    if must_compile():
        compile_ahead(usable_cores())
    from simulation.experiments.engine.simulate import simulate
    from simulation.scenario.checks import world_of
    from simulation.scenario.schema import Scenario

    plain = Scenario(name="ready", focal="?")
    short = {"focal": world_of(plain).ids[0], "horizon": plain.start}  # one quarter calls every kernel
    simulate(plain.model_copy(update=short), 0)


one_thread()
gc.disable()  # nearly nothing that loads is let go of
with _while_wanted(), contextlib.suppress(Exception):  # what is wrong is told where it is needed
    _load()
gc.freeze()  # nor is it looked through by any worker
gc.enable()
