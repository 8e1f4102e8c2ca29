"""How plausible the deal mechanism's defaults are: the dated record beside the model (docs/calibration.md).

``python -m simulation.analysis.plausibility [--replicates N]`` counts the focal state's agreements
and partners in the shipped record, runs the baseline, counts the same things in the model, and
writes both into the page. These are targets of a calibration by hand, never tests of the model:
the defaults were chosen by looking at them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from simulation.analysis import pages
from simulation.analysis.summary import BAND_LABEL, SYSTEM, by_replicate
from simulation.data.world import World
from simulation.experiments.runner import Ensemble, run_replicates
from simulation.experiments.store import versions
from simulation.experiments.tables import Outcome
from simulation.scenario.checks import world_of
from simulation.scenario.load import load_scenario
from simulation.scenario.schema import Scenario
from simulation.state import KINDS

Floats = npt.NDArray[np.float64]
Depths = npt.NDArray[np.int8]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "calibration.md"
BASELINE = ROOT / "scenarios" / "baseline.yaml"
REPLICATES = 40
RECENT_YEARS = 4  # last years of the record, the busy ones, shown apart
FIRST_YEARS = 3  # first years of a run, nearest to the record
PARTNERS_SHOWN = 12
EARLY = "2027Q4"
MARKER = "plausibility"
WORLD_METRICS = ("mean_partners", "mean_degree", "density_states", "density_all", "world_deals")
LOWEST, HIGHEST = 0.05, 0.95


@dataclass(frozen=True)
class Record:
    """What the record says of one actor.

    Attributes
    ----------
    years
        Calendar years from its first agreement to the as-of date.
    agreements, new_partners
        Number in each of the years.
    kinds
        Number of partners of each of :data:`simulation.state.KINDS`.
    """

    years: tuple[int, ...]
    agreements: tuple[int, ...]
    new_partners: tuple[int, ...]
    kinds: tuple[int, ...]


def read_record(world: World, focal: str) -> Record:
    """Count the dated agreements of an actor, in the years from its first one to the as-of date."""
    row = world.index(focal)
    deals = sorted((deal for deal in world.deals if row in deal.parties), key=lambda deal: deal.date)
    first = deals[0].date.year if deals else world.as_of.year
    years = tuple(range(first, world.as_of.year + 1))
    agreements, new = dict.fromkeys(years, 0), dict.fromkeys(years, 0)
    met: set[int] = set()
    for deal in deals:
        agreements[deal.date.year] += 1
        others = set(deal.parties) - {row}
        new[deal.date.year] += len(others - met)
        met |= others
    kinds = tuple(sum(world.kind[other] == code for other in met) for code in range(len(KINDS)))
    return Record(years, tuple(agreements.values()), tuple(new.values()), kinds)


# --- the model's side


def simulate_focal(scenario: Scenario, replicate: int) -> Outcome:
    """One replicate with every quarter's deals of the focal state, and the metrics of the world."""
    from simulation.model import GovernanceModel

    model = GovernanceModel(scenario, replicate=replicate)
    try:
        recorder = model.run().recorder
        ties = recorder.ties()
        own = ties.loc[(ties["a"] == scenario.focal) | (ties["b"] == scenario.focal)]
        return Outcome.from_frames(replicate, series=recorder.series(), ties=own)
    finally:
        model.close()


def run(scenario: Scenario, replicates: int, workers: int | None = None) -> Ensemble:
    """The replicates of a scenario, each with what this page needs."""
    metrics = [*WORLD_METRICS, *(f"deals_{kind}" for kind in KINDS)]
    record = {"metrics": metrics, "actors": [scenario.focal], "ties": "all"}
    watched = load_scenario(scenario, overrides={"record": record})
    return run_replicates(watched, replicates, workers, on_error="raise", simulate=simulate_focal)


