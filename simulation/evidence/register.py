"""The register of forecasts: dated questions on texts and deals that are never changed once written.

``python -m simulation.evidence.register FILE`` writes the questions as of a day, and their hash into ``sums.txt``
beside FILE. A file that exists is never overwritten: a new edition of the model writes a new register.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import poisson

from simulation.data.country_names import titles
from simulation.errors import Fault, InputError, WifaqError
from simulation.evidence import BASELINE
from simulation.evidence.deal_table import write_whole
from simulation.evidence.joins.forecast import Chances, forecast
from simulation.evidence.joins.instrument_file import world_on
from simulation.evidence.joins.record import RECORD_END
from simulation.experiments.engine import store
from simulation.intensity.ensemble import expected_counts, possible
from simulation.intensity.firms import firm_layer
from simulation.intensity.joining.posterior import shipped
from simulation.intensity.joining.states import ids
from simulation.intensity.joining.texts import SignupText
from simulation.intensity.layers import Layer, state_layer
from simulation.scenario.load import load_scenario
from simulation.state import F

EDITION = "2"
"""Edition of the forecasting models; ``docs/forecasts/versions.md`` has what each would have scored."""
COLUMNS = ("id", "question", "kind", "made_on", "by", "probability", "mean", "q05", "q95", "resolved_by",
           "model_version", "command")  # fmt: skip
KINDS = ("join", "joiners", "deal", "deals")
"""``join`` and ``deal`` have a probability, ``joiners`` and ``deals`` are numbers and have a mean."""
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
DAYS = (date(2025, 12, 31), date(2026, 12, 31), date(2030, 12, 31))
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


@dataclass(frozen=True)
class Question:
    """One forecast; exactly one of ``probability`` and ``mean`` is a number."""

    question: str
    kind: str
    by: date
    probability: float | None
    mean: float | None
    q05: float
    q95: float
    resolved_by: str


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
        found = forecast(text, day, LAST, shipped(day))
        how = BY_LIST + (" Void if no text is opened to states." if text.id == "paris_summit" else "")
        for state in states:
            if state in found.ids and state not in (*(text.joined or ()), *text.sponsors):
                i = found.ids.index(state)
                yield Question(f"{titles()[state]} has joined {title}", "join", LAST, float(found.probability[i]), None,
                               float(found.low[i]), float(found.high[i]), how)  # fmt: skip
        yield _joiners(title, found, text.joined or (), how)


def _joiners(title: str, found: Chances, joined: Sequence[str], how: str) -> Question:
    low, high = np.quantile(found.counts, (0.05, 0.95))
    text = f"How many of the {len(found.ids)} that may have joined {title} ({len(joined)} are known to have on made_on)"
    return Question(text, "joiners", LAST, None, float(found.counts.mean()), low, high, how)


def on_pairs(day: date, focal: str) -> Iterator[Question]:
    """Whether pairs will have a new recorded deal."""
    states, firms = state_layer(day), firm_layer(day)
    pairs = [(focal, other) for other in PARTNERS if other != focal]
    others = (pair.split("-") for pair in PAIRS)
    pairs += [(a, b) for a, b in others if focal not in (a, b)]
    for by in DAYS:
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
    chance = -np.expm1(-expected)
    low, high = np.quantile(chance, (0.05, 0.95))
    text = f"{titles()[a]} and {titles()[b]} have a new recorded AI agreement"
    return Question(text, "deal", by, float(chance.mean()), None, low, high, BY_SEARCH)


def on_counts(day: date, states: Sequence[str]) -> Iterator[Question]:
    """How many recorded deals with other states single states, and all together, will have made."""
    layer = state_layer(day)
    rows, columns = possible(layer)
    for by in DAYS[:2]:
        expected = expected_counts(layer, day, by)
        yield _count("All states and the EU together", by, expected.sum(axis=1))
        for state in states:
            place = layer.places.place[state]
            yield _count(titles()[state], by, expected[:, (rows == place) | (columns == place)].sum(axis=1))


def _count(who: str, by: date, rates: F) -> Question:
    """A count that is Poisson in each draw: 5 and 95 % of the mixture."""
    most = np.arange(int(poisson.ppf(0.9999, rates.max())) + 2)
    below = poisson.cdf(most[:, None], rates).mean(axis=1)
    low, high = (float(most[np.searchsorted(below, level)]) for level in (0.05, 0.95))
    text = f"{who}: number of new recorded AI agreements with states and the EU"
    return Question(text, "deals", by, None, float(rates.mean()), low, high, BY_COUNT)


def questions(day: date, focal: str) -> list[Question]:
    """Every question of a register as of a day."""
    states = tuple(dict.fromkeys((focal, *STATES)))
    return [*on_texts(day, states), *on_pairs(day, focal), *on_counts(day, states)]


def register(path: Path, day: date = RECORD_END, focal: str | None = None) -> pd.DataFrame:
    """Write the register of a day and its hash, and return it.

    Parameters
    ----------
    path
        CSV file, which must not exist.
    day
        What is known: nothing dated later.
    focal
        The focal state; default that of the baseline.

    Raises
    ------
    InputError
        If the file exists, or cannot be written.
    """
    store.check_output(path, (".csv",))
    if path.exists():
        raise InputError(Fault(str(path), "exists, and a register is never changed; name a new file", file="FILE"))
    command = f"python -m simulation.evidence.register {path.name} --as-of {day}"
    command += f" --focal {focal}" if focal else ""
    rows: list[list[str]] = []
    for one in questions(day, focal or load_scenario(BASELINE).focal):
        numbers = ["" if value is None else f"{value:.4f}" for value in (one.probability, one.mean, one.q05, one.q95)]
        rows.append([f"{path.stem}-{len(rows) + 1:03d}", one.question, one.kind, str(day), str(one.by), *numbers,
                     one.resolved_by, f"{version('wifaq')}, edition {EDITION}", command])  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS)
    write_whole(path, table.to_csv(index=False, lineterminator="\n"))
    sums = path.parent / SUMS
    known = sums.read_text(encoding="utf-8") if sums.exists() else ""
    write_whole(sums, f"{known}{digest(path)}  {path.name}\n")
    return table


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m simulation.evidence.register", description=register.__doc__)
    parser.add_argument("file", type=Path, help="CSV file to write, e.g. docs/forecasts/2025Q1.csv; must not exist")
    parser.add_argument("--as-of", type=date.fromisoformat, default=RECORD_END, help="what is known")
    parser.add_argument("--focal", help="code of the focal state; default: that of the baseline")
    chosen = parser.parse_args(arguments)
    try:
        print(f"{len(register(chosen.file, chosen.as_of, chosen.focal))} questions: {chosen.file}")
    except WifaqError as error:
        parser.exit(2, f"{error}\n")


if __name__ == "__main__":
    main()
