"""What a report is about, and its answer in three sentences."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
from markupsafe import Markup

from simulation.display.pictures import Pictures
from simulation.display.style import GROUPINGS
from simulation.display.words.language import Words
from simulation.display.words.quantities import Quantity, mean_of, quantiles_of
from simulation.display.words.rounding import rounded
from simulation.display.words.stated import Measure, decimals
from simulation.display.words.terms import METRIC, N_, TRACK, likelihood, name_of
from simulation.experiments.analysis.summary import HEADLINE, KEPT, likeliest
from simulation.experiments.results import Results
from simulation.experiments.spread import Spread
from simulation.outcomes.observed import MARK
from simulation.report.choice import advice
from simulation.report.decision import Advised, Decision
from simulation.report.findings import Change, change, levers, title_of
from simulation.report.parts import Section, Teller

_TRACKS = ("bilateral", "trilateral", "non_state")
_LIKELIEST = 3  # partners named in the answer
_HIGHER = N_("share of replicates in which {quantity} ends higher")
_LOWER = N_("share of replicates in which {quantity} ends lower")
_NEW = N_("probability of {partner} as new partner")
_DIFFERENCE = N_("{quantity}, difference in %: {statement}")
_OF_LEVERS = (N_("{quantity}, low"), N_("{quantity}, high"), N_("{quantity}, pairs"))


@dataclass(frozen=True)
class Subject:
    """What a report is about: results, the first one the main one, its language, what charts group by, what was asked
    beside it."""

    results: Sequence[Results]
    words: Words
    spread: Spread | None = None
    by: str = GROUPINGS[0]
    decision: Decision | None = None
    names_apart: bool = True

    @cached_property
    def teller(self) -> Teller:
        """What writes its sentences, and keeps their numbers."""
        return Teller(self.words, self.names_apart)

    @property
    def advised(self) -> Advised | None:
        """Opportunities and advice in the language, if they were given."""
        return None if self.decision is None else Advised(self.decision, self.words, self.teller)

    @property
    def main(self) -> Results:
        """The result the report is of."""
        return self.results[0]

    @property
    def focal(self) -> str:
        """Name of the focal state."""
        return self.words.actor(self.main.focal, str(self.main.info["focal"]["name"]))

    @property
    def focal_within(self) -> str:
        """Name of the focal state inside a sentence."""
        return self.words.within(self.main.focal, self.focal)

    @property
    def title(self) -> str:
        """Title of the main scenario."""
        return title_of(self.main, self.words)

    @property
    def pictures(self) -> Pictures:
        """Charts of the main result in the language."""
        label = self.words("Bands and probabilities: {bands}.", bands=self.words.known(self.main.info["bands"]))
        return dataclasses.replace(self.main.plot, focal=self.focal, words=self.words, label=label, by=self.by)

    def has(self, metric: str) -> bool:
        """Whether a metric was recorded."""
        return metric in set(self.main.forecast()["metric"])

    def metric(self, metric: str) -> str:
        """Name of a metric."""
        return name_of(METRIC, metric, self.words)

    def marked(self, metric: str) -> str:
        """Name of a metric, with a mark where the record holds no observation of it."""
        return self.metric(metric) + (f" {MARK}" if self.main.rests_on_priors(metric) else "")

    def told(
        self, value: float, measure: Measure, what: Quantity | None = None, *, source: str = "forecast.csv",
        when: str = "", beside: Sequence[float] = (),
    ) -> Markup:  # fmt: skip
        """A number of a sentence; one that stands beside others as an interval has their decimals."""
        shown = self.words.number(value, decimals(measure, value, *beside))
        return self.teller.number(value, shown, what, when or self.main.horizon, source)

    def band(self, found: Change, measure: Measure) -> Markup:
        """Where nine replicates of ten end."""
        ends = (found.low, found.high)
        low, high = (self.told(end, measure, what, beside=ends)
                     for end, what in zip(ends, quantiles_of(found.metric), strict=True))  # fmt: skip
        return self.teller.interval(low, high)

    def chance(self, share: float, what: Quantity | None = None, source: str = "series.parquet") -> Markup:
        """A probability of a sentence."""
        return self.teller.number(share, self.words.share(share), what, self.main.horizon, source)


def answer(subject: Subject) -> Section:
    """The answer in three sentences, after what to do where it was asked."""
    what_to_do = advice(subject.advised) if subject.advised else []
    return Section("answer-section", subject.words("The answer"), [*what_to_do, *forecast_sentences(subject)])


def forecast_sentences(subject: Subject) -> list[Markup]:
    """What is forecast: partners, kept commitments, the price."""
    return [sentence for sentence in (_partners(subject), _headline(subject), _price(subject)) if sentence]


def _headline(subject: Subject) -> Markup | None:
    result, index = change(subject.main, KEPT), change(subject.main, HEADLINE)
    if result is None or index is None:
        return None
    return subject.teller.tell(
        "The commitments it keeps go from {start} in {first} to {end} in {last}, counted in binding deals ({band} in "
        "nine replicates of ten). A rise is {likely} ({share} of the replicates). The cooperation index (0 to 1), "
        "which is made of them, ends at {index}.",
        last=_when(subject, subject.main.horizon),
        **_ends(subject, result, Measure.AMOUNT),
        band=subject.band(result, Measure.AMOUNT),
        likely=subject.words(likelihood(result.above)),
        share=subject.chance(result.above, Quantity(_HIGHER, quantity=KEPT)),
        index=subject.told(index.end, Measure.INDEX, mean_of(HEADLINE)),
    )


def _ends(subject: Subject, found: Change, measure: Measure) -> dict[str, Markup]:
    first, what, ends = subject.main.first_quarter, mean_of(found.metric), (found.start, found.end)
    return {
        "start": subject.told(found.start, measure, what, when=first, beside=ends),
        "first": _when(subject, first),
        "end": subject.told(found.end, measure, what, beside=ends),
    }


def _when(subject: Subject, quarter: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(quarter, subject.words.quarter_within(quarter))


def _partners(subject: Subject) -> Markup | None:
    deals, joined = change(subject.main, "deals"), change(subject.main, "instruments_joined")
    ties = subject.main.ties()
    if deals is None or joined is None or ties.empty:
        return None
    by_track = {track: result.end for track in _TRACKS if (result := change(subject.main, f"deals_{track}"))}
    if not by_track:
        return None
    track = max(by_track, key=lambda name: by_track[name])
    likely = likeliest(ties, "probability_new").head(_LIKELIEST)
    if likely.empty:
        return None
    names = [
        subject.teller.tell(
            "{name} ({share})",
            name=subject.teller.name(
                subject.words.within(row["partner"], subject.words.actor(row["partner"], row["name"]))
            ),
            share=subject.chance(row["probability_new"], Quantity(_NEW, partner=row["partner"]), "ties.csv"),
        )
        for row in likely.to_dict("records")
    ]
    return subject.teller.tell(
        "{focal} has {deals} partners on average at the end (at the start {before}), {most} of them on the {track} "
        "track. The likeliest new ones are {names}. By then it has joined {joined} instruments on average (at the "
        "start {joined_before}).",
        focal=subject.teller.name(subject.focal_within),
        deals=subject.told(deals.end, Measure.COUNT, mean_of("deals")),
        before=subject.told(deals.start, Measure.COUNT, mean_of("deals"), when=subject.main.first_quarter),
        most=subject.told(by_track[track], Measure.COUNT, mean_of(f"deals_{track}")),
        track=subject.words(TRACK[track]),
        names=subject.teller.listing(names),
        joined=subject.told(joined.end, Measure.COUNT, mean_of("instruments_joined")),
        joined_before=subject.told(
            joined.start, Measure.COUNT, mean_of("instruments_joined"), when=subject.main.first_quarter
        ),
    )


def _price(subject: Subject) -> Markup | None:
    result = change(subject.main, "autonomy")
    if result is None:
        return None
    text = subject.teller.tell(
        "The price: autonomy goes from {start} to {end}. It is {likely} ({share} of the replicates) that it ends lower "
        "than it began.",
        **{key: value for key, value in _ends(subject, result, Measure.INDEX).items() if key != "first"},
        share=subject.chance(result.below, Quantity(_LOWER, quantity="autonomy")),
        likely=subject.words(likelihood(result.below)),
    )
    moved = levers(subject.results)
    if moved.empty:
        return text
    return text + Markup(" ") + subject.teller.tell("Of what was varied, this moves kept commitments most: {lever}.",
                                                    lever=lever_sentence(subject, moved.iloc[0]))  # fmt: skip


def no_price(subject: Subject, halves: Mapping[str, float]) -> Markup:
    """A remark where autonomy is higher where more is kept, as the numbers are shown; else none."""
    upper, lower = (rounded(halves[name], decimals(Measure.INDEX)) for name in ("upper", "lower"))
    if upper <= lower:
        return Markup("")
    text = Markup(" ") + subject.teller.tell("Here, then, autonomy is not the price of keeping more commitments.")
    if halves["upper"] - halves["lower"] >= 2 * halves["standard_error"]:
        return text
    return text + Markup(" ") + subject.teller.tell("(A weak sign: the difference is within twice its error.)")


def lever_sentence(subject: Subject, row: Any) -> Markup:
    """A lever with its effect, over how many pairs, and the interval; a sign of per cent belongs to its number."""
    source = "run.json" if row["kind"] == "contrast" else "series.parquet"
    what = Quantity(_DIFFERENCE, quantity=KEPT, statement=row["factor"])
    low, high, pairs_of = (Quantity(message, quantity=what) for message in _OF_LEVERS)

    def told(value: float, part: Quantity, write: Callable[[float, int], str]) -> Markup:
        shown = write(value, decimals(Measure.EFFECT, value))
        return subject.teller.number(value, shown, part, subject.main.horizon, source)

    signed, percent = subject.words.signed, subject.words.percent
    name, effect = subject.teller.name(subject.words.known(str(row["factor"]))), told(row["effect"], what, percent)
    count = told(row["pairs"], pairs_of, lambda pairs, _: subject.words.number(pairs))
    pairs = subject.teller.plural("{count} pair of replicates", "{count} pairs of replicates", int(row["pairs"]),
                                  count=count)  # fmt: skip
    if pd.isna(row["low"]):
        return subject.teller.tell("{lever}, by {effect} ({pairs})", lever=name, effect=effect, pairs=pairs)
    band = subject.teller.interval(told(row["low"], low, signed), told(row["high"], high, percent))
    return subject.teller.tell("{lever}, by {effect} (90 % interval {band}, over {pairs})", lever=name, effect=effect,
                               band=band, pairs=pairs)  # fmt: skip
