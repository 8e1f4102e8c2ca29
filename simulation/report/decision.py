"""Folders of `wifaq opportunities` and `wifaq advise` that a report is given, and what its sentences need of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from markupsafe import Markup

from simulation.display.advice import AdvicePictures
from simulation.display.words.language import Words
from simulation.display.words.rounding import digits_that_tell
from simulation.errors import Fault, InputError
from simulation.experiments.engine import store
from simulation.report.parts import Teller

TEXT = {
    "opportunities": ("partner", "name", "kind", "tied_with"),
    "portfolio": ("partner", "name", "kind"),
    "strategies": ("strategy", "title", "objective", "unit", "tied_with"),
    "failures": ("strategy", "objective", "conditions"),
    "information": ("uncertainty", "unit", "best_low", "best_high"),
}
"""Columns of text of each table."""
NUMBERS = {
    "opportunities": ("held", "p_alone", "p_accept", "gain_commitments", "q05", "q95", "gain_capacity",
                      "gain_coverage", "dependence", "price", "rank"),
    "portfolio": ("loss_commitments", "q05", "q95", "loss_coverage"),
    "strategies": ("median", "worst_tenth", "regret_median", "regret_q90", "satisficed", "best_share", "futures",
                   "regret_mean", "control"),
    "failures": ("share_failing", "coverage", "density", "futures"),
    "information": ("value", "share_changed"),
}  # fmt: skip
"""Their columns of numbers."""
WRITERS = {"opportunities": ("opportunities", ("portfolio",)), "strategies": ("advise", ("failures", "information"))}
"""The table by which a folder is known, the command that writes it, and the tables beside it."""
_QUARTER = re.compile(r"\d{4}Q[1-4]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Decision:
    """What was asked of the model before a choice: whom next, and which strategy.

    Attributes
    ----------
    tables
        Frames by name; one that was not given is missing.
    infos
        What each command was asked, by the name of its first table.
    """

    tables: Mapping[str, pd.DataFrame]
    infos: Mapping[str, Mapping[str, Any]]

    def table(self, name: str) -> pd.DataFrame:
        """A table; empty, with its columns, if it was not given."""
        columns = [*TEXT[name], *NUMBERS[name]]
        return self.tables.get(name, pd.DataFrame(columns=columns))

    @property
    def focal(self) -> Mapping[str, Any]:
        """Id and name of the focal state."""
        found: Mapping[str, Any] = next(iter(self.infos.values()))["focal"]
        return found

    @property
    def criterion(self) -> str:
        """What candidates were ranked by."""
        return str(self.infos.get("opportunities", {}).get("criterion", ""))

    @property
    def objective(self) -> str:
        """What strategies were chosen by."""
        return str(self.infos.get("strategies", {}).get("objective", ""))

    @property
    def chosen(self) -> str:
        """The chosen strategy."""
        return str(self.infos.get("strategies", {}).get("chosen", ""))

    @property
    def last(self) -> str:
        """The last day or quarter that gains are counted at; empty if it was not told."""
        told = (str(info[key]) for info in self.infos.values() for key in ("by", "horizon") if info.get(key))
        return next(told, "")


def is_decision(folder: Path) -> bool:
    """Whether a folder is one of `wifaq opportunities` or `wifaq advise`."""
    return any((folder / f"{name}.csv").is_file() for name in WRITERS)


def open_decision(folders: Sequence[Path], focal: str) -> Decision | None:
    """Open folders of both commands for a focal state, each at most once.

    Raises
    ------
    InputError
        With every fault of every folder.
    """
    tables: dict[str, pd.DataFrame] = {}
    infos: dict[str, Mapping[str, Any]] = {}
    faults: list[Fault] = []
    for folder in folders:
        for name in (name for name in WRITERS if (folder / f"{name}.csv").is_file()):
            if name in infos:
                faults.append(Fault("", f"is a second folder of `wifaq {WRITERS[name][0]}`; name one", str(folder)))
                continue
            try:
                infos[name] = _info(folder)
                if infos[name]["focal"]["id"] != focal:
                    text = f"the focal state is {infos[name]['focal']['id']}, that of the first folder {focal}"
                    faults.append(Fault("focal", f"{text}; give all the same", str(folder)))
                tables |= {part: _read(folder, part) for part in (name, *WRITERS[name][1])}
            except (OSError, ValueError, TypeError, pa.ArrowException) as error:
                faults.append(Fault("", f"is not whole: {error}", str(folder)))
    if faults:
        raise InputError(faults)
    return Decision(tables, infos) if infos else None


def _info(folder: Path) -> Mapping[str, Any]:
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise ValueError("the JSON file that says what was asked is missing")
    info = store.read_json(paths[0])
    focal = info.get("focal")
    if not isinstance(focal, dict) or not {"id", "name"} <= set(focal):
        raise ValueError(f"{paths[0].name}: focal needs id, name")
    return info


def _read(folder: Path, name: str) -> pd.DataFrame:
    table = store.read_csv(folder / f"{name}.csv", TEXT[name])
    missing = [column for column in (*TEXT[name], *NUMBERS[name]) if column not in table.columns]
    if missing:
        raise ValueError(f"{name}.csv: column {missing[0]} is missing")
    for column in NUMBERS[name]:
        if table[column].notna().any() and not pd.api.types.is_numeric_dtype(table[column]):
            raise ValueError(f"{name}.csv: {column} holds what is no number")
    return table


@dataclass(frozen=True)
class Advised:
    """A decision as a report tells it: its language, and what writes its numbers.

    Attributes
    ----------
    given
        The tables.
    words, teller
        Language, and what keeps the numbers of sentences.
    """

    given: Decision
    words: Words
    teller: Teller = field(repr=False)

    @property
    def focal(self) -> str:
        """Name of the focal state."""
        return self.words.actor(str(self.given.focal["id"]), str(self.given.focal["name"]))

    @property
    def when(self) -> str:
        """The last day or quarter that gains are counted at, as people read it; empty if it was not told."""
        text = self.given.last
        if _QUARTER.fullmatch(text):
            return self.words.quarter(text)
        return self.words.date(text) if _DAY.fullmatch(text) else text

    @property
    def pictures(self) -> AdvicePictures:
        """Charts of the tables in the language."""
        given = self.given.table
        return AdvicePictures(self.focal, self.when, given("opportunities"), given("portfolio"), given("strategies"),
                              given("information"), self.given.criterion, self.given.objective, self.words)  # fmt: skip

    def named(self, row: Mapping[Any, Any]) -> Markup:
        """Name of a partner inside a sentence."""
        name = self.words.actor(str(row["partner"]), str(row["name"]))
        return self.teller.name(self.words.within(str(row["partner"]), name))

    def titled(self, strategy: str) -> Markup:
        """Title of a strategy inside a sentence."""
        return self.teller.name(self.title(strategy))

    def title(self, strategy: str) -> str:
        """Title of a strategy."""
        table = self.given.table("strategies")
        found = table.loc[table["strategy"] == strategy, "title"]
        return self.words.known(str(found.iloc[0])) if len(found) else strategy

    def told(self, value: float, what: str, table: str, digits: int | None = None) -> Markup:
        """A number of a sentence."""
        shown = self.words.number(value, digits_that_tell(value) if digits is None else digits)
        return self.teller.number(value, shown, what, self.given.last, f"{table}.csv")

    def chance(self, share: float, what: str, table: str) -> Markup:
        """A share or a probability of a sentence."""
        return self.teller.number(share, self.words.share(share), what, self.given.last, f"{table}.csv")

    def count(self, value: float, what: str, table: str) -> Markup:
        """A whole number of a sentence."""
        return self.told(value, what, table, 0)
