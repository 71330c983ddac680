# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in: the password opens the member's private key, the second factor opens the door."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from tejido.crypto import BoxKey, CannotOpen, open_field, open_with_password, seal_with_password, totp_step
from tejido.web.accounts.actions import member_context, password_cost
from tejido.web.accounts.models import Member
from tejido.web.accounts.tries import Tries
from tejido.web.security import audit
from tejido.web.security.roles import PROVIDER

# A login nobody has costs as much time as one that somebody has; but one at a time, or a stranger who invents names
# would spend all of the machine's memory, and nobody could work.
_ONE_IN_VAIN = threading.BoundedSemaphore(1)


def is_of_this_door(member: Member) -> bool:
    """Providers have a door of their own, which reaches packets only; nobody comes in by the other's door."""
    return (PROVIDER in member.roles) == (settings.DOOR == "providers")


class SessionOnly:
    """Django's session finds the member again; it never checks a password."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Never: signing in is `sign_in` alone."""

    def get_user(self, member_id: Any) -> Member | None:
        """The active member of a session."""
        member = Member.objects.filter(pk=member_id, status=Member.Status.ACTIVE).first()
        return member if member is not None and is_of_this_door(member) else None


class Refused(Exception):
    """Not signed in. The person is never told which of the three was wrong."""


class TooMany(Refused):
    """Too many wrong tries for this account: wait."""


@dataclass(frozen=True, repr=False)
class SignedIn:
    """Who signed in and her unlocked private key."""

    member: Member
    private: BoxKey
    device: str  # the mark by which this browser is known


def sign_in(*, login: str, password: str, code: str, now: datetime, device: str = "") -> SignedIn:
    """Check password and code; raises `Refused` or `TooMany`. Alike for a login that does not exist, as far as time."""
    tries = Tries(login, device)
    if tries.must_wait(now):
        raise TooMany
    member = Member.objects.filter(login=login, status=Member.Status.ACTIVE).first()
    if member is None or not is_of_this_door(member):
        _in_vain(password)
        tries.failed(now)
        raise Refused
    try:
        raw = open_with_password(
            member.private_key, password, pepper=settings.TEJIDO.pepper, context=member_context(member)
        )
        step = _step(member, code, now)
    except CannotOpen:
        step = None
    # One statement decides, so that the same code cannot win twice in two requests at once.
    if step is None or not Member.objects.filter(pk=member.pk, totp_last_step__lt=step).update(totp_last_step=step):
        tries.failed(now)
        audit.record("member.refused", by=None, record=member)
        raise Refused
    audit.record("member.signed_in", by=member, record=member)
    return SignedIn(member, BoxKey(raw), tries.succeeded(now))


def _step(member: Member, code: str, now: datetime) -> int | None:
    secret = open_field(settings.TEJIDO.environment_key, member.totp, member_context(member))
    return totp_step(secret, code.replace(" ", ""), int(now.timestamp()))


def _in_vain(password: str) -> None:
    if _ONE_IN_VAIN.acquire(blocking=False):
        try:
            seal_with_password(b"", password, pepper=settings.TEJIDO.pepper, context=_nowhere(), cost=password_cost())
        finally:
            _ONE_IN_VAIN.release()


def _nowhere() -> Any:
    return member_context(Member(login=""))
