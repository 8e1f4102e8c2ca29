"""The register of forecasts, ``docs/results/forecasts.csv``: dated questions, probabilities, how each is resolved.

Made by :data:`COMMAND`. Questions on texts come from the joining
forecast as of the last day of the record, those on deals and metrics from the replicates of the run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from simulation.evidence.joins.covariates import Text, world_on
from simulation.evidence.joins.fit import RECORD_END, shipped_weights
from simulation.evidence.joins.forecast import Chances, forecast

COLUMNS = ("id", "question", "made", "resolves", "probability", "source", "version", "command", "how_resolved")
TEXTS = {
    "budapest": ("CoE",), "conv108": ("CoE",), "coe_ai_225": ("CoE",), "oecd_ai_2019": ("OECD",),
    "gpai": ("FRA", "CAN", "OECD"), "dco": ("SAU",), "us_poldecl_2023": ("USA",),
}  # fmt: skip
"""Texts still open at the end of the record whose lists are complete, and who convenes each."""
CLUBS = ("gpai", "dco")
MORE = (1, 5)
"""Additional joiners asked about."""
LAST = date(2026, 12, 31)
OTHERS = ("BRA", "IND", "KEN", "IDN")
"""States asked about besides the focal one: large, and outside most lists."""
QUARTERS = ("2026Q4", "2030Q4")
METRICS = ("deals", "instruments_joined", "cooperation", "capacity")
PARTNERS = 8
COMMAND = (
    "wifaq run scenarios/baseline.yaml --replicates 200 --out results/register; "
    "python -m simulation.evidence.joins.forecasts results/register docs/results/forecasts.csv"
)
LATER = (
    "a later release of this project whose records reach that day: the recorded value then, "
    "by docs/reference/metrics.md"
)


def recorded(name: str, sponsors: tuple[str, ...]) -> Text:
    """A shipped text with those who have joined it."""
    world = world_on(RECORD_END)
    facts = next(text for text in world.instruments if text.id == name)
    return Text(
        id=name, opens=facts.opens, sponsors=sponsors, binding=facts.binding, domain=facts.domain,
        eligible=tuple(world.ids[i] for i in facts.eligible), exclusive=name in CLUBS,
        joined=tuple(world.ids[i] for i, _ in facts.joined), track=facts.track,
    )  # fmt: skip


def on_texts(focal: str) -> Iterator[tuple[str, str, float, str]]:
    """Question, day, probability, resolution: single states, and how many more join."""
    titles = {text.id: text.title for text in world_on(RECORD_END).instruments}
    for name, sponsors in TEXTS.items():
        found = forecast(recorded(name, sponsors), RECORD_END, LAST, shipped_weights())
        how = f"the convener's public list of {titles[name]}"
        for state in (focal, *OTHERS):
            if state in found.ids and state not in (found.text.joined or ()):
                p = float(found.probability[found.ids.index(state)])
                yield f"{state} has joined {titles[name]}", str(LAST), p, how
        for more in MORE:
            yield (f"at least {more} more of the eligible have joined {titles[name]} since {RECORD_END}",
                   str(LAST), _more(found, more), how)  # fmt: skip


def _more(found: Chances, more: int) -> float:
    return float(np.mean(found.counts - len(found.text.joined or ()) >= more))


def on_run(folder: Path, focal: str) -> Iterator[tuple[str, str, float, str]]:
    """Questions on the focal state's metrics and partners, from the replicates of a run."""
    series = pd.read_parquet(folder / "series.parquet")
    for metric in METRICS:
        for quarter in QUARTERS:
            pick = (series["actor"] == focal) & (series["metric"] == metric) & (series["quarter"] == quarter)
            values = series[pick]["value"]
            bar = float(np.quantile(values, 0.6))
            bar = np.ceil(bar) if (values == values.round()).all() else round(bar, 2)
            yield (f"{metric} of {focal} is at least {bar:g} at the end of {quarter}",
                   str(pd.Period(quarter, "Q").end_time.date()), float((values >= bar).mean()),
                   LATER)  # fmt: skip
    ties = pd.read_csv(folder / "ties.csv", keep_default_na=False)
    last = max(series["quarter"].astype(str).unique())
    likely = ties.drop_duplicates("partner").sort_values("probability_any", ascending=False, kind="stable")
    for row in likely.head(PARTNERS).itertuples():
        yield (f"{focal} and {row.name} ({row.partner}) have an AI-governance deal in force at the end of {last}",
               str(pd.Period(last, "Q").end_time.date()), float(str(row.probability_any)),
               "announcements of the two governments: a signed agreement, programme or memorandum on AI")  # fmt: skip


def register(folder: Path, out: Path) -> pd.DataFrame:
    """Write the register and return it."""
    focal = str(pd.read_csv(folder / "forecast.csv", keep_default_na=False)["focal"].iloc[0])
    rows: list[tuple[str, ...]] = []
    for source, questions in (("joining forecast", on_texts(focal)), ("run of the world", on_run(folder, focal))):
        for question, day, probability, how in questions:
            number = f"F{len(rows) + 1:03d}"
            told = (f"{probability:.3f}", source, version("wifaq"), COMMAND, how)
            rows.append((number, question, str(RECORD_END), day, *told))
    table = pd.DataFrame(rows, columns=COLUMNS)
    table.to_csv(out, index=False, lineterminator="\n")
    return table


if __name__ == "__main__":
    register(Path(sys.argv[1]), Path(sys.argv[2]))
