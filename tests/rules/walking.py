# SPDX-License-Identifier: Apache-2.0
"""What the walks stand on: someone who asks, what she is told, and whether anything changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import UUIDField
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django_htmx.middleware import HtmxDetails

from tejido.web.accounts.models import Member, SignedInSession
from tejido.web.security.roles import PROVIDER, ROLES
from tests.rules.open_routes import OPEN_TO_MEMBERS, OPEN_TO_STRANGERS
from tests.rules.routes import Route, routes_of

STAFF_ROLES = [role for role in ROLES if role != PROVIDER]  # who works at a service has a door of her own
OTHER_METHODS = ("options", "put", "patch", "delete", "trace")
METHODS = ("get", "head", "post", *OTHER_METHODS)
ROUTES = routes_of("staff")
GUARDED = [route for route in ROUTES if route.name not in OPEN_TO_STRANGERS | OPEN_TO_MEMBERS]
REFUSED = (403, 404, 405)
# A button that says nothing without these words is answered as if it were not there.
TYPED = {"settle_task": {"state": "done"}}

_QUIET = {"sessions", "contenttypes", "auth", "django_tasks_database"}
# That somebody came and was refused is written down, and that a session is in use.
_LINES = {"security.AuditEntry", "accounts.SignInTries", "accounts.SignedInSession"}


def at(door: str):
    """Requests meanwhile go through this door; its middleware is the staff door's."""
    return override_settings(DOOR=door, ROOT_URLCONF=f"tejido.web.config.{door}_urls")


def with_roles(cast, login: str, *roles: str) -> Client:
    """Signed in, and with these roles from then on."""
    client = cast.client(login)
    Member.objects.filter(login=login).update(roles=list(roles))
    return client


def as_before(client: Client) -> Client:
    """A new browser with the cookies of this one: a refusal may have taken the first one's away."""
    again = Client()
    again.cookies.load(client.cookies.output(header="", sep=";"))
    return again


class Inside:
    """Somebody behind the sign-in who asks the views themselves: thousands of questions cost seconds.

    What the doors' middleware adds is walked apart, with requests through all of it.
    """

    def __init__(self, cast, login: str) -> None:
        self.member, self.ring = cast.member(login), cast.ring(login)

    def asks(self, route: Route, method: str, *ids: Any, **form: str) -> HttpResponse:
        """What the view answers; a refusal that was raised becomes its status."""
        request: Any = getattr(RequestFactory(), method)(route.address(*ids), TYPED.get(route.name, {}) | form)
        request.user, request.ring, request.session = self.member, self.ring, SessionStore()
        request.htmx, request.signed_in = HtmxDetails(request), SignedInSession(member=self.member)
        request._dont_enforce_csrf_checks = True
        try:
            return route.callback(request, **route.filled(*ids))
        except PermissionDenied:
            return HttpResponse(status=403)
        except Http404:
            return HttpResponse(status=404)

    def tries(self, route: Route, *ids: Any) -> set[int]:
        """What she is told when she looks and when she presses."""
        return {self.asks(route, method, *ids).status_code for method in ("get", "post")}


@contextmanager
def undone() -> Iterator[None]:
    """What happens here did not happen."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def every_id(seeded: dict[str, str]) -> list[str]:
    """Seeded records first, then one of every kind that is there."""
    kept = [m for m in apps.get_models() if m._meta.app_label not in _QUIET and isinstance(m._meta.pk, UUIDField)]
    found = (m.objects.values_list("pk", flat=True).first() for m in kept)
    named = [value for name, value in seeded.items() if name != "agreement"]  # known by a name, not by an id
    return list(dict.fromkeys([*named, *(str(pk) for pk in found if pk is not None)]))


def everything() -> dict[str, str]:
    """A digest of every table but the audit and the sessions: a refused visitor must not have changed one byte."""
    kept = [m for m in apps.get_models() if m._meta.app_label not in _QUIET and m._meta.label not in _LINES]
    return {m._meta.label: sha256(repr(list(m.objects.order_by("pk").values_list())).encode()).hexdigest()
            for m in kept}  # fmt: skip
