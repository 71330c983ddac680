# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answering someone who left nothing but a code."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tejido.vocabulary import BadInput, code_list
from tejido.web.accounts.language import short_language
from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.intake import conversations
from tejido.web.intake.forms import ReplyForm
from tejido.web.intake.models import Contact, Reply
from tejido.web.security import audit
from tejido.web.security.access import requires
from tejido.web.security.once import once
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import open_all


@requires(Permission.CONTACT_EDIT)
@require_http_methods(["GET", "POST"])
@once
def write_reply(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Write an answer that only her code opens, and see which earlier ones were opened."""
    taken = Contact.objects.visible_to(request.user).filter(state__in=(Contact.State.TAKEN, Contact.State.CLOSED))
    contact = get_object_or_404(taken.select_related("conversation"), pk=pk)
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            conversations.write_reply(
                contact=contact, words=form.cleaned_data["words"], by=request.user, ring=request.ring,
                now=timezone.now(),
            )  # fmt: skip
        except BadInput as problem:
            form.add_error(None, problem.words[short_language()])
        else:
            say_next(request, _("The answer waits under her code."))
            return redirect("write_reply", contact.pk)
    return _page(request, contact, form)


def _page(request: StaffRequest, contact: Contact, form: ReplyForm) -> HttpResponse:
    opened = contact.opened(request.ring)
    replies = Reply.objects.filter(contact=contact).select_related("by").order_by("written_at")
    audit.record("contact.read", by=request.user, record=contact)
    context: dict[str, Any] = {
        "contact": contact,
        "form": form,
        "replies": open_all(replies, request.ring),
        "can_answer": conversations.can_answer(contact, opened.return_key),
        "only_here": opened.reply_safety not in code_list("reply_safety").where(may_reply=True),
        "others": Contact.objects.visible_to(request.user).filter(conversation=contact.conversation_id or contact.pk)
        .exclude(pk=contact.pk).order_by("received_at").defer("arrival", *Contact.sealed_names()),
    }  # fmt: skip
    return render(request, "intake/write_reply.html", context, status=422 if form.errors else 200)
