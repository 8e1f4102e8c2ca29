"""The picture of a sweep's grid: means over its first two factors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.analysis.summary import BAND_LABEL, POSTERIOR_LABEL
from simulation.display.heatmap import draw_heatmap
from simulation.display.style import new_axes, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from simulation.experiments.sweeps.results import SweepResults


def heatmap(results: SweepResults, metric: str, quarter: str) -> Axes | None:
    """Means of a metric; see :meth:`SweepResults.heatmap`."""
    points = results.points()
    axes = [*results.factors, *(["scenario"] if points["scenario"].nunique() > 1 else [])]
    if results.info["design"] != "grid" or len(axes) < 2:
        return None
    across, down = axes[:2]
    rows = results.table(metric, quarter)
    table = rows.groupby([down, across], sort=False)["value"].mean().unstack(across)
    table = table.loc[list(dict.fromkeys(points[down])), list(dict.fromkeys(points[across]))]
    held = BAND_LABEL if results.draws is None else POSTERIOR_LABEL
    text = f"Mean over {' and '.join([str(results.info['replicates']) + ' replicates', *axes[2:]])}; {held}."
    with style():
        return draw_heatmap(table, new_axes(), title=f"{results.told(metric).capitalize()}, {quarter}", label=text)
