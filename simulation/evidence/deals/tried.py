"""Other forms of the intensity of AI deals, measured on the years that they did not see.

``python -m simulation.evidence.deals.tried SOURCE_DIR [--out CSV]``: every form is fitted at the end of each
year and scored on the deals of the next, at its mode; the table counts all that was tried, and says what each does to
the pairs that look odd.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from simulation.data.judged_pairs import states_and_union
from simulation.data.tables import read_csv
from simulation.evidence.deals import firms
from simulation.evidence.deals.backtest import ORIGINS
from simulation.evidence.deals.covariates import NAMES, WINDOW, ground, trade_residual, with_union
from simulation.evidence.deals.dense import DOMAINS, LAST, SPAN, TESTED, load_dense, loose_prior, window
from simulation.evidence.deals.equation import Period, log_shares
from simulation.evidence.deals.fits import shipped_prior
from simulation.evidence.deals.fitting import Prior, fit
from simulation.evidence.deals.places import TABLES, judged_states, with_firms
from simulation.evidence.deals.posterior import (
    FIRST_DEAL,
    LAST_YEAR,
    PARAMETERS,
    START_LEVEL,
    state_period,
)
from simulation.evidence.deals.record import ai_deals
from simulation.evidence.deals.scoring import OURS, Scored, gains
from simulation.state import F

ODD = tuple((a, b) for a, b in judged_states("odd"))
"""Pairs whose chance looked odd in the rehearsal, or beside those that did."""
FLOW, YEARS = 35.0, 6
"""Recorded deals a year, and years, for the chance of an odd pair."""
ACTOR_SD = 0.5
HALF_LIFE = 3.0


@dataclass(frozen=True, eq=False)
class Form:
    """A period and a prior, changed.

    Attributes
    ----------
    periods
        Year -> period.
    prior
        Of its parameters.
    """

    periods: Mapping[int, Period]
    prior: Prior


def _periods() -> dict[int, Period]:
    return {year: state_period(year) for year in range(FIRST_DEAL, LAST_YEAR + 2)}


def _swap(period: Period, **columns: F) -> Period:
    """A period with other values of some covariates."""
    x = period.x.copy()
    for name, values in columns.items():
        x[NAMES.index(name)] = values
    return replace(period, x=x)


def _active(busy: F) -> F:
    """(n, n) activity of the partner from (n,) deals, as :func:`covariates.covariates` has it."""
    logs = np.log1p(busy)
    return np.broadcast_to(logs - logs[:-1].mean(), (len(busy), len(busy)))


def _faded(year: int, half_life: float, weight: float = 1.0) -> F:
    record = ai_deals(states_and_union())
    age = year - 1 - record.year
    decay = np.where(age >= 0, 0.5 ** (np.maximum(age, 0) / half_life), 0.0)
    return _active(weight * record.weighted(decay).sum(axis=1))


def _window(year: int, weight: float = 1.0, with_firm: bool = False) -> F:
    places = states_and_union()
    busy = ai_deals(places).counts(year - WINDOW, year - 1).sum(axis=1)
    if with_firm:
        busy = busy + ai_deals(with_firms(), "firm").counts(year - WINDOW, year - 1).sum(axis=1)[: len(places)]
    return _active(weight * busy)


def _all_kinds(year: int) -> F:
    """Activity with deals of every kind and joint initiatives."""
    places = states_and_union()
    busy = np.zeros(len(places))
    for row in read_csv(TABLES / "signings.csv"):
        if year - WINDOW <= int(row["date"][:4]) <= year - 1:
            for name in {row["a"], row["b"]} & set(places.ids):
                busy[places.place[name]] += 1.0
    return _active(busy)


def _old_trade(year: int) -> F:
    """The trade residual of 2016 in every year."""
    places, known = states_and_union(), ground(states_and_union(), 2016)
    trade = np.zeros((places.states, places.states))
    for row in read_csv(TABLES / "pairs.csv"):
        a, b = places.place[row["iso3_a"]], places.place[row["iso3_b"]]
        trade[a, b] = trade[b, a] = float(row["trade_2016"] or 0.0)
    members = np.flatnonzero(known.pairs["eu"].any(axis=1)).tolist()
    return trade_residual(with_union(trade, members, "sum", members[0]), ground(places, year - 1).size)


def _fixed(prior: Prior, **values: float) -> Prior:
    """A prior that holds some parameters at a value."""
    mean, sd = prior.mean.copy(), prior.sd.copy()
    for name, value in values.items():
        k = PARAMETERS.index(name.replace("__", ": "))
        mean[k], sd[k] = value, 1e-3
    return Prior(mean, sd)


def _with_actors(base: Mapping[int, Period], prior: Prior) -> Form:
    """An effect of every actor with a recorded deal, as partner."""
    n = len(states_and_union())
    made = ai_deals(states_and_union()).counts(0, LAST_YEAR).sum(axis=1)
    chosen = np.flatnonzero(made > 0)
    marks = np.zeros((len(chosen), n, n))
    marks[np.arange(len(chosen)), :, chosen] = 1.0
    at = len(NAMES)
    mean, sd = (
        np.insert(values, [at] * len(chosen), fill) for values, fill in ((prior.mean, 0.0), (prior.sd, ACTOR_SD))
    )
    return Form({y: replace(p, x=np.concatenate([p.x, marks])) for y, p in base.items()}, Prior(mean, sd))


def forms() -> dict[str, Form]:
    """All forms that were tried, the shipped one first."""
    base, prior = _periods(), shipped_prior()
    loose = Prior(np.append(np.zeros(len(NAMES) + 1), prior.mean[len(NAMES) + 1 :]),
                  np.append(np.ones(len(NAMES) + 1), prior.sd[len(NAMES) + 1 :]))  # fmt: skip
    bare = {y: replace(p, mask=1.0 - np.eye(len(p.mask))) for y, p in base.items()}
    unsaid = {y: replace(p, z=p.z[:0]) for y, p in base.items()}

    def swapped(name: str, values: object) -> Form:
        return Form({y: _swap(p, **{name: values(y)}) for y, p in base.items()}, prior)  # type: ignore[operator]

    result = {
        "as shipped": Form(base, prior),
        "activity with a half-life of three years": swapped("activity", lambda y: _faded(y, HALF_LIFE)),
        "the same, each deal at half weight": swapped("activity", lambda y: _faded(y, HALF_LIFE, 0.5)),
        "activity of five years, each deal at half weight": swapped("activity", lambda y: _window(y, 0.5)),
        "activity counts deals with firms": swapped("activity", lambda y: _window(y, 1.0, True)),
        "activity counts deals of every kind": swapped("activity", _all_kinds),
        "trade of 2016 throughout": swapped("trade", _old_trade),
        "no dated masks": Form(bare, prior),
        "no recording model": Form(unsaid, Prior(prior.mean[: len(NAMES) + 1], prior.sd[: len(NAMES) + 1])),
        "no size in recording": Form(base, _fixed(prior, recorded__size=0.0)),
        "told from zero (no prior from treaties)": Form(base, loose),
        "no memory of the pair": Form(base, _fixed(prior, past=0.0, recent=0.0)),
        "no other regional body": Form(base, _fixed(prior, region=0.0)),
        "no treaties of other domains": Form(base, _fixed(prior, other=0.0)),
    }
    return result | {"an effect of every active actor, N(0, .5)": _with_actors(base, prior)}


def firm_forms() -> dict[str, Form]:
    """Forms of the layer of states and firms, the shipped one first."""
    base = {year: firms.firm_period(year) for year in range(FIRST_DEAL, LAST_YEAR + 2)}
    prior, names = firms.prior(), list(firms.PRIORS)

    def without(*dropped: str) -> Form:
        gone = np.isin(names, dropped)
        return Form(base, Prior(np.where(gone, 0.0, prior.mean), np.where(gone, 1e-3, prior.sd)))

    return {
        "as shipped": Form(base, prior),
        "no memory of the pair": without("past"),
        "no recent deals of the firm": without("firm activity"),
        "no infrastructure, no first tier": without("firm infrastructure", "firm core"),
        "home of the firm does not count": without(*(name for name in names if name.startswith("home"))),
    }


def modes(form: Form) -> dict[int, F]:
    """Year's end -> mode of the form from the deals until then."""
    names = [str(k) for k in range(len(form.prior.mean))]
    result: dict[int, F] = {}
    for last in (*ORIGINS, LAST_YEAR):
        start = result.get(last - 1)
        text = [form.periods[y] for y in range(FIRST_DEAL, last + 1)]
        result[last] = fit(text, names, form.prior, START_LEVEL, start).mode
    return result


