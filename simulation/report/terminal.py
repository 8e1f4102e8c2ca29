"""The forecast of a focal state as text for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from simulation.analysis.summary import BAND_LABEL, HEADLINE
from simulation.running import milestones

if TYPE_CHECKING:
    from simulation.results import Results

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
    ("instruments_joined", "instruments joined"),
)
INDICES = (
    ("cooperation", "COOPERATION"),
    ("volume", "volume"),
    ("implementation", "implementation"),
    ("quality", "QUALITY"),
    ("diversity", "diversity"),
    ("reciprocity", "reciprocity"),
    ("autonomy", "autonomy"),
    ("alignment", "alignment"),
    ("capacity", "capacity"),
    ("safety", "safety"),
)
TRACK_ORDER = ("bilateral", "trilateral", "non_state")
PARTNERS_SHOWN = 6  # a track
INSTRUMENTS_SHOWN = 8
_LEAST_LIKELY = 0.05  # partners less likely than this are not worth a line


def print_results(results: Results, console: Console) -> None:
    """Print a forecast: counts, index, standing, partners, instruments, contrasts."""
    for part in parts(results):
        console.print(part)
        console.print()


def parts(results: Results) -> Iterator[RenderableType]:
    """The parts of the report in order; one without data is left out."""
    yield _heading(results)
    makers: Sequence[Callable[[Results], RenderableType | None]] = (
        _counts,
        _indices,
        _standing,
        _partners,
        _instruments,
        _contrasts,
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
    lines.append(Text(f"Bands: 5–95 % of the replicates; {BAND_LABEL}."))
    return Group(*lines)


def table(title: str, columns: Iterable[tuple[str, str]]) -> Table:
    """An empty table in the house style; each column a heading and ``left`` or ``right``."""
    made = Table(title=escape(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading, side in columns:
        made.add_column(escape(heading), justify="right" if side == "right" else "left", overflow="fold")
    return made


def _counts(results: Results) -> RenderableType | None:
    now, then = _at(results, results.first_quarter), _at(results, results.horizon)
    rows = [(name, label) for name, label in COUNTS if name in then.index]
    if not rows:
        return None
    columns = [("", "left"), (f"end of {results.first_quarter}", "right")]
    columns += [(results.horizon, "right"), ("band", "right")]
    made = table("Deals and instruments", columns)
    for name, label in rows:
        before = f"{now.loc[name, 'mean']:.0f}" if name in now.index else ""
        row = then.loc[name]
        made.add_row(_indent(label), before, f"{row['mean']:.1f}", f"{row['q05']:.0f} – {row['q95']:.0f}")
    return made


def _indent(label: str) -> str:
    return label if label.startswith(("deals", "instruments")) or label.isupper() else "  " + label


def _at(results: Results, quarter: str) -> pd.DataFrame:
    forecast = results.forecast()
    return forecast.loc[forecast["quarter"] == quarter].set_index("metric")


def _indices(results: Results) -> RenderableType | None:
    quarters = milestones(results.series())
    tables = [_at(results, quarter) for quarter in quarters]
    rows = [(name, label) for name, label in INDICES if name in tables[-1].index]
    if not rows:
        return None
    made = table("Cooperation and its quality (0 to 1)", [("", "left"), *((q, "right") for q in quarters)])
    for name, label in rows:
        cells = [_band(found.loc[name]) for found in tables]
        made.add_row(_indent(label), *cells, style="bold" if name == HEADLINE else "")
    return made


def _band(row: pd.Series) -> str:
    return escape(f"{row['mean']:.2f} [{row['q05']:.2f}–{row['q95']:.2f}]")


def _standing(results: Results) -> RenderableType | None:
    found = results.standing()
    if found is None:
        return None
    made = table(
        f"Against its peers in {found.quarter}: rank {found.rank_mean:.1f} of {found.among}, "
        f"band {found.rank_q05:.0f} – {found.rank_q95:.0f}",
        [("peer", "left"), ("its cooperation", "right"), (f"P({results.focal} ahead)", "right")],
    )
    for _, row in found.peers.iterrows():
        made.add_row(escape(str(row["peer"])), _band(row), f"{row['ahead']:.2f}")
    return made


def _partners(results: Results) -> RenderableType | None:
    ties = results.ties()
    likely = ties.loc[ties["probability"] >= _LEAST_LIKELY]
    if likely.empty:
        return None
    made = table(
        f"Likeliest partners in {results.horizon} (depth 1 memorandum, 2 programme, 3 binding)",
        [("track", "left"), ("partner", "left"), ("kind", "left"), ("P(deal)", "right"), ("depth", "right")],
    )
    for track in TRACK_ORDER:
        rows = likely.loc[likely["track"] == track].head(PARTNERS_SHOWN)
        for place, (_, row) in enumerate(rows.iterrows()):
            made.add_row(
                track.replace("_", "-") if place == 0 else "",
                escape(str(row["name"])),
                str(row["kind"]).replace("_", " "),
                f"{row['probability']:.2f}",
                f"{row['depth']:.1f}",
            )
    return made


def _instruments(results: Results) -> RenderableType | None:
    found = results.instruments()
    own = found.loc[(found["actor"] == results.focal) & found["eligible"] & found["open"] & ~found["joined_before"]]
    if own.empty:
        return None
    likely = own.sort_values("probability", ascending=False, kind="stable").head(INSTRUMENTS_SHOWN)
    rest = f" (the likeliest {len(likely)} of {len(own)} open ones)" if len(own) > len(likely) else ""
    made = table(
        f"Instruments: probability of joining by {results.horizon}{rest}",
        [("instrument", "left"), ("P(join)", "right"), ("half have by", "right")],
    )
    for _, row in likely.iterrows():
        half = row["median_quarter"]
        made.add_row(escape(str(row["title"])), f"{row['probability']:.2f}", "" if pd.isna(half) else str(half))
    return made


def _contrasts(results: Results) -> RenderableType | None:
    found = results.contrasts()
    rows = found.loc[(found["quarter"] == results.horizon) & (found["metric"] == HEADLINE)]
    if rows.empty:
        return None
    lines = [Text(f"What fragmentation and rivalry do to cooperation in {results.horizon}", style="bold")]
    lines += [Text("  " + contrast_sentence(row)) for row in rows.to_dict("records")]
    return Group(*lines)


def contrast_sentence(row: dict[str, Any]) -> str:
    """One contrast in words: what is compared, by how much, how surely."""
    change = f"{row['difference']:+.3f}"
    interval = ""
    if not pd.isna(row["low"]):
        interval = f" (90 % interval of the mean {row['low']:+.3f} to {row['high']:+.3f})"
    return (
        f"{row['statement']}: {change}{interval}; higher in {100 * row['probability']:.0f} % "
        f"of {row['pairs']} pairs."
    )
