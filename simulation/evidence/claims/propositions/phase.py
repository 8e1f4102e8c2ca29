"""The phase boundary of P4: how fast a bloc decides, by C.6's formula and simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from simulation.analysis.contrasts import CONFIDENCE
from simulation.analysis.summary import SYSTEM
from simulation.evidence.claims.propositions.measures import BLOC
from simulation.experiments.engine.runner import Ensemble
from simulation.model.start import RULE_CODES, start_blocs
from simulation.processes.blocs import passage_probability, waiting_time
from simulation.processes.fragmentation import Bloc
from simulation.scenario.checks import world_of
from simulation.scenario.schema import Scenario


@dataclass(frozen=True)
class PhasePoint:
    """One rule and one forced consent.

    Attributes
    ----------
    rule, strictness, consent
        Rule of the bloc, the share of yes votes it needs, and the probability of a member's yes.
    pair, passage
        Probability that a pair agrees in one attempt, and that the bloc passes one proposal.
    wait
        Mean quarters to the first decision, without end.
    decided, wait_within
        Probability of a decision by the horizon, and the mean wait cut off there, by formula.
    share, share_low, share_high
        Simulated share that has decided, with its 90 % interval (Wilson).
    waited, waited_low, waited_high
        Simulated mean wait cut off at the horizon, with its 90 % interval (Student).
    """

    rule: str
    strictness: float
    consent: float
    pair: float
    passage: float
    wait: float
    decided: float
    wait_within: float
    share: float
    share_low: float
    share_high: float
    waited: float
    waited_low: float
    waited_high: float


def phase_points(ensembles: Mapping[str, Ensemble]) -> list[PhasePoint]:
    """Points of the ensembles that force a consent; they must record the bloc every quarter."""
    forced = [e for e in ensembles.values() if e.scenario.parameters.vote_probability >= 0.0]
    return sorted((phase_point(ensemble) for ensemble in forced), key=lambda point: (-point.strictness, point.consent))


def phase_point(ensemble: Ensemble) -> PhasePoint:
    """One point of the boundary.

    Raises
    ------
    ValueError
        If the bloc was not recorded every quarter.
    """
    scenario = ensemble.scenario
    bloc = the_bloc(scenario)
    p, quarters = scenario.parameters.vote_probability, scenario.quarters
    passage = passage_probability(p, len(bloc.members), RULE_CODES[bloc.rule], bloc.threshold)
    rate = bloc.agenda_rate * scenario.parameters.agenda_scale * passage
    undecided = (1.0 - rate) ** np.arange(quarters + 1)
    waits, decided = simulated_waits(ensemble)
    low, high = _wilson(int(decided.sum()), len(decided))
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(waits) - 1) * waits.std(ddof=1) / np.sqrt(len(waits)))
    return PhasePoint(
        rule=f"{bloc.rule.replace('_', ' ')} ({bloc.threshold:.0%})",
        strictness=bloc.threshold,
        consent=p,
        pair=p * p,
        passage=passage,
        wait=waiting_time(bloc.agenda_rate * scenario.parameters.agenda_scale, passage),
        decided=float(1.0 - undecided[-1]),
        wait_within=float(undecided[:-1].sum()),
        share=float(decided.mean()),
        share_low=low,
        share_high=high,
        waited=float(waits.mean()),
        waited_low=float(waits.mean()) - reach,
        waited_high=float(waits.mean()) + reach,
    )


def the_bloc(scenario: Scenario) -> Bloc:
    """The bloc of the boundary as the scenario has it."""
    world = world_of(scenario)
    cell = np.zeros(len(world.ids), np.int32)
    return next(bloc for bloc in start_blocs(world, scenario, cell) if bloc.id == BLOC)


def simulated_waits(ensemble: Ensemble) -> tuple[np.ndarray, np.ndarray]:
    """Quarters to the first decision, cut off at the horizon, and whether there was one; a replicate each."""
    series = ensemble.series
    rows = series.loc[(series["metric"] == "bloc_decided") & (series["actor"] == SYSTEM)]
    table = rows.pivot(index="replicate", columns="quarter", values="value").to_numpy()
    if table.shape[1] != ensemble.scenario.quarters + 1:
        raise ValueError("the phase boundary needs a record of every quarter")
    # each quarter that begins without a decision is a quarter waited
    return (table[:, :-1] == 0).sum(axis=1).astype(np.float64), table[:, -1] > 0


def _wilson(successes: int, trials: int) -> tuple[float, float]:
    interval = stats.binomtest(successes, trials).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)
