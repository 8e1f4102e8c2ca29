"""C.7 at the start: reach, standing and pace of a text in one replicate, from the shipped figures, state by state."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from simulation.intensity.joining import states as facts
from simulation.intensity.joining.posterior import Posterior, names
from simulation.intensity.joining.texts import CodedText, SignupText, coded, convener_kind, has_host
from simulation.kernels import Stream, stable_hash
from tests.reference.draws import Luck, logistic, normal

PACE = ("pace", "political", "quiet", "closed", "members", "binding call", "second year", "later", "after six years",
        "share in", "state", "state x political")  # fmt: skip
WIDTHS = {"reach": 1.2, "slope": 0.25, "union": 0.8, "group": 0.35}
Numbers = dict[str, float]


@dataclass
class Plain:
    """What a replicate has about a text; numbers of states by their id."""

    reach: float
    standing: Numbers
    as_one: bool
    pace: list[float]
    share: float
    later: Numbers


def correlated(mode: Sequence[float], covariance: np.ndarray, scores: Sequence[float]) -> list[float]:
    """Mode plus the lower Cholesky factor times scores."""
    n = len(mode)
    low = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            left = covariance[i, j] - sum(low[i][k] * low[j][k] for k in range(j))
            low[i][j] = math.sqrt(left) if i == j else left / low[j][j]
    return [m + sum(low[i][j] * scores[j] for j in range(i + 1)) for i, m in enumerate(mode)]


def reach_of(text: CodedText, lean: float, b: Numbers) -> float:
    """Mean reach of its class."""
    call, quiet = not text.treaty, text.treaty and not text.ceremony
    on = {
        "everywhere": True, "quiet": quiet, "agency": text.kind == "agency" and not quiet,
        "leaders": text.treaty and text.summit, "political": call, "at a summit": call and text.summit,
        "invited": text.openness == "invited", "application": text.openness == "application",
        "members": text.openness == "members", "attended": text.openness == "attended",
        "several states": text.kind == "states",
        "organisation": text.kind == "regional" and text.openness != "members", "club": text.kind == "club",
        "other camp": call and lean < 0.0 and text.openness == "open",
        "binding call": call and text.binding and text.openness != "members",
        "digital": text.domain == "digital", "security": text.domain == "security",
    }  # fmt: skip
    return sum(b[name] for name, yes in on.items() if yes)


def plain_text(known: Posterior, text: SignupText, as_of: date, seed: int, replicate: int) -> Plain:
    """Draw a text that opens after the as-of date, or whose list tells nothing."""
    luck, uid = Luck(seed, replicate, -1), int(stable_hash("instrument:" + text.id))

    def of(name: str, who: str) -> float:
        return normal(luck.uniform(Stream.INSTRUMENT_REACH, int(stable_hash(name)), int(stable_hash(who))))

    def own(name: str) -> float:
        return normal(luck.uniform(Stream.INSTRUMENT_REACH, uid, int(stable_hash(name))))

    def chance(name: str) -> float:
        return luck.uniform(Stream.INSTRUMENT_REACH, uid, int(stable_hash(name)))

    b = dict(zip(names(), correlated(known.mode.tolist(), known.covariance, [of("launch", n) for n in names()]),
                 strict=True))  # fmt: skip
    un = convener_kind(text) in ("UN", "UN_agency") and text.binding
    ceremony = (1.0 if has_host(text) else known.shares["ceremony"]) if text.ceremony is None else text.ceremony
    summit = known.shares["UN summit" if un else "call at a summit"] if text.summit is None else text.summit
    one = coded(text, chance("ceremony") < ceremony, chance("summit") < summit)
    who, covariates, columns = _columns(known, text, one, as_of)
    call = not one.treaty
    state = {i: _effect(known, text, i, call, of, own("against")) for i in who}
    lean = columns.pop("lean")["all"]
    fitted = {i: sum(b[name] * values[i] for name, values in columns.items()) + state[i] for i in who}
    group = facts.groups(min(text.opens, as_of))
    standing = {}
    for i in who:
        g = int(group[facts.place()[i]])
        width = WIDTHS["union"] if g == 0 else WIDTHS["group"]
        slopes = sum(WIDTHS["slope"] * own(f"slope {n}") * covariates[n][i] for n in facts.NAMES)
        standing[i] = fitted[i] + slopes + width * own(f"shock {facts.GROUPS[g]}")
    p = dict(zip(PACE, correlated(known.pace.mode.tolist(), known.pace.covariance, [of("pace", n) for n in PACE]),
                 strict=True))  # fmt: skip
    sd = known.pace.call_sd if call and one.openness != "members" else known.pace.treaty_sd
    mean = sum(fitted.values()) / len(fitted)
    present = text.invited or text.attending
    unasked = {i for i in who if present and i not in (*present, *one.sponsors)}
    slope = p["state"] + call * p["state x political"]
    later = {i: slope * (fitted[i] - mean - 1.5 * (i in unasked)) for i in who}
    reach = reach_of(one, lean, b) + WIDTHS["reach"] * own("reach")
    return Plain(reach, standing, chance("as one") < 0.2, _ages(one, p, sd * own("pace")), p["share in"], later)


def _effect(known: Posterior, text: SignupText, i: str, call: bool, of: Callable[[str, str], float],
            loss: float) -> float:  # fmt: skip
    k = facts.place()[i]
    effect = known.state[k] + known.state_sd[k] * of("state", i)
    if call:
        further = math.sqrt(max(known.both_sd[k] ** 2 - known.state_sd[k] ** 2, 0.0))
        effect += known.state_by_act[k] + further * of("state in calls", i)
    against = -2.0 * (i in text.vote.no) - 1.0 * (i in text.vote.abstain)
    return float(effect + against * (1.0 + 0.35 * loss))


def _ages(one: CodedText, p: Numbers, own: float) -> list[float]:
    call, members = not one.treaty, one.openness == "members"
    base = p["pace"] + own + call * p["political"] + (one.treaty and not one.ceremony) * p["quiet"]
    base += (one.openness in ("application", "invited")) * p["closed"] + members * p["members"]
    base += (call and one.binding and not members) * p["binding call"]
    return [base, base + p["second year"], base + p["later"], base + p["later"] + p["after six years"]]


def _columns(known: Posterior, text: SignupText, one: CodedText,
             as_of: date) -> tuple[list[str], dict[str, Numbers], dict[str, Numbers]]:  # fmt: skip
    """Who is looked at, their covariates and their columns, each counted from its mean over the eligible."""
    day, ids = min(text.opens, as_of), facts.ids()
    figures = facts.covariates(day, as_of)
    x = {name: {i: float(figures[k, c]) for k, i in enumerate(ids)} for c, name in enumerate(facts.NAMES)}
    group = {i: int(g) for i, g in zip(ids, facts.groups(day), strict=True)}
    eligible = [i for i in ids if i in text.eligible]
    who = [i for i in ids if i in text.eligible or (group[i] == 0 and "EU" in text.eligible)]
    house = {i for k, i in enumerate(ids) if one.house and facts.members(one.house, day)[k]}
    call = float(not one.treaty)
    strength = call or (0.5 if one.contested else 0.0)
    lead = [i for i in one.lead if i in ids] or sorted(house)
    lean = sum(x["votes"][i] for i in lead) / len(lead) if lead and strength else 0.0
    sponsors, kin = [i for i in one.sponsors if i in ids], facts.kinship(day)
    near = {group[i] for i in sponsors}
    raw: dict[str, Numbers] = {}
    for name, values in x.items():
        raw[name] = values
        raw[f"{name} x political"] = {i: v * call for i, v in values.items()}
        raw[f"{name} x lean"] = {i: v * lean * strength for i, v in values.items()}
        for domain in ("digital", "security"):
            raw[f"{name} x {domain}"] = {i: v * (one.domain == domain) for i, v in values.items()}
    raw |= {
        "house": {i: float(i in house) for i in ids}, "sponsor": {i: float(i in sponsors) for i in ids},
        "nearness": {i: -abs(x["votes"][i] - lean) * strength for i in ids},
        "region": {i: (group[i] in near) * strength for i in ids},
        "kinship": {i: strength * sum(float(kin[facts.place()[j], k]) for j in sponsors) / max(len(sponsors), 1)
                    for k, i in enumerate(ids)},
        "habit of domain": _habits(known, one.domain, text), "habit of act": _habits(known, _act(one), text),
    }  # fmt: skip
    return who, {n: _centred(v, eligible) for n, v in x.items()}, (
        {n: _centred(v, eligible) for n, v in raw.items()} | {"lean": {"all": lean}}
    )


def _act(one: CodedText) -> str:
    return "treaty" if one.treaty else "political"


def _habits(known: Posterior, kind: str, text: SignupText) -> Numbers:
    k = ("digital", "security", "env", "rights", "trade", "other", "treaty", "political").index(kind)
    fade = 0.5 ** (max(0.0, (text.opens - known.day).days / 365.25) / 6.0)
    return {i: fade * known.excess[row, k] / (3.0 + fade * known.weight[row, k])
            for row, i in enumerate(facts.ids())}  # fmt: skip


def _centred(values: Mapping[str, float], eligible: Sequence[str]) -> Numbers:
    mean = sum(values[i] for i in eligible) / len(eligible)
    return {i: v - mean for i, v in values.items()}


def of_union(plain: Plain) -> tuple[float, float]:
    """The EU itself: as likely as the mean of its members at the launch, as quick as their mean afterwards."""
    group = facts.groups(date(2024, 12, 31))
    members = [i for i in plain.standing if group[facts.place()[i]] == 0]
    chance = sum(logistic(plain.reach + plain.standing[i]) for i in members) / len(members)
    quick = sum(math.exp(plain.later[i]) for i in members) / len(members)
    return math.log(chance / (1.0 - chance)) - plain.reach, math.log(quick)
