"""Tables of states and pairs of states: see :mod:`simulation.data.build`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from simulation.data.tables import judged, short, write_csv

#: variable of the model -> {year: column of the source}; ``None`` stands for a year column beside it.
COLUMNS: dict[str, dict[int, str]] = {
    "libdem": {2019: "vdem_libdem_2019", 2024: "vdem_libdem_2024"},
    "freedom": {2024: "fh_total_2024"},
    "voice": {2021: "wgi_voice_2021", 2023: "wgi_voice_2023"},
    "stability": {2021: "wgi_polstab_2021"},
    "effectiveness": {2021: "wgi_goveff_2021"},
    "regulation": {2021: "wgi_regqual_2021"},
    "rule_of_law": {2021: "wgi_rulelaw_2021"},
    "corruption_control": {2021: "wgi_corrupt_2021"},
    "cpi": {2021: "ti_cpi_2021"},
    "readiness": {2023: "gairi_2023", 2024: "gairi_2024"},
    "gdp_usd": {2023: "gdp_cur_usd_2023", 2024: "gdp_cur_usd_2024"},
}
DATED = {"internet": ("internet_users_pct", "internet_users_pct_year"),
         "gdp_usd": ("gdp_latest_usd", "gdp_latest_year")}
FIRST_SESSION = 2012
TRADE_YEARS = (2018, 2019, 2020)
COOPERATION, CONFLICT = "icews_verb_coop_2008_2014", "icews_verb_conf_2008_2014"
"""What governments say to each other. What is done is left out: arrests of foreigners make most of it."""
FEW_EVENTS = 5.0
"""Ordinary events a year that every pair is lent, so that few of its own say little."""


def _read(path: Path) -> pd.DataFrame:
    # Namibia's ISO code and "NA" texts must not become missing values.
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def _source_states(source: Path) -> pd.DataFrame:
    return _read(source / "countries" / "states.csv").sort_values("iso3", ignore_index=True)


def states(source: Path, out: Path) -> None:
    """``states.csv``: names, regions, UN admission, official languages."""
    recalled = {row["iso3"]: row["language"] for row in judged("languages")}
    frame = _source_states(source)
    rows = [
        {
            "iso3": row["iso3"], "name": row["name"], "subregion": row["un_subregion"],
            "continent": row["continent"], "un_member_since": int(row["un_member_since"]),
            "language_1": recalled.get(row["iso3"], row["lang_official_1"]),
            "language_2": "" if pd.isna(row["lang_official_2"]) else row["lang_official_2"],
        }
        for row in frame.to_dict("records")
    ]
    write_csv(out, list(rows[0]), rows)


def _facts(source: Path) -> Iterator[tuple[str, str, int, float]]:
    frame = _source_states(source)
    records = frame.to_dict("records")
    for variable, years in COLUMNS.items():
        for year, column in years.items():
            yield from ((row["iso3"], variable, year, row[column]) for row in records)
    for variable, (column, year_column) in DATED.items():
        for row in records:
            if pd.notna(row[column]):
                yield row["iso3"], variable, int(row[year_column]), row[column]
    panel = _read(source / "countries" / "unga_idealpoints_panel_2000_2023.csv")
    for row in panel[panel["year"] >= FIRST_SESSION].to_dict("records"):
        yield row["iso3"], "ideal_point", int(row["year"]), row["idealpoint"]
        # 5-95 % band of a normal posterior is 3.29 standard deviations wide.
        yield row["iso3"], "ideal_point_sd", int(row["year"]), (row["q95"] - row["q5"]) / 3.29


def state_facts(source: Path, out: Path) -> None:
    """``state_facts.csv``: one figure of one state in one year a row."""
    known = set(_source_states(source)["iso3"])
    cells: dict[tuple[str, str, int], tuple[str, str]] = {}
    for iso3, variable, year, value in _facts(source):
        if iso3 in known and pd.notna(value):
            cells.setdefault((variable, iso3, year), (short(value, 3 if variable != "gdp_usd" else 4), ""))
    for row in judged("recalled"):
        key = (row["variable"], row["iso3"], int(row["year"]))
        cells.setdefault(key, (short(float(row["value"])), "recalled"))
    rows = (
        {"iso3": iso3, "variable": variable, "year": year, "value": value, "basis": basis}
        for (variable, iso3, year), (value, basis) in sorted(cells.items())
    )
    write_csv(out, ("iso3", "variable", "year", "value", "basis"), rows)


def _shares_recalled_language(source: Path) -> set[tuple[str, str]]:
    """Pairs with a common language where the distance table lacks one of the two states."""
    recalled = {row["iso3"]: row["language"] for row in judged("languages")}
    pairs = set()
    for row in _source_states(source).to_dict("records"):
        for iso3, language in recalled.items():
            spoken = {recalled.get(row["iso3"], row["lang_official_1"]), row["lang_official_2"]}
            if language in spoken and iso3 != row["iso3"]:
                pairs.add((min(iso3, row["iso3"]), max(iso3, row["iso3"])))
    return pairs


def _tones(source: Path) -> dict[tuple[str, str], str]:
    """Tone of each pair of states that the events cover, three digits.

    Log odds of cooperation against conflict in what they say, less those of the whole world: what a pair is beyond
    the ordinary, whatever it trades and however often it is in the news.
    """
    frame = _read(source / "agreements" / "dyad_covariates.csv.gz").dropna(subset=[COOPERATION, CONFLICT])
    world = frame[[COOPERATION, CONFLICT]].sum() / frame[[COOPERATION, CONFLICT]].sum().sum()
    tones = {}
    for row in frame.to_dict("records"):
        good, bad = (math.log(row[side] / world[side] + FEW_EVENTS) for side in (COOPERATION, CONFLICT))
        tones[row["iso3_a"], row["iso3_b"]] = short(good - bad, 3)
    return tones


def dyads(source: Path, out: Path) -> None:
    """``dyads.csv``: goods trade, tone, common official language, colonial tie, land border; pairs once."""
    frame = _read(source / "countries" / "dyads.csv.gz").sort_values(["iso3_a", "iso3_b"])
    extra, tones = _shares_recalled_language(source), _tones(source)
    rows = []
    for row in frame.to_dict("records"):
        pair = (row["iso3_a"], row["iso3_b"])
        trade = [row[f"exports_ab_musd_{year}"] + row[f"exports_ba_musd_{year}"] for year in TRADE_YEARS]
        flags = {
            "language": int(row["comlang_off"] == 1 or pair in extra),
            "colony": int(row["colony"] == 1),
            "contiguous": int(row["cow_conttype_2016"] == 1),
        }
        texts = {f"trade_{year}": "" if pd.isna(value) or value <= 0 else short(value, 3)
                 for year, value in zip(TRADE_YEARS, trade, strict=True)}
        texts["tone"] = tones.get(pair, "")
        if any(flags.values()) or any(texts.values()):
            marks = {name: flag or "" for name, flag in flags.items()}
            rows.append({"iso3_a": pair[0], "iso3_b": pair[1], **texts, **marks})
    write_csv(out, list(rows[0]), rows)


def rivalries(source: Path, out: Path) -> None:
    """``rivalries.csv``: strategic rivalries alive in 2020, with the day on which some ended since."""
    frame = _read(source / "countries" / "dyads.csv.gz")
    ended = {(row["iso3_a"], row["iso3_b"]): row for row in judged("rivalries")}
    pairs = sorted(
        (row["iso3_a"], row["iso3_b"]) for row in frame[frame["rivalry_tss_2020"] == 1].to_dict("records")
    )
    rows = []
    for pair in pairs:
        end = ended.pop(pair, {"ended": "", "basis": "Thompson, Sakuwa and Suhas, coded to 2020"})
        rows.append({"iso3_a": pair[0], "iso3_b": pair[1], "ended": end["ended"], "basis": end["basis"]})
    assert not ended, f"ended rivalries that the source does not list: {sorted(ended)}"
    write_csv(out, ("iso3_a", "iso3_b", "ended", "basis"), rows)
