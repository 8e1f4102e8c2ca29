"""Derive the tables of the pair layer from the gathered sources.

``python -m simulation.evidence.deals.build SOURCE_DIR [--out DIR]``, where SOURCE_DIR holds ``agreements/``,
``countries/`` and ``instruments/``. What is shipped: distances and common colonisers (CEPII, CC0), goods trade of
2016 (BACI, derived figures with citation), dated treaties on investment (UNCTAD, facts with citation) and trade
(DESTA, free with citation), and the project's own list of AI deals.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd
import typer

from simulation.data.judged_pairs import states_and_union
from simulation.data.tables import read_csv, short, table, write_csv
from simulation.intensity.places import TABLES

LAST_DAY = "2024-12-31"
RECALLED_CAPITALS: Mapping[str, tuple[float, float]] = {
    "MNE": (42.44, 19.26), "SSD": (4.85, 31.58), "LIE": (47.14, 9.52), "MCO": (43.73, 7.42),
}  # fmt: skip
"""Latitude and longitude of the capitals that the distance table lacks (recalled)."""
EARTH_KM = 6371.0
SAME_TREATY_YEARS = 1
"""A treaty with investment provisions so near to a trade agreement of the pair is that agreement."""


def pairs(source: Path, out: Path) -> None:
    """``pairs.csv``: kilometres, common coloniser, million US dollars of goods trade in 2016."""
    frame = _read(source / "countries" / "dyads.csv.gz").sort_values(["iso3_a", "iso3_b"])
    trade = _read(source / "agreements" / "dyad_covariates.csv.gz").set_index(["iso3_a", "iso3_b"])["trade_musd_2016"]
    capitals = _capitals(source)
    rows = []
    for row in frame.to_dict("records"):
        key = (row["iso3_a"], row["iso3_b"])
        km = _great_circle(capitals[key[0]], capitals[key[1]]) if pd.isna(row["dist_km"]) else float(row["dist_km"])
        goods = float(trade.get(key, math.nan))
        rows.append({"iso3_a": key[0], "iso3_b": key[1], "km": round(km),
                     "common_coloniser": 1 if row["comcol"] == 1 else "",
                     "trade_2016": short(goods, 3) if goods > 0 else ""})  # fmt: skip
    write_csv(out, list(rows[0]), rows)


def _capitals(source: Path) -> dict[str, tuple[float, float]]:
    frame = _read(source / "countries" / "states.csv")
    result = {row["iso3"]: (float(row["capital_lat"]), float(row["capital_lon"])) for row in frame.to_dict("records")}
    return {**result, **RECALLED_CAPITALS}


def _great_circle(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Kilometres between two points given in degrees."""
    (lat_a, lon_a), (lat_b, lon_b) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def treaties(source: Path, out: Path) -> None:
    """``treaties.csv``: pair and year of treaties on investment and trade, each agreement once."""
    known = states_and_union().place
    trade = [(_code(row["iso3_a"]), _code(row["iso3_b"]), int(row["year"])) for row in _treaty_rows(source, "trade")]
    made: dict[tuple[str, str], list[int]] = {}
    for a, b, year in trade:
        made.setdefault(_ordered(a, b), []).append(year)
    rows = [{"a": a, "b": b, "year": year, "domain": "trade"} for (a, b), years in made.items() for year in years]
    for row in _treaty_rows(source, "investment"):
        a, b = _ordered(_code(row["iso3_a"]), _code(row["iso3_b"]))
        year = int(row["year"])
        twin = any(abs(year - other) <= SAME_TREATY_YEARS for other in made.get((a, b), []))
        if not (row["type"] == "TIP" and twin):
            rows.append({"a": a, "b": b, "year": year, "domain": "investment"})
    rows = [row for row in rows if row["a"] in known and row["b"] in known]
    rows.sort(key=lambda row: (str(row["a"]), str(row["b"]), int(str(row["year"])), str(row["domain"])))
    write_csv(out, list(rows[0]), rows)


def _treaty_rows(source: Path, domain: str) -> Iterable[Mapping[str, str]]:
    frame = pd.read_csv(source / "agreements" / f"{domain}.csv.gz", dtype=str, keep_default_na=False)
    return [{str(k): str(v) for k, v in row.items()} for row in frame.to_dict("records") if row["date"] <= LAST_DAY]


def signings(source: Path, out: Path) -> None:
    """``signings.csv``: dated AI deals of actors of the roster, both lists together, talks left out.

    ``joint`` is 1 for a row of a joint initiative (a text of many, co-launched): such rows count in no fit of pairs.
    """
    listed = [
        row
        for name in ("agreements/ai_deals_to_2024.csv", "instruments/bilateral_deals.csv")
        for row in read_csv(source / name)
        if row["kind"] != "talks" and row["date"] <= LAST_DAY
    ]
    names, rows = _names(), []
    for row in listed:
        joint = int(row["kind"] == "joint_initiative")
        for a in _actors(row["party_a"], names):
            for b in _actors(row["party_b"], names):
                one, other = sorted((a, b), key=lambda actor: (actor[1] != "state", actor[0]))
                rows.append({"date": row["date"], "a": one[0], "b": other[0], "kind_a": one[1], "kind_b": other[1],
                             "joint": joint or "", "basis": row["confidence"]})  # fmt: skip
    rows.sort(key=lambda row: tuple(str(row[key]) for key in ("date", "a", "b")))
    write_csv(out, list(rows[0]), rows)


def _names() -> dict[str, tuple[str, str]]:
    """Name in lower case -> id and kind of everybody in the roster; the EU is a state here."""
    states = states_and_union()
    kinds = {row["id"]: row["kind"] for row in table("nonstate")}
    result = {re.sub(r" \(.*", "", row["name"]).lower(): (row["id"], row["kind"]) for row in table("nonstate")}
    result |= {name.lower(): (name, "state") for name in states.ids} | {"euu": ("EU", "state")}
    for row in read_csv(TABLES / "aliases.csv"):
        result[row["name"].lower()] = (row["id"], kinds[row["id"]])
    return result


def _actors(text: str, names: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Those of the roster whom a cell names: ``X (USA), Y (USA) and Z (GBR)`` are three."""
    plain = re.sub(r" \([A-Z]{3}\)", "", text)
    parts = [plain] if plain.lower() in names else re.split(r", | and ", plain)
    for part in parts:
        if part.lower() in names:
            yield names[part.lower()]


def _ordered(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _code(iso3: str) -> str:
    return "EU" if iso3 == "EUU" else iso3


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, na_values=[""], quoting=csv.QUOTE_MINIMAL)


BUILDERS: dict[str, Callable[[Path, Path], None]] = {"pairs": pairs, "treaties": treaties, "signings": signings}


def build(source: Path, out: Path = TABLES) -> None:
    """Write every table of :data:`BUILDERS` into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    for name, builder in BUILDERS.items():
        builder(source, out / f"{name}.csv")


if __name__ == "__main__":
    typer.run(build)
