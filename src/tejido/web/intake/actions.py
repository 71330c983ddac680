# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking a contact, writing while she speaks, closing it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from tejido.agreements import Duty, policy_pack
from tejido.crypto import CannotOpen
from tejido.vocabulary import BadInput, code_list
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Member, Team
from tejido.web.intake.channels.web_form.arrivals import arrived_values
from tejido.web.intake.keeping import keep_countable
from tejido.web.intake.models import Contact
from tejido.web.intake.naming import Values, phone_values, spoken_name_values
from tejido.web.intake.spoken import free_code
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing, NoKey
from tejido.web.security.permissions import Permission
from tejido.web.security.searching import index, index_many

# What an advocate may write. Everything else about a contact is set by what happens to it.
ANSWERS = (
    "language", "can_talk", "speaker", "concerns", "topic", "outcome", "countries", "reply_safety", "reply_how",
    "under_18", "own_words", "advocate_view", "contactor_name", "contactor_phone", "waited_minutes",
)  # fmt: skip


class AlreadyTaken(Exception):
    """Someone else took the contact first. `contact.owner` is who."""

    def __init__(self, contact: Contact) -> None:
        self.contact = contact
        super().__init__(contact.code)


class NoTeam(PermissionDenied):
    """She is in no team that answers the line: there is nobody to seal the contact to."""


def team_to_answer(member: Member) -> Team:
    """The intake team the member answers for; raises `NoTeam` if she is in none."""
    team = Team.objects.filter(kind=Team.Kind.INTAKE, pk__in=member.team_ids).order_by("name").first()
    if team is None:
        raise NoTeam(Permission.CONTACT_TAKE.value)
    return team


def local_day(moment: datetime) -> Any:
    """The node's local date of a moment."""
    return moment.astimezone(settings.TEJIDO.time_zone).date()


def duties_for(under_18: str | None) -> tuple[Duty, ...]:
    """The duties that follow from the policy pack of this organisation if someone is, or may be, under 18."""
    if under_18 not in code_list("minor_present").where(duty=True):
        return ()
    return policy_pack(settings.TEJIDO.operator.pack).duties


@transaction.atomic
def take_call(*, language: str = "", by: Member, ring: KeyRing, now: datetime) -> Contact:
    """Start a phone contact the moment she picks up the phone; she owns it and corrects the language as she listens."""
    require(by, Permission.CONTACT_TAKE)
    team = team_to_answer(by)
    contact = Contact(
        key=ring.new_key("contact", [team.pk, team_of(Team.Kind.DUTY).pk]),
        code=free_code(Contact), team=team, owner=by, channel="phone", received_at=now, received_on=local_day(now),
        state=Contact.State.TAKEN, state_changed_at=now, state_changed_by=by,
    )  # fmt: skip
    answers = {"language": language or None}
    contact.seal(ring, **answers).save(force_insert=True)
    keep_findable(contact, answers, ring)
    audit.record("contact.taken", by=by, record=contact, kind=contact.channel)
    return contact


@transaction.atomic
def take_contact(*, contact: Contact, by: Member, ring: KeyRing, now: datetime) -> Contact:
    """Take a waiting contact; raises `AlreadyTaken` for whoever comes second.

    What was in clear so that the right person could answer is sealed with the rest.
    """
    require(by, Permission.CONTACT_TAKE, record=contact)
    require(by, Permission.CONTACT_EDIT, record=contact)
    # Read again inside the transaction: two advocates may have pressed at the same moment.
    contact = Contact.objects.select_for_update(of=("self",)).select_related("owner").get(pk=contact.pk)
    if contact.state != Contact.State.WAITING:
        raise AlreadyTaken(contact)
    answers = contact.opened(ring).values
    if contact.arrival:
        _open_arrival(contact, answers, by, ring)
    answers["language"] = answers["language"] or contact.routing_language or None
    if contact.notice_version and answers["notice"] is None:
        answers["notice"] = {
            "version": contact.notice_version,
            "at": contact.notice_at.isoformat() if contact.notice_at else None,
            "language": contact.notice_language or contact.routing_language,
        }
    # Anew, under a key that neither the door it came through nor whoever writes the database ever held. It arrived
    # sealed to intake alone; from now on the duty team's break-glass reaches it like any other.
    came_under, contact.key = contact.key, ring.new_key("contact", [contact.team_id, team_of(Team.Kind.DUTY).pk])
    contact.seal(ring, **answers)
    contact.routing_language = contact.notice_language = ""
    contact.owner, contact.state = by, Contact.State.TAKEN
    contact.state_changed_at, contact.state_changed_by = now, by
    contact.save_revision(expected=contact.revision)
    came_under.delete()
    keep_findable(contact, answers, ring)
    audit.record("contact.taken", by=by, record=contact, kind=contact.channel)
    return contact


def _open_arrival(contact: Contact, answers: dict[str, Any], by: Member, ring: KeyRing) -> None:
    """Put what was sealed on her device into `answers`. One that cannot be read stays; the page says so."""
    arrived = arrived_values(contact, ring)
    if arrived is None:
        audit.record("record.did_not_open", by=by, record=contact, kind="arrival")
        return
    notice = {**(answers["notice"] or {}), "voluntary": arrived.pop("voluntary", False)}
    answers |= arrived | {"notice": notice}
    contact.arrival = None


