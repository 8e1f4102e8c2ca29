"""MODEL D: one quarter, the same fourteen steps under the same names as in ``simulation.model``."""

from __future__ import annotations

from tests.reference import (
    approaches,
    blocs,
    capacity,
    compliance,
    contracts,
    effort,
    ends,
    harm,
    instruments,
    learning,
    needs,
    positions,
    pull,
    rivalry,
    signposts,
    society,
    start,
    trilateral,
    trust,
)
from tests.reference.draws import Luck
from tests.reference.world import INCIDENTS, REASONS, TRACKS, World


class Oracle:
    """A run of the plain rules; each step of the quarter is a method, :meth:`play` plays them all."""

    STEPS = (
        "grow", "perceive", "expect", "propose", "consent", "broker", "sign", "decide_in_blocs",
        "join_instruments", "keep_promises", "adapt", "suffer_harm", "learn",
    )  # fmt: skip

    def __init__(self, world: World):
        self.world = world
        self.signs = signposts.Signs(world)
        self._due: ends.Due = []
        self._approaches: list[approaches.Approach] = []
        self._contracts: list[contracts.Contract] = []

    def play(self) -> None:
        """One quarter."""
        self.begin()
        for step in self.STEPS:
            getattr(self, step)()
        self.signs.read()
        self.end()

    def begin(self) -> None:
        """What was seen is followed; what is counted by the quarter starts at zero."""
        w = self.world
        self.signs.follow()
        w.luck = Luck(w.scenario.seed, w.replicate, w.quarter)
        for i in w.actors:
            i.formed, i.reward = dict.fromkeys(TRACKS, 0), dict.fromkeys(TRACKS, 0.0)
            i.breaches = i.lapsed = i.unpaid = i.renewed = 0
            i.ended, i.incidents = dict.fromkeys(REASONS, 0), dict.fromkeys(INCIDENTS, 0)

    def end(self) -> None:
        """The clock moves on."""
        self.world.quarter += 1

    def grow(self) -> None:
        harm.grow_capability(self.world)
        harm.strike(self.world)
        start.move_attraction(self.world)

    def perceive(self) -> None:
        needs.refresh(self.world)
        trust.perceive(self.world)
        pull.remember(self.world)

    def expect(self) -> None:
        pull.look_around(self.world)
        approaches.find_possible(self.world)
        rivalry.court(self.world)
        self._due = ends.look_at_terms(self.world)

    def propose(self) -> None:
        effort.divide_effort(self.world)
        self._approaches = approaches.approach(self.world)

    def consent(self) -> None:
        self._approaches = approaches.consent(self.world, self._approaches)

    def broker(self) -> None:
        self._contracts = trilateral.broker(self.world, self._approaches)

    def sign(self) -> None:
        contracts.sign_planned(self.world)
        ends.open_purses(self.world)
        ends.renew_or_end(self.world, self._due)
        society.consult(self.world)
        contracts.sign(self.world, self._contracts)

    def decide_in_blocs(self) -> None:
        if self.world.on("blocs"):
            blocs.decide(self.world)

    def join_instruments(self) -> None:
        if self.world.on("instruments"):
            instruments.join(self.world)

    def keep_promises(self) -> None:
        compliance.keep_promises(self.world)

    def adapt(self) -> None:
        w = self.world
        capacity.grow(w)
        positions.diffuse(w)
        positions.capture(w)
        positions.drift_to_funders(w)
        society.move_opinions(w)
        society.spread_norms(w)

    def suffer_harm(self) -> None:
        harm.suffer(self.world)

    def learn(self) -> None:
        learning.learn(self.world)
