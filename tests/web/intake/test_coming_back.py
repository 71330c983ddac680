# SPDX-License-Identifier: Apache-2.0
"""Coming back with a code: she reads the answer, writes again and ends it; without the code nobody reads anything."""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied

from tejido.crypto import CannotOpen, PublicKey, derive_return, new_return_code, open_box, seal_box, typed_code
from tejido.vocabulary import BadInput
from tejido.web.intake import conversations
from tejido.web.intake.actions import take_contact
from tejido.web.intake.channels.web_form import return_views
from tejido.web.intake.models import Contact, Conversation, Reply
from tejido.web.security.models import AuditEntry
from tejido.web.security.pacing import Pace
from tests.node import whole_database
from tests.web.public_door import hidden_fields, public_door, staff_door, visitor  # noqa: F401

pytestmark = pytest.mark.usefixtures("public_door")
WORDS = "Martes a las diez, pregunte por Colibrí Dorado."


def _write(client, **changes):
    hidden = hidden_fields(client.get("/write/").content.decode())
    answer = client.post("/write/", {**hidden, "own_words": "Palabras inventadas.", **changes})
    shown = re.search(r"data-return-code>([\d ]+)<", answer.content.decode())
    return shown[1] if shown else ""


def _take(cast, contact=None):
    by, ring = cast.member("amara"), cast.ring("amara")
    contact = contact or Contact.objects.get()
    return take_contact(contact=contact, by=by, ring=ring, now=datetime.now(UTC))


def _answer(cast, contact, words=WORDS):
    by, ring = cast.member("amara"), cast.ring("amara")
    return conversations.write_reply(contact=contact, words=words, by=by, ring=ring, now=datetime.now(UTC))


def _come_back(client, code, **more):
    hidden = hidden_fields(client.get("/write/again/").content.decode())
    return client.post("/write/again/", {**hidden, "code": code, **more})


def test_she_reads_the_answer_with_her_code_from_another_device(cast):
    code = _write(visitor("es"))
    assert len(code.replace(" ", "")) == 28
    assert "Todavía no hay respuesta" in _come_back(visitor("es"), code).content.decode()
    reply = _answer(cast, _take(cast))
    assert reply.read_on is None
    html = _come_back(visitor("en"), code).content.decode()
    assert WORDS in html
    reply.refresh_from_db()
    assert reply.read_on == conversations.today()


def test_whoever_has_no_code_opens_nothing_whatever_else_they_have(cast):
    _write(visitor("es"))
    reply = _answer(cast, _take(cast))
    info = conversations.reply_info(reply.conversation_id, reply.pk)
    other = derive_return(new_return_code(), settings.TEJIDO.node)
    with pytest.raises(CannotOpen):
        open_box(other.key, bytes(reply.box), info)
    assert WORDS.encode() not in whole_database()


def test_the_code_and_what_it_is_found_by_stand_nowhere_in_the_database(cast):
    code = typed_code(_write(visitor("es")))
    _answer(cast, _take(cast))
    whole, derived = whole_database(), derive_return(code, settings.TEJIDO.node)
    for secret in (code.encode(), derived.finder, derived.key.raw[:32], derived.key.raw[-32:]):
        assert secret not in whole
        assert secret.hex().encode() not in whole


def test_an_answer_moved_to_another_conversation_does_not_open(cast):
    first, second = _write(visitor("es")), _write(visitor("es"))
    by_code = {}
    for code in (first, second):
        found = conversations.find(derive_return(typed_code(code), settings.TEJIDO.node).finder)
        by_code[code] = found
    reply = _answer(cast, _take(cast, by_code[first].contacts.get()))
    Reply.objects.filter(pk=reply.pk).update(conversation=by_code[second])
    html = _come_back(visitor("es"), second).content.decode()
    assert WORDS not in html
    assert "no se pudo abrir" in html


def test_she_writes_again_and_it_arrives_as_a_new_contact_of_the_same_conversation(cast):
    client = visitor("es")
    code = _write(client)
    page = _come_back(client, code).content.decode()
    sent = client.post("/write/again/", {**hidden_fields(page), "own_words": "Ya puedo hablar.", "then": "write"})
    assert "data-arrived" in sent.content.decode()
    assert Contact.objects.count() == 2
    assert len(set(Contact.objects.values_list("conversation", flat=True))) == 1
    newest = _take(cast, Contact.objects.order_by("received_at").last())
    assert newest.opened(cast.ring("amara")).own_words == "Ya puedo hablar."
    _answer(cast, newest)
    assert WORDS in _come_back(visitor("es"), code).content.decode()


def test_she_ends_it_and_the_code_leads_nowhere_and_the_answer_is_gone(cast):
    client = visitor("es")
    code = _write(client)
    reply = _answer(cast, _take(cast))
    page = _come_back(client, code).content.decode()
    ended = client.post("/write/again/", {**hidden_fields(page), "then": "end"}).content.decode()
    assert "ya no existen" in ended
    conversation, reply = Conversation.objects.get(), Reply.objects.get()
    assert (conversation.finder, conversation.ended_by, reply.box) == (None, "her", None)
    assert "No hay nada con este código" in _come_back(client, code).content.decode()
    assert reply.opened(cast.ring("amara")).words == WORDS
    with pytest.raises(BadInput):
        _answer(cast, Contact.objects.get())


def test_what_nobody_came_back_to_ends_by_itself(cast):
    code = _write(visitor("es"))
    assert Conversation.objects.get().expires_on == conversations.today() + timedelta(days=90)
    conversations.end_expired()
    assert Conversation.objects.get().ended_on is None
    Conversation.objects.update(expires_on=conversations.today() - timedelta(days=1))
    assert "No hay nada" in _come_back(visitor("es"), code).content.decode()
    conversations.end_expired()
    assert Conversation.objects.get().ended_by == "time"


