"""The rooms beside the world: forecast, scenario, opportunities."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pandas as pd
from shiny import Inputs, reactive, render

from simulation.app import forecast as forecasts
from simulation.app import prospects
from simulation.app.draft import FILE
from simulation.app.forecast import Cancelled, Job, Pinned
from simulation.app.levers import within
from simulation.app.page import FAN_METRICS
from simulation.display.words.rounding import digits_that_tell
from simulation.errors import Fault, InputError, WifaqError
from simulation.experiments.opportunities import READINGS_A_PAIR, opportunities

if TYPE_CHECKING:
    from simulation.app.desk import Desk
    from simulation.app.draft import Draft
    from simulation.experiments.results import Results
    from simulation.scenario.schema import Scenario

_WAIT = 0.2  # seconds between two looks at whether a job has ended
_SHARES = ("Any", "New", "Held, on record", "Held, drawn", "Probability", "Probability of a yes",
           "Best in share of futures")  # columns of tables, as they are marked for translation  # fmt: skip
_RESULT_TABLES = ("candidates", "portfolio", "strategies")


def open_rooms(desk: Desk, input: Inputs, results: Results | None) -> None:
    """Listen to the page; a forecast may be there from the start."""
    ForecastRoom(desk, results).open()
    OpportunityRoom(desk).open()

    @reactive.effect
    @reactive.event(input.upload)
    def _upload() -> None:
        """A file is bounded and checked like any scenario; only then it becomes the page's."""
        for file in input.upload() or ():
            desk.later(desk.open_file(Path(file["datapath"])))

    @render.download_button(filename=FILE)
    def scenario_yaml() -> Any:
        yield desk.draft.text


async def fill(desk: Desk, name: str, table: pd.DataFrame) -> None:
    """Show a table, which the page sorts; what is missing is empty, and a number that is not whole goes with its text.

    That is per cent for a share, else the decimals that the largest number of the column bears, as in reports.
    """
    words, columns = desk.words, list(table.columns)
    texts: dict[str, Callable[[float], str]] = {words(label): words.share for label in _SHARES}
    for column in table.select_dtypes("number"):
        if column not in texts and (table[column].dropna() % 1).any():
            texts[str(column)] = partial(words.number, digits=digits_that_tell(table[column].abs().max()))
    cells = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    rows = [[[value, texts[name](value)] if name in texts and value is not None else value
             for name, value in zip(columns, row, strict=True)] for row in cells]  # fmt: skip
    await desk.send("table", {"name": name, "columns": columns, "rows": rows})


class ForecastRoom:
    """Forecasts of the page's scenario, the last one and those that are pinned."""

    def __init__(self, desk: Desk, results: Results | None):
        self._desk, self._job = desk, Job()
        title = "" if results is None else desk.words.known(str(results.info["title"] or results.info["scenario"]))
        self._last = None if results is None else Pinned(title, results)
        self._pins: list[Pinned] = []

    def open(self) -> None:
        """Listen to the page."""
        self._desk.listen("hello", self._greet)
        self._desk.listen("run", self._run)
        self._desk.listen("cancel", self._cancel)
        self._desk.listen("pin", self._pin)
        self._desk.at_end(self._job.stop)

        def named(ending: str) -> Callable[[], str]:
            return lambda: f"forecast_{date.today()}.{ending}"

        @render.download_button(filename=named("csv"))
        def forecast_csv() -> Any:
            yield self._results().forecast().to_csv(index=False)

        @render.download_button(filename=named("xlsx"))
        async def forecast_xlsx() -> AsyncIterator[bytes]:
            yield forecasts.workbook(self._results())

    def _results(self) -> Any:
        if self._last is None:
            raise InputError(Fault("", "run a forecast first", "forecast"))
        return self._last.results

    async def _greet(self, search: Any) -> None:
        asked = parse_qs(str(search).removeprefix("?")).get("pin", [])
        self._desk.pins = asked[: forecasts.MOST_PINS]  # the address keeps them until they are made again
        if self._last is not None:
            await self._show()
            await self._tables()
        await self._desk.shown.wait()  # the world first
        if asked:
            await self._restore(asked)

    async def _restore(self, asked: list[str]) -> None:
        """Make the forecasts again that an address pins, those that it can."""
        desk, wanted = self._desk, []
        if len(asked) > forecasts.MOST_PINS:
            await desk.complain_too(f"link: only {forecasts.MOST_PINS} of {len(asked)} pinned forecasts are made again")
        for told in asked[: forecasts.MOST_PINS]:
            try:
                draft, count = forecasts.from_pin(told, desk.draft)
                wanted.append((draft, await asyncio.to_thread(draft.scenario), count))
            except InputError as error:
                await desk.complain_too(*map(str, error.faults))
        while not self._job.begin():  # who has asked for a forecast meanwhile goes first
            await asyncio.sleep(_WAIT)
        await self._make(wanted)
        await self._kept()

    async def _make(self, wanted: list[tuple[Draft, Scenario, int]]) -> None:
        desk, words = self._desk, self._desk.words
        await desk.send("job", {"room": "forecast", "on": True, "share": 0, "text": ""})
        try:
            for place, (draft, scenario, count) in enumerate(wanted, 1):
                count_of = {"place": words.number(place), "all": words.number(len(wanted))}
                head = words("Pinned forecast {place} of {all}", **count_of)
                work = partial(forecasts.forecast, scenario, count, rough=True)
                results = await self._job.do(work, partial(self._tell, head))
                self._pins.append(Pinned(forecasts.name_of_draft(draft, words), results, draft))
                await self._show()
        except Cancelled:
            pass
        except WifaqError as error:
            await desk.complain_too(str(error))
        finally:
            self._job.end()
            await desk.send("job", {"room": "forecast", "on": False, "text": ""})

    async def _tell(self, head: str, done: int, total: int) -> None:
        await self._desk.send("job", _progress("forecast", done, total, self._desk, head))

    async def _kept(self) -> None:
        """Have the address say what is pinned."""
        self._desk.pins = [told for one in self._pins if (told := one.in_address)]
        await self._desk.tell_address()

    async def _run(self, count: Any) -> None:
        """A rough fan soon, then the whole."""
        desk = self._desk
        if not self._job.begin():
            return
        replicates, text = within(count, forecasts.LEAST, forecasts.MOST), None
        scenario, draft = desk.scenario, desk.draft
        name = forecasts.name_of_draft(draft, desk.words)
        await desk.send("job", {"room": "forecast", "on": True, "share": 0, "text": ""})
        try:
            for stage in forecasts.steps(replicates):
                work = partial(forecasts.forecast, scenario, stage, rough=stage != replicates)
                results = await self._job.do(work, partial(self._tell, ""))
                self._last = Pinned(name, results, draft)
                await self._show()
                await desk.send("clear", ["partners", "instruments"])  # until they are of this run
            await self._tables()
        except Cancelled:
            text = desk.words("Cancelled.")
        finally:
            self._job.end()
            await desk.send("job", {"room": "forecast", "on": False, "text": text})

    async def _cancel(self, _: Any) -> None:
        self._job.stop()

    async def _pin(self, on: Any) -> None:
        """Keep the last run beside the next ones; or let all go."""
        last = self._last
        if not on:
            self._pins = []
        elif last is not None and len(self._pins) < forecasts.MOST_PINS and not self._pinned(last):
            self._pins.append(last)
        await self._show()
        await self._kept()

    def _pinned(self, last: Pinned) -> bool:
        """Whether the same is pinned already."""
        return any(one is last or (one.in_address and one.in_address == last.in_address) for one in self._pins)

    async def _show(self) -> None:
        """The fans of the last run over those of the pins; where there is none, the first pin stands for it."""
        runs = [] if self._last is None else [self._last]
        runs += [one for one in self._pins if one is not self._last]
        if runs:
            told = await asyncio.to_thread(forecasts.fans, runs, FAN_METRICS, self._desk.words)
            pins = {"pins": len(self._pins), "free": len(self._pins) < forecasts.MOST_PINS,
                    "own": self._last is not None}  # fmt: skip
            await self._desk.send("forecast", {**told, **pins})
        else:
            await self._desk.send("forecast", None)

    async def _tables(self) -> None:
        results, words = self._results(), self._desk.words
        await fill(self._desk, "partners", forecasts.partners(results, words))
        await fill(self._desk, "instruments", forecasts.instruments(results, words))


