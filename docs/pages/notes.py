"""What the generated pages have in common."""

from __future__ import annotations

NOTE = "Written by `python -m simulation.manual`; do not edit.\n"
"""Second line of each generated page."""
