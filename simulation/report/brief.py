"""One page of PDF for those who have a minute: each line says whether it rests on data, a fit or an assumption."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from markupsafe import Markup
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from simulation.display.words.stated import Measure
from simulation.display.words.terms import METRIC, N_, likelihood, name_of
from simulation.errors import InputError
from simulation.experiments.analysis.summary import ranks_among
from simulation.experiments.run import milestones
from simulation.report import background
from simulation.report.answer import Subject, forecast_sentences, lever_sentence, no_price
from simulation.report.choice import advice, change_sentence, failure_sentence, limits, loss_sentence
from simulation.report.decision import Advised
from simulation.report.findings import change, levers, signposts, trade_off
from simulation.report.outlook import outlook
from simulation.report.page import environment, fonts
from simulation.report.parts import Chart
from simulation.report.uncertainty import spread_sentence
from simulation.state import RECORDED, SOURCES

DATA, FITTED, ASSUMED = N_("data"), N_("fitted"), N_("assumption")
"""What a line rests on: the record, parameters fitted to it, or parameters that are assumed."""
_LEVERS = 5  # lines, so that one page holds all
_DRAWN, _FORECASTS = 7, 2  # candidates and sentences of the forecast beside advice, for the same reason
_JOINS = 2
_BARS = 6  # new partners drawn
_WIDE, _NARROW = 165, 136  # millimetres of a picture; that of candidates is taller


@dataclass(frozen=True)
class Line:
    """A sentence and what it rests on."""

    text: Markup
    basis: str


@dataclass(frozen=True)
class Block:
    """Lines under a heading."""

    title: str
    lines: Sequence[Line]


def render(subject: Subject) -> bytes:
    """The page as PDF; opportunities and advice take the place of levers and signposts.

    Returns
    -------
    bytes
        A PDF of one page.

    Raises
    ------
    InputError
        If the lines do not fit one page.
    """
    inside_only = URLFetcher(allowed_protocols={"data"})  # what is written in the page, nothing else
    document = HTML(string=page(subject), url_fetcher=inside_only).render(FontConfiguration())
    if len(document.pages) != 1:
        raise InputError("the brief does not fit one page: shorten the titles of the scenarios, or name fewer folders")
    with _no_clock():
        content: bytes = document.write_pdf(pdf_identifier=b"wifaq")
    return content


@contextmanager
def _no_clock() -> Iterator[None]:
    """Fonts carry no time of the day: without HarfBuzz's own cutting of fonts, fontTools would write one in."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = before or "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]


def page(subject: Subject) -> str:
    """The page as HTML."""
    words = subject.words
    # WeasyPrint ends a line far too early before a name of its own element to which a sign of quotation sticks
    subject = replace(subject, names_apart=words.right_to_left)
    return environment().get_template("brief.html.j2").render(
        words=words,
        subject=subject,
        info=subject.main.info,
        warnings=background.warnings(subject),
        blocks=blocks(subject),
        picture=_picture(subject),
        fonts=fonts(words),
    )  # fmt: skip


def blocks(subject: Subject) -> list[Block]:
    """Answer, likelihoods, levers, price, signposts; where it was asked, what to do. None is without lines."""
    words, answer = subject.words, forecast_sentences(subject)
    if subject.advised is not None:
        return [block for block in _advising(subject.advised, answer[:_FORECASTS]) if block.lines]
    result = [
        Block(words("The answer"), [Line(text, ASSUMED) for text in answer]),
        Block(words("How likely"), list(_likelihoods(subject))),
        Block(words("What moves it, the strongest first"), list(_levers(subject))),
        Block(words("The price in autonomy"), list(_price(subject))),
        Block(words("Three signposts that would change the judgement"), list(_signposts(subject))),
    ]
    return [block for block in result if block.lines]


def _advising(told: Advised, forecast: Sequence[Markup]) -> list[Block]:
    """What to do, what is at stake, what is forecast, what the advice does not know: all rests on assumptions."""
    words = told.words
    stake = [text for text in (loss_sentence(told), failure_sentence(told), change_sentence(told)) if text]
    lines = {
        words("What to do"): advice(told),
        words("What is at stake, and what would change the advice"): stake,
        words("The forecast"): forecast,
        words("What this advice does not know"): limits(told)[::2],
    }
    return [Block(title, [Line(text, ASSUMED) for text in texts]) for title, texts in lines.items()]


def _picture(subject: Subject) -> Markup | None:
    """The ranked opportunities where they were asked for, else the fan with the likeliest new partners."""
    if subject.advised is None:
        chart = outlook(subject, _BARS)
        return None if chart is None else _image(chart, _WIDE)
    if "opportunities" not in (pictures := subject.advised.pictures).drawable():
        return None
    axes = pictures.opportunities(most=_DRAWN)
    alternative = subject.words("Dots and lines: what each of the best ranked candidates adds, with its interval.")
    return _image(Chart(axes, "opportunities", alternative, subject.words), _NARROW)


