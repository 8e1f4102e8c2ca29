"""The one vocabulary, and the state of one run: actor arrays, pair arrays, blocs, instruments. The only mutable thing.

Everything that changes during a run is a NumPy array here; the processes are functions that
read and write these arrays, and the Mesa agents are views of their rows. Constants of the
run (who is who, size, trade) are arrays here too, so that a process needs nothing else.

Shapes: ``n`` actors (states first, then the EU, then the others), ``s`` states and the EU
(the first ``s`` rows; ``s = 194`` in the shipped world), ``b`` blocs, ``q`` instruments.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from simulation.errors import ModelError, suggest

F = NDArray[np.float64]
I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
B = NDArray[np.bool_]

Kind = Literal["state", "firm", "think_tank", "ngo", "influencer", "secretariat"]
Track = Literal["bilateral", "trilateral", "regional", "multilateral", "non_state"]
Camp = Literal["EU", "CN", "US"]
Door = Literal["regional", "plurilateral", "multilateral"]
Domain = Literal["civil", "military", "cyber", "privacy", "digital"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Kinds of actors; the code of a kind is its index."""
STATE, FIRM, THINK_TANK, NGO, INFLUENCER, SECRETARIAT = range(6)
TRACKS: tuple[Track, ...] = get_args(Track)
"""Tracks on which an actor's effort goes; the code of a track is its index."""
BILATERAL, TRILATERAL, REGIONAL, MULTILATERAL, NON_STATE = range(5)
CAMPS: tuple[Camp, ...] = get_args(Camp)
"""Paradigm leaders; the code of a camp is its index, -1 for none."""
DOORS: tuple[Door, ...] = get_args(Door)
"""How wide the circle is that may join a text."""
DOMAINS: tuple[Domain, ...] = get_args(Domain)
"""What a text is about; the code of a domain is its index."""
DIMENSIONS = ("rights", "control", "market", "sovereignty")
"""The issue space of C.1, in the order of the columns of positions."""
DEPTHS = ("mou", "programme", "binding")
"""Names of depth 1, 2 and 3 of a deal."""
PROGRAMME = DEPTHS.index("programme") + 1
"""Depth from which two work together."""
MAX_DEPTH = len(DEPTHS)
"""R of the model description."""
INCIDENT_KINDS = ("cyber", "market", "disinformation", "social")
NEVER = -9999
"""Quarter of something that has not happened."""
SOURCES = ("new", "recorded", "drawn")
"""Where a partner comes from: none at the start, a recorded deal, a deal that no record holds."""
NEW, RECORDED, DRAWN = range(3)
REMEMBERED = 4
"""Quarters whose conduct is looked back on."""

Asked = Mapping[int, Callable[..., float]]
"""By row, actors that a process asks instead of applying the default rule to them."""
NOBODY: Asked = MappingProxyType({})


FINITE = (-sys.float_info.max, sys.float_info.max)
POSITIVE = (0.0, sys.float_info.max)
SHARE = (0.0, 1.0)
_TYPES = {"F": np.float64, "B": np.bool_, "I8": np.int8, "I32": np.int32, "U64": np.uint64}


def column(
    shape: str, meaning: str, within: tuple[float, float] = FINITE, *, blank: float = 0, by_column: bool = False
) -> Any:
    """Declare a column of the state: its type is the annotation, and this is the only place that says so.

    Parameters
    ----------
    shape
        Sizes as in the module's text, e.g. ``"n 4"``.
    meaning
        What a number of it means.
    within
        Least and greatest number of it; what is blank may be something else. By default any but infinity.
    blank
        What it holds where nobody gave it.
    by_column
        Whether it is stored by column.
    """
    told = {"shape": shape, "meaning": meaning, "within": within, "blank": blank, "by_column": by_column}
    return field(default=None, metadata=told)


