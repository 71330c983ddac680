# SPDX-License-Identifier: Apache-2.0
"""What two organisations agreed to exchange: purposes and their fields, types of message, totals, until when."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tejido.agreements import mappings
from tejido.agreements.canonical import canonical_bytes
from tejido.vocabulary import Words

SCHEMA = "tejido.agreement/1"
_KEYS = ("id", "title", "parties", "valid_from", "valid_to", "purposes", "message_types", "tables", "version")


@dataclass(frozen=True)
class Agreement:
    """An agreement between two organisations, as both signed it. Dates are inclusive.

    `purposes` maps a code of `sharing_purpose` to the fields (`shareable_field`) it allows; `message_types` are codes
    of `message_type`; `tables` names the aggregate tables that may be exchanged.
    """

    id: str
    title: Words
    parties: tuple[str, str]
    valid_from: date
    valid_to: date
    purposes: Mapping[str, frozenset[str]]
    message_types: frozenset[str]
    tables: frozenset[str] = frozenset()
    version: int = 1

    @classmethod
    def from_mapping(cls, value: object, *, where: str = "agreement") -> Agreement:
        """Read what `as_mapping` wrote, or a YAML file of that form; raises `BadInput` for anything unknown."""
        raw = mappings.only_keys(value, ("schema", *_KEYS), required=_KEYS, where=where)
        if raw.get("schema", SCHEMA) != SCHEMA:
            raise mappings.bad("wrong_schema", where, f"{SCHEMA} was expected", f"se esperaba {SCHEMA}")
        title = mappings.only_keys(raw["title"], ("en", "es"), required=("en", "es"), where=f"{where}, title")
        purposes = mappings.only_keys(raw["purposes"], _purposes(raw), required=(), where=f"{where}, purposes")
        mappings.codes(list(purposes), "sharing_purpose", f"{where}, purposes")
        starts, ends = (mappings.day(raw[key], f"{where}, {key}") for key in ("valid_from", "valid_to"))
        if ends < starts:
            raise mappings.bad("ends_before_it_starts", where, "ends before it starts", "termina antes de empezar")
        return cls(
            id=mappings.text(raw["id"], f"{where}, id"),
            title={
                "en": mappings.text(title["en"], f"{where}, title"),
                "es": mappings.text(title["es"], f"{where}, title"),
            },
            parties=_two_parties(raw["parties"], where),
            valid_from=starts,
            valid_to=ends,
            purposes={
                purpose: mappings.codes(fields, "shareable_field", f"{where}, purposes, {purpose}")
                for purpose, fields in purposes.items()
            },
            message_types=mappings.codes(raw["message_types"], "message_type", f"{where}, message_types"),
            tables=mappings.texts(raw["tables"], f"{where}, tables"),
            version=_version(raw["version"], where),
        )

    def as_mapping(self) -> dict[str, object]:
        """Plain values for JSON, lists sorted, so that equal agreements have equal bytes."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "title": dict(self.title),
            "parties": sorted(self.parties),
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat(),
            "purposes": {purpose: sorted(fields) for purpose, fields in self.purposes.items()},
            "message_types": sorted(self.message_types),
            "tables": sorted(self.tables),
            "version": self.version,
        }

    def digest(self) -> str:
        """SHA-256 of the canonical bytes, hex: both sides compare it in every message."""
        return hashlib.sha256(canonical_bytes(self.as_mapping())).hexdigest()

    def statement(self) -> bytes:
        """What each side signs: the canonical bytes, and that they are an agreement's."""
        return b"tejido/agreement/1\x00" + canonical_bytes(self.as_mapping())

    def between(self, one: str, other: str) -> bool:
        """Are these its two parties, in either order?"""
        return one != other and {one, other} == set(self.parties)

    def in_force(self, on: date) -> bool:
        """Is it in force on that day?"""
        return self.valid_from <= on <= self.valid_to


def _purposes(raw: Mapping[str, object]) -> list[str]:
    purposes = raw["purposes"]
    return [str(key) for key in purposes] if isinstance(purposes, Mapping) else []


def _two_parties(value: object, where: str) -> tuple[str, str]:
    parties = sorted(mappings.texts(value, f"{where}, parties"))
    if len(parties) != 2:
        raise mappings.bad("two_parties", where, "two different parties were expected", "se esperaban dos partes")
    return parties[0], parties[1]


def _version(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise mappings.bad("not_a_version", where, "a version of 1 or more was expected", "se esperaba una versión")
    return value
