"""The results of a run: tidy tables, pictures, a folder on the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pandas as pd
import pyarrow as pa

from simulation.data.reading import shown
from simulation.display import PICTURES
from simulation.errors import Fault, InputError, suggest
from simulation.experiments.analysis import summary
from simulation.experiments.analysis.contrasts import CONTRAST_COLUMNS
from simulation.experiments.analysis.summary import Standing
from simulation.experiments.engine import store
from simulation.experiments.engine.tables import to_frame
from simulation.experiments.explanation.tables import EVENT_TEXT, TERM_TEXT
from simulation.experiments.kept import Format, Kept, Table
from simulation.experiments.run_json import info_faults

if TYPE_CHECKING:
    from simulation.display.cell import View
    from simulation.display.pictures import Pictures

RESULTS = Path("results")
"""Where result folders go that have no name of their own, below the working directory."""


ON_REQUEST = ("edges", "events")
"""Tables that a scenario has to ask for."""

_TABLES = {
    "forecast": Table(("focal", "metric", "quarter", "unit")),
    "ties": Table(("focal", "partner", "name", "kind", "camp", "region", "track")),
    "instruments": Table(("instrument", "title", "actor", "domain", "median_quarter")),
    "joining": Table(("instrument", "title", "quarter"), optional=True),
    "world": Table(("a", "b"), optional=True),
    "trust": Table(("actor", "other"), optional=True),
    "blocs": Table(("bloc", "name", "quarter"), optional=True),
    "states": Table(("id", "name", "camp", "region", "bloc"), optional=True),
    "explained": Table(EVENT_TEXT, optional=True),
    "explained_terms": Table(TERM_TEXT, optional=True),
}
"""Tables of a result; the optional ones only where what they show was recorded."""

TEXT_COLUMNS = {name: entry.text for name, entry in _TABLES.items()}
"""Columns of each table that hold text; the others hold numbers, or true and false."""


@dataclass(frozen=True, repr=False)
class Results(Kept):
    """The results of one scenario.

    Made by :func:`simulation.run` or read from a folder by :meth:`open`; both hold the same tables.

    Attributes
    ----------
    info
        What the run was: scenario, focal state, versions, hashes, failures (``run.json``).
    scenario_text
        The scenario with every key written out, as YAML.
    """

    FORMAT = Format("run.json", "wifaq run", _TABLES)

    _series: pa.Table
    _more: Mapping[str, pa.Table]

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
        table = self.tables["forecast"]
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

        ``probability`` is that of a deal on the track, ``probability_any`` that of a deal on any,
        ``probability_new`` that of one with a partner that was none at the start,
        ``probability_recorded`` and ``probability_drawn`` those with one held since then, by the
        source of the deal at the start.
        """
        return self.tables["ties"]

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
        return self.tables["instruments"]

    def joining(self) -> pd.DataFrame | None:
        """Probability that the focal state has joined each instrument by the end of each quarter."""
        return self.tables.get("joining")

    def world(self) -> pd.DataFrame | None:
        """Deals of everybody at the horizon: ``a, b, probability, depth``; none with ``ties: none``."""
        return self.tables.get("world")

    def trust(self) -> pd.DataFrame | None:
        """Direct trust of ``actor`` in ``other`` at the horizon; none with ``ties: none``."""
        return self.tables.get("trust")

    def blocs(self) -> pd.DataFrame | None:
        """Texts tabled and passed by each bloc in each quarter, on average; none with ``ties: none``."""
        return self.tables.get("blocs")

    def states(self) -> pd.DataFrame | None:
        """Camp, continent and largest regional bloc of each state; none with ``ties: none``."""
        return self.tables.get("states")

    def explained(self) -> pd.DataFrame | None:
        """What happened to the focal state's deals and instruments in one replicate, the median one; an event a row.

        ``replicate`` and the columns of :class:`~simulation.experiments.explanation.Explanation`; none with
        ``ties: none``.
        """
        return self.tables.get("explained")

    def explained_terms(self) -> pd.DataFrame | None:
        """The terms of the most important of these events, the most important first."""
        return self.tables.get("explained_terms")

    def contrasts(self) -> pd.DataFrame:
        """What fragmentation and rivalry do, where that was run: paired differences."""
        rows = self.info["contrasts"]
        table = pd.DataFrame(rows, columns=["contrast", "statement", *CONTRAST_COLUMNS])
        return table.astype(dict.fromkeys(("percent", "standard_error", "low", "high"), float))  # null is missing

    def standing(self, quarter: str | None = None) -> Standing | None:
        """Rank of the focal state among its peers, at the horizon unless told otherwise."""
        peers = [peer["id"] for peer in self.info["peers"]]
        return summary.standing(self.series(), self.focal, peers, quarter or self.horizon)

    # --- what it is about
    @property
    def first_quarter(self) -> str:
        """The first observation: the quarter before the run starts."""
        return str(self.forecast()["quarter"].iloc[0])

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
            "world": {name: table for name, table in self.tables.items() if _TABLES[name].optional},
        }

    def view(self, *, language: str = "en") -> View:
        """Show the fans and tables as a page, in a notebook's cell that this call ends, to lay other runs over them.

        Parameters
        ----------
        language
            ``en``, ``fr`` or ``ar``.

        Raises
        ------
        InputError
            If the packages of the page are missing.
        """
        import simulation  # the page is above results: it is asked for by its public name

        return simulation.view(self, language=language)

    def rests_on_priors(self, metric: str) -> bool:
        """Whether the record holds no observation of a metric; tables mark it."""
        return metric in self.info.get("priors_alone", ())

    # --- folder
    def default_folder(self) -> Path:
        """``results/<scenario>/<run id>``."""
        return RESULTS / str(self.info["scenario"]) / str(self.info["run"])

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
            If the disk does not take it, or another process has filled that folder meanwhile: it is beside it then.
        """
        target = self.default_folder() if folder is None else store.folder_of(folder)
        if folder is not None:
            store.check_target(target)
        pictured = self._pictured | {"by": by}
        calls = [partial(_draw, pictured, name) for name in PICTURES if charts]
        return self._save(target, calls, workers, replace=folder is None)

    def _write(self, folder: Path) -> None:
        store.write_table(self._series, folder / "series.parquet")
        for name, table in self._more.items():
            store.write_table(table, folder / f"{name}.parquet")
        super()._write(folder)

    @classmethod
    def open(cls, folder: Path | str) -> Any:
        """Read a result folder; that of a sweep gives :class:`simulation.experiments.sweeps.results.SweepResults`.

        Raises
        ------
        InputError
            If it is none, or a file of it is missing or damaged.
        """
        from simulation.experiments.sweeps import manifest

        if (Path(folder) / manifest.FILE).exists():
            from simulation.experiments.sweeps.results import SweepResults

            return SweepResults.open(folder)
        return super().open(folder)

    def check(self) -> Iterator[str]:
        """What this result lacks, a sentence each."""
        told = (f"{self.FORMAT.file}: {fault}" for fault in info_faults(self.info))
        yield from dict.fromkeys((*told, *super().check()))  # both say what a focal state needs
        table = self.tables["forecast"]
        lost = [name for name in ("metric", "quarter") if name not in table]
        if lost:
            yield from (f"forecast.csv: column {name} is missing" for name in lost)
            return
        quarters = set(table["quarter"])
        for metric, rows in table.groupby("metric", dropna=False, sort=False):
            if len(rows) != len(quarters) or set(rows["quarter"]) != quarters:
                yield f"forecast.csv: {shown(str(metric))} has not one row in each of the {len(quarters)} quarters"

    @classmethod
    def _read(cls, folder: Path) -> Self:
        series = store.read_parquet(folder / "series.parquet")
        names = [name for name in ON_REQUEST if (folder / f"{name}.parquet").exists()]
        more = {name: store.read_parquet(folder / f"{name}.parquet") for name in names}
        return cls(*cls._parts(folder), series, more)


def _draw(pictured: Mapping[str, Any], name: str, folder: Path) -> None:
    from simulation.display.pictures import Pictures  # here: whoever has others draw needs no matplotlib

    Pictures(**pictured).save(folder, {name})
