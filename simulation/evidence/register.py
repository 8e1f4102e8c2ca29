"""The register of forecasts: dated questions on texts and deals that are never changed once written.

``python -m simulation.evidence.register FILE`` writes the questions as of a day, and their hash into ``sums.txt``
beside FILE. Chances are of the fitted models, numbers of them and of runs of the baseline. A file that exists is never
overwritten: a new edition of the model writes a new register.
"""

from __future__ import annotations

import argparse
import hashlib
import math
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import poisson

from simulation.data.country_names import titles
from simulation.errors import Fault, InputError, WifaqError
from simulation.evidence import BASELINE
from simulation.evidence.deals.forecast import write_whole
from simulation.evidence.joins.forecast import Chances, forecast
from simulation.evidence.joins.instrument_file import world_on
from simulation.evidence.joins.record import RECORD_END
from simulation.evidence.register_runs import DAYS, LEVELS, REPLICATES, Question, chance, number, on_runs, recorded_runs
from simulation.experiments.engine import store
from simulation.intensity.ensemble import Layer, expected_counts, possible, state_layer
from simulation.intensity.firms import firm_layer
from simulation.intensity.joining.posterior import shipped
from simulation.intensity.joining.states import ids
from simulation.intensity.joining.texts import SignupText
from simulation.scenario.load import load_scenario
from simulation.state import F

EDITION = "3"
"""Edition of the forecasting models; ``docs/forecasts/versions.md`` has what each would have scored."""
QUANTILES = tuple(f"q{100 * level:02.0f}" for level in LEVELS)
COLUMNS = ("id", "question", "kind", "made_on", "by", "probability", "mean", *QUANTILES, "resolved_by",
           "model_version", "command")  # fmt: skip
"""Of a register; those before edition 3 have only the outer two quantiles."""
CHANCES = ("join", "deal")
"""Kinds with a probability; the others are numbers and have a mean."""
KINDS = (*CHANCES, "joiners", "deals", "standing", "signed", "partners", "new partners", "texts")
"""How many join a text; deals since ``made_on``, of the intensity; of runs see :func:`.register_runs.on_runs`."""
SUMS = "sums.txt"
OPEN = {
    "budapest": ("CoE",), "coe_ai_225": ("CoE",), "oecd_ai_2019": ("OECD",), "gpai": ("FRA", "CAN", "OECD"),
    "dco": ("SAU",), "us_poldecl_2023": ("USA",),
}  # fmt: skip
"""Texts still open at the end of the record whose lists are complete, and who convenes each."""
CLUBS = ("gpai", "dco")
NEW = {
    "UN Convention against Cybercrime (signatures)": SignupText(
        id="un_cybercrime", opens=date(2025, 7, 1), closes=date(2026, 12, 31), sponsors=("UN", "VNM"), eligible=ids(),
        binding=True, domain="cyber", ceremony=True,
    ),
    "a declaration of the AI Action Summit of February 2025 in Paris": SignupText(
        id="paris_summit", opens=date(2025, 2, 11), sponsors=("FRA",), eligible=ids(), summit=True,
    ),
}  # fmt: skip
"""Texts that were announced at the end of the record; the convention was to open in 2025, its middle is assumed."""
LAST = date(2026, 12, 31)
STATES = ("FRA", "USA", "CHN", "SEN", "EGY", "KEN", "ARE", "IND", "SGP", "BRA")
"""States asked about besides the focal one."""
PARTNERS = ("USA", "FRA", "ESP", "CHN", "IND", "ARE", "EU", "SEN", "KOR", "SAU")
"""Partners of the focal state that are asked about."""
FIRMS = ("microsoft", "oracle")
PAIRS = (
    "FRA-IND", "GBR-USA", "JPN-USA", "KEN-USA", "CHN-EGY", "ARE-USA", "IND-JPN", "GBR-SGP", "BRA-CHN", "BRA-FRA",
    "GBR-KEN", "EGY-FRA", "NGA-USA", "IDN-SGP", "CHN-SAU", "CHN-KAZ", "BRA-DEU", "KOR-SGP", "CAN-GBR", "EU-JPN",
    "IND-ZAF", "FRA-SEN", "RWA-SGP", "KOR-VNM", "CHN-IND", "CHN-RUS", "CHL-SGP", "ARE-KEN",
)  # fmt: skip
"""Pairs of several regions that are asked about."""
PAIR_DAYS = (date(2025, 12, 31), date(2026, 12, 31), date(2030, 12, 31))
BY_LIST = (
    "The depositary's or convener's public list on that day; a state counts from signature, accession or adherence."
)
BY_SEARCH = (
    "Official pages and press of both sides, searched as for the shipped list: an agreement, memorandum, dialogue or "
    "programme of the two whose subject is AI, signed or announced as agreed after made_on and not after by."
)
BY_COUNT = (
    "All such agreements of two states (or of a state and the EU) in a list searched like the shipped one; "
    "one of several sides counts once a pair."
)


