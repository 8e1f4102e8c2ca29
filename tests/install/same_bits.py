"""What a short run and a forecast of deals come to, as a hash a part: ``python -m tests.install.same_bits [all]``.

The same on every x86 processor and Python; :mod:`tests.install.test_same_bits` asks for it under several.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import date

import numpy as np
import pandas as pd

from simulation.data.world import load_world
from simulation.evidence.deals.forecast import forecast_pairs
from simulation.experiments import prior
from simulation.experiments.run import run
from simulation.intensity.book import starting_books
from simulation.scenario.load import load_scenario

AS_OF = date(2024, 12, 31)
SMALL = {
    "roster": "core",
    "horizon": "2025Q4",
    "replicates": 3,
    "record.ties": "all",
    "record.metrics": "all",
}


def digest(*values: object) -> str:
    """Hash of all bits of arrays, tables and whatever else prints all that it holds."""
    result = hashlib.blake2b(digest_size=8)
    for value in values:
        if isinstance(value, pd.DataFrame):
            result.update(digest(*(value[name].to_numpy() for name in value)).encode())
        elif isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
            result.update(np.ascontiguousarray(value).tobytes())
        else:
            result.update(repr(value.tolist() if isinstance(value, np.ndarray) else value).encode())
    return result.hexdigest()


def parts_of_a_run() -> Iterator[tuple[str, str]]:
    """The world, the prior and the tables of a few replicates."""
    world = load_world(AS_OF, "core")
    yield "world", digest(*(getattr(world, entry.name) for entry in fields(world)))
    yield "prior", digest([prior.draw(1, replicate) for replicate in range(20)])
    scenario = load_scenario("scenarios/baseline.yaml", overrides=SMALL)
    results = run(scenario, workers=1)
    for name, table in (("series", results.series()), ("forecast", results.forecast()), ("ties", results.ties())):
        yield name, digest(table)


def parts_of_deals() -> Iterator[tuple[str, str]]:
    """The fitted equation of deals as of one day, and the deals that the record lacks."""
    yield "deals", digest(forecast_pairs(AS_OF, date(2026, 12, 31), focal="MAR", draws=10))
    yield "books", digest(*(side for book in starting_books(AS_OF, 2) for side in (book.a, book.b, book.year)))


def main() -> None:
    """Print the hash of every part."""
    parts = dict(parts_of_a_run())
    if "all" in sys.argv:
        parts |= dict(parts_of_deals())
    print(json.dumps(parts))


if __name__ == "__main__":
    main()
