"""The table of claims as a file, and the page that is written from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from simulation.display.pages import table
from simulation.errors import DataError
from simulation.evidence.claims.ledger import DATA, FINDING, FIRST, LEDGER, UNITS, Claim
from simulation.evidence.claims.measuring import COLUMNS, CONTROLS, NUMBERS
from simulation.evidence.claims.verdicts import (
    AS_PREDICTED,
    BATCHES,
    MIXED,
    NARROW,
    NO_DIFFERENCE,
    NO_EFFECT,
    NOT_RUN,
    NOT_TESTABLE,
    NOT_TOLD,
    OPPOSITE,
    OTHER_CHANNEL,
    RATE,
    REFUTED,
    SAME,
    SUPPORTED,
    SURE,
    TOO_SMALL,
    VERDICTS,
    clear,
    narrow,
)
from simulation.evidence.deals.forecast import write_whole
from simulation.experiments.analysis.summary import PRIOR_LABEL
from simulation.experiments.engine.store import csv_text, read_csv

COMMAND = "python -m simulation.evidence.claims"
TABLE, PAGE, CHECKS_PAGE = "claims.csv", "claims.md", "claims_checks.md"
"""What it writes into its folder."""
_CHECKS_TITLE = """# Every check of every claim

Written by `{command}`; do not edit. What came of the claims, and the rule, is in [{page}]({page}), the numbers in \
[{table}]({table}). Under "channel off" is what is left of A − B without the claimed channel.
"""
_ROLES = {"A": "mechanism", "E": "experiment", "D": "data", "S": "lever"}
_TEXT = [name for name in COLUMNS if name not in (*NUMBERS, *CONTROLS, "check", "pairs", "counts", "told")]

TENSIONS = (
    ("T1", "fragmentation is harm, and an opportunity", ("C54", "C30", "P5")),
    ("T2", "rivalry yields concessions, and degrades regulation and trust", ("C30", "C16", "C25", "C34")),
    ("T3", "going around institutions helps one, and may not help all", ("C29", "C54", "P16")),
    ("T4", "paid advocacy spreads a vision, and may cost trust", ("C50", "C51")),
    ("T5", "transparency helps only if conduct is good", ("C57",)),
)
"""Tensions of the model description, and the claims on either side."""
_NOTHING = "nothing"
_TITLE = """# Claims: what the model and its data say to each claim of the paper

Written by `{command}`; do not edit. The numbers are in [claims.csv](claims.csv).

The paper (Kezzoute 2025) makes claims in words (C1 to C63), and the model description adds propositions (P2 to P25). \
Here each is put in our own short words, tested, and given a verdict by one rule. **A verdict is about this model and \
its data, not about the world.** Nothing was tuned to reach one, and a refuted claim stands here as refuted.
"""
_RULE = """## How a verdict is reached

1. **Checks.** A claim has one or more checks. A check is a number A, a number B, and what the claim says of A − B. \
All checks were written down before anything was run, in `simulation/evidence/claims/estimands.csv`: sides, number, \
predicted sign, smallest effect that matters, negative control, and what the sides share of purse and effort. The \
signs come from the claim, not from what the model does.
2. **Numbers.** Both sides are runs of the shipped scenarios from the end of 2024 to 2035. The focal state is the \
baseline's; numbers are its own and of the last quarter unless a check says otherwise. Replicate by replicate both \
sides share their luck, their starting book, one draw of the free parameters ([calibration.md](calibration.md); a \
parameter that a side sets itself keeps its value there) and their rules: partners chosen by all that is fitted or by \
size and activity alone, learning off or on, in turn. The interval is the 90 % interval (Student) of the mean of \
A − B. Drawn in it: {label}, and rules.
3. **Smallest effect that matters.** {units}.
4. **Pairs.** {batches} pairs, until half the width of the interval is at most {narrow:g} of the smallest effect, or \
until the effect, on either side, is larger than that one with a chance of error of at most {sure:g} (Haybittle 1971; \
Peto and others 1976). Mechanism checks, whose sign is no news, get {first} pairs. No check of this table has more \
than {most}; {wide} findings ended there before either held. To end early because an effect is large makes it look \
larger: by a tenth on average at worst, and its interval then holds the truth in 86 cases of 100 in place of 90.
5. **Told from zero.** Findings: by their probabilities under luck alone, so that at most one in {rate:.0f} of those \
told is false (Benjamini & Hochberg 1995, over the {findings} different findings of all claims). Mechanism checks: \
the interval leaves out zero.
6. **Outcome of a check.** *{as_predicted}* or *{opposite}*: told, on that side, and not too small. *{too_small}*: \
told, but the whole interval lies within the smallest effect. *{no_difference}*: not told, and within it. \
*{not_told}*: neither. "Not higher", "not lower" and "same" hold if the interval does not pass the smallest effect on \
the sides they close.
7. **Negative control.** The same check with the claimed channel switched off on both sides, {first} pairs, run where \
a prediction may hold. If it shows the same effect (told, on the same side, at least {same:g} of it), the check counts \
as *{other_channel}*. In {idle} of {controls} *{nothing}* at all is left, in no pair: by the rules of the model the \
number moves by that channel alone, so that control could not have failed and tells nothing more.
8. **Verdict.** *{supported}*: all checks as predicted. *{refuted}*: none is, and one is opposite; where checks make \
one shape (P5, P13), one opposite is enough. *{no_effect}*: none differs by what matters. *{mixed}*: anything else. \
*{not_testable}*: nothing in model or data bears on it; the reason is given. *{not_run}*: the table has no numbers.
9. **Rests on.** *Mechanism check*: turns a mechanism on and off or has the sign of an equation; it shows how much an \
assumption does, not that it is true, and decides only where a claim has no other. *Data*: a figure of the shipped \
tables, which has no interval. *Finding*: a contrast whose sign no equation fixes by itself.
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
    return frame.fillna(dict.fromkeys(("reason", "control"), ""))


