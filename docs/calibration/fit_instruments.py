"""How the defaults of C.7 were set: a penalised, interval-censored fit on the dated lists.

Run from the root of the project: ``python docs/calibration/fit_instruments.py``. It prints the
tables of docs/calibration_instruments.md. A few minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from simulation.data.tables import table
from simulation.data.world import World, load_world
from simulation.processes.affinity import affinity_matrix
from simulation.processes.instruments import (
    FACTORS,
    coefficients,
    draw_joins,
    habits,
    joining_factors,
    peer_weights,
)
from simulation.randomness import Stream, key, normal, stable_hash, uniform
from simulation.scenario.mechanisms import Mechanisms
from simulation.scenario.parameters import Parameters
from simulation.state import DOMAINS

F = NDArray[np.float64]
LAST = date(2024, 12, 31)
LISTS = (
    "budapest",
    "depa_2020",
    "dco",
    "foc",
    "gpai",
    "malabo",
    "oecd_ai_2019",
    "reaim_2023",
    "us_poldecl_2023",
)
FITTED = FACTORS[:7]  # the others have no variation in the lists and stay assumptions
COEFFICIENT_SPREAD = 1.5  # half-normal prior on coefficients of factors in [0, 1]
INTERCEPT_SPREAD = 1.0  # normal prior of an instrument's pace, and of its launch, around the common mean


def facts_as_state(world: World, *, instruments: list[str] | None = None) -> SimpleNamespace:
    """The columns that the factors read, at rest: direct trust is the prior, nobody is alarmed."""
    s = int((world.kind == 0).sum())
    n = len(world.ids)
    texts = [q for q in world.instruments if instruments is None or q.id in instruments]
    member = np.zeros((len(world.blocs), s), bool)
    for k, bloc in enumerate(world.blocs):
        member[k, list(bloc.members)] = True
    likeness = affinity_matrix(world.position[:s], world.weight[:s], Parameters().affinity_width)

    def rows(lists: list[tuple[int, ...]]) -> NDArray[np.bool_]:
        out = np.zeros((len(lists), n), bool)
        for q, inside in enumerate(lists):
            out[q, list(inside)] = True
        return out

    return SimpleNamespace(
        ids=world.ids, kind=world.kind, size=world.size, position=world.position, weight=world.weight,
        capacity=world.capacity, urgency=np.zeros(n), norm=np.zeros(n, bool),
        quarter=0, opens=np.full(len(texts), -1), slots_by_track=np.zeros((n, 5), np.int32),
        habit=habit_of(world), trust_hat=world.trust_prior,
        contiguous=np.ascontiguousarray(world.contiguous[:s, :s]), peer_weight=peer_weights(likeness, member),
        instrument_ids=tuple(q.id for q in texts),
        instrument_uid=np.array([stable_hash(q.id) for q in texts], np.uint64),
        uid=np.array([stable_hash(name) for name in world.ids], np.uint64),
        instrument_position=np.array([q.position for q in texts]),
        binding=np.array([q.binding for q in texts]),
        instrument_regional=np.array([q.regional for q in texts]),
        instrument_domain=np.array([DOMAINS.index(q.domain) for q in texts], np.int8),
        instrument_club=np.array([q.exclusive for q in texts]),
        sponsor=rows([q.sponsors for q in texts]), eligible=rows([q.eligible for q in texts]),
        joined=rows([tuple(i for i, _ in q.joined) for q in texts]), s=s,
    )  # fmt: skip


def habit_of(world: World) -> F:
    """Habits from the complete lists known on the day."""
    texts = [q for q in world.instruments if q.complete and not q.invitation_only]
    shape = (len(texts), len(world.ids))
    eligible, joined = np.zeros(shape, bool), np.zeros(shape, bool)
    for q, text in enumerate(texts):
        eligible[q, list(text.eligible)] = True
        joined[q, [i for i, _ in text.joined]] = True
    return habits(eligible, joined, np.array([DOMAINS.index(q.domain) for q in texts], np.int8))


@dataclass
class History:
    """One list as yearly steps: step 0 is the launch, then one step a year to the last day.

    ``factors`` (steps, s, 7); ``quarters`` at risk in each step; ``low`` and ``high`` (s,) the last
    step before which, and the step by the end of which, a state had joined (``high`` = -1: never).
    """

    name: str
    factors: F
    quarters: F
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    at_risk: NDArray[np.bool_]


def history(name: str) -> History:
    """Read one list: exact days and years, and 'by' dates as intervals since the last known wave."""
    last = load_world(LAST)
    opens = next(q.opens for q in last.instruments if q.id == name)
    launch_world = load_world(opens + timedelta(days=1))
    before = facts_as_state(load_world(opens - timedelta(days=1)))
    here = facts_as_state(launch_world, instruments=[name])
    here.habit, here.joined = before.habit, np.zeros_like(here.joined)
    here.position, here.weight, here.peer_weight = before.position, before.weight, before.peer_weight
    closes = next(q.closes for q in last.instruments if q.id == name) or LAST
    end = min(closes, LAST)
    years = max(0, end.year - opens.year) + 1 if end > opens + timedelta(days=60) else 0
    low, high = _intervals(name, here, opens, years)
    factors = np.zeros((years + 1, here.s, len(FITTED)))
    static = joining_factors(here, Parameters(), np.array([True]))[0]
    for step in range(years + 1):
        factors[step] = static[:, : len(FITTED)]
        inside = _inside(low, high, step)
        factors[step, :, 2], factors[step, :, 3] = _shares(here, inside)
    quarters = np.full(years + 1, 4.0)
    quarters[0] = 1.0
    if years:
        quarters[1] = max(0.5, (date(opens.year, 12, 31) - opens).days / 91.3)
        quarters[-1] = min(4.0, max(0.5, (end - max(opens, date(end.year, 1, 1))).days / 91.3))
    return History(name, factors, quarters, low, high, here.eligible[0, : here.s])


def _intervals(name: str, here: SimpleNamespace, opens: date, years: int) -> tuple[NDArray[np.int64], ...]:
    low, high = np.zeros(here.s, np.int64), np.full(here.s, -1, np.int64)
    rows = [row for row in table("joins") if row["instrument"] == name and int(row["joined"])]
    waves = sorted({row["date"] for row in rows})
    for row in rows:
        i = here.ids.index(row["actor"])
        step = _step(row["date"], opens, years)
        high[i] = low[i] = step
        if row["date_precision"] == "by":
            earlier = [_step(wave, opens, years) for wave in waves if wave < row["date"]]
            exact = [wave for wave in waves if wave < row["date"]]
            # a long list known only on one late day may have been joined at any time since the launch
            low[i] = 0 if name == "budapest" or not exact else max(earlier)
    return low, high


def _step(day: str, opens: date, years: int) -> int:
    if day[: len(str(opens))] <= str(opens) or (len(day) < 10 and str(opens).startswith(day)):
        return 0
    return min(years, int(day[:4]) - opens.year + 1)


def _inside(low: NDArray[np.int64], high: NDArray[np.int64], step: int) -> F:
    """Expected membership at the start of a step; an interval is spread evenly."""
    share = np.clip((step - low) / np.maximum(high - low + 1, 1), 0.0, 1.0)
    return np.where(high >= 0, share, 0.0)


def _shares(here: SimpleNamespace, inside: F) -> tuple[F, F]:
    eligible = here.eligible[0, : here.s]
    weight = here.peer_weight * eligible
    near = (here.contiguous & eligible).astype(float)
    return (
        weight @ inside / np.maximum(weight.sum(axis=1), 1e-12),
        near @ inside / np.maximum(near.sum(axis=1), 1.0),
    )


def log_likelihood(h: History, slope: F, launch: float, pace: float) -> float:
    """Interval-censored log likelihood of one list."""
    signs = np.array([1.0] * 6 + [-1.0])
    logit = h.factors @ (signs * slope) + pace
    logit[0] += launch - pace
    # log of the probability of staying out in each step, and up to the start of each step
    stay = -np.logaddexp(0.0, logit) * h.quarters[:, None]
    upto = np.concatenate([np.zeros((1, stay.shape[1])), np.cumsum(stay, axis=0)])
    i = np.flatnonzero(h.at_risk)
    never = i[h.high[i] < 0]
    ever = i[h.high[i] >= 0]
    start, finish = upto[h.low[ever], ever], upto[h.high[ever] + 1, ever]
    total = upto[-1, never].sum()
    return float(total + (start + np.log(-np.expm1(np.minimum(finish - start, -1e-12)))).sum())


def fit(lists: list[History], spread: float = COEFFICIENT_SPREAD) -> tuple[F, F, F]:
    """Slopes, launches and paces at the mode of the posterior."""
    m, k = len(lists), len(FITTED)

    def loss(theta: F) -> float:
        slope, centre, launch, pace = (
            theta[:k],
            theta[k : k + 2],
            theta[k + 2 : k + 2 + m],
            theta[k + 2 + m :],
        )
        fitted = sum(log_likelihood(h, slope, launch[q], pace[q]) for q, h in enumerate(lists))
        penalty = (slope**2).sum() / spread**2
        penalty += ((launch - centre[0]) ** 2).sum() / 4.0 + (
            (pace - centre[1]) ** 2
        ).sum() / INTERCEPT_SPREAD**2
        return -fitted + 0.5 * penalty

    start = np.concatenate([np.ones(k), [-4.0, -8.0], np.full(m, -4.0), np.full(m, -8.0)])
    bounds = [(0.0, 8.0)] * k + [(-20.0, 5.0)] * (2 + 2 * m)
    found = minimize(loss, start, bounds=bounds, method="L-BFGS-B", options={"maxiter": 500, "maxfun": 50000})
    theta = found.x
    return theta[:k], theta[k + 2 : k + 2 + m], theta[k + 2 + m :]


def ranking(h: History, slope: F) -> float:
    """Chance that a joiner's score beats a non-joiner's (AUC), on factors without the list's own peers."""
    keep = np.array([1.0, 1.0, 0.0, 0.0, 1.0, 1.0, -1.0])
    score = h.factors[0] @ (keep * slope)
    i = np.flatnonzero(h.at_risk)
    yes, no = score[i[h.high[i] >= 0]], score[i[h.high[i] < 0]]
    return float((yes[:, None] > no).mean() + 0.5 * (yes[:, None] == no).mean())


