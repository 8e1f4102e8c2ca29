"""Kernels compiled ahead of the first run on a machine, by several processes at once.

A kernel is compiled when it is first called, for the types it is called with: one after the other, on one core. The
types are known, for those of a run stand in ``kernels.json``; so each process compiles its share, and what it has
compiled goes to the folder where all find it. A kernel that is missing there, or is called with other types, is
compiled when it is called.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from simulation.experiments.engine.worker import same_imports
from simulation.source_code import KERNEL_CACHE, UNFINISHED, must_compile

KNOWN = Path(__file__).with_name("kernels.json")
"""Types of the arguments by kernel, written by ``python -m tests.install.kernel_types``."""
_MOST = 4  # processes: each needs most of a gigabyte
_LATER = 10  # how far they stand back: the command itself has a first word to say, or an option to refuse
_NOTHING = subprocess.DEVNULL


def compile_ahead(processes: int) -> None:
    """Compile the kernels of a run by so many processes, four at most; returns when they are done.

    What goes wrong here is told where the kernel is called.
    """
    folder = Path(os.environ[KERNEL_CACHE])
    unfinished, count = folder / UNFINISHED, min(processes, _MOST)
    with contextlib.suppress(OSError):  # no place to keep kernels: told where it matters
        folder.mkdir(parents=True, exist_ok=True)
        unfinished.touch()
    with contextlib.ExitStack() as running:
        several = []
        with same_imports():
            for share in range(count):
                command = [sys.executable, "-m", __name__, str(share), str(count), str(os.getpid())]
                process = subprocess.Popen(command, stdin=_NOTHING, stdout=_NOTHING, stderr=_NOTHING)
                several.append(running.enter_context(process))
                running.callback(process.kill)  # whoever interrupts this does not wait for it
        for process in several:
            process.wait()
    with contextlib.suppress(OSError):
        unfinished.unlink()
    must_compile.cache_clear()  # the next who asks in this process is told of what is there now


def types_used() -> dict[str, list[list[Any]]]:
    """Types that kernels have been called with in this process, as they stand in :data:`KNOWN`."""
    from numba.core.dispatcher import Dispatcher

    known = {}
    for name, module in sorted(sys.modules.items()):
        if name.startswith("simulation."):
            for kernel in vars(module).values():
                if isinstance(kernel, Dispatcher) and kernel.signatures:
                    place = f"{kernel.py_func.__module__}:{kernel.py_func.__name__}"
                    known[place] = [[_written(each) for each in types] for types in kernel.signatures]
    return dict(sorted(known.items()))


def _written(kind: Any) -> Any:
    """A type of the compiler's as JSON.

    ``float64``, ``int8[2C]``; a list of a tuple's class and members; of a record, fields and what is an array of it.
    """
    from numba import types
    from numba.np.numpy_support import as_dtype

    if isinstance(kind, types.BaseTuple):
        cls = getattr(kind, "instance_class", None)
        return [f"{cls.__module__}:{cls.__name__}" if cls else "", *map(_written, kind)]
    scalar, shape = kind, ""
    if isinstance(kind, types.Array):
        scalar, shape = kind.dtype, f"[{kind.ndim}{kind.layout}{'' if kind.mutable else ' readonly'}]"
    if isinstance(scalar, types.Record):
        return {"fields": as_dtype(scalar).descr, "array": shape}
    return f"{scalar}{shape}"


def _read(written: Any) -> Any:
    """The type that :func:`_written` wrote."""
    import numpy as np
    from numba import from_dtype, types

    if isinstance(written, list):
        cls = _found(written[0]) if written[0] else None
        return types.BaseTuple.from_types([_read(each) for each in written[1:]], cls)
    if isinstance(written, dict):
        dtype = np.dtype([(name, code, *map(tuple, shape)) for name, code, *shape in written["fields"]])
        shape = written["array"]
    else:
        name, bracket, rest = written.partition("[")
        dtype, shape = np.dtype(name), bracket + rest
    scalar = from_dtype(dtype)
    return types.Array(scalar, int(shape[1]), shape[2], readonly="readonly" in shape) if shape else scalar


def _found(place: str) -> Any:
    module, name = place.split(":")
    return getattr(import_module(module), name)


def main(share: int, count: int, parent: int) -> None:
    """Compile one of ``count`` shares, one kernel after the other, while the process that asked for it is there."""
    if os.name == "posix":
        os.nice(_LATER)
    known = json.loads(KNOWN.read_text("utf-8"))
    largest_first = sorted(known, key=lambda place: -len(str(known[place])))  # as a rule: so shares are alike
    for place in largest_first[share::count]:
        for types in known[place]:
            if os.name == "posix" and os.getppid() != parent:  # elsewhere a launcher may stand between
                return
            with contextlib.suppress(Exception):  # one that is no more: another version is being written
                _found(place).compile(tuple(_read(each) for each in types))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
