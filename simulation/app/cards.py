"""Texts beside the pictures, as HTML: the chosen actor, what happened to it and why, what blocs decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from shiny import ui

from simulation.app.live import Frame, Live
from simulation.arithmetic import ordered_sum
from simulation.display.words.events import LUCK, NAME, SUM, names_of, told
from simulation.display.words.language import Words
from simulation.display.words.terms import DEPTH, KIND, N_, TRACK, name_of
from simulation.experiments.engine.labels import Facts
from simulation.state import DIMENSIONS, KINDS, MAX_DEPTH, STATE, TRACKS

_MOST_PARTNERS = 12
_MOST_BLOCS = 9
_MOST_TERMS = 4
_LEAST_TERM = 0.005
_DIMENSION: Mapping[str, str] = {
    "rights": N_("rights"),
    "control": N_("control"),
    "market": N_("market"),
    "sovereignty": N_("sovereignty"),
}


def actor_card(live: Live, _: Facts, number: int, actor: str, words: Words) -> ui.Tag:
    """Who an actor is, what it wants, has and trusts, and its partners in a quarter."""
    frame, row, state = live.frame(number), live.model.index(actor), live.model.state
    name = words.actor(actor, live.model.names[row])
    what, focal = name_of(KIND, KINDS[state.kind[row]], words), words("focal state")
    numbers = [(words("Budget a quarter"), words.number(frame.budget[row], 2)),
               (words("Left to spend"), words.number(frame.purse[row], 2))]  # fmt: skip
    if state.kind[row] == STATE:
        numbers += [(words("Governance capacity"), words.number(frame.capacity[row], 2)),
                    (words("Felt urgency"), words.number(frame.urgency[row], 2))]  # fmt: skip
    return ui.div(
        ui.h2(name, class_="actor-name"),
        ui.p(f"{what} · {focal}" if actor == live.scenario.focal else what, class_="quiet"),
        ui.tags.dl(*(ui.div(ui.tags.dt(what), ui.tags.dd(value)) for what, value in numbers), class_="numbers"),
        _pokes(live, row, words),
        ui.h3(words("Interests")),
        *(_bar(words(_DIMENSION[what]), float(value), words) for what, value in
          zip(DIMENSIONS, frame.position[row], strict=True)),
        _partners(live, frame, row, words),
        _trusts(live, frame, row, words),
    )  # fmt: skip


def _pokes(live: Live, row: int, words: Words) -> ui.Tag | None:
    """Sliders of an actor's own: its trust in the focal state at the start, and how much of its budget is left."""
    actor, focal = live.model.state.ids[row], live.scenario.focal
    if actor == focal or live.own:  # sliders begin the world again, and nobody can begin an own model again
        return None
    name = words.within(focal, words.actor(focal, live.model.names[live.model.index(focal)]))
    cuts = [shock.size for shock in live.given.shocks if shock.kind == "budget_cut" and shock.actors == (actor,)]
    trust = float(live.frames[0].trust[row, live.model.index(focal)])
    rows = (("trust", words("Initial trust in {focal}", focal=name), trust),
            ("budget", words("Share of its budget that is left"), cuts[-1] if cuts else 1.0))  # fmt: skip
    return ui.div(*(
        ui.tags.label(ui.span(label), ui.tags.output(words.number(value, 2), class_="number"),
                      ui.tags.input(type="range", min="0", max="1", step="0.02", value=f"{value:.2f}",
                                    **{"data-poke": what, "data-whose": actor}), class_="lever")
        for what, label, value in rows
    ), class_="pokes")  # fmt: skip


def _bar(label: str, value: float, words: Words) -> ui.Tag:
    return ui.div(
        ui.span(label), ui.div(ui.div(style=f"inline-size: {100 * value:.1f}%"), class_="track"),
        ui.span(words.number(value, 2), class_="number"), class_="bar",
    )  # fmt: skip


def _partners(live: Live, frame: Frame, row: int, words: Words) -> ui.Tag:
    found = frame.partners(row)
    order = sorted(found, key=lambda other: (-found[other][0], live.model.state.ids[other]))
    rows = [
        ui.tags.tr(
            ui.tags.td(_button(live, other, words)), ui.tags.td(_rungs(found[other][0], words)),
            ui.tags.td(name_of(TRACK, TRACKS[found[other][1]], words) if found[other][1] >= 0 else ""),
            ui.tags.td(words.number(frame.trust[row, other], 2), class_="number"),
        )
        for other in order[:_MOST_PARTNERS]
    ]  # fmt: skip
    heads = (words("Partner"), words("Depth"), words("Track"), words("Trust"))
    more = len(order) - len(rows)
    return ui.div(
        ui.h3(words.plural("{count} partner", "{count} partners", len(order))),
        ui.tags.table(ui.tags.thead(ui.tags.tr(*(ui.tags.th(head, scope="col") for head in heads))),
                      ui.tags.tbody(*rows)) if rows else None,
        ui.p(words.plural("and one more", "and {count} more", more), class_="quiet") if more > 0 else None,
    )  # fmt: skip


def _rungs(depth: int, words: Words) -> ui.Tag | str:
    """Depth as dots, with its name for who cannot see them or rests on them."""
    if not depth:
        return "–"
    name = words(DEPTH[depth])
    dots = [ui.tags.i(class_="" if rung < depth else "faint") for rung in range(MAX_DEPTH)]
    return ui.span(*dots, class_="rungs", role="img",
                   title=name, **{"aria-label": name})  # fmt: skip


