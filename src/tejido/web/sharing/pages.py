# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pages of sharing offer to choose from."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from tejido.agreements import Basis, Lane, Release, release_problems
from tejido.vocabulary import code_list
from tejido.web.accounts.choices import code_choices
from tejido.web.accounts.language import short_language
from tejido.web.cases.models import Case
from tejido.web.consents.frames import (
    as_value,
    groups_of,
    local_day,
    our_rules,
    recipient_names,
    releases_of,
    survivors_of,
    values_of,
)
from tejido.web.mailbox.models import InboundMessage
from tejido.web.referrals.facts import held_in
from tejido.web.security.keyring import KeyRing
from tejido.web.sharing.models import Handover, SharedAgreement

Choices = list[tuple[str, str]]


def agreement_choices() -> Choices:
    """Agreements by partner's name and title."""
    language = short_language()
    shared = SharedAgreement.objects.select_related("partner").order_by("partner_id", "pk")
    return [(one.pk, f"{one.partner.name[language]}: {one.document['title'][language]}") for one in shared]


def fields_agreed(purpose: str) -> set[str]:
    """Fields that some agreement names for a purpose."""
    documents = SharedAgreement.objects.values_list("document", flat=True)
    return {field for document in documents for field in document["purposes"].get(purpose, ())}


def release_choices(case: Case, ring: KeyRing) -> Choices:
    """Releases of the case as short words: recipient, purpose, until when. Those that cannot be used say why."""
    language, names, today, rules = short_language(), recipient_names(), local_day(timezone.now()), our_rules()
    choices = []
    for opened in releases_of(case, ring):
        value = as_value(opened)
        recipient = names.get(value.recipient, {}).get(language, value.recipient)
        purpose = code_list("sharing_purpose").label_of(value.purpose, language)
        said = f"{recipient} · {purpose} · {_day(value.starts_on)} – {_day(value.expires_on)}"
        problems = release_problems(value, rules, on=today)
        if problems:
            said = f"{said} ({problems[0].words[language]})"
        choices.append((value.id, said))
    return choices


def _day(value: date) -> str:
    return str(date_format(value, "SHORT_DATE_FORMAT"))


def usable_release(case: Case, ring: KeyRing, purpose: str) -> Release | None:
    """The newest release for this purpose that holds today."""
    rules, today = our_rules(), local_day(timezone.now())
    given = [value for value in values_of(case, ring) if value.purpose == purpose]
    return next((value for value in given if not release_problems(value, rules, on=today)), None)


def danger_bases() -> list[Basis]:
    """Legal bases of our rules on which a partner may be told of danger."""
    return [
        one for one in our_rules().bases.values() if one.lane == Lane.DANGER and "partner_hotline" in one.recipients
    ]


def report_bases() -> list[Basis]:
    """Legal bases of our rules on which an authority is told."""
    return [one for one in our_rules().bases.values() if one.recipients - {"partner_hotline"}]


def is_timed(basis: Basis) -> bool:
    """Do the rules themselves say until when: within hours, or at once?"""
    return basis.lane == Lane.DANGER or our_rules().hours_for(basis.code) is not None


def people_reported(case: Case, ring: KeyRing) -> Choices:
    """Those a report can be about: survivors, and people without names."""
    named = [(str(one.record.pk), label) for one, label in survivors_of(case, ring)]
    return named + [(str(one.record.pk), label) for one, label in groups_of(case, ring)]


def facts_to_choose(case: Case, ring: KeyRing, fields: Collection[str]) -> Choices:
    """Facts to mark, in the order of the code list; what the case does not hold says so. Opens no compartment."""
    held = held_in(case, ring, fields)
    return [
        (code, label if code in held else f"{label} ({gettext('not recorded')})")
        for code, label in code_choices("shareable_field", only=fields)()
    ]


def handover_rows(handovers: Any) -> list[Handover]:
    """Hand-overs of a list, with what a list may show."""
    return list(
        handovers.select_related("partner", "case", "team", "message").defer(*Handover.sealed_names())
        .order_by("-made_at")[:200]
    )  # fmt: skip


def unreadable_messages() -> list[InboundMessage]:
    """The newest messages that were taken at the door and then could not be used: from whom, when, why."""
    broken = InboundMessage.objects.filter(state=InboundMessage.State.UNREADABLE).select_related("partner")
    return list(broken.defer("raw", "receipt").order_by("-received_at")[:20])
