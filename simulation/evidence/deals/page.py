"""The page of the pair layer: what was learnt, which forms were tried, and likely partners of ten states."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from simulation.display import pages
from simulation.errors import DataError
from simulation.evidence.deals.forecast import forecast_pairs
from simulation.intensity.ensemble import DRAWS
from simulation.intensity.places import TABLES, judged_states

FACES = tuple(state for (state,) in judged_states("face"))
"""States whose likeliest new partners are shown."""
PARTNERS = 10
HEADS: Mapping[str, str] = {
    "dense": "Five domains of treaties, 20 windows of five years: nats an event by which the intensity beats a rival, "
    "mean over windows, 95 % interval over actors drawn anew; areas under the curves of each.",
    "tried": "All forms tried: nats an event by which the shipped form is better on unseen years (below 0: it "
    "loses), and the chance of at least one recorded deal in 2025–2030 of pairs that look odd.",
    "coefficients": "Coefficients in five domains, their mean, the prior of AI deals and their posterior at the end of "
    "2024, each with its standard deviation.",
    "faces": "Ten states: probability of at least one recorded new deal in 2025–2030 (* one is in force).",
}  # fmt: skip


def tables(draws: int = DRAWS) -> dict[str, pd.DataFrame]:
    """Every table of the page, by name; those that need the gathered sources are read as shipped."""
    return {
        "dense": shipped("dense_windows"), "tried": shipped("tried"), "coefficients": shipped("coefficients"),
        "faces": faces(draws),
    }  # fmt: skip


def shipped(name: str) -> pd.DataFrame:
    """A shipped table of measurements.

    Raises
    ------
    DataError
        If it is missing.
    """
    try:
        return pd.read_csv(TABLES / f"{name}.csv")
    except FileNotFoundError:
        raise DataError(f"the table {TABLES / name}.csv is missing") from None


def faces(draws: int = DRAWS) -> pd.DataFrame:
    """The likeliest new partners of :data:`FACES` in 2025–2030, in columns ``state, expected, partners``."""
    every = forecast_pairs("2024-12-31", "2030-12-31", draws=draws)
    rows = []
    for state in FACES:
        own = every[(every["a"] == state) | (every["b"] == state)]
        text = [
            f"{row['b'] if row['a'] == state else row['a']}{'*' if row['held'] >= 0.5 else ''} {row['probability']:.2f}"
            for row in own.head(PARTNERS).to_dict("records")
        ]
        rows.append({"state": state, "expected": own["expected"].sum(), "partners": ", ".join(text)})
    return pd.DataFrame(rows)


def render(found: Mapping[str, pd.DataFrame]) -> str:
    """The page as Markdown."""
    parts = []
    for name, frame in found.items():
        rows = [[_cell(value) for value in row] for row in frame.itertuples(index=False)]
        parts += [HEADS[name] + "\n", pages.table([str(column) for column in frame.columns], rows)]
    return "\n".join(parts)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.3f}"
    return str(value)
