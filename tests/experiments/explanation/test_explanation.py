"""Explanations on the real world: terms sum to what decided, nothing is left out, and looking changes nothing."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulation.display.words.events import GIVEN, HEAD, NAME, REASON, SUM
from simulation.experiments.explanation import EVENT_COLUMNS, KINDS, REASONS, TERM_COLUMNS, Explanation
from simulation.experiments.explanation.tables import SUMS, tables
from simulation.experiments.explanation.watcher import Watcher, explain_run
from simulation.intensity.equation import approach_chances
from simulation.model import GovernanceModel
from simulation.model.sheet import Sheet
from simulation.processes import instruments
from simulation.processes.books import COMMITTED_TO
from simulation.state import STATE
from tests.shipped import alike, build, recorded, shipped, world_for
from tests.worlds import same_state

EXACT = 1e-9
ACTORS = ("MAR", "USA", "EU", "CHN", "FRA", "IND", "huawei", "unesco", "access_now", "um6p_aim")
"""A focal state, leaders, a member of one, others; a firm, a secretariat, an NGO, a think tank."""
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "as shipped": ("baseline", {}),
    "split, rival and poor": (
        "splintering_camps", {"parameters.rivalry": 3, "parameters.prices": 4, "parameters.trilateral_rate": 0.2,
                          "parameters.breach_lowers_depth": 0.9, "parameters.renewal": 0.8, "strategy.targets": ["FRA"],
                              "strategy.budget": 0.2}
    ),
}  # fmt: skip


class Run:
    """A run that several watchers follow, and what the model itself says of its decisions, noted apart."""

    def __init__(self, name: str, changes: dict[str, Any]):
        self.model: GovernanceModel = build(shipped(name, changes))
        self._watchers = {actor: Watcher(self.model, self.model.index(actor)) for actor in ACTORS}
        self.depths = [self.model.state.depth.copy()]
        self.sheets: list[Sheet] = []
        self.pulls: list[np.ndarray] = []
        self.possible: list[np.ndarray] = []
        self.passed = [self.model.state.bloc_passed.copy()]
        self.odds: dict[tuple[int, int, int], float] = {}
        self.model.watch = self._see
        self.model.run()

    def _see(self, moment: str) -> None:
        for watcher in self._watchers.values():
            watcher(moment)
        state, par, mech = self.model.state, self.model.parameters, self.model.mechanisms
        if moment == "sign":
            self.sheets.append(self.model.sheet)
            self.pulls.append(state.pull.copy())
            self.possible.append(self.model.possible.copy())
        if moment == "decide_in_blocs":
            sums = instruments.all_log_odds(state, instruments.joining_of(state, par, mech))
            self.odds |= {(state.quarter, q, i): odds for (q, i), odds in np.ndenumerate(sums)}
            self.passed.append(state.bloc_passed.copy())
        if moment == "record":
            self.depths.append(state.depth.copy())

    @functools.cached_property
    def found(self) -> dict[str, Explanation]:
        return {actor: tables(self.model, actor, watcher.events) for actor, watcher in self._watchers.items()}

    def row(self, actor: str) -> int:
        return self.model.state.ids.index(actor)

    def rows_of(self, kinds: tuple[str, ...] = KINDS) -> list[tuple[str, int, dict[str, Any]]]:
        """Events of some kinds, with whose explanation they are of and the index of their quarter."""
        start = self.model.scenario.start
        index = {str(start + k): k for k in range(self.model.scenario.quarters)}
        return [
            (actor, index[row["quarter"]], row)
            for actor, found in self.found.items() for row in found.events.to_dict("records") if row["kind"] in kinds
        ]  # fmt: skip

    def terms(self, part: str) -> pd.Series:
        """Numbers of a part, by explained actor, event, actor, other, sum and name."""
        rows = pd.concat([found.terms.assign(of=actor) for actor, found in self.found.items()], ignore_index=True)
        keys = ["of", "event", "actor", "other", "sum", "name"]
        return rows.loc[rows["part"] == part].set_index(keys)["value"]


@functools.cache
def run_of(name: str) -> Run:
    return Run(*RULES[name])


@pytest.fixture(params=RULES)
def run(request: pytest.FixtureRequest) -> Run:
    return run_of(request.param)


# --- the sums


def test_terms_add_up_to_what_decided(run: Run) -> None:
    keys = ["of", "event", "actor", "other", "sum"]
    terms, decided = run.terms("term").groupby(keys).sum(), run.terms("decided").droplevel("name")
    assert len(decided) > 100
    assert set(terms.index) == set(decided.index)
    assert set(decided.index.get_level_values("sum")) == set(SUMS)
    assert (terms - decided).abs().max() < EXACT


def test_every_decision_is_the_one_of_the_model(run: Run) -> None:
    """Utilities, chances of a yes and of renewal, log odds of joining: as noted apart from the explanation."""
    decided = {key[:5]: value for key, value in run.terms("decided").items()}
    seen = set()
    for actor, k, event in run.rows_of():
        sheet, pull = run.sheets[k], run.pulls[k]
        for (_, _, one, other, what), value in (
            (key, value) for key, value in decided.items() if key[:2] == (actor, event["event"])
        ):
            i, j = run.row(one), run.row(other) if other else -1
            seen.add(what)
            if what == "turning":
                assert value == pull[i, j]
            elif what == "agreeing" and other == event["by"] and "joining" not in event["reason"].split():
                if one not in event["third"].split():
                    assert 1 / (1 + math.exp(-value)) == pytest.approx(event["probability"], abs=EXACT)
                    match = (sheet.approaches.sender == j) & (sheet.approaches.receiver == i)
                    assert np.abs(sheet.chance[match] - event["probability"]).min() == 0
            elif what == "renewing":
                place = (sheet.due == sorted((i, j))).all(axis=1)
                assert 1 / (1 + math.exp(-value)) == pytest.approx(float(sheet.renewal[place][0]), abs=EXACT)
            elif what == "keeping":
                assert value == pytest.approx(event["probability"] ** 4, abs=EXACT)
            elif what == "joining":
                q = run.model.state.instrument_ids.index(event["about"])
                assert value == pytest.approx(run.odds[k, q, i], abs=EXACT)
            elif what == "voting" and "distrust" in event["reason"].split():
                assert event["probability"] == 0
            elif what == "voting" and not math.isnan(event["probability"]):
                assert 1 / (1 + math.exp(-value / run.model.parameters.vote_noise)) == pytest.approx(
                    event["probability"], abs=EXACT
                )
    assert seen == set(SUMS)


def test_the_probability_of_a_choice_is_the_softmax_over_whom_one_may_turn_to(run: Run) -> None:
    chosen, state = run.terms("given").xs("chosen", level="name"), run.model.state
    for actor, k, event in run.rows_of(("made", "deepened", "refused")):
        (i, j) = run.row(event["by"]), None
        for (of, number, one, other, _), value in chosen.items():
            if (of, number) == (actor, event["event"]):
                j = run.row(other)
                assert one == event["by"]
                layer = (state.kind == (state.kind[j] if state.kind[i] == STATE else STATE)) & run.possible[k][i]
                mask = np.zeros((state.n, state.n))
                mask[i] = layer
                assert value == pytest.approx(approach_chances(run.pulls[k], mask)[i, j], abs=EXACT)
        assert j is not None


def test_a_run_that_nobody_wrote_into_has_no_term_for_it(run: Run) -> None:
    """The covariates of the fit add up to what the run began with, so that nothing is left to explain."""
    names = run.terms("term").index.get_level_values("name")
    assert "changed" not in names
    assert "own_rule" not in names
    assert {"size", "distance", "trade", "activity", "history", "reluctance"} <= set(names)
    lines = run.terms("term").reindex(["lines"], level="name")
    assert bool(len(lines)) == bool(run.model.scenario.fragmentation.trust)
    assert (lines < 0).all()


# --- nothing is left out, nothing invented


def test_events_explain_every_rung_that_is_a_commitment(run: Run) -> None:
    """Rungs gained and lost in a quarter, by the events and by the model; work that is a means changes nothing."""
    counts = np.isin(run.model.state.kind, COMMITTED_TO)
    assert 0 < counts.sum() < len(counts)
    for actor, found in run.found.items():
        deals = found.events.loc[~found.events["kind"].isin(["joined", "passed", "rejected"])]
        told = (3 * deals["commitments"]).groupby(deals["quarter"]).sum()
        for k in range(run.model.scenario.quarters):
            before, after = (run.depths[at][run.row(actor)][counts] for at in (k, k + 1))
            assert told.get(str(run.model.scenario.start + k), 0) == pytest.approx(int(after.sum()) - int(before.sum()))


def test_events_explain_the_commitments_on_record(run: Run) -> None:
    """What is recorded of the focal state changes by the sum of its events; no text enters into force in these runs."""
    series = run.model.recorder.series()
    rows = series.loc[(series["actor"] == "MAR") & (series["metric"] == "commitments")]
    changes = rows.set_index("quarter")["value"].diff().iloc[1:]
    events = run.found["MAR"].events
    told = events.groupby("quarter")["commitments"].sum().reindex(changes.index, fill_value=0.0)
    assert (changes.abs() > 0.1).sum() > 3
    assert (changes - told).abs().max() < EXACT


def test_every_approach_is_told_once_to_each_party(run: Run) -> None:
    answers = {"accepted", "declined", "agreed"}
    told = [(actor, k) for actor, k, row in run.rows_of() if answers & {*row["reason"].split()}]
    made = []
    for k, sheet in enumerate(run.sheets):
        third = np.full(len(sheet.agreed), -1)
        third[sheet.agreed] = sheet.third
        parties = np.stack([sheet.approaches.sender, sheet.approaches.receiver, third], axis=1)
        made += [(actor, k) for actor in ACTORS for row in parties if run.row(actor) in row]
    assert sorted(told) == sorted(made)
    assert len(made) > 30


def test_every_term_that_is_over_and_every_broken_promise_is_told(run: Run) -> None:
    over = {(actor, k, row["about"]) for actor, k, row in run.rows_of(("renewed", "ended"))
            if {"renewed", "expired", "unaffordable"} & {*row["reason"].split()}}  # fmt: skip
    broken = [(k, row["by"]) for actor, k, row in run.rows_of(("broken",)) if row["by"] == actor]
    ids = run.model.state.ids
    expected_over, expected_broken = set(), []
    for k, sheet in enumerate(run.sheets):
        for i, j in sheet.due.tolist():
            expected_over |= {(a, k, b) for a, b in ((ids[i], ids[j]), (ids[j], ids[i])) if a in ACTORS}
        start = sheet.conduct.partners.start
        giver = np.repeat(np.arange(run.model.state.n), np.diff(start))
        expected_broken += [(k, ids[i]) for i in giver[sheet.conduct.broken] if ids[i] in ACTORS]
    assert over == expected_over
    assert sorted(broken) == sorted(expected_broken)
    assert over
    assert broken


def test_joins_and_decisions_are_those_of_the_model(run: Run) -> None:
    state = run.model.state
    for actor, found in run.found.items():
        row = run.row(actor)
        new = {state.instrument_ids[q] for q in np.flatnonzero(state.join_quarter[:, row] >= 0)}
        assert set(found.events.loc[found.events["kind"] == "joined", "about"]) == new
        inside = np.flatnonzero(state.member[:, row]) if row < state.s else []
        count = {state.bloc_ids[b]: int(run.passed[-1][b] - run.passed[0][b]) for b in inside}
        told = found.events.loc[found.events["kind"] == "passed", "about"].value_counts().to_dict()
        assert told == {bloc: number for bloc, number in count.items() if number}


def test_luck_says_what_came_of_it(run: Run) -> None:
    yes = {"accepted", "joining", "renewed", "unaffordable", "joined"}
    no = {"declined", "expired", "seen", "unseen"}
    for _, _, event in run.rows_of():
        reasons, below = set(event["reason"].split()), event["luck"] < event["probability"]
        assert below or not reasons & yes, event
        assert not below or not reasons & no, event


def test_who_cannot_pay_is_who_has_less_than_the_price(run: Run) -> None:
    given = run.terms("given").unstack("name").reset_index()
    seen = 0
    for actor, _, event in run.rows_of(("made", "deepened", "refused")):
        sides = given.loc[(given["of"] == actor) & (given["event"] == event["event"])].dropna(subset=["price"])
        poor = set(sides.loc[sides["price"] > sides["left"] + 1e-12, "actor"])
        assert poor == (set(event["who"].split()) if "budget" in event["reason"] else set())
        seen += bool(poor)
    assert bool(seen) == (run.model.scenario.strategy.budget < 1)


def test_columns_and_words(run: Run) -> None:
    for found in run.found.values():
        assert tuple(found.events.columns) == EVENT_COLUMNS
        assert tuple(found.terms.columns) == TERM_COLUMNS
        assert set(found.events["kind"]) <= set(KINDS) == set(HEAD)
        assert {reason for cell in found.events["reason"] for reason in cell.split()} <= set(REASONS) == set(REASON)
        assert set(SUMS) == set(SUM) == set(NAME)
        terms = found.terms.loc[found.terms["part"] == "term", ["sum", "name"]]
        assert all(name in NAME[what] for what, name in terms.itertuples(index=False))
        assert set(found.terms.loc[found.terms["part"] == "given", "name"]) <= set(GIVEN)
        assert found.events["event"].is_unique


# --- looking


def test_looking_changes_no_bit() -> None:
    scenario = shipped(changes={"horizon": "2026Q4"})
    seen, unseen = build(scenario), build(scenario)
    seen.watch = Watcher(seen, seen.index("MAR"))
    assert alike(recorded(seen.run()), recorded(unseen.run()))
    assert same_state(seen.state, unseen.state) == []


def test_what_a_tweak_writes_is_told_as_such() -> None:
    def drawn_together(model: GovernanceModel) -> None:
        model.state.base[model.index("MAR"), model.index("SEN")] += 6.0

    scenario = shipped(changes={"horizon": "2026Q4"})
    found = explain_run(scenario, "MAR", world=world_for(scenario), tweak=drawn_together)
    changed = found.terms.loc[found.terms["name"] == "changed"]
    assert len(changed)
    assert set(zip(changed["actor"], changed["other"], strict=True)) == {("MAR", "SEN")}
    assert (changed["value"] - 6.0).abs().max() < EXACT


def test_the_most_important_change_commitments_most() -> None:
    found = run_of("as shipped").found["USA"]
    top = found.most_important(5)
    changes = found.events["commitments"].abs()
    assert list(top.events["commitments"].abs().round(9)) == sorted(changes.round(9), reverse=True)[:5]
    assert list(dict.fromkeys(top.terms["event"])) == list(top.events["event"])
    for _, tied in top.events.groupby(top.events["commitments"].abs().round(9)):
        assert tied["event"].is_monotonic_increasing


def test_selecting() -> None:
    found = run_of("as shipped").found["USA"]
    some = found.select(["refused"], ["2025Q3", "2026Q1"])
    assert 0 < len(some.events) < len(found.events)
    assert set(some.events["kind"]) == {"refused"}
    assert set(some.events["quarter"]) <= {"2025Q3", "2026Q1"}
    assert set(some.terms["event"]) == set(some.events["event"])
    assert len(found.select().events) == len(found.events)
