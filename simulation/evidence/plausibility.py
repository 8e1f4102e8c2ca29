"""How plausible the deals of a run are: ``python -m simulation.evidence.plausibility [--replicates N]``.

The command runs the baseline, the baseline without the focal state's own recorded deals, and the baseline with a
lever moved, and writes docs/results/plausibility.md: a table a question, each under a sentence that answers it. Every
number and every verdict of the page is made from the run. The aims and the bounds of the pairs are the author's
judgement; they test nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import typer

from simulation.display import pages
from simulation.evidence import BASELINE
from simulation.evidence.plausibility_runs import (
    AMONG_STATES,
    BASE,
    BUDGETS,
    CAMPS,
    COMMITMENTS,
    ENGAGEMENTS,
    FRIEND,
    NEAR_YEARS,
    STRUCK,
    TRUSTS,
    Ground,
    Seen,
    bounds,
    explained,
    focal_states,
    ground,
    looked_at,
    mean_life,
    mean_of,
    rank_correlation,
    ratio_of,
    run,
)
from simulation.experiments.engine.store import versions
from simulation.processes.books import BREACH, EXPIRY, MONEY
from simulation.scenario.load import load_scenario
from simulation.scenario.schema import Scenario
from simulation.state import F

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "results" / "plausibility.md"
REPLICATES = 100
MARKER = "plausibility"
SHOWN = 8
"""New partners of a state that are shown."""
LIFE = (4.0, 15.0)
UNPAID, SPREAD, CLOSE, ALIKE = 0.05, 0.08, 0.20, 0.9
"""Aims: years a deal lives; share that fails for money, at most; spread of τ⁰, at least; stock against flow times
life, at most; rank correlation, at least."""
Found = Mapping[str, Sequence[Seen]]


def _met(holds: bool) -> str:
    return "met" if holds else "missed"


def _of_year(values: F, year: int) -> float:
    """Sum over the four quarters of a year of a run, from 0."""
    return float(values[4 * year : 4 * year + 4].sum())


def _years(found: Found) -> int:
    return len(found[BASE][0].flow) // 4


def life_of(found: Found, row: int = COMMITMENTS) -> float:
    """Mean life of a commitment of the baseline, years; or of a deal between states, or of an engagement."""
    risk, died = (np.sum([getattr(one, name)[row] for one in found[BASE]], axis=0) for name in ("at_risk", "died"))
    return mean_life(risk, died)


def measures(before: Ground, found: Found) -> dict[str, tuple[str, str, bool | None]]:
    """What the book of deals and first trust amount to: value, aim and whether it is met, by question."""
    runs, life, states_life, years = found[BASE], life_of(found), life_of(found, AMONG_STATES), _years(found)
    held = [one.held for one in runs]
    met = [np.logical_or.accumulate(one, axis=0) for one in held]
    new = np.mean([(one[1:] & ~ever[:-1]).sum() / years for one, ever in zip(held, met, strict=True)])
    lost = np.mean([(one[:-1] & ~one[1:]).sum() / years for one in held])
    unpaid = ratio_of(runs, ("unsigned", "unrenewed"), ("signed", "unsigned", "renewed", "unrenewed"))
    ways, means = (_ways(runs, name) for name in ("ended", "engaged"))
    spread, by_trade = explained(before.trust, before.trade)
    density = mean_of(found, BASE, "among_states") / (before.states * (before.states - 1) / 2)
    gap = balance(found)[-1][-1]
    return {
        "new partners of the focal state a year": (f"{new:.1f}", "", None),
        "partners lost a year": (f"{lost:.1f}", "", None),
        "mean life of a commitment (a deal with a state, firm or secretariat), years": (
            f"{life:.1f}", f"{LIFE[0]:g} to {LIFE[1]:g}", LIFE[0] <= life <= LIFE[1]
        ),
        "the same between states": (
            f"{states_life:.1f}", f"{LIFE[0]:g} to {LIFE[1]:g}", LIFE[0] <= states_life <= LIFE[1]
        ),
        "mean life of an engagement (with a think tank, NGO or influencer), years": (
            f"{life_of(found, ENGAGEMENTS):.1f}", "", None
        ),
        "commitments ended by expiry, breach, want of money": (ways, "", None),
        "engagements ended, alike": (means, "", None),
        "signings and renewals that fail for want of money": (f"{unpaid:.1%}", f"under {UNPAID:.0%}", unpaid < UNPAID),
        "pairs of states with a deal, start": (f"{density[0]:.1%}", "", None),
        "pairs of states with a deal, end": (f"{density[-1]:.1%}", "", None),
        "spread of τ⁰ over pairs of states": (f"{spread:.2f}", f"at least {SPREAD:g}", spread >= SPREAD),
        "share of its variance that trade explains": (f"{by_trade:.0%}", "", None),
        "stock at the end against flow × life": (f"{gap:+.0%}", f"within {CLOSE:.0%}", abs(gap) <= CLOSE),
    }  # fmt: skip


def _ways(runs: Sequence[Seen], name: str) -> str:
    """How deals of all replicates ended: by expiry, breach, want of money, each with its number."""
    ended = np.sum([getattr(one, name).sum(axis=0) for one in runs], axis=0)
    return ", ".join(f"{ended[way] / max(1, ended.sum()):.1%} ({ended[way]})" for way in (EXPIRY, BREACH, MONEY))


def book_table(before: Ground, found: Found) -> str:
    """The first table, with its answer."""
    rows = measures(before, found)
    missed = [name for name, (_, _, holds) in rows.items() if holds is False]
    answer = f"Missed: {'; '.join(missed)}." if missed else "Every aim is met."
    cells = [(name, value, aim, "" if holds is None else _met(holds)) for name, (value, aim, holds) in rows.items()]
    return f"{answer}\n\n{pages.table(('', 'measured', 'aim', ''), cells)}"


def balance(found: Found) -> list[tuple[int, float, float, float, float]]:
    """By year of the run: stock at its end, deals made, deals ended, and stock over flow × life less one."""
    stock, flow = mean_of(found, BASE, "stock"), mean_of(found, BASE, "flow")
    ended, life = mean_of(found, BASE, "ended").sum(axis=1), life_of(found)
    result = []
    for year in range(_years(found)):
        made, end = _of_year(flow, year), float(stock[4 * year + 4])
        whole = made * life
        result.append((year, end, made, _of_year(ended, year), end / whole - 1.0 if 0 < whole < np.inf else 0.0))
    return result


def stock_table(scenario: Scenario, found: Found) -> str:
    """Stock against flow × mean life, by year."""
    rows, first = balance(found), scenario.start.year
    inside = [row[0] for row in rows if abs(row[-1]) <= CLOSE]
    when = f"from {_since(inside, len(rows)) + first}" if inside and inside[-1] == len(rows) - 1 else "not at the end"
    answer = f"With a mean life of {life_of(found):.1f} years the stock is within {CLOSE:.0%} of flow × life {when}."
    cells = [(first + year, f"{end:.0f}", f"{made:.0f}", f"{ended:.0f}", f"{gap:+.0%}")
             for year, end, made, ended, gap in rows]  # fmt: skip
    heads = ("year", "commitments in force at its end", "pairs that got one", "that ended", "against flow × life")
    return f"{answer}\n\n{pages.table(heads, cells)}"


def _since(inside: Sequence[int], count: int) -> int:
    """First of the unbroken years that lead to the last."""
    year = count - 1
    while year - 1 in inside:
        year -= 1
    return year


def partners_table(before: Ground, found: Found) -> str:
    """Likeliest new partners of the ten states, and those they hold on record, apart."""
    new, near = mean_of(found, BASE, "new"), mean_of(found, BASE, "near")
    rows, sizes = [], {}
    for place, name in enumerate(focal_states()):
        held = before.recorded[before.ids.index(name)]
        likeliest = np.argsort(-new[place, : before.states], kind="stable")
        order = [j for j in likeliest if new[place, j] > 0 and not held[j]]
        kept = np.flatnonzero(held[: before.states])
        kept = kept[np.argsort(-near[place, kept], kind="stable")][:SHOWN]
        sizes[name] = new[place].sum()
        rows.append((
            name, f"{sizes[name]:.1f}",
            ", ".join(f"{before.ids[j]} {new[place, j]:.2f}" for j in order[:SHOWN]),
            ", ".join(f"{before.ids[j]} {near[place, j]:.2f}" for j in kept),
        ))  # fmt: skip
    most, least = max(sizes, key=lambda name: sizes[name]), min(sizes, key=lambda name: sizes[name])
    answer = f"Most new partners of any kind are {most}'s ({sizes[most]:.1f}), fewest {least}'s ({sizes[least]:.1f})."
    heads = ("state", "new partners", "likeliest new states: P(new deal)", "held on record: P(in force at the end)")
    return f"{answer}\n\n{pages.table(heads, rows)}"


def pair_chances(before: Ground, found: Found) -> dict[tuple[str, str], tuple[bool, F]]:
    """Of each named pair: whether a deal is on record; chance of one before the start, a new one, one at the end."""
    result = {}
    for pair in bounds():
        row, column = looked_at().index(pair[0]), before.ids.index(pair[1])
        seen = [[one.start[row, column], one.new[row, column], one.near[row, column]] for one in found[BASE]]
        recorded = bool(before.recorded[before.ids.index(pair[0]), column])
        result[pair] = recorded, np.mean(seen, axis=0)
    return result


def absurd_pairs(before: Ground, found: Found) -> dict[tuple[str, str], str]:
    """Named pairs outside their bounds, with what is wrong in words."""
    result = {}
    for pair, (recorded, (_, new, end)) in pair_chances(before, found).items():
        chance, (low, high) = end if recorded else new, bounds()[pair]
        if not low <= chance <= high:
            what = "still holds its recorded deal, or has one again," if recorded else "makes a new deal"
            bound = f"at most {high:.2f}" if chance > high else f"at least {low:.2f}"
            result[pair] = f"{pair[0]}–{pair[1]} {what} with a chance of {chance:.2f}, where {bound} was expected"
    return result


def pairs_table(before: Ground, found: Found) -> str:
    """The pairs that were absurd in the first edition."""
    outside = absurd_pairs(before, found)
    rows = []
    for pair, (recorded, (start, new, end)) in pair_chances(before, found).items():
        low, high = bounds()[pair]
        known, judged = ("yes", "at the end") if recorded else ("no", "new")
        place = "**outside**" if pair in outside else "inside"
        chances = (f"{start:.2f}", f"{new:.2f}", f"{end:.2f}")
        rows.append(("–".join(pair), known, *chances, f"{low:g} to {high:g} {judged}", place))
    heads = ("pair", "on record", "in force before the start", "new", "in force at the end", "bounds", "")
    return f"{len(rows) - len(outside)} of {len(rows)} pairs are inside their bounds.\n\n{pages.table(heads, rows)}"


def struck_correlations(before: Ground, found: Found, focal: str) -> tuple[float, float]:
    """Spearman's correlation of the focal state's intensities with and without its own record.

    Over all other states, and over those with which it has no deal on record.
    """
    row = before.ids.index(focal)
    left, right = (mean_of(found, name, "intensity") for name in (BASE, STRUCK))
    others = np.arange(before.states) != row
    new = others & ~before.recorded[row, : before.states]
    return rank_correlation(left[others], right[others]), rank_correlation(left[new], right[new])


def struck_table(scenario: Scenario, before: Ground, found: Found) -> str:
    """What of the focal state's partners comes from its own record."""
    everyone, new = struck_correlations(before, found, scenario.focal)
    rows = []
    for name in (BASE, STRUCK):
        mean = mean_of(found, name, "intensity")
        order = np.argsort(-mean, kind="stable")[:SHOWN]
        rows.append((name, f"{mean.sum():.2f}", ", ".join(f"{before.ids[j]} {mean[j]:.3f}" for j in order)))
    answer = (
        f"Without its recorded deals the focal state turns to the same new partners: {_met(new >= ALIKE)} (aim: a rank "
        f"correlation of at least {ALIKE:g}). It is {new:.3f} over states with which it has no deal on record, "
        f"{everyone:.3f} over all states; ranked by the mean intensity of the run."
    )
    return f"{answer}\n\n{pages.table(('', 'agreements with states a year', 'likeliest states'), rows)}"


