"""The sections of a report that advise: with whom next, which strategy, what would change it, what it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from simulation.display.advice import by_objective, by_regret, worth_knowing
from simulation.display.opportunities import HELD, ranked
from simulation.display.words.language import Words
from simulation.display.words.quantities import Quantity
from simulation.display.words.rounding import digits_that_tell
from simulation.display.words.stated import Measure, decimals, spanned
from simulation.display.words.terms import CANDIDATE, N_, OBJECTIVE, conditions, likelihood, name_of, uncertainty
from simulation.report.decision import Advised
from simulation.report.findings import sources, title_of
from simulation.report.parts import Chart, Section, Table, items_table

_NEXT = 3  # further partners named after the first
_ALIKE = 4  # of those tied with the first, named

_ALIKE_STRATEGIES = N_("Not to be told from it: {names}.")
_ALIKE_PARTNERS = N_("Partners that cannot be told from it: {names}.")
# what numbers are; Babel finds no message inside the call of another
_FUTURES = N_("futures")
_REGRET = N_("{strategy}, {objective}: mean regret")
_WORST_REGRET = N_("{strategy}, {objective}: regret, 90 % quantile")
_BEST = N_("{strategy}, {objective}: share of futures in which it is the best")
_FAILING = N_("{strategy}, {objective}: share failing")
_FAILING_THERE = N_("{strategy}, {objective}: share failing under the rule")
_GAIN, _YES, _PRICE = (N_("{partner}: gain in kept commitments"), N_("{partner}: probability of a yes"),
                       N_("{partner}: price"))  # fmt: skip
_LOSS, _WORTH = N_("{partner} fails: loss of kept commitments"), N_("{uncertainty}: value of knowing it")

Row = Mapping[Any, Any]


def advice(told: Advised) -> list[Markup]:
    """What to do, in a sentence or two: the strategy, and the first new partner."""
    return [text for text in (strategy_sentence(told), partner_sentence(told)) if text is not None]


def strategy_sentence(told: Advised) -> Markup | None:
    """The strategy of least regret, how often it is the best, and which cannot be told from it."""
    best, table = _chosen(told), told.given.table("strategies")
    if best is None:
        return None
    of = partial(Quantity, strategy=str(best["strategy"]), objective=str(best["objective"]))
    compared, ends = table.loc[~table["control"].astype(bool), "strategy"].nunique(), (
        float(best["regret_mean"]), float(best["regret_q90"]))  # fmt: skip
    text = told.teller.plural(
        "Of {count} strategy, {strategy} does best by the criterion “{objective}”: over {futures} it falls short of "
        "the best one for each future by {regret} on average, in nine of ten by {high} at most. It is {likely} "
        "({share}) that no other does better.",
        "Of {count} strategies, {strategy} does best by the criterion “{objective}”: over {futures} it falls short of "
        "the best one for each future by {regret} on average, in nine of ten by {high} at most. It is {likely} "
        "({share}) that no other does better.",
        compared,
        count=told.words.number(compared),
        strategy=told.titled(str(best["strategy"])),
        objective=name_of(OBJECTIVE, str(best["objective"]), told.words),
        futures=told.teller.plural(
            "{count} future",
            "{count} futures",
            int(best["futures"]),
            count=told.count(float(best["futures"]), _FUTURES, "strategies"),
        ),
        regret=told.told(ends[0], of(_REGRET), "strategies", beside=ends),
        high=told.told(ends[1], of(_WORST_REGRET), "strategies", beside=ends),
        likely=told.words(likelihood(float(best["best_share"]))),
        share=told.chance(float(best["best_share"]), of(_BEST), "strategies"),
    )
    alike: list[str] = [] if pd.isna(best["tied_with"]) else str(best["tied_with"]).split()
    if not alike:
        return text
    return text + Markup(" ") + told.teller.tell(_ALIKE_STRATEGIES, names=_some(told, [*map(told.titled, alike)]))


def _some(told: Advised, names: list[Markup]) -> Markup:
    """The first few names as a list, and how many more there are."""
    if len(names) > _ALIKE + 1:
        more = told.words.plural("{count} more", "{count} more", len(names) - _ALIKE)
        names = [*names[:_ALIKE], Markup(escape(more))]
    return told.teller.listing(names)


def _chosen(told: Advised) -> Row | None:
    """The row of the chosen strategy in the objective that it was chosen by."""
    table = told.given.table("strategies")
    if table.empty:
        return None
    row = table.loc[(table["strategy"] == told.given.chosen) & (table["objective"] == told.given.objective)]
    found: Row = row.iloc[0].to_dict()
    return found


def new_partners(told: Advised) -> pd.DataFrame:
    """Ranked candidates that are not held, the best first."""
    table = ranked(told.given.table("opportunities"), most=len(told.given.table("opportunities")))
    return table.loc[table["held"] < HELD]


def partner_sentence(told: Advised) -> Markup | None:
    """The first new partner: how surely it says yes, what it adds, what it costs, and who comes after it."""
    new = new_partners(told)
    if new.empty:
        return None
    first: Row = new.iloc[0].to_dict()
    of = partial(Quantity, partner=str(first["partner"]))
    gain, band = told.with_band(first, "gain_commitments", of(_GAIN), "opportunities")
    text = told.teller.tell(
        "First of the new partners comes {name}: a yes to one offer is {likely} ({share}). Signed, the deal adds "
        "{gain} to the commitments kept by {date} ({band}), for a price of {price} times the budget of a quarter.",
        name=told.named(first),
        likely=told.words(likelihood(float(first["p_accept"]))),
        share=told.chance(float(first["p_accept"]), of(_YES), "opportunities"),
        date=told.when,
        gain=gain,
        band=band,
        price=told.told(float(first["price"]), of(_PRICE), "opportunities"),
    )
    tied: set[str] = set() if pd.isna(first["tied_with"]) else set(str(first["tied_with"]).split())
    alike = new.loc[new["partner"].isin(tied)]
    after = _worth_naming(told, new.loc[~new["partner"].isin({first["partner"], *tied})], first).head(_NEXT)
    for rows, message in ((alike, _ALIKE_PARTNERS), (after, N_("After them: {names}."))):
        if len(rows):
            names = _some(told, [told.named(row) for row in rows.to_dict("records")])
            text += Markup(" ") + told.teller.tell(message, names=names)
    return text


def _worth_naming(told: Advised, rows: pd.DataFrame, first: Row) -> pd.DataFrame:
    """Those that add more than nothing, as the 90 % interval tells it with the decimals of the first one's.

    Only the gain in kept commitments has an interval: ranked by anything else, nobody is told from nothing.
    """
    if told.given.criterion not in ("value", "gain_commitments"):
        return rows.head(0)
    digits = decimals(Measure.AMOUNT, *(float(first[name]) for name in ("gain_commitments", "q05", "q95")))
    return rows.loc[rows["q05"].round(digits) > 0]


def loss_sentence(told: Advised) -> Markup | None:
    """The held partner whose failure costs most."""
    table = told.given.table("portfolio")
    if table.empty:
        return None
    worst: Row = table.sort_values("loss_commitments", ascending=False, kind="stable").iloc[0].to_dict()
    what = Quantity(_LOSS, partner=str(worst["partner"]))
    loss, band = told.with_band(worst, "loss_commitments", what, "portfolio")
    text = told.teller.tell(
        "Of the partners it holds, {name} would be missed most: without it, kept commitments fall by {loss} ({band}).",
        name=told.named(worst),
        loss=loss,
        band=band,
    )
    if not worst["q05"] <= 0 <= worst["q95"]:
        return text
    return text + Markup(" ") + told.teller.tell("The interval holds zero: this loss is not certain.")


def failure_sentence(told: Advised) -> Markup | None:
    """Where the chosen strategy fails."""
    best, table = _chosen(told), told.given.table("failures")
    if best is None:
        return None
    own = table.loc[(table["strategy"] == best["strategy"]) & (table["objective"] == best["objective"])]
    own = own.loc[own["conditions"].fillna("") != ""]
    if own.empty:
        return told.teller.tell(
            "No rule of two conditions tells where {strategy} fails.", strategy=told.titled(str(best["strategy"]))
        )
    row: Row = own.iloc[0].to_dict()
    of = partial(Quantity, strategy=str(row["strategy"]), objective=str(row["objective"]))
    return told.teller.tell(
        "{strategy} fails most often where these hold: {conditions}. There it falls short on “{objective}” in "
        "{density} of the futures, in all of them in {share}.",
        strategy=told.titled(str(row["strategy"])),
        conditions=told.teller.name(conditions(str(row["conditions"]), told.words)),
        objective=name_of(OBJECTIVE, str(row["objective"]), told.words),
        density=told.chance(float(row["density"]), of(_FAILING_THERE), "failures"),
        share=told.chance(float(row["share_failing"]), of(_FAILING), "failures"),
    )


def change_sentence(told: Advised) -> Markup | None:
    """What would change the advice: the uncertain number that is worth most to know."""
    table = told.given.table("information")
    if table.empty:
        return None
    row: Row = table.sort_values("value", ascending=False, kind="stable").iloc[0].to_dict()
    if not row["value"] > 0:
        return told.teller.tell("Of the numbers that differ between futures, none was shown to change the choice, if "
                                "it were known, by more than chance would.")  # fmt: skip
    what = Quantity(_WORTH, uncertainty=str(row["uncertainty"]))
    text = told.teller.tell(
        "To find out first: {what}. Knowing it before choosing is worth {value} on average ({objective}).",
        what=told.teller.name(uncertainty(str(row["uncertainty"]), told.words)),
        value=told.told(float(row["value"]), what, "information"),
        objective=name_of(OBJECTIVE, told.given.objective, told.words),
    )
    if row["best_low"] == row["best_high"]:
        return text
    return text + Markup(" ") + told.teller.tell(
        "Where it is low, {low} does best; where it is high, {high} does.",
        low=told.titled(str(row["best_low"])), high=told.titled(str(row["best_high"])),
    )  # fmt: skip


def warnings(told: Advised) -> list[str]:
    """What a reader must know before the first number: runs that failed."""
    count = sum(len(one.failures) for one in told.given.asked)
    message = told.words.plural("{count} run of the opportunities and the advice failed.",
                                "{count} runs of the opportunities and the advice failed.", count)  # fmt: skip
    return [message] if count else []


# --- sections


def sections(told: Advised) -> list[Section]:
    """What was given, under two headings, and what the advice does not know; nothing where nothing was given."""
    title = told.words("What this advice does not know")
    unknown = Section("advice-limits", title, limits(told), [], [_asked_table(told)])
    made = [_whom_next(told), _which_strategy(told), unknown]
    return [section for section in made if section is not None]


def _whom_next(told: Advised) -> Section | None:
    if told.given.opportunities is None:
        return None
    words = told.words
    text = [made for made in (loss_sentence(told),) if made is not None]
    if told.given.table("opportunities").empty:
        text = [told.teller.tell("No partner, text or bloc was found that it could turn to."), *text]
    alternatives = {
        "opportunities": words("Dots and lines: what each of the best ranked candidates adds, with its interval."),
        "portfolio": words("Bars: kept commitments that are lost if a held partner fails. The table has the same "
                           "numbers."),
    }  # fmt: skip
    tables = [_candidates_table(told), _portfolio_table(told)]
    title = words("With whom next")
    return Section("opportunities", title, text, _charts(told, alternatives), [t for t in tables if len(t.frame)])


def _which_strategy(told: Advised) -> Section | None:
    if told.given.advice is None:
        return None
    words = told.words
    text = [made for made in (failure_sentence(told), change_sentence(told)) if made is not None]
    if told.given.table("strategies").empty:
        text = [told.teller.tell("No strategy was tried."), *text]
    alternatives = {
        "regret": words("Heat map: regret of each strategy by objective. The table has the same numbers."),
        "information": words("Bars: what it would be worth to know each uncertain number. The table has the same "
                             "numbers."),
        "front": words("Bars: how the strategies that a search found divide the budget (optimised.csv)."),
        "search": words("Lines: how far each search had come after so many tries (convergence.csv)."),
    }  # fmt: skip
    tables = [_strategies_table(told), _failures_table(told), _information_table(told)]
    title = words("Which strategy")
    return Section("strategies", title, text, _charts(told, alternatives), [t for t in tables if len(t.frame)])


def _charts(told: Advised, alternatives: Mapping[str, str]) -> list[Chart]:
    drawable = told.pictures.drawable()
    return [Chart(drawable[name](), f"chart-{name}", text, told.words)
            for name, text in alternatives.items() if name in drawable]  # fmt: skip


def limits(told: Advised) -> list[Markup]:
    """What such advice cannot bear."""
    tell = told.teller.tell
    text = [
        tell("Talks under way, persons, secrets and money outside the budget are not in the model. A deal counts by "
             "its depth and by how far it is kept, not by what stands in it."),
    ]  # fmt: skip
    if told.given.opportunities is not None:
        text.append(
            tell("A yes rests on signings of the past, from a record that is thin and leans to the state whose press "
                 "was searched; for partners other than states and firms it rests on priors alone. Prices are "
                 "assumptions.")
        )  # fmt: skip
    if told.given.advice is not None:
        text.append(
            tell("Only the strategies of the list were compared; a better one may not be on it. The futures differ "
                 "in what is known to be uncertain, not in what the model gets wrong: a strategy that holds in most of "
                 "them holds in most worlds of this model.")
        )  # fmt: skip
    return text


# --- tables


def _candidates_table(told: Advised) -> Table:
    words, frame = told.words, told.given.table("opportunities")
    shown = frame.loc[frame["rank"].notna()]
    shown = shown.assign(old=shown["held"] >= HELD).sort_values(["old", "rank"], kind="stable")
    rows = [
        [words.actor(row["partner"], row["name"]), words.number(row["rank"]),
         f"{name_of(CANDIDATE, row['kind'], words)} ({words('held') if row['old'] else words('new')})",
         words.share(row["p_accept"]), words.share(row["p_alone"]), _gain(words, row),
         words.signed(row["gain_coverage"], 3), words.signed(row["dependence"], 3), words.number(row["price"], 2)]
        for row in shown.to_dict("records")
    ]  # fmt: skip
    heads = [words("partner"), words("rank"), words("kind"), words("a yes, if asked"), words("without being asked"),
             words("kept commitments"), words("needs covered"), words("dependence"), words("price")]  # fmt: skip
    caption = words("With whom next, new partners first: probabilities and gains by {date}, price in quarters’ budgets",
                    date=told.when)  # fmt: skip
    left = len(frame) - len(shown)
    note = words.plural("{count} more candidate was screened and not ranked; it is in the file.",
                        "{count} more candidates were screened and not ranked; they are in the file.",
                        left)  # fmt: skip
    return Table("opportunities", caption, frame, heads, rows, note=note if left else "")


def _gain(words: Words, row: Row, value: str = "gain_commitments") -> str:
    return spanned(words, words.number, (row[value], row["q05"], row["q95"]), int(row.get("pairs", 0)))


def _portfolio_table(told: Advised) -> Table:
    words, frame, pairs = told.words, told.given.table("portfolio"), {"pairs": told.given.first.info["pairs"]}
    shown = frame.sort_values("loss_commitments", ascending=False, kind="stable")
    rows = [
        [words.actor(row["partner"], row["name"]), name_of(CANDIDATE, row["kind"], words),
         _gain(words, row | pairs, "loss_commitments"), words.number(row["loss_coverage"], 3)]
        for row in shown.to_dict("records")
    ]  # fmt: skip
    heads = [words("partner"), words("kind"), words("kept commitments"), words("needs covered")]
    caption = words("What is lost by {date} if a held partner fails, the largest loss first", date=told.when)
    return Table("portfolio", caption, frame, heads, rows)


def _strategies_table(told: Advised) -> Table:
    words, frame = told.words, told.given.table("strategies")
    if frame.empty:
        return Table("strategies", "", frame)
    objectives = by_objective(frame, told.given.objective)
    cells = frame.set_index(["strategy", "objective"])
    rows = [
        [told.title(name), *(_outcome(words, cells.loc[(name, objective)]) for objective in objectives)]
        for name in by_regret(frame, told.given.objective)
    ]
    heads = [words("strategy"), *(name_of(OBJECTIVE, name, words) for name in objectives)]
    caption = words("Strategies, the least regret first: median of the futures (worst tenth; mean regret)")
    note = words("Controls have another budget or number of approaches: they are there to compare with, are not chosen "
                 "and come last.")  # fmt: skip
    return Table("strategies", caption, frame, heads, rows, note=note if frame["control"].any() else "")


def _outcome(words: Words, row: Any) -> str:
    digits = digits_that_tell(row["median"])
    parts = {"median": row["median"], "worst": row["worst_tenth"], "regret": row["regret_mean"]}
    return words("{median} ({worst}; {regret})", **{key: words.number(part, digits) for key, part in parts.items()})


def _failures_table(told: Advised) -> Table:
    words, frame = told.words, told.given.table("failures")
    shown = frame.sort_values("share_failing", kind="stable")
    rows = [
        [told.title(row["strategy"]), name_of(OBJECTIVE, row["objective"], words), words.share(row["share_failing"]),
         *(["–", "–"] if pd.isna(row["density"]) else
           [conditions(row["conditions"], words), words.share(row["density"])])]
        for row in shown.to_dict("records")
    ]  # fmt: skip
    heads = [words("strategy"), words("objective"), words("fails in"), words("most often where"), words("and there in")]
    caption = words("Who fails where: shares of the futures in which a strategy falls short of what satisfies")
    return Table("failures", caption, frame, heads, rows, folded=True)


def _information_table(told: Advised) -> Table:
    words, frame = told.words, told.given.table("information")
    shown = worth_knowing(frame)
    rows = [
        [uncertainty(row["uncertainty"], words), words.number(row["value"], digits_that_tell(row["value"])),
         told.title(row["best_low"]), told.title(row["best_high"]), words.share(row["share_changed"])]
        for row in shown.to_dict("records")
    ]  # fmt: skip
    heads = [words("what is uncertain"), words("worth of knowing it"), words("best where it is low"),
             words("best where it is high"), words("choice changes in")]  # fmt: skip
    caption = words("What would change the advice: the expected gain from knowing a number before choosing")
    if not rows:  # a caption of nothing would puzzle
        caption = words("What would change the advice: no number was shown to be worth knowing before choosing. The "
                        "file has all of them.")  # fmt: skip
    left = len(frame) - len(shown)
    note = words.plural("{count} more is in the file.", "{count} more are in the file.", left) if rows and left else ""
    return Table("information", caption, frame, heads, rows, note=note)


def _asked_table(told: Advised) -> Table:
    """What each command was asked, and what it was made from."""
    words = told.words
    items = {
        one.FORMAT.writer: {
            words("scenario"): title_of(one, words),
            words("seed"): one.info["seed"],
            words("command"): one.info.get("command") or one.FORMAT.writer,
            **sources(one.info),
        }
        for one in told.given.asked
    }
    return items_table(words, "advice_provenance", words("What the advice was made from"), items)
