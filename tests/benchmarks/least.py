"""What the equations of a quarter ask for in the default world, whoever computes them: how often, and at what price.

Counted are the sums over pairs that C.2, C.4 and C.5 name: whoever orders them otherwise has as many. Work by actor,
deal, bloc and text, and the record, are left out; so the price is a floor, not an estimate.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from simulation.kernels import exp
from simulation.model import QUARTER, GovernanceModel
from simulation.processes.approaches import agreement
from simulation.state import FIRM, STATE, F
from tests.benchmarks.engine import arithmetic, clock, floor, maker

BYTES = 8 * (5 + 2 + 8)
"""A pair: U from four numbers; τ̂ and its reference written; evidence of both read and written."""
AXES = 4


def count(model: GovernanceModel) -> dict[str, float]:
    """How often a quarter, which is simulated, asks for each operation."""
    model._begin_quarter()
    for step in QUARTER:
        step.act(model)
        if step.name == "propose":
            able = _candidates(model)
            asked = _asked(model)
    model.state.quarter += 1
    n, partners, signing = model.state.n, model.sheet.links, model.sheet.signing
    assert partners is not None
    assert signing is not None
    seated = np.unique(signing.parties[signing.parties >= 0]).size
    return {
        "bytes": BYTES * n * n,
        "multiply-adds": 2.0 * partners.partner.size * n + AXES * n * n,
        "exponentials": asked,
        "chances of a yes": asked + seated * n,
        "keyed draws": able,
    }


def _candidates(model: GovernanceModel) -> float:
    """Whom those who approach somebody can choose among: each is drawn for."""
    sheet, kind = model.sheet, model.state.kind
    assert sheet.approaches is not None
    total = 0
    for i, j in zip(sheet.approaches.sender, sheet.approaches.receiver, strict=True):
        total += int((model.possible[i] & (kind == (kind[j] if kind[i] == STATE else STATE))).sum())
    return float(total)


def _asked(model: GovernanceModel) -> float:
    """Pairs in the mean over whom a state's effort can reach: states and firms it may deal with."""
    sort = np.isin(model.state.kind, (STATE, FIRM))
    return float(model.possible[: model.state.s, sort].sum())


def prices(n: int = 292) -> dict[str, float]:
    """Nanoseconds each, many at once, with all that is read and written at hand (but for bytes, which are far)."""
    rows = np.random.default_rng(0).random((n, n))

    def each(kernel: object) -> float:
        out = np.zeros(n)

        def act() -> None:
            kernel(rows, out)  # type: ignore[operator]

        act()  # compiles
        return float(np.median([clock(act) for _ in range(50)])) / n**2 * 1e9

    return {
        "bytes": floor(n) / 72, "multiply-adds": each(_multiply), "exponentials": each(_exponentials),
        "chances of a yes": each(_chances), "keyed draws": arithmetic(n)["draw"],
    }  # fmt: skip


@njit(error_model="numpy")
def _multiply(rows: F, out: F) -> None:
    for i in range(rows.shape[0]):
        for j in range(out.size):
            out[j] += 0.5 * rows[i, j]


@njit(error_model="numpy")
def _exponentials(rows: F, out: F) -> None:
    for i in range(rows.shape[0]):
        for j in range(out.size):
            out[j] = exp(rows[i, j])


@njit(error_model="numpy")
def _chances(rows: F, out: F) -> None:
    for i in range(rows.shape[0]):
        for j in range(out.size):
            out[j] = agreement(rows[i, j], 1.0)


def measure(quarters: int) -> dict[str, object]:
    """Mean counts of some quarters of the default world, and prices."""
    model = maker(None, quarters + 2)(0)
    model.step()
    counts = [count(model) for _ in range(quarters)]
    mean = {name: float(np.mean([one[name] for one in counts])) for name in counts[0]}
    return {"actors": model.state.n, "counts": mean, "prices": prices()}
