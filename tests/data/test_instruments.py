"""Instruments and deals as loaded: doors, joiners, entry into force, depth."""

from collections import Counter

import pytest

from simulation.data.history import shipped_deals
from simulation.data.texts import known_joins


def text(world, name):
    return next(item for item in world.instruments if item.id == name)


def ids(world, indexes):
    return {world.ids[index] for index in indexes}


def joined(world, name):
    return ids(world, (index for index, _ in text(world, name).joined))


def test_every_text_is_consistent(world):
    assert len(world.instruments) == 33
    for item in world.instruments:
        assert set(dict(item.joined)) <= set(item.eligible), item.id
        assert all(0 <= value <= 1 for value in item.position), item.id
        assert 0 < item.enforcement <= 1, item.id
        assert item.needed == 0 or item.in_force is None, item.id
        open_to = set(item.eligible) - set(dict(item.joined))
        assert item.open_at_as_of <= bool(open_to), item.id


def test_members_of_the_union_do_not_sign_the_convention_one_by_one(world):
    item = text(world, "coe_ai_225")
    may = ids(world, item.eligible)
    assert "EU" in may
    assert not {"FRA", "DEU", "MAR"} & may
    assert {"GBR", "CHE", "USA", "JPN", "CAN"} <= may
    assert item.binding
    assert item.in_force is None
    assert item.needed == 5
    assert joined(world, "coe_ai_225") == {
        "AND", "GEO", "ISL", "NOR", "MDA", "SMR", "GBR", "ISR", "USA", "EU", "MNE"}


def test_invitation_masks(world):
    item = text(world, "bletchley_2023")
    assert item.invitation_only
    assert world.index("MAR") not in item.eligible
    assert len(item.joined) == 30
    ministers = text(world, "seoul_min_2024")
    assert world.index("CHN") in ministers.eligible
    assert not known_joins(world.as_of)["seoul_min_2024"]["CHN"].joined


@pytest.mark.parametrize(("name", "count"), [
    ("reaim_2023", 57), ("us_poldecl_2023", 57), ("gpai", 45), ("budapest", 76), ("dco", 16),
    ("oecd_ai_2019", 47), ("foc", 38), ("malabo", 15), ("conv108", 55), ("gdc_2024", 193),
    ("unesco_rec_2021", 191), ("au_ai_2024", 54),
])
def test_numbers_of_joiners(world, name, count):
    assert len(text(world, name).joined) == count


def test_a_text_opens_where_its_sponsors_stand(world):
    america = world.position[world.index("USA")]
    assert text(world, "us_poldecl_2023").position == pytest.approx(tuple(america))


def test_entry_into_force(world):
    assert text(world, "malabo").in_force is not None
    assert text(world, "malabo").needed == 0
    assert text(world, "budapest").binding


def test_votes_against_are_refusals_and_no_yes_is_guessed(world):
    item = text(world, "unga_78_241")
    assert sum(not record.joined for record in known_joins(world.as_of)["unga_78_241"].values()) == 15
    assert not item.joined
    assert not item.complete


def test_deals_are_dated_and_deep_enough(full_world):
    deals = {deal.id: deal for deal in full_world.deals}
    assert len(deals) == 222
    assert len(deals["CHL-NZL-SGP-2020-06-12"].parties) == 3  # one deal of three, not three of two
    of = Counter(full_world.ids[index] for deal in full_world.deals for index in deal.parties)
    assert of["USA"] > of["MAR"]  # the record no longer leans to the state whose press was read first
    assert deals["SGP-AUS-2020-08-06"].depth == 3
    assert deals["MAR-IND-2018-09-25"].depth == 1
    assert {"KEN-microsoft-2024-05-22", "KEN-g42-2024-05-22"} <= set(deals)
    assert {"MAR-elm-2023-06", "uir-iai-2023-05"} <= set(deals)
    assert not any("talks" in deal.subject for deal in shipped_deals())
    parties = [full_world.ids[index] for index in deals["EU-JPN-2022-05-12"].parties]
    assert parties == ["EU", "JPN"]
