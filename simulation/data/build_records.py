"""Tables of instruments, joins and deals: see :mod:`simulation.data.build`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from simulation.data.tables import judged, read_csv, write_csv

LAST_DAY = "2024-12-31"
JOINED = frozenset({"endorsed", "signed", "member", "adherent", "party", "ratified",
                    # Named supporters of a text whose full list is unknown, and the chairs of a group.
                    "endorsed_partial_list", "co_chair"})
REFUSED = frozenset({"declined", "attended_not_signed", "negotiated_not_signed", "vote_no", "vote_abstain",
                     "vote_abstain_committee"})
NOT_LOADED = frozenset({"PSE", "VAT", "XKX"})
# What a title says of a text's later fate must not be known before.
TITLE_TAIL = re.compile(r"(,| \()\s?(revised|renamed|integrated)[^)]*\)?$")
INSTRUMENT_COLUMNS = ("id", "title", "convener", "sponsors", "position_from", "track", "regional", "domain",
                      "binding", "enforcement", "opens", "closes", "eligible", "exclusive", "invitation_only",
                      "in_force", "needed", "complete", "universal", "basis")


def actor(code: str) -> str:
    """The model's id of a source's code."""
    return "EU" if code == "EUU" else code


def instruments(source: Path, out: Path) -> None:
    """``instruments.csv``: every text states could join, with its door and its judged facts."""
    rules = {row["id"]: row for row in judged("instruments")}
    rows = []
    for row in read_csv(source / "instruments" / "instruments.csv"):
        if row["track"] == "domestic" or row["date"] > LAST_DAY:
            continue
        rows.append({**rules.pop(row["id"]), "title": TITLE_TAIL.sub("", row["name"]), "track": row["track"],
                     "binding": int(row["binding"] == "yes")})
    assert not rules, f"judged instruments that the source does not list: {sorted(rules)}"
    rows.sort(key=lambda row: str(row["id"]))
    write_csv(out, INSTRUMENT_COLUMNS, rows)


def joins(source: Path, out: Path) -> None:
    """``joins.csv``: who joined what when (``joined`` 1) or is known to have refused (0)."""
    kept = {row["id"] for row in judged("instruments")}
    rows = []
    for row in read_csv(source / "instruments" / "signatories.csv"):
        known = row["status"] in JOINED | REFUSED and row["iso3"] not in NOT_LOADED
        if known and row["instrument_id"] in kept and row["date"] <= LAST_DAY:
            rows.append({"instrument": row["instrument_id"], "actor": actor(row["iso3"]), "date": row["date"],
                         "date_precision": row["date_precision"], "status": row["status"],
                         "joined": int(row["status"] in JOINED),
                         "basis": "read" if row["confidence"] == "read" else "recalled"})
    for text in judged("instruments"):
        for code in filter(None, text["refused"].split(";")):
            if not any(row["instrument"] == text["id"] and row["actor"] == code for row in rows):
                rows.append({"instrument": text["id"], "actor": code, "date": text["opens"],
                             "date_precision": "day", "status": "attended_not_signed", "joined": 0,
                             "basis": "read"})
    rows.sort(key=lambda row: (row["instrument"], str(row["date"]), row["actor"]))
    write_csv(out, list(rows[0]), rows)


def _parties(row: dict[str, str], parties: str) -> list[list[str]]:
    """Parties of each deal of a source row: "X and Y" as a party is two deals, "X;Y;Z" one deal of three."""
    if parties:
        return [pair.split(";") for pair in parties.split("|")]
    return [[actor(row["party_a"]), actor(row["party_b"])]]


DEAL_LISTS = {"deals": "instruments/bilateral_deals.csv", "wide_deals": "agreements/ai_deals_to_2024.csv"}
"""The list of one state and its peers, and the list of everybody, by the judged table of their parties and depths."""


def deals(source: Path, out: Path) -> None:
    """``deals.csv``: dated agreements and joint initiatives; talks are no deals, nor are deals of parties unknown."""
    rows = [row for judgement, path in DEAL_LISTS.items() for row in _deals(source / path, judgement)]
    ids = Counter(row["id"] for row in rows)
    for name in [name for name, count in ids.items() if count > 1]:  # two texts of one pair on one day
        for number, row in enumerate([row for row in rows if row["id"] == name][1:], start=2):
            row["id"] = f"{name}-{number}"
    rows.sort(key=lambda row: (row["date"], row["id"]))
    write_csv(out, list(rows[0]), rows)


def _deals(path: Path, judgement: str) -> Iterator[dict[str, str]]:
    rulings = {row["key"]: row for row in judged(judgement)}
    for row in read_csv(path):
        if row["kind"] == "talks" or row["date"] > LAST_DAY:
            continue
        ruling = rulings.pop(f"{row['date']}|{row['party_a']}|{row['party_b']}")
        for parties in _parties(row, ruling["parties"]) if ruling["depth"] else ():
            yield {
                "id": "-".join([*parties, row["date"]]), "date": row["date"],
                "date_precision": row["date_precision"], "party_a": parties[0], "party_b": parties[1],
                "party_c": parties[2] if len(parties) > 2 else "", "depth": ruling["depth"], "kind": row["kind"],
                "subject": row["subject"], "source": re.sub(r"\s+", " ", row["source"]),
                "basis": f"{'read' if row['confidence'] == 'read' else 'recalled'}; depth: {ruling['basis']}",
            }
    assert not rulings, f"judged deals that the source does not list: {sorted(rulings)}"
