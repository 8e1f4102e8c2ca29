"""How far each number of the model moves the headline: every parameter at both ends of its range, one at a time.

``python -m simulation.evidence.parameter_effects`` runs the baseline with each parameter at its lowest and at its
highest value, on paired replicates, and writes ``simulation/scenario/parameter_effects.csv``, which
``wifaq list parameters`` reads. A parameter that moves nothing beyond the noise is one that nobody need argue about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer

from simulation.evidence import BASELINE
from simulation.evidence.deals.forecast import write_whole
from simulation.experiments import prior
from simulation.experiments.analysis.summary import by_replicate
from simulation.experiments.engine.runner import Ensemble, Progress, run_points
from simulation.experiments.engine.simulate import simulate as simulate_model
from simulation.scenario.listing import EFFECTS
from simulation.scenario.load import load_scenario
from simulation.scenario.parameters import PARAMETERS, Parameter
from simulation.scenario.schema import Scenario
from simulation.state import F

HEADLINE = "commitments_kept"
COLUMNS = ("parameter", "low", "change_at_low", "se_at_low", "high", "change_at_high", "se_at_high", "replicates")
"""Changes are in per cent of the baseline's mean headline at the horizon, with the standard error over pairs."""
_BASE = "baseline"
_RUN = prior.Drawing(simulate_model)
"""The other parameters are drawn from their prior, alike for all ends of a replicate."""


def ends(names: Sequence[str] = tuple(PARAMETERS)) -> dict[str, Scenario]:
    """The baseline, and with each parameter at each end of its range, by ``name low`` and ``name high``."""
    base = load_scenario(BASELINE)
    record = base.record.model_copy(update={
        "metrics": (HEADLINE,), "actors": (base.focal,), "every": base.quarters, "ties": "none",
    })  # fmt: skip
    base = base.model_copy(update={"record": record})
    points = {_BASE: base}
    for name in names:
        for side in ("low", "high"):
            value = float(getattr(PARAMETERS[name], side))
            points[f"{name} {side}"] = base.model_copy(update={"parameters": base.parameters.replace(**{name: value})})
    return points


def measure(
    replicates: int, names: Sequence[str] = tuple(PARAMETERS), workers: int | None = None,
    progress: Progress | None = None,
) -> list[dict[str, str]]:  # fmt: skip
    """Rows of the table, one a parameter, in the order of the registry.

    Parameters
    ----------
    replicates
        Pairs, at least 2.
    """
    points = ends(names)
    found = run_points(
        points, dict.fromkeys(points, replicates), workers, progress, on_error="raise", simulate=_RUN
    )
    usual = last(found[_BASE])
    return [_row(PARAMETERS[name], usual, found) for name in names]


def last(ensemble: Ensemble) -> F:
    """The headline of the focal state at the horizon, one a replicate."""
    table = by_replicate(ensemble.series, HEADLINE, str(ensemble.scenario.horizon))
    return table[ensemble.scenario.focal].to_numpy(float)


def _row(entry: Parameter, usual: F, found: Mapping[str, Ensemble]) -> dict[str, str]:
    row = {"parameter": entry.name, "replicates": str(len(usual))}
    for side in ("low", "high"):
        change = 100.0 * (last(found[f"{entry.name} {side}"]) - usual) / usual.mean()
        row[side] = f"{getattr(entry, side):g}"
        row[f"change_at_{side}"] = f"{change.mean():.2f}"
        row[f"se_at_{side}"] = f"{change.std(ddof=1) / np.sqrt(change.size):.2f}"
    return row


def table_text(rows: Sequence[Mapping[str, str]]) -> str:
    """The table as it stands in its file."""
    return pd.DataFrame(rows, columns=COLUMNS).to_csv(index=False, lineterminator="\n")


def main(
    replicates: Annotated[int, typer.Option(min=2)] = 10, workers: int | None = None, out: Path = EFFECTS
) -> None:
    """Measure with so many pairs, and write the table."""
    write_whole(out, table_text(measure(replicates, workers=workers)))


if __name__ == "__main__":
    typer.run(main)
