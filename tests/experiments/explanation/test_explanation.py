"""Explanations on the real world: terms sum to what decided, nothing is left out, and looking changes nothing."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulation.display.words.events import NAME, REASON
from simulation.experiments.explanation import EVENT_COLUMNS, KINDS, REASONS, TERM_COLUMNS, Explanation, explain_run
from simulation.experiments.explanation.tables import tables
from simulation.experiments.explanation.watcher import Watcher
from simulation.model import GovernanceModel
from simulation.processes import compliance, instruments
from simulation.processes.links import links
from simulation.processes.value import continuation, value
from tests.shipped import alike, build, recorded, shipped, world_for
from tests.worlds import same_state

EXACT = 1e-9
ACTORS = ("MAR", "USA", "EU", "FRA", "IND", "NGA", "huawei", "unesco", "access_now", "um6p_aim")
"""A focal state, two leaders, a member of one, others; a firm, a secretariat, an NGO, a think tank."""
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "as shipped": ("baseline", {}),
    "choice": ("baseline", {"mechanisms.consent": "choice"}),
    "challenge": ("baseline", {"mechanisms.bargaining": "challenge"}),
    "learning": ("governance_agency_learning", {"mechanisms.learning": "roth_erev"}),
    "imitation": ("baseline", {"mechanisms.learning": "fermi", "mechanisms.bloc_proposal": "challenge"}),
    "busy": ("opportunism", {"parameters.tempo": 0.5, "parameters.breach_lowers_depth": 0.9, "parameters.lapse": 1}),
}


class Run:
    """A run that several watchers follow, and what the model itself says of its decisions, noted apart."""

    def __init__(self, name: str, changes: dict[str, Any]):
        self.model: GovernanceModel = build(shipped(name, changes))
        self._watchers = {actor: Watcher(self.model, self.model.index(actor)) for actor in ACTORS}
        self.depths = [self.model.state.depth.copy()]
        self.offers: list[tuple[int, int, int, float, float]] = []
        self.triples: list[tuple[int, tuple[int, ...], tuple[float, ...]]] = []
        self.odds: dict[tuple[int, int], float] = {}
        self.promises: dict[tuple[int, int, int], float] = {}
        self.kept: dict[tuple[int, int, int], float] = {}
        self.model.watch = self._see
        self.model.run()

    def _see(self, moment: str) -> None:
        for watcher in self._watchers.values():
            watcher(moment)
        note = getattr(self, f"_{moment}", None)
        if note is not None:
            note(self.model.state.quarter)

    def _sign(self, quarter: int) -> None:
        talks = self.model.talks
        self.offers += [(quarter, *map(float, offer)) for offer in zip(*talks.offers, strict=True)]
        both = zip(talks.tabled.parties.tolist(), talks.tabled.gain.tolist(), strict=True)
        self.triples += [(quarter, tuple(parties), tuple(gain)) for parties, gain in both]

    def _decide_in_blocs(self, quarter: int) -> None:
        state, par, mech = self.model.state, self.model.parameters, self.model.mechanisms
        factors, weights = instruments.joining_factors(state, par), instruments.coefficients(par, mech)
        sums = state.reach_intercept[:, None] + factors @ weights
        self.odds |= {(quarter, q, i): odds for (q, i), odds in np.ndenumerate(sums)}

    def _join_instruments(self, quarter: int) -> None:
        self._partners = links(self.model.state.depth)

    def _conduct(self, quarter: int) -> None:
        state, par = self.model.state, self.model.parameters
        start, partner = self._partners
        annual = compliance.compliance_by_deal(
            self._partners, state.position, state.weight, par.affinity_width, state.load, state.capture,
            state.watch, par.compliance_base, par.compliance_load, par.compliance_distance, par.compliance_capture,
            par.shaming, False,
        )  # fmt: skip
        for i in range(state.n):
            for p in range(start[i], start[i + 1]):
                self.promises[quarter, i, int(partner[p])] = float(annual[p])
        self._before_lapses = state.depth.copy()

    def _keep_promises(self, quarter: int) -> None:
        view, w = self.model.review._replace(depth=self._before_lapses), self.model.weights
        for i, j in zip(*np.nonzero(self._before_lapses), strict=True):
            shared = int(((self._before_lapses[i] > 0) & (self._before_lapses[j] > 0)).sum())
            self.kept[quarter, i, j] = continuation(view, w, i, j, value(view, w, i, j, shared))

    def _record(self, quarter: int) -> None:
        self.depths.append(self.model.state.depth.copy())

    @functools.cached_property
    def found(self) -> dict[str, Explanation]:
        return {actor: tables(self.model, actor, watcher.events) for actor, watcher in self._watchers.items()}


@functools.cache
def run_of(name: str) -> Run:
    return Run(*RULES[name])


@pytest.fixture(params=RULES)
def run(request: pytest.FixtureRequest) -> Run:
    return run_of(request.param)


def _index(run: Run, row: Any) -> int:
    scenario = run.model.scenario
    return [str(scenario.start + k) for k in range(scenario.quarters)].index(row["quarter"])


def _joined(run: Run, part: str) -> pd.DataFrame:
    """The terms of all explained actors with the actor whose explanation they are of."""
    every = [found.terms.assign(of=actor) for actor, found in run.found.items()]
    rows = pd.concat(every, ignore_index=True)
    return rows.loc[rows["part"] == part]


# --- the sums


def test_factors_multiply_to_the_value(run: Run) -> None:
    keys = ["of", "event", "actor", "other"]
    product = _joined(run, "factor").groupby(keys)["value"].prod()
    values = _joined(run, "value").set_index(keys)["value"]
    assert len(values) > 100
    assert set(product.index) == set(values.index)
    assert (product - values).abs().max() < EXACT


def test_terms_add_up_to_what_decided(run: Run) -> None:
    keys = ["of", "event", "actor"]
    terms = _joined(run, "term")
    total = (terms["value"] * terms["weight"]).groupby([terms[key] for key in keys]).sum()
    decided = _joined(run, "decided").set_index(keys)["value"]
    assert len(decided) > 100
    assert set(total.index) == set(decided.index)
    assert (total - decided).abs().max() < EXACT


def test_what_decided_is_what_the_model_computed(run: Run) -> None:
    """Utilities of offers and triples, log odds, promises, worth of keeping: as noted apart from the explanation."""
    ids = run.model.state.ids
    pairs = {(int(q), ids[int(i)], ids[int(j)]): (a, b) for q, i, j, a, b in run.offers}
    three = {(q, frozenset(ids[i] for i in parties)): dict(zip([ids[i] for i in parties], gain, strict=True))
             for q, parties, gain in run.triples}  # fmt: skip
    seen: set[str] = set()
    for actor, found in run.found.items():
        decided = found.terms.loc[found.terms["part"] == "decided"].set_index(["event", "actor"])["value"]
        for row in found.events.to_dict("records"):
            quarter, event = _index(run, row), row["event"]
            if row["reason"] == "planned":
                continue
            seen.add(row["kind"])
            if row["kind"] == "joined":
                q = run.model.state.instrument_ids.index(row["about"])
                expected = {actor: run.odds[quarter, q, ids.index(actor)]}
            elif row["kind"] == "broken":
                other = row["about"] if row["by"] == actor else actor
                expected = {row["by"]: run.promises[quarter, ids.index(row["by"]), ids.index(other)]}
            elif row["kind"] == "lapsed":
                i, j = ids.index(actor), ids.index(row["about"])
                expected = {actor: run.kept[quarter, i, j], row["about"]: run.kept[quarter, j, i]}
                assert min(expected.values()) < 0
            elif row["track"] == "trilateral":
                expected = three[quarter, frozenset([actor, *row["about"].split()])]
            else:
                sender = row["by"]
                receiver = row["about"] if sender == actor else actor
                expected = dict(zip((sender, receiver), pairs[quarter, sender, receiver], strict=True))
            assert {who: decided[event, who] for who in expected} == pytest.approx(expected, abs=EXACT, rel=0)
    assert {"made", "deepened", "broken"} <= seen


# --- nothing is left out, nothing invented


def test_events_explain_every_rung(run: Run) -> None:
    """Rungs gained and lost in a quarter, by the events and by the model."""
    state = run.model.state
    for actor, found in run.found.items():
        deals = found.events.loc[found.events["kind"] != "joined"]
        told = (3 * deals["commitments"]).groupby(deals["quarter"]).sum()
        for k in range(run.model.scenario.quarters):
            before, after = run.depths[k][state.ids.index(actor)], run.depths[k + 1][state.ids.index(actor)]
            assert told.get(str(run.model.scenario.start + k), 0) == pytest.approx(int(after.sum()) - int(before.sum()))


def test_every_offer_is_told(run: Run) -> None:
    """Made, deepened or refused; untold is only what a contract of three had already settled that quarter."""
    ids = run.model.state.ids
    for actor, found in run.found.items():
        offered = {(int(q), ids[int(i)], ids[int(j)]) for q, i, j, *_ in run.offers}
        offered = {offer for offer in offered if actor in offer[1:]}
        told, settled = set(), set()
        for row in found.events.loc[found.events["kind"].isin(["made", "deepened", "refused"])].to_dict("records"):
            if row["track"] == "trilateral":
                settled |= {(_index(run, row), other) for other in row["about"].split() if row["kind"] != "refused"}
            elif row["reason"] != "planned":
                told.add((_index(run, row), row["by"], row["about"] if row["by"] == actor else actor))
                settled |= {(_index(run, row), row["about"])} if row["kind"] != "refused" else set()
        assert told <= offered
        others = {(q, i if j == actor else j) for q, i, j in offered - told}
        assert others <= settled


def test_joins_are_those_of_the_model(run: Run) -> None:
    state = run.model.state
    for actor, found in run.found.items():
        row = state.ids.index(actor)
        new = {state.instrument_ids[q] for q in np.flatnonzero(state.join_quarter[:, row] >= 0)}
        assert set(found.events.loc[found.events["kind"] == "joined", "about"]) == new


def test_luck_says_what_came_of_it(run: Run) -> None:
    events = pd.concat([found.events for found in run.found.values()])
    drawn = events.loc[events["probability"].notna()]
    below = drawn["luck"] < drawn["probability"]
    yes = drawn["kind"].isin(["made", "deepened", "lapsed", "joined"]) | drawn["reason"].isin(["no_slot", "budget"])
    assert (below == yes).all()


def test_columns_and_words(run: Run) -> None:
    for found in run.found.values():
        assert tuple(found.events.columns) == EVENT_COLUMNS
        assert tuple(found.terms.columns) == TERM_COLUMNS
        assert set(found.events["kind"]) <= set(KINDS)
        assert set(found.events["reason"]) <= {"", *REASONS} <= {"", *REASON}
        assert set(found.terms.loc[found.terms["part"].isin(["factor", "term", "value"]), "name"]) <= set(NAME)
        assert found.events["event"].is_unique


# --- looking


def test_looking_changes_no_bit() -> None:
    scenario = shipped()
    seen, unseen = build(scenario), build(scenario)
    seen.watch = Watcher(seen, seen.index("MAR"))
    assert alike(recorded(seen.run()), recorded(unseen.run()))
    assert same_state(seen.state, unseen.state) == []


def test_the_most_important_change_commitments_most() -> None:
    found = explain_run(shipped(), "USA", world=world_for(shipped()))
    top = found.most_important(5)
    changes = found.events["commitments"].abs()
    assert list(top.events["commitments"].abs().round(9)) == sorted(changes.round(9), reverse=True)[:5]
    assert list(dict.fromkeys(top.terms["event"])) == list(top.events["event"])
    made = top.events.loc[top.events["kind"].isin(["made", "deepened"])]
    assert len(made) > 2
    for _, tied in made.groupby(made["commitments"].round(9)):
        assert list(tied["decided"].abs()) == sorted(tied["decided"].abs(), reverse=True)


def test_selecting() -> None:
    found = run_of("as shipped").found["USA"]
    some = found.select(["refused"], ["2025Q3", "2026Q1"])
    assert 0 < len(some.events) < len(found.events)
    assert set(some.events["kind"]) == {"refused"}
    assert set(some.events["quarter"]) <= {"2025Q3", "2026Q1"}
    assert set(some.terms["event"]) == set(some.events["event"])
    assert len(found.select().events) == len(found.events)
