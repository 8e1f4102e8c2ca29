"""The same bits on every x86 processor and Python: a run under what a processor, a library or a version would choose.

A library that asks the processor can be told another answer, so one machine stands for many. Compiled kernels
of a plain processor, and other Pythons, have to be compiled first: those take minutes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINEAR_ALGEBRA = ("Haswell", "Zen", "Prescott", "SandyBridge")
MATHEMATICS = "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX,-FMA,-FMA4,-AVX2_Usable,-AVX_Usable,-FMA_Usable"
"""What the system's mathematical library is told not to use, by its new and old names."""
PLAIN = {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": ""}
"""A processor of 2003 for the compiler."""
ALL = "world run deals"
VERSIONS = ("3.12", "3.13")


def numpy_choices() -> list[str]:
    """What NumPy may choose among on this processor, by the names that it takes."""
    from numpy._core import _multiarray_umath as core

    return [name for name in core.__cpu_dispatch__ if core.__cpu_features__.get(name)]


@cache
def hashes(what: str, python: str = sys.executable, **variables: str) -> dict[str, str]:
    """The hash of every part under some variables of the environment."""
    call = [python, "-m", "tests.install.same_bits", *what.split()]
    done = subprocess.run(
        call, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, check=False, timeout=1200
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.long
def test_on_a_processor_without_any_of_the_choices() -> None:
    """All that a library decides at once: an old processor against this one."""
    without = {"NPY_DISABLE_CPU_FEATURES": " ".join(numpy_choices()), "GLIBC_TUNABLES": MATHEMATICS}
    assert hashes("world run", OPENBLAS_CORETYPE="Prescott", **without) == hashes("world run")


@pytest.mark.slow
@pytest.mark.parametrize("name", LINEAR_ALGEBRA)
def test_with_the_linear_algebra_of_another_processor(name: str) -> None:
    assert hashes(ALL, OPENBLAS_CORETYPE=name) == hashes(ALL)


@pytest.mark.slow
@pytest.mark.parametrize("left", range(len(numpy_choices())))
def test_with_fewer_of_what_numpy_may_choose(left: int) -> None:
    disabled = " ".join(numpy_choices()[left:])
    assert hashes(ALL, NPY_DISABLE_CPU_FEATURES=disabled) == hashes(ALL)


@pytest.mark.slow
def test_with_the_mathematical_library_of_an_old_processor() -> None:
    assert hashes(ALL, GLIBC_TUNABLES=MATHEMATICS) == hashes(ALL)


@pytest.mark.slow
def test_with_kernels_compiled_for_a_plain_processor(tmp_path: Path) -> None:
    assert hashes(ALL, NUMBA_CACHE_DIR=str(tmp_path), **PLAIN) == hashes(ALL)


def python_of(version: str) -> str | None:
    """A Python of a version that has the libraries: ``WIFAQ_PYTHONS`` names some, else what is on the path."""
    named = os.environ.get("WIFAQ_PYTHONS", "").split(os.pathsep)
    code = "import sys, mesa, numba; print('%d.%d' % sys.version_info[:2])"
    for candidate in filter(None, [*named, shutil.which(f"python{version}")]):
        done = subprocess.run([candidate, "-c", code], capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.split()[-1] == version:
            return candidate
    return None


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_on_another_python(version: str) -> None:
    python = python_of(version)
    if python is None:
        pytest.skip(f"no Python {version} with the libraries; name some in WIFAQ_PYTHONS")
    assert hashes(ALL, python) == hashes(ALL)


def test_the_choices_are_real() -> None:
    """Were a variable no longer read, all would be equal for nothing."""
    code = "import numpy as np; print(np.exp(np.linspace(-9.0, 9.0, 9_999)).tobytes().hex())"

    def printed(**variables: str) -> str:
        call = [sys.executable, "-W", "ignore", "-c", code]
        return subprocess.run(call, env=os.environ | variables, capture_output=True, text=True, check=True).stdout

    if not re.search("V4|AVX512_SKX", " ".join(numpy_choices())):
        pytest.skip("NumPy has one exponential on this processor")
    assert printed(NPY_DISABLE_CPU_FEATURES=" ".join(numpy_choices())) != printed()
