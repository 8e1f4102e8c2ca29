"""The explorer: one page in which scenarios, metrics, focal states and quarters are chosen by hand, without a server.

Charts are drawn in the browser by Vega-Lite, whose script comes with the package ``vl-convert-python`` and is
written into the page; the numbers are those of ``forecast.csv``, and of the summary of a sweep.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from simulation.data.tables import table as shipped
from simulation.display.style import year_of
from simulation.display.words.language import LANGUAGES, Words
from simulation.display.words.terms import METRIC, N_, UNIT, level, name_of
from simulation.errors import InputError
from simulation.experiments.analysis.contrasts import paired_path
from simulation.experiments.analysis.summary import BAND_LABEL, KEPT, PRIOR_LABEL, SYSTEM
from simulation.experiments.engine.store import versions
from simulation.experiments.results import Results
from simulation.experiments.sweeps.results import SUMMARISED, SweepResults
from simulation.experiments.sweeps.schema import label
from simulation.outcomes.metrics import METRICS
from simulation.outcomes.observed import MARK
from simulation.report.answer import Subject
from simulation.report.background import warnings
from simulation.report.findings import title_of
from simulation.report.page import environment, fonts
from simulation.report.sections import COMMITMENTS, COUNTS, INDICES, PRICE
from simulation.report.terminal import MULTIPLE, RANK

LARGEST = 5_000_000
"""Bytes a page may have."""
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#9A6B00", "#3B8FC4", "#444444")
"""Of the runs that are shown together, which are so many at most; each stands out from white (3 to 1)."""
FIRST = 3
"""Runs shown at first."""
STATISTICS = ("mean", "q05", "q25", "q75", "q95")
"""Columns of a forecast that the page holds."""
PAIRED = ("difference", "low", "high", "pairs")
"""Columns of the paired difference from the first run that the page holds."""
_GROUPS: Mapping[str, Sequence[str]] = {
    N_("Commitments"): (*COMMITMENTS, RANK, MULTIPLE),
    N_("Indices (0 to 1)"): tuple(dict.fromkeys((*INDICES, "autonomy", "alignment"))),
    N_("Partners, deals and instruments"): COUNTS,
    N_("The price in autonomy"): PRICE[2:],
}
_OTHER = N_("Further metrics")
_TEXTS: Mapping[str, str] = {
    "heading": N_("Explore the forecasts"),
    "lead": N_("Choose what to see. The chart, the tables and the address of this page follow, so that the address "
               "can be passed on with what you see."),
    "language": N_("Language"), "metric": N_("Metric"), "scenarios": N_("Scenarios"), "focal": N_("Focal state"),
    "quarter": N_("Quarter"), "from": N_("from"), "to": N_("to"), "span": N_("Quarters shown"),
    "view": N_("Show"), "levels": N_("the level"), "difference": N_("the difference from the first scenario"),
    "against": N_("Difference from: {scenario}"),
    "most": N_("{count} can be shown together."),
    "nothing": N_("Nothing is chosen."), "no_difference": N_("Nothing chosen can be compared with the first scenario."),
    "how": N_("Point at the chart for numbers, click on a quarter to choose it, draw along the strip below to zoom."),
    "bands": N_("Line: mean. Dark band: half of the replicates. Light band: nine of ten."),
    "band_alone": N_("Line: mean. Band: nine replicates of ten."),
    "interval": N_("Line: mean paired difference under the same luck. Band: its 90 % interval."),
    "axis": N_("start of year"), "strip": N_("All quarters. Draw to choose some of them."),
    "at": N_("{metric} in {quarter}"), "path": N_("{metric} quarter by quarter"),
    "mean": N_("mean"), "wide": N_("5–95 % of the replicates"), "half": N_("25–75 % of the replicates"),
    "gap": N_("difference from the first"), "pairs": N_("pairs"), "scenario": N_("scenario"),
    "none": N_("not recorded"),
    "save": N_("Save these numbers, unrounded (CSV)"), "whole": N_("Show all quarters"),
    "prior": N_("{mark} rests on priors alone: the record holds no observation of it."),
    "sources": N_("What each line was made from"), "run": N_("run"), "replicates": N_("replicates"), "seed": N_("seed"),
    "means": N_("what bands hold"), "picture": N_("Save the picture"), "png": N_("Save as PNG"),
    "svg": N_("Save as SVG"),
    "incomplete": N_("This result is not complete."),
    "script": N_("This page needs scripts, which are switched off here. The report without --explore needs none."),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One forecast: that of a result folder, or of a point of a sweep.

    Attributes
    ----------
    title, factors
        Title of the scenario, and what a sweep changed in it: keys with their levels.
    focal, name
        Id and name of the focal state.
    run, seed, bands
        Where it comes from, and what its bands hold.
    table
        Columns ``metric, quarter, unit``, :data:`STATISTICS`, ``replicates``.
    series
        Recorded numbers of the focal state and the system, for paired differences; none where luck is not common.
    priors_alone
        Metrics of which the record holds no observation.
    """

    title: str
    factors: Sequence[tuple[str, str]]
    focal: str
    name: str
    run: str
    seed: int
    bands: str
    table: pd.DataFrame
    series: pd.DataFrame | None
    priors_alone: frozenset[str] = frozenset()

    @cached_property
    def by_metric(self) -> dict[str, pd.DataFrame]:
        """The series of each metric."""
        if self.series is None:
            return {}
        names = self.series["metric"].astype("str")
        return {str(metric): rows for metric, rows in self.series.groupby(names, sort=False)}

    def called(self, words: Words) -> str:
        """What it is called in a language."""
        return " · ".join([words.known(self.title), *(level(key, value, words) for key, value in self.factors)])


