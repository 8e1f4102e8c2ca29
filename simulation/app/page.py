"""The page: four rooms, every word of it from the catalogue, every asset from this machine."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from htmltools import HTMLDependency
from ruamel.yaml import YAML
from shiny import ui

from simulation.app.drawing import SHOWN
from simulation.app.levers import GROUP, levers
from simulation.data.tables import table
from simulation.display.words.language import Words
from simulation.display.words.terms import METRIC, name_of
from simulation.scenario.shipped import folder, names
from simulation.scenario.source import MAX_BYTES

STATIC = Path(__file__).with_name("static")
REPLICATES = 50
_YEAR = 2000  # stands for any, in the names of quarters that the browser is given
_ROUND = 10_000  # bytes of a message round a scenario's text
_ICON = ("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E"
         "%3Ccircle cx='4' cy='4' r='3' fill='%230b6e69'/%3E%3C/svg%3E")  # fmt: skip
_UNUSED = ("bootstrap-datepicker", "ionrangeslider", "strftime", "selectize")
"""Parts of Shiny that no field here needs; the first complains of itself on the console."""
_NEVER = "999"
"""Of two versions of a part a page loads the higher: of these one without any file."""


def page(words: Words, given: str, title: str = "") -> ui.Tag:
    """The whole page in a language.

    Parameters
    ----------
    given
        The user's own scenario that the command named, to be chosen beside the shipped ones; or nothing.
    title
        Of that scenario.
    """
    rooms = (
        ("world", words("World"), _world(words)), ("forecast", words("Forecast"), _forecast(words)),
        ("scenario", words("Your scenario"), _scenario(words)),
        ("opportunities", words("Opportunities"), _opportunities(words)),
    )  # fmt: skip
    locale = str(words.locale).replace("_", "-") + "-u-nu-latn"
    return ui.page_navbar(
        *(ui.nav_panel(title, body, value=name) for name, title, body in rooms),
        id="room", title="Wifaq", window_title="Wifaq", lang=words.language, fluid=True,
        header=ui.TagList(
            *(HTMLDependency(name, _NEVER) for name in _UNUSED),
            ui.head_content(ui.tags.link(rel="icon", href=_ICON), ui.tags.link(rel="stylesheet", href="static/app.css"),
                            ui.tags.script(src="static/app.js", defer=""),
                            ui.tags.script(src="static/forecast.js", defer=""),
                            ui.tags.meta(name="referrer", content="no-referrer")),
            ui.h1("Wifaq", class_="visually-hidden"),
            ui.div(_top(words, given, title), id="app", dir="rtl" if words.right_to_left else "ltr",
                   **{"data-words": "|".join(_drawn_words(words)), "data-locale": locale,
                      "data-quarters": "|".join(words.quarter(f"{_YEAR}Q{k}") for k in range(1, 5)),
                      "data-most": str(MAX_BYTES - _ROUND)}),
        ),
    )  # fmt: skip


def _drawn_words(words: Words) -> list[str]:
    """Words that the browser puts into pictures, in the order in which it knows them."""
    return [words("Play"), words("Pause"), words("drawn"), words("Copy this address:"), words("without your changes"),
            words("Link copied"), words("choose …"), words("Too long for a link: download the file."),
            words("That is too long for a scenario: at most 1 MB."), words("Run a forecast first.")]  # fmt: skip


def _top(words: Words, given: str, title: str) -> ui.Tag:
    """Whose world it is: scenario, focal state, replicate; and what stands in the way."""
    states = sorted(((row["iso3"], words.actor(row["iso3"], row["name"])) for row in table("states")),
                    key=lambda state: state[1])  # fmt: skip
    known = {name: words.known(text) for name, text in _titles().items()}
    bases = sorted(known.items(), key=lambda base: (base[0] != "baseline", base[1]))
    bases = [*([(given, title or Path(given).stem)] if given else []), *bases]
    return ui.div(
        _choice("base", words("Scenario"), bases),
        _choice("focal", words("Focal state"), states),
        ui.tags.label(words("Replicate"), ui.tags.input(type="number", id="replicate", min="0", max="9999", value="0")),
        ui.tags.button(words("Without changes"), type="button", id="reset"),
        ui.tags.button(words("Copy link"), type="button", id="link"),
        ui.span(id="said", class_="quiet", role="status"),
        ui.div(id="busy", role="status", **{"aria-live": "polite"}),
        ui.div(id="faults", role="alert"),
        ui.p(words("This is the model of your notebook: a step here is a step there. A slider, another scenario or "
                   "replicate shows a fresh world of its scenario, without what was written into the model; “Without "
                   "changes” comes back. Forecasts and opportunities are of the scenario."),
             id="notebook", class_="quiet", hidden=""),
        id="top",
    )  # fmt: skip


@cache
def _titles() -> dict[str, str]:
    """English titles of the shipped scenarios by name."""
    read = YAML(typ="safe")
    return {name: str(read.load(folder() / f"{name}.yaml")["title"]) for name in names()}


def _choice(name: str, label: str, options: list[tuple[str, str]]) -> ui.Tag:
    return ui.tags.label(label, ui.tags.select(*(ui.tags.option(text, value=key) for key, text in options), id=name))


def _world(words: Words) -> ui.Tag:
    return ui.div(
        ui.tags.aside(_sliders(words), class_="sliders", **{"aria-label": words("Sliders")}),
        ui.tags.section(_transport(words), _pictures(words), class_="stage"),
        ui.tags.aside(ui.div(id="actor"), class_="actor", **{"aria-label": words("The chosen actor")}),
        ui.tags.section(ui.div(id="events"), class_="events", **{"aria-label": words("What happened")}),
        ui.tags.section(ui.div(id="blocs"), class_="blocs", **{"aria-label": words("Agendas of blocs")}),
        class_="world",
    )  # fmt: skip


def _transport(words: Words) -> ui.TagList:
    return ui.TagList(
        ui.div(
            ui.tags.button("|◀", type="button", id="first", **{"aria-label": words("Back to the start")}),
            ui.tags.button("◀", type="button", id="back", **{"aria-label": words("Back a quarter")}),
            ui.tags.button(words("Play"), type="button", id="play", class_="primary"),
            ui.tags.button(words("Step"), type="button", id="step"),
            ui.tags.input(type="range", id="time", min="0", max="44", value="0", **{"aria-label": words("Quarter")}),
            ui.tags.output(id="when", **{"for": "time"}),
            class_="transport",
        ),
        ui.div(id="headline", class_="headline"),
    )  # fmt: skip


def _pictures(words: Words) -> ui.TagList:
    return ui.TagList(
        ui.div(
            ui.div(
                ui.tags.button(words("Network"), type="button", id="see-network", **{"aria-pressed": "true"}),
                ui.tags.button(words("Map"), type="button", id="see-map", **{"aria-pressed": "false"}),
                class_="toggle", role="group", **{"aria-label": words("Picture")},
            ),
            ui.tags.label(words("Find"), ui.tags.input(type="text", id="find", list="actors", autocomplete="off")),
            ui.tags.label(words("Shown on the map"), ui.tags.select(
                *(ui.tags.option(words(text), value=key) for key, text in SHOWN.items()), id="shown")),
            _saves(words, "world-picture"),
            class_="tools",
        ),
        ui.div(id="world-picture", class_="picture"),
        ui.div(id="key", class_="key"),
    )  # fmt: skip


def _saves(words: Words, picture: str) -> ui.Tag:
    """Buttons that save a picture as the browser draws it."""
    return ui.span(*(ui.tags.button(kind.upper(), type="button", class_="save", title=words("Save the picture"),
                                    **{"data-save": kind, "data-of": picture}) for kind in ("png", "svg")),
                   class_="saves")  # fmt: skip


def _sliders(words: Words) -> ui.TagList:
    groups = []
    for group, title in GROUP.items():
        rows = [
            ui.tags.label(
                ui.span(words(lever.label)), ui.tags.output(class_="number"),
                ui.tags.input(type="range", min=str(lever.low), max=str(lever.high), step=str(lever.step),
                              **{"data-key": lever.key}),
                title=words(lever.hint), class_="lever",
            )
            for lever in levers() if lever.group == group
        ]  # fmt: skip
        groups.append(ui.tags.fieldset(ui.tags.legend(words(title)), *rows))
    told = words("A change restarts the world with the same luck and comes back to this quarter. In the lines above "
                 "the pictures, grey is the same world without your changes.")  # fmt: skip
    return ui.TagList(*groups, ui.p(told, class_="quiet"))


def _forecast(words: Words) -> ui.Tag:
    metrics = [(name, name_of(METRIC, name, words)) for name in FAN_METRICS]
    return ui.div(
        ui.div(
            ui.tags.label(words("Replicates"), ui.tags.input(type="number", id="count", min="2", max="1000",
                                                            value=str(REPLICATES))),
            ui.tags.button(words("Run the forecast"), type="button", id="run", class_="primary"),
            ui.tags.button(words("Cancel"), type="button", id="cancel", disabled=""),
            ui.tags.progress(id="progress", max="1", value="0", **{"aria-label": words("Replicates done")}),
            ui.span(id="done", class_="quiet", role="status"),
            ui.tags.button(words("Pin this run"), type="button", id="pin", disabled=""),
            ui.tags.button(words("Take all pins off"), type="button", id="unpin", disabled=""),
            class_="tools",
        ),
        ui.p(id="lost", class_="lost", role="alert"),
        ui.div(_choice("metric", words("Metric"), metrics), _saves(words, "fan"), class_="tools"),
        ui.div(ui.div(id="fan", class_="picture"), ui.div(id="difference", class_="picture"), class_="fans"),
        ui.p(id="bands", class_="quiet"),
        ui.div(
            _table("partners", words("Partners at the horizon, new and held")),
            _table("instruments", words("Instruments joined by the horizon")),
            class_="two",
        ),
        ui.div(ui.download_button("forecast_csv", words("Forecast (CSV)")),
               ui.download_button("forecast_xlsx", words("All tables (XLSX)")), class_="tools"),
        class_="room",
    )  # fmt: skip


def _table(name: str, title: str) -> ui.Tag:
    """Room for a table that is filled when there is something to show."""
    return ui.tags.section(ui.h3(title), ui.div(id=name, class_="table", tabindex="0", role="region",
                                                **{"aria-label": title}))  # fmt: skip


FAN_METRICS = ("commitments_kept", "partners_new", "coverage", "dependence", "capacity", "deals",
               "instruments_joined", "partners_held", "cooperation", "autonomy", "safety")  # fmt: skip
"""What a fan can show, as far as it was recorded."""


def _scenario(words: Words) -> ui.Tag:
    told = words("What the sliders made, as a file for every command of Wifaq. Change it here too: it is checked as "
                 "`wifaq check` does.").split("`")  # fmt: skip
    return ui.div(
        ui.p(*(ui.code(part) if place % 2 else part for place, part in enumerate(told))),
        ui.tags.label(words("Your scenario, as YAML"), {"for": "yaml"}),
        ui.tags.textarea(id="yaml", rows="18", spellcheck="false", dir="ltr"),
        ui.div(
            ui.tags.button(words("Apply"), type="button", id="apply", class_="primary"),
            ui.download_button("scenario_yaml", words("Download YAML")),
            ui.input_file("upload", words("Open a file"), accept=[".yaml", ".yml"], button_label=words("Browse"),
                          placeholder=words("no file")),
            class_="tools",
        ),
        ui.tags.pre(id="verdict", role="status", dir="ltr"),
        class_="room",
    )  # fmt: skip


def _opportunities(words: Words) -> ui.Tag:
    return ui.div(
        ui.p(words("With whom next: what a deal with each candidate would bring, at what price. Ranks that are not "
                   "told apart are ties. So it is in the model: politics that it does not know may reverse it.")),
        ui.div(
            ui.tags.label(words("Pairs of replicates"), ui.tags.input(type="number", id="pairs", min="2", max="100",
                                                                     value="4")),
            ui.tags.button(words("Look for opportunities"), type="button", id="look", class_="primary"),
            ui.tags.button(words("Cancel"), type="button", id="stop", disabled=""),
            ui.tags.progress(id="looked", max="1", value="0", **{"aria-label": words("Replicates done")}),
            ui.tags.label(words("Or a result folder"), ui.tags.select(id="folder")),
            ui.span(id="told", class_="quiet", role="status"),
            class_="tools",
        ),
        _table("candidates", words("Candidates")),
        _table("portfolio", words("What each partner that is held is worth")),
        _table("strategies", words("Strategies, from a folder of wifaq advise")),
        class_="room",
    )  # fmt: skip
