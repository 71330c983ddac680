# SPDX-License-Identifier: Apache-2.0
"""Asked on one screen, carried out on another, a certificate afterwards: by pages, as two people do it."""

from __future__ import annotations

import io
from datetime import timedelta

import pypdf
from django.conf import settings
from django.utils.timezone import localdate

from tejido.web.cases.models import Case
from tejido.web.intake.models import Contact
from tejido.web.upkeep.models import Hold, Shredding

_MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
           "noviembre", "diciembre")  # fmt: skip


def test_a_case_is_asked_for_carried_out_and_certified(cast, full):
    bilal, chen, case = cast.client("bilal"), cast.client("chen"), full.case
    page = bilal.get(f"/cases/{case.pk}/shred/", headers={"accept-language": "en"}).content.decode()
    assert "notes: 1" in page
    asked = bilal.post(f"/cases/{case.pk}/shred/", {"basis": "her_request"})
    shredding = Shredding.objects.get()
    assert asked.headers["Location"] == f"/shreddings/{shredding.pk}/"
    mine = bilal.get(f"/shreddings/{shredding.pk}/", headers={"accept-language": "en"}).content.decode()
    assert "someone else must carry it out" in mine
    assert "/carry-out/" not in mine
    assert case.code in chen.get("/shreddings/").content.decode()
    wrong = chen.post(f"/shreddings/{shredding.pk}/carry-out/", {"code": "otro"})
    assert (wrong.status_code, Case.objects.filter(pk=case.pk).count()) == (422, 1)
    typed = {"code": case.code.lower()}
    assert bilal.post(f"/shreddings/{shredding.pk}/carry-out/", typed).status_code == 422
    assert chen.post(f"/shreddings/{shredding.pk}/carry-out/", typed).status_code == 302
    assert not Case.objects.filter(pk=case.pk).exists()
    assert chen.get(f"/cases/{case.pk}/").status_code == 404
    last = localdate() + timedelta(days=settings.TEJIDO.backup_days)
    until = f"{last.day} de {_MONTHS[last.month - 1]} de {last.year}"
    certificate = chen.get(f"/shreddings/{shredding.pk}/", headers={"accept-language": "es-mx"}).content.decode()
    assert "Constancia de destrucción" in certificate
    assert until in certificate
    printed = chen.get(f"/shreddings/{shredding.pk}/certificate/")
    text = "".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(printed.content)).pages)
    assert "Certificate of destruction" in text
    assert "Constancia de destrucción" in text
    printed_text = " ".join(text.split())
    assert printed_text.count(until) == 1
    assert printed_text.count(f" {last.day}, {last.year}: until then") == 1
    again = chen.post(f"/shreddings/{shredding.pk}/carry-out/", typed)
    assert again.status_code == 422


def test_a_contact_is_asked_for_and_stays_after_all(cast, full):
    bilal, contact = cast.client("bilal"), full.contact
    assert "/shred/" in bilal.get(f"/contacts/{contact.pk}/").content.decode()
    assert "/shred/" not in cast.client("amara").get(f"/contacts/{contact.pk}/").content.decode()
    bilal.post(f"/contacts/{contact.pk}/shred/", {"basis": "mistake"})
    shredding = Shredding.objects.get()
    assert cast.client("chen").post(f"/shreddings/{shredding.pk}/withdraw/").status_code == 302
    assert Contact.objects.filter(pk=contact.pk).exists()
    assert bilal.get(f"/shreddings/{shredding.pk}/").status_code == 200


def test_a_hold_is_placed_read_and_lifted_on_the_page_of_the_case(cast, full):
    luz, case = cast.client("luz"), full.case
    assert luz.post(f"/cases/{case.pk}/hold/", {"reason": "Juzgado inventado, 12/2026"}).status_code == 302
    assert "Juzgado inventado, 12/2026" in luz.get(f"/cases/{case.pk}/").content.decode()
    seen = cast.client("amara").get(f"/cases/{case.pk}/").content.decode()
    assert "debe quedarse" in seen
    assert "Juzgado" not in seen
    refused = cast.client("bilal").post(f"/cases/{case.pk}/shred/", {"basis": "retention"})
    assert refused.status_code == 422
    hold = Hold.objects.get()
    assert luz.post(f"/holds/{hold.pk}/lift/").status_code == 302
    assert "Juzgado" not in luz.get(f"/cases/{case.pk}/").content.decode()


def test_nobody_of_another_team_asks_sees_or_carries_out(cast, full):
    cast.client("bilal").post(f"/cases/{full.case.pk}/shred/", {"basis": "mistake"})
    eve, shredding = cast.client("eve"), Shredding.objects.get()
    for address in (f"/shreddings/{shredding.pk}/", f"/shreddings/{shredding.pk}/certificate/"):
        assert eve.get(address).status_code == 404
    assert eve.post(f"/shreddings/{shredding.pk}/carry-out/", {"code": full.case.code}).status_code == 404
    assert full.case.code not in eve.get("/shreddings/").content.decode()
    assert Case.objects.filter(pk=full.case.pk).exists()
