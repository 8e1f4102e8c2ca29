"""Figures of the shipped data that claims of role D are held against: (figure, figure to compare)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from statistics import median

import numpy as np

from simulation.data.facts import load_facts
from simulation.data.kinds import InstrumentFacts
from simulation.data.tables import table
from simulation.data.world import World
from simulation.state import KINDS

Figures = Callable[[World, str], tuple[float, float]]
_AI_CENTRE = 0.7  # share of AI in a centre's work from which it is called an AI centre here


def _of_leaders(world: World, variable: str) -> tuple[float, float, float]:
    """A recorded figure of the EU (mean of its members), China and the United States."""
    facts = load_facts(world.as_of)
    values = dict(zip(facts.iso3, facts.values[variable], strict=True))
    union = next(bloc for bloc in world.blocs if bloc.id == "EU")
    members = [values[world.ids[i]] for i in union.members if world.un_member[i]]
    return float(np.mean(members)), float(values["CHN"]), float(values["USA"])


def leader_against_others(leader: int, variable: str, nearest: Callable[[list[float]], float] = max) -> Figures:
    """A figure of one leader (0 EU, 1 China, 2 United States) and the highest, or lowest, of the other two."""

    def figures(world: World, focal: str) -> tuple[float, float]:
        values = _of_leaders(world, variable)
        return values[leader], nearest([value for k, value in enumerate(values) if k != leader])

    return figures


def votes_apart(world: World, focal: str) -> tuple[float, float]:
    """Distance of China and the United States in UN votes, and the median over their pairs with others."""
    facts = load_facts(world.as_of)
    points = dict(zip(facts.iso3, facts.values["ideal_point"], strict=True))
    usa, china = points["USA"], points["CHN"]
    others = [point for name, point in points.items() if name not in ("USA", "CHN")]
    return abs(usa - china), median([abs(pole - point) for pole in (usa, china) for point in others])


def adoption_and_capacity(world: World, focal: str) -> tuple[float, float]:
    """Share of states with less adoption than the focal state, and with less governance capacity."""
    row, states = world.index(focal), world.un_member
    return tuple(float((figure[states] < figure[row]).mean()) for figure in (world.adoption, world.capacity))  # type: ignore[return-value]


def bound_by_law(world: World, focal: str) -> tuple[float, float]:
    """Share of UN members bound by an instrument on AI in force, and half of them."""
    texts = [q for q in world.instruments if q.domain == "civil" and q.binding and q.in_force is not None]
    bound = {i for q in texts for i, _ in q.joined}
    return len(bound) / float(world.un_member.sum()), 0.5


def sponsored(world: World, focal: str) -> tuple[float, float]:
    """Texts led by the focal state, and the most that another state of its continent or Arab League led."""
    row = world.index(focal)
    league = next(bloc for bloc in world.blocs if bloc.id == "Arab_League")
    near = [i for i in np.flatnonzero(world.un_member) if world.region[i] == world.region[row] or i in league.members]
    led = {int(i): sum(i in q.sponsors for q in world.instruments) for i in near}
    return float(led[row]), float(max(count for i, count in led.items() if i != row))


def adopted_ethics(world: World, focal: str) -> tuple[float, float]:
    """Days from the first adoption of the UNESCO recommendation to that of the focal state, and to the median one."""
    text = next(q for q in world.instruments if q.id == "unesco_rec_2021")
    first = min(day for _, day in text.joined)
    days = {i: (day - first).days for i, day in text.joined}
    return float(days[world.index(focal)]), float(median(days.values()))


def ai_centres(world: World, focal: str) -> tuple[float, float]:
    """AI research centres at home by the as-of year, and the number named in the claim less one."""
    rows = [row for row in table("nonstate") if row["kind"] == "think_tank" and row["home"] == focal]
    founded = [row for row in rows if row["founded"] and int(row["founded"]) <= world.as_of.year]
    return float(sum(float(row["ai_focus"]) >= _AI_CENTRE for row in founded)), 2.0


def _convened(world: World, words: Collection[str]) -> list[InstrumentFacts]:
    return [q for q in world.instruments if any(word in q.convener for word in words)]


def regional_texts(world: World, focal: str) -> tuple[float, float]:
    """Texts convened by the Maghreb union or the Arab League, and by the African Union."""
    return float(len(_convened(world, ("Maghreb", "Arab")))), float(len(_convened(world, ("African Union",))))


def without_organisations(world: World, focal: str) -> tuple[float, float]:
    """Recorded agreements of the focal state without and with an international secretariat as party."""
    row, secretariat = world.index(focal), KINDS.index("secretariat")
    own = [deal for deal in world.deals if row in deal.parties]
    through = sum(any(world.kind[i] == secretariat for i in deal.parties) for deal in own)
    return float(len(own) - through), float(through)


def partners_nearby(world: World, focal: str) -> tuple[float, float]:
    """Recorded partner states of the focal state inside and outside the Maghreb union and the Arab League."""
    row = world.index(focal)
    fellows = {i for bloc in world.blocs if bloc.id in ("AMU", "Arab_League") for i in bloc.members}
    partners = {i for deal in world.deals if row in deal.parties for i in deal.parties} - {row}
    states = [i for i in partners if world.kind[i] == KINDS.index("state")]
    inside = sum(i in fellows for i in states)
    return float(inside), float(len(states) - inside)


def distance_to_fellows(world: World, focal: str) -> tuple[float, float]:
    """Mean distance between positions of the focal state and its Arab League fellows, and all UN members."""
    row = world.index(focal)
    league = next(bloc for bloc in world.blocs if bloc.id == "Arab_League")

    def mean(rows: Collection[int]) -> float:
        others = [i for i in rows if i != row]
        gaps = np.sqrt(((world.position[others] - world.position[row]) ** 2).mean(axis=1))
        return float(gaps.mean())

    return mean(league.members), mean([int(i) for i in np.flatnonzero(world.un_member)])


FIGURES: dict[str, Figures] = {
    "freedom_of_union": leader_against_others(0, "freedom"),
    "democracy_of_union": leader_against_others(0, "libdem"),
    "democracy_of_china": leader_against_others(1, "libdem", min),
    "votes_apart": votes_apart,
    "markets_of_america": leader_against_others(2, "regulation"),
    "adoption_and_capacity": adoption_and_capacity,
    "sponsored": sponsored,
    "adopted_ethics": adopted_ethics,
    "ai_centres": ai_centres,
    "bound_by_law": bound_by_law,
    "regional_texts": regional_texts,
    "without_organisations": without_organisations,
    "partners_nearby": partners_nearby,
    "distance_to_fellows": distance_to_fellows,
}
"""Both figures of a check that is held against the data, by the name in ``estimands.csv``."""
_OF_STATES = ("state_facts",)
TABLES: dict[str, tuple[str, ...]] = dict.fromkeys(FIGURES, _OF_STATES) | {
    "sponsored": ("instruments",),
    "adopted_ethics": ("joins",),
    "ai_centres": ("nonstate",),
    "bound_by_law": ("instruments", "joins"),
    "regional_texts": ("instruments",),
    "without_organisations": ("deals",),
    "partners_nearby": ("deals", "memberships"),
    "distance_to_fellows": ("state_facts", "memberships"),
}
"""Shipped tables that the figures come from."""
