"""The small model of README.md in plain Mesa (3.3 or later)."""

import json
import math
import sys
import time

import mesa


class Actor(mesa.Agent):
    """An actor with a place, a weight, trust in others and deals with some."""

    def __init__(self, model: "Deals") -> None:
        super().__init__(model)
        self.place = (self.random.random(), self.random.random())
        self.weight = self.random.random()
        self.trust: dict[Actor, float] = {}
        self.partners: set[Actor] = set()
        self.approached: Actor | None = None

    def utility(self, other: "Actor") -> float:
        """What another is worth as a partner."""
        return other.weight + 2 * self.trust.get(other, 0.5) - 2 * math.dist(self.place, other.place)

    def choose(self) -> None:
        """Approach one of those without a deal."""
        free = [other for other in self.model.agents if other is not self and other not in self.partners]
        weights = [math.exp(3 * self.utility(other)) for other in free]
        self.approached = self.random.choices(free, weights)[0] if free else None

    def ask(self) -> None:
        """Sign with the one that was approached, if it accepts."""
        other = self.approached
        if other is None or not other.accepts(self) or other in self.partners:
            return
        self.partners.add(other)
        other.partners.add(self)
        self.model.signed += 1

    def accepts(self, other: "Actor") -> bool:
        """Whether an approach is answered with yes."""
        return self.random.random() < 1 / (1 + math.exp(-4 * (self.utility(other) - 1.5)))

    def keep(self) -> None:
        """Keep or break the word in every deal; who breaks it is noted."""
        for other in self.partners:
            trust = other.trust.get(self, 0.5)
            if self.random.random() < 0.05:
                other.trust[self] = trust / 2
                self.model.broken.add(frozenset((self, other)))
            else:
                other.trust[self] = trust + 0.1 * (1 - trust)


class Deals(mesa.Model):
    """All actors, and what they signed and ended."""

    def __init__(self, actors: int, seed: int) -> None:
        super().__init__(rng=seed)
        self.signed = self.ended = 0
        self.broken: set[frozenset[Actor]] = set()
        Actor.create_agents(self, actors)

    def step(self) -> None:
        """Choose, accept, keep."""
        self.agents.do("choose")
        self.agents.do("ask")
        self.broken.clear()
        self.agents.do("keep")
        for one, other in self.broken:
            one.partners.remove(other)
            other.partners.remove(one)
        self.ended += len(self.broken)

    def told(self) -> dict[str, float]:
        """What is compared."""
        n = len(self.agents)
        trust = sum(sum(agent.trust.values()) + 0.5 * (n - 1 - len(agent.trust)) for agent in self.agents)
        return {
            "deals": sum(len(agent.partners) for agent in self.agents) / n,
            "trust": trust / (n * (n - 1)),
            "signed": self.signed / n,
            "ended": self.ended / n,
        }


def main() -> None:
    """Run with each seed."""
    actors, steps, *seeds = map(int, sys.argv[1:])
    for seed in seeds:
        model = Deals(actors, seed)
        start = time.process_time()
        for _ in range(steps):
            model.step()
        print(json.dumps({"seconds": time.process_time() - start, **model.told(), "version": mesa.__version__}))


if __name__ == "__main__":
    main()