def write_all(frame: pd.DataFrame, folder: Path) -> None:
    """Write the table and its two pages, each whole or not at all; the folder must exist."""
    write_whole(folder / TABLE, csv_text(frame))
    kept = read_table(folder / TABLE)
    write_whole(folder / PAGE, render(kept))
    write_whole(folder / CHECKS_PAGE, render_checks(kept))


def render(frame: pd.DataFrame) -> str:
    """The page of a table of claims: what came out, and by which rule."""
    told = _by_claim(frame)
    parts = [_TITLE.format(command=COMMAND), *_surprises(told), *_counts(told), *_tensions(told), _rule(frame)]
    for title, letter in (("The claims", "C"), ("The propositions", "P")):
        parts += _ledger(title, {claim: rows for claim, rows in told.items() if claim.id.startswith(letter)})
    return "\n".join(parts).rstrip() + "\n"


def render_checks(frame: pd.DataFrame) -> str:
    """The page of every check of every claim, to look things up."""
    parts = [_CHECKS_TITLE.format(command=COMMAND, page=PAGE, table=TABLE)]
    for claim, rows in _by_claim(frame).items():
        parts += section(claim, rows)
    return "\n".join(parts).rstrip() + "\n"


def _by_claim(frame: pd.DataFrame) -> dict[Claim, pd.DataFrame]:
    return {claim: frame.loc[frame["claim"] == claim.id] for claim in LEDGER.values()}


def verdict_of(claim: Claim, rows: pd.DataFrame) -> str:
    """The verdict that a table gives; a claim with checks and no row is not yet run."""
    if len(rows):
        return str(rows["verdict"].iloc[0])
    return NOT_RUN if claim.checks else NOT_TESTABLE


def _rule(frame: pd.DataFrame) -> str:
    findings = len({(*check.a, None, *check.b, check.per) for claim in LEDGER.values()
                    for check in claim.checks if check.kind == FINDING})  # fmt: skip
    run = frame.loc[frame["kind"] == FINDING]
    most = int(run["pairs"].max()) if len(run) else 0
    own = ["low", "high", "smallest"]
    ended = {*run.loc[run["pairs"] == most, ["difference", *own, "pairs"]].itertuples(index=False, name=None)}
    wide = sum(not (narrow(*row[1:4]) or clear(*row)) for row in ended)
    controls = frame.loc[frame["control_difference"].notna()]
    return _RULE.format(
        most=most, wide=wide, sure=SURE,
        label=PRIOR_LABEL.removesuffix(", rules fixed"), findings=findings,
        units=". ".join(f"*{name.capitalize()}*: {told}" for name, told in UNITS.items()),
        batches=", then ".join(map(str, BATCHES)), narrow=NARROW, rate=1 / RATE, first=BATCHES[0], same=SAME,
        as_predicted=AS_PREDICTED.capitalize(), opposite=OPPOSITE, too_small=TOO_SMALL.capitalize(),
        no_difference=NO_DIFFERENCE.capitalize(), not_told=NOT_TOLD.capitalize(), other_channel=OTHER_CHANNEL,
        supported=SUPPORTED.capitalize(), refuted=REFUTED.capitalize(), no_effect=NO_EFFECT.capitalize(),
        mixed=MIXED.capitalize(), not_testable=NOT_TESTABLE.capitalize(), not_run=NOT_RUN.capitalize(),
        idle=_nothing_left(controls).sum(), controls=len(controls), nothing=_NOTHING,
    )  # fmt: skip


