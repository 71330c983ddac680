# SPDX-License-Identifier: AGPL-3.0-or-later
"""Discarding what is junk: tick, look through, press; and bringing back."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.intake import discarding
from tejido.web.intake.models import Contact
from tejido.web.intake.paging import SIZE
from tejido.web.security.access import requires
from tejido.web.security.once import once
from tejido.web.security.permissions import Permission


@requires(Permission.CONTACT_TAKE)
@require_POST
def look_through_contacts(request: StaffRequest) -> HttpResponse:
    """How the ticked ones begin. What speaks of danger is not ticked here: each is ticked by itself."""
    waiting = Contact.objects.visible_to(request.user).waiting().filter(pk__in=_ticked(request))
    seen = discarding.look_through(contacts=waiting, by=request.user, ring=request.ring)
    if not seen:
        return _nothing_ticked(request)
    context = {"seen": seen, "any_danger": any(each.danger for each in seen)}
    return render(request, "intake/look_through_contacts.html", context)


@requires(Permission.CONTACT_TAKE)
@require_POST
@once
def discard_contacts(request: StaffRequest) -> HttpResponse:
    """Put aside what is ticked; what someone took meanwhile is left alone, and said."""
    done, left = discarding.discard_contacts(ids=_ticked(request), by=request.user, now=timezone.now())
    if not done and not left:
        return _nothing_ticked(request)
    words = ngettext(
        "%(count)s contact is discarded. It can be brought back under Discarded.",
        "%(count)s contacts are discarded. They can be brought back under Discarded.",
        len(done),
    ) % {"count": len(done)}
    if left:
        return render(request, "intake/left_alone.html", {"left": left, "words": words}, status=409)
    say_next(request, words)
    return redirect("list_contacts")


@requires(Permission.CONTACT_TAKE)
@require_POST
def bring_back_contact(request: StaffRequest, pk: UUID) -> HttpResponse:
    """It waits again."""
    contact = get_object_or_404(Contact.objects.visible_to(request.user), pk=pk)
    if discarding.bring_back_contact(contact=contact, by=request.user, now=timezone.now()):
        say_next(request, _("Contact %(code)s waits again.") % {"code": contact.code})
    return redirect("edit_contact", pk)


def _nothing_ticked(request: StaffRequest) -> HttpResponse:
    say_next(request, _("No contact was ticked that still waits. Nothing was changed."))
    return redirect("list_contacts")


def _ticked(request: StaffRequest) -> set[UUID]:
    """The ids of one page at most; what is no id is nobody's."""
    found = set()
    for text in request.POST.getlist("contact")[:SIZE]:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found
