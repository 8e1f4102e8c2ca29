"""The kinds of actors, a class each: firms (C.10), think tanks (C.11), NGOs (C.12), influencers (C.13), secretariats
and states.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulation.actors.base import Actor, WithResources, number_of_row
from simulation.processes.approaches import agreement


class StateActor(WithResources):
    """A UN member or the EU: wants expertise and finance, offers legitimacy and, with size, money.

    It divides its effort over the tracks, votes in blocs, joins instruments, suffers harm and builds
    capacity. Its income follows from its size m: .2+4m, or twice what it is expected to spend (assumptions).
    """

    kind = "state"
    capacity = number_of_row("capacity", 0, 1, "Governance capacity K.")
    oversight = number_of_row("oversight", 0, 1, "Oversight of firms.")
    agency = number_of_row("agency", 0, 1, "Strength of a national AI governance agency.")
    urgency = number_of_row("urgency", 0, 1, "Felt urgency.")
    adoption = number_of_row("adoption", 0, 1, "Share of the population online.")

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


class Firm(WithResources):
    """A named technology firm.

    Offers expertise (.9) and finance, wants markets (.9); research-minded firms draw the terms
    less towards themselves (C56). Through deals it can capture a weakly overseen state (C61).
    """

    kind = "firm"
    research = number_of_row("research", 0, 1, "How research-minded it is.")


class ThinkTank(WithResources):
    """A research centre: offers expertise (.8), wants finance (.8).

    What it teaches builds capacity in proportion to its objectivity; what it is paid for draws
    positions towards its funder; foreign ones crowd out domestic learning (C58).
    """

    kind = "think_tank"


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


class Influencer(WithResources):
    """An archetype of a public voice, whose campaigns states buy.

    A campaign moves those of its buyer's public towards its message who are not too far from it already.
    """

    kind = "influencer"
    message = number_of_row("stance", 0, 1, "Its own stance; 1 is full support for cooperation.")

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


class Secretariat(WithResources):
    """The staff of an international organisation (UNESCO, ITU, OECD, …): legitimacy and expertise."""

    kind = "secretariat"