def recorded(name: str, sponsors: tuple[str, ...], day: date) -> SignupText:
    """A shipped text with those who have joined it by a day."""
    world = world_on(day)
    facts = next(text for text in world.instruments if text.id == name)
    return SignupText(
        id=name, opens=facts.opens, sponsors=sponsors, binding=facts.binding, domain=facts.domain,
        eligible=tuple(world.ids[i] for i in facts.eligible), exclusive=name in CLUBS,
        joined=tuple(world.ids[i] for i, _ in facts.joined), track=facts.track,
    )  # fmt: skip


def on_texts(day: date, states: Sequence[str]) -> Iterator[Question]:
    """Whether single states will have joined a text, and how many will have."""
    names = {text.id: text.title for text in world_on(day).instruments}
    texts = {names[name]: recorded(name, sponsors, day) for name, sponsors in OPEN.items()} | NEW
    for title, text in texts.items():
        how = BY_LIST + (" Void if no text is opened to states." if text.id == "paris_summit" else "")
        for by in DAYS:
            found = forecast(text, day, by, shipped(day))
            yield _joiners(title, by, found, text.joined or (), how)
            if by == LAST:
                inside = (*(text.joined or ()), *text.sponsors)
                yield from _joins(title, found, [state for state in states if state not in inside], how)


def _joins(title: str, found: Chances, states: Sequence[str], how: str) -> Iterator[Question]:
    for state in (state for state in states if state in found.ids):
        i = found.ids.index(state)
        yield chance(f"{titles()[state]} has joined {title}", "join", LAST, float(found.probability[i]),
                     float(found.low[i]), float(found.high[i]), how)  # fmt: skip


def _joiners(title: str, by: date, found: Chances, joined: Sequence[str], how: str) -> Question:
    text = f"How many of the {len(found.ids)} that may have joined {title} ({len(joined)} are known to have on made_on)"
    return number(text, "joiners", by, found.counts, how)


def on_pairs(day: date, focal: str) -> Iterator[Question]:
    """Whether pairs will have a new recorded deal."""
    states, firms = state_layer(day), firm_layer(day)
    pairs = [(focal, other) for other in PARTNERS if other != focal]
    others = (pair.split("-") for pair in PAIRS)
    pairs += [(a, b) for a, b in others if focal not in (a, b)]
    for by in PAIR_DAYS:
        expected = expected_counts(states, day, by)
        for a, b in pairs:
            yield _pair(a, b, by, expected[:, _place(states, a, b)])
        expected = expected_counts(firms, day, by)
        for firm in FIRMS:
            yield _pair(focal, firm, by, expected[:, _place(firms, focal, firm)])


def _place(layer: Layer, a: str, b: str) -> int:
    """Column of a pair among the possible ones."""
    first, second = sorted(layer.places.place[name] for name in (a, b))
    rows, columns = possible(layer)
    return int(np.flatnonzero((rows == first) & (columns == second))[0])


def _pair(a: str, b: str, by: date, expected: F) -> Question:
    each = -np.expm1(-expected)
    low, high = np.quantile(each, (0.05, 0.95))
    text = f"{titles()[a]} and {titles()[b]} have a new recorded AI agreement"
    return chance(text, "deal", by, float(each.mean()), float(low), float(high), BY_SEARCH)


