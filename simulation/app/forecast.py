"""A forecast in the background: soon a rough one, then the whole; pinned ones beside it. The numbers are ``run``'s."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pandas as pd

from simulation.app.draft import Draft, from_address, to_address
from simulation.app.levers import levers
from simulation.display.words.language import Words
from simulation.display.words.terms import DRAWN_BANDS, KIND, METRIC, UNIT, name_of
from simulation.errors import Fault, InputError, RunError
from simulation.experiments.analysis.contrasts import paired_path
from simulation.experiments.ask import load, slim
from simulation.experiments.results import Results
from simulation.experiments.run import run
from simulation.scenario.schema import Scenario

FIRST = 8
"""Replicates of the first picture: the first ones of the whole run."""
LEAST, MOST = 2, 1000
MOST_PINS = 4
"""Forecasts beside the last one: so many colours are told apart, and a link makes so many again."""
Result = TypeVar("Result")
Progress = Callable[[int, int], None]
_BANDS = ("mean", "q05", "q25", "q75", "q95")


class Cancelled(RunError):
    """The reader has had enough."""


class Job:
    """Something long that can be stopped, one at a time.

    Attributes
    ----------
    running
        Whether something is being done.
    """

    def __init__(self) -> None:
        self.running = False
        self._stopped = False

    def begin(self) -> bool:
        """Begin, unless something else is being done; whether it has begun."""
        free = not self.running
        if free:
            self.running, self._stopped = True, False
        return free

    def end(self) -> None:
        """Be ready for something else."""
        self.running = False

    def stop(self) -> None:
        """Have it end with the replicates that are at hand, and what would follow it too."""
        self._stopped = True

    async def do(self, work: Callable[[Progress], Result], tell: Callable[[int, int], Any]) -> Result:
        """Do it in a thread, whose processes do the work.

        Parameters
        ----------
        work
            Takes a function to be called with the number of replicates done and planned.
        tell
            Awaited with the same numbers, in the page's own time.

        Raises
        ------
        Cancelled
            After :meth:`stop`, until :meth:`begin`.
        """
        loop = asyncio.get_running_loop()

        def progress(done: int, total: int) -> None:
            if self._stopped:
                raise Cancelled("")
            asyncio.run_coroutine_threadsafe(tell(done, total), loop)

        if self._stopped:
            raise Cancelled("")
        return await asyncio.to_thread(work, progress)


@dataclass(frozen=True, eq=False)
class Pinned:
    """A forecast with its name on the page.

    Attributes
    ----------
    draft
        What it is of; none for results of a notebook, which no address can make again.
    """

    name: str
    results: Results
    draft: Draft | None = None

    @property
    def in_address(self) -> str:
        """All that makes it again, as a part of an address; empty if it cannot be."""
        planned = self.results.info["replicates"]["planned"]
        return "" if self.draft is None else f"{planned}.{to_address(self.draft.text)}"


def from_pin(told: str, draft: Draft) -> tuple[Draft, int]:
    """Draft and replicates of a forecast that an address pins.

    Parameters
    ----------
    draft
        Of the page, whose files it may extend.

    Raises
    ------
    InputError
        If it is damaged.
    """
    count, _, packed = told.partition(".")
    if not (count.isascii() and count.isdecimal() and len(count) < 6 and LEAST <= int(count) <= MOST):
        raise InputError(Fault("", "a pinned forecast in this address is damaged", "link"))
    return replace(draft, text=from_address(packed)), int(count)


def steps(replicates: int) -> tuple[int, ...]:
    """How many replicates each picture rests on."""
    return tuple(dict.fromkeys((min(FIRST, replicates), replicates)))


def forecast(scenario: Scenario, replicates: int, progress: Progress, *, rough: bool = False) -> Results:
    """The results of ``wifaq run --no-contrasts``; a rough one, for fans alone, records no more and is there sooner."""
    return run(slim(scenario) if rough else scenario, replicates=replicates, progress=progress)


def name_of_draft(draft: Draft, words: Words) -> str:
    """Changes in a line, and the title of the scenario that has them: the base's, where the draft has none."""
    title = str(draft.values().get("title") or (load(draft.base).title if draft.base else "–"))
    labels = {"focal": words("Focal state")} | {lever.key: words(lever.label) for lever in levers()}
    changes = []
    for key, value in draft.values().items():
        if key not in ("extends", "title", "question"):
            label = labels.get(key, key.rpartition(".")[2].replace("_", " "))
            number = isinstance(value, int | float) and not isinstance(value, bool)
            shown = words.number(value, 2) if number else "" if isinstance(value, list) else str(value)
            changes.append(f"{label} {shown}".strip())
    return " · ".join([*changes, words.known(title)])


