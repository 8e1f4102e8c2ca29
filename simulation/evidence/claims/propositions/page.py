"""Write the findings: a page of Markdown with every proposition, its effects and its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from simulation.analysis.summary import BAND_LABEL
from simulation.evidence.claims.propositions.effects import (
    AS_PREDICTED,
    MIXED,
    NO_EFFECT,
    OPPOSITE,
    REFUTED,
    REPORTED,
    SUPPORTED,
    UNSEEN,
    VERDICTS,
    Finding,
    Measured,
)
from simulation.evidence.claims.propositions.phase import PhasePoint, phase_points
from simulation.experiments.engine.runner import Ensemble

_HEADER = """# Findings: what the model says to the paper's propositions

Written by `{command}`; do not edit. Last quarter {horizon}, focal state {focal}, seed {seed}, \
{replicates} replicates of each of {arms} arms (three times as many of those that force a consent).

Each proposition of section F of the model description is put to the model as differences between \
scenarios. The arms of a comparison share every draw of luck, replicate by replicate, so that what \
differs is what the scenario changes. A and B are the means of the two sides of a comparison; for \
differences of differences they are sums. An interval is the 90 % interval (Student) of the mean \
difference over replicates: **{label}**. It says nothing of how sure the numbers of the model are, \
and with enough replicates a difference too small to matter is told from zero: the column *in \
spreads* gives its size in standard deviations between replicates.

- **supported**: every predicted effect lies on the predicted side of zero, its whole interval.
- **refuted**: none does, and at least one lies on the other side.
- **mixed**: some do, others lie on the other side or are not told from zero.
- **no effect seen**: no interval excludes zero.
- Where the effects make one *shape* (P5 a rise and a fall, P13 a gain and then a loss), one effect on \
the wrong side refutes it.

A *mechanism check* has the sign of an equation of the model: that it comes out says that the code \
does what the equation says, not that the claim is true. Of {judged} predicted effects, about one in \
twenty would lie on the predicted side, and one in twenty on the other, if there were no effects at \
all. Nothing was tuned to reach a verdict; the defaults were set on other grounds before.
"""
_ROUNDING = 1e-12  # spread of numbers that are equal but for their last bits
_SIGNS = {1: "higher", -1: "lower", 0: "none"}
_TOLD = {AS_PREDICTED: "yes", OPPOSITE: "no", UNSEEN: "not seen", REPORTED: "–"}


def write_findings(
    findings: Sequence[Finding], ensembles: Mapping[str, Ensemble], out: Path, command: str
) -> None:
    """Write the page; the folder must exist."""
    text = "\n".join(_page(findings, ensembles, command))
    out.write_text(text + "\n", encoding="utf-8")


def _page(findings: Sequence[Finding], ensembles: Mapping[str, Ensemble], command: str) -> Iterator[str]:
    first = next(iter(ensembles.values()))
    yield _HEADER.format(
        command=command,
        horizon=first.scenario.horizon,
        focal=first.scenario.focal,
        seed=first.scenario.seed,
        replicates=min(len(ensemble.outcomes) for ensemble in ensembles.values()),
        arms=len(ensembles),
        label=BAND_LABEL,
        judged=sum(found.outcome != REPORTED for finding in findings for found in finding.effects),
    )
    yield "## Verdicts\n"
    for kind in dict.fromkeys(finding.proposition.kind for finding in findings):
        counts = Counter(finding.verdict for finding in findings if finding.proposition.kind == kind)
        yield f"- {kind}s: " + ", ".join(f"{counts[name]} {name}" for name in VERDICTS if counts[name])
    yield "\n| | proposition | claims | kind | verdict | in plain words |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for finding in findings:
        own = finding.proposition
        yield (
            f"| {own.id} | {own.statement} | {' '.join(own.claims)} | {own.kind} | "
            f"**{finding.verdict}** | {plain_words(finding)} |"
        )
    yield "\n## Effects\n"
    for finding in findings:
        yield from _section(finding)
    points = phase_points(ensembles)
    if points:
        yield from _phase(points)


def plain_words(finding: Finding) -> str:
    """What the numbers say of a proposition: how many effects went which way."""
    judged = [found for found in finding.effects if found.outcome != REPORTED]
    count = Counter(found.outcome for found in judged)
    told = {
        SUPPORTED: "The model bears this out.",
        REFUTED: "The model says the opposite.",
        NO_EFFECT: "The model shows no difference.",
        MIXED: (
            f"Of {len(judged)} effects {count[AS_PREDICTED]} as predicted, {count[OPPOSITE]} opposite, "
            f"{count[UNSEEN]} not seen."
        ),
    }[finding.verdict]
    if finding.verdict == REFUTED and count[UNSEEN]:
        told = f"Of {len(judged)} effects none as predicted, {count[OPPOSITE]} opposite, {count[UNSEEN]} not seen."
    return told


def _section(finding: Finding) -> Iterator[str]:
    own = finding.proposition
    yield f"### {own.id} {own.statement}: {finding.verdict}\n"
    yield "| number | compared | predicted | A | B | A − B [90 %] | in spreads | n | as predicted |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for found in finding.effects:
        yield _row(found)
    yield f"\n{plain_words(finding)}\n"


def _row(found: Measured) -> str:
    effect = found.effect
    size = f"{found.difference / found.spread:+.2f}" if found.spread > _ROUNDING else "–"
    interval = interval_text(found.difference, found.low, found.high)
    cells = (
        effect.what, effect.compared, _SIGNS[effect.sign], f"{found.a:.4g}", f"{found.b:.4g}", interval, size,
        str(found.pairs), _TOLD[found.outcome],
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def interval_text(difference: float, low: float, high: float) -> str:
    """A difference and its interval, with decimals that show two figures of the half width."""
    width = (high - low) / 2
    digits = 3 if not width > 0 else 0
    while width > 0 and width * 10**digits < 10 and digits < 6:
        digits += 1
    return f"{difference:+.{digits}f} [{low:+.{digits}f}, {high:+.{digits}f}]"


def _phase(points: Sequence[PhasePoint]) -> Iterator[str]:
    yield "## P4: the phase boundary, by formula and simulated\n"
    yield (
        "Every member says yes with the same forced probability, distrust plays no part, and members' effort "
        "does not raise the agenda rate. Then a decision passes with pⁿ under unanimity (or a binomial tail), "
        "and the first waits 1/(λ·passage) quarters on average (C.6); a pair agrees with p² an attempt. "
        f"The simulated wait stops at the horizon, and so does the one beside it; in brackets the 90 % interval, "
        f"{BAND_LABEL}. All points share their luck: where the union meets early in one, it does in all.\n"
    )
    yield (
        "| rule | consent p | pair, an attempt | union, a proposal | mean wait, quarters | decided by the horizon | "
        "simulated | wait up to the horizon | simulated |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for point in points:
        cells = (
            point.rule, f"{point.consent:g}", f"{point.pair:.2f}", f"{point.passage:.4f}", f"{point.wait:.0f}",
            f"{point.decided:.2f}", f"{point.share:.2f} [{point.share_low:.2f}, {point.share_high:.2f}]",
            f"{point.wait_within:.1f}",
            f"{point.waited:.1f} [{point.waited_low:.1f}, {point.waited_high:.1f}]",
        )  # fmt: skip
        yield "| " + " | ".join(cells) + " |"
    yield ""
