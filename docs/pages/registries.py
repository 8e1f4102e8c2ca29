"""The pages of parameters, mechanisms, metrics and hooks, from their registries."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Mapping
from itertools import groupby

from simulation.manual.notes import NOTE

from simulation.actors import HOOKS, StateActor
from simulation.display.pages import table
from simulation.outcomes import METRICS
from simulation.outcomes.metrics import format_bounds
from simulation.scenario.mechanisms import MECHANISMS
from simulation.scenario.parameters import PARAMETERS

SECTIONS: Mapping[str, str] = {
    "C.1": "Issue space",
    "C.2": "Deals",
    "C.3": "Rivalry and concessions",
    "C.4": "Trust",
    "C.5": "Compliance",
    "C.6": "Blocs",
    "C.7": "Instruments",
    "C.8": "Forum choice",
    "C.9": "Diffusion",
    "C.10": "Firms",
    "C.11": "Think tanks",
    "C.12": "NGOs",
    "C.13": "Influencers and publics",
    "C.14": "Harm",
    "C.15": "Capacity and budget",
    "C.16": "Learning",
    "C.17": "Fragmentation",
    "C.18": "Trilateral deals and the table of actors",
    "E": "Outcomes",
}
"""Sections of the model description, in its order."""


def parameters_page() -> str:
    """Every number of the model, by section."""
    lines = [
        "# Parameters\n",
        NOTE,
        "A scenario changes one under `parameters:`, a command with `--set parameters.NAME=VALUE`. "
        "Sections are those of [ODD.md](ODD.md). Source *calibrated*: a free parameter; "
        "[calibration.md](calibration.md) tells how its default was set, [posterior.md](posterior.md) what the record "
        "says of it. *Assumption*: nothing but judgement "
        "stands behind it.\n",
    ]
    order = list(SECTIONS)
    entries = sorted(PARAMETERS.values(), key=lambda entry: order.index(entry.section))
    for section, group in groupby(entries, key=lambda entry: entry.section):
        rows = [
            (f"`{p.name}`", f"{p.default:g}", f"{p.low:g} to {p.high:g}", p.unit, p.meaning, p.source)
            for p in group
        ]
        lines += [f"## {section} {SECTIONS[section]}\n"]
        lines += [table(("name", "default", "range", "unit", "meaning", "source"), rows)]
    return "\n".join(lines)


def mechanisms_page() -> str:
    """Every switch and every choice between rival rules."""
    rows = [
        (f"`{m.name}`", m.section, " / ".join(m.options), m.claims or "–", m.meaning)
        for m in MECHANISMS.values()
    ]
    return "\n".join(
        [
            "# Mechanisms\n",
            NOTE,
            "A scenario turns one under `mechanisms:`, a command with `--set mechanisms.NAME=off`. The first "
            "option is the default. Claims are numbered as in the ledger of the model description.\n",
            table(("name", "section", "options", "claims", "meaning"), rows),
        ]
    )


def metrics_page() -> str:
    """Every built-in outcome."""
    lines = [
        "# Metrics\n",
        NOTE,
        "What a run records, each quarter. *On request*: name it under `record: metrics:`, or say `all`. "
        "`@metric` adds one of your own.\n",
    ]
    for level, title in (("actor", "Of an actor"), ("system", "Of the world")):
        rows = [
            (
                f"`{m.name}`",
                m.unit,
                format_bounds(m.bounds),
                m.formula,
                "always" if m.default else "on request",
            )
            for m in METRICS.values()
            if m.level == level and not m.custom
        ]
        lines += [f"## {title}\n", table(("name", "unit", "bounds", "formula", "recorded"), rows)]
    return "\n".join(lines)


_HOOKS_TOP = '''\
A *hook* is one decision of an actor, as one short method. The kernels take the default decision for
everybody; where a class or a single agent has a hook of its own, its Python is called, for the
decisions of that actor alone. An actor that decides as the default does changes no bit of a run.

Replace one in a subclass, and say who plays it, by id or by kind:

```python
from simulation import GovernanceModel, run
from simulation.actors import Firm, StateActor

class Cautious(Firm):
    _least = 0.5  # a name of your own begins with an underscore

    def accepts(self, partner, utility):
        """Never a deal with somebody it does not trust."""
        return super().accepts(partner, utility) if self.trust[partner.id] > self._least else 0.0

class Opportunist(StateActor):
    def keeps_promise(self, partner):
        """Breaks what it has promised to the small twice as often."""
        kept = super().keeps_promise(partner)
        return kept if getattr(partner, "size", 0) > 0.2 else 1 - 2 * min(0.5, 1 - kept)

if __name__ == "__main__":
    results = run("scenarios/baseline.yaml", replicates=20, actors={"firm": Cautious, "FRA": Opportunist})
    print(results.forecast("cooperation").tail(1))
```

Or on one agent of one model; such a function is not given ``self``:

```python
model = GovernanceModel("scenarios/baseline.yaml")
model.firms["ocp"].accepts = lambda partner, utility: 1.0 if partner.home == "KEN" else 0.2
model.states["KEN"].joins = lambda instrument, log_odds: 0.0
model.run()
```

- **Names.** A public method or attribute that is no hook is refused when the class is defined, or when it
  is set on an agent, with the nearest hook: a misspelt one would never be called. Helpers and attributes
  of your own begin with an underscore (`_least` above; in `__init__(self, model, row)` call `super()` first).
- **Answers.** A number must be finite and within the range below, `choose_tracks` a mapping of tracks. A
  fault names the line (of a file, or of a notebook's cell; of a wrong answer, where the hook begins), the
  agent and the quarter. It ends that replicate: `run`, `compare` and `sweep` warn of it, keep it in
  `failures` and make their tables of the others; when all end so, it is an error.
- **Luck.** Answer the same for the same state, or take draws of your own from a generator you seed by
  the replicate and the quarter (`self.model.replicate`, `self.model.quarter`); else a run cannot be repeated.
- **Several processes.** `actors=` works in `run`, `compare` and `sweep`. Classes of a notebook, of a script
  or of a function travel to the workers by value (cloudpickle), from this process to its own children and
  never through a file. What a hook writes to variables outside the actor stays in its worker. A class that
  cannot travel (it holds an open file, a lock) runs in one process, with a warning.
- **Record.** `run.json` has a hash of the source of each class, of the plain values it takes from outside
  and of the functions of its own module that it calls: another hook is another run.
- **Cost.** Python is called for the replaced decisions only; `tests/benchmarks/bench_hooks.py` measures it.
'''


def hooks_page() -> str:
    """Every decision that can be replaced, with its default code."""
    lines = ["# Hooks: decisions of your own\n", NOTE, _HOOKS_TOP, "## Every hook\n"]
    rows = [
        (f"[`{h.name}`](#{h.name})", "every actor" if h.owner == "Actor" else "states", h.unit, h.range, h.section)
        for h in HOOKS.values()
    ]
    lines += [table(("hook", "of", "returns", "range", "section"), rows)]
    for hook in HOOKS.values():
        code = textwrap.dedent(inspect.getsource(getattr(StateActor, hook.name)))
        lines += [f"### {hook.name}\n", f"Asked {hook.asked}. The default:\n", f"```text\n{code}```\n"]
    return "\n".join(lines).rstrip("\n") + "\n"
