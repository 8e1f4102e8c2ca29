"""The folder of a sweep is its ledger: one Parquet file a chunk of runs, whole or not there.

A chunk is named after its first run and says in its metadata which runs it holds, so chunks
of any size lie side by side, and a sweep can go on with others than it started with. What is
not in a good chunk is run again.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import secrets
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from simulation.data.reading import check_file
from simulation.errors import Fault, InputError
from simulation.experiments.engine import store
from simulation.experiments.engine.tables import SCHEMAS, stack
from simulation.experiments.engine.worker import Failure, Job, SinkError

_NAME = pa.dictionary(pa.int32(), pa.string())
SERIES = pa.schema([("point", _NAME), *SCHEMAS["series"]])
"""Columns of a chunk."""
PATTERN = "chunk-*.parquet"
LOCK = "sweep.lock"
_RUNS, _DIGEST, _SWEEP = b"wifaq.runs", b"wifaq.digest", b"wifaq.sweep"
_AGAIN = ("worker", "time")  # stages at which the machine failed, not the model: worth another try


class Damaged(Exception):
    """A chunk file that is cut short, is garbage, or belongs to another sweep."""


@dataclass(frozen=True)
class Run:
    """One run as a chunk tells of it.

    Attributes
    ----------
    run, point, replicate, seed
        Its number in the sweep, design point, replicate, and the seed of its scenario.
    stage, type, message
        Of the exception, empty for a run that was finished.
    digest
        Hash of all that was recorded, to find runs that are alike; empty for a failed one.
    """

    run: int
    point: str
    replicate: int
    seed: int
    stage: str = ""
    type: str = ""
    message: str = ""
    digest: str = ""

    @property
    def done(self) -> bool:
        """Whether it was finished."""
        return not self.type


# --- writing


@dataclass(frozen=True)
class ChunkSink:
    """Writes the chunks of a sweep, in the worker that ran them.

    Attributes
    ----------
    folder
        Absolute path of the sweep's folder, which every worker must see.
    sweep
        Id of the sweep.
    replicates
        Of each design point.
    seeds
        Seed of each design point whose runs it may be given.
    """

    folder: str
    sweep: str
    replicates: int
    seeds: dict[str, int]

    def keep(self, jobs: Sequence[Job], results: Sequence[Any]) -> None:
        """Write a chunk: a temporary file, flushed to the disk, then renamed.

        Raises
        ------
        SinkError
            If the disk does not take it.
        """
        runs = [self._row(job, result) for job, result in zip(jobs, results, strict=True)]
        table = _table(jobs, results)
        path = Path(self.folder) / chunk_name(runs[0].run)
        try:
            _write(table, _metadata(table, runs, self.sweep), path)
        except OSError as error:
            text = f"the folder of the sweep cannot be written: {reason_of(error)} ({self.folder})"
            advice = "what was finished is kept, so mend that and give the same command again"
            raise SinkError(f"{text}; {advice}") from error

    def _row(self, job: Job, result: Any) -> Run:
        number = int(job.point[1:]) * self.replicates + job.replicate
        row = Run(number, job.point, job.replicate, self.seeds[job.point])
        if isinstance(result, Failure):
            return replace(row, stage=result.stage, type=result.type, message=result.message)
        return replace(row, digest=_digest(result.tables["series"].drop_columns("replicate")))


def reason_of(error: OSError) -> str:
    """Why a file could not be written; Arrow wraps the system's words in its own."""
    return os.strerror(error.errno) if error.errno else str(error)


def chunk_name(first: int) -> str:
    """Name of the chunk that starts with a run."""
    return f"chunk-{first:06d}.parquet"


def _table(jobs: Sequence[Job], results: Sequence[Any]) -> pa.Table:
    tables = []
    for job, result in zip(jobs, results, strict=True):
        if not isinstance(result, Failure):
            series = stack([result], "series")
            indices = pa.array(np.zeros(series.num_rows, np.int32))
            column = pa.DictionaryArray.from_arrays(indices, pa.array([job.point]))
            tables.append(series.add_column(0, SERIES.field("point"), column))
    if not tables:
        return SERIES.empty_table()
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def chunk_bytes(jobs: Sequence[Job], results: Sequence[Any]) -> int:
    """Size of the chunk that some outcomes would make."""
    buffer = io.BytesIO()
    pq.write_table(_table(jobs, results), buffer, compression="zstd", version="2.6", write_statistics=False)
    return buffer.tell()


def _metadata(table: pa.Table, runs: Sequence[Run], sweep: str) -> dict[bytes, bytes]:
    text = json.dumps([vars(run) for run in runs], sort_keys=True).encode()
    return {_RUNS: text, _SWEEP: sweep.encode(), _DIGEST: _digest(table, text).encode()}


def _digest(table: pa.Table, runs: bytes = b"") -> str:
    """Hash of runs as told and of every cell of a table, however it is encoded."""
    total = hashlib.sha256(runs)
    for column in table.itercolumns():
        if pa.types.is_dictionary(column.type):
            encoded = pc.dictionary_encode(column.cast(pa.string())).combine_chunks()
            if isinstance(encoded, pa.ChunkedArray):  # no rows, no chunk
                continue
            total.update("\0".join(map(str, encoded.dictionary.to_pylist())).encode())
            column = encoded.indices.fill_null(-1)
        total.update(column.to_numpy().tobytes())
    return total.hexdigest()


