# SPDX-License-Identifier: AGPL-3.0-or-later
"""Between the password and the key: her private key, sealed under what only a cookie holds, waits for five minutes.

Nobody is signed in by this. It looks the same from outside whether the password opened anything or not.
"""

from __future__ import annotations

import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse

from tejido.crypto import CannotOpen, Context, new_key, open_field, seal_field
from tejido.web.accounts.models import Member

_KEPT, _SECONDS = "half_open", 5 * 60


@dataclass(frozen=True, repr=False)
class HalfOpen:
    """Whose password was right, if it was, her private key, and what her key must sign."""

    member: Member | None
    private: bytes
    state: Mapping[str, Any]


def _context(request: HttpRequest) -> Context:
    return Context(settings.TEJIDO.node, "session", str(request.session.session_key), "half_open", settings.DOOR)


def keep_half_open(request: HttpRequest, response: HttpResponse, half: HalfOpen) -> None:
    """Keep it in a fresh session of nobody's."""
    request.session.flush()
    request.session.create()
    cookie_key = new_key()
    request.session[_KEPT] = {
        "at": int(time.time()),
        "state": dict(half.state),
        "member": str(half.member.pk) if half.member else "",
        # Changes with her password: meanwhile she may have been given a new one.
        "sealed_as": half.member.get_session_auth_hash() if half.member else "",
        "private": b64encode(seal_field(cookie_key, half.private, _context(request))).decode(),
    }
    response.set_cookie(
        settings.HALF_COOKIE_NAME, cookie_key.hex(), httponly=True, secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict", max_age=_SECONDS,
    )  # fmt: skip


def take_half_open(request: HttpRequest) -> HalfOpen | None:
    """Take it out, once: of two requests that bring the same answer, one gets it."""
    kept, context = request.session.get(_KEPT), _context(request)
    mine = Session.objects.filter(pk=request.session.session_key or "")
    if kept is None or mine.delete()[0] != 1:
        return None
    request.session.flush()
    if not 0 <= time.time() - kept["at"] <= _SECONDS:
        return None
    try:
        cookie_key = bytes.fromhex(request.COOKIES.get(settings.HALF_COOKIE_NAME, ""))
        private = open_field(cookie_key, b64decode(kept["private"]), context)
    except (ValueError, CannotOpen):
        return None
    active = Member.objects.filter(status=Member.Status.ACTIVE)
    member = active.filter(pk=kept["member"]).first() if kept["member"] else None
    if member is not None and member.get_session_auth_hash() != kept["sealed_as"]:
        member = None
    return HalfOpen(member, private, kept["state"])
