"""Small random worlds for the tests of the intensity."""

import numpy as np

from simulation.intensity.equation import Period


def small_period(seed: int, actors: int = 8, covariates: int = 3, reasons: int = 2) -> Period:
    """A period with one forbidden pair."""
    luck = np.random.default_rng(seed)
    mask = 1.0 - np.eye(actors)
    mask[1, 2] = mask[2, 1] = 0.0
    counts = np.triu(luck.poisson(0.5, (actors, actors)), 1).astype(float)
    z = 0.3 * luck.normal(size=(reasons, actors, actors))
    x = luck.normal(size=(covariates, actors, actors))
    return Period(x, mask, (counts + counts.T) * mask, z + np.swapaxes(z, 1, 2))
