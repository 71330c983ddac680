# SPDX-License-Identifier: AGPL-3.0-or-later
"""When what was typed came in: it may have waited for its turn longer than a code lasts."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest
from django.utils import timezone

ARRIVED = "tejido.arrived"  # in the environment of a request: set by the server, never by who asks


def arrived(request: HttpRequest) -> datetime:
    """The moment; now, where the server did not say."""
    moment = request.META.get(ARRIVED)
    return timezone.now() if moment is None else datetime.fromtimestamp(moment, UTC)
