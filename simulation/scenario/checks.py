"""Cross-checks of a scenario: its parts against each other and against the world of its as-of date.

Every check yields ``(path, message)``, so that all faults are told together and each at its place.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property, lru_cache
from numbers import Integral

from simulation.data.history import shipped_deals
from simulation.data.judged_pairs import judged_pairs, states_and_union
from simulation.data.kinds import Records
from simulation.data.roster import UNION
from simulation.data.user_records import read_deals, read_joins
from simulation.data.world import World, load_world
from simulation.errors import Fault, InputError, repeated
from simulation.scenario.fields import Eligible, advice
from simulation.scenario.names import ActorNames
from simulation.scenario.quarter import Quarter
from simulation.scenario.schema import (
    QUARTERS_MAX,
    SEED_MAX,
    SHOCKS,
    BlocOverride,
    Deal,
    InstrumentSpec,
    Scenario,
)
from simulation.scenario.strategy import Levers, Strategy, Target
from simulation.scenario.text_lists import wrong_lists
from simulation.state import CAMPS, KINDS, STATE

EARLIEST = date(2010, 1, 1)
"""First day of which the shipped tables give a world worth the name."""
RECORD_END = date(2024, 12, 31)
"""Last day of the shipped record of deals, joins and instruments."""
LATEST = date(2100, 12, 31)

Path = tuple[str | int, ...]
Found = Iterator[tuple[Path, str]]


_NO_RECORDS = Records()


@lru_cache(maxsize=8)
def _world(as_of: date, roster: str, records: Records) -> World:
    """Worlds are read-only, so the replicates of a process share one."""
    return load_world(as_of, roster, records)


def load_records(scenario: Scenario) -> Records:
    """The user's own facts that a scenario names.

    Raises
    ------
    InputError
        With every fault of the tables.
    """
    own = scenario.records
    deals, faults = read_deals(own.deals) if own.deals is not None else ([], [])
    joins, more = read_joins(own.joins) if own.joins is not None else ([], [])
    if faults or more:
        raise InputError([*faults, *more])
    return Records(tuple(deals), tuple(joins), own.strike)


def whole(name: str, number: object) -> int:
    """An argument that is a whole number from 0, as an integer of Python.

    Raises
    ------
    InputError
        For anything else; 1.5 would be 1 in silence.
    """
    if isinstance(number, bool) or not isinstance(number, Integral) or not 0 <= int(number) <= SEED_MAX:
        raise InputError(Fault(name, f"must be a whole number from 0, not {number!r}"))
    return int(number)


def world_of(scenario: Scenario) -> World:
    """The world of a scenario: its as-of date, its roster, its records (planned parts not added)."""
    return _world(scenario.as_of, scenario.roster, load_records(scenario))


def check_against_world(scenario: Scenario, broken: frozenset[str]) -> Found:
    """Everything that the schema alone cannot see.

    Parameters
    ----------
    scenario
        As far as the schema accepts it.
    broken
        Top-level keys that hold a fault already; what depends on them is not checked.
    """
    result = list(_dates(scenario, broken))
    yield from result
    if broken & {"as_of", "roster"} or any(path[0] == "as_of" for path, _ in result):
        return
    checker = _Checker(scenario, broken, _world(scenario.as_of, scenario.roster, _NO_RECORDS))  # as world_of keeps it
    yield from checker.all()


def _dates(scenario: Scenario, broken: frozenset[str]) -> Found:
    if "as_of" not in broken:
        own = scenario.records.deals is not None or scenario.records.joins is not None or "records" in broken
        if not EARLIEST <= scenario.as_of <= LATEST:
            yield ("as_of",), f"{scenario.as_of} is outside {EARLIEST} to {LATEST}"
        elif scenario.as_of > RECORD_END and not own:
            yield (
                ("as_of",),
                f"{scenario.as_of} is later than the shipped record, which ends on {RECORD_END}; "
                "give later deals and joins under `records`, or an earlier day",
            )
    if not broken & {"as_of", "horizon"}:
        if scenario.quarters < 1:
            yield ("horizon",), f"{scenario.horizon} is before the first quarter of the run, {scenario.start}"
        elif scenario.quarters > QUARTERS_MAX:
            yield (
                ("horizon",),
                f"{scenario.horizon} is more than {QUARTERS_MAX} quarters after {scenario.start}",
            )


class _Checker:
    """The checks that need the world, section by section."""

    def __init__(self, scenario: Scenario, broken: frozenset[str], world: World):
        self.scenario = scenario
        self.broken = broken
        self.world = world
        self.names = ActorNames(world)

    @cached_property
    def blocs(self) -> list[str]:
        return [bloc.id for bloc in self.world.blocs]

    @cached_property
    def members_of_union(self) -> set[str]:
        return {self.world.ids[i] for bloc in self.world.blocs if bloc.id == UNION for i in bloc.members}

    def kind_of(self, name: str) -> str:
        return KINDS[self.world.kind[self.world.ids.index(name)]]

    @cached_property
    def state_ids(self) -> list[str]:
        return [name for name, kind in zip(self.world.ids, self.world.kind, strict=True) if kind == STATE]

    def all(self) -> Found:
        yield from self.focal()
        yield from self.fragmentation()
        for name, bloc in self.scenario.blocs.items():
            yield from self.bloc(("blocs", name), name, bloc)
        yield from self.deals()
        yield from self.instruments()
        yield from self.shocks()
        yield from self.trust()
        yield from self.relations()
        for name in self.scenario.strategic_weight:
            yield from self.actors(("strategic_weight",), [name], kind="state", keyed=True)
        yield from self.strategy()
        yield from self.records()
        if not isinstance(self.scenario.record.metrics, str):
            yield from self.repeated(("record", "metrics"), self.scenario.record.metrics)
        if not isinstance(self.scenario.record.actors, str):
            yield from self.actors(("record", "actors"), self.scenario.record.actors)

    # --- pieces

    def actors(self, path: Path, ids: Sequence[str], *, kind: str = "", keyed: bool = False) -> Found:
        """Unknown, wrong-kind and repeated ids of a list (or of the keys of a mapping)."""
        for place, name in enumerate(ids):
            spot: Path = (*path, name) if keyed else (*path, place)
            problem = self.names.problem(name, kind)
            if problem:
                yield spot, problem
            elif name in ids[:place]:
                yield spot, f"{name!r} is named twice"

    def repeated(self, path: Path, words: Sequence[str]) -> Found:
        yield from (((*path, place), message) for place, message in repeated(words))

    def in_run(self, path: Path, quarter: Quarter, why: str = "") -> Found:
        """A quarter must lie in the run."""
        if self.broken & {"as_of", "horizon"}:
            return
        if quarter < self.scenario.start:
            yield path, f"{quarter} is before the first quarter of the run, {self.scenario.start}{why}"
        elif quarter > self.scenario.horizon:
            yield path, f"{quarter} is after the horizon, {self.scenario.horizon}"

    def known_blocs(self, path: Path, ids: Sequence[str]) -> Found:
        for place, name in enumerate(ids):
            if name not in self.blocs:
                yield (*path, place), self.unknown_bloc(name)
        yield from self.repeated(path, ids)

    def unknown_bloc(self, name: str) -> str:
        full = [bloc.id for bloc in self.world.blocs if bloc.name.casefold().startswith(name.casefold())]
        hint = f"did you mean {full[0]!r}?" if full and len(name) > 3 else advice_or_list(name, self.blocs, "blocs")
        return f"{name!r} is no bloc of this world; {hint}"

    # --- sections

    def focal(self) -> Found:
        scenario = self.scenario
        if "focal" not in self.broken:
            problem = self.names.problem(scenario.focal, "member")
            if problem:
                yield ("focal",), problem
        peers = scenario.peers or ()
        if scenario.peers == ():
            yield ("peers",), "names nobody; name states, or leave it out for the five nearest in size and region"
        yield from self.actors(("peers",), peers, kind="member")
        for place, name in enumerate(peers):
            if name == scenario.focal:
                yield ("peers", place), f"{name!r} is the focal state itself; name other states"

    def fragmentation(self) -> Found:
        lines = self.scenario.fragmentation.lines
        if isinstance(lines, str):
            return
        seen: list[str] = []
        for row, cell in enumerate(lines):
            path: Path = ("fragmentation", "lines", row)
            if not cell:
                yield path, "names nobody; write at least one actor, or take the cell out"
            yield from self.actors(path, cell, kind="state")
            for place, name in enumerate(cell):
                if name in seen:
                    yield (*path, place), f"{name!r} is in two cells; keep one"
            seen += cell
        if len(lines) == 1 and self.scenario.fragmentation.outsiders == "free":
            yield ("fragmentation", "lines"), "one cell has no line; name another, or set outsiders: own_cell"

    def bloc(self, path: Path, name: str, bloc: BlocOverride) -> Found:
        if name not in self.blocs:
            yield path, self.unknown_bloc(name)
            return
        yield from self.actors((*path, "members"), bloc.members or (), kind="state")
        rule = bloc.rule or self.world.blocs[self.blocs.index(name)].rule
        if bloc.threshold is not None and rule != "qualified_majority":
            yield (
                (*path, "threshold"),
                f"has no meaning under the rule {rule}; add `rule: qualified_majority` or take it out",
            )

    def deals(self) -> Found:
        seen: dict[tuple[tuple[str, ...], Quarter], int] = {}
        for row, deal in enumerate(self.scenario.deals):
            path: Path = ("deals", row)
            yield from self.parties((*path, "parties"), deal)
            yield from self.in_run(
                (*path, "start"), deal.start, "; a deal already made goes into a table under `records: deals`"
            )
            if deal.end is not None and deal.end < deal.start:
                yield (*path, "end"), f"{deal.end} is before the start, {deal.start}"
            key = (tuple(sorted(deal.parties)), deal.start)
            if key in seen:
                yield path, f"repeats deal {seen[key]}: same parties, same start"
            seen.setdefault(key, row)

    def parties(self, path: Path, deal: Deal) -> Found:
        for place, name in enumerate(deal.parties):
            problem = self.names.problem(name)
            if problem:
                yield (*path, place), problem
            elif name in deal.parties[:place]:
                yield (*path, place), f"{name!r} has a deal with itself; name different parties"
        yield from self.union_with_member(path, deal.parties)

    def union_with_member(self, path: Path, ids: Sequence[str]) -> Found:
        inside = sorted(self.members_of_union.intersection(ids))
        if UNION in ids and inside:
            yield path, f"the EU makes no deals with its own member {inside[0]!r}; name one of the two"

    def instruments(self) -> Found:
        shipped = [instrument.id for instrument in self.world.instruments]
        own = [instrument.id for instrument in self.scenario.instruments]
        for row, spec in enumerate(self.scenario.instruments):
            path: Path = ("instruments", row)
            if spec.id in shipped or spec.id in own[:row]:
                where = "already in the shipped world" if spec.id in shipped else "used twice"
                yield (*path, "id"), f"{spec.id!r} is {where}; choose another id"
            yield from self.actors((*path, "sponsors"), spec.sponsors)
            yield from self.eligible(path, spec)
            yield from self.days(path, spec)

    def eligible(self, path: Path, spec: InstrumentSpec) -> Found:
        result: list[tuple[Path, str]] = []
        if isinstance(spec.eligible, dict):
            result += self.known_blocs((*path, "eligible", "blocs"), spec.eligible["blocs"])
        elif not isinstance(spec.eligible, str):
            result += self.actors((*path, "eligible"), spec.eligible, kind="state")
        result += self.actors((*path, "joined"), spec.joined, kind="state")
        yield from result
        if not result:
            allowed = {self.world.ids[index] for index in eligible_actors(spec.eligible, self.world)}
            for place, name in enumerate(spec.joined):
                if name not in allowed:
                    yield (*path, "joined", place), f"{name!r} is not among the eligible; add it there"
            for where, text in wrong_lists(spec, self.state_ids, allowed):
                yield (*path, *where), text

    def days(self, path: Path, spec: InstrumentSpec) -> Found:
        if spec.opens and spec.closes and spec.closes < spec.opens:
            yield (*path, "closes"), f"{spec.closes} is before it opens, {spec.opens}"
        elif spec.closes and spec.closes <= self.scenario.as_of and not spec.joined:
            yield (*path, "closes"), f"{spec.closes} is before the run starts, and nobody has joined"
        if spec.opens and "horizon" not in self.broken and spec.opens > self.scenario.horizon.last_day:
            yield (*path, "opens"), f"{spec.opens} is after the horizon, {self.scenario.horizon}"

    def shocks(self) -> Found:
        for row, shock in enumerate(self.scenario.shocks):
            path: Path = ("shocks", row)
            low, high, meaning = SHOCKS[shock.kind]
            if not low <= shock.size <= high:
                yield (*path, "size"), f"{shock.size:g} is outside [{low:g}, {high:g}] ({meaning})"
            yield from self.in_run((*path, "quarter"), shock.quarter)
            if not isinstance(shock.actors, str):
                yield from self.actors((*path, "actors"), shock.actors)
            if shock in self.scenario.shocks[:row]:
                first = self.scenario.shocks.index(shock)
                yield path, f"repeats shock {first} in every key; take it out, or give one of them the size of both"

    def trust(self) -> Found:
        seen: set[tuple[str, str]] = set()
        for row, item in enumerate(self.scenario.trust):
            path: Path = ("trust", row)
            a, b = item.pair
            yield from self.actors((*path, "pair"), item.pair)
            pairs = {(a, b), (b, a)} if item.symmetric else {(a, b)}
            if a != b and seen & pairs:
                yield path, f"sets the trust between {a!r} and {b!r} a second time; keep one"
            seen |= pairs

    def relations(self) -> Found:
        seen: set[frozenset[str]] = set()
        for row, item in enumerate(self.scenario.relations):
            path: Path = ("relations", row, "pair")
            faulty = list(self.actors(path, item.pair))
            yield from faulty or self.union_with_member(path, item.pair)
            if not faulty and not any(self.kind_of(name) == "state" for name in item.pair):
                yield path, "names no state; only pairs with a state in them make deals that relations can bar"
            pair = frozenset(item.pair)
            if len(pair) == 2 and pair in seen:
                yield ("relations", row), f"says a second time how {' and '.join(item.pair)} stand; keep one"
            seen.add(pair)

    def strategy(self) -> Found:
        strategy = self.scenario.strategy
        yield from self.levers(("strategy",), strategy, strategy, set(Levers.model_fields))
        for place, sign in enumerate(strategy.when):
            path: Path = ("strategy", "when", place, "then")
            yield from self.levers(path, strategy.after(sign), sign.then, sign.then.model_fields_set)

    def levers(self, path: Path, strategy: Strategy, given: Levers, keys: set[str]) -> Found:
        """What is wrong with the keys that are given, each seen together with all others of the strategy."""
        for key in ("partners", "tracks", "exclude_camps"):
            if key in keys:
                yield from self.repeated((*path, key), getattr(strategy, key))
        if keys & {"only_camp", "exclude_camps"} and strategy.only_camp in strategy.exclude_camps:
            yield (*path, "only_camp"), f"{strategy.only_camp} is also under exclude_camps; keep one"
        if "wait_for" in keys:
            yield from self.known_blocs((*path, "wait_for"), strategy.wait_for)
        if "targets" in keys:
            yield from self.targets((*path, "targets"), strategy)
        if "advocacy" in keys and not isinstance(strategy.advocacy.influencers, str):
            where = (*path, "advocacy", "influencers")
            yield from self.actors(where, strategy.advocacy.influencers, kind="influencer")
        if "split" in keys and strategy.split is not None and strategy.split.total > 1.0 + 1e-9:
            yield (*path, "split"), f"shares add up to {strategy.split.total:g} with those that stand, not to 1 at most"
        for name in given.texts if "texts" in keys else ():
            if problem := self.no_text(name):
                yield (*path, "texts", name), problem

    def no_text(self, name: str) -> str:
        """Why the focal state has no say on an instrument; an empty string if it has."""
        own = {spec.id: spec for spec in self.scenario.instruments}
        shipped = {facts.id: facts for facts in self.world.instruments}
        if "instruments" in self.broken and name not in shipped:
            return ""
        if name not in own and name not in shipped:
            return f"{name!r} is no instrument here; {advice_or_list(name, [*shipped, *own], 'instruments')}"
        if self.scenario.focal not in self.world.ids:
            return ""
        focal = self.world.ids.index(self.scenario.focal)
        if name in own:
            inside = self.scenario.focal in own[name].joined
            allowed = inside or focal in eligible_actors(own[name].eligible, self.world)
        else:
            inside = focal in [row for row, _ in shipped[name].joined]
            allowed = inside or focal in shipped[name].eligible
            if not inside and not shipped[name].open_at_as_of:
                return f"{name!r} can no longer be joined on {self.scenario.as_of}"
        if inside:
            return f"{self.scenario.focal} is in {name!r} already"
        return "" if allowed else f"{self.scenario.focal} may not join {name!r}"

    def targets(self, path: Path, strategy: Strategy) -> Found:
        """Targets must be partners that the focal state may turn to."""
        targets = strategy.targets
        for place, target in enumerate(targets):
            spot: Path = (*path, place) if target.by_name else (*path, place, "partner")
            problem = self.names.problem(target.partner) or self.no_target(target.partner, strategy)
            if problem:
                yield spot, problem
            elif any(other.partner == target.partner and overlap(other, target) for other in targets[:place]):
                yield spot, f"{target.partner!r} is named twice" + ("" if target.by_name else " for the same quarters")
            for key, quarter in (("from", target.start), ("until", target.until), ("ends", target.ends)):
                if quarter is not None:
                    yield from self.in_run((*path, place, key), quarter)
            if target.start and target.until and target.until < target.start:
                yield (*path, place, "until"), f"{target.until} is before {target.start}, from which on it is a target"
            if target.start and target.ends and target.ends < target.start:
                yield (*path, place, "ends"), f"{target.ends} is before {target.start}, from which on it is a target"

    def no_target(self, name: str, strategy: Strategy) -> str:
        """Why the focal state cannot turn to an actor; an empty string if it can."""
        scenario = self.scenario
        if name == scenario.focal:
            return f"{name!r} is the focal state itself"
        if name == UNION and scenario.focal in self.members_of_union:
            return f"the EU makes no deals with its own member {scenario.focal!r}"
        kind, camp = self.kind_of(name), int(self.world.camp[self.world.ids.index(name)])
        if kind not in strategy.partners:
            return f"{name!r} is of the kind {kind}, which `partners` leaves out"
        if camp >= 0 and (CAMPS[camp] in strategy.exclude_camps or strategy.only_camp not in (None, CAMPS[camp])):
            return f"{name!r} is of the camp {CAMPS[camp]}, which the strategy leaves out"
        lifted = [set(item.pair) == {name, scenario.focal} and item.open for item in scenario.relations]
        if kind == "state" and not any(lifted) and self.apart(name, scenario.focal):
            return f"{name!r} has no relations with {scenario.focal} on {scenario.as_of}; lift that under `relations`"
        return ""

    def apart(self, a: str, b: str) -> bool:
        """Whether two states make no deals on the as-of date: no relations, or at war."""
        places = states_and_union()
        if not {a, b} <= set(places.place):
            return False
        return bool(judged_pairs("masks", places, self.scenario.as_of)[places.place[a], places.place[b]])

    def records(self) -> Found:
        own: list[str] = []
        for key in ("deals", "joins"):
            table = getattr(self.scenario.records, key)
            if table is not None and not os.path.isfile(table):
                there = os.path.exists(table)
                yield ("records", key), f"'{table}' is not a regular file" if there else f"no such file '{table}'"
            elif key == "deals" and table is not None:
                own = [deal.id for deal in read_deals(table)[0]]
        known = [deal.id for deal in shipped_deals()] + own
        for place, name in enumerate(self.scenario.records.strike):
            if name not in known:
                spot = ("records", "strike", place)
                yield spot, f"{name!r} is no recorded deal{advice(name, known)}"
        yield from self.repeated(("records", "strike"), self.scenario.records.strike)
        yield from self.actors(("records", "complete"), self.scenario.records.complete, kind="state")


def overlap(a: Target, b: Target) -> bool:
    """Whether there is a quarter in which both are targets."""
    return not ((a.until and b.start and a.until < b.start) or (b.until and a.start and b.until < a.start))


def record_faults(scenario: Scenario) -> Iterable[Fault]:
    """Faults inside the user's own tables, as far as the tables are there."""
    for table, read in ((scenario.records.deals, read_deals), (scenario.records.joins, read_joins)):
        if table is not None and os.path.isfile(table):
            yield from read(table)[1]


def advice_or_list(word: str, known: Sequence[str], what: str) -> str:
    """Did you mean, or where the list can be seen."""
    return advice(word, known).strip(" ()") or f"see `wifaq list {what}`"


def eligible_actors(eligible: Eligible, world: World) -> tuple[int, ...]:
    """Indexes of those who may join an instrument of a scenario, in world order.

    ``all`` means the UN members; a list may name the EU too; blocs mean their recorded members.
    """
    if isinstance(eligible, dict):
        inside = {index for bloc in world.blocs if bloc.id in eligible["blocs"] for index in bloc.members}
    elif isinstance(eligible, str):
        inside = {index for index, member in enumerate(world.un_member) if member}
    else:
        inside = {world.ids.index(name) for name in eligible}
    return tuple(sorted(inside))
