"""Derive the shipped tables from the gathered sources.

Run ``python -m simulation.data.build SOURCE_DIR [--out DIR]`` where SOURCE_DIR
holds ``agreements/``, ``countries/``, ``instruments/`` and ``nonstate/``. Only the figures the
model uses are kept, rounded; ``SOURCES.md`` says where each column comes from.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from simulation.data import build_actors, build_records, build_states
from simulation.data.tables import TABLES

BUILDERS: dict[str, Callable[[Path, Path], None]] = {
    "states": build_states.states,
    "state_facts": build_states.state_facts,
    "dyads": build_states.dyads,
    "rivalries": build_states.rivalries,
    "blocs": build_actors.blocs,
    "memberships": build_actors.memberships,
    "camps": build_actors.camps,
    "nonstate": build_actors.nonstate,
    "firm_commitments": build_actors.firm_commitments,
    "publics": build_actors.publics,
    "instruments": build_records.instruments,
    "joins": build_records.joins,
    "deals": build_records.deals,
}


def build(source: Path, out: Path) -> None:
    """Write every table of :data:`BUILDERS` into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    for name, builder in BUILDERS.items():
        builder(source, out / f"{name}.csv")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the build."""
    parser = argparse.ArgumentParser(prog="python -m simulation.data.build", description=build.__doc__)
    parser.add_argument("source", type=Path, help="folder with agreements/, countries/, instruments/ and nonstate/")
    parser.add_argument("--out", type=Path, default=TABLES, help="where the tables go (default: the package)")
    chosen = parser.parse_args(arguments)
    build(chosen.source, chosen.out)


if __name__ == "__main__":
    main()
