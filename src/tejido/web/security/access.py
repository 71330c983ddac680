# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one question: may this person do this, to this?"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from tejido.web.security.permissions import TEAM, Permission
from tejido.web.security.roles import ROLES

_METHODS = ("GET", "HEAD", "POST")  # what a browser's pages need; a view may narrow them


def allows(user: Any, permission: Permission, *, record: Any = None) -> bool:
    """May `user` do `permission`, to `record` if one is given? A record belongs to the team in its `team_id`."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return False
    if not any(permission in ROLES[role].permissions for role in user.roles if role in ROLES):
        return False
    if record is not None and permission in TEAM:
        return record.team_id in user.team_ids
    return True


def require(user: Any, permission: Permission, *, record: Any = None) -> None:
    """Raise `PermissionDenied` unless allowed. Every action asks this first."""
    if not allows(user, permission, record=record):
        raise PermissionDenied(permission.value)


def requires(permission: Permission) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view that refuses whoever lacks `permission`; the record itself is found through `visible_to(user)`."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(request.user, permission)
            if request.method not in _METHODS:
                return HttpResponseNotAllowed(_METHODS)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # the access walk reads it
        return guarded

    return decorate
