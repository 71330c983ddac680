# SPDX-License-Identifier: AGPL-3.0-or-later
"""Published figures, for anyone: the list of editions, and each file as it was signed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tejido.web.accounts.language import short_language
from tejido.web.outreach.models import PublishedEdition, PublishedFile

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "pdf": "application/pdf",
    "svg": "image/svg+xml",
}


@require_safe
def list_figures(request: HttpRequest) -> HttpResponse:
    """Every edition, newest first; those that were corrected last."""
    editions = PublishedEdition.objects.select_related("replaced_by").order_by("-published_at")
    context = {
        "current": [one for one in editions if one.replaced_by is None],
        "corrected": [one for one in editions if one.replaced_by is not None],
        "spoken": short_language(),
    }
    return render(request, "outreach/list_figures.html", context)


@require_safe
def show_figures(request: HttpRequest, code: str, path: str) -> HttpResponse:
    """One file of an edition."""
    found = PublishedFile.objects.filter(edition__code=code, path=path).first()
    if found is None:
        raise Http404
    return edition_file(path, bytes(found.content))


def edition_file(path: str, content: bytes) -> HttpResponse:
    """A file as it was signed, under the type its name says."""
    return HttpResponse(content, content_type=_TYPES.get(path.rpartition(".")[2], "application/octet-stream"))