class OpportunityRoom:
    """Candidates, worth of held partners and strategies: asked for here, or read from a result folder."""

    def __init__(self, desk: Desk):
        self._desk, self._job = desk, Job()

    def open(self) -> None:
        """Listen to the page."""
        self._desk.listen("look", self._look)
        self._desk.listen("stop", self._stop)
        self._desk.listen("folder", self._read)
        self._desk.listen("hello", self._list)
        self._desk.at_end(self._job.stop)

    async def _list(self, _: Any) -> None:
        await self._desk.send("folders", list(prospects.folders(self._desk.draft.folder)))

    async def _look(self, count: Any) -> None:
        desk = self._desk
        if not self._job.begin():
            return
        pairs, scenario, text = within(count, 2, 100), desk.scenario, ""
        await self._fill({})
        await desk.send("job", {"room": "opportunities", "on": True, "share": 0, "text": desk.words("Screening …")})
        try:
            found = await self._job.do(
                lambda progress: opportunities(scenario, replicates=pairs, progress=progress),
                lambda done, total: desk.send("job", _looked(done, total, pairs, desk)),
            )
            text = prospects.told(found, desk.words)
            await self._fill(prospects.tables(found, desk.words))
        except Cancelled:
            text = desk.words("Cancelled.")
        finally:
            self._job.end()
            await desk.send("job", {"room": "opportunities", "on": False, "text": text})

    async def _stop(self, _: Any) -> None:
        self._job.stop()

    async def _read(self, name: Any) -> None:
        """A folder of the list, by its name there."""
        desk = self._desk
        if str(name) not in prospects.folders(desk.draft.folder):
            return
        found = prospects.read(desk.draft.folder / str(name))
        await self._fill(prospects.tables(found, desk.words))
        if not self._job.running:
            text = prospects.told(found, desk.words)
            await desk.send("job", {"room": "opportunities", "on": False, "text": text})

    async def _fill(self, tables: dict[str, pd.DataFrame]) -> None:
        """Show these and no others: what is told above is of one result."""
        await self._desk.send("clear", [name for name in _RESULT_TABLES if name not in tables])
        for name, table in tables.items():
            await fill(self._desk, name, table)


def _looked(done: int, total: int, pairs: int, desk: Desk) -> dict[str, Any]:
    """How far a search is: first everybody is screened, then the best are confirmed."""
    screened = READINGS_A_PAIR * pairs
    if done <= screened:
        return _progress("opportunities", done, screened, desk, desk.words("Screening"))
    return _progress("opportunities", done - screened, total - screened, desk, desk.words("Confirming the best"))


def _progress(room: str, done: int, total: int, desk: Desk, head: str = "") -> dict[str, Any]:
    words = desk.words
    text = words("{done} of {all}", done=words.number(done), all=words.number(total))
    return {"room": room, "on": True, "share": done / total, "text": f"{head}: {text}" if head else text}
