"""Scenario boxes: where in the space of factors an outcome of interest happens (PRIM).

Friedman & Fisher 1999; Bryant & Lempert 2010. The algorithm is that of the EMA workbench.

Where a strategy fails is told by the best of all rules of one or two conditions, tried one by one (scenario
discovery; PRIM, which peels greedily, needs seconds a strategy and limits more than two numbers). It is found in
every other future and weighed in the rest, so that what it says holds outside the futures it was made from.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import fisher_exact

from simulation.errors import InputError
from simulation.experiments.analysis.regret import gains

PEEL = 0.1  # share of the cases cut off at a time (Bryant & Lempert 2010)
DENSITY = 0.8  # least density that the peeling aims at
RESAMPLES = 10
LEAST_CASES = 10  # of interest, and of others; with fewer any box is chance
_TRIES = 20  # at a resample: half the cases may all be of one sort
_RELIABLE = 0.7  # share of resamples in which a limit should come back

Limits = tuple[float, float] | tuple[str, ...]


@dataclass(frozen=True)
class Box:
    """One box.

    Attributes
    ----------
    coverage
        Share of the cases of interest that lie in it.
    density
        Share of the cases in it that are of interest.
    mass, cases, of_interest
        Share of all cases in it; number of cases, and of those of interest, in all.
    limits
        By factor: lowest and highest value, or the categories left; factors without a limit are not named.
    support
        Share of resamples of half the cases in which a box of the same coverage limits the factor too.
    """

    coverage: float
    density: float
    mass: float
    cases: int
    of_interest: int
    limits: Mapping[str, Limits]
    support: Mapping[str, float]

    def sentence(self, what: str) -> str:
        """The box in words; ``what`` names the outcome of interest."""
        if not self.limits:
            return f"No box tells where {what}: {self.density:.0%} of all cases."
        told = " and ".join(_limit(name, limits) for name, limits in self.limits.items())
        text = (
            f"Where {told}, {self.density:.0%} of cases have {what} (of all cases {self.of_interest / self.cases:.0%});"
            f" this box holds {self.coverage:.0%} of all such cases."
        )
        weak = [name for name in self.limits if self.support[name] < _RELIABLE]
        if weak:
            least = min(self.support[name] for name in weak)
            text += f" Do not lean on the limit on {', '.join(weak)}: it came back in only {least:.0%} of resamples."
        return text


def _limit(name: str, limits: Limits) -> str:
    if isinstance(limits[0], str):
        return f"{name} is {' or '.join(map(str, limits))}"
    return f"{name} is {float(limits[0]):.4g} to {float(limits[1]):.4g}"


def find_box(
    inputs: pd.DataFrame, interest: NDArray[np.bool_], number: int | None = None, seed: int = 0
) -> Box:
    """The box with the best balance of coverage and density.

    Parameters
    ----------
    inputs
        A column a factor, a row a case; numbers or words.
    interest
        Which cases are of interest, shape (cases,).
    number
        Of the box on the peeling trajectory; by default the one with the largest harmonic mean of
        coverage and density.
    seed
        Of the resamples.

    Raises
    ------
    InputError
        With fewer cases of interest than :data:`LEAST_CASES`, or fewer others.
    """
    count = int(interest.sum())
    if min(count, len(interest) - count) < LEAST_CASES:
        text = f"{count} of {len(interest)} cases are of interest; a box needs {LEAST_CASES} such and as many others"
        raise InputError(f"analyse: {text}: choose another level")
    numbered = inputs.set_axis([f"x{place}" for place in range(inputs.shape[1])], axis=1).reset_index(drop=True)
    with _quiet(seed):
        from ema_workbench.analysis.prim import Prim

        result = Prim(numbered, interest.astype(bool), threshold=DENSITY, peel_alpha=PEEL).find_box()
        path = result.peeling_trajectory
        balance = 2 * path["coverage"] * path["density"] / (path["coverage"] + path["density"])
        chosen = int(balance.idxmax()) if number is None else number
        support = _support(result, chosen)
    names = dict(zip(numbered.columns, inputs.columns, strict=True))
    limits = dict(_limits(result.box_lims[0], result.box_lims[chosen], names))
    row = path.loc[chosen]
    shares = {name: float(support[column]) for column, name in names.items() if name in limits}
    sizes = (float(row["coverage"]), float(row["density"]), float(row["mass"]))
    return Box(*sizes, len(interest), count, limits, shares)


def _support(result: Any, chosen: int) -> pd.Series:
    """Share of the resamples that limit each factor; the workbench refuses halves without either sort of case."""
    for _ in range(_TRIES):
        with suppress(AssertionError):
            return result.resample(chosen, iterations=RESAMPLES)["reproduce coverage"] / 100
    raise InputError("analyse: the cases of interest and the others are too uneven for a box: choose another level")


def _limits(whole: pd.DataFrame, box: pd.DataFrame, names: Mapping[str, str]) -> Iterator[tuple[str, Limits]]:
    for column, name in names.items():
        if column not in box or column not in whole:  # a factor with one value only
            continue
        before, after = whole[column].tolist(), box[column].tolist()
        if isinstance(after[0], set | frozenset):
            if after[0] != before[0]:
                yield name, tuple(sorted(map(str, after[0])))
        elif after != before:
            yield name, (float(after[0]), float(after[1]))


@contextmanager
def _quiet(seed: int) -> Iterator[None]:
    """The workbench warns of packages that it could use, logs, and draws from NumPy's global generator."""
    state: Any = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed % 2**32)  # noqa: NPY002
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
        np.random.set_state(state)  # noqa: NPY002


