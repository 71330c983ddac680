# SPDX-License-Identifier: Apache-2.0
"""The public door inside the test's own process: its addresses, its middleware, its cookies."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client, override_settings

from tejido.web.config import staff
from tejido.web.config.django_settings import door_settings


def _public() -> dict[str, object]:
    taken = door_settings("public", ())
    kept = {name: taken[name] for name in ("DOOR", "ROOT_URLCONF", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME")}
    return kept | {
        "MIDDLEWARE": [name for name in taken["MIDDLEWARE"]
                       if "sessions" not in name and "auth.middleware" not in name and "Htmx" not in name],
    }  # fmt: skip


@pytest.fixture
def public_door(cast):
    """Requests made while this holds go through the public door."""
    with override_settings(**_public()):
        yield


def staff_door():
    """Inside `public_door`: requests made while this holds go through the staff door."""
    return override_settings(**{name: getattr(staff, name) for name in _public()})


def visitor(language: str = "es", **options: object) -> Client:
    """Someone at the public door; the browser asks for `language`, and forged forms are refused."""
    headers = {"accept-language": {"es": "es-MX,es;q=0.9", "en": "en-US,en;q=0.9"}[language]}
    return Client(enforce_csrf_checks=True, headers=headers, **options)


def hidden_fields(html: str) -> dict[str, str]:
    """What the form on a page carries unseen."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))


def cookie_names(client: Client) -> set[str]:
    """Cookies this visitor was given."""
    return set(client.cookies)


def csrf_cookie() -> str:
    """Name of the door's own token cookie."""
    return settings.CSRF_COOKIE_NAME
