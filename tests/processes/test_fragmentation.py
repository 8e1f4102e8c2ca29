"""C.17: the lines along which a world breaks, and what they split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulation.processes.fragmentation import Bloc, cells, crossing, harden_rules, lower_trust, split_blocs

IDS = ("A", "B", "C", "N", "firm of A", "secretariat")
CAMP = np.array([0, 1, 1, -1, 0, -1], np.int8)
REGION = ("Here", "Here", "There", "There", "Here", "")
HOME = np.array([0, 1, 2, 3, 0, -1], np.int32)


def along(lines: object, apart: bool = False) -> list[int]:
    """Cells of the six."""
    return cells(lines, IDS, CAMP, REGION, HOME, apart).tolist()  # type: ignore[arg-type]


def bloc(*members: int) -> Bloc:
    """A bloc that could fall apart."""
    return Bloc("B", members, "majority", 0.5, 0.4, 0.5, regional=False, universal=False)


@pytest.mark.parametrize("lines", ["camp", (("A",), ("B", "C"))])
def test_a_state_in_no_cell_is_across_no_line(lines: object) -> None:
    assert along(lines) == [0, 1, 1, -1, 0, -1]
    across = crossing(np.array(along(lines), np.int32))
    assert across[0, 1]
    assert not across[3].any()
    assert not across[5].any()


def test_outsiders_form_one_more_cell_where_that_is_asked_for() -> None:
    assert along("camp", apart=True) == [0, 1, 1, 3, 0, -1]
    assert along((("A",), ("B", "C")), apart=True) == [0, 1, 1, 2, 0, -1]


def test_regions_leave_nobody_out_but_those_without_a_region() -> None:
    assert along("region") == along("region", apart=True) == [0, 0, 1, 1, 0, -1]


def test_a_member_in_no_cell_sits_in_every_part() -> None:
    cell = np.array(along("camp"), np.int32)
    parts = split_blocs([bloc(0, 1, 2, 3)], 1.0, cell)
    assert {part.id: part.members for part in parts} == {"B/0": (0, 3), "B/1": (1, 2, 3)}
    for part in parts:  # agenda .4 and enforcement .5 of the four, in proportion
        share = len(part.members) / 4
        assert (part.agenda_rate, part.enforcement) == (0.4 * share, 0.5 * share)


def test_the_largest_of_the_blocs_that_straddle_a_line_split_first() -> None:
    """Half of two: the larger one with a line through it, not the largest of all."""
    cell = np.array([0, 0, 0, 1, 1], np.int32)
    inside, two, three = bloc(0, 1, 2), replace(bloc(2, 3), id="two"), replace(bloc(2, 3, 4), id="three")
    world = replace(bloc(0, 1, 2, 3, 4), id="world", universal=True)
    split = split_blocs([world, inside, two, three], 0.5, cell)
    assert [part.id for part in split] == ["world", "B", "two", "three/1"]  # the part of one member dissolves


def test_rules_harden_where_a_line_runs_through_a_bloc() -> None:
    cell = np.array([0, 0, 1, -1], np.int32)
    hardened = harden_rules([bloc(0, 1, 3), bloc(0, 1, 2)], 0.4, cell)
    assert [part.threshold for part in hardened] == pytest.approx([0.5, 0.5 + 0.5 * 0.4])


def test_no_line_runs_through_one_camp_and_the_non_aligned() -> None:
    cell = np.array(along("camp"), np.int32)
    whole = bloc(1, 2, 3)
    assert split_blocs([whole], 1.0, cell) == [whole]
    apart = split_blocs([whole], 1.0, np.array(along("camp", apart=True), np.int32))
    assert [part.members for part in apart] == [(1, 2)]  # the other part has one member and dissolves


def test_trust_of_the_non_aligned_does_not_fall() -> None:
    prior = np.full((6, 6), 0.5)
    after = lower_trust(prior, np.array(along("camp"), np.int32), 0.2)
    assert after[0, 1] == after[1, 0] == pytest.approx(0.3)
    assert (after[3] == 0.5).all()
    assert (after[1, 2], after[4, 1]) == (0.5, pytest.approx(0.3))
