# SPDX-License-Identifier: Apache-2.0
"""What was typed comes back when it could not be taken: session over, page too old."""

from __future__ import annotations

from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client

from tejido.web.accounts.models import Member
from tejido.web.cases import actions
from tejido.web.cases.models import Note, Task
from tests.web.public_door import hidden_fields

NOW = datetime(2026, 3, 2, 20, tzinfo=UTC)
WORDS = "  Dijo: «no <b>puedo</b> salir» & colgó.\nÑandú 🕊 ‮al revés‬ {{ 7|add:7 }} {% now 'Y' %}"


@pytest.fixture
def case(cast):
    return actions.open_case(now=NOW, by=cast.member("chen"), ring=cast.ring("chen"), indications="moderate")


def _send_again(client, page, address, **more):
    return client.post(address, {name: unescape(value) for name, value in hidden_fields(page).items()} | more)


def test_a_note_sent_after_the_session_ended_is_handed_back_and_kept_once_she_is_back(cast, case):
    address = f"/cases/{case.pk}/notes/new/"
    answer = Client(headers={"accept-language": "es"}).post(address, {"kind": "own_words", "text": WORDS})
    page = answer.content.decode()
    assert answer.status_code == 401
    assert "Su sesión terminó" in page
    assert "<b>puedo" not in page, "what was typed is never markup"
    assert _send_again(cast.client("chen"), page, address).status_code == 302
    note = Note.objects.get().opened(cast.ring("chen"))
    assert note.text.replace("\r\n", "\n") == WORDS


def test_a_page_from_before_the_sign_in_hands_back_what_was_typed_to_our_own_page_only(cast, case):
    address = f"/cases/{case.pk}/notes/new/"
    signed_in = cast.client("chen")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies
    typed = {"csrfmiddlewaretoken": "x" * 64, "kind": "view", "text": "Palabras inventadas."}
    ours = strict.post(address, typed, headers={"origin": "http://testserver"})
    assert (ours.status_code, Note.objects.count()) == (403, 0)
    assert "Palabras inventadas." in ours.content.decode()
    theirs = strict.post(address, typed, headers={"origin": "https://example.org"})
    assert (theirs.status_code, Note.objects.count()) == (403, 0)
    assert "Palabras inventadas." not in theirs.content.decode()
    again = _send_again(strict, ours.content.decode(), address)
    assert (again.status_code, Note.objects.count()) == (302, 1)


def test_a_password_is_never_handed_back(cast):
    strict = Client(enforce_csrf_checks=True)
    typed = {"login": "chen", "password": "an-invented-password-for-tests", "code": "000000"}
    answer = strict.post("/login/", typed, headers={"origin": "http://testserver"})
    assert answer.status_code == 403
    assert "an-invented-password" not in answer.content.decode()


@pytest.mark.parametrize(("asked", "led"), [("/cases/", "/cases/"), ("//example.org/", "/"), ("https://e.org/", "/")])
def test_signing_in_again_leads_back_to_the_page_and_never_to_another_house(cast, asked, led):
    Member.objects.filter(login="chen").update(totp_last_step=0)
    typed = {"login": "chen", "password": cast.logins["chen"][0], "code": cast.code("chen")}
    assert Client().post(f"/login/?next={asked}", typed).headers["location"] == led


def test_an_address_only_a_button_opens_shows_a_page_not_a_blank(cast, case):
    answer = cast.client("chen").get(f"/cases/{case.pk}/compartments/whereabouts/")
    assert answer.status_code == 405
    assert "<h1>" in answer.content.decode()


def test_two_colleagues_settling_one_task_the_second_is_told(cast, case, monkeypatch):
    hers = {"by": cast.member("chen"), "ring": cast.ring("chen"), "now": NOW}
    task = actions.add_task(case=case, kind="call_back", text="", due_on=NOW.date(), **hers)
    settle = actions.settle_task

    def slow(*, task, **how):  # a colleague's press lands while this one is on its way
        Task.objects.filter(pk=task.pk).update(revision=task.revision + 1)
        return settle(task=task, **how)

    monkeypatch.setattr("tejido.web.cases.part_views.actions.settle_task", slow)
    answer = cast.client("chen").post(f"/tasks/{task.pk}/settle/", {"state": "done"})
    assert answer.status_code == 409
    assert "Alguien más guardó antes" in answer.content.decode()
    assert Task.objects.get().state == "to_do"


MARK = "0e0c8a52-6f0a-4f7e-9f3e-0f9f5f1f7c11"


def test_a_button_pressed_twice_makes_one_thing_and_leads_to_the_same_page(cast, case):
    client, address = cast.client("chen"), f"/cases/{case.pk}/notes/new/"
    assert 'name="sent"' in client.get(address).content.decode()
    typed = {"sent": MARK, "kind": "view", "text": "Palabras inventadas."}
    led = [client.post(address, typed).headers["location"] for _ in range(2)]
    assert (len(set(led)), Note.objects.count()) == (1, 1)
    # Gone back to and filled in anew: another note, not a second press.
    client.post(address, {**typed, "text": "Otras palabras."})
    assert Note.objects.count() == 2


def test_a_form_with_something_to_correct_can_be_sent_again(cast, case):
    client, address = cast.client("chen"), f"/cases/{case.pk}/notes/new/"
    typed = {"sent": MARK, "kind": "view", "text": ""}
    assert [client.post(address, typed).status_code for _ in range(2)] == [422, 422]


@pytest.mark.parametrize("address", ["/contacts/call/", "/cases/new/"])
def test_one_call_and_one_case_for_two_presses(cast, address):
    client = cast.client("chen")
    led = [client.post(address, {"sent": MARK, "priority": "0"}).headers["location"] for _ in range(2)]
    assert led[0] == led[1]
