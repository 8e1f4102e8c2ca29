"""Results as folders: a JSON object that says what was asked, the scenario in full, and CSV tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

import pandas as pd
import pyarrow as pa

from simulation.errors import Fault, InputError, RunError, seen
from simulation.experiments.engine import store
from simulation.experiments.engine.executors import beside

SCENARIO = "scenario.resolved.yaml"
_MOST_TOLD = 300
"""Characters of a library's own words on a damaged file."""


@dataclass(frozen=True)
class Table:
    """A table of a result.

    Attributes
    ----------
    text
        Columns that hold text; the others hold numbers, or true and false.
    columns
        Columns that a folder's table must have.
    optional
        Whether a folder may lack it.
    """

    text: Sequence[str]
    columns: Sequence[str] = ()
    optional: bool = False


@dataclass(frozen=True)
class Format:
    """A kind of folder.

    Attributes
    ----------
    file
        The file by which it is known; it holds ``info``.
    writer
        The command that writes it.
    tables
        Tables by name.
    keys
        What ``info`` must have, and of which type it is.
    """

    file: str
    writer: str
    tables: Mapping[str, Table]
    keys: Mapping[str, type] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """A result that is kept as a folder.

    Attributes
    ----------
    info
        What was asked and how: scenario, focal state, versions, hashes, failures.
    scenario_text
        The scenario with every key written out, as YAML.
    tables
        Frames by name.
    """

    FORMAT: ClassVar[Format]

    info: Mapping[str, Any]
    scenario_text: str = field(repr=False)
    tables: Mapping[str, pd.DataFrame] = field(repr=False)

    @property
    def failures(self) -> tuple[Mapping[str, Any], ...]:
        """Replicates that did not finish."""
        return tuple(self.info["failures"])

    @property
    def bands(self) -> str:
        """What intervals over replicates hold."""
        return str(self.info["bands"])

    @property
    def focal(self) -> str:
        """Id of the focal state."""
        return str(self.info["focal"]["id"])

    @property
    def horizon(self) -> str:
        """The last quarter."""
        return str(self.info["horizon"])

    def save(self, folder: Path | str) -> Path:
        """Write the folder, whole or not at all.

        Raises
        ------
        InputError
            If it holds something already.
        RunError
            If the disk does not take it.
        """
        target = store.folder_of(folder)
        store.check_target(target)
        return self._save(target, self._charts())

    def _charts(self) -> list[Callable[[Path], object]]:
        """Calls that draw a picture each into a folder."""
        return []

    def _save(
        self, target: Path, charts: Sequence[Callable[[Path], object]], workers: int = 1, *, replace: bool = False
    ) -> Path:
        try:
            with store.atomic_folder(target, replace=replace) as fresh:
                calls = [partial(draw, fresh / "charts") for draw in charts]
                with beside(calls, workers if workers > 1 else 0) as drawn:
                    self._write(fresh)
                    drawn()
        except OSError as error:
            raise RunError(f"the result folder {target} was not written: {error}") from error
        return target

    def _write(self, folder: Path) -> None:
        for name, table in self.tables.items():
            store.write_csv(table, folder / f"{name}.csv")
        if self.scenario_text:
            (folder / SCENARIO).write_text(self.scenario_text, encoding="utf-8", newline="\n")
        store.write_json(self.info, folder / self.FORMAT.file)

    @classmethod
    def open(cls, folder: Path | str) -> Self:
        """Read such a folder.

        Raises
        ------
        InputError
            If it is none, or a file of it is missing or damaged; all faults at once.
        """
        folder = store.folder_of(folder)
        try:
            result = cls._read(folder)
            faults = list(result.check())
        except store.TooLargeError:
            raise
        except (OSError, ValueError, TypeError, pa.ArrowException) as error:
            text = f"is not a whole result folder of `{cls.FORMAT.writer}`: {' '.join(str(error).split())[:_MOST_TOLD]}"
            raise InputError(Fault(str(folder), text)) from error
        if faults:
            raise InputError([Fault(str(folder), fault) for fault in faults])
        return result

    @classmethod
    def _read(cls, folder: Path) -> Self:
        return cls(*cls._parts(folder))

    @classmethod
    def _parts(cls, folder: Path) -> tuple[dict[str, Any], str, dict[str, pd.DataFrame]]:
        """What every folder has: info, text of the scenario, tables."""
        info = store.read_json(folder / cls.FORMAT.file)
        text = store.read_text(folder / SCENARIO).replace("\r\n", "\n")
        hashes = info.get("hashes")
        kept = hashes.get("scenario") if isinstance(hashes, dict) else None
        if isinstance(kept, str) and kept != store.text_hash(text):
            raise ValueError(f"{SCENARIO} is not what this was made from: its hash is not the one in {cls.FORMAT.file}")
        tables = {
            name: store.read_csv(folder / f"{name}.csv", entry.text)
            for name, entry in cls.FORMAT.tables.items()
            if not entry.optional or (folder / f"{name}.csv").exists()
        }
        return info, seen(text), tables

    def check(self) -> Iterator[str]:
        """What this result lacks, a sentence each."""
        for key, kind in self.FORMAT.keys.items():
            if not isinstance(self.info.get(key), kind):
                yield f"{self.FORMAT.file}: {key} is {'damaged' if key in self.info else 'missing'}"
        focal = self.info.get("focal")
        if isinstance(focal, dict):
            yield from (f"{self.FORMAT.file}: focal.{key} is missing" for key in ("id", "name") if key not in focal)
        for name, entry in self.FORMAT.tables.items():
            columns = self.tables[name].columns if name in self.tables else entry.columns
            yield from (f"{name}.csv: column {column} is missing" for column in entry.columns if column not in columns)
