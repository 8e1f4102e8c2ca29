"""What in a forecast rests on priors alone: outcomes on which the record holds no observation.

The record has dated deals and joins. It has no breach, no ending of a deal, no incident attributed
to a state, no concession, and no count of the world's deals that could be complete; so what the
model says of these is its assumptions, carried forward. Of deals by kind of partner and track it
depends on the focal state's own record.
"""

from __future__ import annotations

from simulation.data.world import World
from simulation.outcomes.metrics import METRICS
from simulation.processes.needs import NEEDS
from simulation.state import CAMPS, KINDS, RECORDED, SOURCES

MARK = "†"
"""Stands beside an outcome that rests on priors alone, wherever it is shown."""
NOTE = f"{MARK} rests on priors alone: the record holds no observation of it"
_NEVER_OBSERVED = frozenset(
    {
        "implementation", "breaches", "lapses", "kept_drawn",  # nobody records what is broken or let go
        "reciprocity", "autonomy", "alignment", "position_drift",  # terms and values of deals
        "coverage", "dependence", *(f"coverage_{need}" for need in NEEDS),  # what partners are good for
        *(f"{what}_{camp.lower()}" for what in ("dependence", "coverage_by") for camp in CAMPS),
        "capacity", "safety", "incidents", "incidents_so_far", "benefit", "urgency", "support", "norm",
        "capture", "capture_drift", "concessions_received", "load",
        *(f"partners_{what}{kind}" for what in ("held", "lost") for kind in ("", *(f"_{kind}" for kind in KINDS))),
        *(f"partners_held_{source}" for source in SOURCES[RECORDED:]),
    }
)  # fmt: skip
_OF_THE_WORLD = frozenset({"world_instruments_joined"})  # the only total whose record claims to be whole


def priors_alone(world: World, focal: str) -> frozenset[str]:
    """Names of the metrics that rest on priors alone, for the record of one actor.

    Parameters
    ----------
    world
        Its deals are the record.
    focal
        Id of the actor. Deals of its organisations are not its own.
    """
    me = world.ids.index(focal)
    own = [deal for deal in world.deals if me in deal.parties]
    seen = {KINDS[world.kind[other]] for deal in own for other in deal.parties if other != me}
    parts = ("partners_new", "deals", "commitments", "volume")
    result = {f"{part}_{kind}" for kind in set(KINDS) - seen for part in parts}
    if not any(len(deal.parties) > 2 for deal in own):
        result |= {"deals_trilateral", "commitments_by_trilateral", "volume_by_trilateral"}
    if not own:
        result |= {"partners_new", "deals", "agreements", "deals_bilateral", "deals_non_state"}
    result |= _NEVER_OBSERVED
    result |= {name for name, entry in METRICS.items() if entry.level == "system"} - _OF_THE_WORLD
    return frozenset(name for name in result if name in METRICS and not METRICS[name].custom)
