"""What a run shows to whoever watches it: its moments, and the negotiations of a quarter. The model reads neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.processes.choice import Offers
from simulation.processes.trilateral import Triples
from simulation.processes.value import View
from simulation.state import I32, B, F

Watch = Callable[[str], None]
"""Called with the name of each moment of a quarter."""


def nobody(moment: str) -> None:
    """Watches a run that nobody watches."""


class Talks(NamedTuple):
    """What a quarter's offers, answers and contracts rested on; arrays of the model, not copies of them."""

    seen: View  # what V and U read; its ``depth`` is the model's, which signing changes
    possible: B  # [n, n]
    gain: F  # [n, n] U with rivalry and concessions; rows of those who talked are current
    offers: Offers  # [m]; under the choice rule the agreements themselves
    chance: F  # [m] probability of a yes of the receiver; missing under the choice rule
    agreed: NDArray[np.signedinteger]  # [k] indexes of the offers that were accepted
    tabled: Triples  # [t] contracts of three on the table
    yes: F  # [t, 3] probability of a yes of each party
    rate: F  # [n] probability that a contract of three is put on the table, by broker
    parties: I32  # [c, 3] contracts to sign: the k agreements, then the contracts of three that passed
    surplus: F  # [c] sum of the parties' utilities
    support: F  # [n] probability that each public ratifies a binding deal
