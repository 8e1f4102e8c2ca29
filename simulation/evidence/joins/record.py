"""The record of who signed what, read for fitting from the gathered lists (never shipped as rows).

141 lists are coded (``coding.csv``): texts of the United Nations and its agencies, regional texts,
political calls, coalitions and organisations, 1981 to 2024. Of each: who could join, whose status is
known, who is in at the end of its launch (31 days) or, for a *stock*, at the end of its list, and on
which day each came. Seven lists are counts without names.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulation.data.dates import surely_by
from simulation.data.tables import read_csv, table
from simulation.intensity.joining.design import HALF_LIFE, KINDS, kinds_of
from simulation.intensity.joining.pace import LAUNCH_DAYS
from simulation.intensity.joining.states import ids, members, place, un_members
from simulation.state import B, F

I = NDArray[np.int64]  # noqa: E741
TABLES = Path(__file__).parent / "tables"

RECORD_END = date(2024, 12, 31)
NEVER = np.iinfo(np.int64).max
YES = frozenset({"signed", "ratified", "acceded", "endorsed", "member", "adherent", "party"})
_LAUNCH_ENDS = {"GMP_2021": date(2021, 11, 2), "BBNJ_2023": date(2023, 9, 30)}
"""Launches that are not 31 days long: a pledge shown at the conference it was made for, and a list cut off earlier."""
_SAME = {"CRI_2024": "CRI_2021", "ARTEMIS_2024": "ARTEMIS_2020", "ISA_2017": "ISA_2016", "CHCALL_2021": "CHCALL_2019",
         "gpai_2020": "gpai", "gpai_2024": "gpai", "BLETCHLEY_2023": "bletchley_2023"}  # fmt: skip
"""Lists whose names stand under another id."""
_BLOCS = {"COE": "CoE", "AU": "AU", "G7": "G7", "OECD": "OECD", "EUU": "EU"}
_STOCK_ENDS = {"SAFESCHOOLS_2015": date(2016, 4, 27)}


@dataclass(frozen=True)
class Listed:
    """One list.

    Attributes
    ----------
    kind, openness, ceremony, summit, binding, domain, stock
        How the text is coded.
    sponsors, house
        States that convene it, and the organisation whose members are at home in it (or "").
    end
        Until when the list is read: who joined by then.
    until
        Until when its later joins are known (at least ``end``).
    eligible, observed, joined
        bool[s]: could join, status known (among the eligible), in by ``end``.
    day
        int64[s], ordinal of the day by which a state was surely in; :data:`NEVER` if not.
    count
        Joiners of a list without names, else None.
    """

    id: str
    family: str
    kind: str
    openness: str
    binding: bool
    ceremony: bool
    summit: bool
    domain: str
    stock: bool
    opens: date
    end: date
    until: date
    sponsors: tuple[str, ...]
    house: str
    eligible: B
    observed: B
    joined: B
    day: I
    count: int | None = None

    @property
    def treaty(self) -> bool:
        """A text of the United Nations or of one of its agencies, as against a political one."""
        return self.kind in ("UN", "agency")

    @property
    def lead(self) -> tuple[str, ...]:
        """States whose interests the text is taken to serve: its sponsors."""
        return self.sponsors

    @property
    def contested(self) -> bool:
        """Whether a text of the United Nations has a known initiator; none of the record is coded so."""
        return False


def read_record(source: Path) -> list[Listed]:
    """Every coded list, oldest first.

    Parameters
    ----------
    source
        The folder with ``treaties`` and ``instruments``.
    """
    acts = _acts(source)
    calls = {row["list_id"]: row for row in read_csv(source / "treaties" / "calls.csv")}
    treaties = {row["list_id"]: row for row in read_csv(source / "treaties" / "treaty_lists.csv")}
    masks: dict[str, set[str]] = {}
    for row in read_csv(source / "treaties" / "masks.csv"):
        masks.setdefault(row["list_id"], set()).add(row["iso3"])
    counts = {row["list_id"]: row for row in read_csv(source / "treaties" / "reach_counts.csv")}
    judged = {row["id"]: row for row in read_csv(TABLES / "conveners.csv")}
    result = []
    for code in read_csv(source / "treaties" / "coding.csv"):
        row = calls.get(code["id"]) or treaties.get(code["id"]) or counts.get(code["id"]) or {}
        result.append(_listed(code, row, acts, masks.get(code["id"]), judged.get(code["id"])))
    result += [_launch_of(one) for one in result if one.id in _FOUNDED]
    return sorted(result, key=lambda one: (one.opens, one.id))


_FOUNDED = ("dco", "foc")
"""Stocks whose founding members are dated: each is read once more as a launch."""


def _launch_of(one: Listed) -> Listed:
    end = one.opens + timedelta(days=LAUNCH_DAYS)
    joined = (one.day <= end.toordinal()) & one.eligible
    return replace(one, id=f"{one.id}_founding", stock=False, end=end, joined=joined)


def _acts(source: Path) -> dict[str, list[tuple[str, str, str, str]]]:
    """List -> (state, day, action, precision)."""
    out: dict[str, list[tuple[str, str, str, str]]] = {}
    with gzip.open(source / "treaties" / "treaty_joins.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows += [dict(row) for row in read_csv(source / "treaties" / "call_joins.csv")]
    for row in rows:
        out.setdefault(row["list_id"], []).append((row["iso3"], row["date"], row["action"], row["date_precision"]))
    for row in read_csv(source / "instruments" / "signatories.csv"):
        act = (row["iso3"], row["date"], row["status"], row["date_precision"])
        out.setdefault(row["instrument_id"], []).append(act)
    return out


def _listed(code: dict[str, str], row: dict[str, str], acts: dict[str, list[tuple[str, str, str, str]]],
            mask: set[str] | None, judged: dict[str, str] | None) -> Listed:  # fmt: skip
    name, opens = code["id"], date.fromisoformat(code["opens"])
    own = acts.get(_SAME.get(name, name), [])
    stock = code["stage"] == "stock"
    treaty = code["kind"] in ("UN", "agency")
    end = _end(name, opens, stock, row, own)
    day = np.full(len(ids()), NEVER)
    for state, when, action, _ in own:
        known = surely_by(when) if action in YES and state in place() else date.max
        # the launch of a treaty is what was signed; some consents are dated before it opened
        if known < date.max and not (treaty and action != "signed" and known <= end):
            day[place()[state]] = min(day[place()[state]], max(known, opens).toordinal())
    eligible = _eligible(name, code, end if stock else opens, acts, day)
    observed = eligible.copy()
    if mask is not None:
        observed &= np.isin(ids(), sorted(mask))
    sponsors, house = _conveners(row, judged)
    joined = (day <= end.toordinal()) & eligible
    named = bool(joined.any())
    return Listed(
        id=name, family=code["fam"], kind=code["kind"], openness=code["open"], binding=code["bind"] == "1",
        ceremony=code["cer"] == "1" or not treaty, summit=code["summit"] == "1", domain=code["dom"], stock=stock,
        opens=opens, end=end, until=_until(name, end, row), sponsors=sponsors, house=house, eligible=eligible,
        observed=observed if named else np.zeros_like(observed), joined=joined, day=day,
        count=None if named else int(code["joined"]),
    )  # fmt: skip


def _end(name: str, opens: date, stock: bool, row: dict[str, str],
         acts: list[tuple[str, str, str, str]]) -> date:  # fmt: skip
    if name in _STOCK_ENDS:
        return _STOCK_ENDS[name]
    if not stock:
        return _LAUNCH_ENDS.get(name, opens + timedelta(days=LAUNCH_DAYS))
    last = max(surely_by(when) for _, when, action, _ in acts if action in YES)
    closes = row.get("closes_or_asof", "")
    return min(RECORD_END, max(last, surely_by(closes))) if closes else min(RECORD_END, last)


_KNOWN_UNTIL = {"oecd_ai_2019": "2024-05-03", "gpai_2020": "2024-07-03", "us_poldecl_2023": "2024-12-31",
                "dco": "2024-01-31", "foc": "2023-08-31", "reaim_2023": "2024-09-10",
                "BLETCHLEY_2023": "2024-10-23"}  # fmt: skip
"""Until when the lists of AI texts are complete."""


def _until(name: str, end: date, row: dict[str, str]) -> date:
    known = _KNOWN_UNTIL.get(name) or row.get("closes_or_asof") or str(end)
    return min(RECORD_END, max(end, surely_by(known)))


_EARLIER = {"C108PLUS_2018": "conv108", "BUDA2AP_2022": "budapest"}
"""Texts open to the parties of another."""
_BARRED = {"reaim_2023": "RUS"}
"""Who was not invited to a call open to all others."""


def _eligible(name: str, code: dict[str, str], opens: date, acts: dict[str, list[tuple[str, str, str, str]]],
              day: I) -> B:  # fmt: skip
    """Who could join: all members of the United Nations, or those that the coding names."""

    def among(other: str) -> B:
        return np.isin(ids(), [state for state, *_ in acts[other]])

    everybody = un_members(opens)
    if code["open"] == "attended":
        return everybody & among(name)
    if name == "AIIB_LATER_2017":
        return everybody & ~among("AIIB_2015")
    if name in _EARLIER:
        return everybody & (among(_EARLIER[name]) | (day < NEVER))
    if code["open"] != "members":
        return everybody & (np.array(ids()) != _BARRED.get(name, ""))
    return everybody & (_members_only(name, code, opens) | (day < NEVER))


def _members_only(name: str, code: dict[str, str], opens: date) -> B:
    continent = {row["iso3"]: row["continent"] for row in table("states")}
    if code["fam"] == "au":
        return np.array([continent[i] == "Africa" for i in ids()])
    if name in _circles():
        return np.isin(ids(), _circles()[name])
    if code["fam"] == "unece":
        return members("OSCE", RECORD_END) & np.array([i != "MNG" for i in ids()])
    return members("CoE", opens)


@lru_cache(maxsize=1)
def _circles() -> dict[str, list[str]]:
    """Who might join lists whose circle no bloc of the world is, by list (``circles.csv``)."""
    return {row["list"]: row["states"].split() for row in read_csv(TABLES / "circles.csv")}


def _conveners(row: dict[str, str], judged: dict[str, str] | None) -> tuple[tuple[str, ...], str]:
    if judged is not None:
        return tuple(filter(None, judged["sponsors"].split(";"))), judged["house"]
    names = row.get("convener", "").split(";")
    house = next((_BLOCS[name] for name in names if name in _BLOCS), "")
    return tuple(name for name in names if name in place()), house


def as_known(record: list[Listed], as_of: date) -> list[Listed]:
    """The lists as they stood on a day.

    A launch is known when its window is over. A stock is cut at the day, if by then a tenth of it and
    at least five were dated; acts dated later are removed.
    """
    out = []
    for one in record:
        if one.opens > as_of:
            continue
        day = np.where(one.day <= as_of.toordinal(), one.day, NEVER)
        until = min(one.until, as_of)
        if one.end <= as_of:
            out.append(replace(one, day=day, until=until))
        elif one.stock and (day < NEVER).sum() >= FEWEST and _well_dated(one):
            out.append(replace(one, day=day, end=as_of, until=as_of, joined=(day < NEVER) & one.eligible))
    return out


FEWEST = 5


def _well_dated(one: Listed) -> bool:
    """Whether the days of a stock are spread: not more than half of them the same."""
    days = one.day[one.joined]
    return bool(np.unique(days, return_counts=True)[1].max() <= len(days) / 2)


def sums(record: Sequence[Listed], day: date) -> tuple[F, F]:
    """Weighted excess of joins and weight of the lists known on a day, by state and kind.

    Returns
    -------
    float64[s, len(KINDS)] each.
    """
    excess, weight = np.zeros((len(ids()), len(KINDS))), np.zeros((len(ids()), len(KINDS)))
    for one in record:
        if one.end > day or one.count is not None:
            continue
        who = one.eligible & one.observed
        heft = 0.5 ** ((day - one.end).days / 365.25 / HALF_LIFE)
        beyond = heft * np.where(who, one.joined - one.joined[who].mean(), 0.0)
        for kind in kinds_of(one.domain, one.treaty):
            excess[:, kind] += beyond
            weight[:, kind] += heft * who
    return excess, weight
