# SPDX-License-Identifier: AGPL-3.0-or-later
"""Services a person can be referred to. A confidential address is sealed and never leaves the server."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tejido.web.security.fields import SealedField
from tejido.web.security.sealing import SealedRecord


class ServiceQuerySet(models.QuerySet["Service"]):
    """Named readings."""

    def visible_to(self, user) -> ServiceQuerySet:  # type: ignore[no-untyped-def]
        """Every service of this organisation's directory."""
        return self if user.is_authenticated else self.none()

    def active(self) -> ServiceQuerySet:
        """Those that take people now."""
        return self.filter(status="active")

    def offering(self, *, need: str = "", language: str = "", state: str = "") -> list[Service]:
        """Those that offer `need`, speak `language` and serve `state`, in order of organisation; each may be empty."""
        return [
            service
            for service in self.order_by("organisation", "code")
            if (not need or need in service.needs)
            and (not language or language in service.languages)
            and (not state or not service.states or state in service.states)
        ]


class Service(SealedRecord):
    """One service (HSDS: service at an organisation): what it offers, to whom, in which languages, where."""

    key_scope = "service"

    OPEN_COLUMNS: ClassVar = {
        "id": "random",
        "key": "random",
        "revision": "number of saves",
        "code": "short code to say aloud",
        "organisation": "public name",
        "name": "public, in both languages",
        "kind": "code list recipient_kind: what the law calls it",
        "needs": "what it offers, code list service_need",
        "languages": "spoken there",
        "country": "where",
        "states": "states served; empty: all",
        "phone": "public",
        "hours": "public, in both languages",
        "eligibility": "public, in both languages",
        "minimum_age": "public",
        "maximum_age": "public",
        "status": "HSDS status",
        "address_confidential": "true: only the sealed address exists",
        "verified_on": "when someone last made sure",
    }

    code = models.CharField(max_length=12, unique=True)
    organisation = models.CharField(max_length=120)
    name = models.JSONField()
    kind = models.CharField(max_length=30, default="service")
    needs = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    country = models.CharField(max_length=2)
    states = models.JSONField(default=list)
    phone = models.CharField(max_length=30)
    hours = models.JSONField(default=dict)
    eligibility = models.JSONField(default=dict)
    minimum_age = models.PositiveSmallIntegerField(null=True)
    maximum_age = models.PositiveSmallIntegerField(null=True)
    status = models.CharField(max_length=20, default="active")
    address_confidential = models.BooleanField(default=False)
    verified_on = models.DateField()
    address = SealedField()

    objects = ServiceQuerySet.as_manager()

    @property
    def recipient(self) -> str:
        """How a release names this service."""
        return f"service:{self.code}"
