"""What a register's questions on runs would have scored in the years that the record has.

``python -m simulation.evidence.register_past`` asks them on the last day of each of some years about the end of the
next, with the fits of that day and today's parameters, and writes the table into ``docs/forecasts/versions.md``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from simulation.display import pages
from simulation.evidence import BASELINE, scores
from simulation.evidence.joins.instrument_file import world_on
from simulation.evidence.joins.record import RECORD_END
from simulation.evidence.questions import LEVELS
from simulation.evidence.register import STATES
from simulation.evidence.register_runs import RecordedRuns, on_runs, recorded_runs
from simulation.scenario.load import load_scenario
from simulation.scenario.quarter import Quarter

YEARS = (2020, 2021, 2022, 2023)
"""At whose ends is asked; fits before are of hardly any deal."""
REPLICATES = 100
PAGE = Path(__file__).parents[2] / "docs" / "forecasts" / "versions.md"


def happened(held: RecordedRuns, start: Quarter, texts: Sequence[str]) -> RecordedRuns:
    """The record as one run from a quarter.

    Parameters
    ----------
    held
        A run from the end of the record: its deals of before the start are the record.
    start
        First quarter.
    texts
        Ids of the texts that are asked about.
    """
    listed = held.deals[held.deals["quarter"] < 0]
    deals = listed.assign(quarter=listed["quarter"] + (held.start - start))
    world = world_on(RECORD_END)
    joined = [(0, world.ids[i], Quarter.of(day) - start)
              for text in world.instruments if text.id in texts for i, day in text.joined]  # fmt: skip
    joins = pd.DataFrame(joined, columns=["replicate", "actor", "quarter"])
    return replace(held, replicates=1, start=start, deals=deals, joins=joins, texts=tuple(texts))


def asked(year: int, held: RecordedRuns, focal: str, replicates: int, workers: int | None = None) -> pd.DataFrame:
    """The questions of a year's end about the end of the next.

    Returns
    -------
    DataFrame
        Columns ``kind, outcome, before``, the number of the year asked about and of the one before, and one a level of
        :data:`.questions.LEVELS`.
    """
    day, by = date(year, 12, 31), date(year + 1, 12, 31)
    states = tuple(dict.fromkeys((focal, *STATES)))
    runs = recorded_runs(day, focal, replicates, workers, by)
    after = on_runs(happened(held, runs.start, runs.texts), states, (by,))
    before = on_runs(happened(held, runs.start + (-4), runs.texts), states, (day,))
    rows = [(one.kind, true.mean, known.mean, *one.quantiles)
            for one, true, known in zip(on_runs(runs, states, (by,)), after, before, strict=True)]  # fmt: skip
    return pd.DataFrame(rows, columns=["kind", "outcome", "before", *LEVELS])


def scored(rows: pd.DataFrame) -> pd.DataFrame:
    """Scores of each kind of question; as in the year before is a single number, whose quantile score is its error."""
    result = []
    for kind, own in rows.groupby("kind", sort=False):
        true, found = own["outcome"].to_numpy(float), own[list(LEVELS)].to_numpy(float)
        inside = [scores.covered((found[:, k] <= true) & (true <= found[:, -1 - k])) for k in (1, 0)]
        result.append([kind, len(own), float(true.mean()), float(found[:, len(LEVELS) // 2].mean()), *inside,
                       float(scores.quantile_score(found, LEVELS, true).mean()),
                       float((own["before"] - own["outcome"]).abs().mean())])  # fmt: skip
    return pd.DataFrame(result, columns=["number", "questions", "happened", "median", "50 % covers", "90 % covers",
                                         "quantile score", "as the year before"])  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m simulation.evidence.register_past", description=__doc__)
    parser.add_argument("--replicates", type=int, default=REPLICATES, help="runs of the baseline from each day")
    parser.add_argument("--workers", type=int, help="processes; default: one a core")
    parser.add_argument("--page", type=Path, default=PAGE, help="page with the marks")
    chosen = parser.parse_args(arguments)
    held = recorded_runs(RECORD_END, None, 1, 1)
    focal = load_scenario(BASELINE).focal
    table = scored(pd.concat([asked(year, held, focal, chosen.replicates, chosen.workers) for year in YEARS]))
    cells = [[f"{value:.2f}" if isinstance(value, float) else str(value) for value in row]
             for row in table.itertuples(index=False)]  # fmt: skip
    text = pages.table(list(table.columns), cells) + f"\nOf {chosen.replicates} runs a day."
    pages.replace_between(chosen.page, "runs", text)


if __name__ == "__main__":
    main()
