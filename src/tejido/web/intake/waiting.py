# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long she waited for a person to answer: by her code, from what she wrote to the first answer; else, as noted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tejido.web.intake.models import Contact, Reply


def waited(contact: Contact, answers: Mapping[str, Any]) -> dict[str, int | None]:
    """`waited_minutes` for the coded row, None where nobody answered; empty where the wait was not measured.

    A call is measured by the telephone, not by us: it has the minutes an advocate noted. So has whatever came another
    way, and a form without a way back: how it was answered, nobody here sees.
    """
    if contact.conversation_id is None or not answers.get("return_key"):
        noted = answers.get("waited_minutes")
        return {} if noted is None else {"waited_minutes": noted}
    # An answer to what she wrote next answers this too.
    after = Reply.objects.filter(conversation=contact.conversation_id, written_at__gte=contact.received_at)
    first = after.order_by("written_at").values_list("written_at", flat=True).first()
    return {"waited_minutes": None if first is None else (first - contact.received_at) // timedelta(minutes=1)}
