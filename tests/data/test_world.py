"""The loaded world: its shape, known facts of the world, documented starting values."""

import dataclasses
import pickle
import time
from datetime import date

import numpy as np
import pytest

from simulation.data import positions
from simulation.data.dates import surely_by
from simulation.data.facts import load_trade
from simulation.data.kinds import Records
from simulation.data.tables import judged
from simulation.data.world import load_world
from simulation.errors import InputError, ModelError
from simulation.state import CAMPS, KINDS


def members(world, bloc):
    found = next(item for item in world.blocs if item.id == bloc)
    return {world.ids[index] for index in found.members}


def test_states_come_first_then_the_union_then_others_by_kind(world):
    assert world.un_member.sum() == 193
    assert list(world.ids[:193]) == sorted(world.ids[:193])
    assert world.ids[193] == "EU"
    assert not world.un_member[193:].any()
    assert world.kind[193] == 0
    order = ["firm", "think_tank", "ngo", "influencer", "secretariat"]
    ranks = [order.index(KINDS[code]) for code in world.kind[194:]]
    assert ranks == sorted(ranks)
    for code in set(world.kind[194:].tolist()):
        ids = [name for name, kind in zip(world.ids, world.kind, strict=True) if kind == code]
        assert ids[1 if code == 0 else 0:] == sorted(ids[1 if code == 0 else 0:])


def test_namibia_is_not_a_missing_value(world):
    assert world.names[world.index("NAM")] == "Namibia"


@pytest.mark.parametrize("roster", ["core", "full"])
def test_no_array_has_a_gap_or_a_wrong_shape(roster):
    world = load_world(date(2024, 12, 31), roster)
    for field in dataclasses.fields(world):
        value = getattr(world, field.name)
        if isinstance(value, np.ndarray):
            assert np.isfinite(value.astype(float)).all(), field.name
            assert value.shape[0] == len(world), field.name


def test_arrays_are_read_only_and_not_shared(world):
    with pytest.raises(ValueError, match="read-only"):
        world.position[0, 0] = 1.0
    other = load_world(world.as_of)
    assert other.position is not world.position


def test_world_pickles(world):
    again = pickle.loads(pickle.dumps(world))
    assert again.ids == world.ids
    assert np.array_equal(again.position, world.position)
    assert not again.position.flags.writeable


def test_loading_is_quick():
    load_world(date(2024, 12, 31))
    begun = time.perf_counter()
    load_world(date(2023, 12, 31), "full")
    assert time.perf_counter() - begun < 2.0  # 0.1 s on an idle machine


def test_unknown_names_are_refused_with_advice(world):
    with pytest.raises(ModelError, match="did you mean 'openai'"):
        world.index("openal")
    with pytest.raises(InputError, match="allowed: core, full"):
        load_world(date(2024, 12, 31), "tier1")
    with pytest.raises(InputError, match=r"records.strike.*did you mean 'MAR-IND-2018-09-25'"):
        load_world(date(2024, 12, 31), records=Records(strike=("MAR-IND-2018-09-26",)))


def test_values_lie_in_their_bounds(full_world):
    world = full_world
    for name in ("size", "capacity", "transparency", "adoption", "position", "trust_prior",
                 "opinion", "audience", "stance", "research", "objectivity", "trade_share", "trade_share_eu"):
        value = getattr(world, name)
        assert value.min() >= 0, name
        assert value.max() <= 1, name
    assert np.allclose(world.weight.sum(axis=1), 1)
    assert (world.weight > 0).all()
    assert ((world.position_sd[:193] > 0) & (world.position_sd[:193] < 0.2)).all()


def test_size_is_the_documented_power_of_gdp(world):
    assert world.size[world.index("USA")] == 1.0
    assert world.size[world.index("MAR")] == pytest.approx(0.12, abs=0.005)
    union = world.gdp_usd[[world.index(name) for name in members(world, "EU")]].sum()
    assert world.gdp_usd[193] == pytest.approx(union)
    assert world.size[193] == pytest.approx((union / world.gdp_usd.max()) ** 0.4)


def test_capacity_and_transparency_rank_as_known(world):
    capacity = {name: world.capacity[world.index(name)] for name in ("SGP", "FRA", "MAR", "TCD", "SSD")}
    assert capacity["SGP"] > capacity["FRA"] > capacity["MAR"] > capacity["TCD"] > capacity["SSD"]
    assert world.transparency[world.index("MAR")] == pytest.approx(0.39)
    assert world.transparency[world.index("openai")] == 0.4
    assert world.transparency[world.index("unesco")] == 0.6


@pytest.mark.parametrize(("bloc", "count"), [
    ("UN", 193), ("EU", 27), ("AMU", 5), ("Arab_League", 21), ("AU", 54), ("GCC", 6), ("ASEAN", 10),
    ("BRICS", 9), ("G7", 7), ("G20", 19), ("OECD", 38), ("CoE", 46), ("NATO", 32), ("DCO", 16),
    ("ECOWAS", 15),
])
def test_blocs_have_their_members_of_2024(world, bloc, count):
    assert len(members(world, bloc)) == count


