"""What the terminal shows of a result."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from rich.console import Console


def printed(tell: Callable[[Any, Console], None], result: Any, width: int = 80) -> str:
    """The text that a function of the report prints."""
    console = Console(width=width, file=io.StringIO(), record=True)
    tell(result, console)
    return console.export_text()
