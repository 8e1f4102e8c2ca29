"""The pages of parameters, mechanisms, metrics and hooks, from their registries."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Mapping
from itertools import groupby

from docs.pages import NOTE
from simulation.actors import HOOKS
from simulation.actors.cast import deciders, whose
from simulation.display.pages import table
from simulation.outcomes import METRICS
from simulation.outcomes.metrics import format_bounds
from simulation.scenario.mechanisms import MECHANISMS
from simulation.scenario.parameters import PARAMETERS, Parameter

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
        "Sections are those of [ODD.md](../ODD.md). *Prior*: a free parameter, drawn in each replicate "
        "from a PERT distribution over its range, or from a normal one of this standard deviation within it "
        "([calibration.md](../results/calibration.md)). *Assumption*: nothing but judgement stands behind it.\n",
    ]
    order = list(SECTIONS)
    entries = sorted(PARAMETERS.values(), key=lambda entry: order.index(entry.section))
    for section, group in groupby(entries, key=lambda entry: entry.section):
        rows = [
            (f"`{p.name}`", f"{p.default:g}", f"{p.low:g} to {p.high:g}", p.unit, p.meaning, p.source, _prior(p))
            for p in group
        ]
        lines += [f"## {section} {SECTIONS[section]}\n"]
        lines += [table(("name", "default", "range", "unit", "meaning", "source", "prior"), rows)]
    return "\n".join(lines)


def _prior(entry: Parameter) -> str:
    return {"fixed": "–", "pert": "PERT"}.get(entry.prior, f"sd {entry.sd:g}")


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


_HOOKS_TOP = "Each decision of an actor that can be replaced, and its default. How: [Hooks](../hooks.md).\n"


def hooks_page() -> str:
    """Every decision that can be replaced, with its default code."""
    lines = ["# Every hook\n", NOTE, _HOOKS_TOP]
    rows = [
        (f"[`{h.name}`](#{h.name})", whose(h.name), h.unit, h.range, h.section)
        for h in HOOKS.values()
    ]
    lines += [table(("hook", "of", "returns", "range", "section"), rows)]
    for hook in HOOKS.values():
        code = textwrap.dedent(inspect.getsource(getattr(deciders(hook.name)[0], hook.name)))
        lines += [f"## {hook.name}\n", f"Asked {hook.asked}. The default:\n", f"```text\n{code}```\n"]
    return "\n".join(lines).rstrip("\n") + "\n"
