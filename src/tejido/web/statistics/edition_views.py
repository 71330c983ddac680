# SPDX-License-Identifier: AGPL-3.0-or-later
"""Editions on the analyst's screens: what was lost, what an attacker would get, who signed; and what a figure means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tejido.statistics.definitions import indicators
from tejido.statistics.editions import contents
from tejido.statistics.editions.telling import changes_told, definition_of
from tejido.vocabulary import BadInput
from tejido.web.accounts.language import short_language
from tejido.web.accounts.requests import StaffRequest
from tejido.web.outreach.edition_views import edition_file
from tejido.web.security.access import requires
from tejido.web.security.permissions import Permission
from tejido.web.statistics import attempts, edition_pages, publishing
from tejido.web.statistics.actions import internal_sheet, newer_totals
from tejido.web.statistics.forms import CorrectionForm, SeedForm
from tejido.web.statistics.models import Edition, SheetRun
from tejido.web.statistics.seeds import keep_seed as keep
from tejido.web.statistics.seeds import read_seeds
from tejido.web.statistics.views import sheet_page


@requires(Permission.COUNT)
@require_GET
def list_editions(request: StaffRequest) -> HttpResponse:
    """Editions that wait for a signature, and those that are out."""
    mine = Edition.objects.filter(team_id__in=request.user.team_ids).select_related("made_by", "run")
    context = {
        "attempt": attempts.latest_attempt(request.user),
        "waiting": mine.filter(published_at__isnull=True).order_by("-made_at")[:20],
        "published": mine.filter(published_at__isnull=False).order_by("-published_at"),
    }
    return render(request, "statistics/list_editions.html", context)


@requires(Permission.SHEET_BUILD)
@require_POST
def make_edition(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Make an edition of a sheet; where its period is out already, as a correction that says why."""
    run = get_object_or_404(SheetRun, pk=pk, team_id__in=request.user.team_ids)
    form = CorrectionForm(request.POST)
    because = form.because() if form.is_valid() else None
    who: dict[str, Any] = {"by": request.user, "ring": request.ring, "now": timezone.now()}
    try:
        plan = publishing.plan_to_make(run=run, because=because, **who)
        attempts.start_attempt(plan=plan, session=request.signed_in.pk, **who)
    except BadInput as refused:
        return sheet_page(request, run, form, refused.line(short_language()))
    return redirect("show_attempt")


@requires(Permission.COUNT)
@require_GET
def show_attempt(request: StaffRequest) -> HttpResponse:
    """How far the edition is that is being made or signed; once it is done, the edition itself."""
    attempt = attempts.latest_attempt(request.user)
    if attempt is None:
        return redirect("list_editions")
    if attempt.state == attempt.State.DONE:
        return _gone_to(request, attempt.edition_id)
    refusal = attempt.opened(request.ring).refusal
    silent = attempts.is_silent(attempt, timezone.now())
    context = {
        "attempt": attempt,
        "running": attempt.state == attempt.State.RUNNING and not silent,
        "refusal": refusal,
        "steps": edition_pages.steps(attempt),
    }
    return render(request, "statistics/show_attempt.html", context)


def _gone_to(request: StaffRequest, edition: UUID | None) -> HttpResponse:
    """A page that asked by itself is told where to go; whoever asked for the page is sent there."""
    if not request.htmx:
        return redirect("show_edition", edition)
    return HttpResponse(headers={"HX-Redirect": reverse("show_edition", args=[edition])})


@requires(Permission.COUNT)
@require_GET
def show_edition(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Before and after, what was lost, what an attacker would get, what changed, and who signed."""
    return _page(request, _edition(request, pk))


@requires(Permission.SHEET_BUILD)
@require_POST
def keep_seed(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Seal the seed of public rows beside the edition."""
    edition, form = _edition(request, pk), SeedForm(request.POST)
    if not form.is_valid():
        return _page(request, edition, form=form)
    keep(edition=edition, seed=form.secret(), by=request.user, ring=request.ring, now=timezone.now())
    return redirect("show_edition", edition.pk)


@requires(Permission.SHEET_BUILD)
@require_POST
def show_seeds(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The seeds themselves; that they were read stands in the audit."""
    edition = _edition(request, pk)
    return _page(request, edition, seeds=read_seeds(edition=edition, by=request.user, ring=request.ring))


def _page(
    request: StaffRequest, edition: Edition, problem: str = "", *, form: SeedForm | None = None,
    seeds: Mapping[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    draft = publishing.read_edition(edition=edition, by=request.user, ring=request.ring)
    counted = internal_sheet(run=edition.run, by=request.user, ring=request.ring)
    value = publishing.edition_value(draft)
    signed = list(edition.sign_offs.select_related("member").order_by("pk"))
    context = {
        "edition": edition,
        "problem": problem,
        "value": value,
        "tables": edition_pages.tables(counted, draft),
        "lost": edition_pages.lost(draft),
        "readers": publishing.partners_who_read(edition.run, request.ring),
        "newer": newer_totals(edition.run),
        "changes": changes_told(value, short_language()),
        "signed": signed,
        "may_sign": edition.published_at is None and all(one.member_id != request.user.pk for one in signed),
        "manifest": bytes(edition.manifest).hex(),
        "seeds": edition.seeds.select_related("kept_by").defer("seed").order_by("kept_at"),
        "form": form or SeedForm(),
        "opened": seeds,
    }
    return render(request, "statistics/show_edition.html", context, status=422 if problem or form else 200)


@requires(Permission.EDITION_SIGN)
@require_POST
def sign_edition(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Sign, once the attack has found nothing; the second signature publishes."""
    edition = _edition(request, pk)
    who: dict[str, Any] = {"by": request.user, "ring": request.ring, "now": timezone.now()}
    try:
        plan = publishing.plan_to_sign(edition=edition, **who)
        attempts.start_attempt(plan=plan, session=request.signed_in.pk, **who)
    except BadInput as refused:
        return _page(request, edition, refused.line(short_language()))
    return redirect("show_attempt")


@requires(Permission.COUNT)
@require_GET
def show_edition_file(request: StaffRequest, pk: UUID, path: str) -> HttpResponse:
    """A file as it will be published, made again byte for byte."""
    edition = _edition(request, pk)
    draft = publishing.read_edition(edition=edition, by=request.user, ring=request.ring)
    content = contents(publishing.edition_value(draft)).get(path)
    if content is None:
        raise Http404
    return edition_file(path, content)


@requires(Permission.COUNT)
@require_GET
def show_definition(request: StaffRequest, indicator: str) -> HttpResponse:
    """What a figure means: the indicator and each of its tables."""
    if indicator not in indicators():
        raise Http404
    language = short_language()
    names = [None, *indicators()[indicator].breakdowns]
    context = {
        "definitions": [definition_of(indicator, by, language) for by in names],
        "text": edition_pages.definition_text(indicator),
    }
    return render(request, "statistics/show_definition.html", context)


def _edition(request: StaffRequest, pk: UUID) -> Edition:
    mine = Edition.objects.filter(team_id__in=request.user.team_ids).select_related("run", "made_by")
    return get_object_or_404(mine, pk=pk)
