"""Small tables in the shape of a result folder, for the tests of pictures."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulation.state import KINDS, TRACKS

QUARTERS = [f"{year}Q{quarter}" for year in range(2025, 2031) for quarter in range(1, 5)]


def forecast(focal: str = "MAR") -> pd.DataFrame:
    """A forecast of the headline and of commitments by track."""
    steps = np.arange(len(QUARTERS))
    tables = []
    for place, metric in enumerate(["cooperation", *(f"commitments_by_{track}" for track in TRACKS)]):
        middle = 0.4 + 0.01 * steps + 0.1 * place
        table = pd.DataFrame({"focal": focal, "metric": metric, "quarter": QUARTERS})
        table["unit"] = "index" if metric == "cooperation" else "binding-equivalents"
        table["mean"] = middle
        for name, shift in {"q05": -2, "q25": -1, "q50": 0.1, "q75": 1, "q95": 2}.items():
            table[name] = middle + shift * 0.002 * steps
        tables.append(table.assign(replicates=200))
    return pd.concat(tables, ignore_index=True)


def ties(partners: int = 30) -> pd.DataFrame:
    """Partners of every kind and camp, some with long names, some on two tracks."""
    rows = []
    for place in range(partners):
        kind = KINDS[place % len(KINDS)]
        camp = ("EU", "CN", "US", "none")[place % 4]
        name = f"International Organisation for Very Long Names number {place}" if place % 3 else f"P{place}"
        track = "non_state" if kind != "state" else "bilateral"
        region = ("Africa", "America", "Asia", "Europe", "Oceania", "")[place % 6]
        chance = 0.95 - place / 60
        anywhere = chance + 0.01 * (kind == "state")
        new, recorded = 0.4 * anywhere, 0.6 * anywhere * (place % 3 == 0)
        share = (new, recorded, anywhere - new - recorded) if place % 2 else (anywhere, 0.0, 0.0)
        rows.append((f"p{place:02d}", name, kind, camp, region, track, chance, 1 + place % 3, anywhere, *share))
        if kind == "state":
            rows.append((f"p{place:02d}", name, kind, camp, region, "trilateral", 0.01, 1, anywhere, *share))
    columns = ["partner", "name", "kind", "camp", "region", "track", "probability", "depth_if_any", "probability_any",
               "probability_new", "probability_recorded", "probability_drawn"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).assign(
        focal="MAR", depth=lambda table: table["probability"], replicates=200
    )
