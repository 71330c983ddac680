# SPDX-License-Identifier: Apache-2.0
"""The data team counts its own records on a page: how soon the line answers, and whether what was needed was given."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tejido.web.directory.models import Service
from tejido.web.intake.actions import save_contact, take_call
from tejido.web.referrals.actions import make_referral, report_outcome
from tejido.web.security.models import AuditEntry
from tests.web.directory.services import load
from tests.web.sharing.conftest import make_case

ADDRESS = "/sheets/count/"


def rows(page: str, heading: str) -> dict[str, str]:
    """Label and number of each row of a table."""
    table = page[page.index(f">{heading}<") :].split("</section>")[0]
    return dict(re.findall(r'<th scope="row">([^<]*)</th><td[^>]*><data value="(\d+)"', table))


def test_what_was_answered_and_given_stands_on_the_page_in_both_languages(cast):
    now = datetime.now(UTC)
    hers = {"by": cast.member("chen"), "ring": cast.ring("chen"), "now": now}
    load(cast)
    case, today = make_case(cast).case, now.date().isoformat()
    for outcome in ("served", "declined_no_capacity"):
        made = make_referral(case=case, service=Service.objects.first(), need="shelter", how="read_out_by_phone",
                             **hers)  # fmt: skip
        report_outcome(referral=made, outcome=outcome, note="", expected=1, **hers)
    call = take_call(language="es", **hers)
    save_contact(contact=call, answers={"waited_minutes": 3}, revision=1, **hers)
    client = cast.client("dora")
    assert "data value" not in client.get(ADDRESS).content.decode()
    asked = {"what": "response", "start": "2026-01-01", "end": (now + timedelta(days=1)).date().isoformat()}
    asked["start"] = min(asked["start"], today)
    client.cookies["tejido_mx_staff_language"] = "en"
    page = client.get(ADDRESS, asked).content.decode()
    assert rows(page, "Wait for an answer: Wait") == {"1 to 4 minutes": "1"}
    assert rows(page, "Cases with a need for a service: Need met") == {"Shelter": "1"}
    assert "Nothing to count" not in page.split("Need not met")[0]
    assert rows(page, "Cases with a need for a service: Need not met") == {}  # one service gave it
    assert rows(page, "Wait for a shelter: Wait") == {"The same day": "1", "Not served": "1"}
    assert rows(page, "Referrals to services: What came of it") == {"Service given": "1", "Declined: no capacity": "1"}
    client.cookies["tejido_mx_staff_language"] = "es-mx"
    page = client.get(ADDRESS, asked).content.decode()
    assert rows(page, "Espera hasta que contestaron: Espera") == {"De 1 a 4 minutos": "1"}
    assert "Mediana: De 1 a 4 minutos." in page
    line = AuditEntry.objects.filter(event="counted").last()
    assert (line.member_id, line.detail["filter"]) == (cast.member("dora").pk, "response")
    # Any other indicator over records; nobody who is not of the data team.
    page = client.get(ADDRESS, {**asked, "what": "yearly_contacts"}).content.decode()
    assert rows(page, "Contactos recibidos: Vía de contacto") == {"Llamada telefónica": "1"}
    page = client.get(ADDRESS, {**asked, "start": "1990-01-01", "end": "1990-01-02"}).content.decode()
    assert page.count("No hay nada que contar en este periodo.") == 7
    for wrong in ({"what": "ctdc_2018_victims"}, {"end": "1989-01-01"}, {"start": "yesterday"}):
        assert client.get(ADDRESS, {**asked, **wrong}).status_code == 422
    assert cast.client("chen").get(ADDRESS, asked).status_code == 403
