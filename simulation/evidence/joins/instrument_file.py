"""Files that describe instruments: reading and checking them (``wifaq instruments FILE``).

A file is a list of entries, or a mapping with that list under the one key ``instruments``. Faults are
told together, each with its place.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from functools import lru_cache

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from simulation.data.actor_advice import unknown_actor
from simulation.data.dates import EARLIEST
from simulation.data.tables import table
from simulation.data.world import World, load_world
from simulation.errors import Fault, InputError, repeated, suggest
from simulation.intensity.joining.texts import SignupText, Vote
from simulation.scenario.fields import FirstDay, LastDay, Names
from simulation.scenario.layers import with_ids
from simulation.scenario.load import fault_at, in_file_order
from simulation.scenario.messages import Path, sentence
from simulation.scenario.schema import InstrumentSpec, Votes
from simulation.scenario.source import Node, plain, read_any
from simulation.scenario.text_lists import wrong_lists
from simulation.state import Door


@lru_cache(maxsize=64)
def world_on(day: date) -> World:
    """The world of a day, kept: a register asks for the same day again and again."""
    return load_world(day)


class Entry(InstrumentSpec):
    """One instrument of a file: that of a scenario, but the opening day must be said."""

    opens: FirstDay
    """First day on which it can be joined."""
    closes: LastDay | None = None
    """Last day on which it can be joined; by default never."""
    track: Door = "multilateral"
    joined: Names | None = None  # type: ignore[assignment]
    """Who has joined by the as-of date; left out: not known."""


def read_instruments(path: str | os.PathLike[str], as_of: date, by: date | None = None) -> list[SignupText]:
    """The texts of a file, checked against the world of a day; with ``by`` each must open by that day.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    name = os.fspath(path)
    faults: list[Fault] = []
    root = read_any(name, faults, ships=False, form="a list of at least one instrument, `- {id: , opens: }`")
    if root is None:
        raise InputError(in_file_order(faults, name))
    root = with_ids(root)
    if not isinstance(root.value, dict):
        root = Node({"instruments": root}, root.mark)
    for key, node in root.value.items():
        if key != "instruments":
            faults.append(node.mark.fault(key, "is no key of an instrument file; allowed: instruments"))
    rows = root.value.get("instruments")
    if rows is None or not isinstance(rows.value, tuple) or not rows.value:
        mark = root.mark if rows is None else rows.mark
        faults.append(mark.fault("instruments", "must be a list of at least one instrument"))
        raise InputError(in_file_order(faults, name))
    world, entries = world_on(as_of), []
    seen: dict[str, int] = {}
    for place, node in enumerate(rows.value):
        path_of: Path = ("instruments", place)
        entry = _entry(root, node, path_of, world, faults)
        if entry is None:
            continue
        if entry.id in seen:
            faults.append(fault_at(root, (*path_of, "id"), f"{entry.id!r} is used twice; choose another id"))
        seen[entry.id] = place
        faults += [fault_at(root, (*path_of, *where), text) for where, text in _wrong(entry, world)]
        if by and entry.opens > by:
            text = f"{entry.opens} is after the day of the forecast, {by}: nobody can have joined by then"
            faults.append(fault_at(root, (*path_of, "opens"), text))
        entries.append(entry)
    if faults:
        raise InputError(in_file_order(faults, name))
    return [_text(entry, world) for entry in entries]


def _entry(root: Node, node: Node, path: Path, world: World, faults: list[Fault]) -> Entry | None:
    try:
        return Entry.model_validate(plain(node))
    except ValidationError as error:
        for item in error.errors(include_url=False):
            faults.append(fault_at(root, (*path, *item["loc"]), _said(item)))
        wrong = {item["loc"][0] for item in error.errors(include_url=False) if item["loc"]}
    # what is left is looked at too, with a day that is never shown
    data = plain(node)
    if not isinstance(data, dict):
        return None
    kept = {"id": "?", "opens": f"{EARLIEST}-01-01"} | {key: value for key, value in data.items() if key not in wrong}
    try:
        rest = Entry.model_validate(kept)
    except ValidationError:
        return None
    faults += [fault_at(root, (*path, *where), text) for where, text in _wrong(rest, world)]
    return None


def _said(item: ErrorDetails) -> str:
    """A fault of an entry in words; those of a missing or unknown key name the keys of an entry."""
    if item["type"] == "missing":
        return "is missing; an instrument needs id and opens"
    if item["type"] == "extra_forbidden":
        word, known = str(item["loc"][-1]), tuple((Entry if len(item["loc"]) == 1 else Votes).model_fields)
        return f"unknown key; {suggest(word, known, limit=len(known))}"
    return sentence(item)


def _wrong(entry: Entry, world: World) -> Iterator[tuple[Path, str]]:
    """What names nobody in the world of the day, and days in the wrong order."""
    states = [name for name, kind in zip(world.ids, world.kind, strict=True) if kind == 0]
    blocs = [bloc.id for bloc in world.blocs]
    organisations = [row["id"] for row in table("nonstate")]
    for key in ("sponsors", "eligible", "joined"):
        names = getattr(entry, key)
        yield from (((key, place), text) for place, text in repeated(names if isinstance(names, tuple) else ()))
    for place, name in enumerate(entry.sponsors):
        if name not in world.ids and name not in blocs and name not in organisations:
            known = [*states, *blocs, *organisations]
            yield ("sponsors", place), unknown_actor(name, known, "state, organisation or bloc")
    if isinstance(entry.eligible, dict):
        for place, name in enumerate(entry.eligible["blocs"]):
            if name not in blocs:
                advice = suggest(name, blocs) or "see `wifaq list blocs`"
                yield ("eligible", "blocs", place), f"{name!r} is no bloc; {advice}"
    elif not isinstance(entry.eligible, str):
        for place, name in enumerate(entry.eligible):
            if name not in states:
                yield ("eligible", place), unknown_actor(name, states, "state")
    allowed = _eligible(entry, world)
    if entry.eligible in ((), {"blocs": ()}):
        yield ("eligible",), "names nobody; write all, a list of states or of blocs"
    for place, name in enumerate(entry.joined or ()):
        if name not in states:
            yield ("joined", place), unknown_actor(name, states, "state")
        elif name not in allowed:
            yield ("joined", place), f"{name!r} is not among the eligible; add it there"
    yield from wrong_lists(entry, states, allowed)
    if entry.closes and entry.closes < entry.opens:
        yield ("closes",), f"{entry.closes} is before it opens, {entry.opens}"


def _eligible(entry: Entry, world: World) -> tuple[str, ...]:
    if isinstance(entry.eligible, dict):
        inside = {i for bloc in world.blocs if bloc.id in entry.eligible["blocs"] for i in bloc.members}
        return tuple(world.ids[i] for i in sorted(inside))
    if isinstance(entry.eligible, str):
        return tuple(name for name, member in zip(world.ids, world.un_member, strict=True) if member)
    return tuple(name for name in world.ids if name in set(entry.eligible))


def _text(entry: Entry, world: World) -> SignupText:
    said = {part.name: getattr(entry, part.name) for part in fields(SignupText)}
    vote = Vote(entry.vote.yes, entry.vote.no, entry.vote.abstain)
    return SignupText(**said | {"eligible": _eligible(entry, world), "vote": vote})