# --- what comes first


def _surprises(told: Mapping[Claim, pd.DataFrame]) -> Iterator[str]:
    """What the model refuses, what comes about by another way, and verdicts that are not those of the first edition."""
    yield "## What surprised\n"
    against = [
        (claim.id, claim.statement, f"**{verdict_of(claim, rows)}**", _headline(claim, _against(rows)))
        for claim, rows in told.items() if verdict_of(claim, rows) == REFUTED or len(_against(rows))
    ]  # fmt: skip
    yield "The model says the opposite, or reaches the claimed effect by another channel:\n"
    yield table(("", "in our words", "verdict", "what tells against it [90 %]"), against)
    changed = [
        (claim.id, claim.statement, FIRST[claim.id].verdict, f"**{verdict_of(claim, rows)}**", rows["reason"].iloc[0])
        for claim, rows in told.items()
        if len(rows) and verdict_of(claim, rows) not in (FIRST[claim.id].verdict, NOT_RUN)
    ]
    yield "Verdicts that are not those of the first edition of the model, and why:\n"
    yield table(("", "in our words", "first edition", "now", "reason"), changed)


def _against(rows: pd.DataFrame) -> pd.DataFrame:
    """Checks that count and tell against a claim."""
    return _counted(rows).loc[lambda frame: frame["outcome"].isin((OPPOSITE, OTHER_CHANNEL))]


