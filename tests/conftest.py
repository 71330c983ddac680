# SPDX-License-Identifier: Apache-2.0
"""No test fails because a machine is slow: neither do those that draw their own examples."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
