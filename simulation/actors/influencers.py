"""Influencers: archetypes by public and language, never real persons (C.13)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulation.actors.base import Actor, WithResources, _column


class Influencer(WithResources):
    """An archetype of a public voice, whose campaigns states buy.

    A campaign moves those of its buyer's public towards its message who are not too far from it already.
    """

    kind = "influencer"
    message = _column("stance", 0, 1, "Its own stance; 1 is full support for cooperation.")

    def campaign_message(self, partner: Actor, message: float) -> float:
        """Opinion that its campaign for a state spreads there, in [0, 1]; the default keeps ``message``.

        Parameters
        ----------
        message
            The official line by the weight of its payment, for the rest the own stance, less a counter-campaign.
        """
        return message

    @property
    def audience(self) -> NDArray[np.float64]:
        """Reach in each public, a writable view, (s,), in [0, 1]."""
        return self.model.state.audience[self.row]
