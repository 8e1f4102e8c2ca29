"""The forms that were tried, each scored on families left out in twelve sets, and what choosing flattered.

``python -m simulation.evidence.joins.tries SHARED/data`` writes ``tables/tries.csv``. The form is chosen by the
mean log score over all rows, with the last word to political calls. *Nested*: each family is scored by the form
that is best on all other families; the difference to the best form's own score is what choosing flattered. The nine
AI and digital lists stand beside, each forecast without its family, launch and pace.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from simulation.data.tables import read_csv, write_csv
from simulation.evidence import scores
from simulation.evidence.joins.backtest import MODEL, Scored, ai_lists, left_out
from simulation.evidence.joins.record import TABLES, Listed, read_record
from simulation.evidence.joins.scoring import pooled
from simulation.intensity.joining.design import Form

NONE = 0.001
"""A prior so narrow that the column is out."""
FOLDS, DRAWS = 12, 200
FORMS = (
    Form(),
    Form(name="priors of reach as wide as first written", prior_width=1.0),
    Form(name="priors of reach narrower still", prior_width=0.4),
    Form(name="no nearness, region or kinship", near=NONE, region=NONE, kin=NONE),
    Form(name="no slopes by domain", by_domain=NONE),
    Form(name="no slopes by lean", by_lean=NONE),
    Form(name="no habits, no effects of states", habit=NONE, state=NONE, state_by_act=NONE),
    Form(name="no shocks of groups", group=NONE, union=NONE),
    Form(name="slopes by domain three times as wide", by_domain=0.45),
    Form(name="nearness to the sponsors three times as wide", near=0.9),
)
"""The forms of the table. Twenty more widths were tried by hand on eight or twelve sets while the form was found
(log score .4167 to .4222), and five changes of the classes of reach."""


def try_forms(record: Sequence[Listed], forms: Sequence[Form] = FORMS) -> list[dict[str, object]]:
    """A row a form, and one for the nested choice."""
    result = [left_out(record, form, DRAWS, simple=False, folds=FOLDS) for form in forms]
    nine = [ai_lists(record, form, DRAWS) for form in forms]
    rows = [_row(form.name, *scored) for form, *scored in zip(forms, result, nine, strict=True)]
    losses = [losses_by_family(scored) for scored in result]
    rows.append({"form": "nested choice", "log score": f"{nested(losses):.4f}"})
    return rows


def _row(name: str, scored: Sequence[Scored], nine: Sequence[Scored]) -> dict[str, object]:
    p, y = pooled(scored, MODEL)
    calls = [s for s in scored if not s.listed.treaty]
    held = [scores.inside(s.inside.sum(axis=1), float(s.y.sum()), 0.9) for s in scored]
    mean = np.mean([scores.log_score(s.forecasts[MODEL], s.y) for s in calls])
    area = np.nanmean([scores.auc(s.forecasts[MODEL], s.y) for s in calls])
    return {
        "form": name, "log score": f"{scores.log_score(p, y):.4f}", "Brier": f"{scores.brier(p, y):.4f}",
        "log score of calls": f"{mean:.4f}", "AUC of calls": f"{area:.3f}", "in 90 %": f"{np.mean(held):.2f}",
        "log score of AI lists": f"{scores.log_score(*pooled(nine, MODEL)):.4f}",
    }  # fmt: skip


def losses_by_family(scored: Sequence[Scored]) -> dict[str, tuple[float, int]]:
    """Family -> sum of log scores and number of rows."""
    out: dict[str, tuple[float, int]] = {}
    for s in scored:
        total, count = out.get(s.listed.family, (0.0, 0))
        loss = float(scores.log_scores(s.forecasts[MODEL], s.y).sum())
        out[s.listed.family] = (total + loss, count + len(s.y))
    return out


def nested(losses: Sequence[dict[str, tuple[float, int]]]) -> float:
    """Mean log score where each family is scored by the form that is best on all others."""
    total = count = 0.0
    for family in losses[0]:
        others = [sum(v for k, (v, _) in one.items() if k != family) for one in losses]
        loss, n = losses[int(np.argmin(others))][family]
        total, count = total + loss, count + n
    return total / count


def tries() -> dict[str, pd.DataFrame]:
    """The table as shipped, by its name on the page; nothing before it was first made."""
    path = TABLES / "tries.csv"
    return {"joins_tries": pd.DataFrame(read_csv(path))} if path.exists() else {}


COLUMNS = ("form", "log score", "Brier", "log score of calls", "AUC of calls", "in 90 %", "log score of AI lists")

if __name__ == "__main__":
    write_csv(TABLES / "tries.csv", COLUMNS, try_forms(read_record(Path(sys.argv[1]))))
