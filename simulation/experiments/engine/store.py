"""Result folders: written whole or not at all, with the same bytes for the same run.

A folder is put together beside its final place and renamed at the end, so a reader never
sees half of one. Its name is a hash of everything that determines its content: scenario,
seed, version, data, code. No clock, no host, no path of this machine goes into it.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import platform
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from simulation.data.reading import UnreadableError, check_file, read_bytes, shown, text_of
from simulation.errors import Fault, InputError, seen
from simulation.experiments.engine.atomic import PARTIAL as PARTIAL  # what is written whole, beside the folder's files
from simulation.experiments.engine.atomic import atomic_file as atomic_file
from simulation.experiments.engine.atomic import atomic_folder as atomic_folder
from simulation.experiments.engine.atomic import partial_prefix
from simulation.experiments.engine.atomic import remove as remove

if TYPE_CHECKING:
    from simulation.actors.cast import Cast
    from simulation.scenario.schema import Scenario

RUN_ID_LENGTH = 12  # hexadecimal digits: 48 bits, ample for one user's runs
LIBRARIES = ("wifaq", "mesa", "numba", "numpy", "pandas", "pyarrow", "scipy")
"""Packages whose versions a result names."""
FILES = frozenset(
    (".csv", ".tsv", ".txt", ".json", ".yaml", ".yml", ".html", ".htm", ".pdf", ".parquet", ".xls", ".xlsx", ".ods",
     ".doc", ".docx", ".odt", ".png", ".svg", ".jpg", ".zip", ".gz")
)  # fmt: skip
"""Endings of files; a folder whose name has one was meant as a file."""
_PACKAGE = Path(__file__).parents[2]
LARGEST_TEXT, LARGEST_TABLE = 200_000_000, 8_000_000_000
"""Bytes of the largest text (CSV too) and Parquet table of a result folder that are read."""
_CELL = 8  # bytes of a number; names take four, and as many again on the way
_FITS = 2e8  # bytes that are read anyway
_MEMORY_SHARE, _MOST_TIMES = 0.25, 200  # of the memory; of the file's own size, where real runs have 8 to 13
_FORMULA = re.compile(r"'*[=+\-@\t\n]")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[-+]?inf")
_QUOTED = re.compile(r"^'(?='*[=+\-@\t\n])")
_ROW_GROUP = 1 << 20  # fixed, for the bytes of a table must not depend on how it came about


# --- what a run was made of


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that the numbers may depend on."""
    result = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            result[name] = version(name)
        except PackageNotFoundError:  # a source tree that was never installed
            result[name] = "not installed"
    return result


