# SPDX-License-Identifier: Apache-2.0
"""What the browser sealed: kept as it came, opened only in an advocate's session, and never believed."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode

import pytest

from tejido.crypto import PublicKey, seal_box
from tejido.web.intake import actions as intake_actions
from tejido.web.intake.channels.web_form.arrivals import LARGEST, arrived_values
from tejido.web.intake.models import Contact
from tejido.web.intake.naming import phone_values
from tejido.web.security.models import AuditEntry, RecordKey
from tejido.web.security.searching import matching
from tests.node import whole_database
from tests.web.intake.test_web_form import ANSWERS, NOW
from tests.web.public_door import hidden_fields, public_door, staff_door, visitor  # noqa: F401

pytestmark = pytest.mark.usefixtures("public_door")


class Form:
    """The form as a browser has it: what it carries, and a way to seal to it."""

    def __init__(self, client):
        self.client = client
        self.html = client.get("/write/").content.decode()
        self.hidden = hidden_fields(self.html)
        self.lock = dict(re.findall(r'data-(key|generation|info)="([^"]*)"', self.html))

    def box(self, said=ANSWERS):
        text = said if isinstance(said, bytes) else json.dumps(said).encode()
        public = PublicKey(b64decode(self.lock["key"]))
        return b64encode(seal_box(public, text.ljust(4096), b64decode(self.lock["info"]))).decode()

    def send(self, box, **changes):
        values = {**self.hidden, "generation": self.lock["generation"], "language": "mix", "box": box, **changes}
        return self.client.post("/write/", values)


@pytest.fixture
def form():
    return Form(visitor("es"))


def _taken(cast):
    by, ring = cast.member("amara"), cast.ring("amara")
    contact = intake_actions.take_contact(contact=Contact.objects.get(), by=by, ring=ring, now=NOW)
    return contact, contact.opened(cast.ring("amara"))


def test_what_she_sealed_waits_as_it_came_and_opens_when_someone_takes_it(form, cast):
    assert "data-arrived" in form.send(form.box()).content.decode()
    contact = Contact.objects.get()
    assert (contact.state, contact.channel, contact.routing_language) == ("waiting", "web_form", "mix")
    assert contact.opened(cast.ring("amara")).own_words is None
    contact, opened = _taken(cast)
    assert opened.own_words == ANSWERS["own_words"]
    assert (opened.language, opened.under_18, opened.reply_safety) == ("mix", "yes", "safe_at_times")
    assert opened.reply_how.splitlines() == [ANSWERS["email"], ANSWERS["reply_how"]]
    assert (opened.notice["version"], opened.notice["voluntary"]) == ("2026-11", False)
    assert contact.arrival is None


def test_once_taken_it_stands_under_a_key_the_door_never_held(form, cast):
    form.send(form.box())
    door_key = Contact.objects.get().key_id
    contact, _opened = _taken(cast)
    assert contact.key_id != door_key
    assert not RecordKey.objects.filter(pk=door_key).exists()


def test_the_same_box_sent_twice_is_one_contact_and_is_answered_the_same(form):
    box = form.box()
    first, second = form.send(box), form.send(box)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert Contact.objects.count() == 1


def test_a_box_recorded_on_the_way_does_not_open_on_another_page(form, cast):
    box = form.box()
    form.send(box)
    Contact.objects.all().delete()
    Form(visitor("es")).send(box)
    _contact, opened = _taken(cast)
    assert opened.own_words is None


@pytest.mark.parametrize(
    "said",
    [
        b"", b"not json", b"[]", b"null", b"\xff\xfe", b"[" * 3000, b'{"own_words": 1}', b'{"own_words": ["a"]}',
        {"own_words": ""}, {"own_words": "x" * 20_001}, {"own_words": "a", "under_18": "perhaps"},
        {"own_words": "a\x00b"}, {"own_words": "a", "language": "klingon"}, {"own_words": "a", "phone": "5" * 61},
    ],
)  # fmt: skip
def test_what_the_form_would_not_have_taken_is_shown_as_not_readable_and_breaks_nothing(said, form, cast):
    form.send(form.box(said))
    contact = Contact.objects.get()
    arrival = bytes(contact.arrival)
    with staff_door():
        client = cast.client("amara")
        assert client.post(f"/contacts/{contact.pk}/take/").status_code == 302
        shown = client.get(f"/contacts/{contact.pk}/").content.decode()
    assert "no se pudo leer" in shown
    contact.refresh_from_db()
    assert bytes(contact.arrival) == arrival
    assert AuditEntry.objects.filter(event="record.did_not_open", record_id=contact.pk).count() == 1


def test_a_box_that_was_damaged_does_not_stop_the_search(form, cast):
    raw = bytearray(b64decode(form.box()))
    raw[-1] ^= 1
    form.send(b64encode(bytes(raw)).decode())
    by, ring = cast.member("amara"), cast.ring("amara")
    assert intake_actions.make_arrivals_findable(by=by, ring=ring) == 0
    assert Contact.objects.get().findable


def test_a_waiting_box_is_found_by_the_telephone_in_it(form, cast):
    form.send(form.box())
    by, ring = cast.member("amara"), cast.ring("amara")
    intake_actions.make_arrivals_findable(by=by, ring=ring)
    found = matching(
        ring, table="contacts", values=phone_values(ANSWERS["phone"]), within=Contact.objects.all(), most=9
    )
    assert found == [Contact.objects.get().pk]


@pytest.mark.parametrize("box", ["", "AAAA", "not base64!", b64encode(bytes(LARGEST + 1)).decode()])
def test_what_is_no_box_is_refused_at_the_door(box, form):
    assert form.send(box).status_code == 400
    assert Contact.objects.count() == 0


@pytest.mark.parametrize("changes", [{"notice": "forged:mark"}, {"generation": "0"}, {"generation": "99"},
                                     {"generation": "x"}])  # fmt: skip
def test_a_box_for_no_lock_of_ours_is_asked_for_once_more_under_a_fresh_one(changes, form):
    answer = form.send(form.box(), **changes)
    assert answer.status_code == 409
    assert "data-info=" in answer.content.decode()
    assert Contact.objects.count() == 0


def test_boxes_of_short_and_long_messages_are_equally_long(form):
    lengths = {len(form.box({"own_words": "a" * size})) for size in (1, 100, 3900)}
    assert len(lengths) == 1


def test_nobody_outside_the_team_opens_the_box(form, cast):
    form.send(form.box())
    contact = Contact.objects.get()
    assert arrived_values(contact, cast.ring("amara"))["own_words"] == ANSWERS["own_words"]
    for outsider in ("dora", "noor", "eve"):
        assert arrived_values(contact, cast.ring(outsider)) is None


def test_no_row_of_any_table_holds_a_word_before_or_after_it_is_taken(form, cast):
    form.send(form.box())
    for _ in range(2):
        whole = whole_database()
        for canary in ("Canario Azul", "55 0000 4471", "zopilote", "Quetzal", "safe_at_times"):
            assert canary.encode() not in whole
        if Contact.objects.get().state == "waiting":
            _taken(cast)
