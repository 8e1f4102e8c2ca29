"""The results of a run: tidy tables, pictures, a folder on the disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from simulation.analysis import summary
from simulation.analysis.contrasts import CONTRAST_COLUMNS
from simulation.analysis.summary import Standing
from simulation.display import PICTURES
from simulation.errors import Fault, InputError, RunError, suggest
from simulation.experiments.engine import store
from simulation.experiments.engine.executors import beside
from simulation.experiments.engine.tables import to_frame
from simulation.experiments.explanation.tables import EVENT_TEXT, TERM_TEXT

if TYPE_CHECKING:
    from simulation.display.pictures import Pictures

RESULTS = Path("results")
"""Where result folders go that have no name of their own, below the working directory."""


ON_REQUEST = ("edges", "events")
"""Tables that a scenario has to ask for."""

_TEXT = {
    "forecast": ("focal", "metric", "quarter", "unit"),
    "ties": ("focal", "partner", "name", "kind", "camp", "region", "track"),
    "instruments": ("instrument", "title", "actor", "domain", "median_quarter"),
}


_OPTIONAL = {
    "joining": ("instrument", "title", "quarter"),
    "world": ("a", "b"),
    "trust": ("actor", "other"),
    "blocs": ("bloc", "name", "quarter"),
    "states": ("id", "name", "camp", "region", "bloc"),
    "explained": EVENT_TEXT,
    "explained_terms": TERM_TEXT,
}
"""Tables that a result has only where what they show was recorded."""

TEXT_COLUMNS = {**_TEXT, **_OPTIONAL}
"""Columns of each table that hold text; the others hold numbers, or true and false."""


@dataclass(frozen=True)
class Results:
    """The results of one scenario.

    Made by :func:`run` or read from a folder by :meth:`open`; both hold the same tables.

    Attributes
    ----------
    info
        What the run was: scenario, focal state, versions, hashes, failures (``run.json``).
    scenario_text
        The scenario with every key written out, as YAML.
    """

    info: Mapping[str, Any]
    scenario_text: str = field(repr=False)
    _series: pa.Table = field(repr=False)
    _more: Mapping[str, pa.Table] = field(repr=False)
    _tables: Mapping[str, pd.DataFrame] = field(repr=False)

    def __repr__(self) -> str:
        done = self.info["replicates"]
        return (
            f"<Results of {self.info['scenario']!r} for {self.info['focal']['id']}: {done['done']} replicates, "
            f"{done['failed']} failed; see .forecast(), .series(), .plot, .info>"
        )

    # --- tables
    @cached_property
    def _series_frame(self) -> pd.DataFrame:
        return to_frame(self._series)

    def series(self) -> pd.DataFrame:
        """Every recorded number: ``replicate, quarter, actor, metric, value``."""
        return self._series_frame

    def forecast(self, metric: str | None = None) -> pd.DataFrame:
        """Mean and quantiles of the focal state's metrics and the system's, each quarter.

        Parameters
        ----------
        metric
            Only the rows of this one.
        """
        table = self._tables["forecast"]
        if metric is None:
            return table
        rows = table.loc[table["metric"] == metric]
        if rows.empty:
            known = list(dict.fromkeys(table["metric"]))
            advice = suggest(metric, known) or "see the metrics in results.forecast()"
            raise InputError(Fault("metric", f"{metric!r} was not recorded; {advice}"))
        return rows.reset_index(drop=True)

    def ties(self) -> pd.DataFrame:
        """The focal state's partners at the horizon: probability and expected depth by track.

        ``probability`` is that of a deal on the track, ``probability_any`` that of a deal on any.
        """
        return self._tables["ties"]

    def edges(self) -> pd.DataFrame:
        """Every deal of every replicate, where the scenario says ``record: {ties: all}``."""
        return self._on_request("edges", "ties: all")

    def events(self) -> pd.DataFrame:
        """What happened to deals, where the scenario says ``record: {events: true}``."""
        return self._on_request("events", "events: true")

    def _on_request(self, name: str, request: str) -> pd.DataFrame:
        if name not in self._more:
            raise InputError(f"{name} were not recorded; write `record: {{{request}}}` in the scenario")
        return to_frame(self._more[name])

    def instruments(self) -> pd.DataFrame:
        """Probability of having joined each instrument by the horizon, the focal state first."""
        return self._tables["instruments"]

    def joining(self) -> pd.DataFrame | None:
        """Probability that the focal state has joined each instrument by the end of each quarter."""
        return self._tables.get("joining")

    def world(self) -> pd.DataFrame | None:
        """Deals of everybody at the horizon: ``a, b, probability, depth``; none with ``ties: none``."""
        return self._tables.get("world")

    def trust(self) -> pd.DataFrame | None:
        """Direct trust of ``actor`` in ``other`` at the horizon; none with ``ties: none``."""
        return self._tables.get("trust")

    def blocs(self) -> pd.DataFrame | None:
        """Texts tabled and passed by each bloc in each quarter, on average; none with ``ties: none``."""
        return self._tables.get("blocs")

    def states(self) -> pd.DataFrame | None:
        """Camp, continent and largest regional bloc of each state; none with ``ties: none``."""
        return self._tables.get("states")

    def explained(self) -> pd.DataFrame | None:
        """What happened to the focal state's deals and instruments in one replicate, the median one; an event a row.

        ``replicate`` and the columns of :class:`~simulation.experiments.explanation.Explanation`; none with
        ``ties: none``.
        """
        return self._tables.get("explained")

    def explained_terms(self) -> pd.DataFrame | None:
        """The terms of the most important of these events, the most important first."""
        return self._tables.get("explained_terms")

    def contrasts(self) -> pd.DataFrame:
        """What fragmentation and rivalry do, where that was run: paired differences."""
        rows = self.info["contrasts"]
        return pd.DataFrame(rows, columns=["contrast", "statement", *CONTRAST_COLUMNS])

    def standing(self, quarter: str | None = None) -> Standing | None:
        """Rank of the focal state among its peers, at the horizon unless told otherwise."""
        peers = [peer["id"] for peer in self.info["peers"]]
        return summary.standing(self.series(), self.focal, peers, quarter or self.horizon)

    # --- what it is about
    @property
    def focal(self) -> str:
        """Id of the focal state."""
        return str(self.info["focal"]["id"])

    @property
    def horizon(self) -> str:
        """The last quarter."""
        return str(self.info["horizon"])

    @property
    def first_quarter(self) -> str:
        """The first observation: the quarter before the run starts."""
        return str(self.forecast()["quarter"].iloc[0])

    @property
    def failures(self) -> tuple[Mapping[str, Any], ...]:
        """Replicates that did not finish."""
        return tuple(self.info["failures"])

    @cached_property
    def plot(self) -> Pictures:
        """The pictures: ``.fan()``, ``.partners()``, ``.joining()``, ``.trust_map()`` and others."""
        from simulation.display.pictures import Pictures

        return Pictures(**self._pictured)

    @property
    def _pictured(self) -> dict[str, Any]:
        return {
            "focal": str(self.info["focal"]["name"]),
            "horizon": self.horizon,
            "forecast": self.forecast(),
            "ties": self.ties(),
            "label": f"Bands and probabilities: {self.info['bands']}.",
            "priors_alone": frozenset(self.info.get("priors_alone", ())),
            "focal_id": self.focal,
            "world": {name: self._tables[name] for name in _OPTIONAL if name in self._tables},
        }

    def rests_on_priors(self, metric: str) -> bool:
        """Whether the record holds no observation of a metric; tables mark it."""
        return metric in self.info.get("priors_alone", ())

    # --- folder
    def default_folder(self, root: Path = RESULTS) -> Path:
        """``results/<scenario>/<run id>``."""
        return root / str(self.info["scenario"]) / str(self.info["run"])

    def save(
        self, folder: Path | str | None = None, *, charts: bool = True, by: str = "region", workers: int = 1
    ) -> Path:
        """Write the result folder, whole or not at all.

        Parameters
        ----------
        folder
            The folder itself; by default ``results/<scenario>/<run id>``, which is replaced
            if it is there, for its content is the same.
        charts
            Whether to draw the pictures.
        by
            What charts of actors group by: ``region``, ``camp`` (by treaty) or ``kind``.
        workers
            Processes that draw them; the files do not depend on it.

        Raises
        ------
        InputError
            If the named folder holds something already.
        RunError
            If the disk does not take it.
        """
        target = self.default_folder() if folder is None else Path(folder)
        if folder is not None:
            store.check_target(target)
        try:
            with store.atomic_folder(target) as fresh:
                shown = self._pictured | {"by": by}
                calls = [partial(_draw, shown, fresh / "charts", name) for name in PICTURES if charts]
                with beside(calls, workers if workers > 1 else 0) as drawn:
                    self._write(fresh)
                    drawn()
        except OSError as error:
            raise RunError(f"the result folder {target} was not written: {error}") from error
        return target

    def _write(self, folder: Path) -> None:
        store.write_table(self._series, folder / "series.parquet")
        for name, table in self._more.items():
            store.write_table(table, folder / f"{name}.parquet")
        for name in self._tables:
            store.write_csv(self._tables[name], folder / f"{name}.csv")
        (folder / "scenario.resolved.yaml").write_text(self.scenario_text, encoding="utf-8", newline="\n")
        store.write_json(self.info, folder / "run.json")

    @classmethod
    def open(cls, folder: Path | str) -> Any:
        """Read a result folder; that of a sweep gives :class:`simulation.experiments.sweeps.results.SweepResults`.

        Raises
        ------
        InputError
            If it is none, or a file of it is missing or damaged.
        """
        folder = Path(folder)
        from simulation.experiments.sweeps import manifest

        if (folder / manifest.FILE).exists():
            from simulation.experiments.sweeps.results import SweepResults

            return SweepResults.open(folder)
        try:
            return cls(
                store.read_json(folder / "run.json"),
                (folder / "scenario.resolved.yaml").read_text(encoding="utf-8"),
                pq.read_table(folder / "series.parquet"),
                {
                    name: pq.read_table(folder / f"{name}.parquet")
                    for name in ON_REQUEST
                    if (folder / f"{name}.parquet").exists()
                },
                {
                    name: store.read_csv(folder / f"{name}.csv", text)
                    for name, text in TEXT_COLUMNS.items()
                    if name in _TEXT or (folder / f"{name}.csv").exists()
                },
            )
        except (OSError, ValueError, pa.ArrowException) as error:
            raise InputError(Fault(str(folder), f"is not a whole result folder: {error}")) from error


def _draw(pictured: Mapping[str, Any], folder: Path, name: str) -> None:
    from simulation.display.pictures import Pictures  # here: whoever has others draw needs no matplotlib

    Pictures(**pictured).save(folder, {name})