def _image(chart: Chart, width: int) -> Markup:
    """A picture as an image of its own, whose style is no part of the page's."""
    content = base64.b64encode(chart.svg.encode("utf-8")).decode("ascii")
    image = Markup('<img alt="{}" style="width: {}mm" src="data:image/svg+xml;base64,{}">')
    return image.format(chart.alternative, width, content)


def _likelihoods(subject: Subject) -> Iterator[Line]:
    words, tell, main = subject.words, subject.teller.tell, subject.main
    recorded, drawn = (change(main, f"partners_held_{source}") for source in SOURCES[RECORDED:])
    if recorded is not None and drawn is not None:
        of, by = (subject.told(part.start, Measure.COUNT) for part in (recorded, drawn))
        focal = subject.teller.name(subject.focal_within)
        text = subject.teller.plural("At the start {focal} has {count} recorded partner.",
                                     "At the start {focal} has {count} recorded partners.",
                                     int(recorded.start), focal=focal, count=of)  # fmt: skip
        yield Line(text, DATA)
        text = tell("Beside them {count} are drawn on average, for deals that the record is likely to lack.", count=by)
        yield Line(text, FITTED)
    if (standing := main.standing()) is not None:
        peers = list(standing.peers["peer"])
        ranks = ranks_among(main.series(), main.focal, peers, main.horizon)
        first = float((ranks == 1).mean()) if ranks is not None else 0.0
        yield Line(
            subject.teller.plural(
                "It is {likely} ({share}) that it keeps more commitments than its {count} peer.",
                "It is {likely} ({share}) that it keeps more commitments than each of its {count} peers.",
                len(peers),
                likely=words(likelihood(first)),
                share=subject.chance(first),
                count=words.number(len(peers)),
            ),
            ASSUMED,
        )
    yield from _joins(subject)
    if (made_of := spread_sentence(subject)) is not None:
        yield Line(made_of, ASSUMED)


def _joins(subject: Subject) -> Iterator[Line]:
    table = subject.main.instruments()
    own = table.loc[(table["actor"] == subject.main.focal) & table["eligible"] & table["open"]]
    likely = own.loc[~own["joined_before"]].sort_values(["probability", "instrument"], ascending=[False, True])
    for row in likely.head(_JOINS).to_dict("records"):
        yield Line(
            subject.teller.tell(
                "It is {likely} ({share}) that by then it has joined “{instrument}”.",
                likely=subject.words(likelihood(row["probability"])),
                share=subject.chance(row["probability"]),
                instrument=subject.teller.name(subject.words.known(row["title"])),
            ),
            FITTED,
        )


def _levers(subject: Subject) -> Iterator[Line]:
    for row in levers(subject.results).head(_LEVERS).to_dict("records"):
        yield Line(lever_sentence(subject, row), ASSUMED)


def _price(subject: Subject) -> Iterator[Line]:
    halves = trade_off(subject.main)
    result = change(subject.main, "autonomy")
    if result is None or halves is None:
        return
    yield Line(
        subject.teller.tell(
            "Autonomy ends at {end} ({band} in nine replicates of ten): at {upper} in the half of the replicates with "
            "more kept commitments, at {lower} in the other half.",
            end=subject.told(result.end, Measure.INDEX),
            band=subject.band(result, Measure.INDEX),
            upper=subject.told(halves["upper"], Measure.INDEX),
            lower=subject.told(halves["lower"], Measure.INDEX),
        )
        + no_price(subject, halves),
        ASSUMED,
    )


def _signposts(subject: Subject) -> Iterator[Line]:
    main = subject.main
    early = milestones(main.series())[0]
    if early == main.horizon:
        return
    for row in signposts(main, early).to_dict("records"):
        ends = (row["above"], row["below"])
        above, below = (subject.told(end, Measure.AMOUNT, beside=ends) for end in ends)
        weak = abs(row["difference"]) < 2 * row["standard_error"]
        text = subject.teller.tell(
            "If the count of {metric} reaches {threshold} in {quarter}, kept commitments end at {above}; if not, at "
            "{below}.",
            metric=subject.teller.name(name_of(METRIC, row["metric"], subject.words)),
            quarter=subject.words.quarter_within(early),
            threshold=subject.told(row["threshold"], Measure.COUNT),
            above=above,
            below=below,
        )
        if weak:
            text += Markup(" ") + subject.teller.tell("(A weak sign: the difference is within twice its error.)")
        yield Line(text, ASSUMED)
