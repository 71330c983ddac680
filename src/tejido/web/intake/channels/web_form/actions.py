# SPDX-License-Identifier: AGPL-3.0-or-later
"""What arrives by the public form: already sealed on her device, or sealed here before anything else happens to it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from tejido.crypto import ReturnCode
from tejido.web.accounts.keys import anonymous_ring, team_of
from tejido.web.accounts.models import Team
from tejido.web.intake.channels.web_form.arrivals import answers_of
from tejido.web.intake.conversations import begin_or_go_on
from tejido.web.intake.models import Contact
from tejido.web.intake.spoken import free_code
from tejido.web.security import audit

CHANNEL = "web_form"


class AlreadyHere(Exception):
    """The same page was sent before: it is one contact."""


@transaction.atomic
def receive(
    *, notice_version: str, notice_at: datetime, notice_language: str, answers: Mapping[str, Any], now: datetime,
    contact_id: UUID | None = None, code: ReturnCode | None = None,
) -> Contact:  # fmt: skip
    """Seal `answers` (the cleaned form) to the team that answers the line; the contact waits. Nobody is signed in.

    `code`: what her return code stands for. Its secret half is gone when the answer has been made.
    """
    given = answers_of(answers, b64encode(code.key.public.raw).decode() if code else "")
    notice = {
        "version": notice_version, "at": notice_at.isoformat(), "language": notice_language,
        "voluntary": given.pop("voluntary"),
    }  # fmt: skip
    ring, contact = anonymous_ring(), _new(contact_id)
    contact.key = ring.new_key("contact", [contact.team_id])
    contact.seal(ring, **given, notice=notice)
    contact.routing_language = answers.get("language") or notice_language
    return _kept(contact, notice, now, code.finder if code else None)


@transaction.atomic
def receive_sealed(
    *, notice_version: str, notice_at: datetime, notice_language: str, arrival: bytes, language: str, now: datetime,
    contact_id: UUID, finder: bytes | None = None,
) -> Contact:  # fmt: skip
    """Keep what was sealed on her device as it came. `language`: in which someone should answer, in clear as ever.

    `finder`: what her return code is found by; the key that answers are sealed to is in the box.
    """
    notice = {"version": notice_version, "at": notice_at.isoformat(), "language": notice_language}
    ring, contact = anonymous_ring(), _new(contact_id)
    contact.key = ring.new_key("contact", [contact.team_id])
    contact.seal(ring, notice=notice)
    contact.arrival = arrival
    contact.routing_language = language or notice_language
    return _kept(contact, notice, now, finder)


def _new(contact_id: UUID | None) -> Contact:
    contact = Contact(team=team_of(Team.Kind.INTAKE), code=free_code(Contact), channel=CHANNEL)
    contact.id = contact_id or contact.id
    return contact


def _kept(contact: Contact, notice: Mapping[str, Any], now: datetime, finder: bytes | None) -> Contact:
    contact.conversation = begin_or_go_on(finder) if finder else None
    contact.received_at = contact.state_changed_at = now
    contact.received_on = now.astimezone(settings.TEJIDO.time_zone).date()
    contact.notice_version, contact.notice_language = notice["version"], notice["language"]
    contact.notice_at = datetime.fromisoformat(notice["at"])
    for _try in range(3):
        try:
            with transaction.atomic():
                contact.save(force_insert=True)
            break
        except IntegrityError:  # the id is taken, or (once in years) someone drew the same code in the same moment
            contact.code = free_code(Contact)
    else:
        raise AlreadyHere(contact.pk)
    audit.record("contact.arrived", by=None, record=contact)
    return contact
