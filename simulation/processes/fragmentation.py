"""C.17 Fragmentation: four separable things that split a world along given lines.

(a) the ⌈f·n⌉ largest of the n non-universal blocs that straddle the lines fall apart along them, each part with an
agenda and an enforcement in proportion to its members; (b) first trust falls by a share of f across them; (c) the share
of members that a bloc that straddles them needs for a decision rises towards unanimity; (d) a share f of the initial
deals that cross them is rewired inside. f = 0 is the world as recorded. Harm is never multiplied by f: what follows
must emerge.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulation.kernels import Stream, key, uniform
from simulation.state import CAMPS, I8, I32, U64, F


@dataclass(frozen=True)
class Bloc:
    """One bloc as a run starts with it; see :class:`simulation.state.State` for units."""

    id: str
    members: tuple[int, ...]
    rule: str
    threshold: float
    agenda_rate: float
    enforcement: float
    regional: bool
    universal: bool
    salience: float = 1.0
    depth: int = 0


def cells(
    lines: str | Sequence[Sequence[str]],
    ids: Sequence[str],
    camp: I8,
    subregion: Sequence[str],
    home: I32,
    outsiders_apart: bool = False,
) -> I32:
    """The cell of every actor, (n,); -1 for actors that no line separates from anybody.

    ``camp``: the camps. ``region``: the UN subregions. A list of cells: as given. States in none of
    them, with camp lines the non-aligned, are across no line or, with ``outsiders_apart``, form one
    more cell. Non-state actors follow their home state, and those without one are across no line.
    """
    n = len(ids)
    cell = np.full(n, -1, np.int32)
    if lines == "camp":
        cell[:] = np.where((camp < 0) & outsiders_apart, len(CAMPS), camp)
        cell[home < 0] = -1
        return cell
    if lines == "region":
        names = sorted({name for name in subregion if name})
        where = {name: k for k, name in enumerate(names)}
        for i, name in enumerate(subregion):
            cell[i] = where.get(name, -1)
        return cell
    assert not isinstance(lines, str)
    named = {member: k for k, group in enumerate(lines) for member in group}
    rest = len(lines) if outsiders_apart else -1
    for i in range(n):
        if home[i] >= 0:
            cell[i] = named.get(ids[i], named.get(ids[home[i]], rest))
    return cell


def split_blocs(blocs: Sequence[Bloc], share: float, cell: I32) -> list[Bloc]:
    """(a) Replace the largest non-universal blocs that straddle lines by their parts; parts of one member dissolve.

    A part has the bloc's depth, and agenda and enforcement in proportion to its members. A member that no line
    separates from anybody sits in every part.
    """
    if share <= 0.0:
        return list(blocs)
    can_split = [bloc for bloc in blocs if not bloc.universal and straddles(bloc, cell)]
    by_size = sorted(can_split, key=lambda bloc: (-len(bloc.members), bloc.id))
    doomed = {bloc.id for bloc in by_size[: math.ceil(share * len(can_split) - 1e-9)]}
    result: list[Bloc] = []
    for bloc in blocs:
        if bloc.id not in doomed:
            result.append(bloc)
            continue
        for part in sorted(_cells_of(bloc, cell)):
            members = tuple(i for i in bloc.members if cell[i] in (part, -1))
            size = len(members) / len(bloc.members)
            if len(members) > 1:
                result.append(replace(
                    bloc, id=f"{bloc.id}/{part}", members=members, agenda_rate=bloc.agenda_rate * size,
                    enforcement=bloc.enforcement * size,
                ))  # fmt: skip
    return result


def harden_rules(blocs: Sequence[Bloc], share: float, cell: I32) -> list[Bloc]:
    """(c) Raise the share of yes votes that a bloc that straddles lines needs, q ← q + (1−q)f."""
    if share <= 0.0:
        return list(blocs)
    return [
        replace(bloc, threshold=bloc.threshold + (1 - bloc.threshold) * share) if straddles(bloc, cell) else bloc
        for bloc in blocs
    ]


def straddles(bloc: Bloc, cell: I32) -> bool:
    """Whether a line runs through a bloc."""
    return len(_cells_of(bloc, cell)) > 1


def _cells_of(bloc: Bloc, cell: I32) -> set[int]:
    return {int(cell[i]) for i in bloc.members if cell[i] >= 0}


def lower_trust(prior: F, cell: I32, loss: float) -> F:
    """(b) First trust across lines, τ⁰ ← max(.02, τ⁰ − loss), never above what it was; (n, n)."""
    across = crossing(cell)
    lowered = np.minimum(prior, np.maximum(0.02, prior - loss))
    return np.where(across, lowered, prior)


def crossing(cell: I32) -> NDArray[np.bool_]:
    """Pairs in different cells, (n, n)."""
    known = cell >= 0
    return np.asarray((cell[:, None] != cell[None, :]) & known[:, None] & known[None, :])


def rewire(
    depth: I8, share: float, cell: I32, kind: I8, allowed: NDArray[np.bool_], uid: U64, seed: int, replicate: int
) -> list[tuple[int, int, int]]:
    """(d) Move a share of the cross-line deals inside the lines, at a fixed number of deals.

    Returns
    -------
    list
        (i, j, k): the deal of i with j goes to k, an actor of j's kind in i's cell without one.
        i is the party of smaller uid, or the state where the other party is none.
    """
    if share <= 0.0:
        return []
    draw = key(seed, replicate, -1, Stream.REWIRING)
    across = crossing(cell)
    pairs = [(int(i), int(j)) for i, j in np.argwhere(np.triu(depth > 0, 1) & across)]
    marked = sorted((float(uniform(draw, *sorted((uid[i], uid[j])))), i, j) for i, j in pairs)
    taken = depth > 0
    moves = []
    for _, a, b in marked[: round(share * len(pairs))]:
        i, j = (a, b) if (kind[a] != 0, uid[a]) < (kind[b] != 0, uid[b]) else (b, a)
        fits = (cell == cell[i]) & (kind == kind[j]) & allowed[i] & ~taken[i]
        fits[i] = False
        candidates = [int(k) for k in np.flatnonzero(fits)]
        if not candidates:
            continue  # nobody left inside: the deal stays
        k = min(candidates, key=lambda c: (float(uniform(draw, uid[i], uid[c])), int(uid[c])))
        taken[i, j] = taken[j, i] = False
        taken[i, k] = taken[k, i] = True
        moves.append((i, j, k))
    return moves