def _button(live: Live, row: int, words: Words) -> ui.Tag:
    actor = live.model.state.ids[row]
    return ui.tags.button(words.actor(actor, live.model.names[row]), type="button", class_="link",
                          **{"data-actor": actor})  # fmt: skip


def _trusts(live: Live, frame: Frame, row: int, words: Words) -> ui.Tag:
    """Whom it trusts most and least among states."""
    trust = frame.trust[row, : live.model.state.s].copy()
    trust[row : row + 1] = np.nan
    order = [int(k) for k in np.argsort(-trust, kind="stable") if np.isfinite(trust[k])]
    lines = ((words("Trusts most"), order[:3]), (words("Trusts least"), order[-3:][::-1]))
    return ui.div(*(ui.p(ui.tags.b(head), " ", *_named(live, rows, trust, words)) for head, rows in lines))


def _named(live: Live, rows: list[int], trust: Any, words: Words) -> Iterator[Any]:
    for place, row in enumerate(rows):
        yield _button(live, row, words)
        yield f" {words.number(trust[row], 2)}" + (" · " if place < len(rows) - 1 else "")


def events_card(live: Live, _: Facts, number: int, actor: str, words: Words) -> ui.Tag:
    """What happened to an actor in a quarter, as sentences, each with the terms that decided it."""
    frame = live.frame(number)
    name = words.actor(actor, live.model.names[live.model.index(actor)])
    head = ui.h3(words("{actor} in {quarter}", actor=name, quarter=words.quarter(frame.quarter)))
    if number == 0:
        return ui.div(head, ui.p(words("The world as recorded, before the run begins. Press Step."), class_="quiet"))
    found = live.events(actor, number)
    if found is None:
        why = words("Kept from the next quarter on.") if live.own else words("Looking why …")
        return ui.div(head, ui.p(why, class_="quiet"))
    if found["events"].empty:
        return ui.div(head, ui.p(words("Nothing happened to its deals, blocs and instruments."), class_="quiet"))
    names = {actor: name} | names_of(found["events"], found["terms"], words)
    terms: dict[int, list[Mapping[Any, Any]]] = {}
    for row in found["terms"].to_dict("records"):
        terms.setdefault(row["event"], []).append(row)
    items = []
    for event in found["events"].to_dict("records"):
        what, why = told(event, actor, names, words)
        items.append(ui.tags.details(
            ui.tags.summary(ui.span(what, class_=f"event {event['kind']}")), ui.p(why),
            *_sides(terms.get(event["event"], []), names, words),
        ))  # fmt: skip
    return ui.div(head, *items, ui.p(words(LUCK), class_="quiet"))


def _sides(rows: list[Mapping[Any, Any]], names: Mapping[str, str], words: Words) -> Iterator[ui.Tag]:
    """What each side weighed up: the sum, then its greatest terms."""
    sides: dict[tuple[str, str, str], dict[str, float]] = {}
    for row in rows:
        if row["part"] == "term":
            sides.setdefault((row["actor"], row["other"], row["sum"]), {})[row["name"]] = row["value"]
    for (actor, _, what), terms in sides.items():
        greatest = sorted(terms.items(), key=lambda term: -abs(term[1]))[:_MOST_TERMS]
        shown = [f"{words(NAME[what][name])} {words.signed(value, 2)}" for name, value in greatest
                 if abs(value) >= _LEAST_TERM]  # fmt: skip
        total = words.number(ordered_sum(terms.values()), 2)
        yield ui.p(ui.tags.b(names.get(actor, actor)), f" · {words(SUM[what])}: {total} · ", " · ".join(shown),
                   class_="terms")  # fmt: skip


def blocs_card(live: Live, facts: Facts, number: int, actor: str, words: Words) -> ui.Tag:
    """Agendas of blocs: what was tabled and passed so far, those of the chosen actor first."""
    frame, state, row = live.frame(number), live.model.state, live.model.index(actor)
    names = dict(zip(facts.blocs["id"], facts.blocs["name"], strict=True))
    order = np.lexsort((np.arange(len(state.bloc_ids)), -frame.tabled, ~state.member[:, row]))
    rows = []
    for k in order[:_MOST_BLOCS].tolist():
        whole = state.bloc_ids[k].partition("/")[0]
        own = "own" if state.member[k, row] else ""
        rows.append(ui.tags.tr(
            ui.tags.td(words.known(names.get(whole, whole))), ui.tags.td(words.number(frame.tabled[k])),
            ui.tags.td(words.number(frame.passed[k])),
            ui.tags.td(_rungs(int(frame.bloc_depth[k]), words)), class_=own,
        ))  # fmt: skip
    heads = (words("Bloc"), words("Tabled"), words("Passed"), words("Depth"))
    return ui.div(
        ui.h3(words("Agendas of blocs")),
        ui.tags.table(ui.tags.thead(ui.tags.tr(*(ui.tags.th(head, scope="col") for head in heads))),
                      ui.tags.tbody(*rows)),
        ui.p(words("Since the start of the run. Marked: blocs of {actor}.",
                   actor=words.within(actor, words.actor(actor, live.model.names[row]))), class_="quiet"),
    )  # fmt: skip
