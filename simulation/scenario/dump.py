"""Writing a scenario out in full, so that a result folder says exactly what was run."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from simulation.scenario.schema import Scenario

HEADING = (
    "# Everything this scenario says, defaults and bases included. It loads back to the same scenario.\n"
)


def scenario_to_yaml(scenario: Scenario) -> str:
    """The full resolved text of a scenario (``scenario.resolved.yaml``).

    Every key and mechanism is written; only what has no value (``None``) is left out. A parameter that the
    scenario does not set, which a run may draw, is a comment. Loading the text gives an equal scenario.
    Paths of record tables are absolute.
    """
    yaml = YAML()
    yaml.width = 10_000  # no line is folded
    stream = io.StringIO()
    parameters = scenario.parameters
    tree = _tree(scenario.model_dump(exclude_none=True) | {"parameters": dict(parameters.chosen)})
    below = list(tree)[list(tree).index("parameters") + 1]
    free = [f"{name}: {value}" for name, value in parameters.as_dict().items() if name not in parameters.chosen]
    if free:
        text = "\n".join(["not set by the scenario, with their defaults; a run may draw some:", *free])
        tree.yaml_set_comment_before_after_key(below, before=text, indent=2)
    yaml.dump(tree, stream)
    return HEADING + stream.getvalue()


def _tree(value: Any) -> Any:
    """Mappings as blocks, lists of single values on one line."""
    if isinstance(value, Mapping):
        return CommentedMap({key: _tree(item) for key, item in value.items()})
    if isinstance(value, tuple | list):
        items = CommentedSeq([_tree(item) for item in value])
        if not any(isinstance(item, CommentedMap | CommentedSeq) for item in items):
            items.fa.set_flow_style()
        return items
    if isinstance(value, str) and not value.isprintable():
        return DoubleQuotedScalarString(value)  # signs that YAML takes for the end of a line
    return str(value) if isinstance(value, Path) else value
