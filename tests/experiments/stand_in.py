"""Another model in the place of the real one: what every experiment runs while the ``with`` lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from simulation.experiments import ask
from simulation.experiments.engine.labels import describe as real


@contextmanager
def stand_in(
    simulate: Callable[..., Any], describe: Callable[[Any], Any] = real, explain: Callable[..., Any] | None = None
) -> Iterator[None]:
    """Simulate, describe and explain with these; without ``explain`` nothing is explained."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ask, "_model", ask.Model(simulate, describe, explain))
        yield