def fans(runs: Sequence[Pinned], metrics: Sequence[str], words: Words) -> dict[str, Any]:
    """What the browser draws: bands of every run, the present one first, and its difference from each of the others.

    Differences pair replicates of the same luck; their band is the 95 % interval of the mean.
    """
    first = runs[0].results
    focal, found = first.focal, {}
    for metric in metrics:
        tables = [(one.name, _rows(one.results, metric)) for one in runs]
        if tables[0][1].empty:
            continue
        unit = str(tables[0][1]["unit"].iloc[0])
        found[metric] = {
            "title": name_of(METRIC, metric, words),
            "contrast": words("{metric}: difference", metric=name_of(METRIC, metric, words)),
            "unit": name_of(UNIT, unit, words), "index": unit == "index",
            "runs": [_bands(name, table) for name, table in tables if len(table)],
            "differences": [
                _difference(one.name, paired_path(first.series(), one.results.series(), focal, metric))
                for one in runs[1:] if one.results.focal == focal
            ],
        }  # fmt: skip
    done = first.info["replicates"]["done"]
    note = [words.plural("{count} replicate.", "{count} replicates.", done),
            words("Bands: 90 % and 50 % of replicates; {what}.", what=words(DRAWN_BANDS)),
            words("Differences: under the same luck, with the 95 % interval of their mean.")]  # fmt: skip
    lost = [lost_of(one, words) for one in runs if one.results.info["replicates"]["failed"]]
    return {"metrics": found, "note": " ".join(note), "lost": lost}


def lost_of(run: Pinned, words: Words) -> str:
    """How many replicates of a run failed, and why the first of them did."""
    failures, failed = run.results.info["failures"], run.results.info["replicates"]["failed"]
    first = failures[0]
    told = words.plural("{count} replicate failed; the numbers are of the others.",
                        "{count} replicates failed; the numbers are of the others.", failed)  # fmt: skip
    why = words("The first, replicate {number}: {what}", number=words.number(first["replicate"]),
                what=f"{first['type']}: {first['message']}")  # fmt: skip
    return f"{run.name}: {told} {why}"


def _rows(results: Results, metric: str) -> pd.DataFrame:
    table = results.forecast()
    return table.loc[(table["metric"] == metric) & (table["focal"] == results.focal)]


def _bands(name: str, table: pd.DataFrame) -> dict[str, Any]:
    return {"name": name, "quarters": table["quarter"].tolist(), **{band: table[band].tolist() for band in _BANDS}}


def _difference(name: str, path: pd.DataFrame) -> dict[str, Any]:
    """One pair has no interval: JSON knows no missing number but null."""
    told = path.astype(object).where(path.notna(), None)
    return {"name": name, **{column: told[column].tolist() for column in ("quarter", "difference", "low", "high")}}


def partners(results: Results, words: Words) -> pd.DataFrame:
    """Partners at the horizon: probability of a deal, with a new partner and with one held, by its source."""
    table = results.ties().drop_duplicates("partner").sort_values("probability_any", ascending=False, kind="stable")
    return pd.DataFrame({
        words("Partner"): [words.actor(*pair) for pair in zip(table["partner"], table["name"], strict=True)],
        words("Kind"): [name_of(KIND, kind, words) for kind in table["kind"]],
        words("Any"): table["probability_any"].to_numpy(),
        words("New"): table["probability_new"].to_numpy(),
        words("Held, on record"): table["probability_recorded"].to_numpy(),
        words("Held, drawn"): table["probability_drawn"].to_numpy(),
    })  # fmt: skip


def instruments(results: Results, words: Words) -> pd.DataFrame:
    """Texts: probability that the focal state has joined by the horizon, and by when half of the replicates have."""
    table = results.instruments()
    own = table.loc[table["actor"] == results.focal].sort_values("probability", ascending=False, kind="stable")
    return pd.DataFrame({
        words("Instrument"): [words.known(title) for title in own["title"]],
        words("Probability"): own["probability"].to_numpy(),
        words("Median quarter"): own["median_quarter"].fillna("").astype(str).to_numpy(),
    })  # fmt: skip


def workbook(results: Results) -> bytes:
    """Every table of a result, and its scenario, as a spreadsheet file."""
    target = io.BytesIO()
    with pd.ExcelWriter(target, engine="openpyxl") as book:
        for name, table in results.tables.items():
            table.to_excel(book, sheet_name=name, index=False)
        if results.failures:
            pd.DataFrame([dict(row) for row in results.failures]).to_excel(book, sheet_name="failures", index=False)
        text = pd.DataFrame({"scenario": results.scenario_text.splitlines()})
        text.to_excel(book, sheet_name="scenario", index=False)
        for cell in (cell for sheet in book.book.worksheets for row in sheet.iter_rows() for cell in row):
            if cell.data_type == "f":  # a title that begins with = is a title
                cell.data_type = "s"
    return target.getvalue()
