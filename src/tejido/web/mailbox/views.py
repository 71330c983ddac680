# SPDX-License-Identifier: AGPL-3.0-or-later
"""The partner door: raw bytes in, a signed receipt out."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from tejido.exchange import Refused
from tejido.web.mailbox import actions, anchoring


@login_not_required
@csrf_exempt  # no browser, no cookie: the signature inside the message says who it is from
@require_POST
def receive_message(request: HttpRequest) -> HttpResponse:
    """Take a message, or refuse it; either way the receipt is signed, and 422 means refused."""
    now = timezone.now()
    try:
        answer = actions.receive(raw=request.body, now=now)
    except RequestDataTooBig:
        receipt = actions.refuse(raw=b"", verdict=Refused("too_large"), now=now)
        return HttpResponse(receipt, status=413, content_type="application/json")
    return HttpResponse(answer.receipt, status=200 if answer.taken else 422, content_type="application/json")


@login_not_required
@csrf_exempt  # as above: its signature says who it is from
@require_POST
def receive_anchor(request: HttpRequest) -> HttpResponse:
    """Countersign where a partner's audit stands; 422 without a word for whoever is no partner."""
    try:
        answer = anchoring.receive_anchor(raw=request.body, now=timezone.now())
    except RequestDataTooBig:
        return HttpResponse(status=413)
    return HttpResponse(answer or b"", status=200 if answer else 422, content_type="application/json")


@login_not_required
@require_GET
def show_health(request: HttpRequest) -> HttpResponse:
    """Is the door open? Says nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")
