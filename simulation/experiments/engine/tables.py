"""What one replicate leaves behind, as compact Arrow tables with fixed columns.

A replicate is simulated in another process and travels back as a table: names are
dictionary-encoded (a byte or two a row), so that an ensemble of hundreds of replicates
stays small, and every column has one documented type, so that an empty table has its
columns too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from simulation.errors import ModelError

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
        """Pack the recorder's frames; a table that is not given is empty.

        Raises
        ------
        ModelError
            If a recorded value is not a finite number: no result holds one.
        """
        unknown = set(frames) - set(SCHEMAS)
        if unknown:
            raise ValueError(f"no such table: {', '.join(sorted(unknown))}")
        if "series" in frames:
            _check_finite(frames["series"])
        return cls(
            replicate,
            {name: _pack(replicate, frames.get(name), schema) for name, schema in SCHEMAS.items()},
        )


def _check_finite(series: pd.DataFrame) -> None:
    values = series["value"].to_numpy(dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        row = series.iloc[int(bad[0])]
        raise ModelError(
            f"metric {row['metric']} of {row['actor']} is {row['value']} in {row['quarter']}"
            f" ({bad.size} of {len(values)} values are not finite)"
        )


def _pack(replicate: int, frame: pd.DataFrame | None, schema: pa.Schema) -> pa.Table:
    if frame is None:
        return schema.empty_table()
    columns = []
    for entry in schema:
        if entry.name == "replicate":
            columns.append(pa.array(np.full(len(frame), replicate, np.int32)))
        elif entry.type == _NAME:
            columns.append(_names(frame[entry.name]))
        else:
            columns.append(pa.array(frame[entry.name].to_numpy(), type=entry.type))
    return pa.table(columns, schema=schema)


def _names(column: pd.Series) -> pa.DictionaryArray:
    """Dictionary-encode a column of names in their order of appearance; missing stays missing."""
    codes, values = pd.factorize(column)  # -1 for a missing value
    indices = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array([str(value) for value in values], pa.string()))


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