@transaction.atomic
def make_arrivals_findable(*, by: Member, ring: KeyRing, most: int = 100) -> int:
    """Make the search tokens of contacts that arrived by themselves; returns how many are left for the next search.

    The door they came through holds no search key: tokens can only be made in the session of someone who may open
    them. A slice at a time, each contact once and each recorded; nobody is shown what it says.
    """
    require(by, Permission.CONTACT_READ)
    waiting = Contact.objects.visible_to(by).not_findable()
    looked_into, terms = list(waiting[:most]), {}
    for contact in looked_into:
        try:
            terms[contact.pk] = contact_terms(contact, ring)
        except (CannotOpen, NoKey):  # spoilt from outside: it must not stop every search; whoever takes it is told
            audit.record("record.did_not_open", by=by, record=contact)
        else:
            audit.record("contact.made_findable", by=by, record=contact)
    if terms:
        index_many(ring, table="contacts", records=terms)
    Contact.objects.filter(pk__in=[contact.pk for contact in looked_into]).update(findable=True)
    return waiting.count() if len(looked_into) == most else 0


def contact_terms(contact: Contact, ring: KeyRing) -> Values:
    """What a contact is found by, also while it waits as it came. Raises `CannotOpen`, `NoKey`."""
    arrived = (arrived_values(contact, ring) or {}) if contact.arrival else {}
    return _found_by(contact.opened(ring).values | arrived)


def _found_by(answers: Mapping[str, Any]) -> Values:
    return phone_values(answers.get("contactor_phone")) | spoken_name_values(answers.get("contactor_name"))


@transaction.atomic
def save_contact(
    *, contact: Contact, answers: Mapping[str, Any], revision: int, by: Member, ring: KeyRing, now: datetime,
    received_at: datetime | None = None, channel: str = "", duty_noted: bool = False,
) -> Contact:  # fmt: skip
    """Save what the advocate wrote over `revision`; raises `StaleRevision`, `BadInput`. `answers`: see `ANSWERS`."""
    require(by, Permission.CONTACT_EDIT, record=contact)
    if not contact.is_taken:
        raise PermissionDenied("contact.edit")
    _check(answers, channel)
    before = contact.opened(ring).values
    after = {**before, **answers}
    after["duty_noted"] = _noted(after, noted=duty_noted, by=by, now=now)
    contact.channel = channel or contact.channel
    _set_time(contact, received_at, now)
    changed = {name: after[name] for name in (*ANSWERS, "duty_noted") if after[name] != before[name]}
    contact.seal(ring, **changed).save_revision(expected=revision)
    keep_findable(contact, after, ring)
    audit.record("contact.edited", by=by, record=contact, fields=sorted(changed))
    return contact


@transaction.atomic
def close_contact(*, contact: Contact, revision: int, by: Member, ring: KeyRing, now: datetime) -> Contact:
    """Nothing more to write for now. Raises `StaleRevision`; `BadInput` while the language is not known, or while
    the duty toward someone under 18 has been noted by nobody."""
    require(by, Permission.CONTACT_EDIT, record=contact)
    opened = contact.opened(ring)
    if duties_for(opened.under_18) and not opened.duty_noted:
        raise BadInput(
            "contact.duty",
            en="someone is under 18: read what must be done and mark that you will follow it, then close the contact",
            es="hay niñas, niños o adolescentes: lea lo que debe hacerse y marque que lo seguirá; después cierre el "
            "contacto",
        )
    if not opened.language:
        raise BadInput(
            "contact.language", en="say in which language the contact was", es="indique en qué lengua fue el contacto"
        )
    if not contact.is_taken:
        raise PermissionDenied("contact.edit")
    contact.state, contact.state_changed_at, contact.state_changed_by = Contact.State.CLOSED, now, by
    contact.save_revision(expected=revision)
    audit.record("contact.closed", by=by, record=contact)
    return contact


def _set_time(contact: Contact, received_at: datetime | None, now: datetime) -> None:
    if received_at is None:
        return
    if received_at > now:
        raise BadInput(
            "contact.future", en="the time of the contact has not come yet", es="la hora del contacto aún no llega"
        )
    contact.received_at, contact.received_on = received_at, local_day(received_at)


def _check(answers: Mapping[str, Any], channel: str) -> None:
    unknown = set(answers) - set(ANSWERS)
    if unknown:
        raise ValueError(f"not an answer of a contact: {sorted(unknown)}")
    if channel and channel not in code_list("channel"):
        raise ValueError(f"not a channel: {channel}")


def _noted(answers: Mapping[str, Any], *, noted: bool, by: Member, now: datetime) -> dict[str, Any] | None:
    """The duty was shown and she said so: by whom and when the first time; nothing where no duty follows."""
    duties = duties_for(answers["under_18"])
    if not duties:
        return None
    if answers["duty_noted"] or not noted:
        return answers["duty_noted"]
    return {"at": now.isoformat(), "by": str(by.pk), "duty": [duty.basis for duty in duties]}


def keep_findable(contact: Contact, answers: Mapping[str, Any], ring: KeyRing) -> None:
    """Coded row and search tokens follow every save."""
    found_by: Values = set() if contact.team.restricted else _found_by(answers)  # a restricted one answers no search
    index(ring, table="contacts", record_id=contact.pk, values=found_by)
    keep_countable(contact, answers, ring)