def beside(found: Found) -> Found:
    """The same with as many replicates of the baseline as the levers have: so luck is the same."""
    return {**found, BASE: found[BASE][: len(found[CAMPS])]}


def lever_rows(scenario: Scenario, before: Ground, found: Found) -> Iterator[tuple[str, str, str, str, str, str]]:
    """What each moved lever changes for the focal state."""
    friend, same = before.ids.index(FRIEND), beside(found)
    for name, title in {BASE: BASE, **{name: f"budget: {name}" for name in BUDGETS}, CAMPS: CAMPS}.items():
        kept, conceded, gap = (float(mean_of(same, name, part)) for part in ("kept", "conceded", "gap"))
        partners, pair = mean_of(same, name, "held")[-1].sum(), mean_of(same, name, "intensity")[friend]
        yield title, f"{kept:.3f}", f"{partners:.1f}", f"{pair:.3f}", f"{conceded:.3f}", f"{gap:.3f}"
    for value in TRUSTS:
        pair = mean_of(found, f"{value:g}", "intensity")[friend]
        yield f"τ⁰ {scenario.focal}–{FRIEND} {value:g}", "", "", f"{pair:.3f}", "", ""


def levers_table(scenario: Scenario, before: Ground, found: Found) -> str:
    """Shocks of levers."""
    same = beside(found)
    kept = {name: float(mean_of(same, name, "kept")) for name in ("a quarter", "four times")}
    poor, rich = (mean_of(same, name, "held")[-1].sum() for name in kept)
    low, high = (mean_of(found, f"{value:g}", "intensity")[before.ids.index(FRIEND)] for value in TRUSTS)
    changes = {}
    for part in ("conceded", "gap"):
        apart = np.array([getattr(two, part) - getattr(one, part)
                          for one, two in zip(same[BASE], same[CAMPS], strict=True)])  # fmt: skip
        changes[part] = f"{apart.mean():+.3f} (standard error {apart.std() / np.sqrt(len(apart)):.3f})"
    answer = (
        f"From a quarter of the budget to four times, the focal state's deals at the end go from {poor:.1f} to "
        f"{rich:.1f} and the share of promises it keeps from {kept['a quarter']:.2f} to "
        f"{kept['four times']:.2f}. Trust of "
        f"{TRUSTS[1]:g} in place of {TRUSTS[0]:g} multiplies the intensity with {FRIEND} by "
        f"{high / low if low > 0 else 0:.2f}. "
        f"Lines between the camps change what leaders conceded by {changes['conceded']}, and the distance of agreed "
        f"terms from the focal state's position by {changes['gap']}."
    )
    heads = ("", "share of promises kept", "deals at the end", f"agreements a year with {FRIEND}",
             "conceded by leaders", "distance of agreed terms")  # fmt: skip
    return f"{answer}\n\n{pages.table(heads, lever_rows(scenario, before, found))}"


