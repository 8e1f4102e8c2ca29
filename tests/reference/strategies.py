"""Hypothesis strategies for random small worlds and random scenarios: all kinds, blocs, texts, deals, shocks.

Which things a world has is drawn by hypothesis, so that it shrinks; the many numbers of its columns
come from one NumPy generator whose seed hypothesis draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from hypothesis import strategies as st

from simulation.data.kinds import BlocFacts, DealFacts, InstrumentFacts
from simulation.data.world import World
from simulation.model import GovernanceModel
from simulation.scenario.mechanisms import MECHANISMS
from simulation.scenario.parameters import PARAMETERS
from simulation.scenario.strategy import Split
from simulation.state import CAMPS, DOMAINS, KINDS, TRACKS
from tests.synthetic import START, make_bloc, make_deal, make_instrument, make_model, make_world

Draw = Any
OTHERS = KINDS[1:]
CHOICES = [m.name for m in MECHANISMS.values() if "on" not in m.options]
SWITCHES = [m.name for m in MECHANISMS.values() if "on" in m.options]
RIVAL_OPTIONS = [(m.name, option) for m in MECHANISMS.values() for option in m.options[1:]]
SHOCK_SIZES = {
    "malicious_surge": (0.0, 8.0), "capability_jump": (0.0, 20.0), "budget_cut": (0.0, 1.0),
    "trust_shock": (0.0, 1.0), "disinformation_wave": (0.0, 4.0),
}  # fmt: skip
EVERYTHING = {"metrics": "all", "actors": "all", "ties": "all", "events": True}
"""What is recorded: every metric of every actor, every deal, every event."""
FEW, WILLING = 0.1, 5.0
"""Share of the world's approaches that are left to a small world, whose few states would else make all deals of the
record; and how much less reluctant, in nats, are those who then agree often enough for third parties to join."""
share = st.floats(0.0, 1.0, allow_nan=False, width=32)


@st.composite
def models(draw: Draw, actors: tuple[int, int] = (3, 14), quarters: int = 8) -> GovernanceModel:
    """A model of a random world of so many actors under a random scenario."""
    world = draw(worlds(actors))
    fields = as_tuples(draw(scenarios(world, quarters)))
    return make_model(world, quarters, draw(st.integers(0, 3)), record=EVERYTHING, **fields)


def as_tuples(given: Any) -> Any:
    """Lists as the tuples that a frozen scenario holds, at any depth."""
    if isinstance(given, dict):
        return {name: as_tuples(inner) for name, inner in given.items()}
    return tuple(map(as_tuples, given)) if isinstance(given, list | tuple) else given


def rich_model(seed: int, quarters: int = 6, **fields: Any) -> GovernanceModel:
    """A model in which everything is there at once: all kinds, rules, texts, deals, shocks and levers."""
    rng = np.random.default_rng(seed)
    others = {"firm": 3, "think_tank": 2, "ngo": 3, "influencer": 2, "secretariat": 1}
    s, n = 8, 19
    rules = ("EU", "unanimity"), ("B1", "consensus"), ("B2", "majority"), ("B3", "qualified_majority")
    blocs = [
        make_bloc(sorted(rng.choice(7, 4, False)), rule, 0.5, id=name, regional=name > "B1", agenda_rate=0.4)
        for name, rule in rules
    ]
    texts = [
        make_instrument(
            range(s), sorted(rng.choice(7, 2, False)), id=f"T{k}", regional=k == 1,
            sponsors=tuple(rng.choice(n, 2, False).tolist()), binding=k > 0, needed=k, domain=DOMAINS[k],
            exclusive=k == 2, position=tuple(rng.random(4)),
        )
        for k in range(3)
    ]  # fmt: skip
    deals = [
        make_deal([int(i) for i in rng.choice(n, 2 + k % 2, False)], 1 + k % 3, date(2015 + k, 3, 1)) for k in range(10)
    ]
    world = make_world(
        7, others, blocs=blocs, instruments=texts, deals=deals, rivals=((3, 4),), **columns(rng, 7, others, (0.3, 0.95))
    )
    return make_model(world, quarters, record=EVERYTHING | {"actors": "states"}, **as_tuples({**RICH, **fields}))


def agreeable(model: GovernanceModel) -> GovernanceModel:
    """The model, in which few approaches are made and most agreed to."""
    model.state.course *= FEW
    model.state.reluctance -= WILLING
    return model


RICH: Mapping[str, Any] = {
    "focal": "A02",
    "parameters": {"trilateral_rate": 0.2, "join_sponsor": 2.0, "hazard": 1.0, "vote_cost": 0.05,
                   "shared_learning": 0.05, "norm_start": 0.4, "share_social": 0.6,
                   "compliance_base": 0.6, "compliance_distance": 0.5, "perception_noise": 1.0, "rivalry": 2.0,
                   "interest_pull": 2.0, "need_pull": 2.0},
    "deals": [
        {"parties": ["A02", "A03"], "depth": "binding", "start": str(START + 1), "end": str(START + 3)},
        {"parties": ["A04", "A05", "firm_0"], "depth": "mou", "start": str(START + 2), "exclusive": True},
        {"parties": ["firm_1", "A02"], "depth": "programme", "start": str(START + 1)},
    ],
    "instruments": [{"id": "new", "opens": str(START + 2), "sponsors": ["A03"], "binding": True, "domain": "cyber"}],
    "shocks": [
        {"kind": "malicious_surge", "quarter": str(START + 1), "size": 3.0, "duration": 2},
        {"kind": "capability_jump", "quarter": str(START + 2), "size": 5.0},
        {"kind": "budget_cut", "quarter": str(START + 2), "size": 0.05, "duration": 2, "actors": ["A02", "A03"]},
        {"kind": "budget_cut", "quarter": str(START + 3), "size": 0.5},
        {"kind": "trust_shock", "quarter": str(START + 1), "size": 0.7, "actors": ["A05"]},
        {"kind": "disinformation_wave", "quarter": str(START + 2), "size": 2.0},
    ],
    "blocs": {"B2": {"salience": 3.0, "depth": 1}},
    "strategy": {
        "transparency": 0.3, "oversight": 0.2, "local_share": 0.3, "agency": 0.5, "fund_local": 0.5,
        "trilateral_rate": 0.9, "wait_for": ["B1"], "effort": 2.0,
        "targets": ["A03", "firm_1", "ngo_0"],
        "advocacy": {"influencers": "all_allies", "message": 0.6, "paid": True, "disclosed": False, "counter": 0.2},
    },
}  # fmt: skip
"""The scenario of :func:`rich_model`."""


# --- worlds


@st.composite
def worlds(draw: Draw, actors: tuple[int, int]) -> World:
    """A random world: at least two states, the EU, and others of all kinds."""
    n = draw(st.integers(*actors))
    states = draw(st.integers(2, max(2, n - 1)))
    kinds = [draw(st.sampled_from(OTHERS)) for _ in range(max(0, n - states - 1))]
    others = {kind: kinds.count(kind) for kind in OTHERS}
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    friendly = draw(st.sampled_from([(0.05, 0.95), (0.5, 0.95), (0.1, 0.5)]))
    return make_world(
        states, others, blocs=draw(bloc_lists(states)), deals=draw(deal_lists(states, states + 1 + len(kinds))),
        instruments=draw(text_lists(states, states + 1 + len(kinds))),
        leaders=draw(st.sampled_from([(states, 0, 1), (states, 0), (states,)])),
        rivals=draw(st.sampled_from([(), ((0, 1),)])), **columns(rng, states, others, friendly),
    )  # fmt: skip


def columns(
    rng: np.random.Generator, states: int, others: Mapping[str, int], friendly: tuple[float, float]
) -> dict[str, Any]:
    """Every column of a world in which no two actors are alike."""
    kind = np.array([0] * (states + 1) + [KINDS.index(k) for k in OTHERS for _ in range(others[k])])
    n, s = len(kind), states + 1
    is_state, block = kind == 0, np.ix_(range(s), range(s))
    trade, border = np.zeros((n, n)), np.zeros((n, n), bool)
    trade[block] = rng.dirichlet(np.ones(s), s) * (rng.random((s, 1)) < 0.8)
    border[block] = np.triu(rng.random((s, s)) < 0.4, 1)
    audience = np.zeros((n, n))
    audience[:, :s] = rng.random((n, s)) * (rng.random((n, s)) < 0.7) * (kind == KINDS.index("influencer"))[:, None]
    return {
        "size": rng.random(n) * is_state, "capacity": rng.random(n) * is_state, "transparency": rng.random(n),
        "free_press": rng.random(n) < 0.5,
        "adoption": rng.random(n) * is_state, "position": rng.random((n, 4)), "position_sd": 0.1 * rng.random(n),
        "weight": rng.dirichlet(np.ones(4), n), "objectivity": rng.random(n), "research": rng.random(n),
        "contiguous": border | border.T,
        "trust_prior": rng.uniform(*friendly, (n, n)) * (rng.random((n, n)) < 0.95),  # some trust not at all
        "trade_share": trade, "trade_share_eu": np.where(is_state, rng.random(n), 0.0),
        "opinion": np.where(is_state, rng.random(n), 0.0), "audience": audience, "stance": rng.random(n),
        "camp": rng.integers(-1, 3, n),
        "firm_commitments": rng.integers(0, 4, n) * (kind == KINDS.index("firm")),
    }  # fmt: skip


def some(states: int, least: int = 0) -> st.SearchStrategy[list[int]]:
    """A sorted list of different rows below ``states``."""
    least = min(least, states)
    return st.lists(st.integers(0, states - 1), min_size=least, unique=True).map(sorted)


@st.composite
def bloc_lists(draw: Draw, states: int) -> list[BlocFacts]:
    """None to four blocs of all rules; one may be the union whose members count as in the EU."""
    names = draw(st.lists(st.sampled_from(["EU", "B1", "B2", "B3"]), unique=True))
    return [
        make_bloc(
            draw(some(states, 1)), draw(st.sampled_from(["unanimity", "consensus", "qualified_majority", "majority"])),
            draw(st.sampled_from([0.5, 0.667, 0.8, 1.0])), id=name, regional=draw(st.booleans()),
            agenda_rate=draw(st.sampled_from([0.3, 1.0])), enforcement=draw(share),
        )
        for name in names
    ]  # fmt: skip


@st.composite
def deal_lists(draw: Draw, states: int, n: int) -> list[DealFacts]:
    """Recorded deals of two or three actors, all kinds."""
    parties = st.lists(st.integers(0, n - 1), min_size=2, max_size=3, unique=True)
    signed = st.sampled_from([date(2018, 5, 7), date(2024, 6, 1), date(2024, 12, 31)])
    return [make_deal(draw(parties), draw(st.integers(1, 3)), draw(signed)) for _ in range(draw(st.integers(0, 8)))]


@st.composite
def text_lists(draw: Draw, states: int, n: int) -> list[InstrumentFacts]:
    """None to three recorded instruments."""
    texts = []
    for k in range(draw(st.integers(0, 3))):
        eligible = draw(some(states + 1, 1))
        texts.append(make_instrument(
            eligible, [i for i in eligible if draw(st.booleans())], id=f"T{k}", regional=draw(st.booleans()),
            sponsors=tuple(draw(some(n))), enforcement=draw(share), binding=draw(st.booleans()),
            position=tuple(draw(st.tuples(share, share, share, share))), domain=draw(st.sampled_from(DOMAINS)),
            needed=draw(st.integers(0, 4)), exclusive=draw(st.booleans()), invitation_only=draw(st.booleans()),
            closes=draw(st.sampled_from([None, date(2025, 6, 30)])),
        ))  # fmt: skip
    return texts


# --- scenarios


@st.composite
def scenarios(draw: Draw, world: World, quarters: int) -> dict[str, Any]:
    """Keys of a scenario: parameters within bounds, switches, deals, texts, shocks, levers."""
    ids = st.sampled_from(world.ids)
    when = st.integers(0, quarters - 1).map(lambda q: str(START + q))
    return {
        "seed": draw(st.integers(0, 2**40)),
        "parameters": draw(parameters()), "mechanisms": draw(switches()),
        "deals": [draw(planned_deals(ids, quarters)) for _ in range(draw(st.integers(0, 2)))],
        "instruments": [draw(planned_texts(world, k)) for k in range(draw(st.integers(0, 2)))],
        "shocks": [draw(shocks(when, ids)) for _ in range(draw(st.integers(0, 3)))],
        "blocs": {b.id: draw(bloc_overrides()) for b in world.blocs if draw(st.booleans())},
        "strategy": draw(levers(world)),
        "fragmentation": {part: draw(share) for part in ("bloc_splitting", "trust", "rewiring")}
        | {"lines": "camp", "outsiders": draw(st.sampled_from(["free", "own_cell"]))},
        "strategic_weight": {name: draw(share) for name in world.ids[:2] if draw(st.booleans())},
    }  # fmt: skip


@st.composite
def parameters(draw: Draw) -> dict[str, float]:
    """Some parameters anywhere within their bounds, the bounds included, over a lively default."""
    lively = {"join_sponsor": 4.0, "trilateral_rate": 0.2} if draw(st.booleans()) else {}
    moved = draw(st.dictionaries(st.sampled_from(sorted(PARAMETERS)), share, max_size=15))
    bounds = {name: (PARAMETERS[name].low, PARAMETERS[name].high) for name in moved}
    return lively | {name: min(high, low + moved[name] * (high - low)) for name, (low, high) in bounds.items()}


@st.composite
def switches(draw: Draw) -> dict[str, str]:
    """Some mechanisms switched off, and one of each set of rival rules."""
    off = draw(st.lists(st.sampled_from(SWITCHES), max_size=6, unique=True))
    return dict.fromkeys(off, "off") | {name: draw(st.sampled_from(MECHANISMS[name].options)) for name in CHOICES}


@st.composite
def planned_deals(draw: Draw, ids: st.SearchStrategy[str], quarters: int) -> dict[str, Any]:
    """A deal of two or three that the scenario plans."""
    start = draw(st.integers(0, quarters - 1))
    end = draw(st.none() | st.integers(start, quarters - 1))
    return {
        "parties": draw(st.lists(ids, min_size=2, max_size=3, unique=True)),
        "depth": draw(st.sampled_from(["mou", "programme", "binding"])), "start": str(START + start),
        "end": None if end is None else str(START + end), "exclusive": draw(st.booleans()),
        "terms": draw(st.none() | st.lists(share, min_size=4, max_size=4)),
    }  # fmt: skip


@st.composite
def planned_texts(draw: Draw, world: World, k: int) -> dict[str, Any]:
    """An instrument that the scenario adds, which may open during the run."""
    states = list(world.ids[: int(world.un_member.sum())])
    return {
        "id": f"new-{k}", "opens": str(START + draw(st.integers(0, 3))), "binding": draw(st.booleans()),
        "track": draw(st.sampled_from(["regional", "multilateral"])), "domain": draw(st.sampled_from(DOMAINS)),
        "sponsors": draw(st.lists(st.sampled_from(world.ids), max_size=2, unique=True)),
        "eligible": draw(st.just("all") | st.lists(st.sampled_from(states), min_size=1, unique=True)),
        "exclusive": draw(st.booleans()), "initiator": draw(st.lists(st.sampled_from(states), max_size=1)),
        "invited": draw(st.just([]) | st.lists(st.sampled_from(states), min_size=1, unique=True)),
        "vote": {"no": draw(st.lists(st.sampled_from(states), max_size=2, unique=True))},
    }  # fmt: skip


@st.composite
def shocks(draw: Draw, when: st.SearchStrategy[str], ids: st.SearchStrategy[str]) -> dict[str, Any]:
    """A shock of any kind, on everybody or on some."""
    kind = draw(st.sampled_from(sorted(SHOCK_SIZES)))
    low, high = SHOCK_SIZES[kind]
    return {
        "kind": kind, "quarter": draw(when), "size": low + draw(share) * (high - low),
        "duration": draw(st.integers(1, 4)), "actors": draw(st.just("all") | st.lists(ids, min_size=1, unique=True)),
    }  # fmt: skip


@st.composite
def bloc_overrides(draw: Draw) -> dict[str, Any]:
    """A bloc's salience and first depth."""
    return {"salience": draw(st.sampled_from([0.5, 2.0, 5.0])), "depth": draw(st.integers(0, 3))}


