"""Command line of the claims; see the package."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from simulation.errors import InputError, WifaqError
from simulation.evidence.claims.checks import Claim
from simulation.evidence.claims.ledger import chosen
from simulation.evidence.claims.measuring import judged, measure, stale
from simulation.evidence.claims.page import COMMAND, read_table, section, write_both
from simulation.scenario import shipped

REPLICATES = 20
FEWEST = 2
DONE, FAILED, BAD_INPUT = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Test claims, and write the table and the page or print what came out; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        claims = chosen(options.only or [])
        if options.replicates < FEWEST:
            raise InputError(f"--replicates: {options.replicates} is less than {FEWEST}: one pair has no interval")
        frame = _renewed(options) if options.stale else _measured(claims, options)
    except WifaqError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT if isinstance(error, InputError) else FAILED
    if options.only:
        for claim in claims:
            print("\n".join(section(claim, frame.loc[frame["claim"] == claim.id])))
    else:
        write_both(frame, options.out / "claims.csv", options.out / "claims.md")
    return DONE


def _renewed(options: argparse.Namespace) -> pd.DataFrame:
    """The table that is there, with the rows of claims that are out of date made anew."""
    kept = read_table(options.out / "claims.csv")
    claims = stale(kept, options.scenarios)
    if not claims:
        return judged(kept)
    old = kept.loc[~kept["claim"].isin([claim.id for claim in claims])]
    return judged(pd.concat([old, _measured(claims, options)], ignore_index=True))


def _measured(claims: Sequence[Claim], options: argparse.Namespace) -> pd.DataFrame:
    return measure(
        claims,
        options.scenarios,
        replicates=options.replicates,
        workers=options.workers,
        progress=_tell if sys.stderr.isatty() else None,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=COMMAND, description="Test the claims of the paper.")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--only", nargs="+", metavar="C", help="test only these and print them; write nothing")
    which.add_argument("--stale", action="store_true", help="test only claims whose rows are missing or out of date")
    parser.add_argument("--replicates", type=int, default=REPLICATES, help="paired replicates of every arm")
    parser.add_argument("--workers", type=int, help="processes; default: one a usable core")
    parser.add_argument("--out", type=Path, default=Path("docs/results"), help="folder of claims.csv and claims.md")
    parser.add_argument("--scenarios", type=Path, default=shipped.folder(), help="folder of the scenarios")
    return parser


def _tell(done: int, total: int) -> None:
    print(f"\r{done} of {total} replicates", end="\n" if done == total else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