def table(layer: str, every: Mapping[str, Form], odd: Sequence[tuple[str, str]] = ()) -> pd.DataFrame:
    """What each form loses to the first, shipped one on unseen years, and the chance it gives odd pairs in 2025–2030.

    Parameters
    ----------
    layer
        Told in the first column.
    every
        Forms by name.
    odd
        Pairs of states.

    Returns
    -------
    DataFrame
        ``layer, form, gain, 2.5 %, 97.5 %``: nats an event by which the *shipped* form is better (positive: it wins);
        then a column an odd pair.
    """
    places = states_and_union()
    shares: dict[str, list[F]] = {}
    rows: dict[str, dict[str, object]] = {}
    for name, form in every.items():
        mode = modes(form)
        shares[name] = [log_shares(mode[y], form.periods[y + 1], START_LEVEL) for y in ORIGINS]
        ahead = np.exp(log_shares(mode[LAST_YEAR], form.periods[LAST_YEAR + 1], START_LEVEL))
        rows[name] = {f"{a}–{b}": -np.expm1(-FLOW * YEARS * ahead[places.place[a], places.place[b]]) for a, b in odd}
    first = next(iter(every))
    counts = [every[first].periods[y + 1].counts for y in ORIGINS]
    result = []
    for name, own in shares.items():
        # a form that calls a pair impossible which the shipped one allows is scored at a tiny share
        scored = [
            Scored(layer, y + 1, c, {OURS: ours, name: np.maximum(theirs, -30.0)})
            for y, c, ours, theirs in zip(ORIGINS, counts, shares[first], own, strict=True)
        ]
        result.append(_row(layer, name, gains(scored, name, by_event=True)) | rows[name])
    return pd.DataFrame(result)


