"""From factors to design points: scipy's and SALib's designs, and the scenario of each point.

All sampled designs are drawn in the unit cube and carried to the factors' values by the
inverse of their distributions, so that one design serves numbers, whole numbers and categories.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from simulation.errors import Fault, InputError
from simulation.experiments.analysis.sensitivity import problem
from simulation.experiments.prior import free_parameters
from simulation.experiments.sweeps.load import Sweep, level_faults
from simulation.experiments.sweeps.schema import Categories, Factor, Kept, Range, label
from simulation.scenario.load import in_file_order, load_scenario
from simulation.scenario.parameters import PARAMETERS
from simulation.scenario.schema import SEED_MAX, RecordSpec, Scenario
from simulation.scenario.source import Mark, Node, walk

MORRIS_LEVELS = 4  # of the grid of a Morris design (Campolongo et al. 2007)
FAULTS_TOLD = 10  # faulty design points named in one message

Cube = NDArray[np.float64]


def row_count(sweep: Sweep) -> int:
    """Rows of a sweep's design, before it is crossed with the scenarios; never draws it."""
    factors, samples = sweep.factors, sweep.samples or 0
    if not factors:
        return 1
    if sweep.design == "list":
        return len(next(iter(factors.values())).values())
    if sweep.design == "grid":
        return math.prod(len(factor.values()) for factor in factors.values())
    if sweep.design == "fractional":
        return 2 << (len(factors) - 1).bit_length()
    return samples * {"lhs": 1, "morris": len(factors) + 1, "sobol": len(factors) + 2}[sweep.design]


def run_count(sweep: Sweep) -> int:
    """Runs of a sweep."""
    return row_count(sweep) * len(sweep.bases) * sweep.replicates


def unit_cube(sweep: Sweep) -> Cube:
    """The sampled designs as shares of each factor's distribution, shape (rows, factors).

    Latin hypercube: scipy. Sobol: Saltelli's scheme on a scrambled Sobol sequence without second
    order, N(k + 2) rows; Morris: N trajectories of k + 1 rows; fractional: a Hadamard matrix
    folded over (resolution IV), all three by SALib.
    """
    names, count = list(sweep.factors), sweep.samples or 0
    rng = np.random.default_rng(sweep.seed)
    if sweep.design == "lhs":
        return qmc.LatinHypercube(len(names), rng=rng).random(count)
    if sweep.design == "sobol":
        from SALib.sample import sobol

        rows = sobol.sample(problem(names), count, calc_second_order=False, seed=rng)
    elif sweep.design == "morris":
        from SALib.sample import morris

        rows = morris.sample(problem(names), count, num_levels=MORRIS_LEVELS, seed=rng)
    else:
        from SALib.sample import ff

        rows = ff.sample(problem(names), seed=rng)[:, : len(names)]  # the rest are its dummies
    return np.asarray(rows, np.float64)


def _at(factor: Factor, share: float, design: str) -> Any:
    if design == "fractional":
        return factor.values(ends=True)[int(share > 0.5)]
    return factor.at(float(share))


