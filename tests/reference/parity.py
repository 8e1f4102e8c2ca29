"""Play the same quarters with the kernels and with the oracle, and compare every column and every record."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from simulation.model import QUARTER, GovernanceModel
from simulation.outcomes.record import SYSTEM, Recorder
from simulation.state import State
from tests.reference.columns import OPINION, columns_of, oracle_of
from tests.reference.outcomes import Account, Numbers, outcomes_of
from tests.reference.quarter import Oracle
from tests.reference.tables import Ledger, compare_tables
from tests.reference.world import World
from tests.reference.world_outcomes import outcomes_of_world

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""Floats may differ by the order of sums and by the last bit of exp and log; nothing else may."""


def play_both(model: GovernanceModel, quarters: int) -> Oracle:
    """Step a model and its oracle side by side.

    Raises
    ------
    AssertionError
        At the first step after which any column differs, or at the first quarter whose metrics do; names
        quarter, step, column or metric, place and both values. At the horizon, if any table differs.
    """
    oracle = oracle_of(model)
    account, ledger = Account(oracle.world), Ledger(oracle.world)
    compare(model.state, oracle, "the start")
    compare_record(model.recorder, oracle.world, account)
    for quarter in range(quarters):
        model._begin_quarter()
        oracle.begin()
        for name, act, _ in QUARTER:
            act(model)
            if name == "record":
                account.spend()
                ledger.write(oracle.signs.read())
                compare_record(model.recorder, oracle.world, account)
                continue
            getattr(oracle, name)()
            compare(model.state, oracle, f"step {name} of quarter {quarter}")
        model.state.quarter += 1
        oracle.end()
        model.running = model.state.quarter < model.scenario.quarters
    model.close()
    if not model.running and model.scenario.record.events:
        compare_tables(model.recorder, ledger, account.recorded())
    return oracle


def compare_record(recorder: Recorder, world: World, account: Account) -> None:
    """The last quarter on record against section E in plain Python: counts equal, all else to 1e-9 relative."""
    series = recorder.series()
    last = series[series["quarter"] == series["quarter"].iloc[-1]]
    keys = zip(last["actor"].tolist(), last["metric"].tolist(), strict=True)
    written = dict(zip(keys, last["value"].tolist(), strict=True))
    plain: dict[str, Numbers] = {i.id: outcomes_of(world, i) for i in account.recorded()}
    plain[SYSTEM] = outcomes_of_world(world, account)
    assert {actor for actor, _ in written} == set(plain)
    faults = [
        f"{metric} of {actor}: recorded {value}, oracle {plain[actor][metric]}"
        for (actor, metric), value in written.items()
        if not _agree(value, plain[actor][metric])
    ]
    assert not faults, f"in the record of {last['quarter'].iloc[0]}:\n" + "\n".join(faults)


def _agree(recorded: float, plain: float) -> bool:
    """Whether a recorded number is the plain one: integers exactly, floats up to rounding."""
    return recorded == plain if isinstance(plain, int) else not _apart(recorded, plain)


_COUNTED = ("counted", "counted_weight", "counted_until")
"""What of the ledger the kernels need not count again; the oracle counts all of it."""


def compare(state: State, oracle: Oracle, when: str) -> None:
    """Every column of the state against the oracle's: integers equal, floats to 1e-9 relative."""
    columns = columns_of(oracle)
    names = [field.name for field in dataclasses.fields(state) if field.name not in _COUNTED]
    assert sorted(columns) == sorted(names)  # a new column must be compared too
    faults = [text for name in names if (text := difference(state, name, columns[name]))]
    assert not faults, f"after {when}:\n" + "\n".join(faults)


def difference(state: State, name: str, plain: object) -> str:
    """Where one column differs, in words; empty if it does not."""
    fast = getattr(state, name)
    if not isinstance(fast, np.ndarray):
        same = not _apart(fast, plain) if isinstance(fast, float) else fast == plain
        return "" if same else f"{name}: kernels {fast}, oracle {plain}"
    slow = np.asarray(plain)
    if fast.size == 0:
        return "" if slow.size == 0 else f"{name}: kernels have none, oracle {slow.shape}"
    if fast.shape != slow.shape:
        return f"{name}: kernels {fast.shape}, oracle {slow.shape}"
    apart = _apart(fast, slow) if fast.dtype.kind == "f" else fast != slow
    if apart.any():  # in a cell that means something?
        apart &= _meaningful(state, name, fast)
    if not apart.any():
        return ""
    where = tuple(int(k) for k in np.argwhere(apart)[0])
    return f"{name}{list(where)}: kernels {fast[where]}, oracle {slow[where]} ({int(apart.sum())} differ)"


def _apart(fast: Any, slow: Any) -> Any:
    """Whether floats differ by more than rounding; NaN differs from everything."""
    return np.logical_not(np.abs(fast - slow) <= ABSOLUTE + RELATIVE * np.abs(slow))


def _meaningful(state: State, name: str, column: np.ndarray) -> np.ndarray:
    """Cells that mean something: terms of existing deals, opinions of others and reasons to turn to them."""
    if name == "terms":
        return np.broadcast_to((state.depth > 0)[:, :, None], column.shape)
    if name in (*OPINION, "pull"):
        return ~np.eye(state.n, dtype=bool)
    return np.ones(column.shape, bool)
