# SPDX-License-Identifier: AGPL-3.0-or-later
"""Partner organisations: our card for them, their cards, compared by voice before they are believed."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from tejido.vocabulary import BadInput
from tejido.web.accounts.language import short_language
from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.mailbox.actions import add_partner, refuse_older, renew_partner, signing_keys_between
from tejido.web.mailbox.cards import card_fingerprint, our_card, read_card
from tejido.web.mailbox.models import Partner
from tejido.web.security.access import requires
from tejido.web.security.permissions import Permission


class CardForm(forms.Form):
    """A partner's card, as its text."""

    card = forms.CharField(
        label=gettext_lazy("Their card"), strip=True, widget=forms.Textarea({"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy("The whole text of the file they sent, from { to }. How it reached you does not matter: "
                               "in the next step you compare it by telephone."),
    )  # fmt: skip
    lost = forms.BooleanField(
        label=gettext_lazy("Their earlier key was lost, or someone else may have it: do not believe it from today on"),
        required=False,
    )


@require_GET
@requires(Permission.PARTNER_EDIT)
def list_partners(request: StaffRequest) -> HttpResponse:
    """Who they are, and our own card."""
    context: dict[str, Any] = {"partners": Partner.objects.order_by("code")}
    try:
        context["fingerprint"] = card_fingerprint(our_card())
    except BadInput as problem:  # in the middle of a change there is none
        context["problem"] = problem.words[short_language()]
    return render(request, "sharing/list_partners.html", context)


@require_GET
@requires(Permission.PARTNER_EDIT)
def download_card(request: StaffRequest) -> HttpResponse:
    """Our card as a file to send. Everything in it is public."""
    try:
        card = our_card()
    except BadInput:
        return redirect("list_partners")
    text = json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    named = {"Content-Disposition": f'attachment; filename="{card["code"]}-card.json"'}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=named)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_EDIT)
def take_card(request: StaffRequest) -> HttpResponse:
    """First the text; then what it says, and what they must read to you; then it is believed."""
    form = CardForm(request.POST if request.method == "POST" else None)
    card: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            card = read_card(form.cleaned_data["card"])
            known = Partner.objects.filter(pk=card["code"]).first()
            if request.POST.get("compared") == card_fingerprint(card):
                try:
                    return _believed(request, card, known, form.cleaned_data["lost"])
                except BadInput as problem:
                    if problem.code != "card.signing":
                        raise
                    form.add_error("lost", problem.words[short_language()])
            elif known is not None:
                refuse_older(known, card)
            return _compare(request, form, card, known)
        except BadInput as problem:
            form.add_error("card", problem.words[short_language()])
    return render(request, "sharing/take_card.html", {"form": form}, status=422 if form.errors else 200)


def _compare(request: StaffRequest, form: CardForm, card: dict[str, Any], known: Partner | None) -> HttpResponse:
    between = signing_keys_between(known, card) if known else []
    context = {
        "form": form, "card": card, "known": known, "fingerprint": card_fingerprint(card),
        "other_keys": known and (between != [] or bytes(known.transport_key).hex() != card["transport_key"]),
        "vouched_for": bool(between), "unvouched": between is None,
    }  # fmt: skip
    return render(request, "sharing/compare_card.html", context, status=422 if form.errors else 200)


def _believed(request: StaffRequest, card: dict[str, Any], known: Partner | None, lost: bool) -> HttpResponse:
    if known is None:
        add_partner(card=card, by=request.user, ring=request.ring)
        say_next(request, _("They are a partner now. What goes to them still needs an agreement."))
    else:
        renew_partner(card=card, lost=lost, by=request.user, ring=request.ring, now=timezone.now())
        say_next(request, _("Their newer card is in force."))
    return redirect("list_partners")