@dataclass(frozen=True)
class Points(Mapping[str, Scenario]):
    """Every design point of a sweep by id; its scenario is built when it is asked for.

    Attributes
    ----------
    bases
        Base scenarios by name.
    factors
        The factors' keys.
    rows
        ``(base, values)`` by place: name of its base, a value a factor.
    seed, common, replicates, kept
        As in :class:`Sweep`.
    period
        With independent random numbers: places that lie so many apart, or a multiple of it, have the same.
    """

    bases: Mapping[str, Scenario]
    factors: tuple[str, ...]
    rows: Mapping[int, tuple[str, tuple[Any, ...]]]
    seed: int
    common: bool
    replicates: int
    kept: Kept
    period: int | None = None

    def __getitem__(self, point: str) -> Scenario:
        place = point_place(point)
        base, values = self.rows[place]
        overrides = dict(zip(self.factors, values, strict=True))
        return self._finish(load_scenario(self.bases[base], overrides=overrides), place)

    def _finish(self, scenario: Scenario, place: int) -> Scenario:
        kept = self.kept
        record = RecordSpec(
            metrics=kept.metrics,
            actors=(scenario.focal,) if kept.actors is None else kept.actors,
            every=kept.every,
            ties="none",
        )
        changes = {"seed": self.seed_of(place), "replicates": self.replicates, "record": record}
        return scenario.model_copy(update=changes)

    def seed_of(self, place: int) -> int:
        """Seed of a point: the sweep's, or with independent random numbers one of its own."""
        if self.common:
            return self.seed
        number = place % self.period if self.period else place
        digest = hashlib.sha256(f"{self.seed}/{number}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % SEED_MAX

    def __iter__(self) -> Iterator[str]:
        return map(point_id, self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, points: Sequence[str]) -> Points:
        """Some of the points, to travel light."""
        places = map(point_place, points)
        return replace(self, rows={place: self.rows[place] for place in places})


class Cached(dict[str, Scenario]):
    """Scenarios of design points, each built once a task; one that cannot be is told by the run.

    It stands here, not with the runner, because a worker that unpacks it imports its module.
    """

    def __init__(self, points: Mapping[str, Scenario]):
        super().__init__()
        self.points = points

    def __missing__(self, point: str) -> Scenario:
        self[point] = self.points[point]
        return self[point]

    def __reduce__(self) -> tuple[Any, ...]:
        return (Cached, (self.points,))


def point_id(place: int) -> str:
    """Id of the design point in a place, from 0."""
    return f"p{place:06d}"


def point_place(point: str) -> int:
    """Place of a design point in the design, from 0."""
    return int(point[1:])


def design_points(sweep: Sweep) -> tuple[Points, Cube | None]:
    """The points of a sweep, and for sampled and fractional designs their place in the unit cube."""
    factors = tuple(sweep.factors.values())
    cube: Cube | None = None
    values: list[tuple[Any, ...]]
    if not factors:
        values = [()]
    elif sweep.design == "list":
        values = list(zip(*(factor.values() for factor in factors), strict=True))
    elif sweep.design == "grid":
        values = list(itertools.product(*(factor.values() for factor in factors)))
    else:
        cube = unit_cube(sweep)
        values = [tuple(_at(f, u, sweep.design) for f, u in zip(factors, row, strict=True)) for row in cube]
    rows = dict(enumerate((base.name, row) for base in sweep.bases for row in values))
    bases = {base.name: base for base in sweep.bases}
    points = Points(bases, tuple(sweep.factors), rows, sweep.seed, sweep.common, sweep.replicates, sweep.kept)
    return points, cube


def check_points(points: Points, sweep: Sweep) -> dict[str, Cube]:
    """Build every scenario once.

    Returns
    -------
    dict
        Values of all parameters by name, shape (points,); missing where replicates draw them.

    Raises
    ------
    InputError
        Naming the points that cannot be, with their values.
    """
    faults: dict[tuple[str, str], Fault] = {}
    free = {entry.name for entry in free_parameters()} if sweep.drawn else set()
    table = np.empty((len(points), len(PARAMETERS)))
    for row, point in zip(table, points, strict=True):
        try:
            parameters = points[point].parameters
            row[:] = list(parameters.as_dict().values())
            row[[name in free and name not in parameters.chosen for name in PARAMETERS]] = np.nan
        except InputError as error:
            for fault in error.faults:
                text = f"{fault.message} (design point {point}: {values_text(points, point)})"
                mark = _mark_of(sweep.root, fault.key, points.factors)
                faults.setdefault((fault.key, fault.message), mark.fault(fault.key, text))
        if len(faults) >= FAULTS_TOLD:
            break
    if faults:
        kinds = (Range, Categories)
        alone = level_faults(sweep.root, sweep.bases, sweep.factors, kinds)
        raise InputError(in_file_order(alone or list(faults.values()), sweep.root.mark.file))
    return dict(zip(PARAMETERS, table.T, strict=True))


def _mark_of(root: Node, key: str, factors: Sequence[str]) -> Mark:
    """Where the factor stands that a fault of a scenario is about, or all factors."""
    factor = next((name for name in factors if key.startswith(name)), "")
    return list(walk(root, ("factors", factor)))[-1].mark


def values_text(points: Points, point: str) -> str:
    """A point's base and values in one phrase."""
    base, values = points.rows[point_place(point)]
    text = [f"{key} {label(value)}" for key, value in zip(points.factors, values, strict=True)]
    return ", ".join([base, *text])


def is_number(factor: Factor) -> bool:
    """Whether a factor's values are numbers, and not categories."""
    if not isinstance(factor, Categories):
        return True
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in factor.categories)
