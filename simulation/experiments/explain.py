"""Explain one run of a scenario: why each deal of an actor was made, refused or broken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.data.actor_advice import advice_on
from simulation.data.country_names import resolve
from simulation.errors import Fault, InputError, suggest
from simulation.experiments import prior
from simulation.experiments.ask import Question, load
from simulation.experiments.explanation import KINDS, Explanation
from simulation.scenario.checks import world_of

if TYPE_CHECKING:
    from simulation.actors.cast import Cast
    from simulation.model import GovernanceModel
    from simulation.scenario.schema import Scenario


def explain(
    scenario: Scenario | Path | str,
    actor: str | None = None,
    *,
    seed: int | None = None,
    replicate: int = 0,
    kinds: Sequence[str] = (),
    quarters: Sequence[str] = (),
    partner: str | None = None,
    parameters: str = prior.PRIOR,
    actors: Cast | None = None,
    tweak: Callable[[GovernanceModel], object] | None = None,
    sets: Sequence[str] = (),
) -> Explanation:
    """Run one replicate and explain every deal and join of one actor.

    Looking changes no bit of the run: it is the replicate of that number of ``run``.

    Parameters
    ----------
    scenario
        A scenario, or the path of a scenario file.
    actor
        Id of an actor of any kind, or name of a state; by default the focal state.
    seed, replicate
        Which run: by default the scenario's seed, and its first replicate.
    kinds, quarters
        Only events of these kinds (:data:`simulation.experiments.explanation.KINDS`) and quarters (``2027Q3``).
    partner
        Only events with this actor, or about this instrument.
    parameters
        ``prior``: with the draw of the free parameters that this replicate has in ``run``;
        ``defaults``: without.
    actors
        Replacement classes by actor id or by kind, as in ``run``.
    tweak
        A function of the model, called before it runs, e.g. to write into agents.
    sets
        Changes of scenario keys, ``key=value`` each.

    Returns
    -------
    Explanation
        Its ``events`` and ``terms`` are tidy tables.

    Raises
    ------
    InputError
        If the scenario is at fault, or there is no such actor, kind, quarter or replicate; all faults at once.
    """
    scenario = load(scenario, sets=sets, seed=seed)
    world = world_of(scenario)
    ids = world.ids
    actor = resolve(actor or scenario.focal, ids)
    texts = [*(text.id for text in world.instruments), *(text.id for text in scenario.instruments)]
    _check(scenario, ids, actor, kinds, quarters, replicate)
    if partner is not None and (partner := resolve(partner, ids)) not in (known := (*ids, *texts)):
        advice = suggest(partner, known) or "see `wifaq list actors` and `wifaq list instruments`"
        raise InputError(Fault("", f"no actor or instrument {partner!r}; {advice}", "--partner"))
    asked = Question({"scenario": scenario}, 1, parameters, {"scenario": actors}, {"scenario": tweak})
    explained = asked.explainer("scenario", replicate, actor)
    assert explained is not None  # only a test's model explains nothing
    return explained().select(kinds, quarters, partner)


def _check(
    scenario: Scenario, actors: Sequence[str], actor: str, kinds: Sequence[str], quarters: Sequence[str], replicate: int
) -> None:
    faults = []
    if actor not in actors:
        faults.append(Fault("", f"no actor {actor!r}; {advice_on(actor, actors)}", "--actor"))
    faults += [
        Fault("", f"{kind!r} is no kind of event; {suggest(kind, KINDS)}", "--events")
        for kind in kinds
        if kind not in KINDS
    ]
    known = [str(scenario.start + step) for step in range(scenario.quarters)]
    faults += [
        Fault("", f"{quarter!r} is no quarter of the run; {known[0]} to {known[-1]} are", "--quarter")
        for quarter in quarters
        if quarter not in known
    ]
    if replicate < 0:
        faults.append(Fault("", f"{replicate} is no number of a replicate; the first is 0", "--replicate"))
    if faults:
        raise InputError(faults)
