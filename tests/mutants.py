"""Files with a slip or two: seeded mutants of scenarios, sweeps, tables of records and instrument files."""

from __future__ import annotations

import random
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
BASE = ROOT / "scenarios" / "baseline.yaml"

RICH = f"""extends: {BASE}
title: Everything at once
as_of: 2023-12-31
horizon: 2030Q4
roster: full
fragmentation: {{trust: 0.2, bloc_splitting: 0.5, lines: camp}}
blocs:
  AMU: {{rule: majority, agenda_rate: 0.1, depth: 1}}
deals:
  - {{parties: [MAR, FRA], depth: programme, start: 2026Q1, end: 2028Q4}}
  - {{parties: [MAR, SEN, unesco], depth: mou, start: 2027Q2}}
instruments:
  - id: charter
    opens: 2026Q1
    sponsors: [FRA, unesco]
    eligible: {{blocs: [AU, AMU]}}
    position: [0.5, 0.5, 0.4, 0.6]
    binding: true
shocks:
  - {{quarter: 2027Q1, kind: malicious_surge, size: 3, duration: 4}}
  - {{quarter: 2028Q1, kind: budget_cut, size: 0.5, actors: [MAR]}}
trust:
  - {{pair: [MAR, DZA], value: 0.4}}
strategic_weight: {{MAR: 0.7, SEN: 0.2}}
strategy:
  effort: 2
  budget: 1.5
  partners: [state, firm]
  exclude_camps: [CN]
  transparency: 0.4
  wait_for: [AMU]
  advocacy: {{influencers: all_allies, paid: true}}
  learn: true
parameters: {{rivalry: 2.0, hazard: 0.3}}
mechanisms: {{capture: off, learning: fermi}}
peers: [TUN, SEN, EGY]
record: {{metrics: [cooperation, capacity], actors: [MAR, SEN], every: 4, ties: all, events: true}}
"""
SWEEP = f"""title: Two by two
base: {BASE}
design: grid
factors:
  parameters.rivalry: [0.5, 2.0]
  fragmentation: {{low: 0, high: 0.6, levels: 3}}
  strategy.partners: {{categories: [[state], [state, firm]]}}
replicates: 2
record: {{metrics: [cooperation, deals], every: 4}}
show: [cooperation, cooperation - deals]
"""
HYPERCUBE = f"""scenarios: [{BASE}, {ROOT / "scenarios" / "tech_capture.yaml"}]
design: lhs
samples: 8
replicates: 1
factors:
  parameters.hazard: {{low: 0.1, high: 0.5, distribution: loguniform}}
  strategy.budget: {{low: 0.5, high: 2, distribution: triangular, mode: 1}}
"""
DEALS = """id,date,party_a,party_b,party_c,depth,subject,source,basis
a,2023-05-01,MAR,SEN,,mou,talks,press,read
b,2022,MAR,KEN,unesco,2,,,
c,2021-07,EGY,USA,,binding,,,
d,2020-02-29,FRA,TUN,,1,,,
"""
JOINS = """instrument,actor,date,joined,basis
gpai,MAR,2024-06-01,1,read
foc,MAR,2023-06-01,0,
gpai,SEN,2022,1,
"""
INSTRUMENTS = """instruments:
  - id: charter
    title: A charter
    opens: 2024-03-01
    sponsors: [FRA, unesco]
    eligible: {blocs: [AU]}
    joined: [SEN]
  - {id: pact, opens: 2023-01-01, closes: 2025-06-30, eligible: [MAR, FRA], binding: true, domain: military}
"""


def shipped(folder: str) -> list[str]:
    """Texts of the shipped files of a folder, with paths that hold anywhere."""
    here = ROOT / folder
    texts = [path.read_text(encoding="utf-8") for path in sorted(here.glob("*.yaml"))]
    return [text.replace("extends: ", f"extends: {here}/").replace("../", f"{here}/../") for text in texts]


