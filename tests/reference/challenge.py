"""C.6 Expected-utility challenge, as plain loops over actors."""

from __future__ import annotations

from dataclasses import dataclass

SAME = 1e-9
"""Utilities nearer to each other than this are equal."""


@dataclass(eq=False)
class Player:
    """An actor on one line."""

    x: float
    capability: float
    salience: float
    r: float = 1.0

    @property
    def power(self) -> float:
        return self.capability * self.salience


@dataclass
class Line:
    """Players between two ends that stay as they were at the start."""

    players: list[Player]
    span: float

    def apart(self, a: float, b: float) -> float:
        return abs(a - b) / self.span

    def preference(self, k: Player, a: float, b: float) -> float:
        """How far k prefers position a to b."""
        return k.power * (self.apart(k.x, b) ** k.r - self.apart(k.x, a) ** k.r)

    def all_votes(self) -> float:
        return sum(abs(self.preference(k, a.x, b.x)) for k in self.players for a in self.players for b in self.players)

    def prospect(self, i: Player, j: Player, votes: float, risk: float) -> float:
        """What a challenge of j promises i, seen with some risk."""
        d = self.apart(i.x, j.x)
        chance = sum(max(0.0, self.preference(k, i.x, j.x)) for k in self.players) / votes if votes > 0.0 else 0.0
        win, lose, stay = (2.0 - 4.0 * share**risk for share in (0.5 - 0.5 * d, 0.5 + 0.5 * d, 0.5))
        return j.salience * (chance * win + (1.0 - chance) * lose) + (1.0 - j.salience) * win - stay

    def take_risks(self) -> None:
        for i in self.players:
            i.r = 1.0
        votes = self.all_votes()
        danger = [sum(self.prospect(j, i, votes, 1.0) for j in self.players if j is not i) for i in self.players]
        low, high = min(danger), max(danger)
        for i, felt in zip(self.players, danger, strict=True):
            fear = (2.0 * felt - high - low) / (high - low) if high > low + SAME else 0.0
            i.r = (1.0 - fear / 3.0) / (1.0 + fear / 3.0)

    def answer(self, i: Player, votes: float) -> float:
        """Give way to a stronger challenger, else compromise, else submit."""
        offers: tuple[list[tuple[float, float]], ...] = ([], [], [])
        for j in self.players:
            if j.x == i.x:
                continue
            mine, theirs = self.prospect(i, j, votes, i.r), self.prospect(j, i, votes, i.r)
            if theirs > mine + SAME and mine > SAME:
                offers[0].append((abs(j.x - i.x), j.x))
            elif theirs > SAME and mine < -SAME and theirs > SAME - mine:
                meeting = i.x + (j.x - i.x) * (-mine / theirs)
                offers[1].append(((theirs * j.x - mine * i.x) / (theirs - mine), meeting))
            elif theirs > SAME and mine < -SAME:
                offers[2].append((abs(j.x - i.x), j.x))
        for sort in offers:
            if sort:
                return min(sort)[1]
        return i.x


def tendency(positions: list[float], capability: list[float], salience: list[float], rounds: int) -> float:
    """The mean position by power after some rounds of challenges."""
    players = [Player(x, c, s) for x, c, s in zip(positions, capability, salience, strict=True)]
    line = Line(players, max(positions) - min(positions))
    for _ in range(rounds if line.span > 0.0 else 0):
        line.take_risks()
        votes = line.all_votes()
        there = [line.answer(i, votes) for i in players]
        for i, x in zip(players, there, strict=True):
            i.x = x
    total = sum(i.power for i in players)
    if total <= 0.0:
        return sum(i.x for i in players) / len(players)
    return sum(i.power * i.x for i in players) / total
