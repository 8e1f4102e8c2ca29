"""One factor a year that holds the recorded flow of the baseline at its wave, measured on the baseline (C.2).

``python -m simulation.evidence.deals.drift [--replicates N]`` runs the baseline some times over, and writes the table
that :mod:`simulation.intensity.wave` reads. Two minutes. To be run again when anything moves the flow.
"""

from __future__ import annotations

import numpy as np
import typer

from simulation.data.tables import short, write_csv
from simulation.intensity.places import TABLES
from simulation.intensity.wave import NAME, factors
from simulation.model import GovernanceModel
from simulation.model.book import believed
from simulation.scenario.load import load_scenario
from simulation.scenario.schema import Scenario
from simulation.state import FIRM, KINDS, STATE, F

ROUNDS, REPLICATES = 4, 60
"""The flow of a year feeds the activity of the next, so that one correction is not enough."""
_SORTS = (STATE, FIRM)


def recorded_flows(scenario: Scenario, replicates: int) -> F:
    """(layers, years) recorded deals a year of the layers of states and firms, as a share of the waves believed in.

    Of the same replicates: a wave walks so far that a mean of flows would be its luck.
    """
    years = scenario.quarters // 4
    result, waves = np.zeros((2, len(_SORTS), years))
    for replicate in range(replicates):
        model = GovernanceModel(scenario, replicate=replicate).run()
        ledger, weight, kind = model.state.ledger, model.state.ledger_weight, model.state.kind
        partner = np.maximum(kind[ledger[:, 0]], kind[ledger[:, 1]])
        for place, sort in enumerate(_SORTS):
            mine = (ledger[:, 2] >= 0) & (partner == sort)
            result[place] += np.bincount(ledger[mine, 2] // 4, weights=weight[mine], minlength=years)[:years]
            waves[place] += believed(model.world, scenario, replicate)[sort][1].flows[:years]
        model.close()
    return np.asarray(result / waves)


def measure(rounds: int = ROUNDS, replicates: int = REPLICATES) -> None:
    """Write the factors by layer: each round multiplies those of the round before by wave over recorded flow."""
    scenario = load_scenario("baseline")
    years = scenario.quarters // 4
    found = {sort: factors(sort, years) for sort in _SORTS}
    for _ in range(rounds):
        flows = recorded_flows(scenario, replicates)
        for place, sort in enumerate(_SORTS):
            found[sort] = found[sort] / smoothed(flows[place])
        write(found)


def smoothed(flow: F) -> F:
    """A cubic through the logs of the flows: what is left of their noise is not for a factor to follow."""
    years = np.arange(len(flow))
    return np.asarray(np.exp(np.polyval(np.polyfit(years, np.log(flow), 3), years)))


def write(found: dict[int, F]) -> None:
    """Write the table."""
    rows = [{"layer": KINDS[sort], "year": year + 1, "factor": short(value, 4)}
            for sort, values in found.items() for year, value in enumerate(values)]  # fmt: skip
    write_csv(TABLES / f"{NAME}.csv", ("layer", "year", "factor"), rows)
    factors.cache_clear()


if __name__ == "__main__":
    typer.run(measure)
