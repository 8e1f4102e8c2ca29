"""States (and the European Union as an actor of its own)."""

from __future__ import annotations

from simulation.actors.base import Actor, WithResources, _column
from simulation.processes.choice import acceptance


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

    def bids(self, state: Actor, worth: float) -> float:
        """What winning ``state`` is worth to this paradigm leader: W ≥ 0 of C.3; the default keeps ``worth``.

        The second-highest bid sets what the leader concedes. ``worth`` is its utility of the next
        rung plus the rivalry bonus, at least 0. Other states are never asked.
        """
        return worth

    def votes(self, bloc: str, utility: float) -> float:
        """Probability in [0, 1] of voting yes in a bloc, given by id: the logit σ(U/s_b) of C.6.

        Not asked where distrust of a member has settled the vote.
        """
        return float(acceptance(utility, self.model.parameters.vote_noise))

    def joins(self, instrument: str, log_odds: float) -> float:
        """Probability in [0, 1] of joining an open instrument, given by id, this quarter (C.7)."""
        return float(acceptance(log_odds, 1.0))
