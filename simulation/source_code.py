"""Where code was written and a hash of what it says: a user's functions, and this package.

A function typed into a notebook has a made-up file name; here it gets the number of its cell.
Worker processes know no notebook, so the parent sends them the labels of its cells.

A hash of this package names the folder in which its compiled kernels are kept. The compiler's own
cache looks at the time stamp of one file, and would keep the old machine code of a kernel whose helper
in another file has changed; under another name it finds nothing old.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import CodeType, FunctionType, TracebackType
from typing import Any

_CELLS: dict[str, str] = {}  # labels of notebook cells by file name, sent by a parent process
_PLAIN = (bool, int, float, complex, str, bytes, type(None))
KERNEL_CACHE = "NUMBA_CACHE_DIR"
"""The environment variable of the compiler that names where compiled kernels are kept."""
UNFINISHED = "unfinished"
"""A file beside compiled kernels while others of a run are compiled ahead; it stays if that is broken off."""
CHARTS_CACHE = "MPLCONFIGDIR"
_PACKAGE = Path(__file__).parent
KERNEL_ROOMS = ("data", "scenario", "processes", "intensity", "actors", "outcomes", "model")
"""Folders of the package with compiled functions, and all that these import."""
_KERNELS = re.compile(r"kernels-[0-9a-f]{16}")
_DAY = 86_400.0  # seconds
COMPILING = "Compiling kernels: about a minute, the first time on this machine only."
"""Silence at the first run on a machine looks like a fault."""
_TELLERS: list[Callable[[], None]] = []
_UNUSED_DAYS = 31
"""Compiled kernels of other code go after so many days without use."""


def code_of(function: Any) -> CodeType | None:
    """The code of a function, method, partial, compiled function or callable object; None if it has none."""
    plain = _plain_function(function)
    return plain.__code__ if plain is not None else None


def _plain_function(function: Any) -> FunctionType | None:
    import inspect  # here, as others of this file: a command hears Ctrl-C only once this package is imported

    for _ in range(10):  # wrappers around wrappers
        if isinstance(function, FunctionType):
            return inspect.unwrap(function) if hasattr(function, "__wrapped__") else function
        if isinstance(function, functools.partial):
            function = function.func
        elif hasattr(function, "py_func"):  # compiled by numba
            function = function.py_func
        elif hasattr(function, "__func__"):
            function = function.__func__
        elif isinstance(function, property):
            function = function.fget
        else:
            function = inspect.getattr_static(type(function), "__call__", None)
    return None


def place_of(function: Any) -> str:
    """Where a function begins: ``my_actors.py:12`` or ``cell In[3], line 5``; empty if it has no source."""
    code = code_of(function)
    return place(code.co_filename, code.co_firstlineno) if code is not None else ""


def place(file: str, line: int) -> str:
    """A line of a file or of a notebook's cell, as a person would name it."""
    label = _CELLS.get(file) or _cell(file)
    if label:
        return f"cell {label}, line {line}"
    if file.startswith("<"):
        return f"{file}, line {line}"
    inside = os.path.relpath(file) if os.path.isabs(file) and _below(file, os.getcwd()) else file
    return f"{inside}:{line}"


def place_outside() -> str:
    """Where this package was called from, as :func:`place` names it."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] == __name__.split(".")[0]:
        frame = frame.f_back
    return place(frame.f_code.co_filename, frame.f_lineno)


def _below(file: str, folder: str) -> bool:
    return os.path.normcase(file).startswith(os.path.normcase(folder) + os.sep)


def _cell(file: str) -> str:
    """``In[3]`` for the made-up file name of a notebook's cell; empty for other files."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    name = getattr(getattr(shell, "compile", None), "format_code_name", None)
    text = name(file) if name is not None else None
    return str(text[1]) if text else ""


def cells_of(functions: Iterator[Any]) -> dict[str, str]:
    """Labels of the notebook cells in which some functions were typed, by file name."""
    codes = [code for function in functions if (code := code_of(function)) is not None]
    result = {code.co_filename: _CELLS.get(code.co_filename) or _cell(code.co_filename) for code in codes}
    return {file: label for file, label in result.items() if label}


def remember_cells(labels: Mapping[str, str]) -> None:
    """Take over the labels that a parent process sent."""
    _CELLS.update(labels)