# --- where a strategy fails: futures in which its outcome misses a threshold, told by a rule of at most two


COLUMNS = ("strategy", "share_failing", "conditions", "coverage", "density", "futures")
CUTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
"""Shares of the futures at which a number is cut in two."""
CHANCE = 0.01
"""A rule that chance makes as good as this often, or more often, is none."""

Mask = NDArray[np.bool_]


def failures(values: pd.DataFrame, threshold: float, uncertainties: pd.DataFrame, *, higher: bool) -> pd.DataFrame:
    """Where each strategy misses a threshold.

    Parameters
    ----------
    values
        Outcomes: a row a future, a column a strategy.
    threshold
        Outcome that satisfies.
    uncertainties
        Numbers or words, in the same rows, a column an uncertainty.
    higher
        Whether more is better.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`: share of the futures in which it fails; the rule with the best balance (harmonic
        mean) of coverage, the share of the failing futures that it holds, and density, the share of failing futures
        among those it holds. Both are of futures that had no part in finding it. Where no rule does better there
        than chance ``conditions`` is empty and the two are missing.
    """
    missed = gains(values, higher=higher) < (threshold if higher else -threshold)
    halves = list(_halves(uncertainties))
    texts = [text for text, _ in halves]
    masks = np.array([mask for _, mask in halves], dtype=bool).reshape(len(halves), len(values))
    rows = [(name, *_rule(texts, masks, missed[name].to_numpy(bool))) for name in values]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _halves(uncertainties: pd.DataFrame) -> Iterator[tuple[str, Mask]]:
    """Every condition on one uncertainty, with the futures in which it holds."""
    for name in uncertainties:
        column = uncertainties[name].to_numpy()
        if column.dtype.kind not in "fiu":
            yield from ((f"{name} = {word}", np.asarray(column == word)) for word in sorted(set(map(str, column))))
            continue
        for cut in dict.fromkeys(float(f"{value:.3g}") for value in np.quantile(column, CUTS)):
            yield f"{name} < {cut:g}", np.asarray(column < cut)
            yield f"{name} > {cut:g}", np.asarray(column > cut)


def _rule(texts: list[str], masks: Mask, missed: Mask) -> tuple[float, str, float, float, int]:
    share, none, count = float(missed.mean()), float("nan"), len(missed)
    nothing = (share, "", none, none, count)
    if not len(texts) or not 0 < missed[::2].sum() < len(missed[::2]):
        return nothing
    one, two = _best_pair(masks[:, ::2], missed[::2])
    held, failed = (masks[one] & masks[two])[1::2], missed[1::2]
    cells = [[(held & failed).sum(), (held & ~failed).sum()], [(~held & failed).sum(), (~held & ~failed).sum()]]
    if not held.any() or not failed.any() or fisher_exact(cells, alternative="greater").pvalue >= CHANCE:
        return nothing
    both = float((held & failed).sum())
    return share, " and ".join(dict.fromkeys([texts[one], texts[two]])), both / failed.sum(), both / held.sum(), count


def _best_pair(masks: Mask, missed: Mask) -> tuple[int, int]:
    """The two conditions that balance coverage and density best; twice the same where one does as well."""
    numbers = masks.astype(np.float64)
    held = numbers @ numbers.T
    both = (numbers * missed) @ numbers.T
    balance = 2 * both / (held + missed.sum())  # the harmonic mean of both / missed and both / held
    single = int(balance.diagonal().argmax())
    one, two = np.unravel_index(int(balance.argmax()), balance.shape)
    return (int(one), int(two)) if balance[one, two] > balance[single, single] else (single, single)