@dataclass
class State:
    """All columns of a run. A column that is not given starts blank; one of another shape or type is refused."""

    _made: ClassVar[bool] = False  # from then on a column that is replaced is looked at

    # --- who is who (constant in a run)
    ids: tuple[str, ...] = ()
    """[n] who stands in which row"""
    uid: U64 = column("n", "stable hash of the id, key of every draw")
    kind: I8 = column("n", "index into KINDS", (0, len(KINDS) - 1))
    un_member: B = column("n", "one of the 193 (the EU is not)")
    home: I32 = column("n", "home state of a non-state actor; itself for states; -1 for secretariats")
    camp: I8 = column("n", "index into CAMPS, -1 none; of a non-state actor its home's", (-1, len(CAMPS) - 1))
    leaders: I32 = column("h", "indexes of the paradigm leaders")
    size: F = column("n", "m, how large; 0 for non-state actors", SHARE)
    objectivity: F = column("n", "O, how impartial it is", SHARE)
    research: F = column("n", "how research-minded a firm is", SHARE)
    in_union: B = column("n", "member of the leader that is a union of states (the EU)")
    base: F = column("n n", "U_ij in nats without what changes in a run: size, distance, …, lines of fragmentation")
    recorded: F = column("n n", "ρ_ij: share of a pair's deals that a record like the shipped one holds", SHARE)
    zeal: F = column("n 6", "how often i turns to each kind of partner, as a multiple of its layer's course", POSITIVE)
    reluctance: F = column("6", "κ of each layer, nats")
    draw_of_busy: F = column("6", "β of a partner's activity in each layer")
    draw_of_past: F = column("6", "β of log(1 + deals ever) of the pair in each layer")
    draw_of_recent: F = column("6", "β of log(1 + deals in five years) of the pair in each layer")
    trust_prior: F = column("n n", "τ⁰, i's first opinion of j", SHARE)
    prior_ref: F = column("n n", "τ⁰ of the recorded world, before overrides, fragmentation and levers", SHARE)
    transparency_ref: F = column("n", "T of the recorded world", SHARE)
    free_press: B = column("n", "the press at home is free to report")
    trade_share: F = column("s s", "share of j in i's trade; rows sum to 1 or 0", SHARE, by_column=True)
    trade_share_eu: F = column("s", "share of the EU's members in i's trade", SHARE)
    gravity: F = column("n", "kept commitments of deals by the fitted intensity alone, binding-equivalents", POSITIVE)
    strategic_weight: F = column("n", "g, how much leaders care; 0 for non-state actors", SHARE)
    allowed: B = column("n n", "pairs that may make deals (no EU-member pairs, strategies, bans)")

    # --- actors (change during a run)
    position: F = column("n 4", "x: rights, control, market, sovereignty", SHARE)
    position_start: F = column("n 4", "x at the start", SHARE)
    weight: F = column("n 4", "w on the simplex", SHARE)
    capacity: F = column("n", "K; 0 for non-state actors", SHARE)
    capacity_start: F = column("n", "K at the start, the readiness of a state", SHARE)
    capacity_decay: F = column("n", "d_K,i per quarter, so that K(0) is the point of rest of the expected deals")
    coverage_rest: F = column("n", "mean coverage of its needs by the expected deals; 0 for non-state actors", SHARE)
    transparency: F = column("n", "T", SHARE)
    oversight: F = column("n", "oversight of firms", SHARE)
    adoption: F = column("n", "share of the population that uses AI", SHARE)
    local_share: F = column("n", "least share of home organisations among a state's non-state partners", SHARE)
    local_funding: F = column("n", "how far a state funds its own research centres", SHARE)
    agency: F = column("n", "strength of a national AI governance agency", SHARE)
    urgency: F = column("n", "felt urgency", SHARE)
    budget: F = column("n", "income a quarter", POSITIVE)
    budget_start: F = column("n", "the same before a strategy or a shock", POSITIVE)
    purse: F = column("n", "what is left to spend, carried over for two quarters at most", POSITIVE)
    share: F = column("n 6", "share of income for each kind of partner; -1 where it is not divided", SHARE, blank=-1.0)
    pot: F = column("n 6", "left of it, for NGOs in that of think tanks; boundless if undivided", POSITIVE, blank=1e18)
    supply: F = column("n 4", "compute, skills, finance, legitimacy that a partner supplies", SHARE)
    supply_start: F = column("n 4", "the same in the recorded world", SHARE)
    open_start: F = column("n 4", "share of each need open in the recorded world; 0 for non-state actors", SHARE)
    uncut: F = column("n", "budget to return to after a cut, -1 where there is none", POSITIVE, blank=-1.0)
    norm: B = column("n", "has adopted the norm")
    norm_first: B = column("n", "had adopted it at the start")
    norm_threshold: F = column("n", "share of adopters at which a state adopts", blank=1.0)
    opinion: F = column("s 101", "quantiles of support for cooperation in each public, sorted at the start", SHARE)
    stance: F = column("n", "an influencer's own stance", SHARE)
    audience: F = column("n s", "reach of an influencer in each public", SHARE)
    campaign_line: F = column("n", "official line of a state in its campaigns", SHARE)
    campaign_weight: F = column("n", "its weight in the message, for payment; 0 where nobody is paid", SHARE)
    campaign_open: B = column("n", "whether such payments are public")
    campaign_counter: F = column("n", "strength of a counter-campaign in its public", SHARE)
    consulted: F = column("n", "how far NGOs are heard on drafts, D/(1 + D) of D engagements", SHARE)
    consulted_start: F = column("n", "the same at the start", SHARE)

    # --- pairs
    depth: I8 = column("n n", "ℓ, symmetric; 0 no deal", (0, MAX_DEPTH))
    track: I8 = column("n n", "track on which the deal was last made, -1 none", (-1, len(TRACKS) - 1), blank=-1)
    since: I32 = column("n n", "quarter the deal was first made, a campaign last bought, NEVER if none", blank=NEVER)
    until: I32 = column("n n", "quarter at whose start the deal ends or is renewed, NEVER if none", blank=NEVER)
    held: I8 = column("n n", "partner at the start: NEW none, RECORDED on record, DRAWN off it", (NEW, DRAWN))
    drawn: B = column("n n", "deal of the starting book that no record holds: drawn")
    ever: F = column("n n", "deals that the pair ever signed, in recorded equivalents", POSITIVE)
    lately: F = column("n n", "the same of the last five years", POSITIVE)
    behind: F = column("n n", "what these add to U_ij, nats")
    exclusive: B = column("n n", "deal that bars its parties from third camps")
    planned: B = column("n n", "deal fixed by the scenario (shed last, does not lapse)")
    wanted: I8 = column("n n", "deepest rung a strategy leaves them, symmetric", (1, MAX_DEPTH), blank=MAX_DEPTH)
    alpha: F = column("n n", "evidence that j keeps promises to i, prior included", POSITIVE)
    beta: F = column("n n", "evidence that j breaks them, prior included", POSITIVE)
    alpha_ref: F = column("n n", "α had the recorded world gone on, everybody's conduct at its expectation", POSITIVE)
    beta_ref: F = column("n n", "β, alike", POSITIVE)
    conduct: I8 = column("4 n n", "at t mod 4, i's word to j in quarter t: 1 kept, -1 broken, 0 no deal", (-1, 1))
    terms: F = column("n n 4", "agreed terms y, symmetric, meaningful where depth > 0", SHARE)
    concession: F = column("n h", "transfer of utility from each leader on the table this quarter")
    payment: F = column("n", "side payments received minus paid so far, sums to zero")
    conceded: F = column("n", "transfers received from leaders in deals signed so far", POSITIVE)

    # --- blocs (b may be 0)
    bloc_ids: tuple[str, ...] = ()
    bloc_uid: U64 = column("b", "stable hash of the id, key of every draw")
    member: B = column("b n", "who is in which bloc")
    bloc_depth: I8 = column("b", "D", (0, MAX_DEPTH))
    bloc_rule: I8 = column("b", "0 unanimity, 1 consensus, 2 (qualified) majority", (0, 2))
    bloc_threshold: F = column("b", "share of members that must say yes", SHARE)
    bloc_agenda: F = column("b", "probability a quarter that something is tabled", SHARE)
    bloc_enforcement: F = column("b", "e", SHARE)
    bloc_salience: F = column("b", "multiplies members' AI salience in this bloc", POSITIVE)
    bloc_regional: B = column("b", "its door is a region")
    bloc_last_passed: I32 = column("b", "quarter of the last decision, NEVER if none", blank=NEVER)
    bloc_tabled: I32 = column("b", "how often something was tabled", POSITIVE)
    bloc_passed: I32 = column("b", "how often it passed", POSITIVE)

    # --- instruments (q may be 0)
    instrument_ids: tuple[str, ...] = ()
    instrument_uid: U64 = column("q", "stable hash of the id, key of every draw")
    eligible: B = column("q n", "who may join")
    joined: B = column("q n", "who has joined")
    join_quarter: I32 = column("q n", "NEVER where not joined, -1 where joined before the start", blank=NEVER)
    opens: I32 = column("q", "first quarter in which it can be joined (negative: open at the start)")
    closes: I32 = column("q", "last quarter in which it can be joined")
    sponsor: B = column("q n", "who convenes it or brought it about")
    binding: B = column("q", "binds its parties in law")
    in_force: B = column("q", "has entered into force")
    needed: I32 = column("q", "joins needed to enter into force", POSITIVE)
    instrument_enforcement: F = column("q", "e", SHARE)
    instrument_regional: B = column("q", "its door is a region")
    instrument_position: F = column("q 4", "place in the issue space", SHARE)
    instrument_domain: I8 = column("q", "index into DOMAINS", (0, len(DOMAINS) - 1))
    peer_weight: F = column("s s", "affinity- and bloc-weighted likeness, zero diagonal", POSITIVE, by_column=True)
    reach: F = column("q", "log odds with which the average eligible state joins when it opens: this replicate's draw")
    launch_standing: F = column("q n", "how far each state then lies from it, log odds")
    pace: F = column("q 4", "log odds of the average state in a later quarter: year 1, 2, 3 to 6, later")
    pace_standing: F = column("q n", "how far each state lies from it, log odds")
    pace_by_share: F = column("q", "what the log odds of the share that is in add to the pace")
    as_one: B = column("q", "the states of the union decide as one when it opens")
    answer: I8 = column("q n", "what a strategy has it answer: 1 joins, -1 declines, 0 as others do", (-1, 1))
    barred: B = column("q n", "may join, but was not asked to the opening: only later")
    crossed: F = column("q n", "log odds that lines between a state and the sponsors take", POSITIVE)
    affinity_start: F = column("q n", "affinity at the start to what the conveners of the text stand for", SHARE)

    # --- forum choice and learning
    track_success: F = column("n 5", "agreements reached on each track so far", POSITIVE)
    propensity: F = column("n 5", "learnt propensity of each track", POSITIVE, blank=1.0)
    learns: B = column("n", "whether this actor learns")
    track_allowed: B = column("n 5", "tracks that a strategy leaves open", blank=True)
    track_share: F = column("n 5", "probability of each track this quarter (recorded)", SHARE)

    busy: F = column("n", "deals of an actor in its layer in the last five years, in recorded equivalents", POSITIVE)
    attraction: F = column("n", "what an actor has as a partner beyond its covariates, nats")
    effort: F = column("n 5", "effort on each track as a multiple of the recorded effort", POSITIVE, blank=1.0)
    promise_start: F = column("n 5", "E_0[u] of each track at the start", POSITIVE)
    track_start: F = column("n 5", "share of effort on each track in the recorded world", SHARE)
    course: F = column("y 6", "approaches of an actor of zeal one to each kind of partner in each year", POSITIVE)
    ledger: I32 = column("m 3", "signings: both parties, quarter")
    ledger_weight: F = column("m", "recorded equivalents of each", POSITIVE)
    counted: I32 = column("k 3", "the ledger as last counted")
    counted_weight: F = column("k", "its weights", POSITIVE)
    counted_until: int = NEVER  # the quarter in which it was
    likeness_mean: float = 0.0  # of log affinity over pairs of states at the start
    likeness_sd: float = 1.0
    busiest_firm: float = np.inf  # activity of the most active firm of the record, beyond which none counts

    # --- this quarter (scratch that later steps and the record read)
    quarter: int = 0  # quarters since the start
    capability: float = 1.0  # Q_t
    load: F = column("n", "min(1, upkeep / budget)", SHARE)
    capture: F = column("n", "capture by firms", SHARE)
    watch: F = column("n", "how closely its conduct is watched", SHARE)
    compliance: F = column("n", "mean annual compliance of i over its commitments", SHARE, blank=1.0)
    incidents: I32 = column("n 4", "this quarter by kind", POSITIVE)
    wave: I32 = column("n", "disinformation incidents added by a shock", POSITIVE)
    incidents_total: F = column("n 4", "so far", POSITIVE)
    harm_memory: F = column("n", "H of the safety index", POSITIVE)
    net_benefit: F = column("n", "benefit this quarter")
    world_governance: float = 0.0  # G
    shield: F = column("n", "G_i", POSITIVE)
    formed: I32 = column("n 5", "deals made this quarter", POSITIVE)
    reward: F = column("n 5", "utility gained this quarter by track")
    breaches: I32 = column("n", "breaches committed this quarter", POSITIVE)
    lapsed: I32 = column("n", "deals that ended this quarter", POSITIVE)
    ended: I32 = column("n 3", "of these, by expiry, breach, lack of money", POSITIVE)
    unpaid: I32 = column("n", "signings and renewals that failed this quarter for want of money", POSITIVE)
    renewed: I32 = column("n", "deals renewed this quarter", POSITIVE)
    pull: F = column("n n", "U_ij this quarter, nats: why i turns to j, and whether i agrees to j")
    capture_drift: F = column("n", "distance moved by capture", POSITIVE)
    trust_hat: F = column("n n", "τ̂, trust with witnesses, this quarter", SHARE)
    trust_reference: F = column("n n", "τ̂^ref: τ̂ of the path without surprises, this quarter", SHARE)
    surge: float = 1.0  # multiplies the hazard this quarter (shocks)

    def __post_init__(self) -> None:
        sizes = self._sizes()
        for entry, words in _columns().values():
            if getattr(self, entry.name) is None:
                shape = _shape(words, sizes)
                setattr(self, entry.name, _blank(shape, entry.metadata["blank"], _TYPES[str(entry.type)]))
        self.check()
        object.__setattr__(self, "_made", True)

    def _sizes(self) -> dict[str, int]:
        """What the words in shapes stand for; how many years, signings and counted signings there are is free."""
        h, b, q = len(self.leaders), len(self.bloc_ids), len(self.instrument_ids)
        years, signed, counted = (0 if each is None else len(each) for each in (self.course, self.ledger, self.counted))
        return {"n": self.n, "s": self.s, "h": h, "b": b, "q": q, "y": max(years, 1), "m": signed, "k": counted}

    def check(self) -> None:
        """Refuse columns that a kernel would read beyond their end, or as what they are not.

        Raises
        ------
        ModelError
            Naming the column, and what it should be: an array of its shape and type, with rows of actors in the
            ledger, and the same actors as states as in the beginning.
        """
        sizes = self._sizes()
        for entry, words in _columns().values():
            _check(entry, getattr(self, entry.name), _shape(words, sizes))
        for name in ("ledger", "counted"):
            rows = getattr(self, name)[:, :2]
            if rows.size and not 0 <= rows.min() <= rows.max() < self.n:
                raise ModelError(f"{name} of the state names actors in rows that are not in [0, {self.n - 1}]")
        if not np.array_equal(self.kind == STATE, np.arange(self.n) < self.s):
            raise ModelError("kind of the state: who is a state, the first rows, does not change in a run")

    def __setattr__(self, name: str, value: object) -> None:
        if name not in self.__dataclass_fields__:  # it would be kept and do nothing
            advice = suggest(name, list(self.__dataclass_fields__))
            raise ModelError(f"the state has no column {name!r}; {advice}".rstrip("; "))
        if self._made and name in _columns():
            entry, words = _columns()[name]
            own = (*getattr(value, "shape", ()), 0)[0]
            _check(entry, value, _shape(words, self._sizes() | dict.fromkeys(_FREE, own)))
        object.__setattr__(self, name, value)

    @property
    def n(self) -> int:
        """Number of actors."""
        return len(self.ids)

    @cached_property
    def s(self) -> int:
        """Number of states, the EU included."""
        return int((self.kind == STATE).sum())


