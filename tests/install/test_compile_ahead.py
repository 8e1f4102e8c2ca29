"""Kernels of a run are compiled ahead by several processes: which, for which types, and each once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numba import typeof

from simulation.experiments.engine import ahead
from simulation.processes.links import Links
from simulation.source_code import KERNEL_CACHE, must_compile
from tests.install.kernel_types import text_of, types_of_a_run


def test_the_types_are_those_of_a_run() -> None:
    """A change of a kernel's arguments changes them."""
    known = types_of_a_run()
    assert ahead.KNOWN.read_text("utf-8") == text_of(known), "python -m tests.install.kernel_types"
    assert "simulation.kernels:_log_at_end" not in known, "what only kernels call is a part of them"


@pytest.mark.parametrize(
    "value",
    [
        1, 1.5, True, np.uint64(3), np.zeros(2), np.zeros((2, 3), np.int8), np.zeros((4, 4), bool)[:, ::2],
        np.asfortranarray(np.zeros((3, 3))), np.frombuffer(bytes(8), np.int32), (1.0, 2.0), (1, 2.0),
        Links(np.zeros(1, np.int32), np.zeros(1, np.int32)), np.zeros(3, [("a", float, (2, 3)), ("b", np.int32)]),
        np.zeros(3, [("a", float, (2, 3)), ("b", np.int32)])[0],
    ],
)  # fmt: skip
def test_a_type_is_read_as_it_was_written(value: object) -> None:
    assert ahead._read(ahead._written(typeof(value))) == typeof(value)


def test_every_kernel_is_in_one_share(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    kernel = lambda place: SimpleNamespace(compile=lambda types: asked.append((place, *types)))  # noqa: E731
    monkeypatch.setattr(ahead, "_found", kernel)
    monkeypatch.setattr(ahead, "_read", str)
    for share in range(3):
        ahead.main(share, 3, os.getppid())
    known = json.loads(ahead.KNOWN.read_text("utf-8"))
    assert sorted(asked) == sorted((place, *map(str, types)) for place in known for types in known[place])


def test_what_is_compiled_is_found_and_the_rest_is_compiled_when_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is no more costs nothing; one process is enough to see where kernels go."""
    known = tmp_path / "kernels.json"
    types = '[["float64"]]'
    known.write_text(f'{{"simulation.kernels:gone": {types}, "simulation.processes.books:chance_of": {types}}}')
    code = f"""
import sys
from pathlib import Path
from simulation.experiments.engine import ahead
ahead.KNOWN = Path({str(known)!r})
ahead.main(0, 1, {os.getpid()})
from simulation.processes.books import chance_of
assert chance_of.stats.cache_misses and not chance_of.stats.cache_hits
"""
    monkeypatch.setenv(KERNEL_CACHE, str(tmp_path / "cache"))
    subprocess.run([sys.executable, "-c", code], check=True)
    found = "from simulation.processes.books import chance_of; chance_of(1.0); assert chance_of.stats.cache_hits"
    subprocess.run([sys.executable, "-c", found], check=True)


def test_nothing_is_compiled_for_a_process_that_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_found", lambda place: pytest.fail(place))
    ahead.main(0, 1, os.getpid())  # whose child this is not


def test_what_is_broken_off_is_begun_again_next_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "cache" / "kernels" / "model_1d9a"
    monkeypatch.setenv(KERNEL_CACHE, str(module.parent))
    must_compile.cache_clear()
    assert must_compile(), "there is no folder"
    meanwhile: list[bool] = []

    class Interrupted(subprocess.Popen[bytes]):
        """One that compiles a kernel at once, and of which the first is waited for in vain."""

        def __init__(self, command: list[str], **options: Any):
            module.mkdir(exist_ok=True)
            (module / "grow-1.py311.1.nbc").touch()
            super().__init__([sys.executable, "-c", "pass"], **options)

        def wait(self, timeout: float | None = None) -> int:
            meanwhile.append(must_compile())
            if len(meanwhile) == 1:
                raise KeyboardInterrupt
            return super().wait(timeout)

    monkeypatch.setattr(ahead.subprocess, "Popen", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        ahead.compile_ahead(1)
    must_compile.cache_clear()
    assert must_compile(), "another process finds it broken off"
    ahead.compile_ahead(1)
    assert all(meanwhile)
    assert not must_compile(), "or every run of this process would ask for it again"


@pytest.mark.slow
def test_after_it_a_run_compiles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KERNEL_CACHE, str(tmp_path / "cache"))
    code = """
from simulation.experiments.engine.ahead import compile_ahead
compile_ahead(2)
from simulation.source_code import tell_when_compiling
tell_when_compiling(lambda text: exit("compiles"))
from simulation.experiments.run import CONTRASTS, run
run("baseline", replicates=1, workers=1, contrasts=CONTRASTS)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