def partner_depths(ensemble: Ensemble) -> tuple[tuple[str, ...], tuple[str, ...], Depths]:
    """Depth of the focal state's deals over time.

    Returns
    -------
    tuple
        Quarters, the first the one before the start; ids of all partners it ever had; depth,
        shape (replicates, quarters, partners).
    """
    scenario, ties = ensemble.scenario, ensemble.ties
    quarters = tuple(str(scenario.start + (k - 1)) for k in range(scenario.quarters + 1))
    partner = ties["b"].astype(str).where(ties["a"] == scenario.focal, ties["a"].astype(str))
    partners = tuple(sorted(set(partner)))
    depth = np.zeros((len(ensemble.replicates), len(quarters), len(partners)), np.int8)
    rows = (
        ties["replicate"].map({number: k for k, number in enumerate(ensemble.replicates)}),
        ties["quarter"].astype(str).map({quarter: k for k, quarter in enumerate(quarters)}),
        partner.map({name: k for k, name in enumerate(partners)}),
    )
    depth[tuple(row.to_numpy(int) for row in rows)] = ties["depth"]
    return quarters, partners, depth


def rates(depth: Depths, years: int) -> dict[str, Floats]:
    """What happens a year in the first years of a run, each of shape (replicates,).

    ``agreements``: new rungs; ``new_partners``: actors that have a deal for the first time since
    before the start; ``lost``: deals that end.
    """
    window = depth[:, : 4 * years + 1]
    held = window > 0
    known = np.logical_or.accumulate(held, axis=1)
    steps = np.diff(window.astype(np.int64), axis=1)
    return {
        "agreements": np.maximum(steps, 0).sum(axis=(1, 2)) / years,
        "new_partners": (held[:, 1:] & ~known[:, :-1]).sum(axis=(1, 2)) / years,
        "lost": (held[:, :-1] & ~held[:, 1:]).sum(axis=(1, 2)) / years,
    }


# --- the page


def band(values: Floats, digits: int) -> str:
    """Mean and 5–95 % band over replicates."""
    low, high = np.quantile(values, [LOWEST, HIGHEST])
    return f"{values.mean():.{digits}f} [{low:.{digits}f}–{high:.{digits}f}]"


def inside(value: float, values: Floats) -> str:
    """Whether a recorded value lies in the 5–95 % band, or on which side of it."""
    low, high = np.quantile(values, [LOWEST, HIGHEST])
    return "model above" if value < low else "model below" if value > high else "in the band"


def _rate_rows(record: Record, early: dict[str, Floats], whole: dict[str, Floats]) -> Iterator[list[str]]:
    for name, title, counts in (
        ("agreements", "agreements a year (model: new rungs)", record.agreements),
        ("new_partners", "new partners a year", record.new_partners),
    ):
        recent = float(np.mean(counts[-RECENT_YEARS:]))
        yield [
            title,
            f"{np.mean(counts):.1f}",
            f"{recent:.1f}",
            band(early[name], 1),
            band(whole[name], 1),
            inside(recent, early[name]),
        ]
    yield ["partners lost a year", "not recorded", "", band(early["lost"], 1), band(whole["lost"], 1), ""]


def _metric(ensemble: Ensemble, actor: str, name: str, quarter: str) -> Floats:
    found: Floats = by_replicate(ensemble.series, name, quarter)[actor].to_numpy()
    return found


def _kind_rows(ensemble: Ensemble, record: Record, quarters: Sequence[str]) -> Iterator[list[str]]:
    for kind, count in zip(KINDS, record.kinds, strict=True):
        values = [_metric(ensemble, ensemble.scenario.focal, f"deals_{kind}", q) for q in quarters]
        yield [kind.replace("_", " "), str(count), *(band(found, 1) for found in values)]


def _world_rows(ensemble: Ensemble, quarters: Sequence[str]) -> Iterator[list[str]]:
    from simulation.outcomes import METRICS

    for name in WORLD_METRICS:
        digits = 4 if name.startswith("density") else 1
        values = [_metric(ensemble, SYSTEM, name, quarter) for quarter in quarters]
        start = f"{values[0].mean():.{digits}f}"
        yield [METRICS[name].formula, start, *(band(found, digits) for found in values[1:])]


