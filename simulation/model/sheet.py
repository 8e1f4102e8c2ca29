"""What one step of a quarter leaves for a later one, and what a run shows to whoever watches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulation.kernels import Draws
from simulation.processes.approaches import Approaches
from simulation.processes.compliance import Conduct
from simulation.processes.contracts import Signing
from simulation.processes.links import Links
from simulation.state import I32, B, F

Watch = Callable[[str], None]
"""Called with the name of each step of a quarter once it is done, and of moments within steps."""


def nobody(moment: str) -> None:
    """Watches a run that nobody watches."""


@dataclass
class Sheet:
    """One quarter's negotiations, filled step by step; a field is set by the step that its comment names.

    Attributes
    ----------
    draws
        Keys of the quarter's draws.
    """

    draws: Draws
    links: Links | None = None  # perceive: partners at the quarter's start
    publics: F | None = None  # record: [s] support of each public, for the next quarter, too
    possible: B | None = None  # expect: [n, n] pairs that may sign
    due: I32 | None = None  # expect: [k, 2] deals whose term is over; sign: of these those that were not cut
    renewal: F | None = None  # expect: [k] their chances of being renewed
    before_rivalry: F | None = None  # expect: [n, n] U without rivalry, where somebody watches
    approaches: Approaches | None = None  # propose: [m]
    chance: F | None = None  # consent: [m] probability of a yes
    agreed: B | None = None  # consent: [m]
    parties: I32 | None = None  # broker: [a, 3] of each agreement, the last who joins the two, -1 nobody
    number: I32 | None = None  # broker: [a] which approach of its pair each came from
    support: F | None = None  # sign: [n] probability that each public ratifies what binds
    cut: I32 | None = None  # sign: [c, 2] who ended its deal with whom for want of upkeep
    left: F | None = None  # sign: [k, 2] purses of both when the turn of each deal that is due came
    signing: Signing | None = None  # sign: what became of every contract
    conduct: Conduct | None = None  # keep_promises
    standing: Links | None = None  # adapt: partners as the quarter leaves them
    exits: I32 | None = None  # keep_promises: [k, 2] whom the focal state left by a clause, and the rungs held

    @classmethod
    def after(cls, last: Sheet | None, draws: Draws) -> Sheet:
        """A quarter's sheet with what the last one left for it; None where somebody may have written since."""
        return cls(draws) if last is None else cls(draws, links=last.standing, publics=last.publics)

    @property
    def third(self) -> I32 | None:
        """Who joins each agreement, (a,), -1 nobody; none before ``broker``."""
        return None if self.parties is None else self.parties[:, 2]
