# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a session and its second cookie to an unlocked ring, for the length of one request."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import login as start_session
from django.contrib.auth import logout as end_session
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tejido.crypto import BoxKey, CannotOpen, Context, new_key, open_field, seal_field
from tejido.web.accounts.browsers import browser_of
from tejido.web.accounts.holding import hand_back
from tejido.web.accounts.keys import ring_of
from tejido.web.accounts.login import SignedIn
from tejido.web.accounts.models import SignedInSession
from tejido.web.accounts.sessions import digest_of, find_session
from tejido.web.accounts.tries import DEVICE_DAYS


def open_session(request: HttpRequest, response: HttpResponse, signed_in: SignedIn) -> None:
    """Start a session whose unlocked key is sealed under random bytes that live only in the second cookie."""
    _forget(request)
    request.session.flush()
    start_session(request, signed_in.member, backend="tejido.web.accounts.login.SessionOnly")
    cookie_key, now = new_key(), timezone.now()
    row = SignedInSession(
        member=signed_in.member, digest=digest_of(request.session.session_key), started_at=now, used_at=now,
        browser=browser_of(request.headers.get("User-Agent", "")),
    )  # fmt: skip
    row.ring = _sealed(row, cookie_key, signed_in.private, {})
    row.save(force_insert=True)
    response.set_cookie(
        settings.KEY_COOKIE_NAME,
        cookie_key.hex(),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
    )


def remember_device(response: HttpResponse, device: str) -> None:
    """Let this browser be known again: it opens nothing, it only has a count of wrong tries of its own."""
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        device,
        max_age=timedelta(days=DEVICE_DAYS),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
    )


def close_session(request: HttpRequest, response: HttpResponse) -> None:
    """Delete the key at both ends."""
    _forget(request)
    end_session(request)
    response.delete_cookie(settings.KEY_COOKIE_NAME, samesite="Strict")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def _forget(request: HttpRequest) -> None:
    SignedInSession.objects.filter(digest=digest_of(request.session.session_key)).delete()


def _context(row: SignedInSession) -> Context:
    return Context(settings.TEJIDO.node, "accounts.signedinsession", str(row.pk), "ring", settings.DOOR)


def _sealed(row: SignedInSession, cookie_key: bytes, private: BoxKey, batch: dict[str, str]) -> bytes:
    plain = json.dumps({"private": private.raw.hex(), "batch": batch}).encode()
    return seal_field(cookie_key, plain, _context(row))


class SignInRequired(LoginRequiredMiddleware):
    """Whoever is not signed in is sent to sign in; what was being sent meanwhile is not lost."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        """401 for htmx, which would otherwise put the sign-in page inside the page she writes on."""
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401)
        if request.POST.keys() - {"csrfmiddlewaretoken"}:
            return hand_back(request, "session_ended.html", status=401)
        return super().handle_no_permission(request, view_func)


class UnlockRing:
    """Puts the member's ring on the request; a session whose key cookie is gone, or a key without one, is ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self._without(request)
        row = find_session(session_key=request.session.session_key, member=request.user, now=timezone.now())
        try:
            cookie_key = bytes.fromhex(request.COOKIES.get(settings.KEY_COOKIE_NAME, ""))
            held = json.loads(open_field(cookie_key, row.ring, _context(row))) if row else {}
            private, batch = BoxKey(bytes.fromhex(held["private"])), held["batch"]
        except (KeyError, ValueError, CannotOpen):
            _forget(request)
            end_session(request)
            return self._without(request)
        before = dict(batch)
        request.signed_in = row  # type: ignore[attr-defined]
        request.ring = ring_of(request.user, private, batch)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if row and batch != before:
            SignedInSession.objects.filter(pk=row.pk).update(ring=_sealed(row, cookie_key, private, batch))
        return response

    def _without(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # The session ended on idle: here its row is swept away, in her browser its key goes now.
        if settings.KEY_COOKIE_NAME in request.COOKIES and not request.user.is_authenticated:
            response.delete_cookie(settings.KEY_COOKIE_NAME, samesite="Strict")
        return response
