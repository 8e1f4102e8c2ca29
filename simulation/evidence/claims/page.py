"""The table of claims as a file, and the page that is written from it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from simulation.analysis.summary import PRIOR_LABEL
from simulation.display.pages import table
from simulation.errors import DataError
from simulation.evidence.claims.checks import (
    AS_PREDICTED,
    MARGIN,
    MIXED,
    NO_DIFFERENCE,
    NOT_RUN,
    NOT_TESTABLE,
    OPPOSITE,
    VERDICTS,
    Claim,
)
from simulation.evidence.claims.ledger import LEDGER, basis, mechanisms, scenarios, tables
from simulation.evidence.claims.measuring import COLUMNS, NUMBERS
from simulation.evidence.claims.propositions.page import interval_text
from simulation.experiments.engine.store import read_csv, write_csv

COMMAND = "python -m simulation.evidence.claims"
_ROLES = {"A": "mechanism", "E": "experiment", "D": "data", "S": "lever"}
_TEXT = [name for name in COLUMNS if name not in (*NUMBERS, "check", "pairs", "counts")]

TENSIONS = (
    ("T1", "fragmentation is harm, and an opportunity", ("C54", "C30")),
    ("T2", "rivalry yields concessions, and degrades regulation and trust", ("C30", "C16", "C25", "C34")),
    ("T3", "going around institutions helps one (see P16 in [findings.md](findings.md) for all)", ("C29", "C54")),
    ("T4", "paid advocacy spreads a vision, and may cost trust", ("C50", "C51")),
    ("T5", "transparency helps only if conduct is good", ("C57",)),
)
"""Tensions of the model description, and the claims on either side."""
_HEADER = """# Claims: what the model and its data say to each claim of the paper

Written by `{command}`; do not edit. The numbers are in [claims.csv](claims.csv).

The paper (Kezzoute 2025) makes claims in words. Here each is put in our own short words, tested, and given a \
verdict. **A verdict is about this model and its data, not about the world.** Nothing was tuned to reach one, and a \
refuted claim stands here as refuted.

## How a verdict is reached

One rule for all claims, applied by code (`simulation/evidence/claims/checks.py`).

1. **Checks.** A claim has one or more checks. A check is a number A, a number B, and what the claim says of them: \
that A is higher, lower, not higher, not lower, or different. The signs come from the claim, not from what the model \
does.
2. **Numbers.** Both sides of a check are runs of the shipped scenarios, {pairs} replicates each, from the end of \
2024 to 2035. The focal state is the baseline's; numbers are its own and of the last quarter unless a check says \
otherwise. Replicate by replicate both sides share their luck and one draw of the free parameters \
from their priors ([calibration.md](calibration.md)); a parameter that a side sets itself keeps its value there. \
The interval is the 90 % interval (Student) of the mean of A − B. What varies in it: {label}. So claims are tested \
over the parameters that the record leaves open, not at the defaults alone. [findings.md](findings.md) tests the \
propositions at the defaults, so a verdict there may differ.
3. **Outcome of a check.** *No difference*: the whole interval lies within {margin:.0f} % of the larger side. *As \
predicted* or *opposite*: the whole interval lies on that side of zero. *Not told*: neither; the interval is too wide. \
"Not higher" and "not lower" hold if the interval does not pass that margin on the wrong side.
4. **Verdict.** *Supported*: all checks as predicted. *Refuted*: none is, and one is opposite or all show no \
difference. *Mixed*: the checks disagree, or an interval is too wide to tell. *Not testable*: nothing in model or data \
bears on it; the reason is given. *Not yet run*: the table has no numbers.
5. **Rests on.** *Built in*: the check turns a mechanism on and off or has the sign of an equation; it shows how much \
an assumption does, not that it is true. Such checks decide only where a claim has no other. *Data*: a figure of the \
shipped tables, which has no interval. *Experiment*: a contrast of scenarios whose sign no equation fixes by itself.

If there were no effects at all, about one in ten of the {judged} checks by experiment would still come out with a \
sign.
"""


def read_table(path: Path | str = "docs/results/claims.csv") -> pd.DataFrame:
    """The table of claims that a run has written.

    Raises
    ------
    DataError
        If it is missing or has other columns.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path} is missing: make it with {COMMAND}")
    frame = read_csv(path, _TEXT)
    if list(frame.columns) != list(COLUMNS):
        raise DataError(f"{path} has other columns than this version writes: make it anew with {COMMAND}")
    return frame


def write_both(frame: pd.DataFrame, csv: Path, page: Path) -> None:
    """Write the table and its page, each whole or not at all; the folders must exist."""
    part = csv.with_name(f".{csv.name}.part")
    write_csv(frame, part)
    os.replace(part, csv)
    part = page.with_name(f".{page.name}.part")
    part.write_text(render(read_table(csv)), encoding="utf-8", newline="\n")
    os.replace(part, page)


def render(frame: pd.DataFrame) -> str:
    """The page of a table of claims."""
    told = {claim: _rows_of(frame, claim) for claim in LEDGER.values()}
    experiments = frame["kind"] == "experiment"
    pairs = frame["pairs"].dropna()
    header = _HEADER.format(
        command=COMMAND, pairs=int(pairs.min()) if len(pairs) else 0, label=PRIOR_LABEL, margin=100 * MARGIN,
        judged=int(experiments.sum()),
    )  # fmt: skip
    parts = [header, *_counts(told), *_tensions(told), *_ledger(told), "## Every check\n"]
    for claim, rows in told.items():
        parts += section(claim, rows)
    return "\n".join(parts).rstrip() + "\n"


def _rows_of(frame: pd.DataFrame, claim: Claim) -> pd.DataFrame:
    return frame.loc[frame["claim"] == claim.id]


