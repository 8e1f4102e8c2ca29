"""The app is an extra: where it is not installed, nothing of it is tested."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("shiny") else ["test_*.py"]