def render(results: Sequence[Results | SweepResults], language: str = "en") -> str:
    """The page as HTML.

    Parameters
    ----------
    results
        Runs and sweeps; differences are from the first one of each focal state.
    language
        The language it opens in; it holds all.

    Returns
    -------
    str
        HTML with script, style, letters and numbers inside.

    Raises
    ------
    InputError
        If nothing was recorded, or the page is larger than :data:`LARGEST`.
    """
    lines = [line for one in results for line in lines_of(one)]
    if not any(len(line.table) for line in lines):
        raise InputError("--explore: these folders hold no finished run")
    runs = [one for one in results if isinstance(one, Results)]
    words, no_script = Words(language), _TEXTS["script"]
    content = content_of(lines) | {
        "language": language,
        "warnings": {code: warnings(Subject(runs, Words(code))) if runs else [] for code in LANGUAGES},
    }
    page = environment().get_template("explorer.html.j2").render(
        words=words, title=lines[0].called(words), focal=words.actor(lines[0].focal, lines[0].name),
        fonts=fonts(Words("ar")), content=embedded(content), library=library(), version=versions()["wifaq"],
        text=words(no_script),
    )  # fmt: skip
    if (size := len(page.encode())) > LARGEST:
        text = f"--explore: the page would have {size / 1e6:.1f} MB, more than {LARGEST / 1e6:.0f}"
        raise InputError(f"{text}: name fewer folders, or run with fewer metrics under `record`")
    return page


def library() -> Markup:
    """The script that draws: Vega, Vega-Lite and Vega-Embed with all they need."""
    import vl_convert  # here: this module is read, and its references followed, where the package is not installed

    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return Markup(script.replace("</script", r"<\/script"))


