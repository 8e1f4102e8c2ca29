"""States (and the European Union as an actor of its own)."""

from __future__ import annotations

from simulation.actors.base import Actor, WithResources, _column
from simulation.processes.approaches import agreement


class StateActor(WithResources):
    """A UN member or the EU: wants expertise and finance, offers legitimacy and, with size, money.

    It divides its effort over the tracks, votes in blocs, joins instruments, suffers harm and builds
    capacity. Its income follows from its size m: .2+4m, or twice what it is expected to spend (assumptions).
    """

    kind = "state"
    capacity = _column("capacity", 0, 1, "Governance capacity K.")
    oversight = _column("oversight", 0, 1, "Oversight of firms.")
    agency = _column("agency", 0, 1, "Strength of a national AI governance agency.")
    urgency = _column("urgency", 0, 1, "Felt urgency.")
    adoption = _column("adoption", 0, 1, "Share of the population online.")

    def bids(self, state: Actor, worth: float) -> float:
        """What winning ``state`` is worth to this paradigm leader: W ≥ 0 of C.3; the default keeps ``worth``.

        The second-highest bid sets what the leader concedes. ``worth`` is log(1 + e^U) with the
        rivalry bonus and its reluctance, at least 0. Other states are never asked.
        """
        return worth

    def votes(self, bloc: str, utility: float) -> float:
        """Probability in [0, 1] of voting yes in a bloc, given by id: the logit σ(U/s_b) of C.6.

        Not asked where distrust of a member has settled the vote.
        """
        return float(agreement(utility / self.model.parameters.vote_noise, 0.0))

    def joins(self, instrument: str, log_odds: float) -> float:
        """Probability in [0, 1] of joining an open instrument, given by id, this quarter (C.7)."""
        return float(agreement(log_odds, 0.0))
