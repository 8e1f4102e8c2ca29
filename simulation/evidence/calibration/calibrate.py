"""Calibrate the free parameters on the dated record: ``python -m simulation.evidence.calibration.calibrate``.

Writes the posterior sample (``posterior.csv``: a row a parameter set, with its weight and the summaries
of the simulation that was accepted) and how the fit went (``calibration.json``). Same seed and version:
the same tables, whatever the number of workers.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr

from simulation.data.tables import FITTED
from simulation.evidence.calibration import smc, targets
from simulation.experiments import prior
from simulation.experiments.engine.executors import LocalPool
from simulation.scenario import shipped
from simulation.state import F

POSTERIOR, ACCOUNT = FITTED / "posterior.csv", FITTED / "calibration.json"
BASELINE = shipped.folder() / "baseline.yaml"
PARTICLES, ROUNDS, SEED = 400, 3, 20241231
LEAST_REPORTED = 0.4
"""The record has at least this share of the agreements, and at most all: a uniform prior."""
REPORTED = "reported"
EDITION = "second"
"""Edition of the model that a calibration of today fits."""
_CHUNK = 25  # simulations a worker is sent at once
_DIGITS = 6


@lru_cache(maxsize=1)
def _record(path: str) -> targets.Record:
    return targets.load_record(path)


def reported(scores: F) -> F:
    """Share of agreements that the record has, (m,), from the last scores."""
    share: F = LEAST_REPORTED + (1.0 - LEAST_REPORTED) * ndtr(scores[:, -1])
    return share


def _simulate_some(path: str, task: tuple[F, Sequence[int]]) -> F:
    """Summaries of some simulations, in a worker."""
    scores, numbers = task
    entries = prior.free_parameters()
    table = prior.values(entries, scores[:, :-1])
    names = [entry.name for entry in entries]
    rows = [
        targets.summaries(_record(path), dict(zip(names, map(float, row), strict=True)), float(share), number)
        for row, share, number in zip(table, reported(scores), numbers, strict=True)
    ]
    return np.array(rows)


def calibrate(path: str, particles: int, rounds: int, seed: int, workers: int) -> Iterator[smc.Sample]:
    """Samples of the posterior, closer each round; see :func:`simulation.evidence.calibration.smc.samples`."""
    observed = _record(path).observed
    count = len(prior.free_parameters()) + 1
    work = partial(_simulate_some, path)
    pool = LocalPool(workers)

    def simulate(scores: F, numbers: Sequence[int]) -> F:
        starts = range(0, len(scores), _CHUNK)
        sent = [pool.call(work, (scores[k : k + _CHUNK], list(numbers)[k : k + _CHUNK])) for k in starts]
        return np.concatenate([future.result() for future in sent])

    try:
        yield from smc.samples(simulate, partial(targets.distance, observed), count, particles, rounds, seed)
    finally:
        pool.close(busy=True)  # what still runs then, nobody waits for


def posterior_table(found: smc.Sample) -> pd.DataFrame:
    """A row a parameter set: ``weight``, the parameters, ``reported``, and the summaries."""
    entries = prior.free_parameters()
    frame = pd.DataFrame(prior.values(entries, found.scores[:, :-1]), columns=[entry.name for entry in entries])
    frame.insert(0, "weight", found.weights)
    frame[REPORTED] = reported(found.scores)
    for place, name in enumerate(targets.SUMMARIES):
        frame[f"summary: {name}"] = found.summaries[:, place]
    return frame


def account(found: smc.Sample, record: targets.Record, particles: int, seed: int) -> dict[str, object]:
    """How the fit went, for the page."""
    return {
        "edition": EDITION,
        "since": targets.SINCE.isoformat(),
        "until": targets.UNTIL.isoformat(),
        "focal": record.scenario.focal,
        "observed": dict(zip(targets.SUMMARIES, map(float, record.observed), strict=True)),
        "particles": particles,
        "seed": seed,
        "simulations": found.simulations,
        "tolerances": [round(value, _DIGITS) for value in found.tolerances],
        "accepted": [round(value, _DIGITS) for value in found.accepted],
        "different": len(found.weights),
        "effective": round(float(1.0 / (found.weights**2).sum()), 1),
    }


def write(found: smc.Sample, record: targets.Record, particles: int, seed: int, folder: Path) -> None:
    """Write both tables, each whole or not at all."""
    text = posterior_table(found).to_csv(index=False, float_format=f"%.{_DIGITS}g", lineterminator="\n")
    notes = json.dumps(account(found, record, particles, seed), indent=2, ensure_ascii=False) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in ((folder / POSTERIOR.name, text), (folder / ACCOUNT.name, notes)):
        fresh = path.with_suffix(".new")
        fresh.write_text(content, encoding="utf-8", newline="\n")
        os.replace(fresh, path)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the calibration."""
    parser = argparse.ArgumentParser(prog="python -m simulation.evidence.calibration.calibrate", description=__doc__)
    parser.add_argument("--scenario", type=Path, default=BASELINE, help="whose focal state's record")
    parser.add_argument("--particles", type=int, default=PARTICLES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=FITTED, help="folder of the two tables")
    chosen = parser.parse_args(arguments)
    path = str(chosen.scenario)
    for result in calibrate(path, chosen.particles, chosen.rounds, chosen.seed, chosen.workers):
        write(result, _record(path), chosen.particles, chosen.seed, chosen.out)  # a round is worth keeping
        print(f"tolerance {result.tolerances[-1]:.2f}, {result.simulations} simulations", file=sys.stderr)


if __name__ == "__main__":
    main()
