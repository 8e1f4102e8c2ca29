"""The directional propositions (MODEL F): how verdicts are reached, and that the findings can be had again."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulation.errors import InputError
from simulation.evidence.claims.propositions import ARMS, PROPOSITIONS, judge, run_arms, verdict
from simulation.evidence.claims.propositions.__main__ import main
from simulation.evidence.claims.propositions.arms import PHASE
from simulation.evidence.claims.propositions.effects import (
    AS_PREDICTED,
    HORIZON,
    MIXED,
    NO_EFFECT,
    OPPOSITE,
    REFUTED,
    REPORTED,
    SUPPORTED,
    UNSEEN,
    Effect,
    Finding,
    Proposition,
    Reading,
    level,
    measure,
    outcome,
    scenario_of,
)
from simulation.evidence.claims.propositions.measures import MEASURES, registered, rewired
from simulation.evidence.claims.propositions.page import plain_words, write_findings
from simulation.evidence.claims.propositions.phase import phase_points
from simulation.evidence.claims.propositions.registry import _gap
from simulation.experiments.engine.runner import Ensemble
from simulation.experiments.engine.tables import Outcome
from simulation.outcomes.metrics import METRICS
from simulation.outcomes.network import transitivity
from simulation.processes.blocs import MAJORITY, UNANIMITY, passage_probability, waiting_time
from simulation.scenario.load import load_scenario

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
FINDINGS = ROOT / "docs" / "results" / "findings.md"
BY_ID = {proposition.id: proposition for proposition in PROPOSITIONS}
WANTED = ("P3", "P4", "P6", "P7", "P8", "P9", "P11", "P13", "P14")
CHECKS = ("P6", "P9", "P11")


# --- the verdict, on made-up numbers


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([AS_PREDICTED], SUPPORTED),
        ([AS_PREDICTED, AS_PREDICTED, REPORTED], SUPPORTED),
        ([OPPOSITE], REFUTED),
        ([OPPOSITE, UNSEEN], REFUTED),
        ([AS_PREDICTED, OPPOSITE], MIXED),
        ([AS_PREDICTED, UNSEEN], MIXED),
        ([UNSEEN, UNSEEN], NO_EFFECT),
        ([UNSEEN, REPORTED], NO_EFFECT),
    ],
)
def test_verdict(outcomes, expected):
    assert verdict(outcomes) == expected


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([AS_PREDICTED, AS_PREDICTED], SUPPORTED),
        ([AS_PREDICTED, OPPOSITE], REFUTED),
        ([AS_PREDICTED, UNSEEN], MIXED),
        ([UNSEEN, OPPOSITE], REFUTED),
        ([UNSEEN], NO_EFFECT),
    ],
)
def test_one_effect_on_the_wrong_side_refutes_a_shape(outcomes, expected):
    assert verdict(outcomes, shape=True) == expected


def test_a_proposition_that_predicts_nothing_has_no_verdict():
    with pytest.raises(ValueError, match="predicted sign"):
        verdict([REPORTED])


@pytest.mark.parametrize(
    ("low", "high", "sign", "expected"),
    [
        (0.1, 0.3, 1, AS_PREDICTED),
        (0.1, 0.3, -1, OPPOSITE),
        (-0.3, -0.1, -1, AS_PREDICTED),
        (-0.3, -0.1, 1, OPPOSITE),
        (-0.1, 0.3, 1, UNSEEN),
        (0.0, 0.0, 1, UNSEEN),
        (1e-15, 2e-15, 1, UNSEEN),  # rounding is no effect
        (math.nan, math.nan, 1, UNSEEN),
        (0.1, 0.3, 0, REPORTED),
    ],
)
def test_outcome_of_an_interval(low, high, sign, expected):
    assert outcome(low, high, sign) == expected


def _measured(a, b, sign=1):
    effect = Effect("number", "this against that", ((1.0, Reading("x", "cooperation")),), sign)
    return measure(effect, pd.Series(a, dtype=float), pd.Series(b, dtype=float))


def test_pairing_tells_a_small_effect_from_much_larger_luck():
    luck = np.random.default_rng(1).normal(0, 1, 40)
    noise = np.random.default_rng(2).normal(0, 0.01, 40)
    assert _measured(luck + 0.02 + noise, luck).outcome == AS_PREDICTED
    assert _measured(luck - 0.02 + noise, luck).outcome == OPPOSITE
    assert _measured(luck + noise - noise.mean(), luck).outcome == UNSEEN


def test_measured_numbers():
    found = _measured([1.0, 2.0, 6.0], [0.0, 1.0, 2.0])
    assert (found.a, found.b, found.difference, found.pairs) == (3.0, 1.0, 2.0, 3)
    assert found.spread == 1.0
    half = 2.919986 * math.sqrt(3) / math.sqrt(3)  # Student's t(2) at .95, standard deviation √3
    assert (found.low, found.high) == (pytest.approx(2 - half, rel=1e-6), pytest.approx(2 + half, rel=1e-6))


def test_replicates_that_one_side_lacks_do_not_count():
    a = pd.Series([1.0, 2.0, 3.0], index=[0, 1, 2])
    b = pd.Series([0.0, 0.0, 9.0], index=[0, 1, 5])
    assert measure(Effect("n", "c", ((1.0, Reading("x", "cooperation")),), 1), a, b).pairs == 2


# --- judging, on made-up runs


def _ensemble(values):
    """Made-up runs: ``values[metric]`` is a list a replicate, of dicts by actor, at the horizon."""
    scenario = load_scenario(SCENARIOS / "baseline.yaml")
    count = len(next(iter(values.values())))
    outcomes = [
        Outcome.from_frames(
            k,
            series=pd.DataFrame(
                [
                    {"quarter": str(scenario.horizon), "actor": actor, "metric": metric, "value": value}
                    for metric, replicates in values.items()
                    for actor, value in replicates[k].items()
                ]
            ),
        )
        for k in range(count)
    ]
    return Ensemble(scenario, tuple(outcomes))


def _world(*numbers):
    return _ensemble({"modularity_camps": [{"system": number} for number in numbers]})


@pytest.mark.parametrize(
    ("arm", "expected"),
    [((0.5, 0.6, 0.7), SUPPORTED), ((0.1, 0.0, 0.1), REFUTED), ((0.3, 0.2, 0.35), NO_EFFECT)],
)
def test_judging_can_say_each_verdict(arm, expected):
    own = Proposition(
        "P0", ("C1",), "It rises", "finding",
        (_gap("modularity", "with against without", "modularity_camps", "with", "without", 1),),
    )  # fmt: skip
    finding = judge(own, {"with": _world(*arm), "without": _world(0.3, 0.3, 0.3)})
    assert finding.verdict == expected
    assert ("the opposite" in plain_words(finding)) == (expected == REFUTED)


def test_an_effect_can_be_in_spreads_between_states():
    states = [{"MAR": 0.0, "TUN": 2.0, "SEN": 4.0}] * 2  # standard deviation √(8/3)
    focal = _ensemble({"capacity": [{"MAR": 3.0}, {"MAR": 5.0}]})
    effect = Effect("capacity", "in spreads", ((1.0, Reading("a", "capacity", HORIZON, "all")),), 1)
    own = Proposition("P0", (), "It is there", "finding", (effect,))
    found = judge(own, {"a": focal, "all": _ensemble({"capacity": states})}).effects[0]
    assert found.difference == pytest.approx(4.0 / math.sqrt(8 / 3))


def test_what_was_not_recorded_is_told():
    own = Proposition("P0", (), "?", "finding", (Effect("n", "c", ((1.0, Reading("a", "density_all")),), 1),))
    with pytest.raises(ValueError, match="density_all was not recorded in 2035Q4 of a"):
        judge(own, {"a": _world(1, 2)})


# --- the registry


def test_the_registry_holds_what_must_be_tested():
    assert len(BY_ID) == len(PROPOSITIONS)
    assert set(WANTED) <= set(BY_ID)
    assert all(BY_ID[name].kind == "mechanism check" for name in CHECKS)
    known = {f"C{k}" for k in range(1, 64)}
    for own in PROPOSITIONS:
        assert own.claims, own.id
        assert set(own.claims) <= known, own.id
        assert any(effect.sign for effect in own.effects), own.id


def test_every_arm_is_used_and_no_two_are_the_same_scenario():
    used = {name for own in PROPOSITIONS for r in own.readings for name in (r.arm, r.spread_of) if name}
    assert used == set(ARMS)
    plain = {
        name: scenario_of(arm, SCENARIOS, ("cooperation",)).model_dump(
            mode="json", exclude={"name", "title", "question", "claims", "record"}
        )
        for name, arm in ARMS.items()
    }
    same = [(a, b) for a in plain for b in plain if a < b and plain[a] == plain[b]]
    assert same == [("all_states", "baseline")]  # the same runs, recorded more widely


def test_arms_share_their_luck():
    scenarios = [scenario_of(arm, SCENARIOS, ("cooperation",)) for arm in ARMS.values()]
    assert len({(s.seed, s.focal, s.as_of, s.horizon, s.roster) for s in scenarios}) == 1


def test_readings_are_of_metrics_that_exist_and_none_contains_diversity():
    for own in PROPOSITIONS:
        for reading in own.readings:
            assert level(reading.metric) in ("actor", "system")
            assert reading.metric != "diversity", own.id
    with pytest.raises(InputError, match="no metric is called 'peace'"):
        level("peace")


def test_measures_are_nobody_elses_metrics():
    before = dict(METRICS)
    with registered():
        assert set(METRICS) - set(before) == {entry.name for entry in MEASURES}
    assert before == METRICS


def _fail():
    with registered():
        raise RuntimeError


def test_measures_are_taken_away_after_a_failure():
    before = dict(METRICS)
    with pytest.raises(RuntimeError):
        _fail()
    assert before == METRICS


# --- numbers that only the propositions need


def _transitivity(ties):
    return float(transitivity(np.ascontiguousarray(ties, np.int8)))


def test_rewiring_keeps_every_degree_and_mixes_the_rest():
    cliques = np.kron(np.eye(12, dtype=np.int8), np.ones((5, 5), np.int8))
    np.fill_diagonal(cliques, 0)
    mixed = rewired(3 * cliques, 1)
    assert (mixed == mixed.T).all()
    assert not mixed.diagonal().any()
    assert (mixed.sum(axis=1) == 4).all()
    assert _transitivity(cliques) == 1.0
    assert _transitivity(mixed) < 0.2
    assert np.array_equal(mixed, rewired(3 * cliques, 1))


def test_a_random_graph_is_as_transitive_as_rewired():
    rng = np.random.default_rng(3)
    propensity = rng.uniform(0.1, 1, 150)
    gaps = []
    for k in range(8):
        ties = np.triu(rng.uniform(size=(150, 150)) < 0.4 * np.outer(propensity, propensity), 1)
        ties = (ties | ties.T).astype(np.int8)
        gaps.append(_transitivity(ties) - _transitivity(rewired(ties, k)))
    assert abs(np.mean(gaps)) < 3.5 * np.std(gaps, ddof=1) / math.sqrt(8)


def test_nothing_to_rewire():
    for ties in (np.zeros((4, 4), np.int8), np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]], np.int8)):
        assert np.array_equal(rewired(ties, 1), ties)


# --- the model: mechanism checks and the phase boundary, in short runs


@cache
def _short(name: str, pairs: int = 5) -> Finding:
    found = run_arms([BY_ID[name]], ARMS, SCENARIOS, replicates=pairs, workers=1, horizon="2029Q4")
    return judge(BY_ID[name], found)


@pytest.mark.slow
def test_p6_concessions_rise_with_rivalry():
    # five pairs do not tell the lower step (0 to 1: +1.8 of 13.9), fifteen do (+4.7 of 35, 90 % interval 2.5 to 6.9)
    assert _short("P6", pairs=15).verdict == SUPPORTED


def test_p9_commitments_rise_with_budget():
    assert _short("P9").effects[0].outcome == AS_PREDICTED


def test_p11_capture_drift_falls_with_openness_and_oversight():
    for found in _short("P11").effects[1:3]:
        assert found.outcome == AS_PREDICTED, found.effect.compared


def test_p4_formula_of_the_model_description():
    five = passage_probability(0.6, 5, UNANIMITY, 1.0)
    assert [round(waiting_time(rate, five)) for rate in (0.25, 0.1)] == [51, 129]
    assert passage_probability(0.6, 5, MAJORITY, 0.8) == pytest.approx(0.33696)


def test_p4_simulated_waits_agree_with_the_formula():
    own = BY_ID["P4"]
    arms = ("unanimity_0.8", "majority_0.6")
    few = Proposition(
        own.id, own.claims, own.statement, own.kind, (), also=tuple(Reading(arm, "bloc_decided") for arm in arms)
    )
    points = phase_points(run_arms([few], ARMS, SCENARIOS, replicates=10, workers=1, horizon="2029Q4"))
    assert [(point.strictness, point.consent) for point in points] == [(1.0, 0.8), (0.8, 0.6)]
    for point in points:
        # a share of 30 lies within 3.3 standard errors but once in a thousand times
        assert abs(point.share - point.decided) < 3.3 * math.sqrt(point.decided * (1 - point.decided) / 30)
        reach = (point.waited_high - point.waited_low) / 2
        assert abs(point.waited - point.wait_within) < 2 * reach  # 90 % of means lie within one
    assert len(PHASE) == 8


# --- the page


@dataclass(frozen=True)
class Row:
    """An effect as the page tells it."""

    what: str
    compared: str
    difference: float
    low: float
    high: float
    told: str


def _page(text: str) -> dict[str, tuple[str, list[Row]]]:
    """Verdict and effects of each proposition of a page."""
    found: dict[str, tuple[str, list[Row]]] = {}
    number = r"([+-][\d.]+)"
    interval = re.compile(rf"{number} \[{number}, {number}\]")
    for section in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        heading, *lines = section.split("\n## ")[0].splitlines()
        rows = []
        for line in lines:
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if len(cells) == 9 and (match := interval.fullmatch(cells[5])):
                rows.append(Row(cells[0], cells[1], *map(float, match.groups()), cells[8]))
        found[heading.split()[0]] = (heading.rsplit(": ", 1)[1], rows)
    return found


def test_the_page_can_be_read_back(tmp_path):
    finding = _short("P6")
    scenario = load_scenario(SCENARIOS / "baseline.yaml")
    page = tmp_path / "findings.md"
    write_findings([finding], {"baseline": Ensemble(scenario, ())}, page, "the command")
    text = page.read_text(encoding="utf-8")
    assert "chance within the model, parameters fixed" in text
    assert "`the command`" in text
    told, rows = _page(text)["P6"]
    assert told == finding.verdict
    for row, found in zip(rows, finding.effects, strict=True):
        assert (row.what, row.compared) == (found.effect.what, found.effect.compared)
        assert row.difference == pytest.approx(found.difference, abs=found.high - found.low)


def test_shipped_findings_are_of_these_propositions():
    """The page is not older than the registry: same propositions, same effects, a verdict that follows."""
    page = _page(FINDINGS.read_text(encoding="utf-8"))
    assert list(page) == [own.id for own in PROPOSITIONS]
    outcomes = {"yes": AS_PREDICTED, "no": OPPOSITE, "not seen": UNSEEN, "–": REPORTED}
    for own in PROPOSITIONS:
        told, rows = page[own.id]
        assert [(row.what, row.compared) for row in rows] == [(e.what, e.compared) for e in own.effects], own.id
        assert told == verdict((outcomes[row.told] for row in rows), own.shape), own.id


@pytest.mark.slow
def test_the_shipped_findings_come_out_again_with_other_luck():
    """Fewer replicates of another seed contradict no sign of the page, and see again all that is clear."""
    other = {
        name: replace(arm, overrides={**arm.overrides, "seed": 7}, times=1) for name, arm in ARMS.items()
    }
    found = run_arms(PROPOSITIONS, other, SCENARIOS, replicates=10)
    page = _page(FINDINGS.read_text(encoding="utf-8"))
    for own in PROPOSITIONS:
        for row, again in zip(page[own.id][1], judge(own, found).effects, strict=True):
            told = f"{own.id} {row.what} {row.compared}: {row.difference} against {again.difference}"
            half = (row.high - row.low) / 2
            if abs(row.difference) > 4 * half:  # some seven standard errors from zero
                assert again.difference * row.difference > 0, told
            elif row.low > 0 or row.high < 0:
                reach = max(again.high - again.low, 1e-12)
                assert again.difference * np.sign(row.difference) > -reach, told


# --- the command


def test_bad_options_are_refused(tmp_path, capsys):
    page = tmp_path / "findings.md"
    assert main(["--replicates", "1", "--out", str(page), "--scenarios", str(SCENARIOS)]) == 2
    assert "one pair has no interval" in capsys.readouterr().err
    for options in (["--only", "P1"], ["--only", "P6"]):
        with pytest.raises(SystemExit) as refused:
            main(options)
        assert refused.value.code == 2
    assert main(["--only", "P6", "--out", str(page), "--scenarios", str(tmp_path)]) == 2
    assert not page.exists()
