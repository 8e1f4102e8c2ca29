"""Folders of `wifaq opportunities` and `wifaq advise` that a report is given, and what its sentences need of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from simulation.display.advice import AdvicePictures
from simulation.display.words.language import Words
from simulation.display.words.quantities import Quantity, quantiles_of
from simulation.display.words.rounding import rounded
from simulation.display.words.stated import Measure, decimals
from simulation.display.words.terms import N_
from simulation.errors import Fault, InputError
from simulation.experiments.advise import Advice
from simulation.experiments.kept import Kept
from simulation.experiments.opportunities import Opportunities
from simulation.report.findings import title_of
from simulation.report.parts import Teller

_PAIRS = N_("pairs of replicates")


@dataclass(frozen=True)
class Decision:
    """What was asked of the model before a choice: whom next, and which strategy.

    Attributes
    ----------
    opportunities, advice
        What each command found, if it was asked.
    """

    opportunities: Opportunities | None = None
    advice: Advice | None = None

    def table(self, name: str) -> pd.DataFrame:
        """A table of either; empty, with its columns, if that was not asked."""
        for found in (self.opportunities, self.advice):
            if found is not None and name in found.tables:
                return found.tables[name]
        entry = {**Opportunities.FORMAT.tables, **Advice.FORMAT.tables}[name]
        return pd.DataFrame(columns=list(entry.columns))

    @property
    def asked(self) -> list[Opportunities | Advice]:
        """What was asked, opportunities first."""
        return [one for one in (self.opportunities, self.advice) if one is not None]

    @property
    def first(self) -> Opportunities | Advice:
        """The first that was asked."""
        return self.asked[0]

    @property
    def criterion(self) -> str:
        """What candidates were ranked by."""
        return str(self.opportunities.info["criterion"]) if self.opportunities else ""

    @property
    def objective(self) -> str:
        """What strategies were chosen by."""
        return str(self.advice.info["objective"]) if self.advice else ""

    @property
    def chosen(self) -> str:
        """The chosen strategy."""
        return self.advice.chosen if self.advice else ""

    @property
    def last(self) -> str:
        """The quarter at whose end the gains of candidates are counted; empty if nobody asked."""
        return str(self.opportunities.info["by"]) if self.opportunities else ""


def is_decision(folder: Path) -> bool:
    """Whether a folder is one of `wifaq opportunities` or `wifaq advise`."""
    return any((folder / kind.FORMAT.file).is_file() for kind in (Opportunities, Advice))


def open_decision(folders: Sequence[Path], focal: str = "") -> Decision:
    """Open folders of both commands, each at most once, for a focal state or that of the first.

    Raises
    ------
    InputError
        With every fault of every folder.
    """
    found: dict[type[Kept], Any] = {}
    faults: list[Fault] = []
    for folder in folders:
        kind = Opportunities if (folder / Opportunities.FORMAT.file).is_file() else Advice
        if kind in found:
            faults.append(Fault("", f"is a second folder of `{kind.FORMAT.writer}`; name one", str(folder)))
            continue
        try:
            found[kind] = kind.open(folder)
        except InputError as error:
            faults += error.faults
            continue
        focal = focal or found[kind].focal
        if found[kind].focal != focal:
            text = f"the focal state is {found[kind].focal}, that of the first folder {focal}; give all the same"
            faults.append(Fault("focal", text, str(folder)))
    if faults:
        raise InputError(faults)
    return Decision(found.get(Opportunities), found.get(Advice))


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
        named = self.given.first.info["focal"]
        return self.words.actor(str(named["id"]), str(named["name"]))

    @property
    def scenario(self) -> str:
        """Title of the scenario."""
        return title_of(self.given.first, self.words)

    @property
    def when(self) -> str:
        """The quarter at whose end gains are counted, as people read it."""
        return self.words.quarter_within(self.given.last) if self.given.last else ""

    @property
    def pictures(self) -> AdvicePictures:
        """Charts of the tables in the language."""
        given = self.given.table
        return AdvicePictures(self.focal, self.when, given("opportunities"), given("portfolio"), given("strategies"),
                              given("information"), self.given.criterion, self.given.objective, self.words,
                              given("optimised"), given("convergence"),
                              bool(self.given.advice and self.given.advice.converged))  # fmt: skip

    def named(self, row: Mapping[Any, Any]) -> Markup:
        """Name of a partner inside a sentence."""
        name = self.words.actor(str(row["partner"]), str(row["name"]))
        return self.teller.name(self.words.within(str(row["partner"]), name))

    def titled(self, strategy: str) -> Markup:
        """Title of a strategy inside a sentence, in quotation marks."""
        return self.teller.tell("“{title}”", title=self.teller.name(self.title(strategy)))

    def title(self, strategy: str) -> str:
        """Title of a strategy."""
        table = self.given.table("strategies")
        found = table.loc[table["strategy"] == strategy, "title"]
        return self.words.known(str(found.iloc[0])) if len(found) else strategy

    def told(
        self, value: float, what: Quantity, table: str, measure: Measure = Measure.AMOUNT, *,
        beside: Sequence[float] = (),
    ) -> Markup:  # fmt: skip
        """A number of a sentence; one that stands beside others as an interval has their decimals."""
        shown = self.words.number(value, decimals(measure, value, *beside))
        return self.teller.number(value, shown, what, self.given.last, f"{table}.csv")

    def with_band(self, row: Mapping[Any, Any], column: str, what: Quantity, table: str) -> tuple[Markup, Markup]:
        """An amount of a sentence, and its 90 % interval; one without width is told as so many pairs that agree."""
        value, low, high = ends = tuple(float(row[name]) for name in (column, "q05", "q95"))
        told, digits = self.told(value, what, table, beside=ends), decimals(Measure.AMOUNT, *ends)
        if rounded(low, digits) == rounded(high, digits):
            pairs = int(row.get("pairs", 0) or self.given.first.info["pairs"])
            return told, self.teller.plural("the same in {count} pair of replicates",
                                            "the same in all {count} pairs of replicates", pairs,
                                            count=self.count(pairs, _PAIRS, table))  # fmt: skip
        first, last = (self.told(end, of, table, beside=ends)
                       for end, of in zip((low, high), quantiles_of(what), strict=True))  # fmt: skip
        return told, self.teller.tell("90 % interval {band}", band=self.teller.interval(first, last))

    def chance(self, share: float, what: Quantity, table: str) -> Markup:
        """A share or a probability of a sentence."""
        return self.teller.number(share, self.words.share(share), what, self.given.last, f"{table}.csv")

    def count(self, value: float, what: str, table: str) -> Markup:
        """A whole number of a sentence."""
        return self.told(value, Quantity(what), table, Measure.COUNT)
