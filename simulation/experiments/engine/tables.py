"""What one replicate leaves behind, as compact Arrow tables with fixed columns.

A replicate is simulated in another process and travels back as a table: names are
dictionary-encoded (a byte or two a row), so that an ensemble of hundreds of replicates
stays small, and every column has one documented type, so that an empty table has its
columns too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from simulation.errors import ModelError

if TYPE_CHECKING:
    from simulation.outcomes.columns import Columns  # compiles nothing, but what stands beside it does

_NAME = pa.dictionary(pa.int32(), pa.string())

SCHEMAS: Mapping[str, pa.Schema] = {
    # metrics of an actor, or of the whole world (actor "system"), at the end of a quarter
    "series": pa.schema(
        [
            ("replicate", pa.int32()),
            ("quarter", _NAME),
            ("actor", _NAME),
            ("metric", _NAME),
            ("value", pa.float64()),
        ]
    ),
    # deals standing at the end of a quarter: depth 1 memorandum, 2 programme, 3 binding
    # source: partners that are new since the start, or were then by a recorded deal or a drawn one
    "ties": pa.schema(
        [
            ("replicate", pa.int32()),
            ("quarter", _NAME),
            ("a", _NAME),
            ("b", _NAME),
            ("track", _NAME),
            ("depth", pa.int8()),
            ("source", _NAME),
        ]
    ),
    # quarter in which an actor joined an instrument; no quarter: it did not
    "joins": pa.schema(
        [
            ("replicate", pa.int32()),
            ("instrument", _NAME),
            ("actor", _NAME),
            ("quarter", _NAME),
            ("eligible", pa.bool_()),
            ("joined_before", pa.bool_()),
        ]
    ),
    # what happened to deals, in order; ids of the actors parted by blanks, no track: ""
    "events": pa.schema(
        [
            ("replicate", pa.int32()),
            ("quarter", _NAME),
            ("kind", _NAME),
            ("actors", _NAME),
            ("depth", pa.int8()),
            ("track", _NAME),
        ]
    ),
    # deals of everybody at the horizon, each pair once
    "world": pa.schema([("replicate", pa.int32()), ("a", _NAME), ("b", _NAME), ("depth", pa.int8())]),
    # direct trust of a in b at the horizon: of each state in the focal one and back, and among peers and leaders
    "trust": pa.schema([("replicate", pa.int32()), ("a", _NAME), ("b", _NAME), ("trust", pa.float64())]),
    # quarters in which a bloc tabled something: how often, how often it passed, its depth after it
    "blocs": pa.schema(
        [
            ("replicate", pa.int32()),
            ("bloc", _NAME),
            ("member", pa.bool_()),
            ("quarter", _NAME),
            ("tabled", pa.int16()),
            ("passed", pa.int16()),
            ("depth", pa.int8()),
        ]
    ),
}
"""Columns of each table, in order."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One finished replicate.

    Attributes
    ----------
    replicate
        Its number, from 0.
    tables
        The tables named in :data:`SCHEMAS`.
    """

    replicate: int
    tables: Mapping[str, pa.Table] = field(repr=False)

    @classmethod
    def from_frames(cls, replicate: int, **frames: pd.DataFrame) -> Outcome:
        """Pack frames like the recorder's; a table that is not given is empty.

        Raises
        ------
        ModelError
            If a recorded value is not a finite number: no result holds one.
        """
        return cls.from_columns(replicate, {name: _columns(frame, name) for name, frame in frames.items()})

    @classmethod
    def from_columns(cls, replicate: int, tables: Mapping[str, Columns]) -> Outcome:
        """Pack the recorder's columns; a table that is not given is empty.

        Raises
        ------
        ModelError
            If a recorded value is not a finite number: no result holds one.
        """
        unknown = set(tables) - set(SCHEMAS)
        if unknown:
            raise ValueError(f"no such table: {', '.join(sorted(unknown))}")
        if "series" in tables:
            _check_finite(tables["series"])
        return cls(
            replicate,
            {name: _pack(replicate, tables.get(name), schema) for name, schema in SCHEMAS.items()},
        )


def _columns(frame: pd.DataFrame, table: str) -> Columns:
    """The columns of a frame that its table has."""
    return {
        entry.name: pd.factorize(frame[entry.name]) if entry.type == _NAME else frame[entry.name].to_numpy()
        for entry in SCHEMAS.get(table, ())
        if entry.name != "replicate"
    }


def _check_finite(series: Columns) -> None:
    values = np.asarray(series["value"], np.float64)
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        row = int(bad[0])
        metric, actor, quarter = (series[name][1][series[name][0][row]] for name in ("metric", "actor", "quarter"))
        raise ModelError(
            f"metric {metric} of {actor} is {values[row]} in {quarter}"
            f" ({bad.size} of {len(values)} values are not finite)"
        )


def _pack(replicate: int, given: Columns | None, schema: pa.Schema) -> pa.Table:
    if given is None:
        return schema.empty_table()
    columns = [
        _names(*given[entry.name]) if entry.type == _NAME else pa.array(given[entry.name], type=entry.type)
        for entry in schema
        if entry.name != "replicate"
    ]
    return pa.table([pa.array(np.full(len(columns[0]), replicate, np.int32)), *columns], schema=schema)


def _names(codes: NDArray[np.int64], names: Sequence[str]) -> pa.DictionaryArray:
    """Dictionary-encode names by their places, -1 for a missing one, in their order of appearance."""
    rows, count = len(codes), len(names)
    first = np.full(count + 1, rows)  # the last place is that of what is missing
    first[codes[::-1]] = np.arange(rows)[::-1]  # what is written last stays: where each appears first
    order = np.argsort(first[:count], kind="stable")[: np.count_nonzero(first[:count] < rows)]
    place = np.full(count + 1, -1, np.int32)
    place[order] = np.arange(order.size)
    found = place[codes]
    return pa.DictionaryArray.from_arrays(
        pa.array(found, mask=found < 0), pa.array([str(names[k]) for k in order.tolist()], pa.string())
    )


def stack(outcomes: Iterable[Outcome], name: str) -> pa.Table:
    """One table of several replicates, in the order given, in one chunk.

    The bytes depend on the rows alone, never on how the replicates were grouped.
    """
    tables = [outcome.tables[name] for outcome in outcomes]
    if not tables:
        return SCHEMAS[name].empty_table()
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def to_frame(table: pa.Table) -> pd.DataFrame:
    """The pandas frame of a table; columns of names are categories."""
    frame: pd.DataFrame = table.to_pandas()
    return frame
