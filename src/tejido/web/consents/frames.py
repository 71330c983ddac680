# SPDX-License-Identifier: AGPL-3.0-or-later
"""Releases as the library's values: the bridge to `tejido.agreements`, which decides on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext as _

from tejido.agreements import Decision, Pack, Release, policy_pack
from tejido.vocabulary import Words, code_list
from tejido.web.accounts.language import short_language
from tejido.web.cases.models import Case, Person
from tejido.web.consents import models
from tejido.web.directory.models import Service
from tejido.web.mailbox.models import Partner
from tejido.web.security.keyring import KeyRing
from tejido.web.security.sealing import Opened, open_all


class NotAllowed(Exception):
    """The gate stayed shut. `decision` says why, in words."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__(", ".join(reason.code for reason in decision.reasons))


def our_rules() -> Pack:
    """The policy pack of this organisation, with the regimes its operator names (all of them where it names none)."""
    operator = settings.TEJIDO.operator
    return policy_pack(operator.pack, regimes=operator.regimes or None)


def local_day(at: datetime) -> date:
    """The organisation's own day at that moment: releases are dated by it."""
    return at.astimezone(settings.TEJIDO.time_zone).date()


def as_value(opened: Opened) -> Release:
    """One release as the gate reads it; a withdrawal stands in clear beside the sealed terms."""
    release = Release.from_mapping(opened.terms)
    if opened.record.state == models.Release.State.REVOKED:  # type: ignore[attr-defined]
        return replace(release, revoked_on=local_day(opened.record.state_changed_at))  # type: ignore[attr-defined]
    return release


def releases_of(case: Case, ring: KeyRing) -> list[Opened]:
    """Every release of the case, opened, the newest first."""
    return open_all(models.Release.objects.filter(case=case).order_by("-recorded_at"), ring)


def values_of(case: Case, ring: KeyRing) -> list[Release]:
    """The same as values for the gate."""
    return [as_value(opened) for opened in releases_of(case, ring)]


def recipient_names() -> dict[str, Words]:
    """Name in both languages by what a release calls the recipient."""
    partners: dict[str, Words] = {partner.code: dict(partner.name) for partner in Partner.objects.order_by("code")}
    for service in Service.objects.order_by("organisation", "code"):
        partners[service.recipient] = {
            language: f"{service.organisation}: {service.name[language]}" for language in ("en", "es")
        }
    return partners


def recipient_choices() -> list[tuple[str, str]]:
    """The same as choices of a form."""
    language = short_language()
    return [(code, names[language]) for code, names in recipient_names().items()]


def survivors_of(case: Case, ring: KeyRing) -> list[tuple[Opened, str]]:
    """Survivors of the case one can ask, with what the form calls them."""
    asked = [one for one in _protected(case, ring) if not one.unnamed_group]
    return [(one, _called(one, number)) for number, one in enumerate(asked, start=1)]


def groups_of(case: Case, ring: KeyRing) -> list[tuple[Opened, str]]:
    """People of the case whose names nobody knows, with what the form calls them."""
    groups = [one for one in _protected(case, ring) if one.unnamed_group]
    return [(one, _("People without names (about %(number)s)") % {"number": one.count_best}) for one in groups]


def _protected(case: Case, ring: KeyRing) -> list[Opened]:
    roles = set(code_list("person_role").where(counted_as="victim"))
    people = open_all(Person.objects.filter(case=case).order_by("added_at"), ring)
    return [one for one in people if one.role in roles]


def _called(one: Opened, number: int) -> str:
    names = one.names or []
    known = " ".join(filter(None, (names[0].get("given"), names[0].get("paternal_surname")))) if names else ""
    return known or _("Survivor %(number)s") % {"number": number}
