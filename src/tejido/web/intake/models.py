# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contacts: one call, text, chat, e-mail or web form. In clear only what moves the queue."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from tejido.web.accounts.models import Team
from tejido.web.security.belonging import belongs_to
from tejido.web.security.fields import SealedField
from tejido.web.security.sealing import SealedRecord


class Conversation(models.Model):
    """A way back that someone left with what she wrote: a code only she has. Nothing here says who she is."""

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "finder": "hash of what her code stands for; emptied when it ends",
        "expires_on": "the day after which nobody can read the answers any more",
        "ended_on": "day on which it ended",
        "ended_by": "by her or by time",
    }

    class EndedBy(models.TextChoices):
        HER = "her"
        TIME = "time"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    finder = models.BinaryField(max_length=32, unique=True, null=True)
    expires_on = models.DateField(db_index=True)
    ended_on = models.DateField(null=True)
    ended_by = models.CharField(max_length=4, choices=EndedBy.choices, blank=True)


class ContactQuerySet(models.QuerySet["Contact"]):
    """Named readings; each starts from the user."""

    def visible_to(self, user) -> ContactQuerySet:  # type: ignore[no-untyped-def]
        """Contacts of the user's teams."""
        return self.filter(team_id__in=user.team_ids)

    def waiting(self) -> ContactQuerySet:
        """Nobody has taken them yet; the urgent first, then the oldest."""
        return self.filter(state=Contact.State.WAITING).order_by("-priority", "received_at")

    def discarded(self) -> ContactQuerySet:
        """Put aside as junk."""
        return self.filter(state=Contact.State.DISCARDED)

    def not_findable(self) -> ContactQuerySet:
        """Waiting contacts a search by phone or name would pass over; the oldest first."""
        return self.filter(state=Contact.State.WAITING, findable=False).order_by("received_at")


class Contact(SealedRecord):
    """One contact. What was said, who said it and in which language are sealed."""

    key_scope = "contact"

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "key": "random",
        "revision": "number of saves",
        "code": "short code to say aloud",
        "team": "who answers",
        "owner": "who took it",
        "channel": "phone, web form, …",
        "received_at": "when it came",
        "received_on": "the node's local day",
        "routing_language": "only until taken, so that someone who speaks it answers; emptied when taken",
        "priority": "order in the queue",
        "state": "waiting, taken, closed, discarded",
        "state_changed_at": "when",
        "state_changed_by": "by whom",
        "notice_version": "of the privacy notice shown",
        "notice_at": "when it was shown",
        "notice_language": "only until taken; then sealed with the rest",
        "arrival": "ciphertext: what was sealed on her own device, until someone takes it",
        "conversation": "contacts written under one code belong together",
        "findable": "have its search tokens been made; a contact that arrived by itself waits for a member's session",
    }

    class State(models.TextChoices):
        WAITING = "waiting"
        TAKEN = "taken"
        CLOSED = "closed"
        DISCARDED = "discarded"  # junk, by a member's judgement: nobody took it, and it can be brought back

    code = models.CharField(max_length=12, unique=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=20)
    received_at = models.DateTimeField()
    received_on = models.DateField()
    routing_language = models.CharField(max_length=3, blank=True)
    priority = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    state_changed_at = models.DateTimeField()
    state_changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    notice_version = models.CharField(max_length=20, blank=True)
    notice_at = models.DateTimeField(null=True)
    notice_language = models.CharField(max_length=3, blank=True)
    findable = models.BooleanField(default=False)
    arrival = models.BinaryField(null=True, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, null=True, related_name="contacts")

    language = SealedField()  # code list language
    speaker = SealedField()  # code list speaker: who is speaking
    concerns = SealedField()  # code list concerns_whom: whom it concerns
    topic = SealedField()  # code list contact_topic
    outcome = SealedField()  # code list contact_outcome
    countries = SealedField()  # list of code list country
    waited_minutes = SealedField()  # whole minutes until someone answered, where an advocate noted them
    can_talk = SealedField()  # asked first: true, false or null
    reply_safety = SealedField()  # code list reply_safety
    reply_how = SealedField()  # text: number or address, hours, what to say if someone else answers
    under_18 = SealedField()  # code list minor_present: is anyone under 18
    duty_noted = SealedField()  # the duty that follows was shown and noted: {"at", "by", "duty"}
    own_words = SealedField()  # verbatim
    advocate_view = SealedField()  # the advocate's own words, apart
    contactor_name = SealedField()
    contactor_phone = SealedField()
    return_key = SealedField()  # public key that only her code opens, base64: answers are sealed to it
    notice = SealedField()  # {"version", "at", "language"} kept once taken

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(owner__isnull=True) | ~models.Q(state__in=("waiting", "discarded")),
                name="contact_not_taken_has_no_owner",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("waiting", "discarded")) | models.Q(routing_language=""),
                name="routing_language_only_until_taken",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "state", "-priority", "received_at"], name="contact_queue"),
            models.Index(fields=["team", "-received_at"], name="contact_by_time"),
            models.Index(fields=["owner", "state", "-received_at"], name="contact_by_owner"),
        ]

    @property
    def is_taken(self) -> bool:
        """Has someone begun working on it?"""
        return self.state in (self.State.TAKEN, self.State.CLOSED)


class Reply(SealedRecord):
    """An answer left for whoever has the code. What she reads is sealed to her code; the team keeps its own copy."""

    key_scope = "contact"

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "key": "random; the contact's",
        "revision": "number of saves",
        "conversation": "whose code reads it",
        "contact": "what it answers",
        "by": "who answered",
        "written_at": "when",
        "box": "ciphertext: opened by her code alone; emptied when the conversation ends",
        "read_on": "day on which it was first opened",
    }

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="replies")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="replies")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    box = models.BinaryField(null=True, editable=False)
    read_on = models.DateField(null=True)

    words = SealedField()


@belongs_to("intake.contact")
def _conversation_of(contact: Contact) -> list[models.QuerySet[Conversation]]:
    """The way back goes with the only contact it leads to."""
    others = Contact.objects.exclude(pk=contact.pk)
    return [Conversation.objects.filter(contacts=contact).exclude(contacts__in=others)]
