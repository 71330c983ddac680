# SPDX-License-Identifier: Apache-2.0
"""Every route of every door, read from the addresses themselves: what is written tomorrow is walked tomorrow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import URLPattern, get_resolver

# What stands in an address beside records: a word that its page knows.
WORDS = {"kind": "whereabouts", "language": "es", "form": "json", "agreement_id": "bridge-1", "version": "2026-11",
         "path": "sheet.json", "indicator": "victims"}  # fmt: skip


@dataclass(frozen=True)
class Route:
    """One address of a door, and the view behind it."""

    name: str
    text: str
    parts: tuple[tuple[str, str], ...]  # (name, kind) of what stands in the address
    callback: Any

    @property
    def permission(self) -> Any:
        """What the view asks for, if it says so."""
        return getattr(self.callback, "permission", None)

    @property
    def records(self) -> int:
        """How many records stand in the address."""
        return sum(kind == "uuid" for _name, kind in self.parts)

    def filled(self, *ids: Any) -> dict[str, Any]:
        """What the view is given when these records stand in the address."""
        waiting = iter(ids)
        return {
            name: UUID(str(next(waiting))) if kind == "uuid" else WORDS.get(name, "es") for name, kind in self.parts
        }

    def address(self, *ids: Any) -> str:
        """The address with these records in it."""
        address = self.text
        for value in self.filled(*ids).values():
            start, end = address.index("<"), address.index(">")
            address = address[:start] + str(value) + address[end + 1 :]
        return "/" + address


def routes_of(door: str) -> list[Route]:
    """All routes of a door, by name."""
    found: list[Route] = []
    _collect(get_resolver(f"tejido.web.config.{door}_urls").url_patterns, "", (), found)
    return sorted(found, key=lambda route: route.name)


def _collect(patterns: Iterable[Any], before: str, parts: tuple[tuple[str, str], ...], found: list[Route]) -> None:
    for each in patterns:
        text = before + str(each.pattern)
        named = each.pattern.converters.items()
        here = (*parts, *((name, type(one).__name__.removesuffix("Converter").lower()) for name, one in named))
        if isinstance(each, URLPattern):
            found.append(Route(each.name or "", text, here, each.callback))
        else:
            _collect(each.url_patterns, text, here, found)
