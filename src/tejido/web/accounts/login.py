# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in: the password opens the member's private key, the second factor opens the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F

from tejido.crypto import BoxKey, CannotOpen, open_field, open_with_password, seal_with_password, totp_step
from tejido.web.accounts.actions import member_context, password_cost
from tejido.web.accounts.models import Member
from tejido.web.security import audit

# The sixth wrong try in a row waits; by account, never by address: a whole office shares one.
_FREE_TRIES = 5
_LONGEST_WAIT = timedelta(minutes=15)


class SessionOnly:
    """Django's session finds the member again; it never checks a password."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Never: signing in is `sign_in` alone."""

    def get_user(self, member_id: Any) -> Member | None:
        """The active member of a session."""
        return Member.objects.filter(pk=member_id, status=Member.Status.ACTIVE).first()


class Refused(Exception):
    """Not signed in. The person is never told which of the three was wrong."""


class TooMany(Refused):
    """Too many wrong tries for this account: wait."""


@dataclass(frozen=True, repr=False)
class SignedIn:
    """Who signed in and her unlocked private key."""

    member: Member
    private: BoxKey


def sign_in(*, login: str, password: str, code: str, now: datetime) -> SignedIn:
    """Check password and code; raises `Refused` or `TooMany`. Takes the same time for a login that does not exist."""
    member = Member.objects.filter(login=login, status=Member.Status.ACTIVE).first()
    if member is None:
        seal_with_password(b"", password, pepper=settings.TEJIDO.pepper, context=_nowhere(), cost=password_cost())
        raise Refused
    if _must_wait(member, now):
        raise TooMany
    try:
        raw = open_with_password(
            member.private_key, password, pepper=settings.TEJIDO.pepper, context=member_context(member)
        )
        step = _step(member, code, now)
    except CannotOpen:
        step = None
    # One statement decides, so that the same code cannot win twice in two requests at once.
    if step is None or not Member.objects.filter(pk=member.pk, totp_last_step__lt=step).update(
        totp_last_step=step, failures=0
    ):
        Member.objects.filter(pk=member.pk).update(failures=F("failures") + 1, failed_at=now)
        audit.record("member.refused", by=None, record=member)
        raise Refused
    audit.record("member.signed_in", by=member, record=member)
    return SignedIn(member, BoxKey(raw))


def _step(member: Member, code: str, now: datetime) -> int | None:
    secret = open_field(settings.TEJIDO.environment_key, member.totp, member_context(member))
    return totp_step(secret, code.replace(" ", ""), int(now.timestamp()))


def _must_wait(member: Member, now: datetime) -> bool:
    if member.failures <= _FREE_TRIES or member.failed_at is None:
        return False
    wait = min(timedelta(seconds=2 ** min(member.failures - _FREE_TRIES, 20)), _LONGEST_WAIT)
    return now < member.failed_at + wait


def _nowhere() -> Any:
    return member_context(Member(login=""))