def test_unknown_ended_and_expired_codes_are_answered_alike():
    code, gone = _write(visitor("es")), _write(visitor("es"))
    expired, ended = (conversations.find(derive_return(typed_code(each), settings.TEJIDO.node).finder)
                      for each in (code, gone))  # fmt: skip
    Conversation.objects.filter(pk=expired.pk).update(expires_on=conversations.today() - timedelta(days=1))
    conversations.end(ended, ended_by=Conversation.EndedBy.HER)
    said = {
        re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", _come_back(visitor("es"), each).content.decode())
        for each in (code, gone, new_return_code())
    }
    assert len(said) == 1


@pytest.mark.parametrize("typed", ["", "1234", "x" * 28, "1" * 28, "9" * 4000])
def test_a_slip_is_told_as_a_slip(typed, django_assert_num_queries):
    client = visitor("en")
    with django_assert_num_queries(0):
        answer = _come_back(client, typed)
    assert answer.status_code == 422
    assert "A digit is missing or wrong" in answer.content.decode()


def test_a_flood_of_guesses_is_slowed_and_noted_and_keeps_nobody_from_her_answer(cast, monkeypatch):
    monkeypatch.setattr(return_views, "_wrong", Pace(at_once=3, a_second=0.001))
    monkeypatch.setattr(return_views, "_noted", Pace(at_once=1, a_second=0.001))
    code = _write(visitor("es"))
    _answer(cast, _take(cast))
    codes = [_come_back(visitor("es"), new_return_code()).status_code for _ in range(6)]
    assert codes == [422, 422, 422, 429, 429, 429]
    assert AuditEntry.objects.filter(event="conversation.guessed").count() == 1
    assert WORDS in _come_back(visitor("es"), code).content.decode()


def test_a_page_sent_twice_gives_the_same_code_and_one_contact():
    client = visitor("es")
    hidden = hidden_fields(client.get("/write/").content.decode())
    codes = set()
    for _ in range(2):
        answer = client.post("/write/", {**hidden, "own_words": "Ayuda"}).content.decode()
        codes.add(re.search(r"data-return-code>([\d ]+)<", answer)[1])
    assert (len(codes), Contact.objects.count()) == (1, 1)


def test_a_key_put_into_the_database_by_someone_else_is_sealed_to_by_nobody(cast):
    _write(visitor("es"))
    contact = _take(cast)
    Contact.objects.update(return_key=b"someone else's key")
    with pytest.raises(CannotOpen):
        _answer(cast, Contact.objects.get(pk=contact.pk))


def test_the_code_is_in_no_address_no_cookie_and_no_header(cast):
    client = visitor("es")
    code = _write(client)
    answer = _come_back(client, code)
    for place in (
        str(answer.headers),
        str(client.cookies),
        answer.request["PATH_INFO"],
        answer.request["QUERY_STRING"],
    ):
        assert code not in place
        assert typed_code(code) not in place


def test_the_advocate_answers_on_a_page_that_says_whether_it_was_opened(cast):
    code = _write(visitor("es"), reply_safety="not_safe")
    contact = _take(cast)
    with staff_door():
        amara = cast.client("amara")
        assert f"/contacts/{contact.pk}/reply/" in amara.get(f"/contacts/{contact.pk}/").content.decode()
        page = amara.get(f"/contacts/{contact.pk}/reply/").content.decode()
        assert "No llame, no escriba ni busque" in page
        sent = amara.post(f"/contacts/{contact.pk}/reply/", {**hidden_fields(page), "words": WORDS}, follow=True)
        assert "todavía sin abrir" in sent.content.decode()
    _come_back(visitor("es"), code)
    with staff_door():
        assert "abierta el" in amara.get(f"/contacts/{contact.pk}/reply/").content.decode()
        assert cast.client("eve").get(f"/contacts/{contact.pk}/reply/").status_code == 404


def test_only_whoever_may_edit_the_contact_answers_it(cast):
    _write(visitor("es"))
    contact = _take(cast)
    for login in ("dora", "eve", "luz"):
        with pytest.raises(PermissionDenied):
            conversations.write_reply(
                contact=contact, words=WORDS, by=cast.member(login), ring=cast.ring("amara"), now=datetime.now(UTC)
            )


def test_a_key_that_is_none_leaves_the_words_and_no_way_back(cast):
    import json
    from base64 import b64encode

    client = visitor("es")
    html = client.get("/write/").content.decode()
    lock = dict(re.findall(r'data-(key|generation|info)="([^"]*)"', html))
    for junk in ("AAAA", "x" * 1624, b64encode(bytes(1216)).decode(), 5):
        said = json.dumps({"own_words": "Ayuda", "return_key": junk}).encode()
        box = b64encode(seal_box(PublicKey(b64decode(lock["key"])), said, b64decode(lock["info"]))).decode()
        client.post("/write/", {**hidden_fields(html), "generation": lock["generation"], "box": box})
        opened = _take(cast, Contact.objects.get(state="waiting")).opened(cast.ring("amara"))
        assert (opened.own_words, opened.return_key) == ("Ayuda", None)


def test_when_all_that_was_written_under_a_code_is_shredded_the_way_back_goes_too(cast):
    from tejido.web.security.belonging import belongings

    client = visitor("es")
    code = _write(client)
    reply = _answer(cast, _take(cast))
    contact, conversation = Contact.objects.get(), Conversation.objects.get()
    assert {reply.pk, conversation.pk} <= {row.pk for row in belongings(contact)}
    page = _come_back(client, code).content.decode()
    client.post("/write/again/", {**hidden_fields(page), "own_words": "Otra vez.", "then": "write"})
    assert conversation.pk not in {row.pk for row in belongings(contact)}
