# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a provider's people see: packets by code, one packet, their colleagues."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tejido.vocabulary import BadInput
from tejido.web.accounts.language import short_language
from tejido.web.accounts.members import awaiting, inside
from tejido.web.accounts.models import Member, Team
from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.packets import actions, providers
from tejido.web.packets.forms import AnswerForm
from tejido.web.packets.models import Packet
from tejido.web.packets.wording import facts_in_words
from tejido.web.security import audit
from tejido.web.security.access import requires
from tejido.web.security.permissions import Permission

_MOST = 200


@requires(Permission.PACKET_READ)
@require_GET
def list_packets(request: StaffRequest) -> HttpResponse:
    """Packets by code: what waits for an answer first. No name and no fact stands in a list."""
    packets = Packet.objects.visible_to(request.user).defer(*Packet.sealed_names()).order_by("-sent_at")[:_MOST]
    today = actions.local_day(timezone.now())
    here = [packet for packet in packets if packet.is_open(today)]
    over = [packet for packet in packets if not packet.is_open(today)]
    audit.record("packet.listed", by=request.user, count=len(here) + len(over))
    return render(request, "packets/list_packets.html", {"here": here, "over": over})


@requires(Permission.PACKET_READ)
@require_GET
def show_packet(request: StaffRequest, packet_id: UUID) -> HttpResponse:
    """One packet; what is over says so and shows nothing."""
    return _shown(request, _packet(request, packet_id))


@requires(Permission.PACKET_ANSWER)
@require_POST
def answer_packet(request: StaffRequest, packet_id: UUID) -> HttpResponse:
    """Accept, decline, say what came of it."""
    packet = _packet(request, packet_id)
    form = AnswerForm(request.POST, packet=packet)
    if not form.is_valid():
        return _shown(request, packet, form)
    try:
        actions.answer_packet(packet=packet, **form.cleaned_data, by=request.user, ring=request.ring,
                              now=timezone.now())  # fmt: skip
    except BadInput as refused:
        form.add_error(None, refused.words[short_language()])
        return _shown(request, _packet(request, packet_id), form)
    say_next(request, _("Your answer was sent to the hotline."))
    return redirect("show_packet", packet.pk)


@requires(Permission.PACKET_READ)
@require_GET
def list_colleagues(request: StaffRequest) -> HttpResponse:
    """Who else opens what is sent here, and who waits to be let in."""
    return _colleagues(request)


@requires(Permission.PACKET_ANSWER)
@require_POST
def let_colleague_in(request: StaffRequest, member_id: UUID) -> HttpResponse:
    """Let a colleague open what is sent here."""
    own = Team.objects.filter(pk__in=request.user.team_ids)
    member = get_object_or_404(Member.objects.filter(awaiting__team__in=own), pk=member_id)
    try:
        providers.let_colleague_in(member=member, by=request.user, ring=request.ring)
    except BadInput as refused:
        return _colleagues(request, problem=refused.words[short_language()])
    return redirect("list_colleagues")


def _packet(request: StaffRequest, packet_id: UUID) -> Packet:
    return get_object_or_404(Packet.objects.visible_to(request.user), pk=packet_id)


def _shown(request: StaffRequest, packet: Packet, form: AnswerForm | None = None) -> HttpResponse:
    now = timezone.now()
    context: dict[str, Any] = {"packet": packet, "facts": None}
    if packet.is_open(actions.local_day(now)):
        opened = actions.open_packet(packet=packet, by=request.user, ring=request.ring, now=now)
        context["facts"] = facts_in_words(opened.facts, short_language())
        context["form"] = form or AnswerForm(packet=opened.record)
    return render(request, "packets/show_packet.html", context, status=422 if form is not None else 200)


def _colleagues(request: StaffRequest, problem: str = "") -> HttpResponse:
    team = Team.objects.filter(pk__in=request.user.team_ids).first()
    members = inside(team) if team else []
    audit.record("team.listed", by=request.user, count=len(members))
    context = {"members": members, "waiting": awaiting(team) if team else [], "problem": problem}
    return render(request, "packets/list_colleagues.html", context, status=422 if problem else 200)
