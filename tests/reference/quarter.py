"""MODEL D: one quarter, the same fourteen steps under the same names as in ``simulation.model``."""

from __future__ import annotations

from tests.reference import (
    blocs,
    capacity,
    choosing,
    compliance,
    contracts,
    deals,
    forum,
    harm,
    instruments,
    learning,
    positions,
    rivalry,
    society,
    trilateral,
    trust,
)
from tests.reference.draws import Luck
from tests.reference.world import INCIDENTS, TRACKS, World


class Oracle:
    """A run of the plain rules; each step of the quarter is a method, :meth:`play` plays them all."""

    STEPS = (
        "grow", "perceive", "expect", "propose", "consent", "broker", "sign", "decide_in_blocs",
        "join_instruments", "keep_promises", "adapt", "suffer_harm", "learn",
    )  # fmt: skip

    def __init__(self, world: World):
        self.world = world
        self._offers: list[choosing.Contract] = []
        self._contracts: list[choosing.Contract] = []

    def play(self) -> None:
        """One quarter."""
        self.begin()
        for step in self.STEPS:
            getattr(self, step)()
        self.end()

    def begin(self) -> None:
        """What is counted by the quarter starts at zero."""
        w = self.world
        w.luck = Luck(w.scenario.seed, w.replicate, w.quarter)
        for i in w.actors:
            i.formed, i.reward = dict.fromkeys(TRACKS, 0), dict.fromkeys(TRACKS, 0.0)
            i.breaches = i.lapsed = 0
            i.incidents = dict.fromkeys(INCIDENTS, 0)
            i.worth, i.gain = {}, {}

    def end(self) -> None:
        """The clock moves on."""
        self.world.quarter += 1

    def grow(self) -> None:
        harm.grow_capability(self.world)
        harm.strike(self.world)

    def perceive(self) -> None:
        capacity.refresh_offers(self.world)
        for i in self.world.actors:
            i.load = contracts.upkeep_load(self.world, i)
        trust.perceive(self.world)

    def expect(self) -> None:
        w = self.world
        deals.open_slots(w)
        deals.find_possible(w)
        for i in w.actors:
            i.degree = len(i.deals)
        for i in w.actors:
            if i.open_slots > 0 or i.own_broker or i in w.leaders:
                deals.look_around(w, i)
        rivalry.court(w)

    def propose(self) -> None:
        forum.choose_tracks(self.world)
        rule = choosing.choose_pairs if self.world.rules["consent"] == "choice" else choosing.propose
        self._offers = rule(self.world)

    def consent(self) -> None:
        chosen = self.world.rules["consent"] == "choice"
        self._contracts = self._offers if chosen else choosing.consent(self.world, self._offers)

    def broker(self) -> None:
        w = self.world
        triples = trilateral.broker(w)
        for i in w.actors:
            if not i.gain and any(i in triple.parties for triple in triples):
                deals.look_around(w, i)
                rivalry.hear_late(w, i)
        self._contracts = [*self._contracts, *triples]

    def sign(self) -> None:
        contracts.sign_planned(self.world)
        contracts.shed(self.world)
        contracts.sign(self.world, self._contracts)

    def decide_in_blocs(self) -> None:
        if self.world.on("blocs"):
            blocs.decide(self.world)

    def join_instruments(self) -> None:
        if self.world.on("instruments"):
            instruments.join(self.world)

    def keep_promises(self) -> None:
        compliance.keep_promises(self.world)
        if self.world.on("lapse"):
            compliance.let_lapse(self.world)

    def adapt(self) -> None:
        w = self.world
        capacity.grow(w)
        positions.diffuse(w)
        positions.capture(w)
        positions.drift_to_funders(w)
        positions.drift_to_proposals(w)
        positions.commit_firms(w)
        society.move_opinions(w)
        society.spread_norms(w)

    def suffer_harm(self) -> None:
        harm.suffer(self.world)

    def learn(self) -> None:
        learning.learn(self.world)
