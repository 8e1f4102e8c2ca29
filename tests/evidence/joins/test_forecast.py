"""Forecasts of texts: what each key of an instrument file does, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from simulation.errors import InputError
from simulation.evidence.joins.forecast import Chances, forecast
from simulation.evidence.joins.instrument_file import read_instruments
from simulation.evidence.joins.instrument_table import forecast_file
from simulation.intensity.joining.chances import (
    SPONSOR_JOINS,
    Draws,
    launch_chances,
    launch_joins,
    launch_log_odds,
)
from simulation.intensity.joining.pace import PRIOR, pace_features, pace_log_odds
from simulation.intensity.joining.posterior import shipped
from simulation.intensity.joining.states import ids, place
from simulation.intensity.joining.texts import SignupText, Vote, coded, convener_kind, openness

DAY, BY, SOON = date(2024, 12, 31), date(2025, 12, 31), date(2025, 3, 20)
CALL = SignupText(id="call", opens=date(2025, 3, 1), sponsors=("FRA",), eligible=ids())


def changed(**fields: object) -> SignupText:
    return SignupText(**{**vars(CALL), **fields})  # type: ignore[arg-type]


def of(text: SignupText, by: date = SOON, as_of: date = DAY) -> Chances:
    return forecast(text, as_of, by, shipped(as_of), draws=500)


def chance(found: Chances, state: str) -> float:
    return float(found.probability[found.ids.index(state)])


def expected(**fields: object) -> float:
    return float(of(changed(**fields)).probability.sum())


# --- what the keys do


def test_a_sponsor_is_in_and_nobody_joins_what_opens_later() -> None:
    assert chance(of(CALL), "FRA") >= SPONSOR_JOINS
    assert not of(CALL, by=date(2025, 2, 1)).probability.any()


def test_more_time_never_lowers_a_chance() -> None:
    soon, late = of(CALL), of(CALL, by=date(2027, 3, 2))
    assert (late.probability >= soon.probability).all()
    assert late.probability.sum() > soon.probability.sum() + 3


def test_a_quiet_opening_reaches_fewer_than_a_ceremony_and_unsaid_lies_between() -> None:
    treaty = {"sponsors": ("UN",), "binding": True, "domain": "cyber"}
    quiet, hosted = expected(**treaty, ceremony=False), expected(**treaty, ceremony=True)
    assert quiet < expected(**treaty) < hosted
    assert hosted > 3 * quiet


def test_leaders_and_summits_bring_more_and_doors_fewer() -> None:
    assert expected(summit=True) > expected(summit=False)
    assert expected(openness="by_invitation") < expected() - 10
    assert expected(openness="application") < expected() - 10


def test_only_those_asked_are_at_the_launch() -> None:
    asked = ("GBR", "JPN", "KOR", "USA")
    found = of(changed(invited=asked))
    others = [p for name, p in zip(found.ids, found.probability, strict=True) if name not in (*asked, "FRA")]
    assert max(others) == 0.0
    assert max(of(changed(invited=asked), by=BY).probability) > 0.0
    present = of(changed(attending=("MAR", "TUN")))
    assert chance(present, "MAR") > 0.2
    assert chance(present, "SEN") == 0.0


def test_who_voted_against_joins_less() -> None:
    plain, voted = of(CALL), of(changed(vote=Vote(no=("ITA",), abstain=("DEU",), yes=("ESP",))))
    assert chance(voted, "ITA") < chance(voted, "DEU") - 0.05 < chance(plain, "DEU") - 0.1
    assert chance(voted, "ESP") == pytest.approx(chance(plain, "ESP"), abs=0.08)


def test_a_contested_convention_follows_its_initiator() -> None:
    treaty = changed(sponsors=("UN", "VNM"), binding=True, domain="cyber")
    contested = changed(sponsors=("UN", "VNM"), binding=True, domain="cyber", initiator=("RUS",))
    gap = {}
    for text in (treaty, contested):
        found = of(text)
        gap[bool(text.initiator)] = chance(found, "USA") - chance(found, "BLR")
    assert gap[True] < gap[False]


def test_who_has_joined_tells_of_the_rest() -> None:
    many = of(changed(opens=date(2024, 6, 1), joined=ids()[:150]), by=BY)
    few = of(changed(opens=date(2024, 6, 1), joined=("FRA",)), by=BY)
    assert chance(many, ids()[0]) == 1.0
    assert many.probability[150:].sum() > few.probability[150:].sum()
    assert few.probability.sum() < of(changed(opens=date(2024, 6, 1)), by=BY).probability.sum()


def test_quantiles_lie_around_the_chance_and_another_text_changes_nothing() -> None:
    found = of(CALL)
    assert ((found.low <= found.probability + 1e-9) & (found.probability <= found.high + 1e-9)).all()
    assert np.array_equal(found.probability, of(CALL).probability)


def test_the_union_may_join_beside_its_members() -> None:
    outside = ("ALB", "GBR", "NOR")
    found = of(changed(eligible=(*outside, "EU")))
    assert found.ids == (*outside, "EU")
    assert 0.05 < chance(found, "EU") < 0.99
    alone = of(changed(eligible=("EU",)))
    assert alone.ids == ("EU",)
    assert 0.05 < alone.probability[0] < 0.99
    assert chance(of(changed(eligible=(*outside, "EU"), opens=date(2024, 1, 1), joined=("EU",))), "EU") == 1.0


# --- the pure functions


def test_the_union_moves_as_one_or_one_by_one() -> None:
    n, draws = 6, 4000
    union = np.arange(n) < 4
    level = np.zeros(draws)
    what = Draws(level, np.zeros((draws, 1)), np.zeros((draws, n)), np.zeros((draws, 1)), np.zeros((draws, 2)),
                 np.arange(draws) % 2 == 0)  # fmt: skip
    odds = launch_log_odds(what, np.zeros((n, 1)), np.zeros((n, 1)), np.where(union, 0, 1))
    p = launch_chances(odds, what.as_one, union, np.zeros(n, bool))
    assert p == pytest.approx(np.full((draws, n), 0.5))
    luck = np.random.default_rng(1)
    joins = launch_joins(p, what.as_one, union, luck.random((draws, n)), luck.random(draws))
    together = joins[what.as_one][:, union].sum(axis=1)
    assert set(together.tolist()) == {0, 4}
    apart = joins[~what.as_one][:, union].sum(axis=1)
    assert 0.3 < (apart == 2).mean() < 0.45


def test_pace_falls_with_age_and_rises_with_standing() -> None:
    coefficients = shipped(DAY).pace.mode
    text = coded(CALL, True, False)
    ages = (pace_features(text, years) for years in (0.5, 4.0))
    young, old = (pace_log_odds(coefficients, age, 0.3, np.zeros(2), True) for age in ages)
    assert (old < young).all()
    near, far = pace_log_odds(coefficients, pace_features(text, 0.5), 0.3, np.array([1.0, -1.0]), True)
    assert near > far
    assert len(coefficients) == len(PRIOR)


# --- what is worked out where nothing is said


@pytest.mark.parametrize(
    ("fields", "kind", "open_to"),
    [
        ({}, "state", "open_all"),
        ({"sponsors": ("FRA", "IND")}, "states", "open_all"),
        ({"sponsors": ("undp",), "binding": True}, "UN", "open_all"),
        ({"sponsors": ("unesco",), "binding": True}, "UN_agency", "open_all"),
        ({"sponsors": ("coe",), "eligible": ids()[:46]}, "regional_org", "members_only"),
        ({"sponsors": ("G7",), "exclusive": True}, "club", "by_invitation"),
        ({"sponsors": (), "binding": True}, "UN", "open_all"),
        ({"sponsors": (), "track": "regional"}, "regional_org", "open_all"),
        ({"sponsors": ("SAU",), "exclusive": True, "binding": True}, "state", "application"),
        ({"invited": ("MAR",)}, "state", "by_invitation"),
        ({"attending": ("MAR",)}, "state", "attended"),
        ({"convener_kind": "club", "openness": "application"}, "club", "application"),
    ],
)
def test_kind_and_openness_are_worked_out(fields: dict[str, object], kind: str, open_to: str) -> None:
    text = changed(**fields)
    assert convener_kind(text) == kind
    assert openness(text, kind) == open_to


BAD = """
- {id: a, opens: 2025-02-11, convener_kind: stat, openness: open, ceremony: perhaps, vote: {yess: [FRA]}}
- {id: b, opens: 2025-02-11, initiator: [FRAN], attending: [MAR], invited: [TUN], vote: {yes: [MAR], no: [MAR]}}
- {id: c, opens: 2025-02-11, eligible: [MAR], invited: [TUN]}
"""


def test_bad_values_are_told_with_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_instruments(path, DAY)
    told = str(caught.value).replace(f"{path}:", "")
    for message in (
        "2:30: instruments[0].convener_kind: 'stat' is not one of state, states, UN",
        "instruments[0].openness: 'open' is not one of open_all",
        "instruments[0].ceremony: must be true or false",
        "instruments[0].vote.yess: unknown key; did you mean 'yes'",
        "3:42: instruments[1].initiator[0]: 'FRAN' is no state",
        "instruments[1].invited: is said beside attending",
        "instruments[1].vote.no[0]: 'MAR' voted yes already",
        "4:57: instruments[2].invited[0]: 'TUN' is not among the eligible",
    ):
        assert message in told, told


def test_a_day_before_the_first_fit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text("- {id: a, opens: 2017-02-11, sponsors: [FRA]}\n", encoding="utf-8")
    with pytest.raises(InputError, match="2016-12-31 is before 2017-12-31"):
        forecast_file(path, "2016-12-31", "2018-12-31")
    assert forecast_file(path, "2017-12-31", "2018-12-31").count("\n") == 194
    assert place()["MAR"] < 193
