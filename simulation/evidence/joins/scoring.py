"""Tables of scores of past joining forecasts: by forecast, kind of convener, count, state and jointly."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, norm

from simulation.evidence import scores
from simulation.evidence.joins.backtest import MODEL, Scored, kinds
from simulation.intensity.joining.states import ids
from simulation.kernels import stable_hash
from simulation.state import F

BINS = 10
RESAMPLES = 1000
FALSE_RATE = 0.05
LEVELS = (0.5, 0.9)
JOINT = 300
"""Draws used for scores of whole vectors."""
PAIRS = 2000
"""Pairs of states a text for the variogram score."""


def pooled(scored: Sequence[Scored], name: str) -> tuple[F, F]:
    """Forecasts and outcomes of all rows."""
    return np.concatenate([s.forecasts[name] for s in scored]), np.concatenate([s.y for s in scored])


def brier_parts(p: F, y: F, bins: int = BINS) -> tuple[float, float, float]:
    """Reliability, resolution and uncertainty by bands (Murphy 1973); Brier ≈ first − second + third."""
    band = np.minimum((p * bins).astype(int), bins - 1)
    weight = np.bincount(band, minlength=bins) / len(p)
    some = weight > 0
    count = np.maximum(np.bincount(band, minlength=bins), 1)
    mean, rate = np.bincount(band, p, bins) / count, np.bincount(band, y, bins) / count
    reliability = float((weight * (mean - rate) ** 2)[some].sum())
    resolution = float((weight * (rate - y.mean()) ** 2)[some].sum())
    return reliability, resolution, float(y.mean() * (1 - y.mean()))


def by_forecast(scored: Sequence[Scored]) -> pd.DataFrame:
    """A row a forecast: scores over all rows, and means over texts."""
    rows = []
    for name in scored[0].forecasts:
        p, y = pooled(scored, name)
        reliability, resolution, uncertainty = brier_parts(p, y)
        rows.append({
            "forecast": name, "texts": len(scored), "rows": len(y), "log score": scores.log_score(p, y),
            "log score, mean of texts": np.mean([scores.log_score(s.forecasts[name], s.y) for s in scored]),
            "Brier": scores.brier(p, y), "Brier, adjusted": _mean(scored, name, scores.adjusted_brier),
            "reliability": reliability, "resolution": resolution, "uncertainty": uncertainty,
            "AUC": _mean(scored, name, scores.auc),
            "PR-AUC": _mean(scored, name, scores.average_precision),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _mean(scored: Sequence[Scored], name: str, score: Callable[[F, F], float]) -> float:
    return float(np.nanmean([score(s.forecasts[name], s.y) for s in scored]))


def against_rivals(scored: Sequence[Scored]) -> pd.DataFrame:
    """What each rival loses to the model, with standard errors over families and states; many compared (BH 1995)."""
    luck = np.random.default_rng(stable_hash("signups"))
    families = sorted({s.listed.family for s in scored})
    names = [name for name in scored[0].forecasts if name != MODEL]
    rows = []
    for name in names:
        for what, score in (("log score", scores.log_scores), ("Brier", lambda p, y: (p - y) ** 2)):
            total, count = _sums(scored, name, families, score)
            gain = total.sum() / count.sum()
            drawn = []
            for _ in range(RESAMPLES):
                family = np.bincount(luck.integers(len(families), size=len(families)), minlength=len(families))
                state = np.bincount(luck.integers(len(ids()), size=len(ids())), minlength=len(ids()))
                drawn.append((family @ total @ state) / (family @ count @ state))
            error = float(np.std(drawn))
            rows.append({"rival": name, "score": what, "lost": gain, "se": error, "in se": gain / error,
                         "p": float(2 * norm.sf(abs(gain) / error))})  # fmt: skip
    out = pd.DataFrame(rows)
    out["significant"] = false_discovery_control(out["p"].to_numpy()) <= FALSE_RATE
    return out


def _sums(scored: Sequence[Scored], name: str, families: list[str],
          score: Callable[[F, F], F]) -> tuple[F, F]:  # fmt: skip
    """Sum of lost score and number of rows, by family and state."""
    total, count = np.zeros((len(families), len(ids()))), np.zeros((len(families), len(ids())))
    for s in scored:
        k = families.index(s.listed.family)
        total[k, s.who] += score(s.forecasts[name], s.y) - score(s.forecasts[MODEL], s.y)
        count[k, s.who] += 1.0
    return total, count


def counts(scored: Sequence[Scored]) -> pd.DataFrame:
    """A row a text: joiners against the draws' counts, all states and the EU's."""
    rows = []
    for s in scored:
        total, joined = s.inside.sum(axis=1), float(s.y.sum())
        low, quarter, upper, high = np.quantile(total, (0.05, 0.25, 0.75, 0.95))
        row: dict[str, object] = {
            "text": s.listed.id, "convener": s.listed.kind, "openness": s.listed.openness, "eligible": len(s.y),
            "joined": int(joined), "expected": float(total.mean()), "5 %": low, "25 %": quarter, "75 %": upper,
            "95 %": high, "in 50 %": quarter <= joined <= upper, "in 90 %": low <= joined <= high,
            "PIT": float((total < joined).mean() + 0.5 * (total == joined).mean()),
            "interval score": scores.interval_score(low, high, joined, 0.9), "CRPS": scores.crps(total, joined),
            "log score": scores.log_score(s.forecasts[MODEL], s.y), "AUC": scores.auc(s.forecasts[MODEL], s.y),
        }  # fmt: skip
        if s.union.any():
            union, of = s.inside[:, s.union].sum(axis=1), float(s.y[s.union].sum())
            row |= {"EU joined": int(of), "EU expected": float(union.mean())}
            row |= {f"EU in {100 * level:.0f} %": scores.inside(union, of, level) for level in LEVELS}
        rows.append(row)
    return pd.DataFrame(rows)


def coverage(scored: Sequence[Scored]) -> pd.DataFrame:
    """How often counts fell into their intervals, by kind of convener and in the EU, with Wilson intervals."""
    rows = []
    table = counts(scored)
    parts = [("all", table), *((kind, counts(chosen)) for kind, chosen in kinds(scored))]
    for kind, part in parts:
        row = _covered(kind, part, "in") | {"PIT mean": part["PIT"].mean()}
        row |= {name: part[name].mean() for name in ("interval score", "CRPS", "log score", "AUC")}
        rows.append(row)
    union = table.dropna(subset=["EU in 90 %"])
    return pd.DataFrame([*rows, _covered("the EU's states", union, "EU in")])


def _covered(who: str, table: pd.DataFrame, inside: str) -> dict[str, object]:
    """How often the counts of a table fell into their intervals, with Wilson intervals."""
    row: dict[str, object] = {"convener": who, "texts": len(table)}
    for level in ("50 %", "90 %"):
        hits = int(table[f"{inside} {level}"].astype(bool).sum())
        low, high = scores.wilson(hits, len(table))
        row |= {f"in {level}": hits / len(table), f"{level} from": low, f"{level} to": high}
    return row


def by_state(scored: Sequence[Scored]) -> pd.DataFrame:
    """A row a state: mean forecast, share joined, log score, and what its own true rate would have given."""
    frame = pd.DataFrame({
        "iso3": np.concatenate([np.array(ids())[s.who] for s in scored]),
        "p": pooled(scored, MODEL)[0], "y": pooled(scored, MODEL)[1],
    })  # fmt: skip
    frame["log score"] = scores.log_scores(frame["p"].to_numpy(), frame["y"].to_numpy())
    out = frame.groupby("iso3").agg(texts=("y", "size"), forecast=("p", "mean"), joined=("y", "mean"),
                                    score=("log score", "mean")).reset_index()  # fmt: skip
    rate = np.clip(out["joined"], 1e-9, 1 - 1e-9)
    out["own rate"] = -(rate * np.log(rate) + (1 - rate) * np.log1p(-rate))
    return out.rename(columns={"score": "log score"}).sort_values("log score", ignore_index=True)


def jointly(scored: Sequence[Scored]) -> pd.DataFrame:
    """Energy and variogram score of whole vectors, as drawn and with every state drawn apart (same chances)."""
    luck = np.random.default_rng(stable_hash("jointly"))
    rows = []
    for s in scored:
        drawn = s.inside[:JOINT].astype(float)
        apart = np.stack([luck.permutation(s.inside[:, i])[:JOINT] for i in range(len(s.y))], axis=1).astype(float)
        pairs = luck.integers(len(s.y), size=(2, PAIRS))
        rows.append({
            "text": s.listed.id, "energy": energy(drawn, s.y), "energy, apart": energy(apart, s.y),
            "variogram": scores.variogram(drawn, s.y, pairs), "variogram, apart": scores.variogram(apart, s.y, pairs),
        })  # fmt: skip
    return pd.DataFrame(rows)


def energy(drawn: F, y: F) -> float:
    """Energy score of an ensemble of vectors (Gneiting & Raftery 2007, eq. 22)."""
    half = len(drawn) // 2
    spread = np.linalg.norm(drawn[:half] - drawn[half : 2 * half], axis=1).mean()
    return float(np.linalg.norm(drawn - y, axis=1).mean() - 0.5 * spread)
