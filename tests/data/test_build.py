"""The shipped tables are what the build makes of the gathered sources."""

import os
from pathlib import Path

import pytest

from simulation.data.build import BUILDERS, build
from simulation.data.tables import TABLES, judged, table
from simulation.state import DOMAINS, DOORS

SOURCE = Path(os.environ.get("WIFAQ_SHARED", Path(__file__).parents[2].parent / "shared")) / "data"


@pytest.mark.skipif(not SOURCE.is_dir(), reason=f"the gathered sources are not beside the project ({SOURCE})")
def test_rebuilt_tables_equal_the_shipped_ones(tmp_path):
    build(SOURCE, tmp_path)
    for name in BUILDERS:
        assert (tmp_path / f"{name}.csv").read_bytes() == (TABLES / f"{name}.csv").read_bytes(), name


def test_every_table_is_built_and_small():
    shipped = {path.stem for path in TABLES.glob("*.csv")}
    assert shipped == set(BUILDERS)
    assert sum(path.stat().st_size for path in TABLES.glob("*.csv")) < 1_000_000


def test_nothing_is_dated_after_2024():
    for name in ("joins", "deals", "firm_commitments"):
        assert max(row["date"] for row in table(name)) <= "2024-12-31"
    assert max(row["opens"] for row in table("instruments")) <= "2024-12-31"


def test_references_between_tables_hold():
    states = {row["iso3"] for row in table("states")}
    actors = states | {"EU"} | {row["id"] for row in table("nonstate")}
    blocs = {row["id"] for row in table("blocs")}
    texts = {row["id"] for row in table("instruments")}
    assert len(actors) == 193 + 1 + len(table("nonstate"))
    assert {row["bloc"] for row in table("memberships")} | {"UN"} == blocs
    assert {row["iso3"] for row in table("memberships")} <= states
    assert {row["instrument"] for row in table("joins")} <= texts
    assert {row["actor"] for row in table("joins")} <= actors
    for row in table("deals"):
        assert {row["party_a"], row["party_b"]} <= actors
        assert row["depth"] in {"1", "2", "3"}
    for row in table("instruments"):
        assert row["domain"] in DOMAINS
        assert row["track"] in DOORS
        tokens = {token.removeprefix("-") for token in row["eligible"].split(";")}
        named = {token.removeprefix("bloc:") for token in tokens if token.startswith("bloc:")}
        assert named <= blocs
        plain = {token for token in tokens if ":" not in token} - {"all", "listed"}
        assert plain <= actors
        assert set(filter(None, row["sponsors"].split(";"))) <= actors


def test_every_judgement_says_its_basis():
    for name in ("blocs", "instruments", "deals", "membership_changes", "rivalries", "camps", "anchors", "publics"):
        assert all(row["basis"] for row in judged(name)), name


def test_the_sources_file_covers_every_column():
    text = (TABLES.parent / "SOURCES.md").read_text(encoding="utf-8")
    for name in BUILDERS:
        assert name in text, name
    for variable in {row["variable"] for row in table("state_facts")}:
        assert f"`{variable}`" in text, variable
    for name in ("states", "dyads"):
        for column in table(name)[0]:
            assert f"`{column}`" in text or column.startswith("iso3"), column