def on_counts(day: date, states: Sequence[str]) -> Iterator[Question]:
    """How many recorded deals with other states single states, and all together, will have made."""
    layer = state_layer(day)
    rows, columns = possible(layer)
    for by in DAYS:
        expected = expected_counts(layer, day, by)
        yield _count("All states and the EU together", by, expected.sum(axis=1))
        for state in states:
            place = layer.places.place[state]
            yield _count(titles()[state], by, expected[:, (rows == place) | (columns == place)].sum(axis=1))


def _count(who: str, by: date, rates: F) -> Question:
    """A count that is Poisson in each draw: quantiles of the mixture."""
    most = np.arange(int(poisson.ppf(0.9999, rates.max())) + 2)
    below = poisson.cdf(most[:, None], rates).mean(axis=1)
    quantiles = tuple(float(most[np.searchsorted(below, level)]) for level in LEVELS)
    text = f"{who}: number of new recorded AI agreements with states and the EU"
    return Question(text, "deals", by, None, float(rates.mean()), quantiles, BY_COUNT)


def questions(day: date, focal: str, replicates: int = REPLICATES, workers: int | None = None) -> list[Question]:
    """Every question of a register as of a day."""
    states = tuple(dict.fromkeys((focal, *STATES)))
    runs = recorded_runs(day, focal, replicates, workers)
    return [*on_texts(day, states), *on_pairs(day, focal), *on_counts(day, states), *on_runs(runs, states)]


def register(
    path: Path, day: date = RECORD_END, focal: str | None = None, replicates: int = REPLICATES,
    workers: int | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Write the register of a day and its hash, and return it.

    Parameters
    ----------
    path
        CSV file, which must not exist.
    day
        What is known: nothing dated later.
    focal
        The focal state; default that of the baseline.
    replicates, workers
        How many runs of the baseline, over how many processes.

    Raises
    ------
    InputError
        If the file exists, or cannot be written.
    """
    store.check_output(path, (".csv",))
    if path.exists():
        raise InputError(Fault(str(path), "exists, and a register is never changed; name a new file", file="FILE"))
    command = f"python -m simulation.evidence.register {path.name} --as-of {day}"
    command += (f" --focal {focal}" if focal else "") + f" --replicates {replicates}"
    rows: list[list[str]] = []
    for one in questions(day, focal or load_scenario(BASELINE).focal, replicates, workers):
        numbers = [_written(value) for value in (one.probability, one.mean, *one.quantiles)]
        rows.append([f"{path.stem}-{len(rows) + 1:03d}", one.question, one.kind, str(day), str(one.by), *numbers,
                     one.resolved_by, f"{version('wifaq')}, edition {EDITION}", command])  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS)
    write_whole(path, table.to_csv(index=False, lineterminator="\n"))
    sums = path.parent / SUMS
    known = sums.read_text(encoding="utf-8") if sums.exists() else ""
    write_whole(sums, f"{known}{digest(path)}  {path.name}\n")
    return table


def _written(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else f"{value:.4f}"


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m simulation.evidence.register", description=register.__doc__)
    parser.add_argument("file", type=Path, help="CSV file to write, e.g. docs/forecasts/2025Q1.csv; must not exist")
    parser.add_argument("--as-of", type=date.fromisoformat, default=RECORD_END, help="what is known")
    parser.add_argument("--focal", help="code of the focal state; default: that of the baseline")
    parser.add_argument("--replicates", type=int, default=REPLICATES, help="runs of the baseline")
    parser.add_argument("--workers", type=int, help="processes; default: one a core")
    chosen = parser.parse_args(arguments)
    try:
        table = register(chosen.file, chosen.as_of, chosen.focal, chosen.replicates, chosen.workers)
        print(f"{len(table)} questions: {chosen.file}")
    except WifaqError as error:
        parser.exit(2, f"{error}\n")


if __name__ == "__main__":
    main()
