"""States (and the European Union as an actor of its own)."""

from __future__ import annotations

from simulation.actors.base import WithResources, _column


class StateActor(WithResources):
    """A UN member or the EU: wants expertise and finance, offers legitimacy and, with size, money.

    It chooses the track of each slot, votes in blocs, joins instruments, suffers harm and builds
    capacity. Its resources follow from its size m: budget .2+4m, slots ⌈1+6m⌉ (assumptions).
    """

    kind = "state"
    capacity = _column("capacity", 0, 1, "Governance capacity K.")
    oversight = _column("oversight", 0, 1, "Oversight of firms.")
    agency = _column("agency", 0, 1, "Strength of a national AI governance agency.")
    urgency = _column("urgency", 0, 1, "Felt urgency.")
    adoption = _column("adoption", 0, 1, "Share of the population online.")
