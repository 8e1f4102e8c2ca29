"""The page of the pair layer: what was learnt, what it is worth on unseen years, and where a rival is as good.

``python -m simulation.evidence.deals.page FOLDER`` writes ``deals.md`` and a CSV file of each table.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from simulation.display import pages
from simulation.errors import DataError
from simulation.evidence.deals import backtest
from simulation.evidence.deals.forecast import forecast_pairs
from simulation.evidence.deals.scoring import OURS, gains, ranking
from simulation.intensity.ensemble import DRAWS
from simulation.intensity.places import TABLES, judged_states

FACES = tuple(state for (state,) in judged_states("face"))
"""States whose likeliest new partners are shown."""
PARTNERS = 10
HEADS: Mapping[str, str] = {
    "dense": "Five domains of treaties, 20 windows of five years: nats an event by which the intensity beats a rival, "
    "mean over windows, 95 % interval over actors drawn anew; areas under the curves of each.",
    "gains": "AI deals of states, each year from 2019 to 2024 forecast from the end of the year before: nats an event, "
    "every event alike. Every rival is told of the searched press and the language of the record.",
    "pairs": "The same years: Brier and log score of pair probabilities (times 1,000, mean over pairs; all at the pace "
    "of the intensity), areas under the curves.",
    "counts": "Recorded deals a year: continuous ranked probability score, coverage of 90 % intervals (ends included), "
    "share of the randomised probability transform between .05 and .95.",
    "firms": "AI deals of states with firms, the same years. The priors were written by people who had seen the rows: "
    "count these as optimistic.",
    "tried": "All forms tried: nats an event by which the shipped form is better on unseen years (below 0: it "
    "loses), and the chance of at least one recorded deal in 2025–2030 of pairs that look odd.",
    "coefficients": "Coefficients in five domains, their mean, the prior of AI deals and their posterior at the end of "
    "2024, each with its standard deviation.",
    "faces": "Ten states: probability of at least one recorded new deal in 2025–2030 (* one is in force).",
}  # fmt: skip


def tables(draws: int = DRAWS) -> dict[str, pd.DataFrame]:
    """Every table of the page, by name; those that need the gathered sources are read as shipped."""
    result = [backtest.forecast_year(origin, draws) for origin in backtest.ORIGINS]
    scored = [backtest.forecast_firms(origin, draws) for origin in backtest.ORIGINS]
    lead = pd.DataFrame([gains(scored, name, by_event=True) for name in scored[0].shares if name != OURS])
    rank = ranking(scored).rename(columns={"forecast": "over"})
    return {
        "dense": shipped("dense_windows"), "gains": backtest.gain_table(result), "pairs": backtest.pair_table(result),
        "counts": backtest.count_table(backtest.count_rows(result)), "firms": rank.merge(lead, on="over", how="left"),
        "tried": shipped("tried"), "coefficients": shipped("coefficients"), "faces": faces(draws),
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


def write_summary(folder: Path, draws: int = DRAWS) -> None:
    """Write the page and its tables into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    result = tables(draws)
    for name, frame in result.items():
        frame.to_csv(folder / f"{name}.csv", index=False, float_format="%.5g", lineterminator="\n")
    (folder / "deals.md").write_text(render(result), encoding="utf-8", newline="\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m simulation.evidence.deals.page", description=tables.__doc__)
    parser.add_argument("folder", type=Path, help="where the page and its tables go")
    write_summary(parser.parse_args(arguments).folder)


if __name__ == "__main__":
    main()
