"""Influencers: archetypes by public and language, never real persons (C.13)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulation.actors.base import WithResources, _column


class Influencer(WithResources):
    """An archetype of a public voice: offers reach (.9).

    It moves the publics it reaches towards its message if they are not too far from it already.
    """

    kind = "influencer"
    message = _column("stance", 0, 1, "Message it sends; 1 is full support for cooperation.")

    @property
    def audience(self) -> NDArray[np.float64]:
        """Reach in each public, a writable view, (s,), in [0, 1]."""
        return self.model.state.audience[self.row]
