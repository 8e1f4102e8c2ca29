"""Run what claims are tested by, and put the numbers into one table.

Every replicate draws the free parameters from their prior, the same draw for all arms;
a parameter that an arm sets itself keeps its value there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import pandas as pd

from simulation.evidence.claims.arms import ARMS
from simulation.evidence.claims.checks import NOT_RUN, NOT_TESTABLE, Check, Claim, Contrast, outcome, verdict
from simulation.evidence.claims.ledger import LEDGER, arms_of, counted
from simulation.evidence.claims.measures import OWN_MEASURES
from simulation.evidence.claims.propositions.effects import Proposition, measured, run_arms, scenario_of
from simulation.evidence.claims.propositions.measures import MEASURES, registered
from simulation.experiments import prior
from simulation.experiments.engine import store
from simulation.experiments.engine.runner import Ensemble, Progress, run_replicates
from simulation.experiments.engine.simulate import simulate as simulate_model
from simulation.scenario import shipped
from simulation.scenario.checks import world_of
from simulation.scenario.load import load_scenario
from simulation.source_code import source_hash

COLUMNS = (
    "claim", "verdict", "check", "kind", "counts", "what", "compared", "predicted", "a", "b", "difference", "low",
    "high", "pairs", "outcome", "definition", "model", "version",
)  # fmt: skip
"""Of the table of claims: a row a check; one row for a claim that has none."""
NUMBERS = ("a", "b", "difference", "low", "high")
_MADE_FROM = ("claim", "definition", "model", "version")
_HASH = 12  # hexadecimal digits
_PRINT_HORIZON = "2026Q4"
_PRINT_METRICS = ("commitments", "cooperation", "capacity", "incidents_so_far", "world_deals", "trust_partners")
_PRINT_DIGITS = 9
_UNREAD = {"name", "title", "question", "claims", "record", "replicates", "peers"}
"""Keys of a scenario that change no number that a claim reads."""


_DRAWN = prior.Drawing(simulate_model)
"""The model with parameters from the prior, but for those that a scenario sets itself."""


def measure(
    claims: Sequence[Claim],
    folder: Path | str | None = None,
    *,
    replicates: int = 20,
    workers: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Test claims.

    Parameters
    ----------
    claims
        Entries of :data:`simulation.evidence.claims.LEDGER`.
    folder
        Of the scenarios; by default the shipped ones.
    replicates
        Paired replicates of every arm, at least 2.
    workers, progress
        As in :func:`simulation.experiments.engine.runner.run_points`.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`.

    Raises
    ------
    InputError
        If a scenario is at fault or the replicates are too few.
    RunError
        If a replicate fails.
    """
    folder = shipped.folder() if folder is None else Path(folder)
    asked = [_as_proposition(claim) for claim in claims if arms_of(claim)]
    rows: list[dict[str, object]] = []
    with registered(OWN_MEASURES):
        found = {}
        if asked:
            found = run_arms(
                asked, ARMS, folder, replicates=replicates, workers=workers, progress=progress, simulate=_DRAWN
            )
        for claim in claims:
            rows += _rows(claim, found, folder)
    common = {"model": fingerprint(folder), "version": store.versions()["wifaq"]}
    return judged(pd.DataFrame([row | common for row in rows], columns=list(COLUMNS)))


def _as_proposition(claim: Claim) -> Proposition:
    effects = tuple(check.effect for check in claim.checks if isinstance(check, Contrast))
    return Proposition(claim.id, (claim.id,), claim.statement, "finding", effects)


def _rows(claim: Claim, found: Mapping[str, Ensemble], folder: Path) -> Iterator[dict[str, object]]:
    base: dict[str, object] = {"claim": claim.id, "definition": definition(claim, folder)}
    if not claim.checks:
        yield base
    for place, check in enumerate(claim.checks, start=1):
        yield base | {"check": place} | _numbers(check, found, folder)


def _numbers(check: Check, found: Mapping[str, Ensemble], folder: Path) -> dict[str, object]:
    if isinstance(check, Contrast):
        number = measured(check.effect, found)
        return {name: getattr(number, name) for name in (*NUMBERS, "pairs")}
    scenario = load_scenario(folder / "baseline.yaml")
    a, b = check.figures(world_of(scenario), scenario.focal)
    return {"a": a, "b": b, "difference": a - b, "low": a - b, "high": a - b}


def judged(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with words, outcomes and verdicts set anew from its numbers and the ledger.

    Rows of claims or checks that the ledger no longer has are left out.
    """
    rows: list[dict[str, object]] = []
    for claim in LEDGER.values():
        own = frame.loc[frame["claim"] == claim.id]
        if not claim.checks:
            bare = own[list(_MADE_FROM)].iloc[:1].to_dict("records")
            rows += [{str(name): value for name, value in row.items()} | {"verdict": NOT_TESTABLE} for row in bare]
            continue
        told = [
            _told(check, row, counted(claim)) for check, (_, row) in zip(claim.checks, own.iterrows(), strict=False)
        ]
        decisive = [str(row["outcome"]) for row, check in zip(told, claim.checks, strict=False) if row["counts"]]
        rows += [row | {"verdict": verdict(decisive) if decisive else NOT_RUN} for row in told]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _told(check: Check, row: pd.Series, decisive: Sequence[Check]) -> dict[str, object]:
    words = check.effect if isinstance(check, Contrast) else check
    a, b, low, high = (float(row[name]) for name in ("a", "b", "low", "high"))
    return dict(row) | {
        "kind": check.kind if isinstance(check, Contrast) else "data",
        "counts": check in decisive,
        "what": words.what,
        "compared": words.compared,
        "predicted": check.predicted,
        "outcome": outcome(a, b, low, high, check.predicted),
    }


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
    by their source, the shipped tables and the priors. Of the code see :func:`fingerprint`.
    """
    parts = {
        "checks": [_sources(check) for check in claim.checks],
        "arms": {name: _arm_hash(name, folder) for name in arms_of(claim)},
        "data": _data_hash(),
        "prior": prior.prior_hash(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:_HASH]


def _sources(check: Check) -> list[object]:
    """What the numbers of a check are made from, without its words and its prediction."""
    if not isinstance(check, Contrast):
        return [source_hash(check.figures)]
    own = {entry.name: entry for entry in (*MEASURES, *OWN_MEASURES)}
    readings = [[weight, r.arm, r.metric, r.quarter] for weight, r in check.effect.terms]
    return [readings, [source_hash(own[r.metric].function) for _, r in check.effect.terms if r.metric in own]]


@lru_cache(maxsize=512)
def _arm_hash(name: str, folder: Path) -> str:
    scenario = scenario_of(ARMS[name], folder, ())
    text = json.dumps(scenario.model_dump(mode="json", exclude=_UNREAD), sort_keys=True)
    return store.text_hash(f"{ARMS[name].every} {ARMS[name].times} {text}")


@lru_cache(maxsize=1)
def _data_hash() -> str:
    return store.data_hash()


def fingerprint(folder: Path) -> str:
    """Hash of a short run of the baseline, to nine figures: it moves when the model's numbers move."""
    scenario = load_scenario(folder / "baseline.yaml", overrides={"horizon": _PRINT_HORIZON})
    record = scenario.record.model_copy(
        update={"metrics": _PRINT_METRICS, "actors": (scenario.focal,), "ties": "none", "every": 1}
    )
    series = run_replicates(
        scenario.model_copy(update={"record": record}), 1, workers=1, on_error="raise", simulate=_DRAWN
    ).series
    values = [f"{value:.{_PRINT_DIGITS}g}" for value in series["value"]]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:_HASH]
