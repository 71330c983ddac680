# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in: the password opens the member's private key, the second factor opens the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from tejido.crypto import BoxKey, CannotOpen, open_and_renew, seal_with_password, totp_step
from tejido.web.accounts.actions import member_context, password_cost
from tejido.web.accounts.half_open import HalfOpen
from tejido.web.accounts.models import Member
from tejido.web.accounts.newest import has_left, went_back
from tejido.web.accounts.printed_codes import use_printed_code
from tejido.web.accounts.second_factors import open_factor
from tejido.web.accounts.security_keys import begin_proving, proves
from tejido.web.accounts.tries import Tries
from tejido.web.security import audit
from tejido.web.security.roles import PROVIDER

_DIGITS = 6  # of the authenticator's code; a printed one is longer


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
        if member is None or not is_of_this_door(member):
            return None
        # Whoever writes the database could put back the session of somebody who left, or of a password that was lost.
        if has_left(member.key_owner) or went_back(member.key_owner, member.key_number):
            return None
        return member


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
    tries = _tries(login, device, now)
    member, raw = _open(login, password)
    if member is None or not raw or not _second_factor(member, code, now):
        tries.failed(now)
        _note_refused(member)
        raise Refused
    audit.record("member.signed_in", by=member, record=member)
    return SignedIn(member, BoxKey(raw), tries.succeeded(now))


def begin_with_key(
    *, login: str, password: str, now: datetime, device: str = ""
) -> tuple[HalfOpen, dict[str, Any]]:  # fmt: skip
    """Open the password and ask for a key: half a sign-in, and what the browser is asked; raises `TooMany`.

    Whoever asks is shown the same, right or wrong. It counts as a wrong try until the key has answered, so that nobody
    learns passwords by how often she is asked for the key.
    """
    tries = _tries(login, device, now)
    member, raw = _open(login, password)
    tries.failed(now)
    if not raw:
        _note_refused(member)
    options, state = begin_proving(login, member)
    return HalfOpen(member if raw else None, raw, state), options


def finish_with_key(*, half: HalfOpen, answer: str, now: datetime, device: str = "") -> SignedIn:
    """Let her in whose key answered; raises `Refused`."""
    member = half.member
    if member is None or not proves(member, answer, half.state, now):
        _note_refused(member)
        raise Refused
    audit.record("member.signed_in", by=member, record=member)
    return SignedIn(member, BoxKey(half.private), Tries(member.login, device).succeeded(now))


def _tries(login: str, device: str, now: datetime) -> Tries:
    tries = Tries(login, device)
    if tries.must_wait(now):
        raise TooMany
    return tries


def _open(login: str, password: str) -> tuple[Member | None, bytes]:
    """Who has this login, and her private key if the password opens it: as much work whoever is named."""
    member = Member.objects.filter(login=login, status=Member.Status.ACTIVE).first()
    if member is None or not is_of_this_door(member) or has_left(member.key_owner):
        _in_vain(password)
        return None, b""
    kept, context = bytes(member.private_key), member_context(member)
    try:
        raw, fresh = open_and_renew(kept, password, peppers=settings.TEJIDO.peppers, context=context)
    except CannotOpen:
        return member, b""
    # A new pepper reaches her key only now, with her password; only over the very key that was opened.
    if fresh and Member.objects.filter(pk=member.pk, private_key=kept).update(private_key=fresh):
        member.private_key = fresh
    # A backup was put back, and with it a key and a password that had been replaced: whoever knew it stays out.
    return member, b"" if went_back(member.key_owner, member.key_number) else raw


def _note_refused(member: Member | None) -> None:
    if member is not None:
        audit.record("member.refused", by=None, record=member)


def _second_factor(member: Member, typed: str, now: datetime) -> bool:
    """The authenticator's code of the moment, or one of her printed ones; either works once."""
    code = typed.replace(" ", "")
    if len(code) > _DIGITS:
        return use_printed_code(member, code)
    try:
        secret = open_factor(member.totp, member_context(member))
    except CannotOpen:
        return False
    step = totp_step(secret, code, int(now.timestamp()))
    # One statement decides, so that the same code cannot win twice in two requests at once.
    newer = Member.objects.filter(pk=member.pk, totp_last_step__lt=step) if step is not None else None
    return newer is not None and newer.update(totp_last_step=step) == 1


def _in_vain(password: str) -> None:
    # A login nobody has costs as much time as one that somebody has. How many are opened at once is limited before
    # anybody looks at the login (config/lane.py), so that neither memory nor waiting tells them apart.
    seal_with_password(b"", password, pepper=settings.TEJIDO.pepper, context=_nowhere(), cost=password_cost())


def _nowhere() -> Any:
    return member_context(Member(login=""))
