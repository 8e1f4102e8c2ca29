"""What a tweak changes and what it does not: paired replicates with and without it.

The guardrail against reading luck as effect: a student who changes an agent sees one run differ from
another, and every run differs from every other. Here both sides have the same luck, replicate by
replicate, and each conclusion is judged by the interval of its paired difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.display.differences import draw_partner_changes, height
from simulation.display.style import new_axes, style
from simulation.errors import Fault, InputError, suggest
from simulation.experiments import prior
from simulation.experiments.analysis.conclusions import (
    CHANGED,
    COLUMNS,
    MARGINS,
    METRICS,
    UNCHANGED,
    UNTOLD,
    conclusions,
    sentences,
)
from simulation.experiments.ask import Question, load, model
from simulation.experiments.engine import store
from simulation.experiments.engine.labels import Facts
from simulation.experiments.engine.runner import Progress
from simulation.experiments.engine.simulate import apply
from simulation.experiments.kept import Format, Kept, Table
from simulation.scenario.dump import scenario_to_yaml
from simulation.scenario.schema import QUARTERS_MAX, Scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from simulation.actors.cast import Cast
    from simulation.experiments.engine.transport import Tweak
    from simulation.model import GovernanceModel

PAIRS = 20
"""Pairs of replicates, unless told otherwise."""
WITHOUT, WITH = "without the tweak", "with the tweak"


@dataclass(frozen=True)
class Changes(Kept):
    """Which conclusions a tweak changes; printing it says them in plain sentences.

    Attributes
    ----------
    info
        What was compared: focal state, horizon, pairs, sentences (``changes.json``).
    scenario_text
        The scenario with the tweak with every key written out, as YAML; without what a function writes.
    """

    FORMAT = Format(
        "changes.json",
        "what_changed",
        {"changes": Table(("conclusion", "what", "name", "verdict"), COLUMNS)},
        {"focal": dict, "horizon": str, "pairs": int, "sentences": list, "bands": str, "failures": list},
    )

    @property
    def table(self) -> pd.DataFrame:
        """Every number behind the sentences, as :func:`.analysis.conclusions.conclusions` gives them."""
        return self.tables["changes"]

    @property
    def sentences(self) -> Mapping[str, str]:
        """A sentence for each conclusion about which there is anything to say.

        ``headline``, ``deals``, ``quality``, ``rank``, ``partners``, ``instruments``.
        """
        return dict(self.info["sentences"])

    @property
    def name(self) -> str:
        """Name of the focal state."""
        return str(self.info["focal"]["name"])

    @property
    def pairs(self) -> int:
        """Number of pairs of replicates."""
        return int(self.info["pairs"])

    @property
    def heading(self) -> str:
        """What was compared."""
        return f"{self.name} in {self.horizon}, with the tweak against without it, {self.pairs} pairs of replicates"

    @property
    def note(self) -> str:
        """What the intervals are."""
        return f"90 % intervals, those of one conclusion together: {self.bands}."

    def __str__(self) -> str:
        return "\n".join([self.heading, *self.sentences.values(), self.note])

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(text)}</li>" for text in self.sentences.values())
        return f"<p><b>{escape(self.heading)}</b></p><ul>{items}</ul><p><small>{escape(self.note)}</small></p>"

    def plot(self, ax: Axes | None = None) -> Axes:
        """Probability of each likely partner without and with the tweak; what changed is marked."""
        rows = self.table.loc[self.table["conclusion"] == "partners"]
        with style():
            axes = new_axes(8.0, height(rows)) if ax is None else ax
            title = f"{self.name}: partners in {self.horizon}"
            label = f"{self.pairs} pairs of replicates. {self.bands[0].upper()}{self.bands[1:]}."
            return draw_partner_changes(rows, axes, title=title, label=label)


def what_changed(
    tweaked: Scenario | GovernanceModel | Path | str,
    default: Scenario | Path | str | None = None,
    *,
    tweak: Tweak | None = None,
    actors: Cast | None = None,
    replicates: int = PAIRS,
    margins: Mapping[str, float] | None = None,
    parameters: str = prior.PRIOR,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Changes:
    """Say which conclusions a tweak changes, by paired replicates that share their luck.

    Parameters
    ----------
    tweaked
        The scenario with the tweak, or a model made from it with ``actors=``. A model into whose
        agents or arrays something was written by hand is refused: give that as ``tweak``.
    default
        The scenario without it; by default the same, where the tweak is in ``tweak`` or ``actors``.
    tweak
        A function of the model that writes into it before it runs, in every replicate.
    actors
        Replacement classes by actor id or by kind, on the tweaked side.
    replicates
        Pairs, at least 2.
    margins
        Least differences that matter, in place of some of
        :data:`simulation.experiments.analysis.conclusions.MARGINS`.
    parameters, workers, progress
        As in :func:`simulation.experiments.compare.compare`.

    Returns
    -------
    Changes
        Sentences, a table, a picture.

    Raises
    ------
    InputError
        If the two sides cannot be paired, are the same, or the tweak cannot be repeated.
    RunError
        If a replicate fails.
    """
    limits = _margins(margins or {})
    if not isinstance(tweaked, Scenario | Path | str):
        actors = _actors_of(tweaked) | dict(actors or {})
        tweaked = tweaked.scenario
    changed = load(tweaked)
    plain = changed if default is None else load(default)
    _check(plain, changed, replicates)
    facts = model().describe(plain)
    asked = Question(_sides(plain, changed, facts), replicates, parameters, casts={WITH: actors}, tweaks={WITH: tweak})
    _check_tweak(plain, changed, tweak, actors)
    result = asked.run(workers, progress, on_error="raise")
    names = dict(zip(facts.actors["id"], facts.actors["name"], strict=True))
    titles = dict(zip(facts.instruments["id"], facts.instruments["title"], strict=True))
    table = conclusions(result[WITHOUT], result[WITH], facts.peers, names | titles, limits)
    info = {
        "focal": {"id": plain.focal, "name": names[plain.focal]},
        "horizon": str(plain.horizon),
        "pairs": replicates,
        "sentences": [list(text) for text in sentences(table, limits).items()],
        "parameters": parameters,
        "bands": asked.bands,
        "failures": [],
        "versions": store.versions(),
    }
    return Changes(info, scenario_to_yaml(changed), {"changes": table})


def _sides(plain: Scenario, changed: Scenario, facts: Facts) -> dict[str, Scenario]:
    """Both sides, recording what conclusions need and nothing else."""
    actor_ids = (plain.focal, *(peer for peer in facts.peers if peer != plain.focal))
    kept = {"metrics": METRICS, "actors": actor_ids, "every": QUARTERS_MAX, "ties": "focal", "events": False}
    return {
        side: scenario.model_copy(update={"record": scenario.record.model_copy(update=kept)})
        for side, scenario in ((WITHOUT, plain), (WITH, changed))
    }


# --- what is refused


def _margins(given: Mapping[str, float]) -> dict[str, float]:
    if not isinstance(given, Mapping):
        raise InputError(Fault("margins", f"must be a mapping of conclusions to numbers, not {given!r}"))
    unknown = [name for name in given if name not in MARGINS]
    faults = [Fault("margins", f"no conclusion {name!r}; {suggest(name, tuple(MARGINS))}") for name in unknown]
    for name, size in given.items():
        if not isinstance(size, int | float) or not size > 0:
            faults.append(Fault(f"margins.{name}", f"{size!r} is no number above 0"))
    if faults:
        raise InputError(faults)
    return {**MARGINS, **given}


def _check(plain: Scenario, changed: Scenario, replicates: int) -> None:
    faults = [
        Fault(key, f"{ours} without the tweak, {theirs} with it; pairs need the same")
        for key in ("focal", "seed", "as_of", "horizon")
        if (ours := getattr(plain, key)) != (theirs := getattr(changed, key))
    ]
    if not isinstance(replicates, int):
        faults.append(Fault("replicates", f"must be a whole number, not {replicates!r}"))
    elif replicates < 2:
        faults.append(Fault("replicates", f"{replicates} is less than 2, and one pair has no interval"))
    if faults:
        raise InputError(faults)


def _check_tweak(plain: Scenario, changed: Scenario, tweak: Tweak | None, actors: Cast | None) -> None:
    """Try the tweak on one model here, where a mistake in it is told with its own traceback."""
    if tweak is None and plain != changed:
        return
    model, twin = _build(changed, actors), _build(changed, actors if tweak else None)
    try:
        if tweak is None:
            if not (model.hooks or differing(model, twin)):
                raise InputError("nothing differs: give a changed scenario, tweak=, or actors= that decide otherwise")
            return
        apply(tweak, model)
        if not (differing(model, twin) or _own_hooks(model)):
            raise InputError("the tweak changes nothing: it writes what was there")
    finally:
        model.close()
        twin.close()


def _actors_of(model: GovernanceModel) -> dict[str, type]:
    """The replaced classes of a model in which nothing else was changed.

    Raises
    ------
    InputError
        If something was written into its agents or arrays: no other replicate would have it.
    """
    from simulation.actors.cast import BY_KIND
    from simulation.scenario.checks import world_of

    cast = {actor.id: type(actor) for actor in model.actors if type(actor) not in BY_KIND.values()}
    if model.world is not world_of(model.scenario):
        raise InputError("the model has a world of its own, which other replicates would not have")
    written = _own_hooks(model)
    if not written:
        twin = _build(model.scenario, cast, model.replicate)
        try:
            while twin.state.quarter < model.state.quarter:
                twin.step()
            written = differing(model, twin)
        finally:
            twin.close()
    if written:
        raise InputError(
            f"{', '.join(written)} of this model differ from what its scenario gives: something was written into it"
            " by hand, and no other replicate would have it. Put it into a function, `def tweak(model): ...`,"
            " and call what_changed(scenario, tweak=tweak)"
        )
    return cast


def _build(scenario: Scenario, actors: Cast | None, replicate: int = 0) -> GovernanceModel:
    from simulation.model import GovernanceModel

    return GovernanceModel(scenario, replicate=replicate, actors=actors)


def _own_hooks(model: GovernanceModel) -> list[str]:
    """Hooks that were set on single agents, such as ``accepts of ocp``."""
    from simulation.actors.table import HOOKS

    return [f"{hook} of {actor.id}" for actor in model.actors for hook in HOOKS if hook in vars(actor)]


def differing(model: GovernanceModel, twin: GovernanceModel) -> list[str]:
    """Names of the columns of the state in which two models of one world differ in any bit."""
    return [
        entry.name
        for entry in fields(model.state)
        if not np.array_equal(np.asarray(getattr(model.state, entry.name)), np.asarray(getattr(twin.state, entry.name)))
    ]


__all__ = ["CHANGED", "PAIRS", "UNCHANGED", "UNTOLD", "Changes", "what_changed"]