def _partner_rows(
    world: World, held: npt.NDArray[np.bool_], partners: Sequence[str], columns: Sequence[int]
) -> Iterator[list[str]]:
    """The likeliest partners: recorded or not, and the probability of a deal in some quarters."""
    share = held.mean(axis=0)[list(columns)]
    order = np.lexsort((np.arange(len(partners)), -share[-1], -share[1]))
    for k in order[:PARTNERS_SHOWN]:
        name = world.names[world.index(partners[k])]
        yield [name, "yes" if share[0, k] > 0 else "no", f"{share[1, k]:.2f}", f"{share[2, k]:.2f}"]


def render(scenario: Scenario, ensemble: Ensemble) -> str:
    """The measured part of the page, as Markdown."""
    world = world_of(scenario)
    record = read_record(world, scenario.focal)
    quarters, partners, depth = partner_depths(ensemble)
    start, horizon = quarters[0], quarters[-1]
    shown = [start, EARLY, horizon]
    by_year = ", ".join(
        f"{year}: {deals} ({new})"
        for year, deals, new in zip(record.years, record.agreements, record.new_partners, strict=True)
    )
    name = world.names[world.index(scenario.focal)]
    span, recent = f"{record.years[0]}–{record.years[-1]}", f"{record.years[-RECENT_YEARS:][0]}–{record.years[-1]}"
    early, whole = rates(depth, FIRST_YEARS), rates(depth, scenario.quarters // 4)
    first, last = scenario.start.year, scenario.horizon.year
    return "\n".join(
        [
            "Written by `python -m simulation.analysis.plausibility`; do not edit this part. "
            f"Wifaq {versions()['wifaq']}, scenario `{scenario.name}`, {len(ensemble.replicates)} replicates, "
            f"seed {scenario.seed}; brackets: 5–95 % of the replicates, {BAND_LABEL}.\n",
            f"Recorded agreements of {name} by year (new partners in brackets): {by_year}. "
            f"Together {sum(record.agreements)} with {sum(record.new_partners)} partners.\n",
            pages.table(
                ("", f"record {span}", f"record {recent}", f"model {first}–{first + FIRST_YEARS - 1}",
                 f"model {first}–{last}", f"record {recent} against the model's first years"),
                _rate_rows(record, early, whole),
            ),
            f"Partners of {name} by kind:\n",
            pages.table(
                ("kind", f"record, {start}", *(f"model, {q}" for q in shown[1:])),
                _kind_rows(ensemble, record, shown[1:]),
            ),
            "The world:\n",
            pages.table(
                ("", f"record, {start}", *(f"model, {q}" for q in shown[1:])), _world_rows(ensemble, shown)
            ),
            f"Likeliest partners of {name} (probability of a deal on any track):\n",
            pages.table(
                ("partner", f"partner in {start}", *shown[1:]),
                _partner_rows(world, depth > 0, partners, [quarters.index(quarter) for quarter in shown]),
            ),
        ]
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the page."""
    parser = argparse.ArgumentParser(
        prog="python -m simulation.analysis.plausibility", description="Write the tables of docs/calibration.md."
    )
    parser.add_argument("--replicates", type=int, default=REPLICATES, help=f"default {REPLICATES}")
    parser.add_argument("--scenario", type=Path, default=BASELINE, help="the scenario to run")
    parser.add_argument("--workers", type=int, default=None, help="processes; default one a usable core")
    parser.add_argument("--out", type=Path, default=PAGE, help="the page, which must have the markers")
    chosen = parser.parse_args(arguments)
    scenario = load_scenario(chosen.scenario)
    ensemble = run(scenario, chosen.replicates, chosen.workers)
    pages.replace_between(chosen.out, MARKER, render(scenario, ensemble))


if __name__ == "__main__":
    main()
