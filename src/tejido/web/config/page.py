# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every page is told: the operator, the language, the demo's warning."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tejido.web.accounts.language import short_language
from tejido.web.accounts.saying import said


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of every template."""
    node = settings.TEJIDO
    language = short_language()
    return {
        "operator": node.operator,
        "operator_name": node.operator.name[language],
        "language": language,
        "html_language": "es-MX" if language == "es" else "en",
        "languages": settings.LANGUAGES,
        "demo": node.demo,
        "door": settings.DOOR,
        "static_url": settings.STATIC_URL,
        "said": partial(said, request),  # asked for by the page that says it, and gone with it
    }
