"""The numbers of a few short runs have not moved since somebody last looked."""

from __future__ import annotations

import pytest

from tests.golden.refresh import ACTORS, CASES, FOLDER, METRICS, REPLICATES, table


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    kept = (FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    now = table(name).splitlines()
    moved = [f"{old}  is now  {new}" for old, new in zip(kept, now, strict=False) if old != new]
    advice = "if that is meant, refresh the tables: python -m tests.golden.refresh"
    assert len(now) == len(kept) > REPLICATES * len(CASES[name]) * len(METRICS)
    assert not moved, "\n".join([f"{len(moved)} of {len(kept)} numbers moved; {advice}", *moved[:10]])


def test_there_is_a_table_for_every_case_and_no_other() -> None:
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(CASES)
    rows = (FOLDER / "baseline.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert {row.split(",")[2] for row in rows} == set(ACTORS)
    assert {row.split(",")[3] for row in rows} == set(METRICS)
