"""Golden runs: a few headline numbers of short runs, kept in CSV tables beside this file.

``python -m tests.golden.refresh`` writes the tables anew; nothing else does. A change of them in a
commit says that the model's numbers changed, and by how much.

A float is written with twelve significant digits and compared as written: that is short to read, and
whatever the processor the bits are the same anyway (``tests/install/test_same_bits.py``).
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tests.shipped import build, shipped

FOLDER = Path(__file__).parent
DIGITS = 12
REPLICATES = 3
CASES = {
    "baseline": ("2025Q1", "2026Q4", "2030Q4", "2035Q4"),
    "splintering_camps": ("2025Q1", "2027Q4"),
    "governance_agency_learning": ("2025Q1", "2027Q4"),
}
"""Scenario, and the quarters that are kept; the last one is the horizon."""
METRICS = (
    "deals", "instruments_joined", "commitments", "volume", "implementation", "cooperation", "commitments_kept",
    "autonomy", "capacity", "incidents_so_far", "concessions_received", "world_deals", "modularity_camps",
    "world_governance", "bloc_depth_mean", "trust_partners",
)  # fmt: skip
ACTORS = ("MAR", "SEN", "FRA", "system")


def table(name: str) -> str:
    """The golden table of a scenario, as the text of a CSV file."""
    quarters = CASES[name]
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("replicate", "quarter", "actor", "metric", "value"))
    record = {"metrics": METRICS, "actors": ACTORS[:-1], "ties": "none"}
    for replicate in range(REPLICATES):
        model = build(shipped(name, {"horizon": quarters[-1]}, record=record), replicate=replicate).run()
        for quarter, actor, metric, value in model.recorder.series().itertuples(index=False):
            if quarter in quarters:
                rows.writerow((replicate, quarter, actor, metric, f"{value:.{DIGITS}g}"))
    return text.getvalue()


def main() -> None:
    """Write every table anew."""
    for name in CASES:
        (FOLDER / f"{name}.csv").write_text(table(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
