"""One style for every picture: colours told apart by everybody, in grey too, same bytes each time.

Colours are those of Okabe & Ito (2008), ordered so that neighbours in a legend differ in
lightness; where grey must do, hatches, markers and line styles say the same thing again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, ScalarFormatter

from simulation.words.language import ENGLISH, FOLDER, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

INK = "#222222"
FAINT = "#8a8a8a"
HEADLINE_COLOUR = "#0072B2"

TRACK_LOOK: Mapping[str, tuple[str, str, str]] = {
    # colour, line style, hatch
    "bilateral": ("#0072B2", "-", ""),
    "trilateral": ("#56B4E9", (0, (5, 2)), "///"),  # type: ignore[dict-item]
    "regional": ("#E69F00", "-.", "..."),
    "multilateral": ("#009E73", (0, (3, 1, 1, 1)), "xx"),  # type: ignore[dict-item]
    "non_state": ("#D55E00", ":", "\\\\\\"),
}
KIND_MARKER: Mapping[str, str] = {
    "state": "o",
    "firm": "s",
    "think_tank": "^",
    "ngo": "D",
    "influencer": "*",
    "secretariat": "p",
}
CAMP_COLOUR: Mapping[str, str] = {"EU": "#0072B2", "CN": "#D55E00", "US": "#009E73", "none": "#f2f2f2"}
_ARABIC = "Noto Sans Arabic"

_RULES: Mapping[str, object] = {
    "figure.dpi": 100,
    "savefig.dpi": 160,
    "font.family": "DejaVu Sans",  # comes with matplotlib, so the pictures are the same everywhere
    "font.size": 10,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#e3e3e3",
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a title is a dollar sign
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "svg.hashsalt": "wifaq",  # names of clip paths, else drawn at random
    "svg.fonttype": "none",  # text stays text: searchable, and read aloud
}


@contextmanager
def style(words: Words = ENGLISH) -> Iterator[None]:
    """The house style for what is drawn inside, whatever the user has set, with letters for a language."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_RULES)  # type: ignore[arg-type]
        if words.right_to_left:
            _add_arabic()
            matplotlib.rcParams["font.family"] = [_ARABIC, str(_RULES["font.family"])]
            matplotlib.rcParams["axes.titlelocation"] = "right"
        yield


@cache
def _add_arabic() -> None:
    """Make the shipped Arabic letters known; matplotlib shapes and orders Arabic by itself from 3.11."""
    from matplotlib import font_manager

    for path in sorted((FOLDER / "fonts").glob("*.ttf")):
        font_manager.fontManager.addfont(path)


def new_axes(width: float = 8.0, height: float = 5.0) -> Axes:
    """An empty picture of a size in inches; call inside :func:`style`."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes: Axes = figure.add_subplot()
    return axes


def year_of(quarter: str) -> float:
    """Place of a quarter's end on a time axis in years: ``2025Q4`` is 2026.0."""
    year, _, number = quarter.partition("Q")
    return int(year) + int(number) / 4


def time_axis(ax: Axes, quarters: Sequence[str], words: Words = ENGLISH) -> None:
    """Whole years on the horizontal axis, about eight labels at most."""
    first, last = year_of(quarters[0]), year_of(quarters[-1])
    span = max(last - first, 0.25)
    step = next(size for size in (1, 2, 5, 10, 20, 50) if span / size <= 8 or size == 50)
    start = int(-(-first // step) * step)
    years = range(start, int(last) + 1, step) or [round(first)]
    ax.set_xticks(list(years), [str(year) for year in years])
    ax.set_xlim(first, last if last > first else first + 0.25)
    ax.set_xlabel(words.line(words("start of year")))


def number_axis(axis: Axis, words: Words = ENGLISH) -> None:
    """Write the numbers of an axis as the language writes them."""
    if words.language == "en":
        return  # matplotlib's own way is the English one
    plain = ScalarFormatter(useOffset=False)

    def written(value: float, place: int | None = None) -> str:
        plain.set_locs(list(axis.get_majorticklocs()))
        digits = len(plain(value, place).partition(".")[2])
        return words.line(words.number(value, digits))

    plain.set_axis(axis)
    axis.set_major_formatter(FuncFormatter(written))


def note(ax: Axes, text: str, words: Words = ENGLISH) -> None:
    """What the picture rests on, in small print below it."""
    side, x = ("right", 0.99) if words.right_to_left else ("left", 0.01)
    ax.figure.supxlabel(words.line(text), x=x, ha=side, fontsize=8, color="#555555")


def replicates(count: int, words: Words = ENGLISH) -> str:
    """How many replicates a picture rests on, as a sentence."""
    return words.plural("{count} replicate.", "{count} replicates.", count)


def save(ax: Axes, folder: Path, name: str) -> list[Path]:
    """Write ``name.png`` and ``name.svg``, with the same bytes for the same picture.

    Returns
    -------
    list of Path
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.png", folder / f"{name}.svg"]
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes belong to no figure")
    with style():  # names of clip paths and fonts are chosen while writing
        figure.savefig(paths[0], metadata={"Software": None})
        figure.savefig(paths[1], metadata={"Date": None})
    return paths