def _counted(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.loc[rows["counts"].eq(True)]


def _counts(told: Mapping[Claim, pd.DataFrame]) -> Iterator[str]:
    yield "## Verdicts\n"
    bases = dict.fromkeys(claim.basis for claim in told)
    rows = []
    for name in VERDICTS:
        for basis in bases:
            ids = [c.id for c, found in told.items() if verdict_of(c, found) == name and c.basis == basis]
            if ids:
                rows.append((f"**{name}**", basis or "–", len(ids), " ".join(ids)))
    yield table(("verdict", "rests on", "how many", "which"), rows)
    wide = [c.id for c, found in told.items() if verdict_of(c, found) == MIXED and not _disagree(found)]
    if wide:
        yield f"Mixed because something is not told, not because checks disagree: {' '.join(wide)}.\n"
    sole = [c.id for c, found in told.items() if verdict_of(c, found) == SUPPORTED and _sole(_counted(found))]
    if sole:
        yield f"Supported where every control is one that could not have failed (rule 7): {' '.join(sole)}.\n"


def _sole(rows: pd.DataFrame) -> bool:
    """Whether checks have controls, and with the channel off nothing is left in any."""
    controls = rows.loc[rows["control_difference"].notna()]
    return len(controls) > 0 and bool(_nothing_left(controls).all())


def _nothing_left(rows: pd.DataFrame) -> pd.Series:
    """Whether both sides of a control came out the same in every pair."""
    return (rows[list(CONTROLS)] == 0.0).all(axis=1)


def _disagree(rows: pd.DataFrame) -> bool:
    """Whether some checks that count are as predicted and others told otherwise."""
    found = set(_counted(rows)["outcome"])
    return AS_PREDICTED in found and bool(found - {AS_PREDICTED, NOT_TOLD})


def _tensions(told: Mapping[Claim, pd.DataFrame]) -> Iterator[str]:
    """Where the paper's own claims pull against each other, and how each came out."""
    yield "## Tensions\n"
    yield "Claims that pull against each other. The model was left to play them out.\n"
    verdicts = {claim.id: verdict_of(claim, rows) for claim, rows in told.items()}
    rows = [(name, words, ", ".join(f"{one} {verdicts[one]}" for one in ids)) for name, words, ids in TENSIONS]
    yield table(("", "tension", "verdicts"), rows)


# --- a row a claim


def _ledger(title: str, told: Mapping[Claim, pd.DataFrame]) -> Iterator[str]:
    yield f"## {title}\n"
    yield (
        "The effect is the first check that counts: A − B with its interval, in brackets as a share of B. Beside the "
        "verdict stands how many of the checks that count came out as claimed, and whether only a part of the claim is "
        f"tested; [every check]({CHECKS_PAGE}) by itself. A row comes out again with `{COMMAND} --only` and its "
        "number.\n"
    )
    head = ("claim", "in our words", "role", "lives in", "effect [90 %]", "verdict", "first edition", "rests on")
    yield table(head, (_ledger_row(claim, rows) for claim, rows in told.items()))


def _ledger_row(claim: Claim, rows: pd.DataFrame) -> tuple[str, ...]:
    words = claim.statement + (f" (on {', '.join(claim.bears_on)})" if claim.bears_on else "")
    return (
        claim.id, words, role(claim), home(claim), _headline(claim, _counted(rows)),
        f"**{verdict_of(claim, rows)}**" + (_tally(rows) if claim.checks and len(rows) else "") + _part(claim),
        FIRST[claim.id].verdict, claim.basis or "–",
    )  # fmt: skip


def _tally(rows: pd.DataFrame) -> str:
    """How many of the checks that count came out as predicted."""
    found = _counted(rows)["outcome"]
    return f" ({int((found == AS_PREDICTED).sum())} of {len(found)})"


def _part(claim: Claim) -> str:
    return ", part of the claim" if claim.part else ""


def role(claim: Claim) -> str:
    """Role of a claim in words."""
    return ", ".join(_ROLES[letter] for letter in claim.role)


def home(claim: Claim) -> str:
    """Where a claim lives: switches, tables, scenarios."""
    parts = [
        ("switch", [f"`{name}`" for name in claim.mechanisms]),
        ("table", [f"`{name}.csv`" for name in claim.tables]),
        ("scenario", [f"`{name}`" for name in claim.scenarios]),
    ]
    return "; ".join(f"{word} {', '.join(names)}" for word, names in parts if names) or "nowhere"


def _headline(claim: Claim, rows: pd.DataFrame) -> str:
    """The first of some rows of a claim in words."""
    if not len(rows):
        return claim.remark if not claim.checks else "–"
    row = rows.iloc[0]
    return f"{row['what']}, {row['compared']}: {_effect(row)}"


def _effect(row: pd.Series) -> str:
    a, b, difference = (float(row[name]) for name in ("a", "b", "difference"))
    if row["kind"] == DATA:
        return f"{a:.4g} against {b:.4g}"
    share = f" ({_percent(difference / abs(b))})" if b and abs(difference) < 10 * abs(b) else ""
    return interval_text(difference, float(row["low"]), float(row["high"])) + share


def _percent(share: float) -> str:
    text = f"{share:+.1%}".replace("%", " %")
    return text[1:] if text[1:] == "0.0 %" else text


def interval_text(difference: float, low: float, high: float) -> str:
    """A difference and its interval, with decimals that show two figures of the half width."""
    width = (high - low) / 2
    digits = 3 if not width > 0 else 0
    while width > 0 and width * 10**digits < 10 and digits < 6:
        digits += 1
    return f"{difference:+.{digits}f} [{low:+.{digits}f}, {high:+.{digits}f}]"


# --- a row a check


def section(claim: Claim, rows: pd.DataFrame) -> Sequence[str]:
    """The part of the page on one claim: its checks as a table, and what they leave out."""
    told = verdict_of(claim, rows)
    kind = (f", {claim.basis}" if claim.basis else "") + _part(claim)
    parts = [f"## {claim.id} {claim.statement}: {told}{kind}\n"]
    if claim.checks and len(rows):
        head = ("number", "A against B", "claimed", "A", "B", "A − B [90 %]", "matters from", "pairs", "channel off",
                "outcome", "kind")  # fmt: skip
        parts.append(table(head, (_check_row(row) for _, row in rows.iterrows())))
    first = FIRST[claim.id].verdict
    if len(rows) and told not in (first, NOT_RUN):
        reason = str(rows["reason"].iloc[0])
        parts.append(f"First edition: {first}. {reason[:1].upper()}{reason[1:].rstrip('.')}.\n")
    if claim.remark:
        parts.append(claim.remark + "\n")
    return parts


def _check_row(row: pd.Series) -> tuple[str, ...]:
    data = row["kind"] == DATA
    return (
        row["what"], row["compared"], row["predicted"], f"{row['a']:.4g}", f"{row['b']:.4g}",
        f"{row['difference']:+.4g}" if data else _effect(row), f"{row['smallest']:.3g}",
        "–" if data else f"{row['pairs']:.0f}", _control(row), row["outcome"],
        row["kind"] + ("" if row["counts"] else ", not counted"),
    )  # fmt: skip


def _control(row: pd.Series) -> str:
    """The effect with the claimed channel off, where that was run, and what was off or set."""
    if not row["control"] or pd.isna(row["control_difference"]):
        return "–"
    left = [float(row[name]) for name in CONTROLS]
    return f"{interval_text(*left) if any(left) else _NOTHING} (`{row['control']}`)"
