# SPDX-License-Identifier: AGPL-3.0-or-later
"""A second person looks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.permissions import Permission
from tejido.web.sharing.models import Alert


@transaction.atomic
def see_alert(*, alert: Alert, by: Any, now: datetime) -> None:
    """The second person has looked. Whoever raised it cannot be the one; seen twice, the first stays."""
    require(by, Permission.ALERT_READ)
    if alert.raised_by_id == by.pk or alert.team_id not in by.team_ids:
        raise PermissionDenied(Permission.ALERT_READ.value)
    changed = Alert.objects.filter(pk=alert.pk, seen_at__isnull=True).update(seen_at=now, seen_by=by)
    if changed:
        audit.record("alert.seen", by=by, record=alert, kind=alert.kind)