@cache
def _columns() -> dict[str, tuple[Field[Any], tuple[str, ...]]]:
    """Columns of the state by name, each with the words of its shape."""
    return {e.name: (e, tuple(e.metadata["shape"].split())) for e in fields(State) if "shape" in e.metadata}


@cache
def ranges() -> dict[str, tuple[float, float, float]]:
    """Of each column of numbers: the least and the greatest it may hold, and what stands where there is none."""
    told = {name: entry.metadata for name, (entry, _) in _columns().items() if entry.type not in ("B", "U64")}
    return {name: (*each["within"], each["blank"]) for name, each in told.items()}


_FREE = ("y", "m", "k")
"""Sizes that a column may bring along; those that belong together are looked at by :meth:`State.check`."""


def _shape(words: tuple[str, ...], sizes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(sizes[word] if word in sizes else int(word) for word in words)


def _check(entry: Field[Any], given: object, shape: tuple[int, ...]) -> None:
    """Refuse what is no array of a column's shape and type that a kernel could take."""
    text, kind = f"{entry.name} of the state", np.dtype(_TYPES[str(entry.type)])
    if type(given) is not np.ndarray:
        raise ModelError(f"{text} is a {type(given).__name__}, not an array of {kind}")
    if given.shape != shape:
        raise ModelError(f"{text} has shape {given.shape}, not {shape} ({entry.metadata['shape']})")
    if given.dtype != kind:
        raise ModelError(f"{text} holds {given.dtype}, not {kind}; write into it: state.{entry.name}[:] = …")
    flags = given.flags
    if not (flags.c_contiguous or entry.metadata["by_column"]) or not flags.aligned or not flags.writeable:
        fault = "is not stored row by row" if flags.writeable else "cannot be written"
        raise ModelError(f"{text} {fault}; write into the array that is there: state.{entry.name}[:] = …")


def _blank(shape: tuple[int, ...], value: float, kind: type) -> NDArray[Any]:
    # zeros that nobody has written to yet take no memory
    return np.full(shape, value, kind) if value else np.zeros(shape, kind)


def by_column(matrix: F) -> F:
    """The columns of a matrix as rows one after the other in memory: no copy where it is stored by column."""
    return np.ascontiguousarray(matrix.T)

