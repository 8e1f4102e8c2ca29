"""The scenario that a reader makes: what sliders write, what is refused, what an address holds."""

from __future__ import annotations

import base64
import zlib

import pytest

from simulation.app.draft import FILE, Draft, from_address, to_address
from simulation.errors import InputError
from simulation.experiments.ask import load
from simulation.scenario.source import MAX_BYTES


@pytest.fixture
def draft(tmp_path) -> Draft:
    return Draft.of("baseline", tmp_path)


def test_what_changes_nothing_is_the_shipped_scenario_itself(draft) -> None:
    assert draft.scenario() == load("baseline")


def test_a_slider_is_a_key_of_the_file_and_of_the_command_line(draft) -> None:
    made = draft.having("parameters.rivalry", 2.0).having("strategy.budget", 3.0).having("fragmentation.trust", 0.4)
    sets = ("parameters.rivalry=2.0", "strategy.budget=3.0", "fragmentation.trust=0.4")
    asked = load("baseline", sets=sets)
    found = made.scenario()
    assert found.model_copy(update={"name": asked.name, **_described(asked)}) == asked
    assert made.having("parameters.rivalry", None).having("strategy.budget", None).having(
        "fragmentation.trust", None
    ).text == draft.text


def _described(scenario) -> dict[str, object]:
    """What a base does not hand down."""
    return {"title": scenario.title, "question": scenario.question, "claims": scenario.claims}


def test_comments_stay_and_a_number_for_all_parts_of_fragmentation_is_taken_apart(draft, tmp_path) -> None:
    text = "extends: baseline\nfragmentation: 0.4  # all four\nstrategy:\n  budget: 2  # rich\n"
    made = Draft(text, tmp_path).having("fragmentation.trust", 0.1)
    assert "# rich" in made.text
    parts = made.scenario().fragmentation
    assert (parts.trust, parts.rewiring) == (0.1, 0.4)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("extends: /etc/hostname\n", "my_scenario.yaml:1:1: extends: must be a shipped scenario"),
        ("extends: ../../secret.yaml\n", "extends: must be a shipped scenario"),
        ("extends: baseline\nrecords: {deals: /etc/passwd}\n", "records.deals: must be a file in"),
        ("extends: baseline\nrecords.joins: ../joins.csv\n", "records.joins: must be a file in"),
        ("extends: baseline\nparameters: {rivalri: 2}\n", "my_scenario.yaml:2:14: parameters.rivalri: unknown"),
        ("- a\n", "must be a mapping"),
        ("a: !!python/object/apply:os.system [ls]\n", "tag"),
    ],
)
def test_bad_texts_are_told_with_their_place_and_nothing_outside_is_read(tmp_path, text, told) -> None:
    with pytest.raises(InputError) as error:
        Draft(text, tmp_path).scenario()
    assert told in str(error.value)
    assert "root:" not in str(error.value)  # no line of the file that was named


@pytest.mark.parametrize(
    "text",
    ["", "\n", "# nothing\n", "- a\n", "a: [\n", "a: 1\na: 2\n", "extends: baseline\nfocul: SEN\n",
     "extends: baseline\nparameters: {rivalri: 2}\nfocal: XXX\n", "extends: baseline\nfocal: [SEN]\nseed: -1\n",
     "extends: baseline\n\ttitle: a\n", "a: \x07\n"],
)  # fmt: skip
def test_faults_are_those_of_check(tmp_path, text) -> None:
    path = tmp_path / FILE
    path.write_text(text)
    with pytest.raises(InputError) as checked:
        load(path)
    with pytest.raises(InputError) as error:
        Draft(text, tmp_path).scenario()
    assert [str(fault) for fault in error.value.faults] == (
        [str(fault).replace(str(path), FILE) for fault in checked.value.faults]
    )


def test_an_actor_is_poked_beside_what_the_base_does(draft, tmp_path) -> None:
    base = Draft(draft.text + "shocks: [{quarter: 2026Q1, kind: budget_cut, size: 0.5, actors: [SEN]}]\n", tmp_path)
    made = base.poking(base.scenario(), "trust", "FRA", 0.2).poking(base.scenario(), "budget", "FRA", 0.4)
    made = made.poking(made.scenario(), "budget", "FRA", 0.3)
    found = made.scenario()
    assert [(entry.pair, entry.value, entry.symmetric) for entry in found.trust] == [(("FRA", "MAR"), 0.2, False)]
    assert [(shock.actors, shock.size) for shock in found.shocks] == [(("SEN",), 0.5), (("FRA",), 0.3)]


def test_only_one_file_is_written(draft, tmp_path) -> None:
    draft.having("parameters.rivalry", 2.0).scenario()
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_scenario_of_the_users_own_can_be_the_base(tmp_path) -> None:
    own = tmp_path / "elsewhere" / "mine.yaml"
    own.parent.mkdir()
    own.write_text("extends: baseline\nfocal: SEN\n")
    assert Draft.of(str(own), tmp_path, str(own)).having("parameters.rivalry", 2.0).scenario().focal == "SEN"


def test_an_address_holds_a_text_and_no_more(draft) -> None:
    text = draft.having("focal", "CIV").text + "# é ع\n"
    assert from_address(to_address(text)) == text
    bomb = base64.urlsafe_b64encode(zlib.compress(b"a" * (MAX_BYTES + 1))).decode()
    for told in ("nonsense", "", to_address(text)[:-9], bomb, "é"):
        with pytest.raises(InputError, match="damaged"):
            from_address(told)
