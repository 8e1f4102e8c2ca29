"""What any way of computing the equations of a quarter must spend, and what each operation costs on this machine.

Counted are the operations that are as many as pairs, or as pairs of a kind, whoever does them and however the numbers
are kept. What algebra or memory can avoid is left out, whether or not the model avoids it:

- what never changes in a run is worked out once: fixed parts of U, weights of C.9, trust where nothing has happened;
- of a pair without evidence τ̂ is a line in τ⁰ that all who look at one partner share, so it takes no division; where
  there is evidence, τ̂ - τ̂^ref takes one; evidence is kept of pairs that have any, and fades by one common factor;
- U is worked out of the pairs that effort, approaches or terms look at, and not written; the change of d² is a product
  of matrices; one e^U serves its owner's choice and, as e^U/(e^U + e^κ), its consent;
- what a bound can settle is not worked out: third parties, joining, who has the best alternative, refused votes;
- publics that nothing moved are as they were, and sums over what does not change are not taken again.

Work by actor, deal and text, all other outcomes and the calls from Python come on top.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite.binding import get_host_cpu_features
from numba import njit

from simulation.experiments.run import CONTRAST_REPLICATES, CONTRASTS
from simulation.kernels import uniform
from simulation.model import QUARTER, GovernanceModel
from simulation.processes.instruments import joining_of
from simulation.scenario.load import load_scenario
from simulation.state import FIRM, STATE, U64, B, F
from tests.benchmarks.engine import BEFORE, SCENARIO, clock, maker

TOGETHER = (
    ("bytes read",),
    ("multiply-adds", "exponentials", "keyed draws"),
    ("divisions", "square roots"),
)
"""Operations in three groups: a core can be at one of each at the same time, so the longest is the floor."""
OPERATIONS = tuple(name for group in TOGETHER for name in group)
AXES = 4
NUMBER = 8
"""Bytes of a number in double precision."""
_SIDE, _BLOCK, _REPEATS = 128, 256, 100


# --- how often
def count(model: GovernanceModel) -> Counter[str]:
    """How often a quarter, which is simulated, asks for each operation."""
    state, found, passed = model.state, Counter[str](), model.state.bloc_passed.copy()
    opinion = state.opinion.copy()
    model._begin_quarter()
    for step in QUARTER:
        before = {"join_instruments": _joining, "adapt": _diffusion}.get(step.name)
        found += before(model) if before else Counter()
        spoken = state.opinion.copy()
        step.act(model)
        after = {"broker": _third_parties, "sign": _turning, "keep_promises": _conduct}.get(step.name)
        found += after(model) if after else Counter()
        if step.name == "decide_in_blocs":
            found += _votes(model, state.bloc_passed > passed)
        if step.name == "adapt":  # a campaign moves opinions unevenly
            found += Counter({"exponentials": _moved(spoken, state.opinion)})
    found += Counter({"divisions": _moved(opinion, state.opinion)})
    state.quarter += 1
    return found


def _moved(before: F, now: F) -> int:
    """Opinions of publics that are not as they were."""
    return int((before != now).any(axis=1).sum()) * now.shape[1]


def _turning(model: GovernanceModel) -> Counter[str]:
    """C.2, C.4, C.8: U, whom effort can reach, and the draws of those who approach somebody."""
    sheet, s, sort = model.sheet, model.state.s, model.state.kind
    assert sheet.approaches is not None
    assert sheet.signing is not None
    reach = model.possible[:s] & np.isin(sort, (STATE, FIRM))
    turned = int(reach.sum())
    looked = np.zeros(model.possible.shape, np.bool_)
    looked[:s], looked[:, :s] = reach, reach.T
    looked[:s, :s] |= reach[:, :s]
    alike = int(looked.sum())  # pairs whose e^U choice or consent needs
    seated = np.unique(sheet.signing.parties[sheet.signing.parties >= 0])
    looked[seated], looked[:, seated] = model.possible[seated], model.possible[:, seated]
    draws = 0
    for i, j in zip(sheet.approaches.sender, sheet.approaches.receiver, strict=True):
        able = model.possible[i] & (sort == (sort[j] if sort[i] == STATE else STATE))
        looked[i] |= able
        draws += int(able.sum())
    told = _evidence(model)
    asked, interested = int(looked.sum()), model.parameters.interest_pull > 0.0
    gone = 2 * AXES * int(looked[:, :s].sum()) + AXES * int(looked[:s, s:].sum())  # only states move
    return Counter({
        "bytes read": 2 * NUMBER * asked, "multiply-adds": 2 * asked + interested * gone + 2 * turned,
        "exponentials": alike, "divisions": turned + int((looked & told).sum()) + int(told[:s, :s].sum()),
        "keyed draws": draws,
    })  # fmt: skip


def _evidence(model: GovernanceModel) -> B:
    """Pairs of whom there is evidence, or is expected, beyond the prior."""
    state, mass = model.state, model.parameters.prior_mass
    return np.asarray((state.alpha != mass * state.trust_prior) | (state.alpha_ref != mass * state.prior_ref))


def _third_parties(model: GovernanceModel) -> Counter[str]:
    """C.18: a draw of every state that could join what two states have agreed on."""
    s, draws = model.state.s, 0
    assert model.sheet.parties is not None
    for i, j in model.sheet.parties[:, :2] if model.mechanisms.on("trilateral") else ():
        if i < s and j < s:
            draws += int((model.possible[i, :s] & model.possible[j, :s]).sum())
    return Counter({"keyed draws": draws})


def _votes(model: GovernanceModel, passed: B) -> Counter[str]:
    """C.6: likeness and trust of every pair of members of a bloc that decided something."""
    s = model.state.s
    pairs = np.zeros((s, s), np.bool_)
    for members in model.state.member[passed, :s]:
        pairs |= members[:, None] & members
    np.fill_diagonal(pairs, False)
    close = int(pairs.sum())
    return Counter({
        "bytes read": NUMBER * close, "multiply-adds": (2 * AXES + 2) * close, "exponentials": close,
    })  # fmt: skip


def _joining(model: GovernanceModel) -> Counter[str]:
    """C.7: a draw of every state for every text that it can join."""
    able = joining_of(model.state, model.parameters, model.mechanisms).text.can[:, : model.state.s]
    return Counter({"keyed draws": int(able.sum()) * model.mechanisms.on("instruments")})


def _conduct(model: GovernanceModel) -> Counter[str]:
    """C.5: likeness, the quarter's chance (a fourth root) and a draw of every party to a deal."""
    deals = model.sheet.conduct.partners.partner.size if model.sheet.conduct else 0
    return Counter({
        "multiply-adds": 2 * AXES * deals, "exponentials": deals, "square roots": 2 * deals, "keyed draws": deals,
    })  # fmt: skip


