"""What a verdict on a proposition means, in plain words, by proposition and verdict.

Only the remark of the verdict that a run reaches is shown, so that a remark never outlives the
numbers it was written for.
"""

from __future__ import annotations

from collections.abc import Mapping

REMARKS: Mapping[str, Mapping[str, str]] = {}
