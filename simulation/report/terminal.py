"""The forecast of a focal state as text for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from simulation.display.words.language import ENGLISH
from simulation.display.words.rounding import decimal, digits_of_count, digits_that_tell, percent
from simulation.display.words.stated import Measure, decimals
from simulation.experiments.analysis.contrasts import in_percent
from simulation.experiments.analysis.summary import HEADLINE, KEPT, LEAST_LIKELY, likeliest
from simulation.experiments.run import milestones
from simulation.outcomes.observed import MARK, NOTE
from simulation.state import RECORDED, SOURCES

if TYPE_CHECKING:
    from simulation.experiments.results import Results

COUNTS = (
    ("deals", "deals, all partners"),
    ("deals_state", "with states"),
    ("deals_firm", "with firms"),
    ("deals_think_tank", "with think tanks"),
    ("deals_ngo", "with NGOs"),
    ("deals_influencer", "with influencers"),
    ("deals_secretariat", "with secretariats"),
    ("deals_mou", "memoranda"),
    ("deals_programme", "programmes"),
    ("deals_binding", "binding deals"),
    ("deals_bilateral", "on the bilateral track"),
    ("deals_trilateral", "on the trilateral track"),
    ("deals_non_state", "on the non-state track"),
    ("instruments_joined", "instruments joined"),
    ("partners_new", "partners new since the start"),
    ("partners_new_state", "of them states"),
    ("partners_new_firm", "of them firms"),
    ("partners_new_secretariat", "of them secretariats"),
    ("partners_held", "partners held since the start"),
    ("partners_held_recorded", "by a recorded deal then"),
    ("partners_held_drawn", "by a drawn deal then"),
    ("partners_lost", "partners lost since the start"),
)
COMMITMENTS = (("commitments_kept", "KEPT COMMITMENTS"), ("commitments", "ALL, KEPT OR NOT"))
INDICES = (
    ("coverage", "NEEDS COVERED"),
    ("dependence", "dependence on one camp"),
    ("cooperation", "COOPERATION"),
    ("volume", "volume"),
    ("implementation", "implementation"),
    ("diversity", "diversity"),
    ("reciprocity", "reciprocity"),
    ("autonomy", "autonomy"),
    ("alignment", "alignment"),
    ("capacity", "capacity"),
    ("safety", "safety"),
)
SOURCES_OF_KEPT = (
    ("kept_recorded", "recorded deals"),
    ("kept_drawn", "drawn"),
    ("kept_new", "new"),
    ("kept_blocs", "blocs"),
    ("kept_instruments", "instruments"),
)
RANK, MULTIPLE = "kept_rank", "kept_against_gravity"
PARTNERS_SHOWN = 10
INSTRUMENTS_SHOWN = 8

signed = ENGLISH.signed  # in every table and sentence of a terminal the same minus


def print_results(results: Results, console: Console) -> None:
    """Print a forecast: counts, partners, instruments, kept commitments and contrasts of them, the index, standing."""
    for part in parts(results):
        console.print(part)
        console.print()


def parts(results: Results) -> Iterator[RenderableType]:
    """The parts of the report in order; one without data is left out."""
    yield _heading(results)
    makers: Sequence[Callable[[Results], RenderableType | None]] = (
        _counts,
        _new_partners,
        _held_partners,
        _instruments,
        _kept,
        _contrasts,
        _indices,
        _standing,
    )
    yield from (part for part in (make(results) for make in makers) if part is not None)


def _heading(results: Results) -> RenderableType:
    info = results.info
    done, planned = info["replicates"]["done"], info["replicates"]["planned"]
    lines = [Text(info["title"] or info["scenario"], style="bold")]
    if info["question"]:
        lines.append(Text(info["question"], style="italic"))
    count = f"{done} replicates" if done == planned else f"{done} of {planned} replicates"
    focal = info["focal"]
    lines.append(
        Text(
            f"Focal state {focal['name']} ({focal['id']}), {results.first_quarter} to {results.horizon}, "
            f"{count}, seed {info['seed']}."
        )
    )
    lines.append(Text(f"Means and 5–95 % bands: {info['bands']}."))
    if info.get("priors_alone"):
        lines.append(Text(f"{NOTE}."))
    return Group(*lines)


def table(columns: Iterable[tuple[str, str]]) -> Table:
    """An empty table in the house style; each column a heading and ``left`` or ``right``."""
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading, side in columns:
        made.add_column(escape(heading), justify="right" if side == "right" else "left", overflow="fold")
    return made


def digits_of_column(*numbers: pd.Series) -> int:
    """Decimals of a column, or of several that stand beside each other as one: those of the largest number."""
    return digits_that_tell(float(pd.concat(numbers).abs().max()))


def titled(title: str, body: RenderableType) -> RenderableType:
    """Something with a heading above it."""
    return Group(Text(title, style="bold"), body)


def _counts(results: Results) -> RenderableType | None:
    return _from_start(results, COUNTS, "Deals, instruments and partners", 0)


def _kept(results: Results) -> RenderableType | None:
    made = _from_start(results, COMMITMENTS, "Commitments, in binding deals", 1)
    then = _at(results, results.horizon)
    lines = [line for line in (_sources(then), *_places(results, then)) if line]
    return made if made is None or not lines else Group(made, *map(Text, lines))


def _sources(then: pd.DataFrame) -> str:
    """What kept commitments come from, in a line."""
    told = [f"{label} {decimal(float(then['mean'][name]), 1)}" for name, label in SOURCES_OF_KEPT if name in then.index]
    return f"Kept: {', '.join(told)}." if told else ""


def _places(results: Results, then: pd.DataFrame) -> Iterator[str]:
    """Rank among all states, and against the fitted intensity alone, in a sentence each."""
    if RANK in then.index:
        count = results.info.get("states")  # results of earlier versions do not say how many there are
        yield f"Rank {_spread(then.loc[RANK], 0)}{f' of {count}' if count else ''} by kept commitments."
    if MULTIPLE in then.index:
        yield f"Its deals: {_spread(then.loc[MULTIPLE], 1)} times those of a state of its size and place."


def _spread(row: Any, digits: int) -> str:
    return f"{decimal(row['mean'], digits)} [{decimal(row['q05'], digits)}–{decimal(row['q95'], digits)}]"


def _from_start(results: Results, wanted: Sequence[tuple[str, str]], title: str, digits: int) -> RenderableType | None:
    """Means at the start and at the horizon, and the band there with so many decimals."""
    now, then = _at(results, results.first_quarter), _at(results, results.horizon)
    rows = [(name, label) for name, label in wanted if name in then.index]
    if not rows:
        return None
    columns = [("", "left"), (f"end of {results.first_quarter}", "right")]
    columns += [(results.horizon, "right"), ("band", "right")]
    made = table(columns)
    for name, label in rows:
        before = _count(float(now["mean"][name])) if name in now.index else ""
        mean, low, high = (float(then[column][name]) for column in ("mean", "q05", "q95"))
        band = f"{decimal(low, digits)} – {decimal(high, digits)}"
        made.add_row(_marked(results, name, label), before, decimal(mean, 1), band)
    return titled(title, made)


def _count(value: float) -> str:
    return decimal(value, digits_of_count(value))


def _marked(results: Results, metric: str, label: str) -> str:
    """The label of a row, with a mark where the metric rests on priors alone."""
    return _indent(label) + (f" {MARK}" if results.rests_on_priors(metric) else "")


def _indent(label: str) -> str:
    return label if label.startswith(("deals", "instruments", "partners")) or label.isupper() else "  " + label


def _at(results: Results, quarter: str) -> pd.DataFrame:
    forecast = results.forecast()
    return forecast.loc[forecast["quarter"] == quarter].set_index("metric")


def _indices(results: Results) -> RenderableType | None:
    quarters = milestones(results.series())
    tables = [_at(results, quarter) for quarter in quarters]
    rows = [(name, label) for name, label in INDICES if name in tables[-1].index]
    if not rows:
        return None
    made = table([("", "left"), *((q, "right") for q in quarters)])
    for name, label in rows:
        cells = [_band(result.loc[name]) for result in tables]
        made.add_row(_marked(results, name, label), *cells, style="bold" if name == HEADLINE else "")
    return titled("The index, and what kind of cooperation it is (0 to 1)", made)


def _band(row: Any, digits: int = 2) -> str:
    return escape(_spread(row, digits))


def _standing(results: Results) -> RenderableType | None:
    result = results.standing()
    if result is None:
        return None
    names = {peer["id"]: peer["name"] for peer in results.info["peers"]}
    heads = ("kept commitments", f"{results.focal} ahead", "new partners", "index")
    made = table([("peer", "left"), *((head, "right") for head in heads)])
    for _, row in result.peers.iterrows():
        more = ("" if pd.isna(row[name]) else decimal(row[name], digits) for name, digits in (("new", 1), ("index", 2)))
        name = escape(f"{names[row['peer']]} ({row['peer']})")
        made.add_row(name, _band(row, 1), f"{percent(row['ahead'])} %", *more)
    rank = f"mean rank {decimal(result.rank_mean, 1)} of {result.among}"
    rank += f", band {decimal(result.rank_q05)}–{decimal(result.rank_q95)}"
    return titled(f"Against its peers in {result.quarter}, by kept commitments: {rank}", made)


def _new_partners(results: Results) -> RenderableType | None:
    likely = likeliest(results.ties(), "probability_new")
    if likely.empty:
        return None
    shown = likely.head(PARTNERS_SHOWN)
    made = table([("partner", "left"), ("kind", "left"), ("track", "left"), ("P(new)", "right")])
    for _, row in shown.iterrows():
        track = str(row["track"]).replace("_", "-")
        made.add_row(*_named(row), track, f"{percent(row['probability_new'])} %")
    title = f"New partners by {results.horizon}, with no deal at the start{_rest(shown, likely)}"
    return titled(title, made)


def _held_partners(results: Results) -> RenderableType | None:
    ties = results.ties()
    held = likeliest(ties.assign(held=ties["probability_recorded"] + ties["probability_drawn"]), "held")
    if held.empty:
        return None
    shown = held.head(PARTNERS_SHOWN)
    made = table([("partner", "left"), ("kind", "left"), ("recorded", "right"), ("drawn", "right")])
    for _, row in shown.iterrows():
        made.add_row(*_named(row), *(f"{percent(row[f'probability_{name}'])} %" for name in SOURCES[RECORDED:]))
    title = f"Partners held from the start to {results.horizon}, by the deal then{_rest(shown, held)}"
    return titled(title, made)


def _named(row: Any) -> tuple[str, str]:
    return escape(str(row["name"])), str(row["kind"]).replace("_", " ")


def _rest(shown: pd.DataFrame, all_of_them: pd.DataFrame) -> str:
    more = len(all_of_them) - len(shown)
    return f" (and {more} less likely)" if more else ""


def _instruments(results: Results) -> RenderableType | None:
    result = results.instruments()
    possible = result["eligible"] & result["open"] & ~result["joined_before"]
    own = result.loc[(result["actor"] == results.focal) & possible]
    if not (own["probability"] >= LEAST_LIKELY).any():
        return None
    likely = own.sort_values("probability", ascending=False, kind="stable").head(INSTRUMENTS_SHOWN)
    likely = likely.loc[likely["probability"] >= LEAST_LIKELY]
    rest = f" (the likeliest {len(likely)} of {len(own)} open)" if len(own) > len(likely) else ""
    made = table([("instrument", "left"), ("P(join)", "right"), ("half have by", "right")])
    for _, row in likely.iterrows():
        half = "–" if pd.isna(row["median_quarter"]) else str(row["median_quarter"])
        made.add_row(escape(str(row["title"])), f"{percent(row['probability'])} %", half)
    return titled(f"Instruments: probability of joining by {results.horizon}{rest}", made)


def _contrasts(results: Results) -> RenderableType | None:
    result = results.contrasts()
    rows = result.loc[(result["quarter"] == results.horizon) & (result["metric"] == KEPT)]
    if rows.empty:
        return None
    index = result.loc[(result["quarter"] == results.horizon) & (result["metric"] == HEADLINE)]
    moved = index.set_index("statement")["difference"]
    body = Table.grid(padding=(0, 1))
    for row in rows.to_dict("records"):
        after = f"; index {_index(moved[row['statement']])}" if row["statement"] in moved.index else ""
        body.add_row("·", escape(f"{contrast_sentence(row)}{after}."))
    return titled(f"What fragmentation and rivalry do to kept commitments in {results.horizon}", body)


def _index(difference: float) -> str:
    return signed(difference, decimals(Measure.INDEX, difference))


def contrast_sentence(row: Mapping[Any, Any]) -> str:
    """One contrast in words: what is compared, by how many per cent, how surely."""
    change, low, high = in_percent(row)
    if pd.isna(change):  # nothing there that a share could be taken of
        told = f"{signed(row['difference'], decimals(Measure.AMOUNT, row['difference']))}, from none"
    else:
        told = ENGLISH.percent(change, decimals(Measure.EFFECT, change))
        if not pd.isna(low):
            ends = ENGLISH.interval(*(signed(end, decimals(Measure.EFFECT, end)) for end in (low, high)))
            told += f" (90 % interval of the mean {ends} %)"
    return f"{row['statement']}: {told}; higher in {percent(row['probability'])} % of {row['pairs']} pairs"