def forecast(par: Parameters, replicates: int = 20, quarters: int = 44, urgency: float = 0.15) -> None:
    """New members of every open list, and of a fresh civil declaration, from the last day on."""
    world = load_world(LAST)
    texts = [q.id for q in world.instruments if q.open_at_as_of and not q.invitation_only]
    state = facts_as_state(world, instruments=texts)
    state.urgency = np.where(state.kind == 0, urgency, 0.0)
    _add_fresh(state)
    coefficient, width = coefficients(par, Mechanisms()), len(state.instrument_ids)
    counts = np.zeros((replicates, 3, width), int)
    first: list[str] = []
    for r in range(replicates):
        here = SimpleNamespace(**vars(state))
        here.joined = state.joined.copy()
        stream = key(1, r, -1, Stream.INSTRUMENT_REACH)
        draws = [normal(uniform(stream, u, np.uint64(0))) for u in state.instrument_uid]
        reach = par.join_intercept + par.join_intercept_sd * np.array(draws)
        for t in range(quarters):
            here.quarter = t
            chosen = np.ones(width, bool)
            factors = joining_factors(here, par, chosen)
            new = draw_joins(chosen, here.eligible, here.joined, reach, factors, coefficient,
                             here.instrument_uid, here.uid, key(1, r, t, Stream.JOIN))  # fmt: skip
            here.joined[:, : here.s] |= new
            if len(first) < 60:
                first += [here.ids[i] for i in np.flatnonzero(new[-1])]
            for slot, when in enumerate((3, 19, 43)):
                if t == when:
                    counts[r, slot] = here.joined.sum(axis=1) - state.joined.sum(axis=1)
    print("\nnew members after 1, 5, 11 years (mean; 5-95 % at 11 years)")
    for q, name in enumerate(state.instrument_ids):
        low, mid, high = np.quantile(counts[:, 2, q], (0.05, 0.5, 0.95))
        start = int(state.joined[q].sum())
        print(f"{name:22s} {start:4d} +{counts[:, 0, q].mean():5.1f} +{counts[:, 1, q].mean():5.1f}"
              f" +{counts[:, 2, q].mean():6.1f}  ({low:.0f}-{mid:.0f}-{high:.0f})")  # fmt: skip
    print("first to join the fresh declaration:", " ".join(first[:40]))