def still_absurd(scenario: Scenario, before: Ground, found: Found) -> str:
    """What the run shows that should not be so, in words."""
    lines = list(absurd_pairs(before, found).values())
    for name, (value, aim, holds) in measures(before, found).items():
        if holds is False:
            lines.append(f"{name}: {value}, where {aim} was the aim")
    _, alike = struck_correlations(before, found, scenario.focal)
    if alike < ALIKE:
        lines.append(f"the focal state's own record decides its new partners: rank correlation {alike:.2f} without it")
    poor, usual = (float(mean_of(beside(found), name, "held")[-1].sum()) for name in ("a quarter", BASE))
    if poor >= usual:
        lines.append(f"a quarter of the budget costs the focal state no deal: {poor:.1f} against {usual:.1f}")
    low, high = (mean_of(found, f"{value:g}", "intensity")[before.ids.index(FRIEND)] for value in TRUSTS)
    if high <= low:
        lines.append(f"more trust does not bring the focal state and {FRIEND} closer")
    words = [f"- {line[0].upper()}{line[1:]}." for line in lines]
    return "\n".join(words) if words else "Nothing of what was measured here."


def render(scenario: Scenario, before: Ground, found: Found) -> str:
    """The measured part of the page, as Markdown."""
    first = scenario.start.year
    near = f"{first}–{first + min(NEAR_YEARS, _years(found)) - 1}"
    others = ", ".join(f"{name} {len(runs)}" for name, runs in found.items() if name != BASE)
    sections = {
        "The book of deals": book_table(before, found),
        "Stock and flow": stock_table(scenario, found),
        f"Ten states, {near}": partners_table(before, found),
        f"Pairs that were absurd in the first edition, {near}": pairs_table(before, found),
        "Without the focal state's own record": struck_table(scenario, before, found),
        "Levers": levers_table(scenario, before, found),
        "What is still absurd": still_absurd(scenario, before, found),
    }
    head = (
        f"Written by `python -m simulation.evidence.plausibility --replicates {len(found[BASE])}`; do not edit this "
        f"part. Wifaq {versions()['wifaq']}, scenario `{scenario.name}` to {scenario.horizon}, seed {scenario.seed}, "
        f"{len(found[BASE])} replicates of the baseline; the others: {others}.\n"
    )
    return "\n".join([head, *(f"## {title}\n\n{text}" for title, text in sections.items())])


def main(replicates: int = REPLICATES, workers: int | None = None, out: Path = PAGE) -> None:
    """Write docs/results/plausibility.md, or another page with its markers."""
    scenario = load_scenario(BASELINE)
    before = ground(scenario)
    found = run(scenario, replicates, workers)
    pages.replace_between(out, MARKER, render(scenario, before, found))


if __name__ == "__main__":
    typer.run(main)
