"""International secretariats: conveners of instruments and partners of their own (MODEL B)."""

from __future__ import annotations

from simulation.actors.base import WithResources


class Secretariat(WithResources):
    """The staff of an international organisation (UNESCO, ITU, OECD, …): legitimacy and expertise."""

    kind = "secretariat"