KINDS: dict[str, list[str]] = {
    "scenario": [*shipped("scenarios"), *[RICH] * 20],
    "sweep": [*shipped("scenarios/sweeps"), *[SWEEP, HYPERCUBE] * 3],
    "deals": [DEALS],
    "joins": [JOINS],
    "instruments": [INSTRUMENTS],
}
"""Good texts of each kind."""

_TOKEN = re.compile(r"[\w.+-]+")
_WORDS = """
    MAR FRA SEN USA CHN DZA EU unesco huawei gpai AMU AU Morocco mar XXX state firm ngo camp region all none focal
    0 1 2 3 -1 0.5 1.5 100 1e9 1e-9 nan inf true false on off null ~ mou programme binding 2026Q1 2030Q4 2035Q5 1999Q1
    2023-12-31 2024-06 2024-02-30 2031-01-01 31/12/2023 unanimity budget_cut trust_shock cooperation cooperatoin
    autonomy grid list lhs sobol morris fractional uniform integer [] {} [[]] '' "" [MAR] [MAR,MAR] {blocs:[]}
    """.split()  # noqa: SIM905 - one word a word
_SIGNS = ("\n", "  ", ": ", ",", ";", "[", "]", "{", "}", "'", '"', "#", "- ", "&a ", "*a", "!", "|", "\t", "\\", "?",
          "@", "\x1b", "\x07", "\x00", "\u202e", "\u2028", "\ufeff", "é", "😀", '"\\e"', '"\\U99999999"',
          "%YAML 1.1\n")  # fmt: skip


def mutant(kind: str, seed: int) -> bytes:
    """A good file of a kind with one to three slips; the same for the same seed everywhere."""
    luck = random.Random(f"{kind}/{seed}")
    text = luck.choice(KINDS[kind])
    for _ in range(luck.choice((1, 1, 1, 2, 3))):
        text = luck.choice(_SLIPS)(text, luck)
    content = text.encode("utf-8", "surrogatepass")
    if luck.random() < 0.03:  # saved by another program
        content = luck.choice((text.encode("cp1252", "replace"), text.encode("utf-16"), content[: len(content) // 2]))
    return content


def _word(text: str, luck: random.Random) -> str:
    """Another word in the place of one."""
    found = list(_TOKEN.finditer(text))
    if not found:
        return text
    place = luck.choice(found)
    return text[: place.start()] + luck.choice(_WORDS) + text[place.end() :]


def _number(text: str, luck: random.Random) -> str:
    """Another number in the place of one."""
    found = list(re.finditer(r"(?<![\w.-])\d+(\.\d+)?(?![\w.-])", text))
    if not found:
        return text
    place = luck.choice(found)
    value = float(place[0]) * luck.choice((0, 0.5, 0.9, 1.1, 2, -1, 1e6))
    return text[: place.start()] + f"{value:g}" + text[place.end() :]


def _letter(text: str, luck: random.Random) -> str:
    """A letter lost, doubled, or two of them swapped."""
    at = luck.randrange(len(text) + 1)
    one, two = text[at : at + 1], text[at : at + 2]
    return text[:at] + luck.choice(("", one * 2, two[::-1])) + text[at + luck.choice((1, 2)) :]


def _sign(text: str, luck: random.Random) -> str:
    """A sign too many."""
    at = luck.randrange(len(text) + 1)
    return text[:at] + luck.choice(_SIGNS) + text[at:]


def _line(text: str, luck: random.Random) -> str:
    """A line lost, given twice, moved or shifted."""
    lines = text.splitlines(keepends=True) or [""]
    at = luck.randrange(len(lines))
    line = lines.pop(at)
    kept = luck.choice(([], [line, line], ["  " + line], [line.lstrip()]))
    if luck.random() < 0.2:
        lines.insert(luck.randrange(len(lines) + 1), line)
    return "".join([*lines[:at], *kept, *lines[at:]])


_SLIPS = (_word, _word, _word, _number, _number, _letter, _sign, _line)
