"""A model in miniature for advice: what each strategy brings is written below, and so is what luck adds to it."""

from __future__ import annotations

import os
import zlib

import pandas as pd

from simulation.experiments.engine.tables import Outcome
from tests.experiments.killed import MARK, die_once

ALL_FOR_ONE = 2.6
METRICS = ("commitments_kept", "coverage", "capacity", "dependence", "incidents_so_far")


def simulate(scenario, replicate: int) -> Outcome:
    """Kept commitments: luck of the future, the root of the budget, and what the strategy brings.

    Oversight adds 1 in every future; one camp adds 4 where rivalry is above 2.6 and takes 4 elsewhere.
    """
    strategy = scenario.strategy
    luck = zlib.crc32(f"{scenario.seed}/{replicate}".encode()) / 2**32
    level = luck + strategy.budget**0.5 + 1.0 * (strategy.oversight == 1)
    if strategy.only_camp is not None:
        level += 4.0 if scenario.parameters.rivalry > ALL_FOR_ONE else -4.0
    return outcome(scenario, replicate, level, level / 10, 0.5, 0.2, 3.0)


def outcome(scenario, replicate: int, *values: float) -> Outcome:
    series = pd.DataFrame({"metric": METRICS, "value": values})
    series["quarter"], series["actor"] = str(scenario.horizon), scenario.focal
    return Outcome.from_frames(replicate, series=series)


def simulate_killed_once(scenario, replicate: int) -> Outcome:
    """The worker that comes to a strategy of states only is killed, the first time."""
    if scenario.strategy.partners == ("state",):
        die_once(os.environ[MARK])
    return simulate(scenario, replicate)


def simulate_purse(scenario, replicate: int) -> Outcome:
    """Kept commitments: luck of the future, what firms are paid, 2 at most for oversight; capacity is a tenth of it.

    What states are paid lowers dependence. All of it is for those who divide their budget.
    """
    strategy = scenario.strategy
    luck = zlib.crc32(f"{scenario.seed}/{replicate}".encode()) / 2**32
    level, dependence = luck, 0.5
    if strategy.split is not None:
        level += 5.0 * (strategy.split.firm or 0.0) + 2.0 * strategy.oversight
        dependence -= 0.1 * (strategy.split.state or 0.0)
    return outcome(scenario, replicate, level, 0.5, level / 10, dependence, 3.0)
