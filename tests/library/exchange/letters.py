# SPDX-License-Identifier: Apache-2.0
"""Two invented nodes with keys, an agreement, and one body of each type of message."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tejido.agreements import Agreement
from tejido.crypto import BoxKey, SignedKey, SigningKey
from tejido.exchange import Header, Partner, build_message

NOW = datetime(2026, 11, 22, 10, 51, tzinfo=UTC)
WEEK = timedelta(days=7)
MX, US, TRANSPORT = (SigningKey(bytes([number]) * 32) for number in (1, 2, 3))
INTAKE = BoxKey.generate()
TO_US = SignedKey.sign(US, "us/team/intake/1", INTAKE.public)
HAND_OVER_ID = "6f1c9d52-64f1-4c1f-9f55-0a2f9c8f2f10"
RELEASE_ID = "0d6c4c4e-9b46-4d9b-8a2e-2b9b6f0a9d11"

AGREEMENT = Agreement.from_mapping(
    {
        "id": "mx-us-2026",
        "title": {"en": "Hand-overs and joint counting", "es": "Traspasos y conteo conjunto"},
        "parties": ["mx", "us"],
        "valid_from": "2026-01-01",
        "valid_to": "2027-12-31",
        "purposes": {"hand_over": ["person_name", "coworkers", "own_words"], "statistics": []},
        "message_types": ["handover", "handover_answer", "tabulation"],
        "tables": ["contacts"],
        "version": 1,
    }
)
RELEASE = {
    "id": RELEASE_ID,
    "purpose": "hand_over",
    "fields": ["person_name", "coworkers", "own_words"],
    "given_on": "2026-11-20",
    "until": "2026-12-20",
    "how": "spoken",
    "language": "es",
    "interpreter": False,
    "minor": False,
    "notice_version": "2026-01",
}
FACTS = {
    "person_name": {"given": "Ana", "paternal_surname": "de la O"},
    "coworkers": {"low": 35, "best": 40, "high": 45},
    "own_words": "No nos dejan salir.",
}
BODIES = {
    "handover": {
        "handover_id": HAND_OVER_ID,
        "facts": FACTS,
        "release": RELEASE,
        "language": "es",
        "reply_safety": "safe_at_times",
        "indications": "high",
        "counted_by": "us",
    },
    "handover_answer": {"handover_id": HAND_OVER_ID, "answer": "accepted", "on": "2026-11-23", "counted_by": "us"},
    "handover_outcome": {
        "handover_id": HAND_OVER_ID,
        "reached": "yes",
        "referrals": [{"need": "shelter", "outcome": "served", "on": "2026-11-24"}],
        "closed": False,
        "on": "2026-11-25",
        "release": {**RELEASE, "purpose": "outcome", "fields": ["service_outcome"]},
    },
    "handover_recall": {"handover_id": HAND_OVER_ID, "reason": "sent_by_mistake", "on": "2026-11-23"},
    "withdrawal": {"handover_id": HAND_OVER_ID, "release_id": RELEASE_ID, "on": "2026-11-23"},
    "danger_alert": {
        "alert_id": HAND_OVER_ID,
        "basis": "imminent_harm",
        "facts": {"whereabouts": "Bodega junto al molino"},
        "language": "es",
        "at": "2026-11-22T10:51Z",
    },
    "tabulation": {
        "schema": "tejido.tabulation/1",
        "node": "mx",
        "window": {"start": "2026-01-01", "end": "2026-10-31"},
        "as_of": "2026-11-15",
        "invented": True,
        "definitions": "ab" * 32,
        "cells": [
            {"indicator": "contacts", "by": None, "cell": None, "counted": 10, "held": 12},
            {"indicator": "victims", "by": "state", "cell": "US-NC", "counted": 3, "held": 3},
        ],
        "handed_over": [{"table": "cases", "counted_here": 1, "left_to": {"us": 2}}],
    },
}


def header(**change) -> Header:
    """The header of a first hand-over from mx to us."""
    usual = Header(
        id="1b4e28ba-2fa1-41d2-883f-0016d3cca427",
        sender="mx",
        recipient="us",
        agreement=AGREEMENT.id,
        agreement_digest=AGREEMENT.digest(),
        type="handover",
        sequence=1,
        sent_at="2026-11-22T10:51Z",
    )
    return replace(usual, **change)


def message(body=None, *, signing=MX, **change) -> bytes:
    """A message as it goes over the wire."""
    head = header(**change)
    return build_message(head, body or BODIES[head.type], to=TO_US, partner=US.verify_key, signing=signing)


def partner(**change) -> Partner:
    """What us knows of mx before anything came."""
    usual = Partner(key=MX.verify_key, agreements={AGREEMENT.id: AGREEMENT}, seen={}, used=frozenset(), last=0)
    return replace(usual, **change)
