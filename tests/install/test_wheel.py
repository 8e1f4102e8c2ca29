"""What a user gets from a wheel: everything that is named works in an empty folder, and nothing but that is written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("setuptools", minversion="77", reason="pip install 'wifaq[test]'")

ROOT = Path(__file__).parents[2]
NEEDED = ("simulation", "scenarios", "notebooks", "pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE",
          "CHANGELOG.md", "CITATION.cff", "Makefile", "constraints.txt")  # fmt: skip
SHORT = ("--replicates", "2", "--workers", "1", "--set", "horizon=2027Q4")
BUILD = "from setuptools import build_meta; print(build_meta.build_{kind}({out!r}))"
NO_HOME = {"HOME": os.devnull, "XDG_CACHE_HOME": "", "NUMBA_CACHE_DIR": ""}


def built(kind: str, source: Path, out: Path) -> Path:
    """Build an ``sdist`` or ``wheel`` of a source tree, as pip does."""
    call = [sys.executable, "-c", BUILD.format(kind=kind, out=str(out))]
    done = subprocess.run(call, cwd=source, capture_output=True, text=True, check=True)
    return out / done.stdout.splitlines()[-1]


def installed(wheel: Path, folder: Path) -> Path:
    """Install a wheel into an environment that borrows the libraries of this one; its ``wifaq``."""
    venv.create(folder, with_pip=False)
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    own = next(folder.rglob("site-packages"))
    borrowed = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (own / "borrowed.pth").write_text("\n".join(borrowed), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(binaries / "python"), "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    return binaries / "wifaq"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source tree without what building leaves behind."""
    folder = tmp_path_factory.mktemp("source")
    leave = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=leave)
        else:
            shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("wheel", source, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def wifaq(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(wheel, tmp_path_factory.mktemp("environment"))


def call(wifaq: Path, *words: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command; no byte code is written, so that any new file is ours."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env |= {"PYTHONDONTWRITEBYTECODE": "1", **variables}
    return subprocess.run([wifaq, *words], cwd=folder, env=env, capture_output=True, text=True)


def files_below(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def shipped_files() -> Iterator[str]:
    for path in (*(ROOT / "scenarios").rglob("*.yaml"), *(ROOT / "notebooks").glob("*.ipynb")):
        yield f"simulation/_shipped/{path.relative_to(ROOT).as_posix()}"


def test_the_wheel_carries_what_ships(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert set(shipped_files()) <= inside
    assert {"simulation/scenario/template.yaml"} <= inside
    assert {name.split("/")[0].split("-")[0] for name in inside} == {"simulation", "wifaq"}


def test_what_was_deleted_since_an_earlier_build_is_not_carried(source: Path, tmp_path: Path) -> None:
    gone = source / "scenarios" / "gone.yaml"
    gone.write_text("extends: baseline.yaml\n", encoding="utf-8")
    built("wheel", source, tmp_path)
    gone.unlink()
    assert not [name for name in zipfile.ZipFile(built("wheel", source, tmp_path)).namelist() if "gone" in name]


def test_names_are_found_from_an_empty_folder_without_a_home(wifaq: Path, tmp_path: Path) -> None:
    """`check` and `list` need no compiler, no cache and no right to write anywhere."""
    before = files_below(wifaq.parents[1])
    (tmp_path / "tmp").mkdir()
    done = call(wifaq, "list", "scenarios", folder=tmp_path, TMPDIR=str(tmp_path / "tmp"), **NO_HOME)
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.stem for path in (ROOT / "scenarios").glob("*.yaml")} <= set(done.stdout.split())
    done = call(wifaq, "check", "baseline", folder=tmp_path, TMPDIR=str(tmp_path / "tmp"), **NO_HOME)
    assert (done.returncode, done.stdout) == (0, "1 of 1 files are good\n"), done.stderr
    assert files_below(wifaq.parents[1]) == before
    assert files_below(tmp_path) == set()


@pytest.mark.slow
def test_the_main_jobs_from_another_folder(source: Path, tmp_path: Path) -> None:
    """From a source archive, as a user whose home cannot be written: kernels go to a temporary folder."""
    shutil.unpack_archive(built("sdist", source, tmp_path), tmp_path / "unpacked")
    unpacked = next((tmp_path / "unpacked").iterdir())
    wifaq = installed(built("wheel", unpacked, tmp_path), tmp_path / "environment")
    before = files_below(wifaq.parents[1])
    (folder := tmp_path / "empty").mkdir()
    (temporary := tmp_path / "tmp").mkdir()

    def done(*words: str) -> subprocess.CompletedProcess[str]:
        found = call(wifaq, *words, folder=folder, TMPDIR=str(temporary), **NO_HOME)
        assert found.returncode == 0, found.stderr
        return found

    run = done("run", "baseline", *SHORT, "--no-charts", "--no-contrasts")
    assert "Morocco" in run.stdout
    assert [line for line in run.stderr.splitlines() if "cache" in line and str(temporary) in line]
    assert list(temporary.rglob("*.nbc"))
    done("sweep", "fragmentation_rivalry", *SHORT)
    assert "Joins" in done("backtest", "--replicates", "0").stdout
    assert "wifaq run my_scenario.yaml" in done("new", "my_scenario").stdout
    done("check", "my_scenario")
    done("compare", "baseline", "my_scenario", *SHORT)
    done("notebooks", "lessons")
    assert files_below(folder / "lessons") >= {Path(path.name) for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert files_below(wifaq.parents[1]) == before
