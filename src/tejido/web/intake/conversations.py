# SPDX-License-Identifier: AGPL-3.0-or-later
"""Someone nobody knows comes back with her code: answers are sealed to it, and it ends by her hand or by time.

The server keeps a hash of what the code is found by, never the code: neither it nor a stolen disk reads an answer.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from tejido.crypto import Context, PublicKey, seal_box
from tejido.vocabulary import BadInput
from tejido.web.accounts.models import Member
from tejido.web.intake.keeping import keep_answered
from tejido.web.intake.models import Contact, Conversation, Reply
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission

LONGEST_REPLY = 5000  # characters
FINDER_BYTES, KEY_BYTES = 32, 1216
_SMALLEST = 4096  # as in the browser: almost every answer is as long as every other


def today() -> date:
    """The node's local day."""
    return datetime.now(settings.TEJIDO.time_zone).date()


def find(finder: bytes) -> Conversation | None:
    """The conversation of a code that still leads somewhere; unknown, ended and expired are all the same: None."""
    hashed = hashlib.sha256(finder).digest()
    return Conversation.objects.filter(finder=hashed, ended_on=None, expires_on__gte=today()).first()


def begin_or_go_on(finder: bytes) -> Conversation:
    """The conversation of a code, kept for its days from now on."""
    hashed = hashlib.sha256(finder).digest()
    conversation, begun = Conversation.objects.get_or_create(finder=hashed, defaults={"expires_on": _last_day()})
    if not begun:
        Conversation.objects.filter(pk=conversation.pk).update(expires_on=_last_day())
    return conversation


def can_answer(contact: Contact, return_key: str | None) -> bool:
    """Did she leave a way back that still leads to her?"""
    conversation = contact.conversation
    return bool(return_key) and conversation is not None and conversation.ended_on is None


@transaction.atomic
def write_reply(*, contact: Contact, words: str, by: Member, ring: KeyRing, now: datetime) -> Reply:
    """Seal an answer to the key only her code opens, and keep the team's own copy with the contact."""
    require(by, Permission.CONTACT_EDIT, record=contact)
    if not contact.is_taken:
        raise PermissionDenied(Permission.CONTACT_EDIT.value)
    public = contact.opened(ring).return_key
    if not can_answer(contact, public):
        raise BadInput("reply.ended", en="she can no longer be answered here", es="ya no se le puede contestar aquí")
    reply = Reply(key=contact.key, conversation=contact.conversation, contact=contact, by=by, written_at=now)
    said = {"words": words, "on": now.astimezone(settings.TEJIDO.time_zone).date().isoformat()}
    reply.box = seal_box(PublicKey(b64decode(public)), _padded(said), reply_info(reply.conversation_id, reply.pk))
    reply.seal(ring, words=words).save(force_insert=True)
    keep_answered(reply, ring)
    Conversation.objects.filter(pk=reply.conversation_id).update(expires_on=_last_day())
    audit.record("contact.replied", by=by, record=contact)
    return reply


def reply_info(conversation: UUID, reply: UUID) -> bytes:
    """What an answer is bound to."""
    return Context(settings.TEJIDO.node, "intake.reply", str(conversation), "return/1", str(reply)).encode()


@transaction.atomic
def mark_read(conversation: Conversation) -> None:
    """She has opened her answers: the team may know that, and the page tells her so."""
    replies = Reply.objects.filter(conversation=conversation, read_on=None)
    for pk in list(replies.values_list("pk", flat=True)):
        replies.filter(pk=pk).update(read_on=today())


@transaction.atomic
def end(conversation: Conversation, *, ended_by: Conversation.EndedBy) -> None:
    """Nobody finds or reads anything under this code any more. What she told the team stays with the team."""
    Reply.objects.filter(conversation=conversation).update(box=None)
    Conversation.objects.filter(pk=conversation.pk).update(finder=None, ended_on=today(), ended_by=ended_by)
    audit.record("conversation.ended", by=None, record=conversation, kind=str(ended_by))


def end_expired() -> None:
    """End what nobody came back to; run by the worker again and again."""
    for conversation in Conversation.objects.filter(ended_on=None, expires_on__lt=today())[:100]:
        end(conversation, ended_by=Conversation.EndedBy.TIME)


def _last_day() -> date:
    return today() + timedelta(days=settings.TEJIDO.operator.answer_days)


def _padded(said: dict[str, str]) -> bytes:
    raw, size = json.dumps(said, ensure_ascii=False).encode(), _SMALLEST
    while size < len(raw):
        size *= 2
    return raw.ljust(size)
