"""Settings of all tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Compiling a kernel takes seconds the first time, so no test has a deadline. In continuous integration the
# examples are always the same ones; elsewhere they vary, to find what nobody has thought of.
settings.register_profile(
    "wifaq", deadline=None, derandomize=bool(os.environ.get("CI")), suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("wifaq")
