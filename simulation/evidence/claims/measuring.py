"""The table of claims: numbers from runs and data, verdicts from the numbers, and what both were made from."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import pandas as pd

from simulation.evidence.claims import measures
from simulation.evidence.claims.arms import VARIED, recording, scenario_of, simulate_given
from simulation.evidence.claims.ledger import DATA, FINDING, FIRST, LEDGER, Check, Claim
from simulation.evidence.claims.measures import MEASURES, registered
from simulation.evidence.claims.records import FIGURES
from simulation.evidence.claims.running import Measured, Runs, run, wanted
from simulation.evidence.claims.verdicts import (
    AS_PREDICTED,
    BATCHES,
    NO_EFFECT,
    NOT_RUN,
    NOT_TESTABLE,
    NOT_TOLD,
    OTHER_CHANNEL,
    RATE,
    TOO_SMALL,
    outcome,
    shown_by_control,
    told,
    verdict,
)
from simulation.experiments import prior
from simulation.experiments.engine import store
from simulation.experiments.engine.runner import Progress, run_replicates
from simulation.scenario import shipped
from simulation.scenario.checks import world_of
from simulation.scenario.load import load_scenario
from simulation.scenario.parameters import PARAMETERS
from simulation.source_code import source_hash

COLUMNS = (
    "claim", "verdict", "first_edition", "reason", "check", "kind", "counts", "what", "compared", "predicted", "a", "b",
    "difference", "low", "high", "p", "smallest", "pairs", "told", "control", "control_difference", "control_low",
    "control_high", "outcome", "definition", "model", "version",
)  # fmt: skip
"""Of the table of claims: a row a check; one row for a claim that has none."""
NUMBERS = ("a", "b", "difference", "low", "high", "p", "smallest")
CONTROLS = ("control_difference", "control_low", "control_high")
DATA_MARGIN = 0.01
"""Share of the larger figure of the data below which two figures do not differ."""
FIRST_PAIRS = 20
"""Pairs of every check in the first edition."""
_MADE_FROM = ("claim", "definition", "model", "version")
_HASH = 12  # hexadecimal digits
_PRINT_HORIZON = "2026Q4"
_PRINT_METRICS = ("commitments", "cooperation", "capacity", "incidents_so_far", "world_deals", "trust_partners")
_PRINT_DIGITS = 9
_UNREAD = {"name", "title", "question", "claims", "record", "replicates", "peers"}
"""Keys of a scenario that change no number that a claim reads."""


def measure(
    claims: Sequence[Claim],
    folder: Path | str | None = None,
    *,
    most: int = BATCHES[-1],
    workers: int | None = None,
    progress: Progress | None = None,
    keep: Path | None = None,
) -> pd.DataFrame:
    """Test claims.

    Parameters
    ----------
    claims
        Entries of :data:`simulation.evidence.claims.LEDGER`.
    folder
        Of the scenarios; by default the shipped ones.
    most
        Most pairs of a check, at least 2.
    workers, progress
        As in :func:`simulation.experiments.engine.runner.run_points`.
    keep
        Folder for readings, from which a run that was stopped goes on.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`.

    Raises
    ------
    InputError
        If a scenario is at fault.
    RunError
        If a replicate fails.
    """
    folder = shipped.folder() if folder is None else Path(folder)
    model = fingerprint(folder)
    checks = [check for claim in claims for check in claim.checks if check.kind != DATA]
    with registered():
        runs = Runs(folder, wanted(checks), workers, progress, keep, f"{model} {_data_hash()} {prior.prior_hash()}")
        found = run(checks, runs, most) if checks else {}
    rows = [row for claim in claims for row in _rows(claim, found, folder)]
    common = {"model": model, "version": store.versions()["wifaq"]}
    return judged(pd.DataFrame([row | common for row in rows], columns=list(COLUMNS)))


def _rows(claim: Claim, found: Mapping[Check, Measured], folder: Path) -> Iterator[dict[str, object]]:
    base: dict[str, object] = {"claim": claim.id, "definition": definition(claim, folder)}
    if not claim.checks:
        yield base
    for check in claim.checks:
        numbers = _figures(check, folder) if check.kind == DATA else _numbers(found[check])
        yield base | {"check": check.number} | numbers


def _numbers(found: Measured) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(found.number, name) for name in (*NUMBERS, "pairs")}
    if found.control is not None:
        row |= {f"control_{name}": getattr(found.control, name) for name in ("difference", "low", "high")}
    return row


def _figures(check: Check, folder: Path) -> dict[str, object]:
    scenario = load_scenario(folder / "baseline.yaml")
    a, b = FIGURES[check.metric](world_of(scenario), scenario.focal)
    return {"a": a, "b": b, **dict.fromkeys(("difference", "low", "high"), a - b),
            "smallest": DATA_MARGIN * max(abs(a), abs(b))}  # fmt: skip


# --- what the numbers say


def judged(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with words, outcomes and verdicts set anew from its numbers and the ledger.

    Rows of claims or checks that the ledger no longer has are left out.
    """
    numbers = {(str(row["claim"]), row["check"]): row for _, row in frame.iterrows()}
    checks = {(claim.id, check.number): check for claim in LEDGER.values() for check in claim.checks}
    found = {key: check for key, check in checks.items() if key in numbers}
    is_told = _told({check: float(numbers[key]["p"]) for key, check in found.items()})
    rows: list[dict[str, object]] = []
    for claim in LEDGER.values():
        own = [check for check in claim.checks if (claim.id, check.number) in found]
        if not claim.checks:
            bare = frame.loc[frame["claim"] == claim.id, list(_MADE_FROM)].iloc[:1].to_dict("records")
            bare_words = {"control": ""} | _verdict(claim, [])
            rows += [{str(name): value for name, value in row.items()} | bare_words for row in bare]
        words = [_words(check, numbers[claim.id, check.number], is_told[check]) for check in own]
        rows += [row | _verdict(claim, words) for row in words]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _told(chances: Mapping[Check, float]) -> dict[Check, bool]:
    """Whether each check is told from zero: findings together, one that stands twice counted once; others alone."""
    findings: dict[object, float] = {}
    for check, p in chances.items():
        if check.kind == FINDING:
            findings[_effect(check)] = max(findings.get(_effect(check), 0.0), 1.0 if math.isnan(p) else p)
    discovered = dict(zip(findings, told(list(findings.values())), strict=True))
    alone = {check: p <= RATE or check.kind == DATA for check, p in chances.items()}
    return {check: discovered.get(_effect(check), False) if check.kind == FINDING else alone[check] for check in alone}


def _effect(check: Check) -> tuple[object, ...]:
    return (check.a, check.b, check.per)


def _words(check: Check, row: pd.Series, is_told: bool) -> dict[str, object]:
    difference, low, high, smallest, *control = (float(row[name]) for name in (*NUMBERS[2:5], "smallest", *CONTROLS))
    found = outcome(low, high, check.predicted, smallest, is_told)
    if found == AS_PREDICTED and not math.isnan(control[0]) and shown_by_control(difference, *control):
        found = OTHER_CHANNEL
    return dict(row) | {
        "kind": check.kind, "counts": check in LEDGER[check.claim].counted, "what": check.what,
        "compared": check.compared, "predicted": check.predicted, "told": is_told, "outcome": found,
        "control": check.control,
    }  # fmt: skip


def _verdict(claim: Claim, rows: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Verdict, that of the first edition, and why they differ if they do."""
    decisive = [row for row in rows if row["counts"]]
    now = NOT_RUN if claim.checks else NOT_TESTABLE
    if decisive:
        now = verdict((str(row["outcome"]) for row in decisive), claim.shape)
    first = FIRST[claim.id].verdict
    return {"verdict": now, "first_edition": first, "reason": reason(claim, now, decisive) if now != first else ""}


def reason(claim: Claim, now: str, rows: Sequence[Mapping[str, object]]) -> str:
    """Why a verdict is another than in the first edition, as far as facts of both tell.

    Parameters
    ----------
    claim, now
        The claim and its new verdict.
    rows
        Its checks that count.
    """
    first = FIRST[claim.id]
    if first.reason or now == NOT_RUN:
        return first.reason
    if now == NOT_TESTABLE:
        return claim.remark
    outcomes = {str(row["outcome"]) for row in rows}
    pairs = [int(float(str(row["pairs"]))) for row in rows if row["kind"] != DATA]
    told_now = first.then == "too wide" and not first.anew and NOT_TOLD not in outcomes
    facts = [
        (bool(first.anew), f"posed anew: {first.anew}"),
        (first.then == "no difference" and now == NO_EFFECT, "nothing differed then either, which was called refuted"),
        (told_now, f"{min(pairs, default=0)} pairs or more in place of {FIRST_PAIRS} tell what was too wide"),
        (TOO_SMALL in outcomes, "told from zero, but smaller than what matters"),
        (OTHER_CHANNEL in outcomes, "the negative control shows the same effect"),
        (NOT_TOLD in outcomes, "not told over parameters, starting books and rules"),
    ]
    return "; ".join(words for holds, words in facts if holds) or "the model is another"


# --- what the numbers were made from


def stale(frame: pd.DataFrame, folder: Path | str | None = None) -> list[Claim]:
    """Claims whose rows are missing, or were made from other checks, scenarios, data or model.

    Parameters
    ----------
    frame
        Columns :data:`COLUMNS`.
    folder
        Of the scenarios; by default the shipped ones.
    """
    folder = shipped.folder() if folder is None else Path(folder)
    model = fingerprint(folder)

    def current(claim: Claim) -> bool:
        rows = frame.loc[frame["claim"] == claim.id]
        whole = len(rows) == max(1, len(claim.checks))
        return whole and set(rows["definition"]) == {definition(claim, folder)} and set(rows["model"]) == {model}

    return [claim for claim in LEDGER.values() if not current(claim)]


def definition(claim: Claim, folder: Path) -> str:
    """Hash of everything that the numbers of a claim follow from, but for the code of the model.

    What its checks read, the arms they compare with every key written out, own measures and figures
    by their source, the rules that replicates are given, the shipped tables and the priors.
    Of the code see :func:`fingerprint`.
    """
    arms = dict.fromkeys(arm for check in claim.checks for arm in (*check.arms, *check.controls))
    parts = {
        "checks": [_sources(check) for check in claim.checks],
        "arms": {name: _arm_hash(name, folder) for name in arms},
        "rules": VARIED,
        "data": _data_hash(),
        "prior": prior.prior_hash(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:_HASH]


def _sources(check: Check) -> list[object]:
    """What the numbers of a check are made from, without its words and its prediction."""
    if check.kind == DATA:
        return [source_hash(FIGURES[check.metric])]
    sides = [[[t.weight, t.arm, t.metric, t.quarter, t.in_spreads] for t in side] for side in (check.a, check.b)]
    own = {measures.DECIDED: measures.decided, **{name: entry.function for name, entry in MEASURES.items()}}
    read = sorted({check.per, *(term.metric for term in check.terms)} & set(own))
    return [sides, check.per, check.smallest, check.unit, check.control, [source_hash(own[name]) for name in read]]


@lru_cache(maxsize=512)
def _arm_hash(name: str, folder: Path) -> str:
    set_by_it = scenario_of(name, folder).model_dump(mode="json", exclude=_UNREAD, exclude_defaults=True)
    values = set_by_it.get("parameters", {}).items()
    set_by_it["parameters"] = {key: value for key, value in values if value != PARAMETERS[key].default}
    return store.text_hash(json.dumps(set_by_it, sort_keys=True))  # a key that is new and left alone changes nothing


@lru_cache(maxsize=1)
def _data_hash() -> str:
    return store.data_hash()


def fingerprint(folder: Path) -> str:
    """Hash of short runs of the baseline under every rule, to nine figures: it moves when the model's numbers move."""
    plain = load_scenario(folder / "baseline.yaml", overrides={"horizon": _PRINT_HORIZON})
    scenario = recording(plain, _PRINT_METRICS, (plain.focal,), 1)
    series = run_replicates(scenario, len(VARIED), workers=1, on_error="raise", simulate=simulate_given).series
    values = [f"{value:.{_PRINT_DIGITS}g}" for value in series["value"]]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:_HASH]
