# SPDX-License-Identifier: Apache-2.0
"""What a survivor allowed: which facts, to whom, for what, from when until when, and how she said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from tejido.agreements import mappings

_DAYS = ("given_on", "starts_on", "expires_on")
_TEXTS = ("id", "case", "person", "recipient", "purpose", "language", "person_language", "how", "notice_version")
_FLAGS = (
    "exact_words",
    "authenticated",
    "interpreter",
    "guardian_consented",
    "guardian_is_suspected",
    "may_consent_alone",
)


@dataclass(frozen=True)
class Release:
    """One release, as recorded. Every flag defaults to what allows least.

    `how` is a code of `release_how`. `exact_words`: what she said or wrote was kept word for word and read back.
    `authenticated`: she proved she is the person concerned, by a phrase she chose before, a call back to the safe
    contact she gave, or an identity document. `language` is the one the release was given in; where it is not her own
    (`person_language`) an `interpreter` must have taken part. `notice_version` is the privacy notice read to her.
    `minor`: under 18; None where nobody asked. `guardian_is_suspected`: the guardian may be the one who harms her.
    `may_consent_alone`: the law lets this under-18 receive services without a guardian.
    """

    id: str
    case: str
    person: str
    recipient: str
    purpose: str
    fields: frozenset[str]
    given_on: date
    starts_on: date
    expires_on: date
    how: str
    language: str
    person_language: str
    notice_version: str
    revoked_on: date | None = None
    exact_words: bool = False
    authenticated: bool = False
    interpreter: bool = False
    minor: bool | None = None
    guardian_consented: bool = False
    guardian_is_suspected: bool = False
    may_consent_alone: bool = False

    @classmethod
    def from_mapping(cls, value: object, *, where: str = "release") -> Release:
        """Read what `as_mapping` wrote; raises `BadInput`."""
        names = tuple(field.name for field in fields(cls))
        raw = mappings.only_keys(value, names, required=names, where=where)
        read: dict[str, Any] = {key: mappings.day(raw[key], f"{where}, {key}") for key in _DAYS}
        read |= {key: mappings.text(raw[key], f"{where}, {key}") for key in _TEXTS}
        read |= {key: mappings.flag(raw[key], f"{where}, {key}") for key in _FLAGS}
        read["fields"] = mappings.codes(raw["fields"], "shareable_field", f"{where}, fields")
        revoked, minor = raw["revoked_on"], raw["minor"]
        read["revoked_on"] = None if revoked is None else mappings.day(revoked, f"{where}, revoked_on")
        read["minor"] = None if minor is None else mappings.flag(minor, f"{where}, minor")
        return cls(**read)

    def as_mapping(self) -> Mapping[str, object]:
        """Plain values for JSON."""
        plain: dict[str, object] = {field.name: getattr(self, field.name) for field in fields(self)}
        plain["fields"] = sorted(self.fields)
        for key in (*_DAYS, "revoked_on"):
            plain[key] = None if plain[key] is None else getattr(self, key).isoformat()
        return plain
