"""The ledger: every claim of the paper (C1 to C63) and proposition of section F (P2 to P25), and its checks.

What is tested stands in two tables beside this file, written before anything was run: ``ledger.csv`` has a row a
claim, ``estimands.csv`` a row a check. In the columns ``a`` and ``b`` of the latter a side is a sum of terms
``weight*arm:metric@quarter`` in which all but the arm may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simulation.data.tables import read_csv
from simulation.errors import DataError, InputError, suggest
from simulation.evidence.claims.arms import arm, without
from simulation.evidence.claims.records import TABLES
from simulation.scenario.mechanisms import MECHANISMS

FOLDER = Path(__file__).parent
FINDING, BUILT_IN, DATA = "finding", "mechanism check", "data"
UNITS = {
    "states": "standard deviations between states, of the metric at the horizon in the baseline: a tenth of what sets "
    "states apart is the least that moves a state's place among others",
    "share": "of the larger of both sides, for numbers of the world, which have no spread between states (one "
    "hundredth, the margin of the first edition), and for ratios",
    "points": "in the unit of the number itself, for rates, probabilities and indices that may be near zero",
}
"""What the smallest effect that matters is told in, and why."""
_TERM = re.compile(r"(?:(-?[\d.]+)\*)?(\w[\w. ]*?)(?::(\w+))?(?:@(\w+))?(/spread)?")


@dataclass(frozen=True)
class Term:
    """A recorded number of an arm, weighted.

    Attributes
    ----------
    arm, metric
        Of the focal state or of the world, as the metric is.
    quarter
        Empty for the last one.
    in_spreads
        Whether it is in standard deviations between states.
    """

    weight: float
    arm: str
    metric: str
    quarter: str = ""
    in_spreads: bool = False


@dataclass(frozen=True)
class Check:
    """A number A, a number B, and what the claim says of A less B, as written down before anything is run.

    Attributes
    ----------
    claim, number
        Whose check, and which.
    what, compared
        The number and the comparison, in words that go together.
    metric
        Of both sides, and of the scale; for figures of the data a name in
        :data:`simulation.evidence.claims.records.FIGURES`.
    a, b
        The sides; empty for figures of the data, B also for a number against zero.
    per
        Metric by which each side is divided (a ratio of means over pairs); empty: none.
    predicted
        As in :func:`simulation.evidence.claims.verdicts.outcome`.
    kind
        ``finding``; ``mechanism check`` where the sign is that of an equation or a switch of the model, so that the
        effect shows the size of an assumption and not that the claim is true; ``data``.
    smallest, unit
        Smallest effect that matters, in a unit of :data:`UNITS`.
    control
        Mechanisms to switch off and parameters to set on both sides, so that the claimed channel is gone.
    no_control
        Why there is none.
    matched
        What the sides have in common of purse and effort.
    """

    claim: str
    number: int
    what: str
    compared: str
    metric: str
    a: tuple[Term, ...]
    b: tuple[Term, ...]
    per: str
    predicted: str
    kind: str
    smallest: float
    unit: str
    control: str
    no_control: str
    matched: str

    @property
    def terms(self) -> tuple[Term, ...]:
        """Of both sides."""
        return (*self.a, *self.b)

    @property
    def arms(self) -> tuple[str, ...]:
        """Arms of both sides."""
        return tuple(dict.fromkeys(term.arm for term in self.terms))

    @property
    def controls(self) -> tuple[str, ...]:
        """The same arms without the claimed channel."""
        return tuple(without(self.control, name) for name in self.arms) if self.control else ()


@dataclass(frozen=True)
class Claim:
    """A claim of the paper or a proposition of section F.

    Attributes
    ----------
    id, section
        Number in the ledger, and section of the paper.
    role
        Letters of the ledger: ``A`` mechanism, ``E`` experiment, ``D`` data, ``S`` lever.
    statement
        The claim in our own short words.
    bears_on
        Claims of the paper that a proposition bears on.
    part
        Whether the checks leave out a part of the claim, so that the verdict is on the rest.
    shape
        Whether the checks make one shape, such as a rise and a fall, and stand or fall together.
    remark
        What the checks leave out; for a claim without checks the reason why it is not testable.
    checks
        What it is tested by. The first one that counts is the headline.
    """

    id: str
    section: str
    role: str
    statement: str
    bears_on: tuple[str, ...]
    part: bool
    shape: bool
    remark: str
    checks: tuple[Check, ...]

    @property
    def counted(self) -> tuple[Check, ...]:
        """The checks that a verdict rests on: those that are not built in, or all where all are."""
        return tuple(check for check in self.checks if check.kind != BUILT_IN) or self.checks

    @property
    def basis(self) -> str:
        """What the verdict rests on: kinds of its checks that count."""
        return " and ".join(dict.fromkeys(check.kind for check in self.counted))

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms that are compared."""
        return tuple(dict.fromkeys(name for check in self.checks for name in check.arms))

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """Switches of the model that stand for the claim."""
        return tuple(name for name, entry in MECHANISMS.items() if self.id in entry.claims.split())

    @property
    def tables(self) -> tuple[str, ...]:
        """Shipped tables that the claim is held against."""
        records = (check.metric for check in self.checks if check.kind == DATA)
        return tuple(dict.fromkeys(name for record in records for name in TABLES[record]))

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Shipped scenarios that the claim is tested by, as they are or with something changed."""
        return tuple(dict.fromkeys(arm(name).file for name in self.arms))


@dataclass(frozen=True)
class First:
    """What the first edition of the model said.

    Attributes
    ----------
    verdict
        Then, of twenty pairs.
    then
        ``too wide`` where it was so for want of pairs, ``no difference`` where nothing differed.
    anew
        How the claim is posed now, where that is not as it was then.
    reason
        Why the verdict is another now, where somebody has looked.
    """

    verdict: str
    then: str
    anew: str
    reason: str


def _side(text: str, metric: str, quarter: str) -> tuple[Term, ...]:
    terms = []
    for part in filter(None, text.split(" + ")):
        match = _TERM.fullmatch(part)
        if match is None:
            raise DataError(f"estimands.csv: {part!r} is no term: weight*arm:metric@quarter")
        weight, arm, own, at, in_spreads = match.groups()
        terms.append(Term(float(weight or 1), arm, own or metric, at or quarter, bool(in_spreads)))
    return tuple(terms)


def _check(row: dict[str, str]) -> Check:
    words = {name: row[name] for name in ("what", "compared", "metric", "per", "predicted", "kind", "unit")}
    notes = {name: row[name] for name in ("control", "no_control", "matched")}
    a, b = (_side(row[side], row["metric"], row["quarter"]) for side in "ab")
    return Check(row["claim"], int(row["check"]), a=a, b=b, smallest=float(row["smallest"] or 0), **words, **notes)


def _ledger() -> dict[str, Claim]:
    checks = [_check(row) for row in read_csv(FOLDER / "estimands.csv")]
    claims = {}
    for row in read_csv(FOLDER / "ledger.csv"):
        own = tuple(check for check in checks if check.claim == row["id"])
        part, shape = bool(row["part"]), bool(row["shape"])
        claims[row["id"]] = Claim(
            row["id"], row["section"], row["role"], row["statement"], tuple(row["bears_on"].split()), part, shape,
            row["remark"], own,
        )  # fmt: skip
    return claims


LEDGER: dict[str, Claim] = _ledger()
"""Claims and propositions by number, in order."""

FIRST: dict[str, First] = {
    row["id"]: First(row["verdict"], row["then"], row["anew"], row["reason"])
    for row in read_csv(FOLDER / "first_edition.csv")
}
"""Verdicts of the first edition, by number."""


def chosen(ids: Sequence[str]) -> list[Claim]:
    """Claims by number, in the order of the ledger; all of them for no number.

    Raises
    ------
    InputError
        Naming every number that is not in the ledger.
    """
    unknown = [name for name in ids if name not in LEDGER]
    if unknown:
        advice = f"there are {', '.join(LEDGER)}"
        raise InputError("; ".join(f"no claim {name!r}, {suggest(name, list(LEDGER)) or advice}" for name in unknown))
    return [claim for name, claim in LEDGER.items() if not ids or name in ids]
