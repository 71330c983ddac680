# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which browser a session is in, in words coarse enough to say nothing of a person: a family and a kind of machine."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

# The first that is found names it: an Edge also says Chrome, a Chrome also says Safari.
_FAMILIES = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_MACHINES = (("iPhone", "phone"), ("iPad", "tablet"), ("Android", "phone"), ("Windows", "Windows"), ("Mac OS", "Mac"),
             ("Linux", "Linux"))  # fmt: skip
_WORDS: dict[str, Any] = {"phone": _("phone"), "tablet": _("tablet"), "": _("another browser")}


def browser_of(user_agent: str) -> str:
    """Such as `Firefox/Windows`; parts nobody knows are empty."""
    family = next((name for mark, name in _FAMILIES if mark in user_agent), "")
    machine = next((name for mark, name in _MACHINES if mark in user_agent), "")
    return f"{family}/{machine}"


def browser_words(browser: str) -> str:
    """The same for a reader: `Firefox, Windows`."""
    parts = [part for part in browser.split("/") if part]
    return ", ".join(str(_WORDS.get(part, part)) for part in parts) or str(_WORDS[""])