def test_blocs_are_many_and_well_formed(world):
    assert len(world.blocs) >= 40
    assert {bloc.rule for bloc in world.blocs} <= {"unanimity", "consensus", "qualified_majority", "majority"}
    for bloc in world.blocs:
        assert 0 < bloc.threshold <= 1
        assert 0 < bloc.agenda_rate <= 1
        assert 0 < bloc.enforcement <= 1
    assert [bloc.id for bloc in world.blocs if bloc.universal] == ["UN"]
    rates = {bloc.id: bloc.agenda_rate for bloc in world.blocs}
    assert (4 * rates["AMU"], 4 * rates["EU"], 4 * rates["UN"]) == pytest.approx((0.1, 0.6, 2.0))
    force = {bloc.id: bloc.enforcement for bloc in world.blocs}
    assert (force["UN"], force["Arab_League"], force["EU"]) == (0.1, 0.2, 0.9)


def test_blocs_start_as_deep_as_their_texts_of_the_day(world):
    def depths(facts):
        return {bloc.id: bloc.depth for bloc in facts.blocs if bloc.depth}

    now = depths(world)
    assert now == {"EU": 3, "CoE": 2, "EEA_EFTA": 2} | dict.fromkeys(
        ("UN", "AU", "ASEAN", "G7", "G20", "OECD", "DCO", "BRICS", "GCC", "SCO", "APEC", "NATO", "OIF"), 1
    )
    before = depths(load_world(date(2024, 3, 20)))  # the day before the resolution of the General Assembly
    assert (before["EU"], before["CoE"], before.get("UN"), before["G20"]) == (2, 1, None, 1)
    assert depths(load_world(date(2018, 4, 9))) == {}
    assert all(surely_by(row["adopted"]) <= date(2024, 12, 31) for row in judged("bloc_texts"))
    assert {row["bloc"] for row in judged("bloc_texts")} <= {bloc.id for bloc in world.blocs}


def test_those_who_left_or_came_late(world):
    assert "GBR" not in members(world, "EU")
    assert members(world, "AMU") == {"DZA", "LBY", "MAR", "MRT", "TUN"}
    assert "IDN" not in members(world, "BRICS")
    assert "TLS" not in members(world, "ASEAN")
    assert "SYR" not in members(world, "OIC")
    assert "RUS" not in members(world, "CoE")


def test_home_and_region(world):
    capgemini, unesco = world.index("capgemini"), world.index("unesco")
    assert world.ids[world.home[capgemini]] == "FRA"
    assert world.subregion[capgemini] == "Western Europe"
    assert world.home[unesco] == -1
    assert world.subregion[unesco] == ""
    assert world.home[193] == 193
    assert world.region[193] == "Europe"
    assert world.region[world.index("MAR")] == "Africa"


def test_nobody_founded_later_is_loaded(full_world):
    assert not {"humain", "jazari", "odet", "current_ai"} & set(full_world.ids)


def test_first_trust_has_a_spread_and_does_not_mirror_trade(world):
    trust = world.trust_prior
    pairs = np.triu_indices(193, 1)
    first = trust[pairs]
    assert np.array_equal(trust, trust.T)
    assert not np.diag(trust).any()
    assert 0.4 < first.mean() < 0.55
    assert first.std() >= 0.08
    trade = np.log1p(load_trade(world.as_of, []))
    share = trade / np.maximum(trade.max(axis=1, keepdims=True), 1e-9)
    seen = [np.ones(first.size), trade[pairs], trade[pairs] ** 2, *((share**k + share.T**k)[pairs] for k in (1, 3))]
    left = first - np.column_stack(seen) @ np.linalg.lstsq(np.column_stack(seen), first, rcond=None)[0]
    assert left.var() / first.var() > 0.2


def test_first_trust_knows_friends_and_foes(world):
    def pair(a, b):
        return world.trust_prior[world.index(a), world.index(b)]

    for a, b in (("FRA", "DEU"), ("FRA", "EU"), ("USA", "JPN"), ("MAR", "TUN"), ("USA", "EU")):
        assert pair(a, b) > 0.6, (a, b)
    for a, b in (("USA", "CHN"), ("EU", "RUS"), ("RUS", "UKR"), ("DZA", "MAR"), ("IND", "PAK"), ("CYP", "TUR")):
        assert pair(a, b) < 0.25, (a, b)
    assert pair("MAR", "openai") == pair("openai", "unesco") == 0.5


def test_first_trust_tells_nothing_that_was_not_known():
    def pair(a, b, day):
        then = load_world(day)
        return then.trust_prior[then.index(a), then.index(b)]

    broken, before = date(2021, 8, 24), date(2021, 8, 23)  # Algeria broke relations with Morocco
    assert pair("DZA", "MAR", broken) < pair("DZA", "MAR", before) / 2
    assert pair("MAR", "SEN", broken) == pair("MAR", "SEN", before)
    heard, unheard = date(2014, 12, 31), date(2014, 12, 30)  # the last day of the events
    assert pair("MAR", "SEN", heard) != pair("MAR", "SEN", unheard)
    assert pair("MAR", "TUR", heard) == pair("MAR", "TUR", unheard)  # of Turkey there are none
    assert any(note.startswith("tone: the events") for note in load_world(unheard).notes)


