# SPDX-License-Identifier: AGPL-3.0-or-later
"""The directory: finding a service, reading it, writing it down."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tejido.web.accounts.requests import StaffRequest
from tejido.web.directory import actions
from tejido.web.directory.forms import FindServiceForm, ServiceForm
from tejido.web.directory.models import Service
from tejido.web.security.access import allows, requires
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import StaleRevision


@requires(Permission.REFERRAL_SEND)
def list_services(request: StaffRequest) -> HttpResponse:
    """Services by need, language and state. The directory is public knowledge: looking is not audited."""
    form = FindServiceForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    services = Service.objects.visible_to(request.user).active().offering(**wanted)
    context = {"form": form, "services": services, "may_edit": allows(request.user, Permission.SERVICE_EDIT)}
    return render(request, "directory/list_services.html", context)


@requires(Permission.REFERRAL_SEND)
def show_service(request: StaffRequest, service_id: UUID) -> HttpResponse:
    """One service; a confidential address stays sealed."""
    return _shown(request, _service(request, service_id))


@require_POST
@requires(Permission.REFERRAL_SEND)
def open_service_address(request: StaffRequest, service_id: UUID) -> HttpResponse:
    """The address, shown once on purpose: the answer is never stored, and it is noted who asked."""
    service = _service(request, service_id)
    return _shown(request, service, address=actions.open_address(service=service, by=request.user, ring=request.ring))


@requires(Permission.SERVICE_EDIT)
def add_service(request: StaffRequest) -> HttpResponse:
    """Write down a service."""
    posted = request.POST if request.method == "POST" else None
    form = ServiceForm(posted)
    if request.method == "POST" and form.is_valid():
        service = actions.add_service(
            values=form.values(), address=form.cleaned_data["address"], by=request.user, ring=request.ring,
            verified_on=_today(),
        )  # fmt: skip
        return redirect("show_service", service.pk)
    return _form(request, form, None)


@requires(Permission.SERVICE_EDIT)
def edit_service(request: StaffRequest, service_id: UUID) -> HttpResponse:
    """Change a service; saving says that someone has made sure of it today."""
    service = _service(request, service_id)
    form = ServiceForm(request.POST) if request.method == "POST" else ServiceForm.of(service)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_service(
                service=service, values=form.values(), address=form.cleaned_data["address"] or None,
                expected=form.cleaned_data["revision"] or 0, by=request.user, ring=request.ring, verified_on=_today(),
            )  # fmt: skip
        except StaleRevision as stale:
            form.add_error(None, _("Someone else changed this service meanwhile. What stands now is shown below."))
            service = stale.record
        else:
            return redirect("show_service", service.pk)
    return _form(request, form, service)


def _today():  # type: ignore[no-untyped-def]
    return timezone.now().astimezone(settings.TEJIDO.time_zone).date()


def _service(request: StaffRequest, service_id: UUID) -> Service:
    return get_object_or_404(Service.objects.visible_to(request.user), pk=service_id)


def _shown(request: StaffRequest, service: Service, address: str | None = None) -> HttpResponse:
    context = {"service": service, "address": address, "may_edit": allows(request.user, Permission.SERVICE_EDIT)}
    return render(request, "directory/show_service.html", context)


def _form(request: StaffRequest, form: ServiceForm, service: Service | None) -> HttpResponse:
    context = {"form": form, "service": service}
    return render(request, "directory/edit_service.html", context, status=422 if form.errors else 200)
