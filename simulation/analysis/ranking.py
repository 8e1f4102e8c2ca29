"""Which of several changes is best, told from paired replicates, and which of them cannot be told apart."""

from __future__ import annotations

import pandas as pd

from simulation.analysis.contrasts import contrast

RANK_COLUMNS = ("rank", "tied_with")


def interval(differences: pd.Series) -> dict[str, float]:
    """Mean of paired differences and its 90 % interval; see :func:`simulation.analysis.contrasts.contrast`."""
    known = differences.dropna()
    return contrast(pd.DataFrame({"a": known, "b": 0.0}))


def ranked(scores: pd.DataFrame) -> pd.DataFrame:
    """Rank by the mean over replicates, with the ties.

    Parameters
    ----------
    scores
        A row a replicate, a column a candidate; what is missing is left out pair by pair. More is better.

    Returns
    -------
    DataFrame
        Columns :data:`RANK_COLUMNS` by candidate, the best first: ranks from 1, and a tuple of all the others whose
        difference from it has a 90 % interval that holds zero. Of equal means the one that comes first in ``scores``
        is ahead.
    """
    order = scores.mean().sort_values(ascending=False, kind="stable").index.tolist()
    tied = [
        tuple(other for other in order if other != one and not apart(scores[one] - scores[other])) for one in order
    ]
    columns = {"rank": range(1, len(order) + 1), "tied_with": tied}
    return pd.DataFrame(columns, index=order, columns=list(RANK_COLUMNS))


def apart(differences: pd.Series) -> bool:
    """Whether the mean of paired differences is told from zero at 90 %."""
    found = interval(differences)
    return bool(found["low"] > 0.0 or found["high"] < 0.0)  # one pair, or none, has no interval
