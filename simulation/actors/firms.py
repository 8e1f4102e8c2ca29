"""Firms: expertise and finance for markets and light terms (C.10)."""

from __future__ import annotations

from simulation.actors.base import WithResources, _column


class Firm(WithResources):
    """A named technology firm.

    Offers expertise (.9) and finance, wants markets (.9); research-minded firms draw the terms
    less towards themselves (C56). Through deals it can capture a weakly overseen state (C61).
    """

    kind = "firm"
    research = _column("research", 0, 1, "How research-minded it is.")
