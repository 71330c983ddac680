# SPDX-License-Identifier: Apache-2.0
"""Services are found by need, language and state; a confidential address is sealed and opened on purpose only."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from tejido.vocabulary import BadInput
from tejido.web.directory.actions import load_services, read_services
from tejido.web.directory.models import Service
from tejido.web.security.models import AuditEntry
from tests.web.directory.services import load


@pytest.mark.parametrize("node", ["us", "mx"])
def test_the_invented_services_of_each_organisation_load(cast, node):
    assert load(cast, node) == Service.objects.count() == len(read_services(node))


def test_services_of_a_place_that_has_none_are_bad_input():
    with pytest.raises(BadInput):
        read_services("xx")


def test_a_service_with_an_unknown_code_is_refused_and_none_is_loaded(cast):
    rows = read_services("us")
    rows[-1]["needs"] = ["miracles"]
    with pytest.raises(BadInput, match="service_need"):
        load_services(rows, by=cast.member("chen"), ring=cast.ring("chen"), verified_on="2026-11-01")
    assert not Service.objects.exists()


def test_a_shelter_in_north_carolina_that_speaks_spanish_is_found(cast):
    load(cast)
    found = (
        Service.objects.visible_to(cast.member("amara")).active().offering(need="shelter", language="es", state="US-NC")
    )
    # One that serves every state is found as well.
    assert {service.organisation for service in found} == {"Casa Magnolia (invented)", "Youth Harbor (invented)"}
    page = cast.client("amara").get("/services/?need=legal&language=es&state=US-NC").content.decode()
    assert "Piedmont Farmworker Justice" in page
    assert "Casa Magnolia" not in page


def test_a_confidential_address_is_on_no_page_until_it_is_opened_on_purpose(cast):
    load(cast)
    service = Service.objects.get(organisation__startswith="Casa Magnolia")
    client = cast.client("amara")
    pages = [client.get(address) for address in ("/services/", f"/services/{service.pk}/")]
    assert not any("Invented Lane" in page.content.decode() for page in pages)
    assert client.get(f"/services/{service.pk}/address/").status_code == 405
    opened = client.post(f"/services/{service.pk}/address/")
    assert "Invented Lane" in opened.content.decode()
    assert opened.headers["Cache-Control"].startswith("no-store")
    line = AuditEntry.objects.get(event="service.address_opened")
    assert (line.member_id, line.record_id) == (cast.member("amara").pk, service.pk)


def test_an_address_is_not_in_the_database_in_clear(cast):
    load(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM directory_service")
        text = repr(cursor.fetchall())
    assert "Casa Magnolia" in text
    assert "Invented Lane" not in text


def _form(service: Service | None = None, **changes):
    values = {
        "organisation": "Casa Nueva (invented)", "name_en": "Shelter", "name_es": "Refugio", "kind": "service",
        "needs": ["shelter"], "languages": ["es"], "country": "US", "phone": "+1 919-555-0119", "status": "active",
        "address": "7 Invented Hill", "revision": service.revision if service else "", **changes,
    }  # fmt: skip
    return values


def test_a_case_manager_adds_and_changes_a_service_and_an_advocate_may_not(cast):
    client = cast.client("chen")
    answer = client.post("/services/new/", _form())
    service = Service.objects.get()
    assert answer.headers["Location"] == f"/services/{service.pk}/"
    assert (
        client.post(f"/services/{service.pk}/edit/", _form(service, phone="+1 919-555-0118", address="")).status_code
        == 302
    )
    service.refresh_from_db()
    assert service.phone == "+1 919-555-0118"
    assert service.opened(cast.ring("chen")).address == "7 Invented Hill"
    advocate = cast.client("amara")
    assert advocate.get("/services/new/").status_code == 403
    assert advocate.post(f"/services/{service.pk}/edit/", _form(service)).status_code == 403
    with pytest.raises(PermissionDenied):
        load_services([], by=cast.member("amara"), ring=cast.ring("amara"), verified_on="2026-11-01")


def test_a_stale_change_shows_what_stands_now_and_loses_nothing(cast):
    client = cast.client("chen")
    client.post("/services/new/", _form())
    service = Service.objects.get()
    before = _form(service, phone="+1 919-555-0117")
    client.post(f"/services/{service.pk}/edit/", _form(service, phone="+1 919-555-0116"))
    answer = client.post(f"/services/{service.pk}/edit/", before)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "+1 919-555-0116" in page
    assert "+1 919-555-0117" in page
    service.refresh_from_db()
    assert service.phone == "+1 919-555-0116"


def test_a_form_without_its_answers_is_422_in_the_readers_language(cast):
    client = cast.client("chen")
    client.cookies["tejido_mx_staff_language"] = "es-mx"
    answer = client.post("/services/new/", {})
    assert answer.status_code == 422
    assert "obligatorio" in answer.content.decode()