def text_hash(text: str) -> str:
    """SHA-256 of a text, as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def tree_hash(root: Path, pattern: str) -> str:
    """SHA-256 over the relative paths and contents of the files below a folder.

    Line ends do not count, so that a checkout on another system has the same hash.
    """
    total = hashlib.sha256()
    for path in sorted(root.rglob(pattern), key=lambda path: path.relative_to(root).as_posix()):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        total.update(path.relative_to(root).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


def code_hash() -> str:
    """Hash of every module of this package."""
    return tree_hash(_PACKAGE, "*.py")


def data_hash() -> str:
    """Hash of every shipped table."""
    return tree_hash(_PACKAGE / "data", "*.csv")


def hashes(scenario: Scenario, text: str, actors: Cast | None = None) -> dict[str, Any]:
    """Hashes of all that a result was made from.

    Parameters
    ----------
    scenario
        What was simulated.
    text
        The scenario with every key written out.
    actors
        Replacement classes of actors.

    Returns
    -------
    dict
        SHA-256 of ``scenario``, ``data`` and ``code``, of each user's metric (``metrics``), of each
        class of actors (``actors``) and of each table of the user's own facts (``records``).
    """
    from simulation.actors.cast import cast_hashes
    from simulation.outcomes.metrics import metric_hashes

    files = {"deals": scenario.records.deals, "joins": scenario.records.joins}
    records = {name: hashlib.sha256(Path(path).read_bytes()).hexdigest() for name, path in files.items() if path}
    return {
        "scenario": text_hash(text),
        "data": data_hash(),
        "code": code_hash(),
        "metrics": metric_hashes(),
        "actors": cast_hashes(actors or {}),
        "records": records,
    }


def run_id(seed: int, hashes: Mapping[str, Any], contrasts: Sequence[str]) -> str:
    """Name of a run: a hash of what determines its results."""
    parts = {"seed": seed, "version": versions()["wifaq"], "hashes": hashes, "contrasts": sorted(contrasts)}
    return text_hash(json.dumps(parts, sort_keys=True))[:RUN_ID_LENGTH]


# --- the folder


def folder_of(given: str | os.PathLike[str]) -> Path:
    """The folder that somebody named; an empty text, most often of a variable without a value, would be this one.

    Raises
    ------
    InputError
        For an empty text.
    """
    if given == "":
        raise InputError(Fault("", "an empty text names no folder", "result folder"))
    return Path(given)


def check_target(given: str | os.PathLike[str]) -> None:
    """Refuse a result folder that the user named and that cannot be written, before any work.

    Raises
    ------
    InputError
        It is a file, holds something, or lies where nothing can be written.
    """
    folder = folder_of(given)
    try:
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise _refusal(folder, "is not a folder; name one that does not exist yet")
        if folder.is_dir() and any(folder.iterdir()):
            raise _refusal(folder, "exists and is not empty; name another, or move it away")
    except OSError as error:  # a name too long, a folder that may not be looked into
        raise _refusal(folder, f"cannot be written: {error.strerror}") from error
    if folder.suffix.lower() in FILES:
        raise _refusal(folder, f"ends in {folder.suffix} as a file does, and a folder is written; take the ending off")
    check_writable(folder.absolute().parent)


def check_writable(folder: Path) -> None:
    """Refuse a place where no folder can be made, before any work.

    Raises
    ------
    InputError
        Naming what is in the way.
    """
    try:
        place = folder.absolute()
        while not place.exists():
            place = place.parent
        if not place.is_dir():
            raise _refusal(folder, f"cannot be written: {place} is not a folder")
        if not os.access(place, os.W_OK | os.X_OK):
            raise _refusal(folder, f"cannot be written: no permission in {place}")
        with tempfile.TemporaryDirectory(prefix=partial_prefix(place, "trial"), suffix=PARTIAL, dir=place) as trial:
            (Path(trial) / folder.absolute().relative_to(place)).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # some file systems say yes, and then take nothing; a name may be no text
        text = getattr(error, "strerror", None) or error
        raise _refusal(folder, f"cannot be written: {text}") from error


def check_output(path: Path, endings: Sequence[str]) -> None:
    """Refuse a file that the user named and that cannot be written, or is not what its name says, before any work.

    Parameters
    ----------
    path
        The file; one that exists is replaced.
    endings
        What the name may end in, where it has an ending, e.g. ``(".csv",)``.

    Raises
    ------
    InputError
        Its ending is of another kind of file, it is a folder or a device, or it lies where nothing can be written.
    """
    if path.suffix and path.suffix.lower() not in endings:
        text = f"ends in {path.suffix}, but what is written is {endings[0]}; end the name in {' or '.join(endings)}"
        raise _refusal(path, text, "file")
    if path.exists() and not path.is_file():
        raise _refusal(path, "is a folder; name a file" if path.is_dir() else "is no regular file", "file")
    if not path.absolute().parent.is_dir():
        raise _refusal(path, f"cannot be written: there is no folder {path.parent}", "file")
    check_writable(path.absolute().parent)


def _refusal(path: Path, message: str, what: str = "result folder") -> InputError:
    return InputError(Fault(str(path), message, file=what))


# --- files of the folder


def write_table(table: pa.Table, path: Path) -> None:
    """Write a Parquet file whose bytes depend on the table's rows alone."""
    table = table.replace_schema_metadata(None).combine_chunks()
    pq.write_table(table, path, row_group_size=_ROW_GROUP, compression="zstd", version="2.6")


def csv_text(frame: pd.DataFrame, float_format: str = "%.8g") -> str:
    """A frame as the text of a CSV file; a missing value is empty.

    A text that a spreadsheet would take for a formula (``=1+1``, ``@sum``) gets an apostrophe in front,
    which :func:`read_csv` takes off again; a number does not.
    """
    safe = frame.copy()
    for column in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            safe[column] = frame[column].map(_no_formula)
    return safe.to_csv(index=False, float_format=float_format, lineterminator="\n")