def _write(table: pa.Table, metadata: dict[bytes, bytes], path: Path) -> None:
    table = table.replace_schema_metadata(metadata)
    with store.atomic_file(path) as partial, partial.open("xb") as file:
        pq.write_table(table, file, compression="zstd", version="2.6", write_statistics=False)


# --- reading


def runs_of(path: Path, sweep: str) -> list[Run]:
    """The runs that a chunk says it holds; its cells are not read.

    Raises
    ------
    Damaged
        If that cannot be read.
    """
    try:
        metadata = _metadata_of(path)
        if metadata[_SWEEP] != sweep.encode():
            raise Damaged("belongs to another sweep")
        if not pq.read_schema(path).equals(SERIES):
            raise Damaged("its columns are not those of a chunk")
        return [Run(**row) for row in json.loads(metadata[_RUNS])]
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise Damaged(str(error)) from error


def _metadata_of(path: Path) -> dict[bytes, bytes]:
    check_file(path, store.LARGEST_TABLE)
    return pq.read_schema(path).metadata or {}


def belongs(folder: Path, sweep: str) -> bool:
    """Whether the chunks of a folder say that they are of a sweep: some do, and none is of another."""
    owners = set()
    for path in folder.glob(PATTERN):
        with contextlib.suppress(OSError, ValueError, pa.ArrowException):
            owners.add(_metadata_of(path).get(_SWEEP))
    return owners - {None} == {sweep.encode()}


def checked_table(path: Path) -> pa.Table:
    """The cells of a chunk, every byte of which is as it was written.

    Raises
    ------
    Damaged
        If it is not.
    TooLargeError
        If this machine cannot say.
    """
    try:
        table = store.read_parquet(path)
        metadata = table.schema.metadata or {}
        if _digest(table, metadata[_RUNS]).encode() != metadata[_DIGEST]:
            raise Damaged("its content is not what was written")
    except store.TooLargeError:
        raise
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise Damaged(str(error)) from error
    return table


def good_chunks(folder: Path, sweep: str) -> Iterator[tuple[Path, list[Run]]]:
    """Chunks that can be read, by first run; one whose runs lie in an earlier chunk is left out."""
    free = 0
    for path in sorted(folder.glob(PATTERN), key=lambda path: (len(path.name), path.name)):
        with contextlib.suppress(Damaged):
            runs = runs_of(path, sweep)
            if runs and runs[0].run >= free and path.name == chunk_name(runs[0].run):
                free = runs[-1].run + 1
                yield path, runs


def take_stock(folder: Path, sweep: str, total: int) -> tuple[NDArray[np.bool_], list[str]]:
    """What is done, and what had to be thrown away.

    Leftovers of killed workers and damaged chunks are deleted; so are chunks in which a run
    died with its worker or ran out of time, for it may fare better now. A folder in the place of
    a chunk is renamed.

    Returns
    -------
    tuple
        Whether each run is in a good chunk, shape (total,); names of the damaged chunks.
    """
    for path in folder.glob(f".*{store.PARTIAL}"):
        store.remove(path)
    done = np.zeros(total, np.bool_)
    damaged = []
    for path in sorted(folder.glob(PATTERN), key=lambda path: (len(path.name), path.name)):
        try:
            runs = runs_of(path, sweep)
            checked_table(path)
            numbers = [run.run for run in runs]
            if not numbers or path.name != chunk_name(numbers[0]) or numbers[-1] >= total or done[numbers].any():
                raise Damaged("its runs are not those of its name")
        except Damaged:
            damaged.append(path.name)
            if path.is_dir():  # nothing of ours: it is only put out of the way
                path.rename(path.with_name(f"{path.name}.{secrets.token_hex(4)}"))
            else:
                path.unlink()
            continue
        if any(run.stage in _AGAIN for run in runs):
            path.unlink()
        else:
            done[numbers] = True
    return done, damaged


# --- one sweep at a time


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder against a second sweep; the lock of a process that is gone counts for nothing.

    Raises
    ------
    InputError
        Naming the process that holds it.
    """
    try:
        file = (folder / LOCK).open("a+b", buffering=0)
    except OSError as error:
        text = f"cannot be written: {reason_of(error)}"
        raise InputError(Fault(str(folder), text, file="result folder")) from error
    with file:
        if not _lock(file):
            file.seek(0)
            holder = file.read().decode().strip() or "another process"
            text = f"a sweep is running into this folder ({holder}); wait for it, or name another with --out"
            raise InputError(Fault(str(folder), text, file="result folder"))
        with contextlib.suppress(OSError):  # on a full disk the lock holds without a name
            file.truncate(0)
            file.write(f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        try:
            yield
        finally:  # the file stays: another process may have opened it and be about to lock it
            file.truncate(0)


def _lock(file: IO[bytes]) -> bool:
    """Take the system's lock on an open file, which ends with its process."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
