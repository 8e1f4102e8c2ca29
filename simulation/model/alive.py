"""Models that nobody has closed are let go in time.

A model is a cycle of few objects with megabytes of arrays, which Python's collector would look for late: it is called
once there are many, and later where they are found in use.
"""

from __future__ import annotations

import gc
import weakref
from typing import Any


class Alive:
    """Models that are not closed."""

    LEAST = 16

    def __init__(self) -> None:
        self.models: weakref.WeakSet[Any] = weakref.WeakSet()
        self.most = self.LEAST

    def add(self, model: Any) -> None:
        """Note a model, and look for what is in no use any more."""
        self.models.add(model)
        if len(self.models) > self.most:
            gc.collect()
            self.most = max(self.LEAST, 2 * len(self.models))
