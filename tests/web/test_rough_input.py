# SPDX-License-Identifier: Apache-2.0
"""Whatever is typed is text: kept as typed or refused in a sentence, never markup, never code, never a broken page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape, unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tejido.web.cases import actions
from tejido.web.cases.models import Note, Person, Task
from tejido.web.intake.actions import take_call
from tejido.web.intake.channels.web_form.actions import receive
from tejido.web.intake.models import Contact
from tejido.web.intake.naming import name_parts

NOW = datetime(2026, 3, 2, 20, tzinfo=UTC)
ROUGH = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><b>",
    "template": "{{ 7|add:35 }}{% now 'Y' %}{# x #}${7*6}#{7*6}%(x)s{0}",
    "right to left": "שלום مرحبا \u202eoculto\u202c \u2066x\u2069",
    "emoji": "👩🏽‍🌾🕊️ Ñandú é e\u0301",
    "control": "a\x07b\x1bc\x7fd\u2028e",
    "quotes": "Robert'); DROP TABLE cases_case;--",
}
FIELDS = {
    "persons/new/": ("given", "paternal_surname", "nickname", "phone", "email", "social_handle", "address"),
    "places/new/": ("locality",),
    "businesses/new/": ("name", "phone"),
    "notes/new/": ("text",),
    "tasks/new/": ("text",),
}
REST = {
    "persons/new/": {"role": "survivor"},
    "places/new/": {"kind": "exploitation"},
    "businesses/new/": {"revision": 1},
    "notes/new/": {"kind": "own_words"},
    "tasks/new/": {"kind": "call_back", "due_on": "2126-01-01"},
}


@pytest.fixture
def case(cast):
    return actions.open_case(now=NOW, by=cast.member("chen"), ring=cast.ring("chen"))


@pytest.fixture
def client(cast):
    return cast.client("chen")


@pytest.mark.parametrize("rough", ROUGH)
@pytest.mark.parametrize("room", FIELDS)
def test_what_is_typed_on_a_case_is_shown_as_it_was_typed(client, case, room, rough):
    text = ROUGH[rough]
    sent = client.post(f"/cases/{case.pk}/{room}", REST[room] | dict.fromkeys(FIELDS[room], text))
    assert sent.status_code == 302, re.findall(r'class="errors"[^>]*>(.*?)</ul>', sent.content.decode(), re.S)
    shown = client.get(f"/cases/{case.pk}/").content.decode()
    if "<" in text:
        assert text not in shown
    assert text in unescape(shown)


@pytest.mark.parametrize("rough", ROUGH)
def test_what_is_typed_during_a_call_is_kept_as_it_was_typed(cast, client, rough):
    contact, text = take_call(by=cast.member("chen"), ring=cast.ring("chen"), now=NOW), ROUGH[rough]
    fields = ("own_words", "advocate_view", "reply_how", "contactor_name", "contactor_phone")
    typed = {"revision": 1, "channel": "phone", "language": "es", "received_at": "2026-03-02T14:00"}
    client.post(f"/contacts/{contact.pk}/", typed | dict.fromkeys(fields, text[:60]))
    opened = Contact.objects.get(pk=contact.pk).opened(cast.ring("chen"))
    assert [getattr(opened, name) for name in fields] == [text[:60]] * len(fields)
    page = client.get(f"/contacts/{contact.pk}/").content.decode()
    assert escape(text[:60]).replace("&#x27;", "&#39;") in page.replace("&#x27;", "&#39;")


def test_a_null_character_and_a_giant_are_refused_beside_their_field_and_the_rest_stays(client, case):
    for text in ("a\x00b", "x" * 60_001):
        answer = client.post(f"/cases/{case.pk}/notes/new/", {"kind": "view", "text": text})
        assert answer.status_code == 422
        assert 'id="id_text_error"' in answer.content.decode()
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("room", "typed", "wrong"),
    [
        ("persons/new/", {"role": "survivor", "birth_year": "2999"}, "birth_year"),
        ("persons/new/", {"role": "survivor", "birth_year": "9" * 400}, "birth_year"),
        ("persons/new/", {"role": "survivor", "owed_amount": "1e999"}, "owed_amount"),
        ("persons/new/", {"role": "<b>"}, "role"),
        (
            "persons/new/",
            {"role": "survivor", "owed_amount": "5", "owed_currency": "MXN", "owed_on": "2026-02-30"},
            "owed_on",
        ),
        ("groups/new/", {"role": "survivor", "count_low": "1", "count_best": "0", "count_high": "5"}, "count_best"),
        (
            "groups/new/",
            {"role": "survivor", "count_low": "1", "count_best": "9" * 30, "count_high": "9" * 31},
            "count_high",
        ),
        ("tasks/new/", {"kind": "call_back", "due_on": "0000-00-00"}, "due_on"),
        ("tasks/new/", {"kind": "call_back", "due_on": "mañana"}, "due_on"),
    ],
)
def test_impossible_numbers_and_dates_are_said_beside_their_field(client, case, room, typed, wrong):
    answer = client.post(f"/cases/{case.pk}/{room}", typed)
    assert answer.status_code == 422
    assert f'id="id_{wrong}_error"' in answer.content.decode()
    assert not Person.objects.exists()
    assert not Task.objects.exists()


def test_five_thousand_people_in_one_group_are_counted_and_shown(client, case):
    counted = {"role": "survivor", "count_low": 4000, "count_best": 5000, "count_high": 6000, "gender__male": 5000}
    assert client.post(f"/cases/{case.pk}/groups/new/", counted).status_code == 302
    assert re.search(r"5[,.\s]?000", client.get(f"/cases/{case.pk}/").content.decode())


def test_an_id_of_another_node_opens_nothing(client):
    for address in ("contacts/{}/", "cases/{}/", "persons/{}/", "places/{}/", "cases/{}/edit/", "contacts/{}/case/"):
        assert client.get("/" + address.format(uuid4())).status_code == 404


def test_titles_and_addresses_say_nothing_of_anyone(cast, client, case):
    actions.add_person(case=case, by=cast.member("chen"), ring=cast.ring("chen"),
                       values={"role": "survivor", "names": [{"kind": "full", "given": "Irrepetible"}]})  # fmt: skip
    person = Person.objects.get()
    for address in (f"/cases/{case.pk}/", f"/persons/{person.pk}/", "/cases/", "/cases/find/"):
        page = client.get(address).content.decode()
        assert "Irrepetible" not in page[page.index("<title>") : page.index("</title>")]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ma. Guadalupe de la Cruz Hdez", ("Ma. Guadalupe", "de la Cruz", "Hdez")),
        ("Rosalía De la Cruz", ("Rosalía", "De la Cruz", "")),
        ("Juan Pérez García", ("Juan", "Pérez", "García")),
        ("Lupe", ("Lupe", "", "")),
        ("", ("", "", "")),
        (None, ("", "", "")),
        ("de", ("de", "", "")),
    ],
)
def test_a_name_said_in_one_breath_is_proposed_as_given_names_and_surnames(name, parts):
    assert name_parts(name) == parts


def _fill(cast, case, number):
    hers = {"by": cast.member("chen"), "ring": cast.ring("chen")}
    for each in range(number):
        contact = take_call(language="es", now=NOW, **hers)
        if each % 2:
            actions.attach_contact(case=case, contact=contact, now=NOW, **hers)
        receive(notice_version="2026-11", notice_at=NOW, notice_language="es", now=NOW,
                answers={"own_words": "Palabras inventadas.", "language": "es"})  # fmt: skip
        actions.open_case(now=NOW, **hers)
        actions.add_note(case=case, kind="view", text="Nota.", now=NOW, **hers)
        actions.add_task(case=case, kind="other", text="Tarea.", due_on=NOW.date(), now=NOW, **hers)
        actions.add_person(case=case, values={"role": "survivor"}, **hers)
        actions.add_place(case=case, values={"kind": "exploitation", "country": "MX"}, **hers)


def test_a_page_with_many_rows_asks_the_database_no_more_often(cast, case, client):
    pages = ["/", "/contacts/", "/contacts/?show=mine", "/contacts/?show=recent", "/cases/", "/cases/?show=all",
             f"/cases/{case.pk}/", f"/cases/{case.pk}/edit/"]  # fmt: skip

    def asked():
        counts = {}
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            counts[page] = len(queries)
        return counts

    _fill(cast, case, 2)
    few = asked()
    _fill(cast, case, 30)
    assert asked() == few
    assert max(few.values()) < 60, few
