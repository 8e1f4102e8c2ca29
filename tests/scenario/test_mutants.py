"""Whatever slip is in a file: it is refused with its line, soon and without a traceback, or it can be run."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from simulation.data.user_records import read_deals, read_joins
from simulation.errors import Fault, InputError
from simulation.evidence.joins.instrument_file import read_instruments
from simulation.experiments.check import check_files
from simulation.model import GovernanceModel
from simulation.scenario.load import load_scenario
from tests import mutants

SHARES = {"scenario": 0.5, "sweep": 0.1, "deals": 0.15, "joins": 0.1, "instruments": 0.15}
"""How many of the mutants are of each kind."""
MOST_SECONDS = 2.0
WHOLE_FILE = ("is empty", "empty:", "no such file", "not a regular file", "is a folder")
"""Faults of a file that has no line to name."""


def faults_of(kind: str, path: Path) -> list[Fault]:
    """What the commands say of a file of a kind."""
    if kind in ("scenario", "sweep"):
        return check_files([path])
    if kind in ("deals", "joins"):
        return (read_deals if kind == "deals" else read_joins)(path)[1]
    try:
        read_instruments(path, date(2024, 12, 31))
    except InputError as error:
        return list(error.faults)
    return []


def try_one(kind: str, seed: int, folder: Path) -> bool:
    """Try a mutant; returns whether it is accepted."""
    path = folder / f"{kind}_{seed}{'.csv' if kind in ('deals', 'joins') else '.yaml'}"
    path.write_bytes(mutants.mutant(kind, seed))
    begin = time.process_time()
    faults = faults_of(kind, path)
    seconds = time.process_time() - begin
    assert seconds < MOST_SECONDS, f"{path.name}: {seconds:.1f} s"
    for fault in faults:
        assert "\n" not in str(fault)
        assert fault.message
        whole = any(fault.message.startswith(text) for text in WHOLE_FILE)
        assert fault.line >= 1 or whole or fault.file != str(path), f"{path.name}: {fault}"
    return not faults


def try_many(count: int, folder: Path) -> dict[str, int]:
    """How many mutants of each kind are accepted, of as many as its share says."""
    return {
        kind: sum(try_one(kind, seed, folder) for seed in range(round(count * share))) for kind, share in SHARES.items()
    }


def build_and_step(seed: int, folder: Path) -> bool:
    """Build the scenario of a mutant and step it once; returns whether it was accepted at all."""
    path = folder / "mutant.yaml"
    path.write_bytes(mutants.mutant("scenario", seed))
    if check_files([path]):
        return False
    try:
        scenario = load_scenario(path)
    except InputError:  # checked as a sweep
        return False
    model = GovernanceModel(scenario)
    try:
        model.step()
        model.recorder.series()
    finally:
        model.close()
    return True


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """The first check reads the tables and imports what it needs; that is not the time of a file."""
    load_scenario(mutants.BASE)
    check_files([mutants.ROOT / "tests" / "bad_sweeps" / "unknown_metric.yaml"])


@pytest.mark.parametrize("kind", SHARES)
def test_what_is_mutated_is_good(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "good.csv"
    for text in dict.fromkeys(mutants.KINDS[kind]):
        path.write_text(text, encoding="utf-8")
        assert faults_of(kind, path) == [], text


@pytest.mark.parametrize("count", [150, pytest.param(5_000, marks=pytest.mark.slow)])
def test_mutants_are_refused_with_a_line_or_accepted(tmp_path: Path, count: int) -> None:
    accepted = try_many(count, tmp_path)
    assert all(0 < accepted[kind] < count * share for kind, share in SHARES.items()), accepted


@pytest.mark.parametrize(("count", "first"), [(5, 0), pytest.param(500, 1_000_000, marks=pytest.mark.slow)])
def test_accepted_mutants_are_built_and_stepped(tmp_path: Path, count: int, first: int) -> None:
    built, seed = 0, first
    while built < count:
        built += build_and_step(seed, tmp_path)
        seed += 1
    assert seed - first > built  # some slips are refused
