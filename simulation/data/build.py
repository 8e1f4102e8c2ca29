"""Derive the shipped tables from the gathered sources.

Run ``python -m simulation.data.build SOURCE_DIR [--out DIR]`` where SOURCE_DIR
holds ``agreements/``, ``countries/``, ``instruments/`` and ``nonstate/``. Only the figures the
model uses are kept, rounded; ``SOURCES.md`` says where each column comes from.
"""

from __future__ import annotations

import argparse
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from simulation.data.tables import TABLES, judged, read_csv, short, write_csv

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


TYPES = {"firm": "firm", "think_tank": "think_tank", "ngo": "ngo", "igo": "secretariat",
         "influencer_archetype": "influencer"}


def blocs(source: Path, out: Path) -> None:
    """``blocs.csv``: the blocs of the model with their rules; all of it is judged."""
    columns = ("id", "name", "rule", "threshold", "agenda_rate", "enforcement", "regional", "universal",
               "founded", "basis")
    write_csv(out, columns, judged("blocs"))


def memberships(source: Path, out: Path) -> None:
    """``memberships.csv``: who was in which bloc from when to when.

    A corrected spell replaces the source's spell of that state, so that a member
    since suspended or gone is not loaded for too long, nor a late one too early.
    """
    listed = read_csv(source / "countries" / "blocs.csv")
    changes = judged("membership_changes")
    changed = {(row["bloc"], row["iso3"]) for row in changes}
    rows = []
    for bloc in judged("blocs"):
        for row in listed:
            if row["bloc"] != bloc["source_id"] or not bloc["source_id"]:
                continue
            counts = row["active"] != "0" and (bloc["id"], row["iso3"]) not in changed
            if counts:
                basis = "read" if row["basis"] == "read" else "recalled"
                rows.append({"bloc": bloc["id"], "iso3": row["iso3"], "since": row["since"], "until": "",
                             "basis": basis})
    rows += [dict(row) for row in changes]
    rows.sort(key=lambda row: (row["bloc"], row["iso3"], row["since"]))
    write_csv(out, ("bloc", "iso3", "since", "until", "basis"), rows)


def camps(source: Path, out: Path) -> None:
    """``camps.csv``: which states are bound to a paradigm leader by treaty, from when to when; all of it is judged."""
    write_csv(out, ("id", "camp", "since", "until", "basis"), judged("camps"))


def nonstate(source: Path, out: Path) -> None:
    """``nonstate.csv``: firms, think tanks, NGOs, secretariats, archetypes of influencers."""
    blocs_of = {row["id"]: row["bloc"] for row in judged("secretariats")}
    rows = []
    for row in read_csv(source / "nonstate" / "nonstate.csv"):
        rows.append({
            "id": row["id"], "name": row["name"], "kind": TYPES[row["type"]],
            "home": "" if row["type"] == "igo" else row["home_iso3"], "founded": row["founded"],
            "tier": row["tier"], "ai_focus": row["ai_focus"], "band": row["size_band_judged"],
            "orientation": row["orientation_judged"], "languages": row["audience_lang"],
            "publics": row["audience_public"], "bloc": blocs_of.get(row["id"], ""),
        })
    rows += [{**row, "bloc": ""} for row in judged("roster_additions")]
    rows.sort(key=lambda row: row["id"])
    write_csv(out, list(rows[0]), rows)


def firm_commitments(source: Path, out: Path) -> None:
    """``firm_commitments.csv``: when a firm of the roster joined a voluntary instrument."""
    rows = [
        {"firm": row["firm_id"], "instrument": row["instrument_id"], "date": row["date"],
         "date_precision": row["date_precision"]}
        for row in read_csv(source / "nonstate" / "firm_commitments.csv")
        if row["joined"] == "1" and row["in_roster"] == "1"
    ]
    rows.sort(key=lambda row: (row["firm"], row["instrument"]))
    write_csv(out, ("firm", "instrument", "date", "date_precision"), rows)


def publics(source: Path, out: Path) -> None:
    """``publics.csv``: mean support of a public where a survey gives a proxy of it."""
    write_csv(out, ("iso3", "year", "support", "basis"), judged("publics"))


BUILDERS: dict[str, Callable[[Path, Path], None]] = {
    "states": states,
    "state_facts": state_facts,
    "dyads": dyads,
    "rivalries": rivalries,
    "blocs": blocs,
    "memberships": memberships,
    "camps": camps,
    "nonstate": nonstate,
    "firm_commitments": firm_commitments,
    "publics": publics,
    "instruments": instruments,
    "joins": joins,
    "deals": deals,
}


def build(source: Path, out: Path) -> None:
    """Write every table of :data:`BUILDERS` into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    for name, builder in BUILDERS.items():
        builder(source, out / f"{name}.csv")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the build."""
    parser = argparse.ArgumentParser(prog="python -m simulation.data.build", description=build.__doc__)
    parser.add_argument("source", type=Path, help="folder with agreements/, countries/, instruments/ and nonstate/")
    parser.add_argument("--out", type=Path, default=TABLES, help="where the tables go (default: the package)")
    chosen = parser.parse_args(arguments)
    build(chosen.source, chosen.out)


if __name__ == "__main__":
    main()
