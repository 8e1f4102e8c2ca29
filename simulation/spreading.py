"""Model-form spread: one scenario under each rival rule, with the same draws of parameters and luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulation.analysis import variance
from simulation.analysis.summary import POSTERIOR_LABEL, by_replicate
from simulation.evidence.posterior import Drawing, chosen
from simulation.experiments import store
from simulation.experiments.runner import Ensemble, Progress, run_points
from simulation.experiments.simulate import simulate as simulate_model
from simulation.experiments.worker import Simulate
from simulation.running import failure_row, milestones, slim
from simulation.scenario.load import load_scenario

if TYPE_CHECKING:
    from simulation.scenario.schema import Scenario

RULES = ("consent", "bargaining", "bloc_proposal", "learning")
"""Mechanisms that are a choice between rules: each rival is put in place of the scenario's own, one at a time."""
METRICS = ("cooperation", "volume", "implementation", "quality", "deals", "instruments_joined", "autonomy", "capacity")
AS_IT_IS = "as it is"
COLUMNS = ("rule", "metric", "quarter", "mean", "q05", "q95")


@dataclass(frozen=True)
class Spread:
    """What the choice of rule does.

    Attributes
    ----------
    table
        Columns :data:`COLUMNS`; the scenario's own rules first.
    shares
        Columns ``metric, quarter, rule, parameters, chance``: shares of the variance over all runs.
    bands
        What the quantiles hold.
    failures
        Replicates that did not finish; a rule with one has no part in the shares.
    """

    table: pd.DataFrame
    shares: pd.DataFrame
    bands: str
    failures: tuple[Mapping[str, Any], ...]


def rivals(scenario: Scenario) -> dict[str, Scenario]:
    """The scenario as it is and with each rival rule, by ``mechanism=option``."""
    from simulation.scenario.mechanisms import MECHANISMS

    arms = {AS_IT_IS: scenario}
    for name in RULES:
        for option in MECHANISMS[name].options:
            if option != scenario.mechanisms[name]:
                arms[f"{name}={option}"] = load_scenario(scenario, overrides={f"mechanisms.{name}": option})
    return arms


def spread(
    scenario: Scenario,
    *,
    draws: int = 10,
    lucks: int = 4,
    metrics: Sequence[str] = METRICS,
    workers: int | None = None,
    progress: Progress | None = None,
    out: Path | None = None,
    simulate: Simulate = simulate_model,
) -> Spread:
    """Run a scenario under each rule.

    Parameters
    ----------
    scenario
        The scenario; parameters that it sets itself are not drawn.
    draws, lucks
        Draws of the free parameters, and replicates a draw, of every rule; at least 2 each.
    metrics
        Of the focal state.
    workers, progress
        As in :func:`simulation.experiments.runner.run_points`.
    out
        Folder for ``spread.csv`` and ``shares.csv``, written whole or not at all.
    simulate
        The model; another only in tests.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    if out is not None:
        store.check_target(out)
    arms = rivals(scenario)
    points = {name: slim(arm) for name, arm in arms.items()}
    model = Drawing(simulate, chosen(scenario), lucks)
    found = run_points(points, dict.fromkeys(points, draws * lucks), workers, progress, simulate=model)
    result = Spread(
        *_tables(found, scenario.focal, metrics, (draws, lucks)),
        POSTERIOR_LABEL,
        tuple(failure_row(failure) for ensemble in found.values() for failure in ensemble.failures),
    )
    if out is not None:
        with store.atomic_folder(out) as folder:
            store.write_csv(result.table, folder / "spread.csv")
            store.write_csv(result.shares, folder / "shares.csv")
    return result


def _tables(
    found: Mapping[str, Ensemble], focal: str, metrics: Sequence[str], shape: tuple[int, int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    whole = {name: ensemble for name, ensemble in found.items() if ensemble.outcomes}
    quarters = milestones(next(iter(whole.values())).series) if whole else []
    cells = [(metric, quarter) for metric in metrics for quarter in quarters]
    rows = [_row(name, ensemble, focal, *cell) for name, ensemble in whole.items() for cell in cells]
    complete = [ensemble for ensemble in whole.values() if not ensemble.failures]
    split = [_split(complete, focal, *cell, shape) for cell in cells] if complete else []
    shares = pd.DataFrame(split, columns=["metric", "quarter", *variance.SOURCES])
    return pd.DataFrame(rows, columns=list(COLUMNS)), shares


def _values(ensemble: Ensemble, focal: str, metric: str, quarter: str) -> pd.Series:
    return by_replicate(ensemble.series, metric, quarter)[focal]


def _row(rule: str, ensemble: Ensemble, focal: str, metric: str, quarter: str) -> tuple[str | float, ...]:
    values = _values(ensemble, focal, metric, quarter)
    low, high = np.quantile(values, (0.05, 0.95))
    return rule, metric, quarter, float(values.mean()), float(low), float(high)


def _split(
    ensembles: Sequence[Ensemble], focal: str, metric: str, quarter: str, shape: tuple[int, int]
) -> tuple[str | float, ...]:
    table = np.stack([_values(ensemble, focal, metric, quarter).to_numpy().reshape(shape) for ensemble in ensembles])
    found = variance.shares(table)
    return metric, quarter, *(found[source] for source in variance.SOURCES)
