"""The state of one run: actor arrays, pair arrays, blocs, instruments. The only mutable thing.

Everything that changes during a run is a NumPy array here; the processes are functions that
read and write these arrays, and the Mesa agents are views of their rows. Constants of the
run (who is who, exposure, trade) are arrays here too, so that a process needs nothing else.

Shapes: ``n`` actors (states first, then the EU, then the others), ``s`` states and the EU
(the first ``s`` rows; ``s = 194`` in the shipped world), ``b`` blocs, ``q`` instruments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from simulation.errors import ModelError, suggest

F = NDArray[np.float64]
I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
U64 = NDArray[np.uint64]
B = NDArray[np.bool_]

MAX_DEPTH = 3
"""R of the model description: 1 memorandum, 2 programme, 3 binding."""

TRACKS = ("bilateral", "trilateral", "regional", "multilateral", "non_state")
BILATERAL, TRILATERAL, REGIONAL, MULTILATERAL, NON_STATE = range(5)
KINDS = ("state", "firm", "think_tank", "ngo", "influencer", "secretariat")
STATE, FIRM, THINK_TANK, NGO, INFLUENCER, SECRETARIAT = range(6)
CAMPS = ("EU", "CN", "US")
INCIDENT_KINDS = ("cyber", "market", "disinformation", "social")
NEVER = -9999
"""Quarter of something that has not happened."""

Asked = Mapping[int, Callable[..., float]]
"""By row, actors that a process asks instead of applying the default rule to them."""
NOBODY: Asked = MappingProxyType({})


@dataclass
class State:
    """All columns of a run. See the field comments for shape, unit and range."""

    # --- who is who (constant in a run)
    ids: tuple[str, ...]  # [n] who stands in which row
    uid: U64  # [n] stable hash of the id, key of every draw
    kind: I8  # [n] index into KINDS
    un_member: B  # [n] one of the 193 (the EU is not)
    home: I32  # [n] home state of a non-state actor; itself for states; -1 for secretariats
    camp: I8  # [n] index into CAMPS, -1 none; a non-state actor has its home state's camp
    leaders: I32  # [h] indexes of the paradigm leaders
    size: F  # [n] m in [0, 1], 0 for non-state actors
    objectivity: F  # [n] O in [0, 1]
    research: F  # [n] how research-minded a firm is, [0, 1]
    in_union: B  # [n] member of the leader that is a union of states (the EU)
    exposure: F  # [n, n] X in [0, 1]: i's exposure to j, zero diagonal
    trust_prior: F  # [n, n] τ⁰ in [0, 1]: i's first opinion of j
    contiguous: B  # [s, s] land neighbours
    trade_share: F  # [s, s] share of j in i's trade; rows sum to 1 or 0; stored by column, as kernels read it
    trade_share_eu: F  # [s] share of the EU's members in i's trade
    strategic_weight: F  # [n] g in [0, 1]: how much leaders care; 0 for non-state actors
    allowed: B  # [n, n] pairs that may make deals (no EU-member pairs, strategies, bans)

    # --- actors (change during a run)
    position: F  # [n, 4] x in [0, 1]: rights, control, market, sovereignty
    position_start: F  # [n, 4] x at the start
    weight: F  # [n, 4] w on the simplex
    capacity: F  # [n] K in [0, 1], 0 for non-state actors
    capacity_decay: F  # [n] d_K,i per quarter, so that K(0) is a point of rest
    transparency: F  # [n] T in [0, 1]
    oversight: F  # [n] oversight of firms in [0, 1]
    adoption: F  # [n] share of the population that uses AI, [0, 1]
    local_share: F  # [n] least share of home organisations among a state's non-state partners, [0, 1]
    local_funding: F  # [n] how far a state funds its own research centres, [0, 1]
    agency: F  # [n] strength of a national AI governance agency, [0, 1]
    urgency: F  # [n] felt urgency in [0, 1]
    budget: F  # [n] per quarter
    uncut: F  # [n] budget to return to after a cut, -1 where there is none
    slots: I32  # [n] dossiers it can work on at once
    offers: F  # [n, 4] expertise, finance, legitimacy, reach
    needs: F  # [n, 4] of the same
    commitments: F  # [n] voluntary instruments a firm has joined
    norm: B  # [n] has adopted the norm
    norm_threshold: F  # [n] share of adopters at which a state adopts
    opinion: F  # [s, 101] quantiles of support for cooperation in each public, sorted at the start
    stance: F  # [n] message of an influencer, [0, 1]
    audience: F  # [n, s] reach of an influencer in each public, [0, 1]
    paid_by: I32  # [n] state that pays an influencer's advocacy, -1 nobody
    disclosed: B  # [n] whether that payment is public

    # --- pairs
    depth: I8  # [n, n] ℓ in 0..3, symmetric
    track: I8  # [n, n] track on which the deal was last made, -1 none
    since: I32  # [n, n] quarter the deal was first made, NEVER if none
    exclusive: B  # [n, n] deal that bars its parties from third camps
    planned: B  # [n, n] deal fixed by the scenario (shed last, does not lapse)
    alpha: F  # [n, n] evidence that j keeps promises to i, prior included
    beta: F  # [n, n] evidence that j breaks them, prior included
    last_breach: I32  # [n, n] last quarter in which i breached towards j, NEVER if none
    terms: F  # [n, n, 4] agreed terms y, symmetric, meaningful where depth > 0
    concession: F  # [n, h] transfer of utility from each leader on the table this quarter
    payment: F  # [n] side payments received minus paid so far, sums to zero
    conceded: F  # [n] transfers received from leaders in deals signed so far

    # --- blocs (b may be 0)
    bloc_ids: tuple[str, ...]  # [b]
    bloc_uid: U64  # [b]
    member: B  # [b, n]
    bloc_depth: I8  # [b] D in 0..3
    bloc_rule: I8  # [b] 0 unanimity, 1 consensus, 2 (qualified) majority
    bloc_threshold: F  # [b] share of members that must say yes
    bloc_agenda: F  # [b] probability a quarter that something is tabled
    bloc_enforcement: F  # [b] e in [0, 1]
    bloc_salience: F  # [b] multiplies members' AI salience in this bloc
    bloc_regional: B  # [b]
    bloc_last_passed: I32  # [b] quarter of the last decision, NEVER if none
    bloc_tabled: I32  # [b] how often something was tabled
    bloc_passed: I32  # [b] how often it passed

    # --- instruments (q may be 0)
    instrument_ids: tuple[str, ...]  # [q]
    instrument_uid: U64  # [q]
    eligible: B  # [q, n]
    joined: B  # [q, n]
    join_quarter: I32  # [q, n] NEVER where not joined, -1 where joined before the start
    opens: I32  # [q] first quarter in which it can be joined (negative: open at the start)
    closes: I32  # [q] last quarter in which it can be joined
    sponsor: B  # [q, n]
    binding: B  # [q]
    in_force: B  # [q]
    needed: I32  # [q] joins needed to enter into force
    instrument_enforcement: F  # [q] e in [0, 1]
    instrument_regional: B  # [q]
    instrument_position: F  # [q, 4]
    instrument_club: B  # [q] exclusive club
    instrument_house: B  # [q, n] member of the organisation that convenes it
    instrument_domain: I8  # [q] index into DOMAINS
    habit: F  # [5, n] (earlier joins + .5) / (earlier eligible + 1) by domain
    peer_weight: F  # [s, s] affinity- and bloc-weighted likeness, zero diagonal; stored by column
    reach_intercept: F  # [q] this replicate's draw of each instrument's intercept

    # --- forum choice and learning
    track_success: F  # [n, 5] agreements reached on each track so far
    track_first_wait: F  # [n, 5] prior mean waiting time, quarters
    propensity: F  # [n, 5] learnt propensity of each track
    learns: B  # [n] whether this actor learns
    track_allowed: B  # [n, 5]
    track_share: F  # [n, 5] probability of each track this quarter (recorded)

    # --- this quarter (scratch that later steps and the record read)
    quarter: int = 0  # quarters since the start
    capability: float = 1.0  # Q_t
    open_slots: I32 = field(default_factory=lambda: np.zeros(0, np.int32))  # [n]
    slots_by_track: I32 = field(default_factory=lambda: np.zeros((0, 5), np.int32))  # [n, 5]
    load: F = field(default_factory=lambda: np.zeros(0))  # [n] min(1, upkeep / budget)
    capture: F = field(default_factory=lambda: np.zeros(0))  # [n] capture by firms in [0, 1]
    compliance: F = field(default_factory=lambda: np.zeros(0))  # [n] mean annual compliance of i over its commitments
    incidents: I32 = field(default_factory=lambda: np.zeros((0, 4), np.int32))  # [n, 4] this quarter by kind
    wave: I32 = field(default_factory=lambda: np.zeros(0, np.int32))  # [n] disinformation incidents added by a shock
    incidents_total: F = field(default_factory=lambda: np.zeros((0, 4)))  # [n, 4] so far
    harm_memory: F = field(default_factory=lambda: np.zeros(0))  # [n] H of the safety index
    net_benefit: F = field(default_factory=lambda: np.zeros(0))  # [n] benefit this quarter
    world_governance: float = 0.0  # G
    shield: F = field(default_factory=lambda: np.zeros(0))  # [n] G_i
    formed: I32 = field(default_factory=lambda: np.zeros((0, 5), np.int32))  # [n, 5] deals made this quarter
    reward: F = field(default_factory=lambda: np.zeros((0, 5)))  # [n, 5] utility gained this quarter by track
    breaches: I32 = field(default_factory=lambda: np.zeros(0, np.int32))  # [n] breaches committed this quarter
    lapsed: I32 = field(default_factory=lambda: np.zeros(0, np.int32))  # [n] deals that ended this quarter
    capture_drift: F = field(default_factory=lambda: np.zeros(0))  # [n] distance moved by capture
    trust_hat: F = field(default_factory=lambda: np.zeros((0, 0)))  # [n, n] τ̂, trust with witnesses, this quarter
    surge: float = 1.0  # multiplies the hazard this quarter (shocks)

    def __setattr__(self, name: str, value: object) -> None:
        if name not in self.__dataclass_fields__:  # it would be kept and do nothing
            advice = suggest(name, list(self.__dataclass_fields__))
            raise ModelError(f"the state has no column {name!r}; {advice}".rstrip("; "))
        object.__setattr__(self, name, value)

    @property
    def n(self) -> int:
        """Number of actors."""
        return len(self.ids)

    @cached_property
    def s(self) -> int:
        """Number of states, the EU included."""
        return int((self.kind == STATE).sum())


def by_column(matrix: F) -> F:
    """The columns of a matrix as rows one after the other in memory: no copy where it is stored by column."""
    return np.ascontiguousarray(matrix.T)


DOMAINS = ("civil", "military", "cyber", "privacy", "digital")
