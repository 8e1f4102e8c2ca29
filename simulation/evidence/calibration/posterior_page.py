"""Write the tables and pictures of docs/results/posterior.md.

``python -m simulation.evidence.calibration.posterior_page``
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from simulation.display import pages
from simulation.evidence.calibration import targets
from simulation.evidence.calibration.calibrate import ACCOUNT, EDITION
from simulation.experiments.posterior import Posterior, load
from simulation.experiments.prior import free_parameters, value_at
from simulation.state import F

DOCS = Path(__file__).parents[3] / "docs" / "results"
PAGE, MARKER = DOCS / "posterior.md", "posterior"
PICTURES = DOCS / "pictures"
BAND = (0.05, 0.5, 0.95)
TOLD = 0.85
"""Width of the posterior's central 90 % over the prior's below which the record is said to tell something."""
_COLUMNS = 5
_BINS = 12
_PRIOR, _POSTERIOR = "#b0b7bf", "#1f6f8b"


def render(sample: Posterior, told: dict[str, object]) -> str:
    """The written part of the page, as Markdown."""
    rounds = zip(told["tolerances"], told["accepted"], strict=True)  # type: ignore[call-overload]
    steps = "; ".join(f"{tolerance:.2f} ({share:.0%})" for tolerance, share in rounds)
    return "\n".join(
        [
            "Written by `python -m simulation.evidence.calibration.posterior_page`; do not edit this part.\n",
            *_edition(str(told["edition"])),
            f"{told['simulations']} simulations, {told['different']} different parameter sets (effective number "
            f"{told['effective']}), from {told['since']} to {told['until']}, focal state {told['focal']}. Tolerance "
            f"of each round, and share of moves taken: {steps}.\n",
            "What the record says and what runs of the posterior give (one run a set, means and 5–95 %):\n",
            _predictive(sample, told["observed"]),  # type: ignore[arg-type]
            "Prior and posterior, median and 5–95 %:\n",
            _marginals(sample),
        ]
    )


def _edition(fitted: str) -> list[str]:
    """A warning, if the sample was fitted with another edition of the model than that which draws from it."""
    if fitted == EDITION:
        return []
    return [
        f"**Fitted with the {fitted} edition of the model.** Those of its parameters that the {EDITION} edition does "
        "not have are taken out of the sample; the others keep the values and weights that they had together with "
        "them. What runs give below are runs of that edition. Until the calibration is made anew the sample is a "
        "prior.\n"
    ]


def _predictive(sample: Posterior, observed: dict[str, float]) -> str:
    rows = []
    for name in targets.SUMMARIES:
        values = sample.summaries[name].to_numpy(np.float64)
        low, _, high = weighted_quantiles(values, sample.weights, BAND)
        inside = "inside" if low <= observed[name] <= high else "**outside**"
        mean = float(sample.weights @ values)
        rows.append((name, f"{observed[name]:.3g}", f"{mean:.2g}", f"{low:.2g}–{high:.2g}", inside))
    return pages.table(("summary", "record", "mean", "5–95 %", "record is"), rows)


def _marginals(sample: Posterior) -> str:
    rows = []
    for entry in free_parameters():
        before = [float(value_at(entry, np.array(share))) for share in BAND]
        after = [sample.quantile(entry.name, share) for share in BAND]
        widths = [ends[2] - ends[0] for ends in (before, after)]
        verdict = "narrowed" if widths[1] < TOLD * widths[0] else "prior alone"
        rows.append(
            (
                f"`{entry.name}`",
                f"{entry.default:g}",
                _told(before),
                _told(after),
                f"{widths[1] / widths[0]:.2f}",
                verdict,
            )
        )
    head = ("parameter", "default", "prior", "posterior", "width left", "rests on")
    return pages.table(head, rows)


def _told(values: Sequence[float]) -> str:
    low, middle, high = values
    return f"{middle:.3g} [{low:.3g}, {high:.3g}]"


def weighted_quantiles(values: F, weights: F, shares: Sequence[float]) -> list[float]:
    """Quantiles of weighted values."""
    order = np.argsort(values, kind="stable")
    places = np.searchsorted(np.cumsum(weights[order]), shares)
    return [float(values[order][min(int(place), len(values) - 1)]) for place in places]


def draw(sample: Posterior, observed: dict[str, float], folder: Path) -> None:
    """Prior against posterior of every parameter, and what runs give against the record, as PNG."""
    from simulation.display.style import save, style

    with style():
        save(_draw_marginals(sample), folder, "posterior_parameters")
        save(_draw_predictive(sample, observed), folder, "posterior_predictive")
    for drawn in folder.glob("posterior_*.svg"):
        drawn.unlink()  # pages show the PNG


def _draw_marginals(sample: Posterior):  # type: ignore[no-untyped-def]
    from matplotlib.figure import Figure

    entries = free_parameters()
    rows = -(-len(entries) // _COLUMNS)
    figure = Figure(figsize=(11, 1.9 * rows), layout="constrained")
    axes = figure.subplots(rows, _COLUMNS).ravel()
    for axis, entry in zip(axes, entries, strict=False):
        edges = value_at(entry, np.linspace(0, 1, _BINS + 1))
        height, _ = np.histogram(sample.values[:, sample.names.index(entry.name)], edges, weights=sample.weights)
        axis.stairs(height * _BINS, edges, fill=True, color=_POSTERIOR)
        axis.axhline(1.0, color=_PRIOR, linewidth=2)
        axis.axvline(entry.default, color="black", linewidth=1, linestyle=":")
        axis.set_title(entry.name.replace("_", " "), fontsize=9)
        axis.set_yticks([])
        axis.tick_params(labelsize=7)
        axis.tick_params(which="minor", bottom=False, labelbottom=False)
    for axis in axes[len(entries) :]:
        axis.set_visible(False)
    figure.suptitle("Posterior (blue) over prior (grey line); dotted: default", fontsize=11)
    return figure.axes[0]


def _draw_predictive(sample: Posterior, observed: dict[str, float]):  # type: ignore[no-untyped-def]
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.6), layout="constrained")
    for axis, name in zip(figure.subplots(2, 3).ravel(), targets.SUMMARIES, strict=True):
        values = sample.summaries[name].to_numpy(np.float64)
        counts = bool((values == values.round()).all())
        wide = max(values.max(), observed[name]) > 2 * _BINS
        edges = np.arange(-0.5, max(values.max(), observed[name]) + 1) if counts and not wide else 2 * _BINS
        axis.hist(values, edges, weights=sample.weights, color=_POSTERIOR)
        axis.axvline(observed[name], color="#c0392b", linewidth=2)
        axis.set_title(name, fontsize=9)
        axis.tick_params(labelsize=8)
    figure.suptitle("Runs of the posterior (blue) and the record (red line)", fontsize=11)
    return figure.axes[0]


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the page."""
    name = "python -m simulation.evidence.calibration.posterior_page"
    parser = argparse.ArgumentParser(prog=name, description=__doc__)
    parser.add_argument("--out", type=Path, default=PAGE, help="the page, which must have the markers")
    parser.add_argument("--pictures", type=Path, default=PICTURES, help="folder of the pictures")
    chosen = parser.parse_args(arguments)
    text = json.loads(ACCOUNT.read_text(encoding="utf-8"))
    pages.replace_between(chosen.out, MARKER, render(load(), text))
    draw(load(), text["observed"], chosen.pictures)


if __name__ == "__main__":
    main()
