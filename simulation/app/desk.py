"""What one open page is doing: its scenario, its world, its rooms. It takes clicks, asks others, sends what comes."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from shiny import Inputs, Session, reactive

from simulation.app import cards, drawing
from simulation.app.draft import FILE, Draft, from_address, to_address
from simulation.app.levers import levers, within
from simulation.app.live import Live
from simulation.data.reading import read_bytes, text_of
from simulation.display.words.language import Words
from simulation.errors import Fault, InputError, WifaqError
from simulation.experiments.results import Results
from simulation.scenario.schema import Scenario
from simulation.scenario.source import MAX_BYTES

_PAUSE = 0.05  # seconds between two quarters that play
_LONGEST = 30_000  # characters of an address, of which a server takes 65,536 with all else that a browser says
_LOOK = 0.5  # seconds between two looks at what the notebook does


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
    own
        The run of the notebook's own model, which it shares with every page; or none.

    Attributes
    ----------
    draft, scenario
        What the reader has made, as a text and checked.
    live
        The run that is shown; none until the page has said what its address asks for.
    pins
        What the address says of pinned forecasts.
    shown
        Set once the world is there.
    """

    def __init__(self, words: Words, start: Draft, input: Inputs, session: Session, own: Live | None = None):
        self.words, self.draft, self.start = words, start, start
        self.scenario: Scenario = start.scenario()
        self.live: Live | None = None
        self._plain: Live | None = None  # the same world without the reader's changes
        self._own, self._at_own = own, own is not None
        self._input, self._session = input, session
        self._number, self._replicate, self._actor, self._shown = 0, 0, "", "deals"
        self._playing, self._wish = False, 0
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.pins: list[str] = []
        self.shown = asyncio.Event()
        self._faults: list[str] = []
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
            except Exception as error:  # a fault of ours, or of a hook in a notebook's model: it must not be silent
                traceback.print_exc()
                await self.complain([f"{type(error).__name__}: {error}"])

        task = asyncio.ensure_future(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def send(self, what: str, told: Any) -> None:
        """Tell the page something."""
        await self._session.send_custom_message("wifaq", {"what": what, "told": told})

    async def complain(self, faults: list[str]) -> None:
        """Show what is wrong; none takes it away."""
        self._faults = faults
        await self.send("faults", faults)

    async def complain_too(self, *faults: str) -> None:
        """Show what is wrong besides."""
        await self.complain([*self._faults, *faults])

    # --- the scenario
    async def _hello(self, search: str) -> None:
        """The page is there: what its address asks for, or the scenario of the command."""
        asked = {key: values[0] for key, values in parse_qs(str(search).removeprefix("?")).items()}
        faults: list[str] = []
        try:
            if self._own is not None:  # with the same luck as the model, once it is left
                self._replicate, self._number = self._own.replicate, self._own.newest
            if "own" in asked:
                self._at_own = False
                self._take(replace(self.draft, text=from_address(asked["own"])))
            self._replicate = within(asked.get("replicate", self._replicate), 0, 9999)
            self._number = within(asked.get("k", self._number), 0, self.scenario.quarters)
            self._actor = asked.get("actor", "")
            self._shown = asked["map"] if asked.get("map") in drawing.SHOWN else self._shown
        except InputError as error:
            faults = [str(fault) for fault in error.faults]
        await self.send("start", {"shown": self._shown, "replicate": self._replicate, "room": asked.get("room", "")})
        await self._restart()
        await self.complain(faults)
        self.shown.set()
        await self._follow()

    async def _follow(self) -> None:
        """Show what the notebook does with its model, to who looks at its newest quarter."""
        while (own := self._own) is not None:
            seen = own.newest
            await asyncio.sleep(_LOOK)
            if self._at_own and seen == self._number < own.newest:
                self._number = own.newest
                await self._show()

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
        self._at_own = False
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
        if self._own is None:
            await self._changed(await asyncio.to_thread(self._without_changes))
            return
        await asyncio.to_thread(self._take, self.start)
        self._at_own, self._replicate, self._number = True, self._own.replicate, self._own.newest
        await self.complain([])
        await self._restart()

    def _without_changes(self) -> Draft:
        """The draft's base, for the same focal state."""
        draft = Draft.of(self.draft.base or self.start.base, self.start.folder, self.start.given)
        focal = self.scenario.focal
        return draft if draft.scenario().focal == focal else draft.having("focal", focal)

    async def write(self, text: str) -> None:
        """The text has been changed by hand, or a file was opened."""
        await self._judge(self._changed(replace(self.draft, text=str(text))))

    async def open_file(self, path: Path) -> None:
        """A file was sent: it becomes the page's, or what is wrong with it is told."""

        async def take() -> None:
            await self._changed(replace(self.draft, text=text_of(read_bytes(path, MAX_BYTES), FILE)))

        await self._judge(take())

    async def _judge(self, work: Coroutine[Any, Any, None]) -> None:
        """Say whether a text is a scenario, as `wifaq check` does."""
        try:
            await work
        except InputError as error:
            await self.send("verdict", "\n".join(str(fault) for fault in error.faults))
            return
        await self.send("verdict", self.words("{file} is good", file=FILE))

    # --- the world
    async def _replay(self, number: Any) -> None:
        self._replicate, self._plain, self._at_own = within(number, 0, 9999), None, False
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
            made = await asyncio.to_thread(self._made)
            self._number = min(max(self._number, made.first), made.last)
            await asyncio.to_thread(made.until, self._number, stale)
            if stale():
                return
            self.live = made
            self._actor = self._actor if self._actor in made.model.rows else made.scenario.focal
            await self._compare(made)
            world = (made.own, made.last, self.scenario.as_of, self.scenario.roster, self.scenario.focal)
            if self._drawn != world:
                self._facts = await asyncio.to_thread(made.facts)
                await self.send("layout", drawing.layout(made, self._facts, self.words))
                self._drawn = world
            await self._tell_levers()
        await self._show()

    def _made(self) -> Live:
        """The run to show: the notebook's, or a fresh one that is seen with the chosen actor's eyes."""
        if self._at_own and self._own is not None:
            return self._own
        return Live(self.scenario, self._replicate, (self._actor or self.scenario.focal,))

    async def _compare(self, made: Live) -> None:
        """Have the same world without the reader's changes at hand, where there can be one."""
        if set(self.draft.values()) <= {"extends", "focal"}:
            self._plain = made
        elif self._plain is None and self.draft.base:
            plain = await asyncio.to_thread(lambda: self._without_changes().scenario())
            self._plain = await asyncio.to_thread(Live, plain, self._replicate)

    async def _step(self, _: Any) -> None:
        await self._forward(self._number + 1)

    async def _go(self, number: Any) -> None:
        self._playing = False
        await self._forward(within(number, 0, self.live.last if self.live else 0))

    async def _forward(self, number: int) -> None:
        if self.live is None:
            return
        async with self._lock:
            await asyncio.to_thread(self.live.until, number)
            self._number = min(max(number, self.live.first), self.live.last)
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
        if self.live.own:
            self.live.look_at(self._actor)
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
        return {"quarter": {**lines, "when": words.quarter(live.frame(number).quarter)},
                "headline": drawing.headline(live, number, before, words)}  # fmt: skip

    def _texts(self, live: Live) -> dict[str, Any]:
        asked = live, self._facts, self._number, self._actor, self.words
        made = {"actor": cards.actor_card, "events": cards.events_card, "blocs": cards.blocs_card}
        return {"texts": {name: str(card(*asked)) for name, card in made.items()}, "address": self._address()}

    async def tell_address(self) -> None:
        """Have the page's address say what there is now."""
        await self.send("address", self._address())

    def _address(self) -> dict[str, Any]:
        """All that a link needs to restore this page, as the search part of an address; and whether that is all."""
        told = {"k": str(self._number), "actor": self._actor, "map": self._shown, "replicate": str(self._replicate)}
        more = {} if self._at_own else {"own": to_address(self.draft.text)}
        whole = urlencode({**told, **more, "pin": self.pins}, doseq=True)
        fits = len(whole) <= _LONGEST
        return {"search": whole if fits else urlencode(told), "whole": fits}

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
                                   "base": self.draft.base, "notebook": self._at_own})  # fmt: skip

    def _end(self) -> None:
        self._playing, self._wish = False, self._wish + 1
        for task in self._tasks:
            task.cancel()