def _add_fresh(state: SimpleNamespace) -> None:
    """A civil declaration of the position of the median text, convened by UNESCO, nobody in yet."""

    def grow(rows: NDArray[np.generic], value: object) -> NDArray[np.generic]:
        return np.concatenate([rows, np.array([value], rows.dtype)])

    n = len(state.ids)
    everyone = np.arange(n) < state.s - 1
    convener = np.array([name == "unesco" for name in state.ids])
    state.instrument_position = np.vstack(
        [state.instrument_position, np.median(state.instrument_position, axis=0)]
    )
    for column, value in (("binding", False), ("instrument_regional", False), ("instrument_club", False),
                          ("instrument_domain", 0)):  # fmt: skip
        setattr(state, column, grow(getattr(state, column), value))
    state.opens = np.append(state.opens, 0)
    state.sponsor = np.vstack([state.sponsor, convener])
    state.eligible = np.vstack([state.eligible, everyone])
    state.joined = np.vstack([state.joined, np.zeros(n, bool)])
    state.instrument_uid = np.append(state.instrument_uid, stable_hash("fresh"))
    state.instrument_ids = (*state.instrument_ids, "fresh declaration")


CHECKS = {
    "budapest": ((92, "76"),), "dco": ((0, "5"), (13, "16")), "depa_2020": ((0, "3"), (18, "4")),
    "foc": ((0, "15"), (48, "38")), "gpai": ((0, "15"), (17, "45")), "malabo": ((38, "15"),),
    "oecd_ai_2019": ((0, "42"), (20, "47")), "reaim_2023": ((0, "57"),),
    "us_poldecl_2023": ((1, "46"), (7, "57")),
    "gof_ai_sd_2024": ((2, "70+"),), "haip_friends": ((0, "49"), (6, "58")), "reaim_2024": ((0, "61"),),
    "unesco_ram": ((2, "50+"),),
}  # fmt: skip
"""Quarters since the opening, and members then; the last four texts have counts but no lists: not fitted."""