def failing_line(function: Any, trace: TracebackType | None) -> str:
    """The last line of an exception's traceback in the file of a function; the function if there is none."""
    code, result = code_of(function), ""
    while trace is not None and code is not None:
        if trace.tb_frame.f_code.co_filename == code.co_filename:
            result = place(code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return result or place_of(function)


# --- what it says


def source_hash(function: Callable[..., Any]) -> str:
    """SHA-256 of a user's function and of what it uses; the same in every process and session.

    Hashed are its source, the plain values and arrays that it takes from outside, and likewise
    the functions of its own module that it calls. What it imports is not.
    """
    return hash_lines(_told(function, set()))


def class_hash(cls: type) -> str:
    """SHA-256 of all that a class says itself, in the way of :func:`source_hash`; not of its bases."""
    return hash_lines(_class_told(cls, set()))


def hash_lines(lines: Iterator[str]) -> str:
    """SHA-256 of some lines, as hexadecimal digits."""
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _told(function: Any, seen: set[int]) -> Iterator[str]:
    plain = _plain_function(function)
    if plain is None or id(plain) in seen:
        yield type(function).__qualname__
        return
    seen.add(id(plain))
    yield _text(plain)
    if isinstance(function, functools.partial):
        yield from _value(function.args, seen, plain.__module__)
        yield from _value(function.keywords, seen, plain.__module__)
    yield from _value(plain.__defaults__, seen, plain.__module__)
    yield from _value(plain.__kwdefaults__, seen, plain.__module__)
    for name, value in sorted(_outside(plain).items()):
        yield name
        yield from _value(value, seen, plain.__module__)


def _text(function: FunctionType) -> str:
    import inspect
    import textwrap

    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):  # typed at a bare prompt
        code = function.__code__
        return repr((code.co_code, [c for c in code.co_consts if not isinstance(c, CodeType)], code.co_names))


def _outside(function: FunctionType) -> dict[str, Any]:
    """What a function takes from around it, nested functions included."""
    code = function.__code__
    result: dict[str, Any] = {}
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        try:
            result[name] = cell.cell_contents
        except ValueError:  # not filled yet
            continue
    names = {name for inner in _codes(code) for name in inner.co_names}
    return result | {name: function.__globals__[name] for name in names if name in function.__globals__}


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _value(value: Any, seen: set[int], module: str) -> Iterator[str]:
    """What a value is, without addresses; a function or class only if it is of the user's own ``module``."""
    if isinstance(value, _PLAIN):
        yield repr(value)
    elif isinstance(value, tuple | list):
        yield type(value).__name__
        for inner in value:
            yield from _value(inner, seen, module)
    elif isinstance(value, set | frozenset):
        yield repr(sorted(map(repr, value)))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield repr(key) if isinstance(key, _PLAIN) else type(key).__qualname__
            yield from _value(inner, seen, module)
    elif hasattr(value, "tobytes") and hasattr(value, "dtype"):
        yield f"{value.dtype}{getattr(value, 'shape', ())}{hashlib.sha256(value.tobytes()).hexdigest()}"
    elif isinstance(value, type):
        yield value.__qualname__
        if value.__module__ == module:
            yield from _class_told(value, seen)
    elif callable(value) and getattr(value, "__module__", None) == module:
        yield from _told(value, seen)
    else:
        yield type(value).__qualname__


def _class_told(cls: type, seen: set[int]) -> Iterator[str]:
    if id(cls) in seen:
        return
    seen.add(id(cls))
    for name, value in sorted(vars(cls).items()):
        if name in _NOT_SAID:
            continue
        yield name
        function = _plain_function(value) if callable(value) or hasattr(value, "__func__") else None
        if isinstance(value, property):
            function = _plain_function(value)
        if function is not None and not isinstance(value, type):
            yield from _told(value, seen)
        else:
            yield from _value(value, seen, "")


_NOT_SAID = {"__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__firstlineno__"}
_NOT_SAID |= {"__static_attributes__", "__annotations__", "__annotate__", "__abstractmethods__", "_abc_impl"}



# --- this package, and where its compiled kernels are kept


