# SPDX-License-Identifier: AGPL-3.0-or-later
"""After every write of a contact, and when it is answered: its coded row for counting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tejido.crypto import CannotOpen
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.intake.codes import coded_contact
from tejido.web.intake.models import Contact, Reply
from tejido.web.intake.waiting import waited
from tejido.web.security.coded import write_coded
from tejido.web.security.keyring import KeyRing, NoKey


def keep_countable(contact: Contact, answers: Mapping[str, Any], ring: KeyRing) -> None:
    """Write the coded row as the contact stands now, inside the caller's transaction."""
    row = coded_contact(contact, answers)
    if row is not None:
        data = team_of(Team.Kind.DATA).pk
        row |= waited(contact, answers)
        write_coded(ring, table="contacts", record_id=contact.pk, row=row, data_team=data)


def keep_answered(reply: Reply, ring: KeyRing) -> None:
    """The contacts that this is the first answer to: all she wrote since the one before."""
    before = Reply.objects.filter(conversation=reply.conversation_id, written_at__lt=reply.written_at)
    newest = before.order_by("-written_at").values_list("written_at", flat=True).first()
    taken = Contact.objects.filter(
        conversation=reply.conversation_id, state__in=(Contact.State.TAKEN, Contact.State.CLOSED)
    )
    for contact in taken.filter(received_at__gt=newest) if newest else taken:
        try:
            answers = contact.opened(ring).values
        except (NoKey, CannotOpen):  # another team's by now: its next save counts the answer
            continue
        keep_countable(contact, answers, ring)
