"""How plausible the deal mechanism's defaults are: the dated record beside the model (docs/results/calibration.md).

``python -m simulation.evidence.plausibility [--replicates N]`` counts the focal state's agreements
and partners in the shipped record, runs the baseline, counts the same things in the model, and
writes both into the page. These are targets of a calibration by hand, never tests of the model:
the defaults were chosen by looking at them. Two things are run beside it: the baseline with
single parameters moved, and the baseline without the focal state's own recorded deals.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from simulation.analysis.summary import BAND_LABEL, HEADLINE, SYSTEM, by_replicate, standing
from simulation.data.world import World
from simulation.display import pages
from simulation.experiments.engine.runner import Ensemble, run_points
from simulation.experiments.engine.store import versions
from simulation.experiments.engine.tables import Outcome
from simulation.scenario import shipped
from simulation.scenario.checks import world_of
from simulation.scenario.load import load_scenario
from simulation.scenario.names import default_peers
from simulation.scenario.parameters import PARAMETERS
from simulation.scenario.schema import Scenario
from simulation.state import KINDS

Floats = npt.NDArray[np.float64]
Depths = npt.NDArray[np.int8]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "results" / "calibration.md"
BASELINE = shipped.folder() / "baseline.yaml"
REPLICATES = 40
RECENT_YEARS = 4  # last years of the record, the busy ones, shown apart
FIRST_YEARS = 3  # first years of a run, nearest to the record
PARTNERS_SHOWN = 12
EARLY = "2027Q4"
MARKER = "plausibility"
WORLD_METRICS = (
    "mean_partners", "mean_degree", "density_states", "density_all", "world_deals",
    "bloc_passages_regional", "bloc_passages_multilateral",
)  # fmt: skip
LOWEST, HIGHEST = 0.05, 0.95
BASE, STRUCK = "as it is", "own deals struck"
MOVED: Mapping[str, tuple[float, float]] = {
    "renewal": (0.3, 0.7),
    "renewal_pull": (0, 0.6),
    "prices": (0.5, 2),
    "trust_pull": (0, 4),
    "forum_noise": (0.25, 1),
}
"""Defaults that were chosen by hand, and values on either side of each."""
MOVED_SHARE = 4  # a moved parameter gets one in so many of the replicates
DEAL_TRACKS = ("bilateral", "trilateral", "non_state")


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


def points(scenario: Scenario) -> dict[str, Scenario]:
    """The scenarios that the page needs: as it is, with parameters moved, without own deals."""
    world = world_of(scenario)
    row = world.index(scenario.focal)
    peers = scenario.peers or default_peers(world, scenario.focal)
    metrics = [HEADLINE, *WORLD_METRICS, *(f"deals_{name}" for name in (*KINDS, *DEAL_TRACKS))]
    record = {"metrics": metrics, "actors": [scenario.focal, *peers], "ties": "all"}
    base = load_scenario(scenario, overrides={"record": record, "peers": list(peers)})
    own = [deal.id for deal in world.deals if row in deal.parties]
    result = {BASE: base, STRUCK: load_scenario(base, overrides={"records": {"strike": own}})}
    for name, values in MOVED.items():
        for value in values:
            result[moved_name(name, value)] = load_scenario(base, overrides={f"parameters.{name}": value})
    return result


def moved_name(name: str, value: float) -> str:
    """Name of the point at which one parameter has another value."""
    return f"{name} = {value:g}"


def run(scenario: Scenario, replicates: int, workers: int | None = None) -> dict[str, Ensemble]:
    """The replicates of every point; fewer where a parameter is moved."""
    plan = points(scenario)
    few = max(1, replicates // MOVED_SHARE)
    counts = {name: replicates if name in (BASE, STRUCK) else few for name in plan}
    return run_points(plan, counts, workers, on_error="raise", simulate=simulate_focal)


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


def verdict(value: float, values: Floats) -> str:
    """Model's mean over the recorded value, and whether that lies in the model's band."""
    low, high = np.quantile(values, [LOWEST, HIGHEST])
    place = "in" if low <= value <= high else "outside"
    share = f"{values.mean() / value:.1f} × the record; " if value > 0 else ""
    return f"{share}record {place} the band"


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
            verdict(recent, early[name]),
        ]
    yield ["partners lost a year", "not recorded", "", band(early["lost"], 1), band(whole["lost"], 1), ""]


def _metric(ensemble: Ensemble, actor: str, name: str, quarter: str) -> Floats:
    result: Floats = by_replicate(ensemble.series, name, quarter)[actor].to_numpy()
    return result


def _kind_rows(ensemble: Ensemble, record: Record, quarters: Sequence[str]) -> Iterator[list[str]]:
    counts: dict[str, int] = dict(zip(KINDS, record.kinds, strict=True))
    for name in (*KINDS, *DEAL_TRACKS):
        values = [_metric(ensemble, ensemble.scenario.focal, f"deals_{name}", q) for q in quarters]
        label = f"{name.replace('_', ' ')}{' track' if name in DEAL_TRACKS else ''}"
        yield [label, str(counts.get(name, "")), *(band(result, 1) for result in values)]


def _world_rows(ensemble: Ensemble, quarters: Sequence[str]) -> Iterator[list[str]]:
    from simulation.outcomes import METRICS

    for name in WORLD_METRICS:
        digits = 4 if name.startswith("density") else 1
        values = [_metric(ensemble, SYSTEM, name, quarter) for quarter in quarters]
        start = f"{values[0].mean():.{digits}f}"
        yield [METRICS[name].formula, start, *(band(result, digits) for result in values[1:])]


def _partner_rows(
    world: World, held: npt.NDArray[np.bool_], partners: Sequence[str], columns: Sequence[int]
) -> Iterator[list[str]]:
    """The likeliest partners: recorded or not, and the probability of a deal in some quarters."""
    share = held.mean(axis=0)[list(columns)]
    order = np.lexsort((np.arange(len(partners)), -share[-1], -share[1]))
    for k in order[:PARTNERS_SHOWN]:
        name = world.names[world.index(partners[k])]
        yield [name, "yes" if share[0, k] > 0 else "no", f"{share[1, k]:.2f}", f"{share[2, k]:.2f}"]


def _moved_rows(found: Mapping[str, Ensemble]) -> Iterator[list[str]]:
    for name in (BASE, *(moved_name(key, value) for key, values in MOVED.items() for value in values)):
        ensemble = found[name]
        horizon = str(ensemble.scenario.horizon)
        _, _, depth = partner_depths(ensemble)
        early, whole = rates(depth, FIRST_YEARS), rates(depth, ensemble.scenario.quarters // 4)
        counts = [early["agreements"], early["new_partners"], whole["agreements"], whole["new_partners"]]
        partners = _metric(ensemble, SYSTEM, "mean_partners", horizon).mean()
        headline = _metric(ensemble, ensemble.scenario.focal, HEADLINE, horizon).mean()
        yield [name, *(f"{count.mean():.1f}" for count in counts), f"{partners:.1f}", f"{headline:.2f}"]


def _standing_rows(found: Mapping[str, Ensemble]) -> Iterator[list[str]]:
    for name in (BASE, STRUCK):
        ensemble = found[name]
        scenario = ensemble.scenario
        first, last = str(scenario.start + (-1)), str(scenario.horizon)
        place = standing(ensemble.series, scenario.focal, scenario.peers or (), last)
        if place is not None:
            ends = [band(_metric(ensemble, scenario.focal, HEADLINE, quarter), 2) for quarter in (first, last)]
            yield [name, *ends, f"{place.peers['mean'].mean():.2f}", f"{place.rank_mean:.1f} of {place.among}"]


def _measured(record: Record, ensemble: Ensemble, world: World) -> Iterator[str]:
    """The record beside the model."""
    scenario = ensemble.scenario
    quarters, partners, depth = partner_depths(ensemble)
    shown = [quarters[0], EARLY, quarters[-1]]
    span, busy = (f"{years[0]}–{years[-1]}" for years in (record.years, record.years[-RECENT_YEARS:]))
    early, whole = rates(depth, FIRST_YEARS), rates(depth, scenario.quarters // 4)
    first, last = scenario.start.year, scenario.horizon.year
    heads = (f"record {span}", f"record {busy}", f"model {first}–{first + FIRST_YEARS - 1}", f"model {first}–{last}")
    times = (f"record, {shown[0]}", *(f"model, {quarter}" for quarter in shown[1:]))
    yield pages.table(("", *heads, f"model's first years against {busy}"), _rate_rows(record, early, whole))
    yield "Partners by kind, and by the track of the last agreement:\n"
    yield pages.table(("", *times), _kind_rows(ensemble, record, shown[1:]))
    yield "The world:\n"
    yield pages.table(("", *times), _world_rows(ensemble, shown))
    since = world.as_of.year - RECENT_YEARS + 1
    texts = sum(text.opens.year >= since for text in world.instruments)
    yield f"For scale: the record has {texts} instruments of any convener opened in {since}–{world.as_of.year}.\n"
    yield "Likeliest partners (probability of a deal on any track):\n"
    columns = [quarters.index(quarter) for quarter in shown]
    yield pages.table(
        ("partner", f"partner in {shown[0]}", *shown[1:]), _partner_rows(world, depth > 0, partners, columns)
    )


def render(scenario: Scenario, found: Mapping[str, Ensemble]) -> str:
    """The measured part of the page, as Markdown."""
    world = world_of(scenario)
    record = read_record(world, scenario.focal)
    horizon = scenario.horizon
    by_year = ", ".join(
        f"{year}: {deals} ({new})"
        for year, deals, new in zip(record.years, record.agreements, record.new_partners, strict=True)
    )
    defaults = ", ".join(f"`{name}` {PARAMETERS[name].default:g}" for name in MOVED)
    lines = [
        "Written by `python -m simulation.evidence.plausibility`; do not edit this part. "
        f"Wifaq {versions()['wifaq']}, scenario `{scenario.name}`, {len(found[BASE].replicates)} replicates, "
        f"seed {scenario.seed}; brackets: 5–95 % of the replicates, {BAND_LABEL}.\n",
        f"Recorded agreements of {world.names[world.index(scenario.focal)]} by year (new partners in brackets): "
        f"{by_year}. Together {sum(record.agreements)} with {sum(record.new_partners)} partners.\n",
        *_measured(record, found[BASE], world),
        f"One parameter moved at a time ({len(found[moved_name('renewal', 0.7)].replicates)} replicates each; "
        f"defaults: {defaults}); means:\n",
        pages.table(
            ("", f"agreements a year, {FIRST_YEARS} years", f"new partners a year, {FIRST_YEARS} years",
             "agreements a year, all", "new partners a year, all", f"partners of a UN member, {horizon}",
             f"cooperation, {horizon}"),
            _moved_rows(found),
        ),
        "The baseline as it is, and with all recorded deals of the focal state struck:\n",
        pages.table(
            ("", f"cooperation, {scenario.start + (-1)}", f"cooperation, {horizon}", f"mean of its peers, {horizon}",
             "mean rank"),
            _standing_rows(found),
        ),
    ]  # fmt: skip
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the page."""
    parser = argparse.ArgumentParser(
        prog="python -m simulation.evidence.plausibility",
        description="Write the tables of docs/results/calibration.md.",
    )
    parser.add_argument("--replicates", type=int, default=REPLICATES, help=f"default {REPLICATES}")
    parser.add_argument("--scenario", type=Path, default=BASELINE, help="the scenario to run")
    parser.add_argument("--workers", type=int, default=None, help="processes; default one a usable core")
    parser.add_argument("--out", type=Path, default=PAGE, help="the page, which must have the markers")
    chosen = parser.parse_args(arguments)
    scenario = load_scenario(chosen.scenario)
    result = run(scenario, chosen.replicates, chosen.workers)
    pages.replace_between(chosen.out, MARKER, render(scenario, result))


if __name__ == "__main__":
    main()
