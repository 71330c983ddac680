# SPDX-License-Identifier: Apache-2.0
"""The thin slice: a call, typed while she speaks, closed; a case with one survivor; the case is shown."""

from __future__ import annotations

import re

from tejido.web.cases.models import Case
from tejido.web.intake.models import Contact


def form_of(contact: Contact, **changes):
    """What the browser posts from the contact's page."""
    return {
        "revision": contact.revision, "channel": contact.channel, "language": "es",
        "received_at": contact.received_at.strftime("%Y-%m-%dT%H:%M"), **changes,
    }  # fmt: skip


def test_a_call_is_taken_typed_closed_and_becomes_a_case_that_shows_her_words(cast):
    client = cast.client("amara")
    page = client.post("/contacts/call/", {"language": "es"})
    contact = Contact.objects.get(owner=cast.member("amara"))
    assert page.headers["location"] == f"/contacts/{contact.pk}/"
    url = f"/contacts/{contact.pk}/"
    opened = client.get(url).content.decode()
    assert re.search(r"Can you talk now\?|¿Puede hablar ahora\?", opened)

    words = "Me dijeron que eran seis meses y nada más."
    local = contact.received_at.astimezone().strftime("%Y-%m-%dT%H:%M")
    draft = {"revision": 1, "channel": "phone", "language": "", "received_at": local, "own_words": words}
    answer = client.post(url, draft, headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert 'value="2"' in answer.content.decode()

    saved = {**draft, "revision": 2, "language": "es", "speaker": "person_concerned", "then": "case"}
    answer = client.post(url, saved)
    assert answer.headers["location"] == f"/contacts/{contact.pk}/case/"
    opening = client.post(
        answer.headers["location"], {"given": "Rosalía", "paternal_surname": "Prueba", "priority": "0"}
    )
    case = Case.objects.get(owner=cast.member("amara"))
    assert opening.headers["location"] == f"/cases/{case.pk}/"
    shown = client.get(opening.headers["location"]).content.decode()
    assert words in shown
    assert "Rosalía Prueba" in shown
    assert client.post(f"/contacts/{contact.pk}/close/").status_code == 302
    contact.refresh_from_db()
    assert contact.state == Contact.State.CLOSED
