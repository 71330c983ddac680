# SPDX-License-Identifier: AGPL-3.0-or-later
"""Logs with allow-listed keys only, and tracebacks without the values of local variables."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# A key that is not here is dropped: what a person typed can reach a log only through a key nobody thought about.
ALLOWED = frozenset(
    {"event", "level", "timestamp", "logger", "door", "node", "status", "method", "route", "task", "message_type",
     "attempt", "count", "exception"}
)  # fmt: skip


def only_allowed(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> dict[str, Any]:
    """Drop every key that is not on the list."""
    return {key: value for key, value in line.items() if key in ALLOWED}


class _NoArguments(logging.Filter):
    """Library log lines keep their template and lose their arguments: Django logs paths and SQL as arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.args = None
        if record.exc_info and record.exc_info[0] is not None:
            record.msg = f"{record.msg} [{record.exc_info[0].__name__}{_place(record.exc_info[2])}]"
            record.exc_info = None
            record.exc_text = None
        return True


def _place(traceback: Any) -> str:
    """Where it broke, as file:line of each frame: no message and no locals, either may hold what a person said."""
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return " " + " > ".join(places[-8:])


def configure(_settings: dict[str, Any]) -> None:
    """Set up structlog and the standard library's logging for one door."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_NoArguments())
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # Without its arguments a line about every 4xx says nothing; what broke is an error, with its place.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
