# SPDX-License-Identifier: AGPL-3.0-or-later
"""Giving and ending access; letting colleagues into one's own teams and taking them out."""

from __future__ import annotations

from base64 import b32encode
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tejido.vocabulary import BadInput
from tejido.web.accounts import staffing
from tejido.web.accounts.actions import NewMember
from tejido.web.accounts.forms import CaseloadForm, MemberForm, NewcomerForm
from tejido.web.accounts.language import short_language
from tejido.web.accounts.members import awaiting, inside, newcomers, who_lets_in
from tejido.web.accounts.models import Member, Team
from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.accounts.tries import kept_out
from tejido.web.accounts.views import show_members
from tejido.web.security import audit
from tejido.web.security.access import requires
from tejido.web.security.permissions import Permission
from tejido.web.security.roles import PROVIDER


@requires(Permission.MEMBER_EDIT)
def add_member(request: StaffRequest) -> HttpResponse:
    """Give someone access. Her first password and the secret for her second factor are shown once, here."""
    form = MemberForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made, password = staffing.add_member(**form.cleaned_data, by=request.user, now=timezone.now())
        except BadInput as refused:
            form.add_error("login", refused.words[short_language()])
        else:
            return render(request, "accounts/member_added.html", shown_once(made, password) | {"added": True})
    return render(request, "accounts/add_member.html", {"form": form}, status=422 if form.errors else 200)


def shown_once(made: NewMember, password: str) -> dict[str, Any]:
    """Context of `member_added.html`: what she is given in person."""
    secret, node = b32encode(made.totp_secret).decode(), settings.TEJIDO.node
    address = f"otpauth://totp/{quote(f'{node}:{made.member.login}')}?secret={secret}&issuer={node}"
    theirs = settings.TEJIDO.addresses["providers"] if PROVIDER in made.member.roles else ""
    return {"member": made.member, "password": password, "secret": secret, "authenticator": address,
            "providers_door": theirs}  # fmt: skip


@requires(Permission.MEMBER_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def replace_password(request: StaffRequest, member_id: UUID) -> HttpResponse:
    """She lost her password or her authenticator. Says what will happen; once pressed, shows what to give her."""
    member = get_object_or_404(Member, pk=member_id)
    problem = ""
    if request.method == "POST":
        try:
            made, password = staffing.replace_password(
                member=member, by=request.user, ring=request.ring, now=timezone.now()
            )
        except BadInput as refused:
            problem = refused.words[short_language()]
        else:
            return render(request, "accounts/member_added.html", shown_once(made, password))
    context = {"member": member, "teams": who_lets_in(member), "problem": problem}
    return render(request, "accounts/replace_password.html", context, status=422 if problem else 200)


@requires(Permission.MEMBER_EDIT)
@require_POST
def end_access(request: StaffRequest, member_id: UUID) -> HttpResponse:
    """She no longer works here."""
    member = get_object_or_404(Member, pk=member_id)
    try:
        staffing.end_access(member=member, by=request.user, ring=request.ring, now=timezone.now())
    except BadInput as refused:
        return show_members(request, problem=refused.words[short_language()])
    return redirect("list_members")


@requires(Permission.MEMBER_EDIT)
@require_POST
def give_access_back(request: StaffRequest, member_id: UUID) -> HttpResponse:
    """She is back, or it was a mistake."""
    member = get_object_or_404(Member, pk=member_id)
    staffing.give_access_back(member=member, by=request.user, now=timezone.now())
    return redirect("list_members")


@requires(Permission.TEAM_EDIT)
@require_GET
def list_teams(request: StaffRequest) -> HttpResponse:
    """The teams one is in, and who else is."""
    return _teams(request)


@requires(Permission.TEAM_EDIT)
@require_POST
def let_in(request: StaffRequest, team_id: UUID) -> HttpResponse:
    """Let a colleague in. Where her key is new, it is shown first, to be compared with her by voice."""
    team = _mine(request, team_id)
    form = NewcomerForm(request.POST, members=newcomers(team) + awaiting(team))
    if not form.is_valid():
        return _teams(request, wrong=(team, form))
    member, key = Member.objects.get(pk=form.cleaned_data["member"]), form.cleaned_data["key"]
    if not member.signature and not key and member.password_given_at is None:
        return render(request, "accounts/compare_key.html", {"team": team, "member": member})
    try:
        staffing.let_in(member=member, team=team, by=request.user, ring=request.ring, key=key)
    except BadInput as refused:
        return _teams(request, problem=refused.words[short_language()])
    return redirect("list_teams")


@requires(Permission.TEAM_EDIT)
@require_POST
def take_out(request: StaffRequest, team_id: UUID, member_id: UUID) -> HttpResponse:
    """Take a colleague out; those who stay get new keys."""
    team, member = _mine(request, team_id), get_object_or_404(Member, pk=member_id)
    try:
        staffing.take_out(member=member, team=team, by=request.user, ring=request.ring)
    except BadInput as refused:
        return _teams(request, problem=refused.words[short_language()])
    return redirect("list_teams")


@requires(Permission.TEAM_EDIT)
@require_POST
def renew_keys(request: StaffRequest, team_id: UUID) -> HttpResponse:
    """Give the team new keys."""
    try:
        staffing.renew_keys(team=_mine(request, team_id), by=request.user, ring=request.ring)
    except BadInput as refused:
        return _teams(request, problem=refused.words[short_language()])
    say_next(request, _("The team has new keys. Nobody has to do anything."))
    return redirect("list_teams")


@requires(Permission.TEAM_EDIT)
@require_POST
def add_caseload(request: StaffRequest) -> HttpResponse:
    """A new team that carries cases, with oneself as its first member."""
    form = CaseloadForm(request.POST)
    if form.is_valid():
        try:
            staffing.add_caseload(**form.cleaned_data, by=request.user, ring=request.ring)
        except BadInput as refused:
            form.add_error("name", refused.words[short_language()])
        else:
            say_next(request, _("The caseload is made. Let a colleague in."))
            return redirect("list_teams")
    return _teams(request, caseload=form)


def _mine(request: StaffRequest, team_id: UUID) -> Team:
    return get_object_or_404(_own(request), pk=team_id)


def _own(request: StaffRequest) -> QuerySet[Team]:
    """One's teams; a caseload's compartment teams come and go with it."""
    return Team.objects.filter(pk__in=request.user.team_ids, caseload=None).order_by("name")


def _teams(
    request: StaffRequest, *, wrong: tuple[Team, NewcomerForm] | None = None, problem: str = "",
    caseload: CaseloadForm | None = None,
) -> HttpResponse:  # fmt: skip
    teams: list[dict[str, Any]] = []
    waiting: set[UUID] = set()
    for team in _own(request):
        form = wrong[1] if wrong and wrong[0] == team else NewcomerForm(
            members=newcomers(team), auto_id=f"id_{team.pk}_%s"
        )  # fmt: skip
        teams.append({"team": team, "members": inside(team), "awaiting": awaiting(team), "form": form})
        waiting |= kept_out(teams[-1]["members"], timezone.now())
    audit.record("team.listed", by=request.user, count=len(teams))
    context = {"teams": teams, "problem": problem, "caseload": caseload or CaseloadForm(), "kept_out": waiting}
    return render(request, "accounts/list_teams.html", context, status=422 if wrong or problem or caseload else 200)
