"""Model-form spread: one scenario under each rival rule, with the same draws of parameters and luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulation.analysis import variance
from simulation.analysis.summary import POSTERIOR_LABEL, by_replicate
from simulation.data.tables import table as shipped
from simulation.display.spread import SpreadPictures
from simulation.display.style import save
from simulation.errors import Fault, InputError, seen
from simulation.experiments import posterior
from simulation.experiments.engine import store
from simulation.experiments.engine.runner import Ensemble, Progress, run_points
from simulation.experiments.engine.simulate import simulate as simulate_model
from simulation.experiments.engine.worker import Simulate
from simulation.experiments.run import failure_row, milestones, slim
from simulation.outcomes.metrics import METRICS as KNOWN
from simulation.scenario.dump import scenario_to_yaml
from simulation.scenario.load import load_scenario
from simulation.scenario.source import parse, plain

if TYPE_CHECKING:
    from simulation.scenario.schema import Scenario

RULES = ("consent", "bargaining", "bloc_proposal", "learning")
"""Mechanisms that are a choice between rules: each rival is put in place of the scenario's own, one at a time."""
METRICS = ("cooperation", "volume", "implementation", "quality", "deals", "instruments_joined", "autonomy", "capacity")
AS_IT_IS = "as it is"
COLUMNS = ("rule", "metric", "quarter", "mean", "q05", "q95", "replicates")
SHARES = ("metric", "quarter", *variance.SOURCES)
FILE = "spread.json"
"""What a folder of ``wifaq spread`` is of; by this file it is known."""
_INFO = ("scenario", "title", "focal", "horizon", "rules", "draws", "lucks", "bands", "failures")
_UNRELATED = ("title", "question", "replicates", "seed", "record", "extends")
"""Keys in which a scenario and that of its spread may differ."""


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
    info
        What was run: scenario, focal state, draws, lucks, versions (``spread.json``).
    scenario_text
        The scenario with every key written out, as YAML.
    """

    table: pd.DataFrame
    shares: pd.DataFrame
    bands: str
    failures: tuple[Mapping[str, Any], ...]
    info: Mapping[str, Any] = field(default_factory=dict)
    scenario_text: str = ""

    @property
    def horizon(self) -> str:
        """The last quarter."""
        return str(self.info["horizon"])

    def save(self, folder: Path) -> None:
        """Write both tables, what they are of, and their pictures, whole or not at all."""
        with store.atomic_folder(folder) as fresh:
            store.write_csv(self.table, fresh / "spread.csv")
            store.write_csv(self.shares, fresh / "shares.csv")
            store.write_json(self.info, fresh / FILE)
            (fresh / "scenario.resolved.yaml").write_text(self.scenario_text, encoding="utf-8", newline="\n")
            self._draw(fresh / "charts")

    def pictures(self) -> SpreadPictures:
        """The pictures of both tables: ``.shares()`` and ``.rules(metric, unit)``."""
        return SpreadPictures(self.table, self.shares, self.info, self.info["focal"]["name"])

    def _draw(self, folder: Path) -> None:
        if self.shares.empty:
            return
        save(self.pictures().shares(), folder, "spread_shares")
        metric = str(self.table["metric"].iloc[0])  # the headline, unless others were asked for
        save(self.pictures().rules(metric, KNOWN[metric].unit), folder, f"spread_{metric}")

    @classmethod
    def open(cls, folder: Path) -> Spread:
        """Read a folder that ``wifaq spread --out`` wrote.

        Raises
        ------
        InputError
            If a file of it is missing or damaged.
        """
        try:
            info = store.read_json(folder / FILE)
            table = store.read_csv(folder / "spread.csv", ("rule", "metric", "quarter"))
            shares = store.read_csv(folder / "shares.csv", ("metric", "quarter"))
            text = seen(store.read_text(folder / "scenario.resolved.yaml"))
            faults = [f"{FILE}: {key} is missing" for key in _INFO if key not in info]
            if "focal" in info and not (isinstance(info["focal"], dict) and {"id", "name"} <= set(info["focal"])):
                faults.append(f"{FILE}: focal needs id, name")
            for name, frame, columns in (("spread", table, COLUMNS), ("shares", shares, SHARES)):
                faults += [f"{name}.csv: column {column} is missing" for column in columns if column not in frame]
        except (OSError, ValueError, TypeError) as error:
            raise InputError(Fault(str(folder), f"is not a whole folder of `wifaq spread`: {error}")) from error
        if faults:
            raise InputError([Fault(str(folder), fault) for fault in faults])
        return cls(table, shares, str(info["bands"]), tuple(info["failures"]), info, text)

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
    found = None if root is None else plain(root)
    if faults or not isinstance(found, dict):
        raise InputError(faults or Fault("", "is not a mapping of keys", "scenario.resolved.yaml"))
    return found


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
        As in :func:`simulation.experiments.engine.runner.run_points`.
    out
        Folder for both tables and their pictures, written whole or not at all.
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
    model = posterior.Drawing(simulate, posterior.chosen(scenario), lucks)
    found = run_points(points, dict.fromkeys(points, draws * lucks), workers, progress, simulate=model)
    failures = tuple(failure_row(failure) for ensemble in found.values() for failure in ensemble.failures)
    tables = _tables(found, scenario.focal, metrics, (draws, lucks))
    info = _info(scenario, list(arms), draws, lucks, failures)
    result = Spread(*tables, POSTERIOR_LABEL, failures, info, scenario_to_yaml(scenario))
    if out is not None:
        result.save(out)
    return result


def _info(
    scenario: Scenario, rules: list[str], draws: int, lucks: int, failures: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    names = {row["iso3"]: row["name"] for row in shipped("states")}
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "focal": {"id": scenario.focal, "name": names[scenario.focal]},
        "horizon": str(scenario.horizon),
        "seed": scenario.seed,
        "rules": rules,
        "draws": draws,
        "lucks": lucks,
        "bands": POSTERIOR_LABEL,
        "failures": list(failures),
        "versions": store.versions(),
        "hashes": store.hashes(scenario, scenario_to_yaml(scenario)) | {"posterior": posterior.file_hash()},
    }


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
    found = variance.shares(table)
    return metric, quarter, *(found[source] for source in variance.SOURCES)
