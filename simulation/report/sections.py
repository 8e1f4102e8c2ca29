"""The sections of a report on one result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from simulation.display.differences import draw_tornado
from simulation.display.style import fold, new_axes, style
from simulation.display.words.language import Words
from simulation.display.words.quantities import Quantity
from simulation.display.words.rounding import digits_of_count
from simulation.display.words.stated import COUNTED, Measure, decimals
from simulation.display.words.terms import KIND, N_, TRACK, name_of
from simulation.experiments.analysis.summary import HEADLINE, KEPT, LEAST_LIKELY
from simulation.experiments.run import milestones
from simulation.outcomes.observed import MARK
from simulation.report import outlook, terminal
from simulation.report.answer import Subject, no_price
from simulation.report.findings import change, levers, trade_off
from simulation.report.parts import Chart, Section, Table
from simulation.report.terminal import MULTIPLE, RANK

COMMITMENTS = ("commitments_kept", "kept_recorded", "kept_drawn", "kept_new", "kept_blocs", "kept_instruments",
               "commitments")  # fmt: skip
INDICES, COUNTS = tuple(dict(terminal.INDICES)), tuple(dict(terminal.COUNTS))
PRICE = ("autonomy", "alignment", "position_drift", "capture_drift", "concessions_received",
         "deals_eu_states", "deals_cn_states", "deals_us_states")  # fmt: skip
_TORNADO_ROW = 0.75  # inches
_HEADING_WIDTH = 44  # letters of a line above the bars
_HALVES = {"upper": N_("autonomy, mean over the replicates with more kept commitments"),
           "lower": N_("autonomy, mean over the replicates with less kept commitments")}  # fmt: skip
_PRIORS = N_("{mark} rests on priors alone: the record holds no observation of it.")


def band_table(subject: Subject, key: str, caption: str, metrics: Sequence[str], digits: int) -> Table:
    """Mean and band of metrics at the start, the milestones and the horizon."""
    words, main = subject.words, subject.main
    rows, heads, shown = _over_time(subject, dict.fromkeys(metrics, digits))
    table = rows.assign(priors_alone=rows["metric"].map(main.rests_on_priors))
    text = words(_PRIORS, mark=MARK) if table["priors_alone"].any() else ""
    lines = [[subject.marked(metric), *cells] for metric, cells in shown.items()]
    return Table(key, caption, table, heads, lines, note=text)


def _over_time(
    subject: Subject, digits: Mapping[str, int]
) -> tuple[pd.DataFrame, list[str], dict[str, list[str]]]:
    """Rows of metrics at these quarters, heads of a table of them, and its cells by metric, with so many decimals."""
    words, main = subject.words, subject.main
    quarters, table = [main.first_quarter, *milestones(main.series())], main.forecast()
    rows = table.loc[table["metric"].isin(digits) & table["quarter"].isin(quarters)]
    at: Any = rows.set_index(["metric", "quarter"])
    cells = {metric: [_band(words, at.loc[(metric, quarter)], places) for quarter in quarters]
             for metric, places in digits.items() if subject.has(metric)}  # fmt: skip
    return rows, ["", *map(words.quarter, quarters)], cells


def _band(words: Words, row: Any, digits: int) -> str:
    """A mean with its band; of a count the mean has one decimal, the ends none."""
    mean, low, high, count = row["mean"], row["q05"], row["q95"], row.get("unit") in COUNTED
    if low == high == mean:
        return words.number(mean, digits_of_count(mean) if count else digits)
    middle = words.number(mean, 1 if count else digits)
    if low == high and not count:
        return middle
    digits = 0 if count else digits
    return f"{middle} ({words.interval(words.number(low, digits), words.number(high, digits))})"


def headline(subject: Subject) -> Section:
    """Kept commitments, then the index made of them, its parts and what kind of cooperation it is, and the peers."""
    words = subject.words
    fans = [_fan(subject, metric) for metric in (KEPT, HEADLINE) if subject.has(metric)]
    charts = [*outlook.small_fans(subject), *fans]
    tables: list[Table] = []
    if any(map(subject.has, COMMITMENTS)):
        caption = words("Commitments, counted in binding deals: mean, and 5–95 % of the replicates")
        tables.append(band_table(subject, "commitments", caption, COMMITMENTS, 1))
    if any(map(subject.has, (RANK, MULTIPLE))):
        tables.append(_against_others(subject))
    if any(map(subject.has, INDICES)):
        caption = words("Indices (0 to 1): mean, and 5–95 % of the replicates")
        tables.append(band_table(subject, "indices", caption, INDICES, 2))
    if (peers := _standing(subject)) is not None:
        tables.append(peers)
    text = subject.teller.tell(
        "Kept commitments add up deals, blocs and instruments, each by its depth and by the share of its promises that "
        "is kept; a binding deal wholly kept counts one. The cooperation index is made of them: it nears 1 as they "
        "grow."
    )
    return Section("headline", words("Kept commitments over time"), [text], charts, tables)


def _against_others(subject: Subject) -> Table:
    """Rank among all states, and deals against those of the fitted intensity alone."""
    words = subject.words
    rows, heads, shown = _over_time(subject, {RANK: 0, MULTIPLE: 1})
    if count := subject.main.info.get("states"):  # results of earlier versions do not say how many there are
        ranks = shown.get(RANK, [])
        ranks[:] = [words("{rank} of {count}", rank=band, count=words.number(count)) for band in ranks]
    caption = words(
        "Rank among all states (1 has kept most), and kept commitments of deals as a multiple of what the fitted "
        "intensity alone would give a state of its size and place"
    )
    lines = [[subject.marked(metric), *cells] for metric, cells in shown.items()]
    return Table("rank", caption, rows, heads, lines)


def _fan(subject: Subject, metric: str) -> Chart:
    result = change(subject.main, metric)
    words = subject.words
    values = dict.fromkeys(("start", "end", "band"), "–")
    if result is not None:
        digits = decimals(Measure.AMOUNT if metric == KEPT else Measure.INDEX, result.low, result.high)
        start, end, low, high = (words.number(value, digits)
                                 for value in (result.start, result.end, result.low, result.high))  # fmt: skip
        values = {"start": start, "end": end, "band": words.interval(low, high)}
    text = words(
        "Fan chart of {metric} with bands. Mean {start} at the start, {end} at the end ({band} in nine replicates of "
        "ten).",
        metric=subject.metric(metric),
        **values,
    )
    caption = subject.words("Numbers of the chart: {metric} in every quarter", metric=subject.metric(metric))
    table = Table(f"path_{metric}", caption, subject.main.forecast(metric))
    return Chart(subject.pictures.fan(metric), f"fan-{metric}", text, words, table)


def _standing(subject: Subject) -> Table | None:
    result = subject.main.standing()
    if result is None:
        return None
    words = subject.words
    names = {peer["id"]: words.actor(peer["id"], peer["name"]) for peer in subject.main.info["peers"]}
    ahead = words("{focal} is ahead", focal=subject.focal_within)
    heads = ["", words("kept commitments"), ahead, words("new partners"), words("cooperation")]
    more = (("new", 1), ("index", 2))
    rows = [
        [names[row["peer"]], _band(words, row, 1), words.share(row["ahead"]),
         *("–" if pd.isna(row[name]) else words.number(row[name], digits) for name, digits in more)]
        for row in result.peers.to_dict("records")
    ]  # fmt: skip
    caption = words(
        "Peers in {quarter}: by kept commitments {focal} has rank {rank} of {among} on average",
        quarter=words.quarter_within(result.quarter),
        focal=subject.focal_within,
        rank=words.number(result.rank_mean, 1),
        among=words.number(result.among),
    )
    frame = result.peers.assign(rank_mean=result.rank_mean, among=result.among)
    return Table("peers", caption, frame, heads, rows)


def partners(subject: Subject) -> Section:
    """Partners by kind and track: composition, network, tables."""
    words, charts = subject.words, []
    tables: list[Table] = []
    ties = subject.main.ties()
    if any(map(subject.has, COUNTS)):
        caption = words("Deals, instruments and partners: mean, and 5–95 % of the replicates")
        tables.append(band_table(subject, "counts", caption, COUNTS, 1))
    if (ties["probability"] >= LEAST_LIKELY).any():
        text = words("Network of the likeliest partners at the end. The table of partners has the same numbers.")
        charts.append(Chart(subject.pictures.partners(), "network", text, words))
        tables.append(_ties_table(subject, ties))
    if (recorded := outlook.recorded_deals(subject)) is not None:
        tables.append(recorded)
    return Section("partners", words("Deals, partners and tracks"), [], charts + _composition(subject), tables)


def _composition(subject: Subject) -> list[Chart]:
    """Commitments by track and by type of partner, as far as they were recorded."""
    words, pictures = subject.words, subject.pictures
    text = {
        "track": (words("Stacked areas: commitments on each track over time. The table has the numbers."),
                  words("Numbers of the chart: commitments by track")),
        "partner": (words("Stacked areas: commitments with each type of partner over time. The table has the numbers."),
                    words("Numbers of the chart: commitments by type of partner")),
    }  # fmt: skip
    made = []
    for by, (alternative, caption) in text.items():
        if len(rows := pictures.composed(by)):
            table = Table(f"commitments_by_{by}", caption, rows)
            made.append(Chart(pictures.composition(by), f"composition-{by}", alternative, words, table))
    return made


def _named(words: Words, row: Any) -> list[str]:
    return [words.actor(row["partner"], row["name"]), name_of(KIND, row["kind"], words)]


def _ties_table(subject: Subject, ties: pd.DataFrame) -> Table:
    words = subject.words
    rows = [
        [
            *_named(words, row),
            name_of(TRACK, row["track"], words),
            words.share(row["probability"]),
            words.share(row["probability_any"]),
            words.number(row["depth"], 1),
        ]
        for row in ties.loc[ties["probability"] >= LEAST_LIKELY].to_dict("records")
    ]
    heads = [
        words("partner"), words("kind"), words("track"), words("probability of a deal on it"),
        words("on any track"), words("mean depth"),
    ]  # fmt: skip
    caption = words(
        "Partners in {quarter} (depth: 1 memorandum, 2 programme, 3 binding); those below {least} are in the file",
        quarter=words.quarter_within(subject.main.horizon),
        least=words.share(LEAST_LIKELY),
    )
    return Table("ties", caption, ties, heads, rows, folded=True)


def drivers(subject: Subject) -> Section:
    """What moves the kept commitments: contrasts and other scenarios, as a tornado."""
    words = subject.words
    moved = levers(subject.results)
    title = words("What moves it")
    if moved.empty:
        text = subject.teller.tell(
            "This run has no contrasts. Run without --no-contrasts, or name the folders of other scenarios."
        )
        return Section("drivers", title, [text])
    named = moved.assign(factor=moved["factor"].map(words.known))
    label = words("Whiskers: 90 % interval of the mean difference over {pairs} with the same luck.",
                  pairs=_pairs(words, int(moved["pairs"].min()), int(moved["pairs"].max())))  # fmt: skip
    with style(words):
        axes = new_axes(8.0, 1.9 + _TORNADO_ROW * len(named))
        when = words.quarter(subject.main.horizon)
        heading = fold(words("Kept commitments in {quarter}: effect of each change", quarter=when), _HEADING_WIDTH)
        draw_tornado(named, axes, title=heading, unit="%", label=label, words=words, digits=1)
    chart = Chart(axes, "tornado", words("Bars: effect of each change on kept commitments, the largest first. "
                                          "The table has the same numbers."), words)  # fmt: skip
    rows = [
        [row["factor"], words.signed(row["effect"], 1), _interval(words, row), words.share(row["probability"]),
         words.number(row["pairs"])]
        for row in named.to_dict("records")
    ]  # fmt: skip
    heads = [words("change"), words("difference in %"), words("90 % interval"), words("higher in"), words("pairs")]
    caption = words("Effects on kept commitments, the largest first")
    tables = [Table("effects", caption, moved, heads, rows, unit="%"), *filter(None, [outlook.absences(subject)])]
    return Section("drivers", title, [], [chart], tables)


def _pairs(words: Words, least: int, most: int) -> str:
    """How many pairs effects rest on."""
    if least == most:
        return words.plural("{count} pair of replicates", "{count} pairs of replicates", least)
    both = words.interval(words.number(least), words.number(most))
    return words.plural("{count} pair of replicates", "{count} pairs of replicates", most, count=both)


def _interval(words: Words, row: Any) -> str:
    """The 90 % interval of a difference in per cent."""
    return "–" if pd.isna(row["low"]) else words.interval(*(words.signed(row[end], 1) for end in ("low", "high")))


def instruments(subject: Subject) -> Section:
    """Which instruments the focal state joins."""
    words = subject.words
    result = subject.main.instruments()
    own = result.loc[result["actor"] == subject.main.focal]
    possible = own.loc[own["eligible"] & own["open"] & ~own["joined_before"]]
    title = words("Instruments")
    if possible.empty:
        return Section("instruments", title, [subject.teller.tell("No instrument is open to it.")])
    likely = possible.sort_values(["probability", "instrument"], ascending=[False, True])
    rows = [
        [words.known(row["title"]), words.share(row["probability"]),
         "–" if pd.isna(row["median_quarter"]) else words.quarter(str(row["median_quarter"]))]
        for row in likely.to_dict("records")
    ]  # fmt: skip
    caption = words("Probability of having joined by {quarter}", quarter=words.quarter_within(subject.main.horizon))
    heads = [words("instrument"), words("probability"), words("half of the replicates have joined by")]
    tables = [Table("instruments", caption, own, heads, rows)]
    joining = subject.main.joining()
    if joining is None or not (joining["probability"] > 0).any():
        return Section("instruments", title, [], [], tables)
    text = words("Curves: probability of having joined each instrument, over time. The table has the numbers.")
    numbers = Table("joining", words("Numbers of the chart: joining"), subject.pictures.shown_joining())
    chart = Chart(subject.pictures.joining(), "joining", text, words, numbers)
    return Section("instruments", title, [], [chart], tables)


def price(subject: Subject) -> Section:
    """The price in autonomy."""
    words = subject.words
    title = words("The price in autonomy")
    if not subject.has("autonomy"):
        return Section("price", title, [subject.teller.tell("Autonomy was not recorded in this run.")])
    text = [
        subject.teller.tell(
            "Autonomy is high when no single camp dominates the deals and the state's position stays its own."
        )
    ]
    if (halves := trade_off(subject.main)) is not None:
        ends = {side: subject.told(halves[side], Measure.INDEX, Quantity(what), source="series.parquet")
                for side, what in _HALVES.items()}  # fmt: skip
        text.append(
            subject.teller.tell(
                "In the half of the replicates with more kept commitments autonomy ends at {upper}, in the other half "
                "at {lower}.",
                **ends,
            )
            + no_price(subject, halves)
        )
    caption = words("Autonomy and what bears on it: mean, and 5–95 % of the replicates")
    tables = [band_table(subject, "price_in_autonomy", caption, PRICE, 2)]
    return Section("price", title, text, [_fan(subject, "autonomy")], tables)