def test_the_press_is_free_where_people_can_speak(world):
    free = {name: bool(world.free_press[world.index(name)]) for name in ("FRA", "EU", "CHN", "MAR", "openai", "unesco")}
    assert free == {"FRA": True, "EU": True, "CHN": False, "MAR": False, "openai": True, "unesco": False}


def test_reconciled_rivals_are_dropped_from_their_day():
    def names(day):
        world = load_world(day)
        return {(world.ids[a], world.ids[b]) for a, b in world.rivals}

    assert ("IRN", "SAU") in names(date(2023, 3, 9))
    assert ("IRN", "SAU") not in names(date(2023, 3, 10))
    assert ("DZA", "MAR") in names(date(2024, 12, 31))


def test_borders_and_trade_shares(world):
    check = world.index("MAR")
    assert np.array_equal(world.contiguous, world.contiguous.T)
    near = {world.ids[index] for index in np.flatnonzero(world.contiguous[check])}
    assert near == {"DZA", "ESP", "MRT"}
    assert not world.contiguous[193:].any()
    total = world.trade_share.sum(axis=1)
    assert {world.ids[i] for i in np.flatnonzero(~np.isclose(total, 1))[:2]} == {"LIE", "MCO"}
    assert np.allclose(total[:193][total[:193] > 0], 1)
    inside = [world.index(name) for name in members(world, "EU")]
    assert world.trade_share_eu[check] == pytest.approx(world.trade_share[check, inside].sum())
    assert world.trade_share[193].sum() == world.trade_share[:, 193].sum() == 0


def test_influencers_reach_their_publics(world):
    voice, check = world.index("inf_religious"), world.index("MAR")
    assert world.audience[voice, check] == pytest.approx(0.8)
    assert 0 < world.audience[voice, world.index("EGY")] < 0.8
    assert world.audience[voice, world.index("FRA")] == 0
    assert not world.audience[world.kind != KINDS.index("influencer")].any()
    assert not world.audience[:, 193:].any()


def camp(world, name):
    """Name of an actor's camp, ``""`` for none."""
    code = world.camp[world.index(name)]
    return CAMPS[code] if code >= 0 else ""


def test_leaders_are_the_heads_of_the_camps_in_order(world):
    assert [world.ids[index] for index in world.leaders] == ["EU", "CHN", "USA"]
    assert world.camp[list(world.leaders)].tolist() == [0, 1, 2]


@pytest.mark.parametrize("day", [date(2010, 1, 1), date(2019, 6, 1), date(2023, 12, 31), date(2024, 12, 31)])
def test_camps_follow_the_memberships_and_alliances_of_the_day(day):
    world = load_world(day)
    union, nato, sco = (set(members(world, bloc)) for bloc in ("EU", "NATO", "SCO"))
    allies = (nato - union - {"USA"}) | {"JPN", "KOR", "AUS", "NZL", "PHL", "THA"}
    china = world.index("CHN")
    rivals = {world.ids[i + j - china] for i, j in world.rivals if china in (i, j)}
    expected = {
        "EU": union | {"EU"}, "US": allies | {"USA"}, "CN": ((sco - rivals - allies) | {"PRK", "CHN"}),
    }  # fmt: skip
    states = world.ids[: world.un_member.sum() + 1]
    assert {name: {i for i in states if camp(world, i) == name} for name in CAMPS} == expected


def test_the_non_aligned_are_in_no_camp_however_close_they_stand(world):
    assert not any(camp(world, name) for name in ("IND", "SAU", "ARE", "SGP", "MAR", "BRA", "ZAF", "CHE", "UKR"))


def test_organisations_have_the_camp_of_their_home(world):
    for index in np.flatnonzero(world.kind != KINDS.index("state")):
        home = world.home[index]
        assert world.camp[index] == (world.camp[home] if home >= 0 else -1)


def test_a_spell_that_ended_makes_no_camp():
    before, after = load_world(date(2020, 1, 30)), load_world(date(2020, 1, 31))
    assert (camp(before, "GBR"), camp(after, "GBR")) == ("EU", "US")


def test_notes_tell_of_fills_and_later_figures(world):
    text = "\n".join(world.notes)
    assert "libdem: filled from a line on freedom for AND" in text
    assert "internet: filled from the mean of the subregion for PLW" in text
    assert "uir-iai-2023-05 is left out" in text


def test_an_organisation_without_home_stands_by_its_type_and_all_states(world):
    everyone = world.position[:193].mean(axis=0)
    expected = 0.7 * everyone + 0.3 * positions.TYPE_ANCHORS[KINDS.index("ngo")]
    assert np.allclose(world.position[world.index("skr")], expected)
