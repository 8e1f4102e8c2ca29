"""One style for every picture: colours told apart by everybody, in grey too, same bytes each time.

Colours are those of Okabe & Ito (2008), ordered so that neighbours in a legend differ in
lightness; where grey must do, hatches, markers and line styles say the same thing again.
"""

from __future__ import annotations

import textwrap
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FuncFormatter, ScalarFormatter
from scipy.optimize import isotonic_regression

from simulation.display.words.language import ENGLISH, FOLDER, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

INK = "#222222"
FAINT = "#8a8a8a"
HEADLINE_COLOUR = "#0072B2"
SCALE = "Blues"
"""Colours of a quantity: light for little, dark for much, in grey too."""

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
PARTNER_LOOK: Mapping[str, tuple[str, str]] = {
    # colour and hatch; states first, as one or in the colours of their camps
    "state": ("#0072B2", ""),
    "eu_states": ("#0072B2", ""),
    "cn_states": ("#D55E00", "///"),
    "us_states": ("#009E73", "xx"),
    "other_states": ("#cfcfcf", ""),
    "regional": ("#E69F00", "..."),
    "multilateral": ("#56B4E9", "\\\\\\"),
    "firm": ("#F0E442", ""),
    "secretariat": ("#000000", ""),
}
CAMP_COLOUR: Mapping[str, str] = {"EU": "#0072B2", "CN": "#D55E00", "US": "#009E73", "none": "#f2f2f2"}
REGION_COLOUR: Mapping[str, str] = {
    "Africa": "#E69F00",
    "America": "#56B4E9",
    "Asia": "#D55E00",
    "Europe": "#0072B2",
    "Oceania": "#009E73",
    "": "#f2f2f2",
}
"""Continents, and actors that have none."""
GROUPINGS = ("region", "camp", "kind")
"""What charts of actors can group by; the first is the default."""
_ARABIC = "Noto Sans Arabic"
_POINTS = 72.0  # an inch
_SMALL = 8.0  # points of small print
_EFFORT = 3  # of nine at making files small: charts come out smaller than with the usual six, in two thirds of the time
_EVEN = 0.179  # luminance on which black and white stand out alike

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
            matplotlib.rcParams["axes.labelpad"] = matplotlib.rcParams["xtick.major.pad"] = 1.0  # its letters are tall
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
    """What the picture rests on, in small print below it, in lines that fit."""
    side, x = ("right", 0.99) if words.right_to_left else ("left", 0.01)
    # letters of small pictures come out wider than they measure
    width = _POINTS * 0.9 * figure_of(ax).get_size_inches()[0]
    lines = [line for part in text.split("\n") for line in _folded(part, width, _SMALL)]
    ax.figure.supxlabel(words.line("\n".join(lines)), x=x, ha=side, fontsize=_SMALL, color="#555555",
                        linespacing=line_spacing(words))  # fmt: skip


def fold(text: str, most: int) -> str:
    """A heading in as few lines of so many letters as it takes, about equally long: no word is left alone."""
    def lines(width: int) -> list[str]:
        return textwrap.wrap(text, width, break_long_words=False)

    count = len(lines(most))
    return "\n".join(next(found for width in range(1, most + 1) if len(found := lines(width)) <= count))


def line_spacing(words: Words) -> float:
    """Distance of lines, of their height: Arabic letters come with much room of their own."""
    return 0.85 if words.right_to_left else 1.2


def _folded(text: str, width: float, size: float) -> list[str]:
    """Lines of a text no wider than a width in points, as far as its words allow."""
    letters = FontProperties(size=size)
    left, lines = text.split(" "), []  # at plain spaces: others hold a number and its sign together

    def wide(count: int) -> float:
        line = " ".join(left[:count])
        return float(text_to_path.get_text_width_height_descent(line, letters, ismath=False)[0])

    while left:
        count = max(1, bisect_right(range(1, len(left) + 1), width, key=wide))
        lines.append(" ".join(left[:count]))
        left = left[count:]
    if len(lines) > 1 and " " not in lines[-1] and " " in lines[-2]:  # no word is left alone
        lines[-2], last = lines[-2].rsplit(" ", 1)
        lines[-1] = f"{last} {lines[-1]}"
    return lines


def ink_on(colour: Any) -> str:
    """Black or white, whichever stands out more on a colour (contrast as in WCAG 2)."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
                        for part in to_rgb(colour))  # fmt: skip
    return "black" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > _EVEN else "white"


def apart(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places of labels, in rising order, moved as little as needed to stand a gap apart, within limits if they fit."""
    if not places:
        return []
    steps = gap * np.arange(len(places))
    moved = isotonic_regression(np.asarray(places) - steps).x
    return list(np.clip(moved, low, max(low, high - steps[-1])) + steps)


def end_label(
    ax: Axes, text: str, end: tuple[float, float], height: float, words: Words = ENGLISH, **look: Any
) -> None:
    """A text right of the end of a curve, at a height of its own, tied to the end by a line of the curve's look."""
    ax.annotate(words.line(text), end, xytext=(1.04, height), textcoords=("axes fraction", "data"), va="center",
                color=INK, fontsize=look.pop("fontsize", 10), annotation_clip=False, linespacing=line_spacing(words),
                multialignment="right" if words.right_to_left else "left",
                arrowprops={"arrowstyle": "-", "shrinkA": 5, "shrinkB": 0, "relpos": (0, 0.5), "patchA": None,
                            "lw": 1.2, **look})  # fmt: skip


def replicates(count: int, words: Words = ENGLISH) -> str:
    """How many replicates a picture rests on, as a sentence."""
    return words.plural("{count} replicate.", "{count} replicates.", count)


def figure_of(ax: Axes) -> Figure:
    """The figure that axes belong to."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes belong to no figure")
    return figure


def save(ax: Axes, folder: Path, name: str) -> list[Path]:
    """Write ``name.png`` and ``name.svg``, with the same bytes for the same picture.

    Returns
    -------
    list of Path
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.png", folder / f"{name}.svg"]
    figure = figure_of(ax)
    shown = figure.canvas, figure.get_dpi()
    with style():  # names of clip paths and fonts are chosen while writing
        figure.set_dpi(matplotlib.rcParams["savefig.dpi"])
        canvas: Any = FigureCanvasAgg(figure)  # savefig() would draw everything twice
        canvas.print_png(paths[0], metadata={"Software": None}, pil_kwargs={"compress_level": _EFFORT})
        figure.set_layout_engine("none")  # as laid out for the first file
        canvas = FigureCanvasSVG(figure)
        canvas.print_svg(paths[1], metadata={"Date": None})
    figure.set_canvas(shown[0])
    figure.set_dpi(shown[1])
    return paths
