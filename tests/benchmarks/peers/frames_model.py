"""The small model of README.md in mesa-frames: actors are a frame, and so are the pairs of them."""

import json
import sys
import time
from importlib.metadata import version

import polars as pl
from mesa_frames import AgentSetPolars, ModelDF


class Actors(AgentSetPolars):
    """All actors, a row each, with a place and a weight."""

    def __init__(self, model: "Deals", count: int) -> None:
        super().__init__(model)
        draw = model.random.random
        self.add(pl.DataFrame({"unique_id": range(count), "x": draw(count), "y": draw(count), "weight": draw(count)}))

    def step(self) -> None:
        """Nothing is done by an actor alone: see the model."""


class Deals(ModelDF):
    """All ordered pairs of actors, a row each: what the first thinks of the second, and whether they have a deal."""

    def __init__(self, count: int, seed: int) -> None:
        super().__init__(seed)
        self.agents += Actors(self, count)
        self.count, self.signed, self.ended = count, 0, 0
        actors = self.get_agents_of_type(Actors).agents
        first, second = actors.drop("weight"), actors
        distance = ((pl.col("x") - pl.col("x_other")) ** 2 + (pl.col("y") - pl.col("y_other")) ** 2).sqrt()
        self.pairs = (
            first.join(second, how="cross", suffix="_other")
            .filter(pl.col("unique_id") != pl.col("unique_id_other"))
            .select(
                one="unique_id", other="unique_id_other", fixed=pl.col("weight") - 2 * distance,
                trust=pl.lit(0.5), deal=pl.lit(False),
            )
            .sort("one", "other")
        )  # fmt: skip

    def luck(self, count: int) -> pl.Series:
        """Uniform numbers."""
        return pl.Series(self.random.random(count))

    def step(self) -> None:
        """Choose, accept, keep."""
        self.sign(self.accepted(self.approaches()))
        self.keep()

    def approaches(self) -> pl.DataFrame:
        """Whom each approaches: the greatest of 3 U and a draw of Gumbel's."""
        free = self.pairs.filter(~pl.col("deal"))
        score = 3 * (pl.col("fixed") + 2 * pl.col("trust")) + pl.Series(self.random.gumbel(size=len(free)))
        return free.with_columns(score=score).group_by("one").agg(pl.col("other").sort_by("score").last())

    def accepted(self, approaches: pl.DataFrame) -> pl.DataFrame:
        """Approaches that are answered with yes."""
        asked = approaches.join(self.pairs, left_on=["one", "other"], right_on=["other", "one"])
        utility = pl.col("fixed") + 2 * pl.col("trust")
        yes = self.luck(len(asked)) < 1 / (1 + (-4 * (utility - 1.5)).exp())
        return asked.filter(yes).select("one", "other")

    def sign(self, agreed: pl.DataFrame) -> None:
        """Deals of those who said yes, both ways."""
        both = pl.concat([agreed, agreed.select(one="other", other="one")]).unique()
        self.signed += len(both) // 2
        self.pairs = self.pairs.join(
            both.with_columns(new=pl.lit(True)), on=["one", "other"], how="left", maintain_order="left"
        ).with_columns(deal=pl.col("deal") | pl.col("new").fill_null(False)).drop("new")  # fmt: skip

    def keep(self) -> None:
        """In every deal the other keeps its word to the one or breaks it, which moves the trust of the one."""
        dealt = self.pairs.filter(pl.col("deal")).select("one", "other")
        broke = dealt.with_columns(broke=self.luck(len(dealt)) < 0.05)
        back = broke.select(one="other", other="one", broke_back="broke")
        seen = broke.join(back, on=["one", "other"])
        trust = pl.col("trust")
        moved = pl.when("broke").then(trust / 2).otherwise(trust + 0.1 * (1 - trust))
        over = pl.col("broke") | pl.col("broke_back")
        self.pairs = (
            self.pairs.join(seen, on=["one", "other"], how="left", maintain_order="left")
            .with_columns(
                trust=pl.when(pl.col("broke").is_null()).then(trust).otherwise(moved),
                deal=pl.col("deal") & ~over.fill_null(False),
            )
            .drop("broke", "broke_back")
        )
        self.ended += int(seen.select(over.sum()).item()) // 2

    def told(self) -> dict[str, float]:
        """What is compared."""
        return {
            "deals": self.pairs["deal"].sum() / self.count,
            "trust": self.pairs["trust"].mean(),
            "signed": self.signed / self.count,
            "ended": self.ended / self.count,
        }


def main() -> None:
    """Run with each seed."""
    count, steps, *seeds = map(int, sys.argv[1:])
    Deals(3, 0).step()  # what is loaded when it is first used
    for seed in seeds:
        model = Deals(count, seed)
        start = time.process_time()
        for _ in range(steps):
            model.step()
        taken = time.process_time() - start
        print(json.dumps({"seconds": taken, **model.told(), "version": version("mesa-frames")}))


if __name__ == "__main__":
    main()
