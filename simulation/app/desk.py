"""What one open page is doing: its scenario, its world, its rooms. It takes clicks, asks others, sends what comes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode

from shiny import Inputs, Session, reactive

from simulation.app import cards, drawing
from simulation.app.draft import FILE, Draft, from_address, to_address
from simulation.app.levers import levers
from simulation.app.live import Live
from simulation.display.words.language import Words
from simulation.errors import Fault, InputError, WifaqError
from simulation.experiments.results import Results
from simulation.scenario.schema import Scenario

_PAUSE = 0.05  # seconds between two quarters that play


class Desk:
    """One open page.

    Parameters
    ----------
    words
        Language.
    start
        The scenario it opens with.
    input, session
        Of Shiny.

    Attributes
    ----------
    draft, scenario
        What the reader has made, as a text and checked.
    live
        The run that is shown; none until the page has said what its address asks for.
    """

    def __init__(self, words: Words, start: Draft, input: Inputs, session: Session):
        self.words, self.draft, self.start = words, start, start
        self.scenario: Scenario = start.scenario()
        self.live: Live | None = None
        self._plain: Live | None = None  # the same world without the reader's changes
        self._input, self._session = input, session
        self._number, self._replicate, self._actor, self._shown = 0, 0, "", "deals"
        self._playing, self._wish = False, 0
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._facts: Any = None
        self._drawn: object = None  # the world whose places the page knows

    def open(self, results: Results | None = None) -> None:
        """Listen to the page; a forecast may be there from the start."""
        from simulation.app.rooms import open_rooms

        acts: dict[str, Callable[[Any], Coroutine[Any, Any, None]]] = {
            "hello": self._hello, "change": self._change, "focal": self._focal, "base": self._base,
            "replicate": self._replay, "reset": self._reset, "step": self._step, "time": self._go,
            "play": self._play, "actor": self._choose, "shown": self._show_on_map, "yaml": self.write,
            "poke": self._poke,
        }  # fmt: skip
        for name, act in acts.items():
            self.listen(name, act)
        open_rooms(self, self._input, results)
        self.at_end(self._end)

    def listen(self, name: str, act: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
        """Have something done in the background whenever the page says something."""
        told = self._input[f"at_{name}"]  # a name of its own: Shiny tells by their ids what stands in fields

        @reactive.effect
        @reactive.event(told)
        def _() -> None:
            self.later(act(told()))

    def at_end(self, act: Callable[[], None]) -> None:
        """Have something done when the page is closed."""
        self._session.on_ended(act)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside all else; what goes wrong is told on the page."""

        async def run() -> None:
            try:
                await work
            except InputError as error:
                await self.complain([str(fault) for fault in error.faults])
            except WifaqError as error:
                await self.complain([str(error)])

        task = asyncio.ensure_future(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def send(self, what: str, told: Any) -> None:
        """Tell the page something."""
        await self._session.send_custom_message("wifaq", {"what": what, "told": told})

    async def complain(self, faults: list[str]) -> None:
        """Show what is wrong; none takes it away."""
        await self.send("faults", faults)

    # --- the scenario
    async def _hello(self, search: str) -> None:
        """The page is there: what its address asks for, or the scenario of the command."""
        asked = {key: values[0] for key, values in parse_qs(str(search).removeprefix("?")).items()}
        faults: list[str] = []
        with _collected(faults):
            if "own" in asked:
                self._take(replace(self.draft, text=from_address(asked["own"])))
            self._replicate = _whole(asked.get("replicate"), 9999)
            self._number = _whole(asked.get("k"), self.scenario.quarters)
            self._actor = asked.get("actor", "")
            self._shown = asked["map"] if asked.get("map") in drawing.SHOWN else self._shown
        await self.send("start", {"shown": self._shown, "replicate": self._replicate, "room": asked.get("room", "")})
        await self._restart()
        await self.complain(faults)

    def _take(self, draft: Draft) -> None:
        """Make a draft the scenario, if nothing is wrong with it."""
        self.scenario = draft.scenario()
        self.draft = draft

    async def _changed(self, draft: Draft) -> None:
        base, focal = self.draft.base, self.scenario.focal
        await asyncio.to_thread(self._take, draft)
        if (draft.base, self.scenario.focal) != (base, focal):
            self._plain = None
            self._actor = ""
        await self.complain([])
        await self._restart()

    async def _change(self, told: dict[str, Any]) -> None:
        """A slider has moved."""
        key, value = str(told["key"]), told["value"]
        if key not in {lever.key for lever in levers()}:
            raise InputError(Fault(key, "is no slider of this page"))
        await self._changed(self.draft.having(key, None if value is None else float(value)))

    async def _poke(self, told: dict[str, Any]) -> None:
        """Trust or budget of one actor was changed by hand."""
        share = min(max(float(told["value"]), 0.0), 1.0)
        await self._changed(self.draft.poking(self.scenario, str(told["what"]), str(told["actor"]), share))

    async def _focal(self, state: str) -> None:
        await self._changed(self.draft.having("focal", str(state)))

    async def _base(self, name: str) -> None:
        await self._changed(Draft.of(str(name), self.start.folder, self.start.given))

    async def _reset(self, _: Any) -> None:
        await self._changed(await asyncio.to_thread(self._without_changes))

    def _without_changes(self) -> Draft:
        """The draft's base, for the same focal state."""
        draft = Draft.of(self.draft.base or self.start.base, self.start.folder, self.start.given)
        focal = self.scenario.focal
        return draft if draft.scenario().focal == focal else draft.having("focal", focal)

    async def write(self, text: str) -> None:
        """The text has been changed by hand, or a file was opened."""
        try:
            await self._changed(replace(self.draft, text=str(text)))
        except InputError as error:
            await self.send("verdict", "\n".join(str(fault) for fault in error.faults))
            return
        await self.send("verdict", self.words("{file} is good", file=FILE))

    # --- the world
    async def _replay(self, number: Any) -> None:
        self._replicate, self._plain = _whole(number, 9999), None
        await self._restart()

    async def _restart(self) -> None:
        """Begin the world again and come back to the quarter shown; what is wished meanwhile goes first."""
        self._wish += 1
        wish, self._playing = self._wish, False

        def stale() -> bool:
            return wish != self._wish

        async with self._lock:
            if stale():
                return
            await self.send("busy", True)
            actor = self._actor or self.scenario.focal
            made = await asyncio.to_thread(Live, self.scenario, self._replicate, (actor,))
            if actor not in made.model.rows:
                actor = self.scenario.focal
            if self._facts is None or self.live is None or self.live.given.as_of != self.scenario.as_of:
                self._facts = await asyncio.to_thread(made.facts)
            self._number = min(self._number, made.last)
            await asyncio.to_thread(made.until, self._number, stale)
            if stale():
                return
            self.live, self._actor = made, actor
            if set(self.draft.values()) <= {"extends", "focal"}:
                self._plain = made
            elif self._plain is None and self.draft.base:
                plain = await asyncio.to_thread(lambda: self._without_changes().scenario())
                self._plain = await asyncio.to_thread(Live, plain, self._replicate)
            world = (self.scenario.as_of, self.scenario.roster, self.scenario.focal)
            if self._drawn != world:
                self._drawn = world
                await self.send("layout", drawing.layout(made, self._facts, self.words))
            await self._tell_levers()
        await self._show()

    async def _step(self, _: Any) -> None:
        await self._forward(self._number + 1)

    async def _go(self, number: Any) -> None:
        self._playing = False
        await self._forward(_whole(number, self.live.last if self.live else 0))

    async def _forward(self, number: int) -> None:
        if self.live is None:
            return
        async with self._lock:
            await asyncio.to_thread(self.live.until, number)
            self._number = min(number, self.live.last)
        await self._show()

    async def _play(self, on: Any) -> None:
        self._playing = bool(on)
        while self._playing and self.live is not None and self._number < self.live.last:
            await self._forward(self._number + 1)
            await asyncio.sleep(_PAUSE)
        self._playing = False
        await self.send("playing", False)

    async def _choose(self, actor: Any) -> None:
        """Look at an actor: at once what it has, and why, as soon as the run has been seen with its eyes."""
        if self.live is None or str(actor) not in self.live.model.rows:
            return
        self._actor = str(actor)
        await self._show()
        if self._actor not in self.live.watched:
            await self._restart()

    async def _show_on_map(self, shown: Any) -> None:
        self._shown = str(shown) if str(shown) in drawing.SHOWN else "deals"
        await self._show()

    async def _show(self) -> None:
        """Send the quarter: pictures, numbers, texts, address."""
        async with self._lock:
            if self.live is None:
                return
            for tell in (self._pictures, self._texts):  # what is looked at first
                for what, content in (await asyncio.to_thread(tell, self.live)).items():
                    await self.send(what, content)
        await self.send("busy", False)

    def _pictures(self, live: Live) -> dict[str, Any]:
        number, words = self._number, self.words
        plain = self._plain
        before = {} if plain is None or plain is live else plain.until(number).paths()
        lines = drawing.quarter(live, number, self._actor, self._shown)
        return {"quarter": {**lines, "when": words.quarter(live.frames[number].quarter)},
                "headline": drawing.headline(live, number, before, words)}  # fmt: skip

    def _texts(self, live: Live) -> dict[str, Any]:
        asked = live, self._facts, self._number, self._actor, self.words
        made = {"actor": cards.actor_card, "events": cards.events_card, "blocs": cards.blocs_card}
        return {"texts": {name: str(card(*asked)) for name, card in made.items()}, "address": self.address()}

    def address(self) -> str:
        """All that a link needs to restore this page, as the search part of an address."""
        told = {"k": str(self._number), "actor": self._actor, "map": self._shown, "replicate": str(self._replicate),
                "own": to_address(self.draft.text)}  # fmt: skip
        return urlencode(told)

    async def _tell_levers(self) -> None:
        """Where each slider stands, and what is set, drawn or left to the data."""
        assert self.live is not None
        held = self.draft.values()
        rows = {}
        for lever in levers():
            value = lever.value(self.live.scenario)
            drawn = lever.group == "parameters" and lever.key.partition(".")[2] not in self.scenario.parameters.chosen
            text = self.words("as recorded") if value is None else self.words.number(value, 2)
            rows[lever.key] = {"value": value, "text": text, "drawn": drawn, "own": lever.key in held}
        await self.send("levers", {"rows": rows, "yaml": self.draft.text, "focal": self.scenario.focal,
                                   "base": self.draft.base})  # fmt: skip

    def _end(self) -> None:
        self._playing, self._wish = False, self._wish + 1
        for task in self._tasks:
            task.cancel()


@contextlib.contextmanager
def _collected(faults: list[str]) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        faults += [str(fault) for fault in error.faults]


def _whole(told: Any, most: int) -> int:
    """A whole number from 0 to the most there may be."""
    try:
        return min(max(int(told or 0), 0), most)
    except (ValueError, TypeError):
        return 0
