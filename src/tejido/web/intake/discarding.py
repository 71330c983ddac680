# SPDX-License-Identifier: AGPL-3.0-or-later
"""Junk: looked through, put aside many at once, and brought back. Nothing is deleted and nothing is counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tejido.crypto import CannotOpen
from tejido.vocabulary import code_list
from tejido.web.accounts.models import Member
from tejido.web.intake.channels.web_form.arrivals import arrived_values
from tejido.web.intake.models import Contact
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing, NoKey
from tejido.web.security.permissions import Permission

_FIRST_WORDS = 240  # letters: enough to know junk by, and no more than that


@dataclass(frozen=True)
class Glimpse:
    """A waiting contact's first words; None where it does not open. `danger`: never discarded along with others."""

    contact: Contact
    words: str | None
    danger: bool


@transaction.atomic
def look_through(*, contacts: Iterable[Contact], by: Member, ring: KeyRing) -> list[Glimpse]:
    """What several waiting contacts begin with, each reading recorded: nobody discards what she has not seen."""
    require(by, Permission.CONTACT_TAKE)
    # Each by itself, not all their keys at once: one that was spoilt must not hide the others.
    return [_glimpse(contact, by, ring) for contact in contacts]


def _glimpse(contact: Contact, by: Member, ring: KeyRing) -> Glimpse:
    require(by, Permission.CONTACT_READ, record=contact)
    try:
        values = contact.opened(ring).values
        arrived = arrived_values(contact, ring) if contact.arrival else {}
    except (CannotOpen, NoKey):
        arrived = None
    if arrived is None:
        audit.record("record.did_not_open", by=by, record=contact)
        return Glimpse(contact, None, bool(contact.priority))
    audit.record("contact.read", by=by, record=contact)
    said = values | arrived
    lists = {name: code_list(code) for name, code in (("under_18", "minor_present"), ("reply_safety", "reply_safety"))}
    unsafe = lists["reply_safety"].where(may_reply=False, known=None)
    danger = said["under_18"] in lists["under_18"].where(duty=True) or said["reply_safety"] in unsafe
    return Glimpse(contact, (said["own_words"] or "")[:_FIRST_WORDS], danger or bool(contact.priority))


@transaction.atomic
def discard_contacts(*, ids: Iterable[UUID], by: Member, now: datetime) -> tuple[list[Contact], list[Contact]]:
    """Put waiting contacts aside as junk. Returns those, and those left alone because someone was there before."""
    require(by, Permission.CONTACT_TAKE)
    done, left = [], []
    for contact in _held(ids, by):
        if contact.state != Contact.State.WAITING:
            left.append(contact)
            continue
        _set_state(contact, Contact.State.DISCARDED, by, now)
        audit.record("contact.discarded", by=by, record=contact)
        done.append(contact)
    return done, left


@transaction.atomic
def bring_back_contact(*, contact: Contact, by: Member, now: datetime) -> bool:
    """It waits again where it waited before; was it discarded?"""
    require(by, Permission.CONTACT_TAKE)
    (contact,) = _held([contact.pk], by)
    if contact.state != Contact.State.DISCARDED:
        return False
    _set_state(contact, Contact.State.WAITING, by, now)
    audit.record("contact.brought_back", by=by, record=contact)
    return True


def _held(ids: Iterable[UUID], by: Member) -> list[Contact]:
    """Held in one order, so that two members discarding the same page do not wait for each other."""
    contacts = Contact.objects.visible_to(by).filter(pk__in=set(ids)).select_related("owner", "state_changed_by")
    held = list(contacts.select_for_update(of=("self",)).order_by("pk"))
    for contact in held:
        require(by, Permission.CONTACT_EDIT, record=contact)
    return held


def _set_state(contact: Contact, state: Contact.State, by: Member, now: datetime) -> None:
    contact.state, contact.state_changed_at, contact.state_changed_by = state, now, by
    contact.save_revision(expected=contact.revision)
