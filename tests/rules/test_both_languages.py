# SPDX-License-Identifier: Apache-2.0
"""Documents for the people who use Tejido stand in both languages, with the same headings and the same commands."""

from __future__ import annotations

import re

import pytest

from tests.rules.source import ROOT

_ROOMS = [ROOT / "docs" / room for room in ("start", "guides", "explain")]
_READ_BY_EVERYONE = [ROOT / "README.md", ROOT / "SECURITY.md", *(page for room in _ROOMS for page in room.glob("*.md"))]
# The words stand in both languages side by side.
ENGLISH = sorted(p for p in _READ_BY_EVERYONE if not p.name.endswith(".es.md") and p.name != "words.md")


def _headings(text: str) -> list[int]:
    return [
        len(marks) for marks in re.findall(r"^(#+) ", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    ]


def _commands(text: str) -> list[str]:
    return [line.split("#")[0].strip() for line in re.findall(r"^(?:\./run |tejido ).*", text, re.MULTILINE)]


@pytest.mark.parametrize("page", ENGLISH, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_stands_in_both_languages(page):
    english = page.read_text(encoding="utf-8")
    spanish = page.with_suffix(".es.md").read_text(encoding="utf-8")
    assert english != spanish
    assert _headings(spanish) == _headings(english)
    assert _commands(spanish) == _commands(english)
    assert spanish.count("\n- ") == english.count("\n- ")
