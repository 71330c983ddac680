# SPDX-License-Identifier: Apache-2.0
"""A release as it travels: what the recipient must know to keep to it. Her words themselves stay with the sender."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tejido.agreements import Release

_FLAGS = (
    "interpreter",
    "exact_words",
    "authenticated",
    "guardian_consented",
    "guardian_is_suspected",
    "may_consent_alone",
)
_TEXTS = ("id", "recipient", "purpose", "how", "language", "person_language", "notice_version")


def write_release(release: Release, *, until: date) -> dict[str, Any]:
    """The shape `release` of `bodies.yaml`; `until` is the last day the decision allows (`Decision.until`).

    Names neither the case nor the person: the recipient has its own. Raises ValueError if nobody asked her age, for
    such a release lets nothing leave.
    """
    if release.minor is None:
        raise ValueError("a release without her age lets nothing leave")
    return {
        **{name: getattr(release, name) for name in (*_TEXTS, *_FLAGS)},
        "fields": sorted(release.fields),
        "given_on": release.given_on.isoformat(),
        "starts_on": release.starts_on.isoformat(),
        "until": min(until, release.expires_on).isoformat(),
        "minor": release.minor,
    }


def read_release(wire: Mapping[str, Any], *, case: str, person: str) -> Release:
    """The release that `write_release` wrote, for the recipient's case and person; what is absent was not given.

    Only for a body that `open_message` has checked.
    """
    flags = {name: wire.get(name, False) for name in _FLAGS}
    # Where nothing is said about the guardian, she is not protected by silence.
    flags["guardian_is_suspected"] = wire.get("guardian_is_suspected", True)
    return Release(
        id=wire["id"],
        case=case,
        person=person,
        recipient=wire.get("recipient", ""),
        purpose=wire["purpose"],
        fields=frozenset(wire["fields"]),
        given_on=date.fromisoformat(wire["given_on"]),
        starts_on=date.fromisoformat(wire.get("starts_on", wire["given_on"])),
        expires_on=date.fromisoformat(wire["until"]),
        how=wire["how"],
        language=wire["language"],
        person_language=wire.get("person_language", ""),
        notice_version=wire["notice_version"],
        minor=wire["minor"],
        **flags,
    )
