"""The rooms beside the world: forecast, scenario, opportunities."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from shiny import Inputs, reactive, render

from simulation.app import forecast as forecasts
from simulation.app import prospects
from simulation.app.draft import FILE
from simulation.app.forecast import Cancelled, Job, Pinned
from simulation.app.page import FAN_METRICS
from simulation.errors import Fault, InputError
from simulation.scenario.source import MAX_BYTES

if TYPE_CHECKING:
    from simulation.app.desk import Desk
    from simulation.experiments.results import Results


def open_rooms(desk: Desk, input: Inputs, results: Results | None) -> None:
    """Listen to the page; a forecast may be there from the start."""
    ForecastRoom(desk, results).open()
    OpportunityRoom(desk).open()

    @reactive.effect
    @reactive.event(input.upload)
    def _upload() -> None:
        """A file is bounded and checked like any scenario; only then it becomes the page's."""
        for file in input.upload() or ():
            data = Path(file["datapath"]).read_bytes()[: MAX_BYTES + 1]
            desk.later(desk.write(data.decode("utf-8", "replace")))

    @render.download_button(filename=FILE)
    def scenario_yaml() -> Any:
        yield desk.draft.text


async def fill(desk: Desk, name: str, table: pd.DataFrame) -> None:
    """Show a table, which the page sorts; what is missing is empty."""
    cells = table.astype(object).where(table.notna(), None)
    await desk.send("table", {"name": name, "columns": list(table.columns), "rows": cells.to_numpy().tolist()})


class ForecastRoom:
    """Forecasts of the page's scenario, the last one and those that are pinned."""

    def __init__(self, desk: Desk, results: Results | None):
        self._desk, self._job = desk, Job()
        self._last = None if results is None else Pinned(str(results.info["scenario"]), results)
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

    async def _greet(self, _: Any) -> None:
        if self._last is not None:
            await self._show(self._last)
            await self._tables()

    async def _run(self, count: Any) -> None:
        """A rough fan soon, then the whole."""
        desk = self._desk
        if self._job.running:
            return
        replicates = _between(count, 2, forecasts.MOST)
        scenario, name = desk.scenario, forecasts.name_of_draft(desk.draft, desk.words)
        await desk.send("job", {"room": "forecast", "on": True, "share": 0, "text": ""})
        try:
            for stage in forecasts.steps(replicates):
                ask = forecasts.forecast if stage == replicates else forecasts.rough
                results = await self._job.do(
                    partial(ask, scenario, stage),
                    lambda done, total: desk.send("job", _progress("forecast", done, total, desk)),
                )
                await self._show(Pinned(name, results))
            self._last = Pinned(name, results)
            await self._tables()
        except Cancelled:
            pass
        finally:
            await desk.send("job", {"room": "forecast", "on": False, "text": None, "any": self._last is not None})

    async def _cancel(self, _: Any) -> None:
        self._job.stop()

    async def _pin(self, on: Any) -> None:
        """Keep the last run beside the next ones; or let all go."""
        if not on:
            self._pins = []
        elif self._last is not None and self._last not in self._pins:
            self._pins.append(self._last)
        if self._last is not None:
            await self._show(self._last)

    async def _show(self, last: Pinned) -> None:
        """Its fans over those of the pins."""
        others = [one for one in self._pins if one is not last]
        told = await asyncio.to_thread(forecasts.fans, [last, *others], FAN_METRICS, self._desk.words)
        await self._desk.send("forecast", {**told, "pins": len(self._pins)})

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
        if self._job.running:
            return
        pairs, scenario = _between(count, 2, 100), desk.scenario
        await desk.send("job", {"room": "opportunities", "on": True, "share": 0, "text": desk.words("Screening …")})
        try:
            found = await self._job.do(
                partial(prospects.look, scenario, pairs),
                lambda done, total: desk.send("job", _progress("opportunities", done, total, desk)),
            )
            await self._fill(prospects.tables(found, desk.words), prospects.told(found, desk.words))
        except Cancelled:
            await desk.send("job", {"room": "opportunities", "on": False, "text": ""})

    async def _stop(self, _: Any) -> None:
        self._job.stop()

    async def _read(self, name: Any) -> None:
        """A folder of the list, by its name there."""
        desk = self._desk
        if str(name) not in prospects.folders(desk.draft.folder):
            return
        found = prospects.read(desk.draft.folder / str(name))
        await self._fill(prospects.tables(found, desk.words), prospects.told(found, desk.words))

    async def _fill(self, tables: dict[str, pd.DataFrame], text: str) -> None:
        for name, table in tables.items():
            await fill(self._desk, name, table)
        await self._desk.send("job", {"room": "opportunities", "on": False, "text": text})


def _progress(room: str, done: int, total: int, desk: Desk) -> dict[str, Any]:
    words = desk.words
    text = words("{done} of {all}", done=words.number(done), all=words.number(total))
    return {"room": room, "on": True, "share": done / total, "text": text}


def _between(told: Any, least: int, most: int) -> int:
    try:
        return min(max(int(told), least), most)
    except (ValueError, TypeError):
        return least
