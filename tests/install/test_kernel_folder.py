"""Compiled kernels are kept under the hash of the code they are made from, so that none is ever of older code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from simulation import source_code
from simulation.source_code import (
    CHARTS_CACHE,
    KERNEL_CACHE,
    KERNEL_ROOMS,
    kernel_hash,
    must_compile,
    temporary_kernels,
    use_kernel_folder,
)

PACKAGE = Path(source_code.__file__).parent
DAY = 86_400
posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes of POSIX")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package elsewhere."""
    return shutil.copytree(PACKAGE, tmp_path / "copy" / "simulation", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, nothing inherited."""
    (tmp_path / "home").mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr("numba.config.CACHE_DIR", "")  # restored afterwards
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("XDG_CACHE_HOME", KERNEL_CACHE):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv(CHARTS_CACHE, "")
    monkeypatch.delenv(CHARTS_CACHE)
    return tmp_path / "home"


def folder_used() -> Path:
    use_kernel_folder()
    return Path(os.environ[KERNEL_CACHE])


def test_who_has_only_listed_or_checked_must_still_compile(home: Path) -> None:
    module = folder_used() / "model_1d9a"
    compiled = []
    for make in (lambda: None, lambda: module.mkdir(parents=True), (module / "grow-1.py311.1.nbc").touch):
        make()
        must_compile.cache_clear()
        compiled.append(not must_compile())
    must_compile.cache_clear()
    assert compiled == [False, False, True], "the compiler makes folders for what is only imported"


# --- the hash


def test_a_changed_helper_and_another_checkout_get_folders_of_their_own(copy: Path) -> None:
    first = kernel_hash(copy)
    assert first == kernel_hash(copy)
    assert first != kernel_hash(PACKAGE)
    helper = copy / "kernels.py"
    stamp = helper.stat()
    text = helper.read_text("utf-8")
    helper.write_text(text.replace("0.5", "0.4", 1), encoding="utf-8")
    os.utime(helper, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # as a copying program may keep it
    assert helper.stat().st_size == stamp.st_size
    assert kernel_hash(copy) != first
    helper.write_text(text, encoding="utf-8")
    assert kernel_hash(copy) == first
    (copy / "report" / "page.py").write_text("", encoding="utf-8")
    assert kernel_hash(copy) == first, "an edit of a report compiles nothing anew"


def test_all_that_a_kernel_can_be_made_of_is_hashed() -> None:
    """Compiled functions are in the hashed rooms, and these import from each other and the loose files only."""
    loose = {path.stem for path in PACKAGE.glob("*.py")}
    for path in PACKAGE.rglob("*.py"):
        text, room = path.read_text("utf-8"), path.relative_to(PACKAGE).parts[0]
        hashed = room in KERNEL_ROOMS or path.parent == PACKAGE
        assert hashed or not re.search(r"@(numba\.)?(njit|jit|vectorize|guvectorize)\b", text), path
        if hashed and path.name != "__init__.py":
            imported = set(re.findall(r"^ *(?:from|import) simulation\.(\w+)", text, re.M))
            assert imported <= {*KERNEL_ROOMS, *loose}, path


def test_the_hash_is_quick() -> None:
    kernel_hash()

    def once() -> float:
        begin = time.process_time()
        kernel_hash()
        return time.process_time() - begin

    assert min(once() for _ in range(5)) < 0.03


def test_a_caller_in_another_file_sees_the_changed_helper(copy: Path, home: Path) -> None:
    """The fault that this is for: with one cache folder the second answer is that of the old code."""
    room = copy / "processes"
    (room / "helper.py").write_text(
        "from numba import njit\n\n@njit(cache=True, error_model='numpy')\ndef two() -> int:\n    return 2\n"
    )
    (room / "caller.py").write_text(
        "from numba import njit\nfrom simulation.processes.helper import two\n\n"
        "@njit(cache=True, error_model='numpy')\ndef four() -> int:\n    return two() + two()\n"
    )
    code = "from simulation.processes.caller import four; print(four(), len(four.stats.cache_hits))"
    env = {**os.environ, "PYTHONPATH": str(copy.parent), "HOME": str(home)}

    def answer(**variables: str) -> str:
        call = [sys.executable, "-c", code]
        done = subprocess.run(call, cwd=home, env=env | variables, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    own = {KERNEL_CACHE: str(home / "one for all")}
    assert [answer(), answer(), answer(**own)] == ["4 0", "4 1", "4 0"]
    helper = room / "helper.py"
    helper.write_text(helper.read_text("utf-8").replace("return 2", "return 3"))
    assert answer(**own) == "4 1", "numba has mended this: the folder by hash is no longer needed"
    assert answer() == "6 0"
    assert len(list((home / ".cache" / "wifaq").iterdir())) == 2


# --- the folder


def test_it_is_in_the_users_cache_and_not_made_before_it_is_needed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folder_used() == home / ".cache" / "wifaq" / f"kernels-{kernel_hash()}"
    assert temporary_kernels() == ""
    assert list(home.iterdir()) == []
    assert CHARTS_CACHE not in os.environ
    monkeypatch.setenv(KERNEL_CACHE, "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "xdg"))
    assert folder_used().parent == home / "xdg" / "wifaq"
    monkeypatch.setenv(KERNEL_CACHE, "")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert folder_used().parent == home / "Library" / "Caches" / "wifaq"
    monkeypatch.setenv(KERNEL_CACHE, "")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(home / "Local"))
    assert folder_used().parent == home / "Local" / "wifaq" / "Cache"


def test_a_folder_that_the_user_names_stays_and_one_of_other_code_does_not(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KERNEL_CACHE, str(home / "mine"))
    assert folder_used() == home / "mine"
    monkeypatch.setenv(KERNEL_CACHE, str(home / "x" / f"kernels-{kernel_hash()}"))
    assert folder_used().parent == home / "x", "a worker keeps the folder of its parent"
    monkeypatch.setenv(KERNEL_CACHE, str(home / "x" / f"kernels-{'0' * 16}"))
    assert folder_used() == home / ".cache" / "wifaq" / f"kernels-{kernel_hash()}"


@posix
@pytest.mark.parametrize("nowhere", ["/dev/null", "/no/such/home"])
def test_without_a_home_it_is_temporary_and_private(
    nowhere: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", nowhere)
    folder = folder_used()
    assert temporary_kernels() == str(folder)
    assert folder.parent.parent == tmp_path / "tmp"
    assert folder.parent.stat().st_mode & 0o777 == 0o700
    assert os.environ[CHARTS_CACHE] == str(folder.parent / "matplotlib")
    monkeypatch.setenv(KERNEL_CACHE, "")
    assert folder_used() == folder, "the next run finds what this one compiled"


@posix
def test_a_temporary_folder_that_others_can_write_is_not_trusted(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/dev/null")
    trap = tmp_path / "tmp" / f"wifaq-{os.getuid()}"
    trap.mkdir()
    trap.chmod(0o777)
    assert folder_used().parent != trap
    trap.rmdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    trap.symlink_to(tmp_path / "elsewhere")
    monkeypatch.setenv(KERNEL_CACHE, "")
    assert folder_used().parent != trap


def test_kernels_of_other_code_go_after_a_month_without_use(home: Path) -> None:
    root = home / ".cache" / "wifaq"
    old, recent, other = root / f"kernels-{'0' * 16}", root / f"kernels-{'1' * 16}", root / "notes"
    for folder, days in ((old, 40), (recent, 20), (other, 400)):
        folder.mkdir(parents=True)
        os.utime(folder, times=2 * (time.time() - days * DAY,))
    folder_used()
    assert sorted(root.iterdir()) == sorted([recent, other])


def test_a_used_folder_stays_young(home: Path) -> None:
    folder = folder_used()
    folder.mkdir(parents=True)
    os.utime(folder, times=2 * (time.time() - 40 * DAY,))
    use_kernel_folder()
    assert time.time() - folder.stat().st_mtime < DAY