def _diffusion(model: GovernanceModel) -> Counter[str]:
    """C.9: what states that move look at; and the mean distance of members, which is recorded."""
    s, members = model.state.s, int(model.state.un_member.sum())
    looks = s * (s - model.state.leaders.size) if model.mechanisms.on("diffusion") else 0
    apart = members * (members - 1) // 2
    return Counter({
        "bytes read": NUMBER * looks, "multiply-adds": AXES * (looks + apart), "square roots": apart,
    })  # fmt: skip


# --- at what price
def quick_ways() -> dict[str, str]:
    """What a process that measures prices finds in its environment: one thread, and vectors as wide as there are."""
    alone = {"OPENBLAS_NUM_THREADS": "1"}
    if platform.machine() != "x86_64":
        return alone
    return alone | {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": get_host_cpu_features().flatten()}


def prices(n: int) -> dict[str, float]:
    """Nanoseconds each, by one thread: the quickest of many goes by the quickest way known here, many at once.

    Bytes are read from two arrays (n, n), so they are as far away as such arrays are; all else is at hand.
    """
    rng = np.random.default_rng(0)
    one, other = rng.random((2, n * n))
    square, product = rng.random((_BLOCK, _BLOCK)), np.empty((_BLOCK, _BLOCK))
    at_hand, result = rng.random((_SIDE, _SIDE)), np.empty((_SIDE, _SIDE))
    uid = rng.integers(0, 2**63, _SIDE).astype(np.uint64)
    acts: dict[str, tuple[Callable[[], object], float]] = {
        "bytes read": (lambda: np.dot(one, other), 2.0 * NUMBER * n**2),
        "multiply-adds": (lambda: np.dot(square, square, out=product), float(_BLOCK) ** 3),
        "exponentials": (lambda: np.exp(at_hand, out=result), _SIDE**2),
        "keyed draws": (lambda: _draws(uid, result), _SIDE**2),
        "divisions": (lambda: np.divide(0.5, at_hand, out=result), _SIDE**2),
        "square roots": (lambda: np.sqrt(at_hand, out=result), _SIDE**2),
    }
    return {name: _quickest(act) / times * 1e9 for name, (act, times) in acts.items()}


def _quickest(act: Callable[[], object]) -> float:
    """Seconds of the quickest of many goes; what others on the machine take is no part of a floor."""
    act()  # compiles
    return min(clock(act) for _ in range(_REPEATS))


@njit(error_model="numpy")
def _draws(uid: U64, out: F) -> None:
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = uniform(np.uint64(1), uid[i], uid[j])


def world(actors: int | None, quarters: int) -> dict[str, Any]:
    """How often each operation is asked for in a quarter of a world (None: the default one), the mean of some."""
    model = maker(actors, quarters + BEFORE)(0)
    for _ in range(BEFORE):
        model.step()
    counts = [count(model) for _ in range(quarters)]
    mean = {name: float(np.mean([one[name] for one in counts])) for name in OPERATIONS}
    return {"actors": model.state.n, "shipped": actors is None, "counts": mean}


# --- whole runs
IMPORTS = "import mesa, numba"
"""What a process that simulates cannot do without, as long as a run is a Mesa model that Numba compiles."""


def runs(replicates: int, repeats: int) -> dict[str, Any]:
    """How many runs a forecast with contrasts simulates, how long each, and seconds until a process can begin."""
    starts = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", IMPORTS], check=True)
        starts.append(time.perf_counter() - start)
    return {
        "quarters": load_scenario(SCENARIO).quarters, "start": starts,
        "runs": replicates + len(CONTRASTS) * min(CONTRAST_REPLICATES, replicates),
    }  # fmt: skip
