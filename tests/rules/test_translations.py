# SPDX-License-Identifier: Apache-2.0
"""No sentence on a screen is without its Spanish."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation import template

from tests.rules.source import WEB

APPS = sorted(path.name for path in WEB.iterdir() if (path / "__init__.py").is_file())
KEYWORDS = {"gettext": None, "gettext_lazy": None, "_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
            "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2)}  # fmt: skip


def _messages_in(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = template.templatize(text, origin=str(path))
    found = set()
    for _line, message, _comments, _context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
        for part in message if isinstance(message, tuple) else (message,):
            if part:
                found.add(part)
    return found


def _source_of(app: str) -> set[str]:
    files = [*(WEB / app).rglob("*.html"), *(p for p in (WEB / app).rglob("*.py") if "migrations" not in p.parts)]
    return {message for path in files for message in _messages_in(path)}


def _spanish_of(app: str) -> dict[str, str]:
    path = WEB / app / "locale" / "es_MX" / "LC_MESSAGES" / "django.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale="es_MX")
    spanish = {}
    for message in catalogue:
        if message.id and not message.fuzzy:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            spanish |= dict.fromkeys(ids, "".join(strings) if all(strings) else "")
    return spanish


@pytest.mark.parametrize("app", APPS)
def test_every_sentence_has_its_spanish(app):
    # A sentence may stand in another room's catalogue: Django reads them as one.
    everywhere = {key: value for other in APPS for key, value in _spanish_of(other).items()}
    missing = sorted(message for message in _source_of(app) if not everywhere.get(message))
    assert missing == []


@pytest.mark.parametrize("app", APPS)
def test_placeholders_survive_translation(app):
    import re

    place = re.compile(r"%\([a-z_0-9]+\)[sd]|%[sd]|\{[a-z_0-9]*\}")
    wrong = {key: value for key, value in _spanish_of(app).items() if value and
             set(place.findall(key)) != set(place.findall(value))}  # fmt: skip
    assert wrong == {}
