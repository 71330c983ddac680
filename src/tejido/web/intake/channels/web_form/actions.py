# SPDX-License-Identifier: AGPL-3.0-or-later
"""What arrives by the public form, sealed before anything else happens to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from tejido.web.accounts.keys import anonymous_ring, team_of
from tejido.web.accounts.models import Team
from tejido.web.intake.models import Contact
from tejido.web.intake.spoken import free_code
from tejido.web.security import audit

CHANNEL = "web_form"


@transaction.atomic
def receive(
    *, notice_version: str, notice_at: datetime, notice_language: str, answers: Mapping[str, Any], now: datetime
) -> Contact:
    """Seal `answers` (the cleaned form) to the team that answers the line; the contact waits. Nobody is signed in."""
    ring, team = anonymous_ring(), team_of(Team.Kind.INTAKE)
    contact = Contact(key=ring.new_key("contact", [team.pk]), team=team, code=free_code(Contact), channel=CHANNEL)
    contact.seal(ring, **_sealed(answers), notice={
        "version": notice_version, "at": notice_at.isoformat(), "language": notice_language,
        "voluntary": bool(answers.get("voluntary")),
    })  # fmt: skip
    contact.received_at = contact.state_changed_at = now
    contact.received_on = now.astimezone(settings.TEJIDO.time_zone).date()
    contact.routing_language = answers.get("language") or notice_language
    contact.notice_version, contact.notice_at, contact.notice_language = notice_version, notice_at, notice_language
    contact.save(force_insert=True)
    audit.record("contact.arrived", by=None, record=contact)
    return contact


def _sealed(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The form's answers as the contact's sealed fields; what was left empty stays absent."""
    how = "\n".join(part for part in (answers.get("email"), answers.get("reply_how")) if part)
    values = {
        "own_words": answers.get("own_words"),
        "language": answers.get("language"),
        "under_18": answers.get("under_18"),
        "reply_safety": answers.get("reply_safety"),
        "reply_how": how,
        "contactor_phone": answers.get("phone"),
    }
    return {name: value for name, value in values.items() if value}
