"""Reading a sweep's folder: tidy frames, joined by design point and replicate, never by order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from simulation.data.country_names import resolve
from simulation.display.heatmap import draw_heatmap
from simulation.display.style import new_axes, save, style
from simulation.display.words.language import ENGLISH
from simulation.display.words.terms import METRIC, name_of
from simulation.errors import Fault, InputError, suggest
from simulation.experiments.analysis.contrasts import more_pairs, paired
from simulation.experiments.analysis.summary import BAND_LABEL, KEPT, PRIOR_LABEL, QUANTILES, SYSTEM
from simulation.experiments.ask import named
from simulation.experiments.engine import store
from simulation.experiments.engine.tables import to_frame
from simulation.experiments.prior import PRIOR
from simulation.experiments.sweeps.ledger import SERIES, Damaged, checked_table, good_chunks
from simulation.experiments.sweeps.manifest import read_manifest
from simulation.experiments.sweeps.pairs import Select, dead_factors, equal_points, pairs_of
from simulation.experiments.sweeps.schema import MINUS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


PARAMETER, SHARE = "parameter.", "share."
"""How the columns of effective parameters and of places in the unit cube start."""
_DRAWN = " drawn"
POINTS, DRAWS = "points.parquet", "draws.parquet"
"""The design, and what each replicate draws."""
RUN_COLUMNS = ("run", "point", "replicate", "seed", "stage", "type", "message", "digest")
SUMMARY_COLUMNS = ("point", "metric", "quarter", "mean", "standard_error", *QUANTILES, "replicates")

SUMMARISED = (
    "partners_new", "commitments_kept", "cooperation", "volume", "implementation", "autonomy", "capacity", "safety",
)  # fmt: skip
"""Metrics of ``summary.csv``."""


@dataclass(frozen=True)
class SweepResults:
    """The results of a sweep, as far as it has got.

    Attributes
    ----------
    folder
        Where they are.
    info
        The manifest: design, factors, hashes, versions (``sweep.json``).
    """

    folder: Path
    info: Mapping[str, Any]
    _paths: tuple[Path, ...] = field(repr=False)
    _runs: pd.DataFrame = field(repr=False)
    _checked: set[Path] = field(default_factory=set, repr=False)

    def __repr__(self) -> str:
        return f"<SweepResults in {self.folder}: {len(self._runs)} of {self.planned} runs, {len(self.failures)} failed>"

    @classmethod
    def open(cls, folder: Path | str) -> SweepResults:
        """Read a sweep's folder; the metadata of its chunks only.

        Raises
        ------
        InputError
            If it is none, or the design cannot be read.
        """
        folder = store.folder_of(folder)
        if folder.is_file():
            raise InputError(Fault("", "is a file; name the folder of a sweep", str(folder)))
        try:
            info = read_manifest(folder)
            result = list(good_chunks(folder, info["sweep"]))
        except (OSError, ValueError) as error:
            raise InputError(Fault(str(folder), f"is not the folder of a sweep: {error}")) from error
        rows = [vars(run) for _, runs in result for run in runs]
        return cls(folder, info, tuple(path for path, _ in result), pd.DataFrame(rows, columns=list(RUN_COLUMNS)))

    # --- what there is

    @property
    def factors(self) -> tuple[str, ...]:
        """Keys of the factors, in the order of the design."""
        return tuple(self.info["order"])

    @property
    def planned(self) -> int:
        """Number of runs of the whole sweep."""
        return int(self.info["points"]) * int(self.info["replicates"])

    @property
    def held(self) -> str:
        """Which parameters were drawn and which were held fixed, in a sentence."""
        text = str(self.info.get("held", ""))
        return f"{text[:1].upper()}{text[1:]}." if text else ""

    @property
    def complete(self) -> bool:
        """Whether every run has been tried."""
        return len(self._runs) == self.planned

    @property
    def failures(self) -> tuple[Mapping[str, Any], ...]:
        """Runs that did not finish."""
        rows: list[Mapping[str, Any]] = self._runs.loc[self._runs["type"] != ""].to_dict("records")  # type: ignore[assignment]
        return tuple(rows)

    @cached_property
    def _points(self) -> pd.DataFrame:
        points = self._read(POINTS, ("point", "scenario", "title", "focal", "horizon", "seed", *self.factors))
        if len(points) != self.info["points"] or not points["point"].is_unique:
            text = f"{POINTS} does not hold the {self.info['points']} design points; give the sweep's command again"
            raise InputError(Fault(str(self.folder), text))
        return points

    def _read(self, name: str, needed: Sequence[str]) -> pd.DataFrame:
        try:
            table = to_frame(store.read_parquet(self.folder / name))
        except (OSError, ValueError, pa.ArrowException) as error:
            text = f"{name} is damaged" if (self.folder / name).exists() else f"has no {name}"
            raise InputError(Fault(str(self.folder), f"{text}; give the sweep's command again")) from error
        lost = [column for column in needed if column not in table]
        if lost:
            text = f"{name} lacks {', '.join(lost)}; give the sweep's command again"
            raise InputError(Fault(str(self.folder), text))
        return table

    def points(self, *, shares: bool = False) -> pd.DataFrame:
        """One row a design point.

        Returns
        -------
        DataFrame
            ``point, scenario, title, as_of, focal, horizon, seed``; a column a factor;
            ``parameter.NAME`` with the effective value of each parameter that differs between
            points, missing where replicates draw it; with ``shares`` the places in the unit cube too.
        """
        keep = [name for name in self._points.columns if shares or not name.startswith(SHARE)]
        return self._points.loc[:, keep]

    @cached_property
    def draws(self) -> pd.DataFrame | None:
        """``seed, replicate``, and ``parameter.NAME`` as each replicate draws it; None where none is drawn."""
        if self.info.get("parameters") != PRIOR:
            return None
        drawn = self._read(DRAWS, ("seed", "replicate"))
        return drawn.rename(columns=lambda name: name if name in ("seed", "replicate") else PARAMETER + name)

    def runs(self) -> pd.DataFrame:
        """One row a run that was tried: ``run, point, replicate, seed, stage, type, message``."""
        return self._runs.drop(columns="digest")

    # --- numbers

    def series(
        self,
        metric: str | Sequence[str] | None = None,
        quarter: str | Sequence[str] | None = None,
        actor: str | Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Recorded numbers: ``point, replicate, quarter, actor, metric, value``, by point and replicate.

        Chunks are read one by one, so the memory is that of the rows asked for.
        """
        wanted = {"metric": _listed(metric), "quarter": _listed(quarter)}
        wanted["actor"] = [resolve(name) for name in _listed(actor)]
        tables = [table for table in self._filtered(wanted) if table.num_rows]
        if not tables:
            return to_frame(SERIES.empty_table())
        return to_frame(pa.concat_tables(tables).unify_dictionaries().combine_chunks())

    def _filtered(self, wanted: Mapping[str, Sequence[str]]) -> Iterator[pa.Table]:
        for path in self._paths:
            table = self._whole(path).replace_schema_metadata(None)
            for column, values in wanted.items():
                if values and table.num_rows:
                    table = table.filter(_among(table[column], values))
            for place, entry in enumerate(SERIES):
                if pa.types.is_dictionary(entry.type):  # only the names that are left, in their order
                    column_of_names = pc.dictionary_encode(table.column(place).cast(pa.string()))
                    table = table.set_column(place, entry, column_of_names.cast(entry.type))
            yield table

    def _whole(self, path: Path) -> pa.Table:
        """A chunk, looked through when it is first read: to do so when a folder is opened takes long."""
        if path in self._checked:
            return store.read_parquet(path)
        try:
            table = checked_table(path)
        except Damaged as error:
            raise InputError(Fault("", f"{error}; give the sweep's command again", str(path))) from error
        self._checked.add(path)
        return table

    @cached_property
    def quarters(self) -> tuple[str, ...]:
        """Recorded quarters, in order, of all points together."""
        return tuple(sorted(self._names_of("quarter")))

    @cached_property
    def last_quarter(self) -> str:
        """The last quarter that all points have, for their horizons may differ; if none is, the most have.

        Raises
        ------
        InputError
            If no run is finished yet.
        """
        if not self.quarters:
            raise InputError(Fault(str(self.folder), "holds no finished run yet"))
        if self._points["horizon"].nunique() == 1:
            return self.quarters[-1]
        points = self.series(self.metrics[:1]).groupby("quarter", observed=True)["point"].nunique()
        return max(map(str, points.index[points == points.max()]))

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Recorded metrics."""
        return tuple(self._names_of("metric"))

    def _names_of(self, column: str) -> list[str]:
        """Names in one column; scenarios may differ, so one chunk a scenario is looked into."""
        alike = ["scenario", *(key for key in ("focal", "as_of", "horizon") if key in self.factors)]
        wanted = set(self._points.drop_duplicates(alike)["point"])
        names: dict[str, None] = {}
        for path in self._paths:
            if not wanted:
                break
            table = store.read_parquet(path, columns=["point", column])
            held = set(pc.unique(table["point"]).to_pylist())
            if held & wanted or not names:
                names |= dict.fromkeys(map(str, pc.unique(table[column]).to_pylist()))
                wanted -= held
        return list(names)

    def table(self, metric: str, quarter: str | None = None) -> pd.DataFrame:
        """One metric, or a difference ``A - B``, in one quarter (by default :attr:`last_quarter`).

        It is that of the focal state, or of the system.

        Returns
        -------
        DataFrame
            The columns of :meth:`points`, then ``replicate, value``: a row a run. Where replicates
            draw parameters, those of :attr:`draws` too.

        Raises
        ------
        InputError
            If that was not recorded.
        """
        rows = self._difference(metric, self._quarter(quarter))
        joined = self.points().merge(rows, on="point", how="inner", validate="one_to_many")
        joined = joined.drop(columns=["metric", "quarter"])
        if self.draws is None:
            return joined
        joined = joined.merge(self.draws, on=["seed", "replicate"], suffixes=("", _DRAWN), validate="many_to_one")
        for name in [str(name) for name in joined if f"{name}{_DRAWN}" in joined]:  # a point that sets it keeps its own
            joined[name] = joined[name].fillna(joined.pop(name + _DRAWN))
        return joined

    def _difference(self, metric: str, quarter: str) -> pd.DataFrame:
        """Rows of a metric, or of the difference ``A - B`` of two, run by run."""
        first, minus, second = _metrics(metric)[0].partition(MINUS)
        rows = self._focal([first], [quarter])
        if minus:
            other = self._focal([second], [quarter])[["point", "replicate", "value"]]
            rows = rows.merge(other, on=["point", "replicate"], suffixes=("", "_less"))
            rows["value"] -= rows.pop("value_less")
        return rows

    def _focal(self, metrics: Sequence[str], quarters: Sequence[str]) -> pd.DataFrame:
        """Rows ``point, metric, quarter, replicate, value`` of each point's focal state and the system."""
        for metric in metrics:
            self._check_metric(metric)
        names = ["point", "quarter", "actor", "metric"]
        rows = self.series(metrics, quarters).astype(dict.fromkeys(names, "str"))
        focal = rows["point"].map(self._points.set_index("point")["focal"].astype("str"))
        own = rows.loc[(rows["actor"] == focal) | (rows["actor"] == SYSTEM)]
        return own.drop(columns="actor").reset_index(drop=True)

    def _quarter(self, quarter: str | None) -> str:
        last = self.last_quarter  # first, for it tells if there is none
        if quarter is None:
            return last
        if quarter not in self.quarters:
            text = f"{quarter!r} was not recorded; {self.quarters[0]} to {self.quarters[-1]} were"
            raise InputError(Fault("quarter", text))
        return quarter

    def _check_metric(self, metric: str) -> None:
        if metric not in self.metrics:
            advice = suggest(metric, self.metrics) or "see the metrics of the sweep in results.metrics"
            raise InputError(Fault("metric", f"{metric!r} was not recorded; {advice}"))

    def summary(self, metrics: str | Sequence[str] = (KEPT,), quarters: str | Sequence[str] = ()) -> pd.DataFrame:
        """Mean, standard error and quantiles over the replicates of each point.

        Returns
        -------
        DataFrame
            Columns :data:`SUMMARY_COLUMNS`.
        """
        metrics = _metrics(metrics)
        when = [self._quarter(quarter) for quarter in _listed(quarters)] or [self._quarter(None)]
        plain = [metric for metric in metrics if MINUS not in metric]
        result = [self._focal(plain, when)] if plain else []
        for metric in metrics:
            if metric not in plain:
                result += [self._difference(metric, quarter).assign(metric=metric) for quarter in when]
        values = pd.concat(result).groupby(["point", "metric", "quarter"], sort=True)["value"]
        table = values.agg(mean="mean", standard_error="sem")
        for name, share in QUANTILES.items():
            table[name] = values.quantile(share)
        return table.assign(replicates=values.size()).reset_index().loc[:, list(SUMMARY_COLUMNS)]

    def shown(self) -> list[str]:
        """What the sweep asks to see, as far as it was recorded."""
        return [name for name in self.info["show"] if set(name.split(MINUS)) <= set(self.metrics)]

    def told(self, metric: str) -> str:
        """A metric in words, and whose it is."""
        return called(metric) + ("" if self.of_the_system(metric) else " of the focal state")

    def of_the_system(self, metric: str) -> bool:
        """Whether a metric is the system's, of no actor."""
        return set(self.series(metric.split(MINUS)[0], self.last_quarter)["actor"].astype("str")) == {SYSTEM}

    def write_tables(self) -> None:
        """Put ``points.csv``, ``summary.csv`` (of the last quarter) and the heat maps beside the chunks."""
        self._put(self.points(), "points.csv")
        shown = self.shown()
        metrics = [*shown, *(name for name in SUMMARISED if name in self.metrics and name not in shown)]
        if metrics:
            self._put(self.summary(metrics), "summary.csv")
        for name, ax in self.heatmaps():
            save(ax, self.folder / "charts", name)

    def _put(self, table: pd.DataFrame, name: str) -> None:
        with store.atomic_file(self.folder / name) as partial:
            store.write_csv(table, partial)

    def heatmaps(self) -> Iterator[tuple[str, Axes]]:
        """Name and picture of each heat map that the sweep asks for and has."""
        for metric in self.shown():
            ax = self.heatmap(metric)
            if ax is not None:
                yield "heatmap_" + metric.replace(MINUS, "_minus_"), ax

    def heatmap(self, metric: str = KEPT, quarter: str | None = None) -> Axes | None:
        """Means of a metric over the first two factors of a grid, over all others and the replicates.

        Returns
        -------
        Axes or None
            None for another design, or fewer than two factors (several scenarios count as one).
        """
        points, quarter = self.points(), quarter or self.last_quarter
        axes = [*self.factors, *(["scenario"] if points["scenario"].nunique() > 1 else [])]
        if self.info["design"] != "grid" or len(axes) < 2:
            return None
        across, down = axes[:2]
        table = self.table(metric, quarter).groupby([down, across], sort=False)["value"].mean().unstack(across)
        table = table.reindex(index=list(dict.fromkeys(points[down])), columns=list(dict.fromkeys(points[across])))
        held = BAND_LABEL if self.draws is None else PRIOR_LABEL
        text = f"Mean over {' and '.join([str(self.info['replicates']) + ' replicates', *axes[2:]])}; {held}."
        with style():
            return draw_heatmap(table, new_axes(), title=self._headline(metric, quarter), label=text)

    def _headline(self, metric: str, quarter: str) -> str:
        """Whose metric a heat map shows, and when; without a name where the points have several focal states."""
        focal, name = self.points()["focal"].astype("str").unique(), called(metric)
        if self.of_the_system(metric):
            return f"{name[0].upper()}{name[1:]}, {quarter}"
        return f"{named(focal[0])['name'] if len(focal) == 1 else 'Focal state'}: {name}, {quarter}"

    # --- comparisons

    def contrast(
        self,
        a: Select,
        b: Select,
        metrics: str | Sequence[str] = (KEPT,),
        quarters: str | Sequence[str] = (),
        precision: float | None = None,
    ) -> pd.DataFrame:
        """Paired contrast A minus B, replicate by replicate.

        Parameters
        ----------
        a, b
            Ids of design points, or values of factors (``{"parameters.rivalry": 0.5}``; the
            scenario is one too). Points of A and B that agree in all other factors are paired,
            and averaged in each replicate, since all of them share its luck.
        metrics, quarters
            Which, and when; by default :attr:`last_quarter`.
        precision
            Half-width wanted of the intervals: adds the column ``more``, the replicates it still needs.

        Returns
        -------
        DataFrame
            As :func:`simulation.experiments.analysis.contrasts.paired`.

        Raises
        ------
        InputError
            If nothing can be paired.
        """
        if self.info["random_numbers"] != "common":
            raise InputError("contrast: the points of this sweep do not share their random numbers")
        pairs = pairs_of(self._points, ("scenario", *self.factors), a, b)
        tables = []
        for metric in _metrics(metrics):
            for quarter in _listed(quarters) or (self._quarter(None),):
                values = self.table(metric, quarter)
                arms = []
                for arm in pairs.columns:
                    own = pairs[[arm]].merge(values, left_on=arm, right_on="point")
                    mean = own.groupby("replicate", as_index=False)["value"].mean()
                    arms.append(mean.assign(actor="focal", metric=metric, quarter=quarter))
                tables.append(paired(arms[0], arms[1], "focal", [metric], [quarter]))
        result = pd.concat(tables, ignore_index=True)
        if result.empty:
            raise InputError("contrast: no replicate of both was finished with these metrics in these quarters")
        if precision is None:
            return result
        spread = zip(result["standard_error"], result["pairs"], strict=True)
        more = [more_pairs(float(error), int(pairs), precision) for error, pairs in spread]
        return result.assign(more=pd.Series(more, dtype="Int64"))

    # --- alike

    @cached_property
    def _prints(self) -> pd.Series:
        """One digest a design point all of whose replicates are done."""
        done = self._runs.loc[self._runs["type"] == ""].sort_values(["point", "replicate"])
        groups = done.groupby("point")["digest"]
        whole = groups.size() == int(self.info["replicates"])
        return groups.agg("".join).loc[whole]

    def equal_points(self) -> pd.DataFrame:
        """Pairs of design points whose recorded numbers are all the same although a factor differs.

        Returns
        -------
        DataFrame
            ``point_a, point_b, factors``: the keys that differ, joined by commas; each group of
            equal points is told by its first.
        """
        return equal_points(self._points, ("scenario", *self.factors), self._prints)

    def dead_factors(self) -> tuple[str, ...]:
        """Factors that changed no recorded number wherever they alone differ between two points."""
        return dead_factors(self._points, ("scenario", *self.factors), self._prints)


def _among(column: pa.ChunkedArray, names: Sequence[str]) -> pa.Array:
    """Which rows of a column of names hold one of some: looked up in the dictionary, not row by row."""
    encoded = column.combine_chunks()
    return pc.is_in(encoded.dictionary, value_set=pa.array(names, pa.string())).take(encoded.indices)


def _metrics(value: object) -> list[str]:
    """One metric or several, as asked for; what is none is refused."""
    names: list[Any] = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
    for name in names or [value]:
        if not isinstance(name, str):
            raise InputError(Fault("metric", f"must be the name of a metric, not {name!r}"))
    return names


def _listed(value: str | Sequence[str] | None) -> Sequence[str]:
    if value is None:
        return ()
    return [value] if isinstance(value, str) else list(value)


def called(metric: str) -> str:
    """A metric, or one less another, in words."""
    return MINUS.join(name_of(METRIC, part, ENGLISH) for part in metric.split(MINUS))
