"""Result folders in miniature: every metric, deals of the world, trust and blocs, from no model."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from simulation.experiments.analysis.summary import PRIOR_LABEL
from simulation.experiments.engine.labels import Facts
from simulation.experiments.engine.tables import Outcome
from simulation.experiments.engine.worker import ReplicateError
from simulation.experiments.explanation import EVENT_COLUMNS, TERM_COLUMNS, Explanation
from simulation.experiments.results import Results
from simulation.experiments.run import CONTRASTS, run
from simulation.experiments.spread import AS_IT_IS, COLUMNS, SHARES, Spread
from simulation.outcomes.metrics import METRICS
from simulation.scenario.load import load_scenario
from tests.experiments.stand_in import stand_in

SEED = 2025
STATES = (("MAR", "Morocco", "none", "Africa", "AU"), ("TUN", "Tunisia", "none", "Africa", "AU"),
          ("SEN", "Senegal", "none", "Africa", "AU"), ("FRA", "France", "EU", "Europe", "CoE"),
          ("CHN", "China", "CN", "Asia", ""), ("USA", "United States", "US", "America", "OAS"))  # fmt: skip
_SCRIPT = "<script>alert(1)</script>"


def luck(*key: object) -> float:
    """A number in [0, 1) that depends on the key alone."""
    return zlib.crc32("/".join(map(str, key)).encode()) / 2**32


def simulate(scenario, replicate: int) -> Outcome:
    quarters = [str(scenario.start + k) for k in range(-1, scenario.quarters)]
    shift = 0.05 * (scenario.fragmentation.trust > 0)
    actors = [scenario.focal, *(() if isinstance(scenario.record.actors, tuple) else ("TUN", "SEN"))]
    rows = []
    for step, quarter in enumerate(quarters):
        for actor in actors:
            rows += [(quarter, actor, m.name, _value(m, step, replicate, actor, shift)) for m in METRICS.values()
                     if m.level == "actor"]  # fmt: skip
        rows += [(quarter, "system", m.name, 0.5) for m in METRICS.values() if m.level == "system"]
    frame = pd.DataFrame(rows, columns=["quarter", "actor", "metric", "value"])
    ties = pd.DataFrame(
        {"a": scenario.focal, "b": ["FRA", "CHN", "elm"], "track": ["bilateral", "trilateral", "non_state"]}
    )
    ties["quarter"], ties["depth"] = quarters[-1], np.array([1 + replicate % 3, 2, 1], np.int8)
    ties["source"] = ["recorded", "drawn" if replicate % 2 else "new", "new"]
    joins = pd.DataFrame({"instrument": ["x", "y"], "actor": scenario.focal, "eligible": True})
    joins["quarter"] = pd.Series([quarters[0], quarters[2] if replicate % 2 else None], dtype="str")
    joins["joined_before"] = [True, False]
    return Outcome.from_frames(replicate, series=frame, ties=ties, joins=joins, **_world(scenario, quarters, replicate))


def _value(metric, step: int, replicate: int, actor: str, shift: float) -> float:
    low, high = metric.bounds
    noise = luck(metric.name, step, replicate, actor)
    if metric.unit in ("deals", "partners", "instruments", "blocs"):
        return float(3 + step // 4 + round(3 * noise))
    middle = 0.4 + 0.01 * step - shift + 0.1 * noise
    return max(low, min(middle, 1.0 if high is None else high))


def _world(scenario, quarters: list[str], replicate: int) -> dict[str, pd.DataFrame]:
    if scenario.record.ties == "none":
        return {}
    ids = [state[0] for state in STATES]
    pairs = [(a, b) for a in ids for b in ids if a != b]
    trust = pd.DataFrame(pairs, columns=["a", "b"])
    trust["trust"] = [luck("trust", a, b, replicate) for a, b in pairs]
    world = pd.DataFrame(
        {"a": ["MAR", "MAR", "FRA"], "b": ["FRA", "USA", "TUN"], "depth": np.array([3, 1, 2], np.int8)}
    )
    blocs = pd.DataFrame(
        {
            "bloc": "AMU",
            "member": True,
            "quarter": quarters[1:4],
            "tabled": np.int16(1),
            "passed": np.int16(replicate % 2),
        }
    )
    return {"world": world, "trust": trust, "blocs": blocs.assign(depth=np.int8(1))}


def simulate_failing(scenario, replicate: int) -> Outcome:
    if replicate == 1:
        raise ReplicateError("run") from KeyError("gone")
    return simulate(scenario, replicate)


def facts(scenario) -> Facts:
    states = pd.DataFrame(STATES, columns=["id", "name", "camp", "region", "bloc"])
    actors = pd.concat([
        states[["id", "name", "camp", "region"]].assign(kind="state"),
        pd.DataFrame([{"id": "elm", "name": f"Elm {_SCRIPT} & co", "camp": "none", "kind": "firm", "region": ""}]),
    ])[["id", "name", "kind", "camp", "region"]]  # fmt: skip
    instruments = pd.DataFrame(
        [("x", "Budapest Convention on Cybercrime", "cyber", True, False),
         ("y", "Global Partnership on AI", "civil", False, True)],
        columns=["id", "title", "domain", "binding", "open"],
    )  # fmt: skip
    blocs = pd.DataFrame({"id": ["AMU"], "name": ["Arab Maghreb Union"]})
    return Facts(actors, instruments, ("TUN", "SEN"), ("a note",), states, blocs)


def explained(scenario, actor: str, replicate: int, actors=None) -> Explanation:
    """An explanation of four events: a text joined, a contract of three, a deal deepened, an offer refused."""
    elm = ("elm", f"Elm {_SCRIPT} & co")
    quarter = str(scenario.start)
    text = "Global Partnership on AI"
    events = [
        (0, quarter, "joined", "y", text, "multilateral", 0, "", "", "", "joined", 0.02, 0.01, 0.5),
        (1, quarter, "made", "FRA elm", f"France, {elm[1]}", "trilateral", 1, "FRA", "elm", "", "accepted third", 0.3,
         0.2, 2 / 3),
        (2, quarter, "deepened", "CHN", "China", "bilateral", 2, actor, "", "", "accepted", 0.9999, 0.5, 1 / 3),
        (3, quarter, "refused", "USA", "United States", "bilateral", 0, actor, "", "", "declined", 0.4, 0.5, 0.0),
    ]  # fmt: skip
    me, fra, chn, usa = (actor, "Morocco"), ("FRA", "France"), ("CHN", "China"), ("USA", "United States")
    terms = [(0, "joined", *me, "", "", "joining", "term", "intercept", -6.0),
             (0, "joined", *me, "", "", "joining", "term", "standing", 2.1),
             (0, "joined", *me, "", "", "joining", "decided", "decided", -3.9)]  # fmt: skip
    sides = [(1, "made", fra, me, "turning"), (1, "made", me, fra, "agreeing"), (1, "made", elm, fra, "agreeing"),
             (1, "made", elm, me, "agreeing"), (2, "deepened", me, chn, "turning"),
             (2, "deepened", chn, me, "agreeing"), (3, "refused", me, usa, "turning"),
             (3, "refused", usa, me, "agreeing")]  # fmt: skip
    for event, kind, who, whom, what in sides:
        value = 1.5 + luck(event, who, whom)
        own = {"turning": {}, "agreeing": {"reluctance": -3.6}}[what] | {"size": value, "distance": -0.2}
        numbers = [*(("term", name, number) for name, number in own.items()), ("decided", "decided", sum(own.values())),
                   ("given", "left", 0.4), ("given", "price", 0.07)]  # fmt: skip
        terms += [(event, kind, *who, *whom, what, *number) for number in numbers]
    frame = pd.DataFrame(sorted(terms, key=lambda row: row[0]), columns=[c for c in TERM_COLUMNS if c != "quarter"])
    frame.insert(1, "quarter", quarter)
    table = pd.DataFrame(events, columns=list(EVENT_COLUMNS))
    info = {"actor": actor, "name": "Morocco", "title": scenario.title, "seed": scenario.seed, "replicate": replicate}
    return Explanation(info, "", {"events": table, "terms": frame})


def result(replicates: int = 8, model=simulate, contrasts=CONTRASTS, **overrides) -> Results:
    """A result of the baseline or of a change of it, to 2028."""
    scenario = load_scenario("scenarios/baseline.yaml", overrides={"horizon": "2028Q4", "seed": SEED, **overrides})
    with stand_in(model, facts, explained):
        return run(scenario, replicates=replicates, workers=1, contrasts=contrasts,
                   command="wifaq run scenarios/baseline.yaml")  # fmt: skip


def folder(path: Path, **options) -> Path:
    """The same as a folder, without charts."""
    return result(**options).save(path, charts=False)


def spread(of: Results, failures: tuple[dict[str, object], ...] = ()) -> Spread:
    """The spread of a result's scenario over two rivals of its rules."""
    rules = [AS_IT_IS, "latent_book=off", "learning=fermi"]
    metrics, quarters = ("commitments_kept", "cooperation", "deals", "autonomy"), ("2027Q4", of.horizon)
    cells = [(metric, quarter) for metric in metrics for quarter in quarters]
    rows = [(rule, *cell, 0.5 + luck(rule, *cell) / 4, 0.4, 0.8, 6) for rule in rules for cell in cells]
    shares = [(*cell, 0.1, 0.2 + luck(*cell) / 2, 0.7 - luck(*cell) / 2) for cell in cells]
    info = {"scenario": of.info["scenario"], "title": of.info["title"], "focal": of.info["focal"],
            "horizon": of.horizon, "rules": rules, "draws": 3, "lucks": 2, "bands": PRIOR_LABEL,
            "failures": list(failures)}  # fmt: skip
    table, divided = pd.DataFrame(rows, columns=list(COLUMNS)), pd.DataFrame(shares, columns=list(SHARES))
    return Spread(info, of.scenario_text, {"spread": table, "shares": divided})
