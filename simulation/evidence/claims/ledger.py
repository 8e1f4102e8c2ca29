"""The ledger: every claim of the paper, C1 to C63, and where in the model each lives."""

from __future__ import annotations

from simulation.errors import InputError, suggest
from simulation.evidence.claims import conclusion, partners, problem, reasons
from simulation.evidence.claims.arms import ARMS
from simulation.evidence.claims.checks import Check, Claim, Contrast, Record
from simulation.scenario.mechanisms import MECHANISMS

LEDGER: dict[str, Claim] = {
    claim.id: claim for part in (problem, reasons, partners, conclusion) for claim in part.CLAIMS
}
"""Claims by number, in order."""


def chosen(ids: tuple[str, ...] | list[str]) -> list[Claim]:
    """Claims by number, in the order of the ledger; all of them for no number.

    Raises
    ------
    InputError
        Naming every number that is not in the ledger.
    """
    unknown = [name for name in ids if name not in LEDGER]
    if unknown:
        advice = "there are C1 to C63"
        raise InputError("; ".join(f"no claim {name!r}, {suggest(name, list(LEDGER)) or advice}" for name in unknown))
    return [claim for name, claim in LEDGER.items() if not ids or name in ids]


def counted(claim: Claim) -> tuple[Check, ...]:
    """The checks that a verdict rests on: those that are not built in, or all where all are."""
    free = tuple(check for check in claim.checks if not _built_in(check))
    return free or claim.checks


def basis(claim: Claim) -> str:
    """What the verdict rests on: ``built in``, ``data``, ``experiment``, or both of the last."""
    checks = counted(claim)
    if not checks:
        return ""
    if all(map(_built_in, checks)):
        return "built in"
    kinds = ("data" if isinstance(check, Record) else "experiment" for check in checks)
    return " and ".join(dict.fromkeys(kinds))


def _built_in(check: Check) -> bool:
    return isinstance(check, Contrast) and check.kind == "built in"


def arms_of(claim: Claim) -> tuple[str, ...]:
    """Names of the arms that a claim compares."""
    contrasts = [check for check in claim.checks if isinstance(check, Contrast)]
    return tuple(dict.fromkeys(reading.arm for check in contrasts for _, reading in check.effect.terms))


def mechanisms(claim: Claim) -> tuple[str, ...]:
    """Switches of the model that stand for a claim."""
    return tuple(name for name, entry in MECHANISMS.items() if claim.id in entry.claims.split())


def tables(claim: Claim) -> tuple[str, ...]:
    """Shipped tables that a claim is held against."""
    records = [check for check in claim.checks if isinstance(check, Record)]
    return tuple(dict.fromkeys(name for check in records for name in check.tables))


def scenarios(claim: Claim) -> tuple[str, ...]:
    """Shipped scenarios that a claim is tested by, as they are or with something changed."""
    return tuple(dict.fromkeys(ARMS[name].file for name in arms_of(claim)))
