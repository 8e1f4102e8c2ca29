"""NGOs: legitimacy, monitoring and norms (C.12)."""

from __future__ import annotations

from simulation.actors.base import WithResources


class NGO(WithResources):
    """A civil-society organisation: offers legitimacy (.8) and reach.

    It sees breaches, lowers the threshold at which a state adopts the norm, and writes rights
    into contracts it takes part in (C46, C47).
    """

    kind = "ngo"
