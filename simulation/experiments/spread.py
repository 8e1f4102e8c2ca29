"""Model-form spread: one scenario under each rival rule, with the same draws of parameters and luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulation.display.spread import SpreadPictures
from simulation.display.style import save
from simulation.errors import Fault, InputError
from simulation.experiments.analysis import sensitivity
from simulation.experiments.analysis.summary import by_replicate
from simulation.experiments.ask import Question, failures_of, load, named, slim
from simulation.experiments.engine import store
from simulation.experiments.engine.runner import Ensemble, Progress
from simulation.experiments.kept import Format, Kept, Table
from simulation.experiments.run import milestones
from simulation.outcomes.metrics import METRICS as KNOWN
from simulation.scenario.dump import scenario_to_yaml
from simulation.scenario.load import load_scenario
from simulation.scenario.source import parse, plain

if TYPE_CHECKING:
    from simulation.scenario.schema import Scenario

RULES = ("partner_choice", "latent_book", "learning")
"""Mechanisms that are a choice between rules: each rival is put in place of the scenario's own, one at a time."""
METRICS = (
    "partners_new", "commitments_kept", "deals", "instruments_joined", "cooperation", "volume", "implementation",
    "autonomy", "capacity",
)  # fmt: skip
AS_IT_IS = "as it is"
COLUMNS = ("rule", "metric", "quarter", "mean", "q05", "q95", "replicates")
SHARES = ("metric", "quarter", *sensitivity.SOURCES)
FILE = "spread.json"
"""By this file a folder of ``wifaq spread`` is known."""
_UNRELATED = ("title", "question", "replicates", "seed", "record", "extends")
"""Keys in which a scenario and that of its spread may differ."""


@dataclass(frozen=True)
class Spread(Kept):
    """What the choice of rule does.

    A rule with a failed replicate has no part in the shares.

    Attributes
    ----------
    info
        What was run: scenario, focal state, draws, lucks, versions, failures (``spread.json``).
    scenario_text
        The scenario with every key written out, as YAML.
    """

    FORMAT = Format(
        FILE,
        "wifaq spread",
        {"spread": Table(("rule", "metric", "quarter"), COLUMNS), "shares": Table(("metric", "quarter"), SHARES)},
        {"scenario": str, "title": str, "focal": dict, "horizon": str, "rules": list, "draws": int, "lucks": int,
         "bands": str, "failures": list},
    )  # fmt: skip

    @property
    def table(self) -> pd.DataFrame:
        """Columns :data:`COLUMNS`; the scenario's own rules first."""
        return self.tables["spread"]

    @property
    def shares(self) -> pd.DataFrame:
        """Columns ``metric, quarter, rule, parameters, chance``: shares of the variance over all runs."""
        return self.tables["shares"]

    @property
    def plot(self) -> SpreadPictures:
        """The pictures of both tables: ``.shares()`` and ``.rules(metric, unit)``."""
        return SpreadPictures(self.table, self.shares, self.info, self.info["focal"]["name"])

    def _charts(self) -> list[Callable[[Path], object]]:
        return [] if self.shares.empty else [self._draw]

    def _draw(self, folder: Path) -> None:
        save(self.plot.shares(), folder, "spread_shares")
        metric = str(self.table["metric"].iloc[0])  # the headline, unless others were asked for
        save(self.plot.rules(metric, KNOWN[metric].unit), folder, f"spread_{metric}")

    def differs_from(self, scenario_text: str) -> list[str]:
        """Keys in which a scenario is another than that of this spread.

        Raises
        ------
        InputError
            If one of the two texts is no scenario.
        """
        one, two = map(_entries, (self.scenario_text, scenario_text))
        keys = [key for key in dict.fromkeys([*one, *two]) if key not in _UNRELATED]
        return [str(key) for key in keys if one.get(key) != two.get(key)]


def _entries(text: str) -> dict[str, Any]:
    """The keys and values of a scenario with every key written out."""
    faults: list[Fault] = []
    root = parse(text, "scenario.resolved.yaml", faults)
    result = None if root is None else plain(root)
    if faults or not isinstance(result, dict):
        raise InputError(faults or Fault("", "is not a mapping of keys", "scenario.resolved.yaml"))
    return result


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
    scenario: Scenario | Path | str,
    *,
    draws: int = 10,
    lucks: int = 4,
    metrics: Sequence[str] = METRICS,
    workers: int | None = None,
    progress: Progress | None = None,
    out: Path | None = None,
) -> Spread:
    """Run a scenario under each rule.

    Parameters
    ----------
    scenario
        A scenario, or the path of its file; parameters that it sets itself are not drawn.
    draws, lucks
        Draws of the free parameters, and replicates a draw, of every rule; at least 2 each.
    metrics
        Of the focal state.
    workers, progress
        As in :func:`simulation.experiments.engine.runner.run_points`.
    out
        Folder for both tables and their pictures, written whole or not at all.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    if out is not None:
        store.check_target(out)
    scenario = load(scenario)
    arms = rivals(scenario)
    asked = Question({name: slim(arm) for name, arm in arms.items()}, draws * lucks, lucks=lucks)
    results = asked.run(workers, progress)
    table, shares = _tables(results, scenario.focal, metrics, (draws, lucks))
    text = scenario_to_yaml(scenario)
    info = {
        "scenario": scenario.name,
        "title": scenario.title,
        "focal": named(scenario.focal),
        "horizon": str(scenario.horizon),
        "seed": scenario.seed,
        "rules": list(arms),
        "draws": draws,
        "lucks": lucks,
        "bands": asked.bands,
        "failures": failures_of(results),
        "versions": store.versions(),
        "hashes": store.hashes(scenario, text) | asked.hashes,
    }
    result = Spread(info, text, {"spread": table, "shares": shares})
    if out is not None:
        result.save(out)
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
    shares = pd.DataFrame(split, columns=list(SHARES))
    return pd.DataFrame(rows, columns=list(COLUMNS)), shares


def _values(ensemble: Ensemble, focal: str, metric: str, quarter: str) -> pd.Series:
    return by_replicate(ensemble.series, metric, quarter)[focal]


def _row(rule: str, ensemble: Ensemble, focal: str, metric: str, quarter: str) -> tuple[str | float, ...]:
    values = _values(ensemble, focal, metric, quarter)
    low, high = np.quantile(values, (0.05, 0.95))
    return rule, metric, quarter, float(values.mean()), float(low), float(high), len(values)


def _split(
    ensembles: Sequence[Ensemble], focal: str, metric: str, quarter: str, shape: tuple[int, int]
) -> tuple[str | float, ...]:
    table = np.stack([_values(ensemble, focal, metric, quarter).to_numpy().reshape(shape) for ensemble in ensembles])
    result = sensitivity.shares(table)
    return metric, quarter, *(result[source] for source in sensitivity.SOURCES)