def kernel_hash(package: Path = _PACKAGE) -> str:
    """Hash of the place and of every line that a kernel can be made of; two checkouts never have the same.

    Hashed are the rooms that hold kernels, those below them, and the loose files: nothing else reaches
    a kernel, and an edit of a report need not compile the model anew.
    """
    total = hashlib.sha256(os.fsencode(os.path.abspath(package)))
    files = [*package.glob("*.py"), *(file for room in KERNEL_ROOMS for file in (package / room).rglob("*.py"))]
    for path in sorted(files):
        content = path.read_bytes()
        total.update(f"{path.relative_to(package).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()[:16]


def use_kernel_folder(package: Path = _PACKAGE) -> None:
    """Have compiled kernels kept in a folder named by the hash of the code, and let old ones go.

    Nothing is made here: the compiler makes the folder when it first needs it. A folder that the user
    has named in ``NUMBA_CACHE_DIR`` stays; one inherited from a process with other code does not.
    """
    given = os.environ.get(KERNEL_CACHE, "")
    if given and not _KERNELS.fullmatch(os.path.basename(given)):
        return
    name = f"kernels-{kernel_hash(package)}"
    if os.path.basename(given) != name:
        os.environ[KERNEL_CACHE] = str(_cache_root() / name)
    if "numba" in sys.modules:  # it has read the environment already
        sys.modules["numba"].config.CACHE_DIR = os.environ[KERNEL_CACHE]
    folder = Path(os.environ[KERNEL_CACHE])
    if temporary_kernels():  # the library of charts would look for a home too, and complain in three lines
        os.environ.setdefault(CHARTS_CACHE, str(folder.parent / "matplotlib"))
    _let_go(folder)


@functools.cache
def must_compile() -> bool:
    """Whether kernels were still to be compiled when this process first asked, or since it has had them compiled.

    It first asks when it imports this package.
    """
    folder = Path(os.environ.get(KERNEL_CACHE) or os.devnull)
    return (folder / UNFINISHED).exists() or not any(folder.glob("*/*.nbc"))  # who only imports kernels makes folders


def tell_when_compiling(say: Callable[[str], Any] | None = None) -> None:
    """Have a line said when this process or its workers first have to compile; what the cache holds is not compiled.

    Parameters
    ----------
    say
        What says it; by default it is printed.
    """
    from numba.core.event import Event, Listener, register

    class Teller(Listener):  # type: ignore[misc]
        told = False

        def on_start(self, event: Event | None = None) -> None:
            if not self.told:
                self.told = True
                (say or functools.partial(print, flush=True))(COMPILING)

        def on_end(self, event: Event) -> None:
            """Nothing: another kernel may follow."""

    teller = Teller()
    register("numba:compile", teller)
    _TELLERS.append(teller.on_start)


def tell_of_workers() -> None:
    """Say that line before workers begin: what they compile is no event of this process."""
    if must_compile():
        for tell in _TELLERS:
            tell()


def temporary_kernels() -> str:
    """The temporary folder of compiled kernels, where the user's cache cannot be written; else nothing."""
    folder = Path(os.environ.get(KERNEL_CACHE, ""))
    return str(folder) if _KERNELS.fullmatch(folder.name) and folder.parent != _users_cache() else ""


def _cache_root() -> Path:
    """The user's cache folder for this program, or a temporary one if that cannot be written."""
    wanted = _users_cache()
    return wanted if wanted is not None and _can_be_made(wanted) else _temporary()


def _users_cache() -> Path | None:
    """Where this system keeps what programs can make again; None for a user without a home."""
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(home / "AppData" / "Local")
        return Path(base) / "wifaq" / "Cache"
    given = os.environ.get("XDG_CACHE_HOME", "")
    if sys.platform != "darwin" and os.path.isabs(given):  # the standard says to ignore others
        return Path(given) / "wifaq"
    if not home.is_dir():
        return None
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "wifaq"


def _can_be_made(folder: Path) -> bool:
    """Whether a folder is there and can be written, or can be made."""
    place = folder
    while not os.path.lexists(place) and place != place.parent:
        place = place.parent
    return os.path.isdir(place) and os.access(place, os.W_OK | os.X_OK)


def _temporary() -> Path:
    """A folder of the user's own among the temporary ones; nobody else can have put anything there."""
    import tempfile

    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"wifaq-{user}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        result = folder.lstat()
    except OSError:
        return Path(tempfile.mkdtemp(prefix="wifaq-"))
    others = stat.S_IRWXG | stat.S_IRWXO
    if hasattr(os, "getuid") and (not stat.S_ISDIR(result.st_mode) or result.st_uid != user or result.st_mode & others):
        return Path(tempfile.mkdtemp(prefix="wifaq-"))
    return folder


def _let_go(folder: Path) -> None:
    """Remove folders beside one that nobody has used for a month; looked for once a day."""
    import shutil

    now = time.time()
    try:
        if folder.is_dir():
            if now - folder.stat().st_mtime < _DAY:
                return
            os.utime(folder)
        for other in folder.parent.iterdir():
            old = now - other.stat().st_mtime > _UNUSED_DAYS * _DAY
            if old and other != folder and _KERNELS.fullmatch(other.name):
                shutil.rmtree(other, ignore_errors=True)
    except OSError:  # no cache yet, or not ours to tidy
        return
