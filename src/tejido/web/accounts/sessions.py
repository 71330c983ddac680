# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a member is signed in, and ending it. The row holds her sealed key: without it a session opens nothing.

A session is found by a keyed hash, so that the cookie's value stands in one place only, as Django keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tejido.web.accounts.models import Member, SignedInSession
from tejido.web.security import audit
from tejido.web.security.access import allows
from tejido.web.security.permissions import Permission

LONGEST = timedelta(hours=12)  # however busy: a shift is over, and what is still open then was forgotten
_MINUTE = timedelta(minutes=1)


def digest_of(session_key: str | None) -> str:
    """What a session is found by."""
    return salted_hmac("tejido.accounts.sessions", session_key or "", algorithm="sha256").hexdigest()


def find_session(*, session_key: str | None, member: Any, now: datetime) -> SignedInSession | None:
    """Her session, unless it was ended or is too old; that it was used is noted to the minute."""
    found = SignedInSession.objects.filter(digest=digest_of(session_key), member_id=member.pk).first()
    if found is None or now >= found.started_at + LONGEST:
        return None
    if now >= found.used_at + _MINUTE:
        SignedInSession.objects.filter(pk=found.pk).update(used_at=now)
    return found


def sessions_of(member: Member) -> Sequence[SignedInSession]:
    """Where she is signed in, the one used last first."""
    return list(SignedInSession.objects.filter(member=member).defer("ring").order_by("-used_at", "-started_at"))


@transaction.atomic
def end_session(*, session: UUID, by: Member) -> None:
    """End one of one's own sessions; nothing where it has ended already."""
    if SignedInSession.objects.filter(pk=session, member=by).delete()[0]:
        audit.record("session.ended", by=by, record=by, count=1)


@transaction.atomic
def end_sessions(*, member: Member, by: Member, but: UUID | None = None) -> int:
    """End all of a member's sessions (a lost laptop); how many. By herself, her supervisor or an administrator."""
    if not may_end(by, member):
        raise PermissionDenied(Permission.TEAM_EDIT.value)
    ended = forget_sessions(member, but=but)
    audit.record("session.ended", by=by, record=member, count=ended)
    return ended


def may_end(by: Member, member: Member) -> bool:
    """May `by` end the sessions of `member`, and let her try to sign in again?"""
    if by.pk == member.pk or allows(by, Permission.MEMBER_EDIT):
        return True
    return allows(by, Permission.TEAM_EDIT) and bool(by.team_ids & member.team_ids)


def forget_sessions(member: Member, *, but: UUID | None = None) -> int:
    """Delete them, sealed keys and all, as part of something larger that says so itself; how many."""
    hers = SignedInSession.objects.filter(member=member)
    ended: int = (hers.exclude(pk=but) if but else hers).delete()[0]
    return ended


def forget_ended() -> None:
    """Delete sessions that ended on idle or by age, sealed keys and all."""
    now = timezone.now()
    idle = now - timedelta(seconds=settings.SESSION_COOKIE_AGE) - _MINUTE
    for ended in (
        Session.objects.filter(expire_date__lt=now),
        SignedInSession.objects.filter(used_at__lt=idle),
        SignedInSession.objects.filter(started_at__lt=now - LONGEST),
    ):
        if ended.exists():  # asked every second: only what there is to write takes a turn at writing
            ended.delete()
