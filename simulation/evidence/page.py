"""The pages of the backtest: tables between the markers of ``docs/results/evidence.md`` and ``deals.md``, and pictures.

``python -m simulation.evidence.page`` writes them from the gathered record: some minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from simulation.data.tables import read_csv
from simulation.display import pages
from simulation.errors import InputError, WifaqError
from simulation.evidence import BASELINE, backtest
from simulation.evidence.deals.backtest import ORIGINS
from simulation.evidence.deals.forecast import forecast_pairs
from simulation.evidence.joins import record
from simulation.intensity.places import TABLES, judged_states
from simulation.scenario.load import load_scenario

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


def learnt_tables() -> dict[str, pd.DataFrame]:
    """Every table of ``deals.md``, by name; those that need the gathered sources are read as shipped."""
    files = {"dense": "dense_windows", "tried": "tried", "coefficients": "coefficients"}
    return {name: pd.read_csv(TABLES / f"{file}.csv") for name, file in files.items()} | {"faces": faces()}


def faces() -> pd.DataFrame:
    """The likeliest new partners of :data:`FACES` in 2025–2030, in columns ``state, expected, partners``."""
    every = forecast_pairs("2024-12-31", "2030-12-31")
    rows = []
    for state in FACES:
        own = every[(every["a"] == state) | (every["b"] == state)]
        text = [
            f"{row['b'] if row['a'] == state else row['a']}{'*' if row['held'] >= 0.5 else ''} {row['probability']:.2f}"
            for row in own.head(PARTNERS).to_dict("records")
        ]
        rows.append({"state": state, "expected": own["expected"].sum(), "partners": ", ".join(text)})
    return pd.DataFrame(rows)


RESULTS = Path(__file__).parents[2] / "docs" / "results"
PARTS = ("joins", "deals")
"""Markers of ``evidence.md``; each holds the tables whose names begin so."""
DRAWN = ("joins_calibration", "deals_calibration")
"""Tables that the page shows as a picture."""


def write_pages(tables: Mapping[str, pd.DataFrame], learnt: Mapping[str, pd.DataFrame], folder: Path = RESULTS) -> None:
    """Fill the pages of a folder.

    Parameters
    ----------
    tables
        Of :func:`simulation.evidence.backtest.joins_tables` and ``deals_tables``.
    learnt
        Of :func:`learnt_tables`.
    folder
        With ``evidence.md`` and ``deals.md``.

    Raises
    ------
    DataError
        If a page lacks its markers.
    """
    titles = {name: f"**{title}**" for name, title in backtest.TITLES.items()}
    for part in PARTS:
        shown = {name: table for name, table in tables.items() if name.startswith(part) and name not in DRAWN}
        pages.replace_between(folder / "evidence.md", part, render(shown, titles, trimmed=True))
    pages.replace_between(folder / "deals.md", "deals", render(learnt, HEADS))
    pictures = folder / "evidence"
    backtest.draw_calibration(tables, pictures)
    for name in DRAWN:
        tables[name].to_csv(pictures / f"{name}.csv", index=False, float_format="%.5g", lineterminator="\n")
        (pictures / f"{name}.svg").unlink()


def render(tables: Mapping[str, pd.DataFrame], heads: Mapping[str, str], *, trimmed: bool = False) -> str:
    """Tables in Markdown, each under its head; numbers to three digits, ``trimmed`` without zeros at the end."""
    parts = []
    for name, table in tables.items():
        rows = [[_cell(value, trimmed) for value in row] for row in table.itertuples(index=False)]
        parts += [heads[name] + "\n", pages.table([str(column) for column in table.columns], rows)]
    return "\n".join(parts)


def _cell(value: object, trimmed: bool) -> str:
    if not isinstance(value, float):
        return str(value)
    text = "" if value != value else f"{value:.3f}"
    return text.rstrip("0").rstrip(".") if trimmed else text


def main(folder: Annotated[Path, typer.Argument()] = RESULTS) -> None:
    """Write the pages of a folder with evidence.md and deals.md."""
    focal, source = load_scenario(BASELINE).focal, backtest.gathered()
    try:
        if source is None:
            raise InputError(backtest.NO_RECORD)
        tables = backtest.joins_tables(record.read_record(source), focal)
        tables["joins_tries"] = pd.DataFrame(read_csv(record.TABLES / "tries.csv"))
        tables |= backtest.deals_tables(focal, ORIGINS)
        write_pages(tables, learnt_tables(), folder)
    except WifaqError as error:
        typer.echo(error, err=True)
        raise typer.Exit(2) from error


if __name__ == "__main__":
    typer.run(main)
