"""The sections behind the numbers: method, evidence and limits, provenance."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from simulation.display.words.terms import N_
from simulation.experiments.prior import PRIOR
from simulation.report.answer import Subject
from simulation.report.decision import Advised
from simulation.report.findings import sources, title_of
from simulation.report.parts import Section, Table, Teller, items_table
from simulation.scenario.parameters import PARAMETERS, Parameter

ASSUMED, FREE, FITTED, CITED = "assumption", "free", "fitted", "literature"
_KINDS = {
    ASSUMED: N_("assumption"),
    FREE: N_("free: drawn from a prior, which the record does not narrow"),
    FITTED: N_("fitted to dated lists"),
    CITED: N_("from the literature"),
}


def kind_of(entry: Parameter) -> str:
    """What a parameter rests on: its prior (free), an assumption, dated lists or literature."""
    if entry.prior != "fixed":
        return FREE
    if "dated lists" in entry.source:
        return FITTED
    return ASSUMED if "assumption" in entry.source else CITED


def warnings(subject: Subject) -> list[str]:
    """What a reader must know before the first number: failed and missing replicates."""
    words, text = subject.words, []
    for results in subject.results:
        info, counts = results.info, results.info["replicates"]
        planned, failed = int(counts["planned"]), int(counts["failed"])
        present = results.series()["replicate"].nunique()
        named = {"title": title_of(results, words), "planned": words.number(planned)}
        if failed:
            text.append(words.plural(
                "{title}: {count} of {planned} replicates failed; the numbers are of the others.",
                "{title}: {count} of {planned} replicates failed; the numbers are of the others.", failed, **named,
            ))  # fmt: skip
        if (missing := planned - failed - present) > 0:
            text.append(words.plural("{title}: {count} of {planned} replicates is missing from the tables.",
                                     "{title}: {count} of {planned} replicates are missing from the tables.", missing,
                                     **named))  # fmt: skip
        if others := sum(row.get("point") != "scenario" for row in info["failures"]):
            text.append(words.plural("{title}: {count} run of the contrasts failed.",
                                     "{title}: {count} runs of the contrasts failed.", others, **named))  # fmt: skip
    if subject.spread is not None and (failed := len(subject.spread.failures)):
        text.append(words.plural("{count} run of the spread over rules failed.",
                                 "{count} runs of the spread over rules failed.", failed))  # fmt: skip
    return text


def method(subject: Subject | Advised) -> Section:
    """How the numbers came about."""
    tell = subject.teller.tell
    text = [
        tell(
            "Wifaq simulates states, firms, think tanks, NGOs, influencers and international secretariats that make "
            "agreements on the governance of artificial intelligence, quarter by quarter. Each offers, accepts and "
            "keeps deals by rules written down in docs/ODD.md; trust, blocs, instruments, harm and capacity follow."
        ),
        tell(
            "A replicate is one run with its own luck. Scenarios are compared replicate by replicate under the same "
            "luck, so a difference is theirs and not chance's."
        ),
        tell(
            "Words for probabilities: very likely from 90 %, likely from 66 %, about as likely as not from 33 %, "
            "unlikely from 10 %, very unlikely below (the scale of the IPCC). They speak of the model."
        ),
    ]
    return Section("method", subject.words("Method"), text)


def _bands(subject: Subject) -> Markup:
    """What bands hold, and what they do not."""
    tell = subject.teller.tell
    if subject.main.info.get("parameters") == PRIOR:
        return tell(
            "Bands and probabilities are chance within the model and the uncertainty of its free parameters, of which "
            "the record narrows none (docs/results/calibration.md). They do not hold what the model gets wrong."
        )
    return tell(
        "Bands and probabilities are chance within the model with its parameters fixed. They do not hold the "
        "uncertainty of the parameters, nor what the model gets wrong."
    )


def evidence(subject: Subject) -> Section:
    """What the numbers rest on, and what they cannot bear."""
    tell, words = subject.teller.tell, subject.words
    text = [_bands(subject)]
    text.append(
        tell(
            "The record of deals is thin and leans to the state whose press was searched. "
            "See docs/results/calibration.md."
        )
    )
    text.append(
        tell(
            "Forecasts of who joins and of who signs deals were scored on texts and years left out of the fits. "
            "A gravity equation does as well on deals, two simple rules on AI lists. See docs/results/evidence.md."
        )
    )
    counts = pd.Series([kind_of(entry) for entry in PARAMETERS.values()]).value_counts()
    frame = pd.DataFrame({"source": list(_KINDS), "parameters": [int(counts.get(kind, 0)) for kind in _KINDS]})
    rows = [[words(_KINDS[row["source"]]), words.number(row["parameters"])] for row in frame.to_dict("records")]
    heads = [words("source"), words("parameters")]
    tables = [Table("parameters_by_source", words("What the model's parameters rest on"), frame, heads, rows,
                    told={"source": [row[0] for row in rows]})]  # fmt: skip
    notes = [str(note) for note in subject.main.info["notes"]]
    if notes:
        caption = words("Notes on the data (in English)")
        frame = pd.DataFrame({"note": notes})
        tables.append(Table("notes", caption, frame, [words("note")], [[note] for note in notes], folded=True))
    return Section("evidence", words("Evidence and limits"), text, [], tables)


def provenance(subject: Subject) -> Section:
    """What each result was made from."""
    words = subject.words
    items = {
        results.info["run"]: {
            words("scenario"): title_of(results, words),
            words("run"): results.info["run"],
            words("seed"): results.info["seed"],
            words("replicates finished"): results.info["replicates"]["done"],
            words("world known on"): words.date(str(results.info["as_of"])),
            words("command"): results.info["command"],
            **sources(results.info),
        }
        for results in subject.results
    }
    tables = [items_table(words, "provenance", words("What each result was made from"), items)]
    failures = [{"run": r.info["run"], **row} for r in subject.results for row in r.info["failures"]]
    if failures:
        frame = pd.DataFrame(failures).astype(str)
        rows = [list(row) for row in frame.itertuples(index=False)]
        caption = words("Replicates that failed (messages in English)")
        tables.insert(0, Table("failures", caption, frame, list(frame.columns), rows))
    return Section("provenance", words("Provenance"), [], [], tables)


def numbers(teller: Teller) -> Section:
    """The table of every number of the text; to be made last."""
    words = teller.words
    caption = words("Every number of the sentences above, unrounded")
    return Section("numbers", words("Numbers of the text"), [], [], [teller.table(caption)])
