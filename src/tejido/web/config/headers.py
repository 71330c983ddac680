# SPDX-License-Identifier: AGPL-3.0-or-later
"""Headers that leave nothing behind in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# No other site may hold, frame or read what is ours, and no page of ours asks the device for anything.
ALONE = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in ("accelerometer", "autoplay", "camera", "display-capture", "geolocation",
                        "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "serial", "usb",
                        "xr-spatial-tracking")
    ),
}  # fmt: skip


class NothingLeftBehind:
    """Pages are never stored: a back button after logout, or a phone picked up by someone else, shows nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Cache-Control"] = "no-store, max-age=0"
        with_static(response.headers, "", "")
        # Someone who looks for help must be able to find the public door; nobody needs to find the demo's.
        if settings.DOOR != "public" or settings.TEJIDO.demo:
            response.headers["X-Robots-Tag"] = "noindex"
        return response


def with_static(headers: Any, _path: str, _url: str) -> None:
    """Headers of a static file: style sheets and scripts are for our own pages."""
    for name, value in ALONE.items():  # not `update`: these headers are no dictionary
        headers[name] = value


def never_stored(headers: Any, _path: str, _url: str) -> None:
    """Headers of a static file on the public door."""
    with_static(headers, _path, _url)
    headers["Cache-Control"] = "no-store, max-age=0"
