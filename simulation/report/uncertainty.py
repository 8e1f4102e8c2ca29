"""The section on what the spread is made of: chance, parameters, choice of rule."""

from __future__ import annotations

from markupsafe import Markup

from simulation.display.spread import SpreadPictures
from simulation.display.words.quantities import Quantity
from simulation.display.words.terms import METRIC, N_, RULE, SPREAD, name_of
from simulation.experiments.analysis.summary import KEPT
from simulation.report.answer import Subject
from simulation.report.parts import Chart, Section, Table

_UNIT = "binding-equivalents"
_SOURCE = "shares.csv"


def uncertainty(subject: Subject) -> Section:
    """How the spread divides, where `wifaq spread` was run."""
    words, spread = subject.words, subject.spread
    title = words("What the spread is made of")
    if spread is None or spread.shares.empty:
        missing = subject.teller.tell(
            "How the bands divide into chance, parameters and choice of rule was not given to this report. Run wifaq "
            "spread with --out, and name its folder beside that of the run."
        )
        return Section("spread", title, [missing])
    pictures = SpreadPictures(spread.table, spread.shares, spread.info, subject.focal, words)
    text = [made for made in (spread_sentence(subject), _reading(subject)) if made is not None]
    alternative = words("Stacked bars: shares of chance, parameters and choice of rule in the variance of each metric. "
                        "The table has the same numbers.")  # fmt: skip
    charts = [Chart(pictures.shares(), "spread-shares", alternative, words)]
    tables = [_shares_table(subject, pictures)]
    if len(pictures.shown_rules(KEPT)):
        alternative = words("Points and ranges: kept commitments under each rule. The table has the same numbers.")
        charts.append(Chart(pictures.rules(KEPT, _UNIT), "spread-rules", alternative, words))
        tables.append(_rules_table(subject, pictures))
    return Section("spread", title, text, charts, tables)


def spread_sentence(subject: Subject) -> Markup | None:
    """What the spread of the headline is made of, in a sentence."""
    if subject.spread is None:
        return None
    table, horizon = subject.spread.shares, subject.spread.horizon
    rows = table.loc[(table["metric"] == KEPT) & (table["quarter"] == horizon)]
    if rows.empty:
        return None
    row = rows.iloc[0]
    what = N_("share of {part} in the variance of {quantity}")
    shares = {name: subject.chance(float(row[name]), Quantity(what, part=name, quantity=KEPT), _SOURCE)
              for name in SPREAD}  # fmt: skip
    return subject.teller.tell(
        "Of the variance of kept commitments over rules, parameters and luck, {chance} is chance, {parameters} "
        "the parameters and {rule} the choice of rule.",
        **shares,
    )


def _reading(subject: Subject) -> Markup:
    return subject.teller.tell(
        "The rules are rival ways of writing one mechanism, put in one at a time. The bands of the other sections "
        "hold chance and parameters, not the choice of rule."
    )


def _shares_table(subject: Subject, pictures: SpreadPictures) -> Table:
    words, shown = subject.words, pictures.shown_shares
    heads = ["", *(words(name) for name in SPREAD.values())]
    rows = [
        [name_of(METRIC, row["metric"], words), *(words.share(row[name]) for name in SPREAD)]
        for row in shown.to_dict("records")
    ]
    caption = words("Shares of the variance in {quarter}", quarter=pictures.when)
    return Table("spread_shares", caption, shown, heads, rows)


def _rules_table(subject: Subject, pictures: SpreadPictures) -> Table:
    words, shown = subject.words, pictures.table
    rows = [
        [name_of(RULE, row["rule"], words), words.number(row["mean"], 2),
         words.interval(words.number(row["q05"], 2), words.number(row["q95"], 2)),
         words.number(row["replicates"])]
        for row in pictures.shown_rules(KEPT).to_dict("records")
    ]  # fmt: skip
    heads = [words("rule"), words("mean"), words("5–95 % of the replicates"), words("replicates")]
    text = words("Kept commitments under each rule in {quarter}", quarter=pictures.when)
    return Table("spread_rules", text, shown, heads, rows)
