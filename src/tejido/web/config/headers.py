# SPDX-License-Identifier: AGPL-3.0-or-later
"""Headers that leave nothing behind in a browser."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class NothingLeftBehind:
    """Pages are never stored: a back button after logout, or a phone picked up by someone else, shows nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(str(settings.STATIC_URL)):
            response.headers["Cache-Control"] = "no-store, max-age=0"
            response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
            response.headers["Permissions-Policy"] = "geolocation=(), camera=(), microphone=(), interest-cohort=()"
            # Someone who looks for help must be able to find the public door; nobody needs to find the demo's.
            if settings.DOOR != "public" or settings.TEJIDO.demo:
                response.headers["X-Robots-Tag"] = "noindex"
        return response


def never_stored(headers: MutableMapping[str, str], _path: str, _url: str) -> None:
    """Headers of a static file on the public door."""
    headers["Cache-Control"] = "no-store, max-age=0"
