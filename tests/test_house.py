"""The house: which way imports go, where Mesa and luck may enter, how long and how told a piece of code is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "simulation"
FILES = sorted(PACKAGE.rglob("*.py"))

FLOORS = (
    ["errors", "source_code"],
    ["arithmetic", "state"],
    ["kernels", "data", "display"],
    ["scenario", "intensity"],
    ["processes"],
    ["actors", "outcomes"],
    ["model"],
    ["experiments"],
    ["evidence", "report", "app"],
    ["cli", "__init__"],
)
"""The house, from the ground up: a file imports what lies on a lower floor, type hints included."""
RANK = {part: rank for rank, parts in enumerate(FLOORS) for part in parts}
ROOMS, LOOSE = 13, 6
"""Folders of the package, and modules beside them, at most."""
LONGEST_FILE = 500
LONGEST_FUNCTION = 40
"""Lines of code: without signature, docstring, comments and blank lines."""
LUCKLESS = ("processes", "actors", "outcomes", "model", "state")
"""Parts whose only chance is a keyed draw, and whose only time is the quarter."""


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _part(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def _imports(path: Path) -> Iterator[str]:
    """Modules that a file imports anywhere, for the type checker too."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            whole = node.module == "simulation"
            yield from (f"simulation.{a.name}" for a in node.names) if whole else [node.module or ""]


def _packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in _imports(path)}


def _parts_imported(path: Path) -> set[str]:
    names = (name.split(".") for name in _imports(path))
    return {name[1] for name in names if name[0] == "simulation" and len(name) > 1} - {_part(path)}


# --- imports


def test_the_house_is_small_and_every_part_has_its_place() -> None:
    assert {_part(path) for path in FILES} == set(RANK)
    loose = {_part(path) for path in FILES if path.parent == PACKAGE}
    assert len(set(RANK) - loose) <= ROOMS
    assert len(loose) <= LOOSE
    assert len(FLOORS) <= 10


def test_arrows_go_down_only() -> None:
    arrows = [(_part(path), part, _name(path)) for path in FILES for part in _parts_imported(path)]
    assert [arrow for arrow in arrows if RANK[arrow[1]] >= RANK[arrow[0]]] == []


def test_what_is_told_from_tables_runs_nothing() -> None:
    """The room of experiments holds how tables are read, too; that part knows none of what runs."""
    for path in (PACKAGE / "experiments" / "analysis").glob("*.py"):
        others = {name for name in _imports(path) if name.startswith("simulation.experiments.")}
        assert not [name for name in others if not name.startswith("simulation.experiments.analysis.")], path
        assert _parts_imported(path) <= {"scenario", "display", "state", "errors"}, path


def test_the_package_itself_is_asked_in_two_places() -> None:
    """Models and results show themselves by :func:`simulation.view`: its page lies above them and loads when asked."""
    asking = {_name(path) for path in FILES if "simulation" in _imports(path)}
    assert asking == {"simulation/model/governance.py", "simulation/experiments/results.py"}


def test_what_begins_with_an_underscore_stays_in_its_file() -> None:
    nodes = ((path, node) for path in FILES for node in ast.walk(_tree(path)) if isinstance(node, ast.ImportFrom))
    taken = [(_name(path), alias.name) for path, node in nodes for alias in node.names]
    assert [(path, name) for path, name in taken if re.match("_[^_]", name)] == []


def test_mesa_is_imported_in_two_places() -> None:
    importing = {_name(path) for path in FILES if "mesa" in _packages(path)}
    assert importing == {"simulation/model/governance.py", "simulation/actors/base.py"}


def test_a_scenario_is_checked_without_compiling_anything() -> None:
    """Facts and scenarios know nothing of kernels: `wifaq check` answers at once."""
    for path in FILES:
        if _part(path) in ("data", "scenario", "errors"):
            assert not _packages(path) & {"numba", "mesa"}, path


# --- luck and time, and what reads code from data


def test_no_luck_but_keyed_draws() -> None:
    for path in (path for path in FILES if _part(path) in LUCKLESS):
        clocks = {"random", "time", "datetime", "secrets", "uuid"} - _DATES.get(_name(path), set())
        assert not _packages(path) & clocks, path
        attributes = {ast.unparse(node) for node in ast.walk(_tree(path)) if isinstance(node, ast.Attribute)}
        luck = re.compile(r"\bnp\.random\b|\.(random|rng)$|\.(now|today)$")
        assert not [name for name in attributes if luck.search(name)], path


_DATES = {"simulation/model/start.py": {"datetime"}}
"""Files that name the type of a date; a clock is refused there too."""