@st.composite
def levers(draw: Draw, world: World) -> dict[str, Any]:
    """The focal state's strategy, some levers pulled."""
    all_levers = {
        "effort": st.sampled_from([0.0, 3.0]), "budget": st.sampled_from([0.0, 0.1, 3.0]),
        "targets": st.lists(targets(world), min_size=1, max_size=4, unique_by=lambda target: target["partner"]),
        "partners": st.lists(st.sampled_from(KINDS), min_size=1, unique=True),
        "exclude_camps": st.lists(st.sampled_from(CAMPS), max_size=2, unique=True),
        "only_camp": st.sampled_from(CAMPS), "hedge": share,
        "transparency": share, "oversight": share, "local_share": share,
        "firms": st.sampled_from(["research", "business"]), "wait_for": st.just([b.id for b in world.blocs]),
        "tracks": st.lists(st.sampled_from(TRACKS), min_size=1, unique=True), "trilateral_rate": share,
        "agency": share, "learn": st.just(True), "imitators": share, "fund_local": share,
        "split": st.dictionaries(st.sampled_from(list(Split.model_fields)), st.sampled_from([0.0, 0.05, 0.15])),
        "texts": st.fixed_dictionaries({}, optional={
            text.id: st.sampled_from(["join", "decline"]) for text in world.instruments
        }),
        "advocacy": st.fixed_dictionaries({
            "influencers": st.just("all_allies"), "message": share, "paid": st.booleans(),
            "disclosed": st.booleans(), "counter": share,
        }),
    }  # fmt: skip
    pulled = draw(st.lists(st.sampled_from(sorted(all_levers)), max_size=5, unique=True))
    return {name: draw(all_levers[name]) for name in pulled}


def targets(world: World) -> st.SearchStrategy[dict[str, Any]]:
    """A partner to turn to, with some of depth, window and priority."""
    quarter = st.integers(0, 5).map(lambda q: str(START + q))
    rest = {
        "depth": st.sampled_from(["mou", "programme", "binding"]), "from": quarter, "until": quarter,
        "priority": st.integers(1, 3), "ends": quarter, "exit": st.booleans(),
    }  # fmt: skip
    return st.fixed_dictionaries({"partner": st.sampled_from(world.ids[1:])}, optional=rest)