def _no_formula(value: object) -> object:
    if not isinstance(value, str):
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n")  # a bare \r is not quoted, and would end the row
    return f"'{value}" if _FORMULA.match(value) and not _NUMBER.fullmatch(value) else value


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a CSV file in UTF-8; a float has eight significant digits. See :func:`csv_text`."""
    path.write_text(csv_text(frame), encoding="utf-8", newline="\n")


def read_csv(path: Path, text: Sequence[str]) -> pd.DataFrame:
    """Read a CSV file of a result folder; characters that cannot be seen are written out.

    Parameters
    ----------
    path
        The file.
    text
        Columns of text, in which only an empty field is missing (``NA`` is a name).

    Raises
    ------
    ValueError
        If it is no regular file, too large or no table.
    """
    content = io.StringIO(seen(read_text(path).replace("\r\n", "\n")))
    with _named(path):
        frame = pd.read_csv(content, dtype=dict.fromkeys(text, "str"), keep_default_na=False, na_values=[""])
    for column in frame.columns.intersection(list(text)):
        quoted = frame[column].str.startswith("'", na=False)
        if quoted.any():
            frame[column] = frame[column].str.replace(_QUOTED, "", regex=True)
    return frame


class TooLargeError(UnreadableError):
    """A table that is whole, and more than the memory of this machine should hold."""


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a table of a result folder, once its footer says that it fits.

    Raises
    ------
    ValueError
        If it is no regular file, damaged, or holds columns that no table of ours has.
    TooLargeError
        If it is more than fits here.
    """
    check_file(path, LARGEST_TABLE)
    with _named(path):
        footer = pq.read_metadata(path)
    for entry in footer.schema.to_arrow_schema():
        kind = entry.type.value_type if pa.types.is_dictionary(entry.type) else entry.type
        if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            raise ValueError(f"{path.name}: column {shown(entry.name)} is of the type {kind}")
    size, unpacked = path.stat().st_size, footer.num_rows * footer.num_columns * _CELL
    text = f"{footer.num_rows} rows, which take {unpacked / 1e9:.1f} GB"
    if unpacked > max(_FITS, _MOST_TIMES * size):
        raise ValueError(f"{path.name} is said to have {text}, from {size / 1e6:.1f} MB; no run writes such a table")
    if unpacked > max(_FITS, _MEMORY_SHARE * _memory()):
        raise TooLargeError(Fault("", f"has {text}; read it on a machine with more memory", str(path)))
    with _named(path):
        return pq.read_table(path, columns=None if columns is None else list(columns))


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Have the words of a library on a damaged file begin with the file's name."""
    try:
        yield
    except (ValueError, OSError, pa.ArrowException) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error


def _memory() -> float:
    """Bytes of this machine's memory; much where the system does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return 64e9


def read_text(path: Path) -> str:
    """Read a text file of a result folder.

    Raises
    ------
    ValueError
        If it is no regular file, too large or not UTF-8.
    """
    try:
        return text_of(read_bytes(path, LARGEST_TEXT), str(path))
    except InputError as error:  # whoever reads a folder names it
        raise UnreadableError([replace(fault, file=path.name) for fault in error.faults]) from error


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write a JSON object, keys sorted; NaN is an error."""
    text = json.dumps(content, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read what :func:`write_json` wrote; characters that cannot be seen are written out in its texts.

    Raises
    ------
    ValueError
        If it is no regular file, too large or holds anything but a JSON object.
    """
    text = read_text(path)
    try:
        with _named(path):
            content: Any = _seen(json.loads(text))
    except RecursionError:
        raise ValueError(f"{path.name} is nested too deeply") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path.name} is not a JSON object")
    return content


def _seen(value: Any) -> Any:
    """A value of JSON with what cannot be seen in its texts written out."""
    if isinstance(value, str):
        return seen(value)
    if isinstance(value, list):
        return [_seen(item) for item in value]
    if isinstance(value, dict):
        return {seen(key): _seen(item) for key, item in value.items()}
    return value
