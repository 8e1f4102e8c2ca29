"""Tables of blocs and non-state actors: see :mod:`simulation.data.build`."""

from __future__ import annotations

from pathlib import Path

from simulation.data.tables import judged, read_csv, write_csv

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
