"""The JSON Schema of scenario files, with which an editor completes and checks them.

``python -m simulation.scenario.json_schema`` writes it to ``docs/scenario.schema.json``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from simulation.scenario.schema import Scenario

FILE = Path("docs/scenario.schema.json")
_DOTTED = "blocs|fragmentation|mechanisms|parameters|record|records|strategic_weight|strategy"


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file.

    No key is required, because a base named by ``extends`` may give it; a bare number may stand
    for fragmentation; keys of a section may be dotted (``parameters.rivalry``).
    """
    schema = Scenario.model_json_schema()
    schema.pop("required", None)
    base = {
        "type": "string",
        "description": "A base file, relative to this one; its keys hold where this is silent.",
    }
    schema["properties"] = {"extends": base, **schema["properties"]}
    schema["properties"]["fragmentation"] = {
        "anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"$ref": "#/$defs/Fragmentation"}],
        "description": schema["properties"]["fragmentation"]["description"],
    }
    schema["properties"]["horizon"]["default"] = str(Scenario.model_fields["horizon"].default)
    schema["patternProperties"] = {rf"^({_DOTTED})\.": {}}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": FILE.name, **schema}


def schema_text() -> str:
    """The text of the schema file."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema_text(), encoding="utf-8")
