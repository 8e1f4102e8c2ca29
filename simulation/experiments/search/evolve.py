"""Evolution of places in a unit cube towards several aims at once: NSGA-II of pymoo (Deb et al. 2002), step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import qmc

from simulation.state import F


class Evolution:
    """One search: ask for places, tell what came of them, again and again; the same for the same seed.

    Parameters
    ----------
    starts
        (k, d) places that it begins with; the rest of the first generation is a Latin hypercube.
    population
        Places a generation, more than k.
    objectives
        How many.
    seed
        Of all its chance.
    """

    def __init__(self, starts: F, population: int, objectives: int, seed: int):
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.core.problem import Problem

        size = starts.shape[1]
        cube = qmc.LatinHypercube(size, rng=np.random.default_rng(seed)).random(population - len(starts))
        self._problem = Problem(n_var=size, n_obj=objectives, xl=0.0, xu=1.0)
        self._algorithm = NSGA2(pop_size=population, sampling=np.concatenate([starts, cube]))
        self._algorithm.setup(self._problem, termination=("n_gen", np.inf), seed=seed, verbose=False)
        self._asked: Any = None

    def ask(self) -> F:
        """The next places to try, (places, d)."""
        self._asked = self._algorithm.ask()
        return np.asarray(self._asked.get("X"), np.float64)

    def tell(self, values: F) -> None:
        """What came of them, (places, objectives), more being better."""
        from pymoo.core.evaluator import Evaluator
        from pymoo.problems.static import StaticProblem

        Evaluator().eval(StaticProblem(self._problem, F=-values), self._asked)
        self._algorithm.tell(infills=self._asked)
