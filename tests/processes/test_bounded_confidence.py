"""C.13 The model's step of persuasion, citizen to citizen: the clusters of Deffuant et al. (2000)."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.processes.opinion import persuade

CITIZENS, MEETINGS = 1000, 200
"""Citizens, and meetings of each."""


@pytest.mark.parametrize(("bound", "clusters"), [(0.3, 1), (0.2, 2)])
def test_clusters_of_opinion(bound: float, clusters: int) -> None:
    rng = np.random.default_rng(5)
    opinion = rng.random(CITIZENS)
    for i, j in rng.integers(CITIZENS, size=(CITIZENS * MEETINGS // 2, 2)):
        one, other = opinion[i], opinion[j]
        persuade(opinion[i : i + 1], other, 0.5, bound)
        persuade(opinion[j : j + 1], one, 0.5, bound)
    found = np.sort(opinion)
    sizes = np.diff(np.flatnonzero(np.concatenate([[True], np.diff(found) > bound / 2, [True]])))
    assert (sizes > CITIZENS / 20).sum() == clusters  # a few citizens stay alone at the ends
