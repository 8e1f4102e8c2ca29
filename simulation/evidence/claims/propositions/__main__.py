"""Command line of the propositions; see the package."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from simulation.errors import InputError, WifaqError
from simulation.evidence.claims.propositions import ARMS, PROPOSITIONS, judge, run_arms
from simulation.evidence.claims.propositions.page import write_findings
from simulation.scenario import shipped

REPLICATES = 40
FINDINGS = Path("docs/results/findings.md")
DONE, FAILED, BAD_INPUT = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Test the propositions and write the page; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m simulation.evidence.claims.propositions",
        description="Test the directional propositions of the model description.",
    )
    parser.add_argument("--replicates", type=int, default=REPLICATES, help="paired replicates of every arm")
    parser.add_argument("--workers", type=int, help="processes; default: one a usable core")
    parser.add_argument("--out", type=Path, help=f"file to write; default: {FINDINGS}")
    parser.add_argument("--scenarios", type=Path, default=shipped.folder(), help="folder of the scenarios")
    parser.add_argument("--only", nargs="+", metavar="ID", help="test only these, and say where to with --out")
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = parser.parse_args(given)
    known = {proposition.id: proposition for proposition in PROPOSITIONS}
    for name in options.only or ():
        if name not in known:
            parser.error(f"no proposition {name!r}; there are {', '.join(known)}")
    if options.only and not options.out:
        parser.error("--only needs --out: the page of findings holds all propositions")
    chosen = [proposition for proposition in PROPOSITIONS if not options.only or proposition.id in options.only]
    try:
        found = run_arms(
            chosen,
            ARMS,
            options.scenarios,
            replicates=options.replicates,
            workers=options.workers,
            progress=_tell if sys.stderr.isatty() else None,
        )
    except WifaqError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT if isinstance(error, InputError) else FAILED
    findings = [judge(proposition, found) for proposition in chosen]
    command = " ".join(["python -m simulation.evidence.claims.propositions", *given])
    write_findings(findings, found, options.out or FINDINGS, command)
    return DONE


def _tell(done: int, total: int) -> None:
    print(f"\r{done} of {total} replicates", end="\n" if done == total else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
