"""The schema of a sweep file, and the kinds of factor."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from simulation.arithmetic import exp, log
from simulation.scenario.fields import Claim, Name, RecordedActors, RecordedMetrics, Text
from simulation.scenario.schema import QUARTERS_MAX, REPLICATES_MAX, SEED_MAX
from simulation.scenario.strategy import Section

Design = Literal["list", "grid", "fractional", "lhs", "sobol", "morris"]
SAMPLED: tuple[Design, ...] = ("lhs", "sobol", "morris")
"""Designs that are drawn, and need a number of samples."""
NEED_SALIB: tuple[Design, ...] = ("fractional", "sobol", "morris")
MINUS = " - "
"""Between two metrics of a difference."""
SAMPLES_MAX = 1_000_000
LEVELS_DEFAULT = 5  # levels that a range gets in a grid or a list, unless it says otherwise
LEVELS_MAX = 1_000


class Range(Section):
    """A factor that takes any value between two bounds."""

    low: float
    """Lowest value."""
    high: float
    """Highest value."""
    distribution: Literal["uniform", "loguniform", "triangular", "integer"] = "uniform"
    """How values are spread; integer: whole numbers, each as likely."""
    mode: float | None = None
    """Most likely value of a triangular distribution; by default the middle."""
    levels: Annotated[int, Field(ge=2, le=LEVELS_MAX)] = LEVELS_DEFAULT
    """How many values a grid or a list takes, evenly spread in probability, both bounds among them."""

    @model_validator(mode="after")
    def _check(self) -> Range:
        if not self.low < self.high:
            raise ValueError(f"the range from {self.low:g} to {self.high:g} is empty; low must be below high")
        if self.distribution == "loguniform" and self.low <= 0:
            raise ValueError(f"a loguniform range must be above 0, not from {self.low:g}")
        if self.distribution == "integer" and not (self.low.is_integer() and self.high.is_integer()):
            raise ValueError(f"the bounds of an integer range must be whole, not {self.low:g} and {self.high:g}")
        if self.mode is not None and self.distribution != "triangular":
            raise ValueError(f"a mode has no meaning for the distribution {self.distribution}; take it out")
        if self.mode is not None and not self.low <= self.mode <= self.high:
            raise ValueError(f"the mode {self.mode:g} is outside [{self.low:g}, {self.high:g}]")
        return self

    def at(self, share: float) -> float | int:
        """The value below which a share (0 to 1) of the distribution lies."""
        low, width = self.low, self.high - self.low
        if self.distribution == "integer":
            return int(min(self.high, low + math.floor(share * (width + 1))))
        if self.distribution == "loguniform":
            value = float(exp(float(log(low)) + share * float(log(self.high / low))))
        elif self.distribution == "triangular":
            from scipy.stats import triang  # here: half a second, and few sweeps have such a range

            peak = 0.5 if self.mode is None else (self.mode - low) / width
            value = triang.ppf(share, peak, low, width)
        else:
            value = low + share * width
        return float(min(max(float(value), low), self.high))  # rounding must not leave the range

    def values(self, *, ends: bool = False) -> tuple[Any, ...]:
        """Evenly spread values; with ``ends`` the two bounds only."""
        count = 2 if ends else self.levels
        values = (self.at(k / (count - 1)) for k in range(count))
        return tuple(dict.fromkeys(values))  # few whole numbers may come twice


class Categories(Section):
    """A factor that takes one of several values of any kind; levels given as a list are read as these."""

    categories: Annotated[tuple[Any, ...], Field(min_length=2)]
    """The values."""

    @model_validator(mode="after")
    def _check(self) -> Categories:
        for place, value in enumerate(self.categories):
            equals = (other for other in self.categories[:place] if other == value)
            if any(isinstance(other, bool) == isinstance(value, bool) for other in equals):
                raise ValueError(f"the level {label(value)} is named twice; keep one")
        return self

    def at(self, share: float) -> Any:
        """The value in whose equal share of [0, 1] a number falls."""
        return self.categories[min(int(share * len(self.categories)), len(self.categories) - 1)]

    def values(self, *, ends: bool = False) -> tuple[Any, ...]:
        """All values."""
        return self.categories


class Kept(Section):
    """What is kept of each run; as in a scenario."""

    metrics: RecordedMetrics = "default"
    """default, all, or names of metrics."""
    actors: RecordedActors | None = None
    """focal (with its peers), states, all, or ids; by default the focal state alone, and the system."""
    every: Annotated[int, Field(ge=1, le=QUARTERS_MAX)] = 1
    """Keep every so many quarters; the last one is always kept."""


class SweepFile(Section):
    """A sweep: scenarios × factors × replicates."""

    title: Text = ""
    """One line; by default the name of the file."""
    question: Text = ""
    """The question that the sweep answers."""
    claims: tuple[Claim, ...] = ()
    """Claims of the paper on which it bears."""
    base: str | None = None
    """The scenario file that the factors change; a path relative to this file."""
    scenarios: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """In place of one base: several scenario files, each crossed with the design."""
    design: Design
    """How the factors' values are combined."""
    factors: dict[str, Any] = Field(default_factory=dict)
    """Scenario keys, dotted, with levels `[…]`, `{categories: […]}` or `{low: , high: , distribution: }`."""
    parameters: Literal["prior", "defaults", "factors"] = "prior"
    """prior: each replicate draws the free parameters that its point does not set; defaults: none is drawn;
    factors: each of them is a factor of a sampled design by itself."""
    samples: Annotated[int, Field(ge=1, le=SAMPLES_MAX)] | None = None
    """Points of a Latin hypercube, base samples of a Sobol design (a power of 2), trajectories of a Morris design."""
    replicates: Annotated[int, Field(ge=1, le=REPLICATES_MAX)] | None = None
    """Runs of each design point with different luck; by default those of the base."""
    seed: Annotated[int, Field(ge=0, le=SEED_MAX)] | None = None
    """Seed of the design and of every run; by default that of the base."""
    random_numbers: Literal["common", "independent"] = "common"
    """common: replicate k has the same luck in every design point; independent: a seed a point."""
    record: Kept = Kept()
    """What is kept of each run."""
    show: tuple[Name, ...] = ("commitments_kept",)
    """Metrics, or differences `A - B` of two, that are summarised and, in a grid, drawn as heat maps."""


Factor = Range | Categories


def label(value: Any, *, exact: bool = False) -> str:
    """A level as one word of a table: numbers short, unless that must tell all levels apart, lists in brackets."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        short = f"{value:g}"
        return short if not exact or float(short) == value else repr(float(value))
    if isinstance(value, tuple | list):
        return "[" + ", ".join(label(item, exact=exact) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {label(item, exact=exact)}" for key, item in value.items()) + "}"
    return "nothing" if value is None else str(value)
