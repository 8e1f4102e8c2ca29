"""Files and folders that are there whole or not at all, whatever ends the process that writes them.

Each is written beside its place under a name that says whose it is, flushed to the disk and renamed; what
a killed process leaves behind is removed by the next one that writes there.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import socket
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulation.errors import RunError

PARTIAL = ".partial"
"""How the names of files end that are being written; what a killed process leaves behind."""
_HOST = f"{zlib.crc32(socket.gethostname().encode()):08x}"  # a process is dead or alive on its own machine only
_PARTIAL_NAME = re.compile(rf"{_HOST}-(\d+)\..*{re.escape(PARTIAL)}")
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, *((errno.EACCES,) if os.name == "nt" else ()))
_ATTEMPTS = 100  # names, or swaps with other processes, that are tried
_KEPT = 50  # characters of a name that its partial has, for no system takes a name of more than 255 bytes


@contextmanager
def atomic_folder(target: Path, *, replace: bool = True) -> Iterator[Path]:
    """A folder to fill that takes its name only when it is complete and on the disk.

    A folder of that name is replaced; if filling fails, it stays and nothing else remains.

    Parameters
    ----------
    target
        The folder's name.
    replace
        Whether a folder that holds something is replaced. If not, and somebody else has filled one of
        that name meanwhile, this one is put beside it, for its content took work.

    Yields
    ------
    Path
        An empty folder beside ``target``.

    Raises
    ------
    RunError
        Naming where the folder is, if the name was taken.
    """
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = partial_prefix(target.parent, target.name)
    holder = Path(tempfile.mkdtemp(prefix=prefix, suffix=PARTIAL, dir=target.parent))
    try:
        folder = holder / "new"
        folder.mkdir()
        yield folder
        _sync(folder)
        if replace:
            _swap(folder, target, holder)
        elif (result := _settle(folder, target)) != target:
            sync_folder(target.parent)
            raise RunError(f"{target} was filled by another process meanwhile; this result is whole, in {result}")
        sync_folder(target.parent)
    finally:
        shutil.rmtree(holder, ignore_errors=True)


def _swap(folder: Path, target: Path, holder: Path) -> None:
    """Give a folder its name; what had it before steps aside. Another process may do the same at this moment."""
    for attempt in range(_ATTEMPTS):
        aside = holder / f"old{attempt}"
        if target.is_dir():  # no call swaps two folders everywhere
            with contextlib.suppress(FileNotFoundError):
                target.rename(aside)
        try:
            folder.rename(target)
            return
        except OSError as error:
            if aside.exists() and not target.exists():
                aside.rename(target)
            if error.errno not in _TAKEN or attempt == _ATTEMPTS - 1:
                raise


def _settle(folder: Path, target: Path) -> Path:
    """Give a folder its name, or where that holds something the first of NAME-2, NAME-3 … that is free."""
    for number in range(1, _ATTEMPTS):
        name = target if number == 1 else target.with_name(f"{target.name}-{number}")
        try:
            if os.name == "nt" and name.is_dir():  # elsewhere an empty folder is replaced as it is
                name.rmdir()
            folder.rename(name)
            return name
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
    raise OSError(errno.EEXIST, "it and its neighbours are taken", str(target))


def partial_prefix(place: Path, name: str) -> str:
    """How the name of something that is being written begins: whose it is, so that leftovers can be told.

    Those of this name that a process of this machine has left which is no more are removed.
    """
    begin = f".{name[:_KEPT]}."
    with contextlib.suppress(OSError):
        for entry in os.scandir(place):
            if entry.name.startswith(begin):
                owner = _PARTIAL_NAME.fullmatch(entry.name.removeprefix(begin))
                if owner and _is_dead(int(owner[1])):
                    remove(Path(entry.path))
    return f"{begin}{_HOST}-{os.getpid()}."


def _is_dead(process: int) -> bool:
    if os.name == "nt":  # there the question would end it
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        pass
    return False


def remove(path: Path) -> None:
    """Remove a file or a whole folder, as far as the system lets it go."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


@contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """A file to write that takes its name only when it is complete and on the disk.

    Yields
    ------
    Path
        A name beside ``target`` that starts with a dot and ends in :data:`PARTIAL`.
    """
    partial = target.with_name(partial_prefix(target.parent, target.name) + secrets.token_hex(4) + PARTIAL)
    try:
        yield partial
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(partial, target)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    sync_folder(target.absolute().parent)


def _sync(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk."""
    if os.name == "nt":  # folders cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
