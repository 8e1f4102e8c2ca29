"""Opportunities and advice as the page shows them: tables of ``wifaq opportunities`` and ``wifaq advise``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from simulation.display.advice import by_regret
from simulation.display.opportunities import HELD
from simulation.display.words.language import Words
from simulation.display.words.stated import interval
from simulation.display.words.terms import CANDIDATE, CRITERION, N_, name_of
from simulation.experiments.advise import Advice
from simulation.experiments.opportunities import Opportunities

_FILES = (Opportunities.FORMAT.file, Advice.FORMAT.file)
_DEEP = 3  # folders below the chosen one that are looked into
_MOST = 200
_CANDIDATES: Mapping[str, str] = {
    "rank": N_("Rank"),
    "name": N_("Partner"),
    "kind": N_("Kind"),
    "new": N_("New or held"),
    "gain_commitments": N_("Gain in kept commitments"),
    "interval": N_("90 % interval"),
    "p_accept": N_("Probability of a yes"),
    "price": N_("Price, in quarters’ budgets"),
    "gain_capacity": N_("Gain in capacity"),
    "dependence": N_("Dependence"),
    "tied_with": N_("Tied with so many"),
}
_PORTFOLIO: Mapping[str, str] = {
    "name": N_("Partner"),
    "kind": N_("Kind"),
    "loss_commitments": N_("Loss of kept commitments if it fails"),
    "interval": N_("90 % interval"),
}
_STRATEGIES: Mapping[str, str] = {
    "title": N_("Strategy"),
    "regret_mean": N_("Mean regret"),
    "regret_q90": N_("Regret in the worst tenth"),
    "median": N_("Median"),
    "worst_tenth": N_("Worst tenth"),
    "best_share": N_("Best in share of futures"),
    "tied_with": N_("Tied with so many"),
}


def folders(home: Path) -> tuple[str, ...]:
    """Result folders of both commands below a folder, by their path from there."""
    found = []
    for deep in range(1, _DEEP + 1):
        for name in _FILES:
            found += [path.parent for path in home.glob("/".join(["*"] * deep + [name]))]
    inside = (path for path in found if path.resolve().is_relative_to(home.resolve()))  # no link leads out
    return tuple(sorted(path.relative_to(home).as_posix() for path in inside))[:_MOST]


def read(folder: Path) -> Opportunities | Advice:
    """What a result folder holds.

    Raises
    ------
    InputError
        If a file of it is missing or damaged.
    """
    return Advice.open(folder) if (folder / _FILES[-1]).is_file() else Opportunities.open(folder)


def tables(found: Opportunities | Advice, words: Words) -> dict[str, pd.DataFrame]:
    """The tables of the page that a result fills."""
    if isinstance(found, Advice):
        rows, objective = found.strategies, str(found.info["objective"])
        own = rows.loc[rows["objective"] == objective].set_index("strategy").loc[by_regret(rows, objective)]
        own = own.assign(title=own["title"].map(words.known), tied_with=_ties(own))
        return {"strategies": _shown(own, _STRATEGIES, words)}
    table = found.table.assign(new=[words("held") if share >= HELD else words("new") for share in found.table["held"]])
    return {
        "candidates": _shown(_named(table, words), _CANDIDATES, words),
        "portfolio": _shown(_named(found.portfolio.assign(pairs=found.info["pairs"]), words), _PORTFOLIO, words),
    }


def _named(table: pd.DataFrame, words: Words) -> pd.DataFrame:
    names = [words.actor(*pair) for pair in zip(table["partner"], table["name"], strict=True)]
    kinds = [name_of(CANDIDATE, kind, words) for kind in table["kind"]]
    ties = {"tied_with": _ties(table)} if "tied_with" in table else {}
    rows = zip(table["q05"], table["q95"], table["pairs"], strict=True)
    spans = [interval(words, words.number, (low, high), int(pairs)) or "–" for low, high, pairs in rows]
    return table.assign(name=names, kind=kinds, interval=spans, **ties)


def _ties(table: pd.DataFrame) -> list[int]:
    """How many each is tied with: their codes are no names."""
    return [len(str(others).split()) for others in table["tied_with"]]


def _shown(table: pd.DataFrame, columns: Mapping[str, str], words: Words) -> pd.DataFrame:
    """Some columns under their names; numbers stay numbers, so that they sort as such."""
    kept = table[[name for name in columns if name in table]]
    return kept.rename(columns={name: words(text) for name, text in columns.items()})


def told(found: Opportunities | Advice, words: Words) -> str:
    """What a result is of, in a sentence."""
    focal = words.actor(found.focal, str(found.info["focal"]["name"]))
    if isinstance(found, Advice):
        return words("{focal}: strategies by {quarter}.", focal=focal, quarter=words.quarter(found.info["horizon"]))
    return words(
        "{focal}: candidates by {quarter}, ranked by {criterion}; intervals of 90 %, {count} pairs "
        "({most} of the best).",
        focal=focal, quarter=words.quarter(found.info["by"]), count=words.number(found.info["pairs"]),
        most=words.number(found.table["pairs"].max()), criterion=name_of(CRITERION, found.info["criterion"], words),
    )  # fmt: skip
