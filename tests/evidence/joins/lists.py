"""Lists made up from known coefficients, for tests of the joining model."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from scipy.special import expit

from simulation.evidence.joins.record import NEVER, Listed
from simulation.intensity.joining.states import covariates, ids, un_members

SHARED = Path(os.environ.get("WIFAQ_SHARED", Path(__file__).parents[3].parent / "shared")) / "data"
VOTES = 1.5
"""Slope of UN ideal points in every made-up list."""


def made_up(number: int = 24, seed: int = 3) -> list[Listed]:
    """Lists of calls and treaties, one each half year from 2008, in which only votes and a level decide."""
    luck = np.random.default_rng(seed)
    out = []
    for k in range(number):
        opens = date(2008 + k // 2, 1 + 6 * (k % 2), 15)
        eligible = un_members(opens)
        x = covariates(opens, opens)[:, 0]
        level = luck.normal(-0.5, 0.5)
        p = expit(level + VOTES * (x - x[eligible].mean()))
        joined = eligible & (luck.random(len(p)) < p)
        late = eligible & ~joined & (luck.random(len(p)) < 0.2)
        day = np.full(len(p), NEVER)
        day[joined] = opens.toordinal()
        day[late] = opens.toordinal() + luck.integers(100, 900, size=late.sum())
        treaty = k % 3 > 0
        out.append(Listed(
            id=f"made{k:02d}", family=f"family{k:02d}", kind="UN" if treaty else "state", openness="open",
            binding=treaty, ceremony=True, summit=False, domain=("digital", "security", "env")[k % 3], stock=False,
            opens=opens,
            end=opens + timedelta(days=31), until=opens + timedelta(days=1000), sponsors=() if treaty else (ids()[k],),
            house="", eligible=eligible, observed=eligible, joined=joined, day=day,
        ))  # fmt: skip
    return out