def _row(layer: str, name: str, lead: Mapping[str, object]) -> dict[str, object]:
    return {"layer": layer, "form": name, **{key: lead[key] for key in ("gain", "2.5 %", "97.5 %")}}


def dense_table(source: Path) -> pd.DataFrame:
    """The half-life of activity on the windows of the dense domains, in the columns of :func:`table`."""
    gathered, name = load_dense(source), f"activity with a half-life of {HALF_LIFE:g} years"
    scored = []
    for domain in DOMAINS:
        for first in TESTED[domain]:
            shares = {}
            for form, half_life in ((OURS, 0.0), (name, HALF_LIFE)):
                *text, coming = (
                    window(gathered, domain, start, min(start + SPAN - 1, LAST[domain]), half_life=half_life)
                    for start in (first - 2 * SPAN, first - SPAN, first)
                )
                shares[form] = log_shares(fit(text, (*NAMES, "kappa"), loose_prior()).mode, coming)
            scored.append(Scored(domain, first, coming.counts, shares))
    return pd.DataFrame([_row("dense domains", name, gains(scored, name))])


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: print the table, and write it where asked."""
    parser = argparse.ArgumentParser(prog="python -m simulation.evidence.deals.tried", description=__doc__)
    parser.add_argument("source", type=Path, help="folder with agreements/")
    parser.add_argument("--out", type=Path, help="a CSV file to write")
    chosen = parser.parse_args(arguments)
    parts = [table("states", forms(), ODD), table("states and firms", firm_forms()), dense_table(chosen.source)]
    result = pd.concat(parts, ignore_index=True)
    print(result.round(3).to_string(index=False))
    if chosen.out:
        result.round(4).to_csv(chosen.out, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