def embedded(content: Mapping[str, Any]) -> Markup:
    """JSON that can stand inside an element of script: nothing in it ends the element."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", r"\u003c").replace("\u2028", r"\u2028").replace("\u2029", r"\u2029"))


# --- what there is to show


def lines_of(one: Results | SweepResults) -> Iterator[Line]:
    """The forecasts of a result folder, one, or of a sweep, one a point."""
    if isinstance(one, SweepResults):
        yield from _points(one)
        return
    series = one.series()
    own = series.loc[series["actor"].isin([one.focal, SYSTEM])]
    yield Line(title_of(one), (), one.focal, str(one.info["focal"]["name"]), str(one.info["run"]),
               int(one.info["seed"]), one.bands, one.forecast(), own,
               frozenset(one.info.get("priors_alone", ())))  # fmt: skip


def _points(sweep: SweepResults) -> Iterator[Line]:
    """A forecast for each design point, of what the sweep shows and summarises."""
    names = [name for name in dict.fromkeys((*sweep.shown(), *SUMMARISED)) if name in sweep.metrics]
    if not names or not sweep.quarters:
        return
    table = sweep.summary(names, sweep.quarters)
    table["unit"] = [METRICS[name].unit if name in METRICS else "" for name in table["metric"]]
    common = sweep.info["random_numbers"] == "common"
    series = sweep.series(names) if common else None
    tables = dict(list(table.groupby("point")))
    rows = dict(list(series.groupby(series["point"].astype("str")))) if series is not None else {}
    bands = BAND_LABEL if sweep.draws is None else PRIOR_LABEL
    states = {row["iso3"]: row["name"] for row in shipped("states")}
    for point in sweep.points().to_dict("records"):
        if (name := str(point["point"])) not in tables:
            continue
        factors = [(key.rpartition(".")[2], label(point[key])) for key in sweep.factors if key != "focal"]
        focal = str(point["focal"])
        yield Line(str(point["title"] or point["scenario"]), factors, focal, states.get(focal, focal),
                   f"{sweep.info['sweep']}/{name}", int(point["seed"]), bands, tables[name],
                   rows.get(name))  # fmt: skip


def content_of(lines: Sequence[Line]) -> dict[str, Any]:
    """What the page holds of numbers and names, as JSON takes it."""
    quarters = sorted({str(quarter) for line in lines for quarter in line.table["quarter"]})
    units: dict[str, str] = {}
    for line in lines:
        units |= dict(zip(line.table["metric"].astype("str"), line.table["unit"].astype("str"), strict=True))
    first: dict[str, int] = {}
    for place, line in enumerate(lines):
        first.setdefault(line.focal, place)
    return {
        "quarters": quarters,
        "time": [year_of(quarter) for quarter in quarters],
        "groups": [names for _, names in _groups(units)],
        "units": units,
        "colours": COLOURS,
        "first": FIRST,
        "metric": KEPT if KEPT in units else next(iter(units)),
        "lines": [_line(line, lines[first[line.focal]], first[line.focal], quarters) for line in lines],
        "words": {language: _words(Words(language), lines, units, quarters) for language in LANGUAGES},
    }


def _groups(metrics: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Metrics under headings, in the order of the report; what it does not know comes last."""
    left, result = dict(metrics), []
    for heading, names in _GROUPS.items():
        own = [name for name in names if left.pop(name, None) is not None]
        result.append((heading, own))
    return [(heading, names) for heading, names in (*result, (_OTHER, list(left))) if names]


def _line(line: Line, base: Line, place: int, quarters: Sequence[str]) -> dict[str, Any]:
    metrics = dict.fromkeys(line.table["metric"].astype("str"))
    tables = {str(name): rows.set_index("quarter").reindex(list(quarters))
              for name, rows in line.table.groupby("metric", sort=False)}  # fmt: skip
    return {
        "focal": line.focal, "run": line.run, "seed": line.seed, "first": place,
        "replicates": int(line.table["replicates"].min()), "priors": sorted(line.priors_alone & set(metrics)),
        "values": {name: {part: _numbers(tables[name][part]) for part in STATISTICS} for name in metrics},
        "differences": dict(_differences(line, base, quarters)),
    }  # fmt: skip


def _differences(line: Line, base: Line, quarters: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Paired differences from the first run of the same focal state, where both share their luck."""
    if line is base or line.seed != base.seed:
        return
    for metric, rows in line.by_metric.items():
        if (other := base.by_metric.get(metric)) is None:
            continue
        actor = line.focal if (rows["actor"] == line.focal).any() else SYSTEM
        path = paired_path(rows, other, actor, metric).set_index("quarter").reindex(list(quarters))
        yield metric, {part: _numbers(path[part]) for part in PAIRED}


def _numbers(column: pd.Series) -> list[float | None]:
    """Numbers with the eight digits that result folders have; null where there is none."""
    values = column.to_numpy(float)
    return [float(f"{value:.8g}") if np.isfinite(value) else None for value in values]


def _words(words: Words, lines: Sequence[Line], units: Mapping[str, str], quarters: Sequence[str]) -> dict[str, Any]:
    """Everything that is read on the page, in one language."""
    decimals = words.number(0.5, 1).strip("\u200e")[1]
    return {
        "name": words.locale.languages[words.language],
        "locale": str(words.locale).replace("_", "-") + "-u-nu-latn",
        "decimal": decimals,
        "dash": {"plain": words.dash("0", "1"), "signed": words.dash("+0", "+1")},
        "thousands": words.number(1000).strip("\u200e")[1:-3],
        "rtl": words.right_to_left,
        "mark": MARK,
        "texts": {key: words(message) for key, message in _TEXTS.items()},
        "groups": [words(heading) for heading, _ in _groups(units)],
        "metrics": {name: name_of(METRIC, name, words) for name in units},
        "units": {unit: name_of(UNIT, unit, words) for unit in dict.fromkeys(units.values())},
        "quarters": [words.quarter(quarter) for quarter in quarters],
        "lines": [line.called(words) for line in lines],
        "focals": {line.focal: words.actor(line.focal, line.name) for line in lines},
        "bands": [words.known(line.bands) for line in lines],
    }
