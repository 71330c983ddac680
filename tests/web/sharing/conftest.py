# SPDX-License-Identifier: Apache-2.0
"""A case with everything a hand-over can carry, a partner, an agreement."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.web.sharing.partner import Us, agreement

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)  # half past midnight in Mexico City: a night call


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def us(cast) -> Us:
    from tejido.web.mailbox.actions import add_partner

    us = Us()
    add_partner(card=us.card(), by=cast.member("noor"), ring=cast.ring("noor"))
    return us


@pytest.fixture
def terms(cast, us):
    from tejido.web.mailbox.models import Partner
    from tejido.web.sharing.actions import add_agreement

    agreed = agreement()
    return add_agreement(
        agreement=agreed, partner=Partner.objects.get(pk="us"), partner_signature=us.agrees(agreed),
        by=cast.member("noor"), ring=cast.ring("noor"),
    )  # fmt: skip


@pytest.fixture
def case(cast):
    return make_case(cast).case


def make_case(cast, login: str = "chen") -> SimpleNamespace:
    from tejido.web.cases import actions

    chen, ring = cast.member(login), cast.ring(login)
    case = actions.open_case(by=chen, ring=ring, now=NOW)
    survivor = actions.add_person(
        case=case, by=chen, ring=ring,
        values={
            "role": "survivor", "age_at_contact": "adult", "gender": "female", "nationalities": ["MX"],
            "primary_language": "es", "type_of_trafficking": "labor", "labor_industries": ["agriculture_farms"],
            "names": [{"kind": "full", "given": "Inés", "paternal_surname": "Prueba", "maternal_surname": "Uno"}],
            "identifiers": [{"kind": "phone", "value": "919-555-0101"}],
        },
    )  # fmt: skip
    actions.add_person(
        case=case,
        by=chen,
        ring=ring,
        values={"role": "survivor", "unnamed_group": True, "count_low": 30, "count_best": 40, "count_high": 50},
    )
    actions.add_person(
        case=case,
        by=chen,
        ring=ring,
        values={"role": "potential_trafficker", "identifiers": [{"kind": "phone", "value": "919-555-0102"}]},
    )
    place = {"kind": "exploitation", "country": "US", "state": "US-NC"}
    actions.add_place(case=case, values=place, by=chen, ring=ring)
    return SimpleNamespace(case=case, survivor=survivor)


def from_today() -> dict[str, date]:
    """Days of a release that holds on the day the test runs, for pages that ask the real clock."""
    from django.conf import settings

    today = datetime.now(UTC).astimezone(settings.TEJIDO.time_zone).date()
    return {"given_on": today, "starts_on": today, "expires_on": today + timedelta(days=30)}


def release(cast, case, login: str = "chen", **changes: Any):
    """A release recorded through the action, to `us` for a hand-over unless changed."""
    from tejido.web.cases.models import Person
    from tejido.web.consents.actions import record_release

    ring = cast.ring(login)
    people = [one.opened(ring) for one in Person.objects.filter(case=case)]
    survivor = next(one for one in people if one.role == "survivor" and not one.unnamed_group)
    values: dict[str, Any] = {
        "person": str(survivor.record.pk), "recipient": "us", "purpose": "hand_over",
        "fields": frozenset({"person_name", "preferred_language", "coworkers", "trafficker_phone", "places"}),
        "given_on": date(2026, 11, 22), "starts_on": date(2026, 11, 22), "expires_on": date(2026, 12, 22),
        "how": "spoken", "language": "es", "person_language": "es", "notice_version": "2026-01",
        "authenticated": True, "minor": False, **changes,
    }  # fmt: skip
    words = "" if values["how"] == "signed" else "Sí, díganles mi nombre y que somos cuarenta."
    return record_release(case=case, terms=values, exact_words=words, interpreter="", by=cast.member(login), ring=ring,
                          now=NOW)  # fmt: skip
