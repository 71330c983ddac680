# SPDX-License-Identifier: Apache-2.0
"""A flood of junk goes by the page: seen before it goes, never what speaks of danger unasked, and it can come back."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client

from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.intake import actions, conversations, discarding
from tejido.web.intake.models import Contact
from tejido.web.intake.paging import SIZE
from tejido.web.security.models import AuditEntry, CodedRow, KeyGrant
from tests.web.intake.test_contacts import NOW, call, waiting


@pytest.fixture
def flood(cast):
    """Five that wait: three of junk, one urgent, one that says a child is there."""
    arrived = [waiting(own_words=f"compre ya {n}") for n in range(3)]
    arrived += [waiting(own_words="Urge."), waiting(own_words="Mi hermanita.", under_18="yes")]
    Contact.objects.filter(pk=arrived[3].pk).update(priority=1)
    return [Contact.objects.get(pk=contact.pk) for contact in arrived]


def ids(contacts):
    return [str(contact.pk) for contact in contacts]


def states():
    return list(Contact.objects.order_by("received_at", "pk").values_list("state", flat=True))


def ticked(page: str) -> set[str]:
    """The values of the ticked boxes of a page."""
    boxes = [part.partition(">")[0] for part in page.split('<input type="checkbox"')[1:]]
    return {box.partition('value="')[2].partition('"')[0] for box in boxes if " checked" in box}


def discard(cast, contacts, login="amara"):
    return discarding.discard_contacts(ids=[c.pk for c in contacts], by=cast.member(login), now=NOW)


def test_ticked_seen_pressed_and_gone_from_the_queue_with_a_line_each(cast, flood):
    client = cast.client("amara")
    assert ticked(client.get("/contacts/").content.decode()) == set()
    page = client.get("/contacts/?tick=all").content.decode()
    assert ticked(page) == set(ids(flood)) - {str(flood[3].pk)}  # urgent: by itself or not at all
    page = client.post("/contacts/look-through/", {"contact": ids(flood)}).content.decode()
    assert "5 contactos por revisar" in page
    assert "compre ya 1" in page
    assert ticked(page) == set(ids(flood[:3]))  # and the one with a child in it
    assert states() == ["waiting"] * 5
    answer = client.post("/contacts/discard/", {"contact": ids(flood[:3])}, follow=True)
    assert "Se descartaron 3 contactos." in answer.content.decode()
    assert flood[0].code not in answer.content.decode()
    assert flood[4].code in answer.content.decode()
    for event, about in (("contact.read", flood), ("contact.discarded", flood[:3])):
        lines = AuditEntry.objects.filter(event=event)
        assert sorted(map(str, lines.values_list("record_id", flat=True))) == sorted(ids(about))
        assert {line.member_id for line in lines} == {cast.member("amara").pk}
    assert not CodedRow.objects.exists()  # junk is in no figure


def test_what_is_not_safe_to_answer_is_not_ticked_either_and_what_cannot_be_read_is(cast):
    unsafe, broken, spoilt = waiting(reply_safety="not_safe"), waiting(), waiting()
    Contact.objects.filter(pk=broken.pk).update(arrival=b"x" * 2000)
    KeyGrant.objects.filter(key=spoilt.key_id).update(sealed=b"\x01" * 1200)
    sent = {"contact": ids([unsafe, broken, spoilt])}
    page = cast.client("amara").post("/contacts/look-through/", sent).content.decode()
    assert ticked(page) == {str(broken.pk), str(spoilt.pk)}
    assert page.count("No se puede leer") == 2
    noted = AuditEntry.objects.filter(event="record.did_not_open")
    assert {line.record_id for line in noted} == {broken.pk, spoilt.pk}


def test_what_someone_took_meanwhile_is_left_alone_and_said(cast, flood):
    client = cast.client("amara")
    actions.take_contact(contact=flood[0], by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)
    discard(cast, [flood[1]], "chen")
    answer = client.post("/contacts/discard/", {"contact": ids(flood[:3])})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Se descartó 1 contacto." in page
    assert page.count("Chen Prueba") == 2
    assert flood[2].code not in page
    assert Contact.objects.get(pk=flood[0].pk).owner == cast.member("chen")
    assert AuditEntry.objects.filter(event="contact.discarded", record_id=flood[0].pk).count() == 0
    assert client.post("/contacts/look-through/", {"contact": ids(flood[:3])}).status_code == 302  # none waits


def test_a_discarded_contact_is_nobodys_work_until_it_is_brought_back(cast, flood):
    contact, client = flood[0], cast.client("chen")
    discard(cast, [contact])
    contact = Contact.objects.get(pk=contact.pk)
    assert contact.code in client.get("/contacts/?show=discarded").content.decode()
    page = client.get(f"/contacts/{contact.pk}/").content.decode()
    assert "Recuperar este contacto" in page
    assert "compre ya" not in page
    assert "descartó el contacto" in client.post(f"/contacts/{contact.pk}/take/").content.decode()
    who = {"by": cast.member("chen"), "ring": cast.ring("chen"), "now": NOW}
    with pytest.raises(actions.AlreadyTaken):
        actions.take_contact(contact=contact, **who)
    for refused in (
        lambda: actions.save_contact(contact=contact, answers={}, revision=contact.revision, **who),
        lambda: conversations.write_reply(contact=contact, words="Hola", **who),
    ):
        with pytest.raises(PermissionDenied):
            refused()
    assert client.get(f"/contacts/{contact.pk}/reply/").status_code == 404
    answer = client.post(f"/contacts/{contact.pk}/bring-back/", follow=True)
    assert "está otra vez en espera" in answer.content.decode()
    assert client.post(f"/contacts/{contact.pk}/bring-back/").status_code == 302  # once more changes nothing
    assert AuditEntry.objects.filter(event="contact.brought_back").count() == 1
    taken = actions.take_contact(contact=Contact.objects.get(pk=contact.pk), **who)
    assert taken.opened(cast.ring("chen")).language == "nah"  # which tongue to answer in came back with it
    assert taken.opened(cast.ring("chen")).own_words == "compre ya 0"


def test_another_teams_contacts_are_not_there_and_another_role_is_refused(cast, flood):
    Contact.objects.filter(pk__in=ids(flood[:2])).update(team=team_of(Team.Kind.ADMINISTRATION))
    client, lines = cast.client("amara"), AuditEntry.objects.count()
    for path in ("look-through", "discard"):
        assert client.post(f"/contacts/{path}/", {"contact": ids(flood[:2])}).status_code == 302
    assert client.post(f"/contacts/{flood[0].pk}/bring-back/").status_code == 404
    assert AuditEntry.objects.filter(event__startswith="contact.").count() <= lines
    for login in ("dora", "iris", "noor"):
        for path in ("look-through", "discard", f"{flood[4].pk}/bring-back"):
            assert cast.client(login).post(f"/contacts/{path}/", {"contact": ids(flood)}).status_code == 403
    with pytest.raises(PermissionDenied):
        discard(cast, flood, "dora")
    assert states() == ["waiting"] * 5


def test_a_link_or_another_site_discards_nothing_and_rough_input_is_no_contact(cast, flood):
    client = cast.client("amara")
    for path in ("look-through", "discard"):
        assert client.get(f"/contacts/{path}/?contact={flood[0].pk}").status_code == 405
        rough = {"contact": ["", "x", "../..", str(uuid4()), "0" * 400, "\0"]}
        assert client.post(f"/contacts/{path}/", rough).status_code == 302
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = client.cookies
    assert forged.post("/contacts/discard/", {"contact": ids(flood)}).status_code == 403
    assert states() == ["waiting"] * 5


def test_a_press_takes_one_page_and_a_press_again_takes_no_more(cast):
    many = [waiting() for _ in range(SIZE + 2)]
    client = cast.client("amara")
    page = client.get("/contacts/").content.decode()
    assert f"En total esperan {SIZE + 2}; se muestran los primeros {SIZE}." in page
    mark = {"contact": ids(many), "sent": str(uuid4())}
    for _ in range(2):
        assert client.post("/contacts/discard/", mark).status_code == 302
    assert sorted(states()) == ["discarded"] * SIZE + ["waiting"] * 2


def test_the_database_itself_keeps_a_discarded_contact_without_an_owner(cast):
    contact = call(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(state="discarded")


def test_a_contact_that_came_back_waits_where_it_waited(cast, flood):
    Contact.objects.filter(pk=flood[0].pk).update(received_at=NOW - timedelta(days=1))
    before = list(Contact.objects.waiting().values_list("pk", flat=True))
    discard(cast, flood[:1])
    assert discarding.bring_back_contact(contact=flood[0], by=cast.member("amara"), now=NOW)
    assert list(Contact.objects.waiting().values_list("pk", flat=True)) == before