def verdict_of(claim: Claim, rows: pd.DataFrame) -> str:
    """The verdict that a table gives; a claim with checks and no row is not yet run."""
    if len(rows):
        return str(rows["verdict"].iloc[0])
    return NOT_RUN if claim.checks else NOT_TESTABLE


def _counts(told: dict[Claim, pd.DataFrame]) -> Iterator[str]:
    yield "## Verdicts\n"
    kinds = ("experiment", "data and experiment", "data", "built in", "")
    rows = []
    for name in VERDICTS:
        for kind in kinds:
            ids = [c.id for c, found in told.items() if verdict_of(c, found) == name and basis(c) == kind]
            if ids:
                rows.append((f"**{name}**", kind or "–", len(ids), " ".join(ids)))
    yield table(("verdict", "rests on", "claims", "which"), rows)
    wide = [c.id for c, found in told.items() if verdict_of(c, found) == MIXED and not _disagree(found)]
    if wide:
        yield f"Mixed because an interval is too wide, not because checks disagree: {' '.join(wide)}.\n"


def _counted(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.loc[rows["counts"].astype(bool)]


def _disagree(rows: pd.DataFrame) -> bool:
    """Whether some checks that count are as predicted and others the opposite or without difference."""
    found = set(_counted(rows)["outcome"])
    return AS_PREDICTED in found and bool(found & {OPPOSITE, NO_DIFFERENCE})


def _tally(rows: pd.DataFrame) -> str:
    """How many of the checks that count came out as predicted."""
    found = _counted(rows)["outcome"]
    return f" ({int((found == AS_PREDICTED).sum())} of {len(found)})"


def _part(claim: Claim) -> str:
    return ", part of the claim" if claim.part else ""


def _tensions(told: dict[Claim, pd.DataFrame]) -> Iterator[str]:
    """Where the paper's own claims pull against each other, and how each came out."""
    yield "## Tensions\n"
    yield "Claims of the paper that pull against each other. The model was left to play them out.\n"
    rows = []
    for name, words, ids in TENSIONS:
        verdicts = (f"{c.id} {verdict_of(c, found)}" for c, found in told.items() if c.id in ids)
        rows.append((name, words, ", ".join(verdicts)))
    yield table(("", "tension", "verdicts"), rows)


def _ledger(told: dict[Claim, pd.DataFrame]) -> Iterator[str]:
    yield "## The claims\n"
    yield (
        "The effect is the first check that counts: A − B with its interval, in brackets as a share of B. Beside the "
        "verdict stands how many of the checks that count came out as claimed, and whether only a part of the claim is "
        "tested. All checks are below. "
        f"Every row comes out again with `{COMMAND} --only` and its number.\n"
    )
    head = ("claim", "in our words", "role", "lives in", "effect [90 %]", "verdict", "rests on", "again")
    yield table(head, (_ledger_row(claim, rows) for claim, rows in told.items()))


def _ledger_row(claim: Claim, rows: pd.DataFrame) -> tuple[str, ...]:
    return (
        claim.id, claim.statement, role(claim), home(claim), _headline(claim, rows),
        f"**{verdict_of(claim, rows)}**" + (_tally(rows) if claim.checks and len(rows) else "") + _part(claim),
        basis(claim) or "–", f"`{COMMAND} --only {claim.id}`",
    )  # fmt: skip


def role(claim: Claim) -> str:
    """Role of a claim in words."""
    return ", ".join(_ROLES[letter] for letter in claim.role)


def home(claim: Claim) -> str:
    """Where a claim lives: switches, tables, scenarios."""
    parts = [
        ("switch", [f"`{name}`" for name in mechanisms(claim)]),
        ("table", [f"`{name}.csv`" for name in tables(claim)]),
        ("scenario", [f"`{name}`" for name in scenarios(claim)]),
    ]
    return "; ".join(f"{word} {', '.join(names)}" for word, names in parts if names) or "nowhere"


def _headline(claim: Claim, rows: pd.DataFrame) -> str:
    if not len(rows) or not claim.checks:
        return claim.remark if not claim.checks else "–"
    row = _counted(rows).iloc[0]
    return f"{row['what']}, {row['compared']}: {_effect(row)}"


def _effect(row: pd.Series) -> str:
    a, b, difference = (float(row[name]) for name in ("a", "b", "difference"))
    if row["kind"] == "data":
        return f"{a:.4g} against {b:.4g}"
    share = f" ({_percent(difference / abs(b))})" if b and abs(difference) < 10 * abs(b) else ""
    return interval_text(difference, float(row["low"]), float(row["high"])) + share


def _percent(share: float) -> str:
    text = f"{share:+.1%}".replace("%", " %")
    return text[1:] if text[1:] == "0.0 %" else text


def section(claim: Claim, rows: pd.DataFrame) -> Sequence[str]:
    """The part of the page on one claim: its checks as a table, and what they leave out."""
    told = verdict_of(claim, rows)
    kind = (f", {basis(claim)}" if basis(claim) else "") + _part(claim)
    parts = [f"### {claim.id} {claim.statement}: {told}{kind}\n"]
    if claim.checks and len(rows):
        head = ("number", "A against B", "claimed", "A", "B", "A − B [90 %]", "outcome", "kind")
        parts.append(table(head, (_check_row(row) for _, row in rows.iterrows())))
    if claim.remark:
        parts.append(claim.remark + "\n")
    return parts


def _check_row(row: pd.Series) -> tuple[str, ...]:
    return (
        row["what"], row["compared"], row["predicted"], f"{row['a']:.4g}", f"{row['b']:.4g}", _effect(row)
        if row["kind"] != "data" else f"{row['difference']:+.4g}", row["outcome"],
        row["kind"] + ("" if row["counts"] else ", not counted"),
    )  # fmt: skip
