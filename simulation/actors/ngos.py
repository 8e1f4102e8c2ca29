"""NGOs: consultation, watching and norms (C.12)."""

from __future__ import annotations

from simulation.actors.base import Actor, WithResources


class NGO(WithResources):
    """A civil-society organisation.

    It is heard on drafts, which moves terms towards rights and states towards joining texts; it sees breaches, and
    lowers the threshold at which a state adopts the norm (C46, C47).
    """

    kind = "ngo"

    def consulted_by(self, partner: Actor) -> float:
        """How much its engagement with a state counts among those that make up the dose of consultation, in [0, 1].

        The default is 1; 0 keeps it silent.
        """
        return 1.0