def test_nothing_runs_what_it_reads() -> None:
    for path in FILES:
        calls = {ast.unparse(node.func) for node in ast.walk(_tree(path)) if isinstance(node, ast.Call)}
        assert not calls & {"eval", "exec", "compile", "pickle.load", "pickle.loads", "yaml.load", "os.system"}, path
        assert not _packages(path) & {"pickle", "marshal", "shelve"}, path


def test_bytes_are_unpickled_in_one_place() -> None:
    """Where a worker opens what its parent sent; nothing that was read from a file comes there."""
    assert [_name(path) for path in FILES if "cloudpickle" in _packages(path)] == [
        "simulation/experiments/engine/transport.py"
    ]
    nodes = ast.walk(_tree(PACKAGE / "experiments" / "engine" / "transport.py"))
    calls = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
    assert {name for name in calls if re.search(r"open$|read|path", name.lower())} == {"_open"}


def test_kernels_are_cached_and_never_fast_and_loose() -> None:
    """`fastmath` and threads would let bits depend on the compiler and on the number of cores."""
    nodes = [node for path in FILES for node in ast.walk(_tree(path))]
    found = {ast.unparse(decorator) for node in nodes for decorator in getattr(node, "decorator_list", ())}
    kernels = {text for text in found if "njit" in text}
    assert kernels
    for text in kernels:
        assert text.startswith("njit(cache=True, error_model='numpy'"), text
        assert "fastmath" not in text
        assert "parallel" not in text


# --- length and docstrings


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _lines_of_code(function: ast.FunctionDef, lines: list[str]) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    code = (line.strip() for line in lines[body[0].lineno - 1 : function.end_lineno])
    return sum(1 for line in code if line and not line.startswith("#"))


def _is_a_table(function: ast.FunctionDef) -> bool:
    """One entry a line, and nothing that decides anything."""
    return not any(isinstance(node, ast.If | ast.While | ast.Try) for node in ast.walk(function)) and any(
        isinstance(node, ast.Yield) for node in ast.walk(function)
    )


def test_no_file_and_no_function_is_long() -> None:
    long = {}
    for path in FILES:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= LONGEST_FILE, path
        for function in _functions(_tree(path)):
            count = _lines_of_code(function, lines)
            if count > LONGEST_FUNCTION and not _is_a_table(function):
                long[f"{_name(path)} {function.name}"] = count
    assert long == {}


def _undocumented(node: ast.AST, prefix: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.ClassDef) or child.name.startswith("_"):
            continue
        if any(ast.unparse(decorator).endswith(".setter") for decorator in child.decorator_list):
            continue  # documented where it is read
        if not ast.get_docstring(child):
            yield prefix + child.name
        protocol = isinstance(child, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in child.bases)
        if isinstance(child, ast.ClassDef) and not protocol:  # a protocol's members are documented where they live
            yield from _undocumented(child, f"{prefix}{child.name}.")


def test_everything_public_has_a_docstring() -> None:
    for path in FILES:
        tree = _tree(path)
        assert ast.get_docstring(tree) or not tree.body, path  # an empty file marks a folder, no more
        assert list(_undocumented(tree, "")) == [], path


# --- words


def _is_told(name: str, path: Path) -> bool:
    """Whether a reference names something: by its whole path, from its folder on (with a dot), or in its own file."""
    folder = _name(path.parent).replace("/", ".")
    own = folder if path.stem == "__init__" else f"{folder}.{path.stem}"
    whole = folder + name if name.startswith(".") else f"{own}.{name}"
    try:
        resolve_name(name if name.startswith("simulation") else whole)
    except (ImportError, AttributeError):
        return any(hasattr(each, name) for each in vars(import_module(own)).values() if isinstance(each, type))
    return True


def test_what_a_docstring_refers_to_is_there() -> None:
    """A name that has moved or gone is found nowhere by who reads of it."""
    role = re.compile(r":(?:func|class|meth|data|attr|mod|exc):`~?([^`]+)`")
    told = [(_name(path), name) for path in FILES for name in role.findall(path.read_text(encoding="utf-8"))]
    assert [(path, name) for path, name in told if not _is_told(name, ROOT / path)] == []


def test_nothing_is_left_to_do_and_no_path_is_of_one_machine() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError", text), path
        strings = (node.value for node in ast.walk(_tree(path)) if isinstance(node, ast.Constant))
        assert not [s for s in strings if isinstance(s, str) and re.match(r"/\w+/\w+|[A-Z]:\\", s)], path
