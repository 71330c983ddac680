# SPDX-License-Identifier: AGPL-3.0-or-later
"""Adding a file to a case, looking at it, taking it out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, UnreadablePostError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tejido.web.accounts.requests import StaffRequest
from tejido.web.accounts.saying import say_next
from tejido.web.cases.models import Case
from tejido.web.files import actions, pages
from tejido.web.files.arriving import Arrival
from tejido.web.files.forms import FileForm
from tejido.web.files.models import Attachment
from tejido.web.files.receiving import Passage, Passing, SealingUpload, still_signed_in
from tejido.web.files.scanning import virus_scan
from tejido.web.security import audit
from tejido.web.security.access import allows, requires
from tejido.web.security.once import once
from tejido.web.security.permissions import Permission
from tejido.web.security.streaming import LARGEST_BODY, LARGEST_FILE, begin_body, streams


def _form(request: StaffRequest, case: Case, form: FileForm, *, problem: str = "", status: int = 200) -> HttpResponse:
    if problem:
        form.add_error("file", problem)
    return render(request, "files/add_file.html", {"form": form, "case": case}, status=status)


# The form's token is asked for by `_receive`: it stands in the body, which is read once it is known who sends it.
@requires(Permission.CASE_EDIT)
@streams
@csrf_exempt
@require_http_methods(["GET", "POST"])
def add_file(request: StaffRequest, pk: UUID) -> HttpResponse:
    """A file that belongs to the case."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    if request.method == "GET":
        return _form(request, case, FileForm())
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        return _form(request, case, FileForm({}), problem=_("This file is larger than 2 GB."), status=413)
    passage, arrival = Passage(request.user.pk), Arrival(scan=virus_scan())
    try:
        if not passage.granted or not begin_body(request):
            return _form(request, case, FileForm({}), problem=_BUSY(), status=503)
        request.upload_handlers = [SealingUpload(request, arrival, "file")]
        return _receive(request, case, arrival)
    except UnreadablePostError:  # gone before the end
        return HttpResponse(status=400)
    except OSError:
        problem = _("The file could not be stored: the disk on our side is full or broken. Nothing of it was kept.")
        return _form(request, case, FileForm({}), problem=problem, status=503)
    finally:
        arrival.discard()
        passage.close()


def _BUSY() -> str:  # noqa: N802
    return _("Too many files are on their way at this moment. Wait until one has arrived, then send this one again.")


@csrf_protect
def _receive(request: StaffRequest, case: Case, arrival: Arrival) -> HttpResponse:
    form = FileForm(request.POST)
    if not form.is_valid():
        return _form(request, case, form, status=422)
    if not still_signed_in(request):
        return redirect("sign_in")
    if not arrival.whole:
        much = arrival.size and arrival.size > LARGEST_FILE - 1024**2
        problem = _("This file is larger than 2 GB.") if much else _("Choose a file.")
        return _form(request, case, form, problem=problem, status=422)
    prepared = actions.prepare(arrival)
    try:
        if prepared.refused and not form.cleaned_data["keep_original"]:
            audit.record("file.refused", by=request.user, record=case, status=prepared.virus_check)
            return _form(request, case, form, problem=_harmful(), status=422)
        # Two files sent from one page are two; one sent twice is one.
        typed = request.POST.copy()
        typed["digest"] = arrival.digest
        request.POST = typed  # type: ignore[assignment]  # Django lets it be set
        return _keep(request, case, form, prepared)
    finally:
        prepared.discard()


def _harmful() -> str:
    return _(
        "The antivirus found something harmful in this file; it was not kept. Where it is evidence, send it again and "
        "keep the original: it can then be downloaded, and nothing else."
    )


@once
def _keep(request: StaffRequest, case: Case, form: FileForm, prepared: actions.Prepared) -> HttpResponse:
    given = {name: form.cleaned_data[name] for name in ("about", "keep_original")}
    kept = actions.add_file(
        case=case, prepared=prepared, by=request.user, ring=request.ring, now=timezone.now(), **given
    )
    say_next(request, _("Saved."))
    return redirect("show_file", kept.pk)


def _file(request: StaffRequest, pk: UUID) -> Attachment:
    return get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)


def _hers(request: StaffRequest) -> dict[str, Any]:
    return {"by": request.user, "ring": request.ring}


@requires(Permission.CASE_READ)
@require_GET
def show_file(request: StaffRequest, pk: UUID) -> HttpResponse:
    """What it is, what was done to it, and itself where that is safe."""
    attachment = _file(request, pk)
    opened = attachment.opened(request.ring)
    audit.record("file.read", by=request.user, record=attachment)
    context = pages.facts(opened) | {"case": attachment.case, "shown_as": pages.shown_as(opened)}
    if context["shown_as"] == "text":
        context["text"] = pages.as_text(actions.open_file(attachment=attachment, **_hers(request)))
    context["may_edit"] = allows(request.user, Permission.CASE_EDIT, record=attachment.case)
    context["cleaned"] = Attachment.objects.filter(original=attachment).first()
    return render(request, "files/show_file.html", context)


@requires(Permission.CASE_READ)
@require_GET
def show_picture(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The picture itself, for the page that shows it."""
    attachment = _file(request, pk)
    opened = attachment.opened(request.ring)
    if pages.shown_as(opened) != "picture":
        raise Http404
    return pages.as_picture(opened, actions.open_file(attachment=attachment, **_hers(request)))


@requires(Permission.CASE_READ)
@streams
@require_POST
def download_file(request: StaffRequest, pk: UUID) -> HttpResponse:
    """To be saved elsewhere. A POST: no link opens it."""
    attachment = _file(request, pk)
    opened, passage = attachment.opened(request.ring), Passage(request.user.pk)
    if not passage.granted or not begin_body(request):
        passage.close()
        context = {"case": attachment.case, "busy": _BUSY()}
        return render(request, "files/busy.html", context, status=503)
    try:
        parts = actions.open_file(attachment=attachment, **_hers(request))
    except BaseException:
        passage.close()
        raise
    passing, by_code = Passing(parts, passage), request.POST.get("name") == "code"
    return pages.as_download(opened, passing, by_code=by_code)  # type: ignore[return-value]  # every view's answer


@requires(Permission.CASE_EDIT)
@require_POST
def remove_file(request: StaffRequest, pk: UUID) -> HttpResponse:
    """It and its key are gone for good."""
    attachment = _file(request, pk)
    case_id = attachment.case_id
    actions.remove_file(attachment=attachment, by=request.user)
    say_next(request, _("Removed."))
    return redirect("show_case", case_id)
