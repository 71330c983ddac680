# SPDX-License-Identifier: AGPL-3.0-or-later
"""One sentence shown at the top of the next page: what was pressed was done."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

_KEY = "said"


def say_next(request: HttpRequest, words: Any) -> None:
    """Say `words` on the next page. They stand in the session in clear: codes at most, never a word about anyone."""
    request.session[_KEY] = str(words)


def said(request: HttpRequest) -> str:
    """What is to be said, once; empty on a door without sessions."""
    session = getattr(request, "session", None)
    return str(session.pop(_KEY, "")) if session is not None else ""
