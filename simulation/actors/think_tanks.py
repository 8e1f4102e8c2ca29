"""Think tanks and universities: know-how times objectivity (C.11)."""

from __future__ import annotations

from simulation.actors.base import WithResources


class ThinkTank(WithResources):
    """A research centre: offers expertise (.8), wants finance (.8).

    What it teaches builds capacity in proportion to its objectivity; what it is paid for draws
    positions towards its funder; foreign ones crowd out domestic learning (C58).
    """

    kind = "think_tank"
