"""What a short run and a forecast of deals come to, as a hash a part: ``python -m tests.install.same_bits PART…``.

:mod:`tests.install.test_same_bits` asks for it as if on several processors, and of several Pythons.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

AS_OF, BY = date(2024, 12, 31), date(2026, 12, 31)
BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
SHORT = {
    "horizon": "2025Q4", "replicates": 3, "record.ties": "all", "record.metrics": "all",
    "mechanisms.learning": "fermi",
}  # fmt: skip


def digest(*values: object) -> str:
    """Hash of all bits of arrays and tables, and of whatever else prints all that it holds."""
    result = hashlib.blake2b(digest_size=8)
    for value in values:
        if isinstance(value, pd.DataFrame):
            result.update(digest(*(value[name].to_numpy() for name in value)).encode())
        elif isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
            result.update(np.ascontiguousarray(value).tobytes())
        else:
            result.update(repr(value.tolist() if isinstance(value, np.ndarray) else value).encode())
    return result.hexdigest()


def world() -> Iterator[tuple[str, str]]:
    """The shipped world, by field."""
    from simulation.data.world import load_world

    known = load_world(AS_OF, "core")
    for entry in fields(known):
        yield entry.name, digest(getattr(known, entry.name))


def run() -> Iterator[tuple[str, str]]:
    """The tables of a few replicates, and draws of the priors."""
    from simulation.experiments import prior, run
    from simulation.scenario.load import load_scenario

    yield "prior", digest([prior.draw(1, replicate) for replicate in range(20)])
    results = run.run(load_scenario(BASELINE, overrides=SHORT), workers=1)
    yield "series", digest(results.series())
    yield "forecast", digest(results.forecast())
    yield "ties", digest(results.ties())
    yield "edges", digest(results.edges())


def deals() -> Iterator[tuple[str, str]]:
    """The fitted equation of deals ahead of a day."""
    from simulation.evidence.deals.forecast import forecast_pairs

    yield "deals ahead", digest(forecast_pairs(AS_OF, BY, focal="MAR", draws=10))


PARTS = {"world": world, "run": run, "deals": deals}


def main() -> None:
    """Print the hash of everything in the parts named."""
    print(json.dumps({name: found for part in sys.argv[1:] for name, found in PARTS[part]()}))


if __name__ == "__main__":
    main()
