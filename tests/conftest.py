"""What holds for every test."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# How long an example takes, or how long examples take to make, says nothing on a machine that does other things.
settings.register_profile("gatewright", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gatewright")
