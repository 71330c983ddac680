# SPDX-License-Identifier: Apache-2.0
"""The other organisation, as our node meets it: its keys, its card, the messages it builds and opens. Invented."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings

from tejido.agreements import Agreement
from tejido.crypto import BoxKey, SignedKey, SigningKey
from tejido.exchange import (
    Header,
    Opened,
    build_message,
    build_receipt,
    format_minute,
    open_message,
    read_header,
)

FIELDS = ["person_name", "person_phone", "preferred_language", "age_band", "gender", "nationality", "own_words",
          "exploitation", "places", "coworkers", "safe_contact", "trafficker_phone", "safe_times",
          "whereabouts"]  # fmt: skip


def agreement(**changes: Any) -> Agreement:
    """An agreement between `mx` and `us`."""
    return Agreement.from_mapping(
        {
            "id": "bridge-1",
            "title": {"en": "Bridge", "es": "Puente"},
            "parties": ["mx", "us"],
            "valid_from": date(2020, 1, 1),
            "valid_to": date(2040, 1, 1),
            "purposes": {
                "hand_over": FIELDS,
                "outcome": ["service_outcome", "needs"],
                "safety": ["person_name", "person_phone", "whereabouts", "preferred_language"],
            },
            "message_types": ["handover", "handover_answer", "handover_outcome", "handover_recall", "withdrawal",
                              "danger_alert"],
            "tables": [],
            "version": 1,
            **changes,
        }
    )  # fmt: skip


@dataclass
class Us:
    """The organisation `us`."""

    code: str = "us"
    signing: SigningKey = field(default_factory=SigningKey.generate)
    transport: SigningKey = field(default_factory=SigningKey.generate)
    team: BoxKey = field(default_factory=BoxKey.generate)
    address: str = "http://127.0.0.1:9"
    sequence: int = 0

    def signed(self, kind: str) -> SignedKey:
        return SignedKey.sign(self.signing, f"{self.code}/team/{kind}/1", self.team.public)

    def card(self) -> dict[str, Any]:
        from tejido.web.mailbox.cards import key_column

        return {
            "code": self.code,
            "name": {"en": "Harbor (invented)", "es": "Harbor (inventada)"},
            "address": self.address,
            "verify_key": self.signing.verify_key.raw.hex(),
            "transport_key": self.transport.verify_key.raw.hex(),
            "handover_key": key_column(self.signed("cases")),
            "data_key": key_column(self.signed("data")),
            "pack": "us",
        }

    def agrees(self, terms: Agreement) -> bytes:
        return self.signing.sign(terms.statement())

    def header(self, message_type: str, now: datetime, **changes: Any) -> Header:
        self.sequence += 1
        values: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "sender": self.code,
            "recipient": "mx",
            "agreement": agreement().id,
            "agreement_digest": agreement().digest(),
            "type": message_type,
            "sequence": self.sequence,
            "sent_at": format_minute(now),
        }
        return Header(**{**values, **changes})

    def message(
        self, message_type: str, body: dict[str, Any], now: datetime, *, to: str = "cases", **changes: Any
    ) -> bytes:
        """A message to our caseload (or another of our teams), as the partner's node builds it."""
        from tejido.crypto import VerifyKey
        from tejido.web.accounts.keys import team_of
        from tejido.web.accounts.models import Team

        ours = team_of(Team.Kind(to)).generations.order_by("-number")[0].signed_key()
        return build_message(
            self.header(message_type, now, **changes), body, to=ours,
            partner=VerifyKey(settings.TEJIDO.verify_keys[0]), signing=self.signing,
        )  # fmt: skip

    def opens(self, raw: bytes) -> Opened:
        from tejido.crypto import VerifyKey

        return open_message(bytes(raw), key=self.team, sender=VerifyKey(settings.TEJIDO.verify_keys[0]))

    def receipt(self, raw: bytes, now: datetime, status: str = "accepted", reason: str | None = None) -> bytes:
        message = read_header(raw).id
        return build_receipt(raw, by=self.code, message=message, status=status, at=now, transport=self.transport,
                             reason=reason)  # fmt: skip


def handover_body(**changes: Any) -> dict[str, Any]:
    """A hand-over as the partner sends one."""
    fields = ["person_name", "person_phone", "preferred_language", "coworkers", "own_words", "safe_contact", "places",
              "trafficker_phone", "age_band", "nationality"]  # fmt: skip
    return {
        "handover_id": str(uuid.uuid4()),
        "facts": {
            "person_name": {"given": "Inés", "paternal_surname": "Prueba", "maternal_surname": "Inventada"},
            "person_phone": "919-555-0101",
            "preferred_language": "es",
            "age_band": "adult",
            "nationality": ["MX"],
            "coworkers": {"low": 30, "best": 40, "high": 50},
            "own_words": "Palabras inventadas.",
            "safe_contact": "Llamar de noche.",
            "places": [{"kind": "exploitation", "country": "US", "state": "US-NC"}],
            "trafficker_phone": "919-555-0102",
        },
        "release": {
            "id": str(uuid.uuid4()),
            "purpose": "hand_over",
            "fields": sorted(fields),
            "given_on": "2026-11-20",
            "until": "2039-01-01",
            "how": "signed",
            "language": "es",
            "interpreter": False,
            "minor": False,
            "notice_version": "2026-01",
        },
        "language": "es",
        "reply_safety": "safe_at_times",
        "counted_by": "us",
        **changes,
    }