def backtest(par: Parameters, replicates: int = 60) -> None:
    """Members of texts that start empty, against the counts on record; intercepts drawn from the prior."""
    print("\ntext                quarter  recorded  model mean (5-50-95 %)")
    for name, points in CHECKS.items():
        counts = refill(name, [quarter for quarter, _ in points], par, replicates)
        for (quarter, record), drawn in zip(points, counts.T, strict=True):
            low, mid, high = np.quantile(drawn, (0.05, 0.5, 0.95))
            print(
                f"{name:20s} {quarter:6d} {record:>9s}  {drawn.mean():6.1f} ({low:.0f}-{mid:.0f}-{high:.0f})"
            )


def refill(name: str, quarters: list[int], par: Parameters, replicates: int) -> NDArray[np.int64]:
    """Members after each of some quarters, shape (replicates, quarters)."""
    text = next(q for q in load_world(LAST).instruments if q.id == name)
    state = facts_as_state(load_world(text.opens + timedelta(days=1)), instruments=[name])
    before = facts_as_state(load_world(text.opens - timedelta(days=1)))
    for column in ("habit", "position", "weight", "peer_weight"):
        setattr(state, column, getattr(before, column))
    state.opens, state.urgency = np.array([0]), np.where(state.kind == 0, 0.15, 0.0)
    coefficient, chosen = coefficients(par, Mechanisms()), np.array([True])
    counts = np.zeros((replicates, len(quarters)), np.int64)
    for r in range(replicates):
        luck = uniform(key(1, r, -1, Stream.INSTRUMENT_REACH), state.instrument_uid[0], np.uint64(0))
        reach = np.array([par.join_intercept + par.join_intercept_sd * normal(luck)])
        state.joined = np.zeros_like(state.joined)
        for state.quarter in range(max(quarters) + 1):
            factors = joining_factors(state, par, chosen)
            state.joined[:, : state.s] |= draw_joins(
                chosen, state.eligible, state.joined, reach, factors, coefficient,
                state.instrument_uid, state.uid, key(1, r, state.quarter, Stream.JOIN))  # fmt: skip
            counts[r, [state.quarter == q for q in quarters]] = state.joined.sum()
    return counts


def main() -> None:
    lists = [history(name) for name in LISTS]
    slope, launch, pace = fit(lists)
    print("list                     eligible launch later  b_launch b_pace   AUC")
    left_out = [fit([h for h in lists if h is not out]) for out in lists]
    for q, h in enumerate(lists):
        at_launch = int(((h.high == 0) & h.at_risk).sum())
        later = int(((h.high > 0) & h.at_risk).sum())
        counts = f"{int(h.at_risk.sum()):8d} {at_launch:6d} {later:5d}"
        print(f"{h.name:24s} {counts} {launch[q]:9.2f} {pace[q]:6.2f}"
              f"  {ranking(h, slope):.2f} (left out {ranking(h, left_out[q][0]):.2f})")  # fmt: skip
    print("\nslopes, and their range when each list in turn is left out")
    spread = np.array([one[0] for one in left_out])
    for f, name in enumerate(FITTED):
        print(f"{name:12s} {slope[f]:5.2f}  {spread[:, f].min():5.2f} to {spread[:, f].max():5.2f}")
    print(f"launch: mean {launch.mean():.2f}, standard deviation {launch.std(ddof=1):.2f}")
    print(f"pace: mean {pace.mean():.2f}, standard deviation {pace.std(ddof=1):.2f}")


if __name__ == "__main__":
    main()
    backtest(Parameters())
    forecast(Parameters())
