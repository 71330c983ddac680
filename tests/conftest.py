# SPDX-License-Identifier: Apache-2.0
"""No test fails because a machine is slow; and whoever tests side by side rehearses the thread once."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

_REHEARSED = "tests/journeys/test_%s.py"
_TOGETHER = {_REHEARSED % name for name in ("audit_of_the_thread", "delivery", "stolen_disk", "thread", "wire")}


class _OneRehearsal(LoadFileScheduling):
    """A file's tests stay together, as `--dist loadfile` wants; so do those files that share one rehearsal."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "the rehearsal" if file in _TOGETHER else file


def pytest_xdist_make_scheduler(config, log):  # type: ignore[no-untyped-def]
    """What hands the tests out, where `--dist loadfile` is asked for."""
    return _OneRehearsal(config, log) if config.getvalue("dist") == "loadfile" else None
