"""X18: nothing is decoration. Whatever a scenario can set changes some recorded number.

Each case is a shipped scenario, run with and without one change until the first quarter in which
the records differ, twelve quarters and three replicates at most. ``also`` says what both runs have
where no shipped scenario has it, e.g. the rival rule whose parameter is moved.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from simulation.scenario.fields import PARTS
from simulation.scenario.mechanisms import MECHANISMS
from simulation.scenario.parameters import PARAMETERS
from simulation.scenario.schema import (
    SHOCKS,
    BlocOverride,
    Deal,
    InstrumentSpec,
    Shock,
    TrustOverride,
)
from simulation.scenario.strategy import Advocacy, Split, Strategy
from simulation.state import KINDS, TRACKS
from tests.shipped import EVERYTHING, Unperturbed, first_difference, shipped

pytestmark = pytest.mark.filterwarnings("error")  # bounds are where arithmetic goes wrong

REPLICATES = 3
"""Runs of different luck that a change may take to show."""


@functools.cache
def _unperturbed(name: str, also: str, replicate: int) -> Unperturbed:
    return Unperturbed(shipped(name, json.loads(also), record=EVERYTHING), replicate)


@dataclass(frozen=True)
class Case:
    """One change to a shipped scenario; ``also`` is in both runs."""

    change: Mapping[str, Any]
    base: str = "baseline"
    also: Mapping[str, Any] = field(default_factory=dict)

    def shows(self) -> bool:
        """Whether the change shows in any recorded number."""
        changed = shipped(self.base, {**self.also, **self.change}, record=EVERYTHING)
        also = json.dumps(self.also)
        return any(
            first_difference(changed, _unperturbed(self.base, also, replicate)) is not None
            for replicate in range(REPLICATES)
        )


def assert_shows(case: Case) -> None:
    assert case.shows(), f"{dict(case.change)} changes nothing in {case.base}.yaml"


# --- parameters

FERMI = {"mechanisms.learning": "fermi"}
WHERE: dict[str, tuple[str, dict[str, Any]]] = {
    "rivalry": ("baseline", {"parameters.rivalry": 2}),
    "trilateral": ("baseline", {"parameters.trilateral_rate": 0.2}),  # at the shipped rate triples are few
    "rivalry_bonus": ("baseline", {"parameters.rivalry": 2}),  # as rivalry grows beyond the recorded one
    "rivalry_cost": ("baseline", {"parameters.rivalry": 2}),
    "disclosure_cost": ("society_paid_disclosed", {}),
    "backlash": ("society_paid_hidden", {}),
    "backlash_trust": ("society_paid_hidden", {}),
    "agency_gain": ("governance_agency", {}),
    "forgetting": ("governance_agency_learning", {}),
    "imitation_noise": ("governance_agency_learning", FERMI),  # no shipped scenario imitates
    "fragmentation_trust": ("splintering_regions", {}),
    "fragmentation_pull": ("splintering_regions", {}),
}
"""Scenario in which a parameter shows, and what must be added to it; the others show in the baseline."""


def _moves(name: str, base: str, also: Mapping[str, Any]) -> Iterator[float]:
    """The bounds of a parameter, the farther one first, as far as they differ from its value."""
    entry = PARAMETERS[name]
    now = getattr(shipped(base, dict(also)).parameters, name)
    yield from sorted({entry.low, entry.high} - {now}, key=lambda bound: -abs(bound - now))


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_parameter(name: str) -> None:
    base, also = WHERE.get(name, ("baseline", {}))
    cases = [Case({f"parameters.{name}": move}, base, also) for move in _moves(name, base, also)]
    assert any(case.shows() for case in cases), f"{name} changes nothing in {base}.yaml"


# --- mechanisms

_OPTIONS = [(name, option) for name, entry in MECHANISMS.items() for option in entry.options[1:]]


@pytest.mark.parametrize(("name", "option"), _OPTIONS)
def test_every_mechanism(name: str, option: str) -> None:
    base, also = WHERE.get(name, ("baseline", {}))
    assert_shows(Case({f"mechanisms.{name}": option}, base, also))


def test_rival_rules_of_learning_differ() -> None:
    assert_shows(Case(FERMI, also={"mechanisms.learning": "roth_erev"}))


# --- levers of the focal state

LEARNING = {"mechanisms.learning": "roth_erev"}
UNPAID = {"strategy.advocacy.influencers": "all_allies"}


def _only(*kinds: str) -> dict[str, Any]:
    """A focal state that puts all it has into deals with non-state actors of these kinds."""
    return {"strategy.tracks": ["non_state"], "strategy.effort": 10, "strategy.partners": list(kinds)}


def _queue(names: Sequence[str]) -> list[dict[str, Any]]:
    """Targets that queue for money in the order of their names."""
    return [{"partner": name, "priority": place} for place, name in enumerate(names, 1)]


STRATEGY: dict[str, list[Case]] = {
    "effort": [Case({"strategy.effort": 3})],
    "budget": [Case({"strategy.budget": 0.25})],
    "targets": [
        Case({"strategy.targets": ["NZL"]}),
        *(Case({"strategy.targets": [{"partner": "FRA"} | rest]}, also={"strategy.targets": ["FRA"]}) for rest in (
            {"depth": "mou"}, {"from": "2026Q1"}, {"until": "2025Q2"}, {"ends": "2025Q2"},
        )),
        Case({"strategy.targets": _queue(("FRA", "NZL", "CHL"))},
             also={"strategy.targets": _queue(("CHL", "NZL", "FRA")), "strategy.budget": 0.2}),
    ],
    "split": [Case({f"strategy.split.{part}": 0.02}) for part in Split.model_fields if part != "levers"]
    + [Case({"strategy.split.levers": 0.02}, also={"strategy.agency": 1.0})],
    "texts": [
        Case({"strategy.texts.oecd_ai_2019": "join"}),
        Case({"strategy.texts.oecd_ai_2019": "decline"}, also={"strategy.texts.oecd_ai_2019": "join"}),
    ],
    "when": [
        Case({"strategy.when": [{"metric": "coverage", "below": 1.0, "then": {"agency": 1.0}}]}),
        Case({"strategy.when": [{"metric": "coverage", "above": 0.0, "then": {"agency": 1.0}}]}),
    ],
    "partners": [
        Case({"strategy.partners": list(KINDS[1:])}),
        *(Case({"strategy.partners": ["state"]}, also=_only("state", kind)) for kind in KINDS[1:]),
    ],
    "exclude_camps": [Case({"strategy.exclude_camps": [camp]}) for camp in ("EU", "CN", "US")],
    "hedge": [Case({"strategy.hedge": 0.1})],
    "only_camp": [Case({"strategy.only_camp": camp}) for camp in ("EU", "CN", "US")],
    "transparency": [Case({"strategy.transparency": 0.9})],
    "oversight": [Case({"strategy.oversight": 0.8})],
    "local_share": [Case({"strategy.local_share": 1.0})],
    "firms": [Case({"strategy.firms": sort}, also=_only("firm")) for sort in ("research", "business")],
    "wait_for": [Case({"strategy.wait_for": ["AMU"]})],
    "tracks": [Case({"strategy.tracks": [track for track in TRACKS if track != left_out]}) for left_out in TRACKS],
    "trilateral_rate": [Case({"strategy.trilateral_rate": 0.0}, also={"strategy.trilateral_rate": 1.0})],
    "agency": [Case({"strategy.agency": 1})],
    "advocacy": [
        Case(UNPAID),
        Case({"strategy.advocacy.message": 0.2}, also=UNPAID | {"strategy.advocacy.paid": True}),
        Case({"strategy.advocacy.paid": True}, also=UNPAID),
        Case({"strategy.advocacy.disclosed": False}, also=UNPAID | {"strategy.advocacy.paid": True}),
        Case({"strategy.advocacy.counter": 1.0}, also=UNPAID),
    ],
    "learn": [Case({"strategy.learn": True}, also=LEARNING)],
    "imitators": [Case({"strategy.imitators": 1.0}, also={"strategy.effort": 2})],
    "fund_local": [Case({"strategy.fund_local": 1.0}, also=_only("think_tank"))],
}


def _cases(table: Mapping[str, list[Case]]) -> list[Any]:
    return [
        pytest.param(case, id=f"{name}-{number}") for name, cases in table.items() for number, case in enumerate(cases)
    ]


def test_every_lever_is_listed() -> None:
    assert set(STRATEGY) == set(Strategy.model_fields)
    used = {key.rpartition(".")[2] for case in STRATEGY["advocacy"] for key in case.change}
    assert used == set(Advocacy.model_fields)


@pytest.mark.parametrize("case", _cases(STRATEGY))
def test_every_lever(case: Case) -> None:
    assert_shows(case)


# --- shocks

_SIZES = {
    "malicious_surge": 5, "capability_jump": 20, "budget_cut": 0.2, "trust_shock": 0.2, "disinformation_wave": 3,
}  # fmt: skip


def _shock(kind: str, **fields: Any) -> dict[str, Any]:
    return {"shocks": [{"quarter": "2025Q2", "kind": kind, "size": _SIZES[kind]} | fields]}


SHOCK: dict[str, list[Case]] = {
    "kind": [Case(_shock(kind)) for kind in SHOCKS],
    "size": [Case(_shock(kind, size=size), also=_shock(kind)) for kind, size in {
        "malicious_surge": 2, "capability_jump": 5, "budget_cut": 0.5, "trust_shock": 0.6,
        "disinformation_wave": 1,
    }.items()],
    "quarter": [Case(_shock(kind, quarter="2025Q4"), also=_shock(kind)) for kind in SHOCKS],
    # what leaps or breaks once does so whatever the duration says
    "duration": [
        Case(_shock(kind, duration=4), also=_shock(kind))
        for kind in ("malicious_surge", "budget_cut", "disinformation_wave")
    ],
    # capability and malicious use have no address
    "actors": [
        Case(_shock(kind, actors=["MAR"]), also=_shock(kind))
        for kind in ("budget_cut", "trust_shock", "disinformation_wave")
    ],
}  # fmt: skip


def test_every_field_of_a_shock_is_listed() -> None:
    assert set(SHOCK) == set(Shock.model_fields)
    assert set(_SIZES) == set(SHOCKS)


@pytest.mark.parametrize("case", _cases(SHOCK))
def test_every_shock(case: Case) -> None:
    assert_shows(case)


# --- blocs

# the union of 27 decides by majority, the Gulf council of six by unanimity, and both get somewhere
_BUSY = {"blocs.EU.agenda_rate": 1.0}
BLOC: dict[str, list[Case]] = {
    "rule": [Case({"blocs.GCC.rule": "majority"}, also={"blocs.GCC.agenda_rate": 1.0})],
    "threshold": [Case({"blocs.EU.threshold": 1.0}, also=_BUSY)],
    "agenda_rate": [Case({"blocs.GCC.agenda_rate": 1.0})],
    "enforcement": [Case({"blocs.EU.enforcement": 0.1}, also=_BUSY)],
    "salience": [Case({"blocs.EU.salience": 0.0}, also=_BUSY)],
    "depth": [Case({"blocs.GCC.depth": 3})],
    "members": [Case({"blocs.GCC.members": ["QAT", "KWT"]})],
}


def test_every_field_of_a_bloc_is_listed() -> None:
    assert set(BLOC) == set(BlocOverride.model_fields)


@pytest.mark.parametrize("case", _cases(BLOC))
def test_every_bloc_override(case: Case) -> None:
    assert_shows(case)


# --- deals


def _deal(**fields: Any) -> dict[str, Any]:
    return {"deals": [{"parties": ["MAR", "NZL"], "depth": "programme", "start": "2025Q2"} | fields]}


def _engagement(**fields: Any) -> dict[str, Any]:
    return _deal(parties=["MAR", "access_now"], **fields)


DEAL: dict[str, list[Case]] = {
    "parties": [
        Case(_deal()), Case(_deal(parties=["MAR", "NZL", "CHL"]), also=_deal()), Case(_deal(parties=["MAR", "unesco"])),
    ],
    "depth": [Case(_deal(depth="binding"), also=_deal()), Case(_deal(depth="mou"), also=_deal())],
    "start": [Case(_deal(start="2025Q3"), also=_deal())],
    # an engagement is short; this one lasts as long as the plan keeps it
    "end": [Case(_engagement(end="2027Q4"), also=_engagement())],
    "terms": [Case(_deal(terms=[0.0, 1.0, 0.0, 1.0]), also=_deal())],
    "exclusive": [Case(_deal(parties=["MAR", "CHN"], exclusive=True), also=_deal(parties=["MAR", "CHN"]))],
}  # fmt: skip


def test_every_field_of_a_deal_is_listed() -> None:
    assert set(DEAL) == set(Deal.model_fields)


@pytest.mark.parametrize("case", _cases(DEAL))
def test_every_deal(case: Case) -> None:
    assert_shows(case)


# --- instruments


def _text(**fields: Any) -> dict[str, Any]:
    return {"instruments": [{"id": "new_text", "opens": "2025Q2", "sponsors": ["MAR", "FRA"]} | fields]}


def _instrument(*, also: Mapping[str, Any] = {}, **fields: Any) -> Case:
    return Case(_text(**fields), also=_text() | dict(also))


_TREATY: dict[str, Any] = {"convener_kind": "UN", "binding": True}
INSTRUMENT: dict[str, list[Case]] = {
    "opens": [_instrument(opens="2026Q1")],
    "closes": [_instrument(closes="2025Q2")],
    "track": [_instrument(track="regional")],
    "sponsors": [_instrument(sponsors=["unesco"])],
    "eligible": [_instrument(eligible={"blocs": ["AU"]}), _instrument(eligible=["MAR", "TUN", "EGY"])],
    "position": [_instrument(position=[0.9, 0.1, 0.9, 0.1])],
    "binding": [_instrument(binding=True)],
    "domain": [_instrument(domain="military")],
    "joined": [_instrument(joined=["MAR", "FRA"])],
    "exclusive": [_instrument(exclusive=True)],
    "enforcement": [_instrument(enforcement=0.9)],
    "convener_kind": [_instrument(convener_kind="club")],
    "openness": [_instrument(openness="application")],
    "ceremony": [Case(_text(**_TREATY, ceremony=False), also=_text(**_TREATY))],
    "summit": [Case(_text(summit=True), also=_text(summit=False))],
    "initiator": [_instrument(initiator=["BRA"])],
    "attending": [_instrument(attending=["MAR", "FRA"])],
    "invited": [_instrument(invited=["MAR", "FRA"])],
    "vote": [_instrument(vote={"no": ["MAR", "FRA", "USA", "DEU", "ITA", "ESP"]})],
}


def test_every_field_of_an_instrument_is_listed() -> None:
    assert set(INSTRUMENT) == set(InstrumentSpec.model_fields) - {"id", "title"}  # names it, does nothing


@pytest.mark.parametrize("case", _cases(INSTRUMENT))
def test_every_instrument_field(case: Case) -> None:
    assert_shows(case)


# --- trust, strategic weight, fragmentation, and the rest

_PAIR = {"pair": ["MAR", "DZA"], "value": 0.9}
OTHERS: dict[str, list[Case]] = {
    "trust": [
        Case({"trust": [_PAIR]}),
        Case({"trust": [_PAIR | {"symmetric": False}]}, also={"trust": [_PAIR]}),
        Case({"trust": [_PAIR | {"value": 0.3}]}, also={"trust": [_PAIR]}),
    ],
    "strategic_weight": [Case({"strategic_weight.MAR": 0.0})],
    "fragmentation": [Case({f"fragmentation.{part}": 0.6}) for part in PARTS],
    "lines": [
        *(Case({"fragmentation.lines": "camp"}, also={f"fragmentation.{part}": 0.6}) for part in
          ("bloc_splitting", "trust", "rewiring")),
        Case({"fragmentation.lines": [["MAR", "TUN"], ["FRA"]]}, also={"fragmentation.trust": 0.6}),
    ],
    "outsiders": [
        Case({"fragmentation.outsiders": "own_cell"}, also={"fragmentation.lines": lines, "fragmentation.trust": 0.6})
        for lines in ("camp", [["MAR", "TUN"], ["FRA"]])
    ],
    "relations": [
        Case({"relations": [{"pair": ["MAR", "DZA"], "open": True}]}),  # broken in 2021
        Case({"relations": [{"pair": ["MAR", "FRA"], "open": False}]}),
    ],
    "complete": [Case({"records.complete": ["MAR"]})],
    "roster": [Case({"roster": "full"})],
    "seed": [Case({"seed": 1}), Case({"seed": 0})],
    "as_of": [Case({"as_of": "2023-12-31"})],
}  # fmt: skip


def test_every_part_of_fragmentation_and_of_trust_is_listed() -> None:
    assert len(OTHERS["fragmentation"]) == len(PARTS) == 4
    assert {key for case in OTHERS["trust"] for item in case.change["trust"] for key in item} == set(
        TrustOverride.model_fields
    )


@pytest.mark.parametrize("case", _cases(OTHERS))
def test_everything_else(case: Case) -> None:
    assert_shows(case)
