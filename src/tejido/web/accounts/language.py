# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reader's language, as the library names it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation

from tejido.vocabulary import Language


def short_language(code: str | None = None) -> Language:
    """`es` or `en` for a Django language code; the active one if none is given."""
    return "es" if (code or translation.get_language() or "en").startswith("es") else "en"


def remember_language(response: HttpResponse, language: str) -> None:
    """Keep the chosen language in a cookie that says nothing else."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        httponly=True,
        samesite="Strict",
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )
