"""The small model of README.md on Wifaq's way: columns, a kernel a part of the step, draws by key."""

import json
import sys
import time
from importlib.metadata import version

import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.kernels import Draws, Stream, exp, gumbel, gumbel_bound, uniform

F = NDArray[np.float64]
U64 = NDArray[np.uint64]
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]


@njit(cache=True, error_model="numpy")
def choose(fixed: F, trust: F, deal: Flags, uid: U64, key: np.uint64, approached: Rows) -> None:
    """Whom each approaches: the greatest of 3 U and a draw of Gumbel's; -1 for nobody."""
    n = uid.size
    for i in range(n):
        best, approached[i] = -np.inf, -1
        for j in range(n):
            if j == i or deal[i, j]:
                continue
            worth = 3.0 * (fixed[i, j] + 2.0 * trust[i, j])
            luck = uniform(key, uid[i], uid[j])
            if worth + gumbel_bound(luck) > best:  # the logarithms only where they may matter
                score = worth + gumbel(luck)
                if score > best:
                    best, approached[i] = score, j


@njit(cache=True, error_model="numpy")
def accept(fixed: F, trust: F, deal: Flags, uid: U64, key: np.uint64, approached: Rows) -> int:
    """Sign with those that say yes; how many deals are new."""
    signed = 0
    for i in range(uid.size):
        j = approached[i]
        if j < 0:
            continue
        worth = fixed[j, i] + 2.0 * trust[j, i]
        if uniform(key, uid[i], uid[j]) < 1.0 / (1.0 + exp(-4.0 * (worth - 1.5))) and not deal[i, j]:
            deal[i, j] = deal[j, i] = True
            signed += 1
    return signed


@njit(cache=True, error_model="numpy")
def keep(trust: F, deal: Flags, uid: U64, key: np.uint64) -> int:
    """Move trust by who kept its word, end deals in which somebody broke it; how many ended."""
    ended = 0
    for i in range(uid.size):
        for j in range(i):
            if not deal[i, j]:
                continue
            broke_i = uniform(key, uid[i], uid[j]) < 0.05
            broke_j = uniform(key, uid[j], uid[i]) < 0.05
            trust[j, i] = 0.5 * trust[j, i] if broke_i else trust[j, i] + 0.1 * (1.0 - trust[j, i])
            trust[i, j] = 0.5 * trust[i, j] if broke_j else trust[i, j] + 0.1 * (1.0 - trust[i, j])
            if broke_i or broke_j:
                deal[i, j] = deal[j, i] = False
                ended += 1
    return ended


class Deals:
    """All actors, as columns."""

    def __init__(self, count: int, seed: int):
        luck = np.random.default_rng(seed)
        place, weight = luck.random((count, 2)), luck.random(count)
        away = np.sqrt(((place[:, None] - place[None]) ** 2).sum(axis=2))
        self.fixed = weight[None] - 2.0 * away
        self.trust, self.deal = np.full((count, count), 0.5), np.zeros((count, count), bool)
        self.uid, self.approached = luck.integers(0, 2**63, count).astype(np.uint64), np.empty(count, np.int64)
        self.seed, self.now, self.signed, self.ended = seed, 0, 0, 0

    def step(self) -> None:
        """Choose, accept, keep."""
        draws = Draws(self.seed, 0, self.now)
        choose(self.fixed, self.trust, self.deal, self.uid, draws.key(Stream.APPROACH), self.approached)
        yes = draws.key(Stream.ANSWER)
        self.signed += accept(self.fixed, self.trust, self.deal, self.uid, yes, self.approached)
        self.ended += keep(self.trust, self.deal, self.uid, draws.key(Stream.COMPLIANCE))
        self.now += 1

    def told(self) -> dict[str, float]:
        """What is compared."""
        n = self.uid.size
        trust = (self.trust.sum() - 0.5 * n) / (n * (n - 1))
        return {"deals": self.deal.sum() / n, "trust": trust, "signed": self.signed / n, "ended": self.ended / n}


def main() -> None:
    """Run with each seed."""
    count, steps, *seeds = map(int, sys.argv[1:])
    Deals(3, 0).step()  # compiles
    for seed in seeds:
        model = Deals(count, seed)
        start = time.process_time()
        for _ in range(steps):
            model.step()
        taken = time.process_time() - start
        print(json.dumps({"seconds": taken, **model.told(), "version": version("numba")}))


if __name__ == "__main__":
    main()
