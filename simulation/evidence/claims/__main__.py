"""Command line of the claims; see the package."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from simulation.errors import DataError, InputError, WifaqError
from simulation.evidence.claims.ledger import DATA, Claim, chosen
from simulation.evidence.claims.measuring import judged, measure, stale
from simulation.evidence.claims.page import COMMAND, TABLE, read_table, section, write_all
from simulation.evidence.claims.running import SPREAD_PAIRS
from simulation.evidence.claims.verdicts import BATCHES
from simulation.experiments.engine.executors import usable_cores
from simulation.scenario import shipped

FEWEST = 2
SECONDS = 0.45
"""Of one core for a replicate to 2035, as measured in November 2026."""
DONE, FAILED, BAD_INPUT = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Test claims, and write the table and the page or print what came out; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        claims = chosen(options.only or [])
        if options.pairs < FEWEST:
            raise InputError(f"--pairs: {options.pairs} is less than {FEWEST}: one pair has no interval")
        if options.stale:
            claims = stale(read_table(options.out / TABLE), options.scenarios)
        if options.keep is not None:
            options.keep.mkdir(parents=True, exist_ok=True)
        frame = _among_others(_measured(claims, options), options)
    except WifaqError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT if isinstance(error, InputError) else FAILED
    if options.only:
        for claim in claims:
            print("\n".join(section(claim, frame.loc[frame["claim"] == claim.id])))
    else:
        write_all(frame, options.out)
    return DONE


def _among_others(made: pd.DataFrame, options: argparse.Namespace) -> pd.DataFrame:
    """New rows among those of other claims that are there: what is told from zero depends on all findings."""
    try:
        there = read_table(options.out / TABLE)
    except DataError:
        return made
    return judged(pd.concat([there.loc[~there["claim"].isin(set(made["claim"]))], made], ignore_index=True))


def _measured(claims: Sequence[Claim], options: argparse.Namespace) -> pd.DataFrame:
    print(estimate(claims, options.pairs, options.workers), file=sys.stderr)
    return measure(
        claims,
        options.scenarios,
        most=options.pairs,
        workers=options.workers,
        progress=_tell if sys.stderr.isatty() else None,
        keep=options.keep,
    )


def estimate(claims: Sequence[Claim], most: int, workers: int | None) -> str:
    """What testing some claims takes, in words."""
    checks = [check for claim in claims for check in claim.checks if check.kind != DATA]
    arms = {arm for check in checks for arm in check.arms}
    controls = {arm for check in checks for arm in check.controls} - arms
    wide = SPREAD_PAIRS if checks else 0
    first = min(BATCHES[0], most)
    least, all_of_it = wide + len(arms) * first, wide + len(arms) * most + len(controls) * first
    cores = workers or usable_cores()
    low, high = (SECONDS * count / 60 / cores for count in (least, all_of_it))
    return (
        f"{len(checks)} checks, {len(arms)} arms, {len(controls)} with a channel off: {least} to {all_of_it} "
        f"replicates, {low:.0f} to {high:.0f} minutes on {cores} idle cores"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=COMMAND, description="Test the claims of the paper.")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--only", nargs="+", metavar="C", help="test only these and print them; write nothing")
    which.add_argument("--stale", action="store_true", help="test only claims whose rows are missing or out of date")
    parser.add_argument("--pairs", type=int, default=BATCHES[-1], help="most pairs of a check")
    parser.add_argument("--workers", type=int, help="processes; default: one a usable core")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep readings there; a stopped run goes on")
    parser.add_argument("--out", type=Path, default=Path("docs/results"), help="folder of the table and its pages")
    parser.add_argument("--scenarios", type=Path, default=shipped.folder(), help="folder of the scenarios")
    return parser


def _tell(done: int, total: int) -> None:
    print(f"\r{done} of {total} replicates", end="\n" if done == total else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
