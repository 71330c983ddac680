# SPDX-License-Identifier: Apache-2.0
"""Contacts: taken once, typed while she speaks, never lost, never in clear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tejido.vocabulary import BadInput
from tejido.web.intake import actions
from tejido.web.intake.channels.web_form.actions import receive
from tejido.web.intake.forms import ContactForm
from tejido.web.intake.frames import contacts_table
from tejido.web.intake.models import Contact
from tejido.web.intake.paging import newest_first
from tejido.web.security.coded import open_coded
from tejido.web.security.models import AuditEntry, KeyGrant, SearchToken
from tejido.web.security.sealing import StaleRevision

NOW = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)  # still the day before in Mexico City


def waiting(**answers):
    """A web form that has just arrived."""
    given = {"own_words": "Necesito hablar con alguien.", "language": "nah", **answers}
    return receive(notice_version="2026-01", notice_at=NOW, notice_language="es", answers=given, now=NOW)


def call(cast, login="amara", **more):
    return actions.take_call(language="es", by=cast.member(login), ring=cast.ring(login), now=NOW, **more)


def save(cast, contact, answers=None, *, login="amara", revision=None, now=NOW, **more):
    return actions.save_contact(
        contact=Contact.objects.get(pk=contact.pk), answers=answers or {}, by=cast.member(login),
        revision=contact.revision if revision is None else revision, ring=cast.ring(login), now=now, **more,
    )  # fmt: skip


def posted(contact, **changes):
    """What a browser sends from the contact's page."""
    local = contact.received_at.astimezone(ZoneInfo("America/Mexico_City"))
    return {"revision": contact.revision, "channel": "phone", "language": "es",
            "received_at": local.strftime("%Y-%m-%dT%H:%M"), **changes}  # fmt: skip


def test_a_call_starts_at_once_hers_and_taken_on_the_local_day(cast):
    contact = call(cast)
    assert (contact.owner, contact.state, contact.channel) == (cast.member("amara"), "taken", "phone")
    assert contact.received_on.isoformat() == "2026-03-01"
    assert contact.opened(cast.ring("chen")).language == "es"


def test_a_member_of_no_intake_team_cannot_take_a_call_and_is_told_why(cast):
    with pytest.raises(PermissionDenied):
        call(cast, "eve")
    answer = cast.client("eve").post("/contacts/call/", {"language": "es"})
    assert answer.status_code == 409
    assert "in no team that answers the line" in answer.content.decode()
    assert not Contact.objects.exists()
    assert not Contact.objects.exists()


def test_taking_a_web_form_seals_what_was_open_for_the_queue(cast):
    contact = waiting()
    taken = actions.take_contact(contact=contact, by=cast.member("amara"), ring=cast.ring("amara"), now=NOW)
    stored = Contact.objects.get(pk=contact.pk)
    assert (stored.routing_language, stored.notice_language, stored.state) == ("", "", "taken")
    opened = taken.opened(cast.ring("chen"))
    assert opened.language == "nah"
    assert opened.notice["version"] == "2026-01"
    duty = cast.ring("bilal").team_ids - cast.ring("amara").team_ids
    assert KeyGrant.objects.filter(key=stored.key, team_id__in=duty).exists()


def test_two_advocates_taking_one_contact_the_second_is_told_who_has_it(cast):
    contact = waiting()
    seen_by_both = Contact.objects.get(pk=contact.pk)
    actions.take_contact(contact=contact, by=cast.member("amara"), ring=cast.ring("amara"), now=NOW)
    with pytest.raises(actions.AlreadyTaken) as refused:
        actions.take_contact(contact=seen_by_both, by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)
    assert refused.value.contact.owner == cast.member("amara")
    answer = cast.client("chen").post(f"/contacts/{contact.pk}/take/")
    assert answer.status_code == 409
    assert "Amara Prueba" in answer.content.decode()
    assert Contact.objects.get(pk=contact.pk).owner == cast.member("amara")
    assert AuditEntry.objects.filter(event="contact.taken", record_id=contact.pk).count() == 1


def test_a_waiting_contact_shows_its_page_sealed_until_taken(cast):
    contact = waiting()
    page = cast.client("amara").get(f"/contacts/{contact.pk}/").content.decode()
    assert contact.code in page
    assert "Necesito hablar" not in page
    assert cast.client("amara").post(f"/contacts/{contact.pk}/", posted(contact)).status_code == 200
    assert Contact.objects.get(pk=contact.pk).state == "waiting"


def test_a_draft_is_kept_without_a_language_and_a_save_asks_for_it(cast):
    contact, client = call(cast), cast.client("amara")
    draft = posted(contact, language="", own_words="  Dice: «no puedo».\r\n")
    answer = client.post(f"/contacts/{contact.pk}/", draft, headers={"hx-request": "true"})
    assert answer.status_code == 200
    stored = Contact.objects.get(pk=contact.pk)
    assert stored.opened(cast.ring("amara")).own_words == "  Dice: «no puedo».\n"
    refused = client.post(f"/contacts/{contact.pk}/", {**draft, "revision": stored.revision})
    assert refused.status_code == 422
    assert "no puedo" in refused.content.decode()


def test_every_coded_question_may_stay_unanswered(cast):
    contact = call(cast)
    answer = cast.client("amara").post(f"/contacts/{contact.pk}/", posted(contact))
    assert answer.status_code == 302


@pytest.mark.parametrize("outcome", ["not_trafficking", "information_given", "other_crisis_referred", "hang_up"])
def test_a_contact_may_end_in_ways_that_open_no_case(cast, outcome):
    contact = call(cast)
    save(cast, contact, {"outcome": outcome})
    saved = Contact.objects.get(pk=contact.pk)
    actions.close_contact(
        contact=saved, revision=saved.revision, by=cast.member("amara"), ring=cast.ring("amara"), now=NOW
    )
    assert Contact.objects.get(pk=contact.pk).state == "closed"


def test_a_stale_save_changes_nothing_and_shows_both_versions(cast):
    contact = call(cast)
    save(cast, contact, {"advocate_view": "Chen wrote this."}, login="chen")
    with pytest.raises(StaleRevision):
        save(cast, contact, {"advocate_view": "Amara wrote that."}, revision=1)
    client = cast.client("amara")
    stale = posted(contact, revision=1, advocate_view="Amara wrote that.")
    page = client.post(f"/contacts/{contact.pk}/", stale)
    assert page.status_code == 409
    shown = page.content.decode()
    assert "Chen wrote this." in shown
    assert "Amara wrote that." in shown
    assert Contact.objects.get(pk=contact.pk).opened(cast.ring("amara")).advocate_view == "Chen wrote this."
    quiet = client.post(f"/contacts/{contact.pk}/", stale, headers={"hx-request": "true"})
    assert quiet.status_code == 409
    kept = client.post(f"/contacts/{contact.pk}/", {**stale, "revision": 2})
    assert kept.status_code == 302
    assert Contact.objects.get(pk=contact.pk).opened(cast.ring("amara")).advocate_view == "Amara wrote that."


def test_a_past_time_moves_the_local_day_and_a_future_one_is_refused(cast):
    contact = call(cast)
    save(cast, contact, received_at=NOW - timedelta(days=3))
    assert Contact.objects.get(pk=contact.pk).received_on.isoformat() == "2026-02-26"
    with pytest.raises(BadInput):
        save(cast, contact, revision=2, received_at=NOW + timedelta(minutes=1))


def test_someone_under_18_shows_the_duty_of_this_countrys_law_and_keeps_who_noted_it(cast):
    contact, client = call(cast), cast.client("amara")
    answer = client.post(f"/contacts/{contact.pk}/", posted(contact, under_18="yes"), headers={"hx-request": "true"})
    assert "Procuraduría de Protección" in answer.content.decode()
    assert 'name="duty_noted"' in answer.content.decode()
    contact.refresh_from_db()
    client.post(f"/contacts/{contact.pk}/", posted(contact, under_18="yes", duty_noted="on"))
    noted = Contact.objects.get(pk=contact.pk).opened(cast.ring("amara")).duty_noted
    assert noted["by"] == str(cast.member("amara").pk)
    assert noted["duty"] == ["under_18_notice"]
    contact.refresh_from_db()
    client.post(f"/contacts/{contact.pk}/", posted(contact, under_18="no"))
    assert Contact.objects.get(pk=contact.pk).opened(cast.ring("amara")).duty_noted is None


def test_every_save_writes_the_coded_row_once_the_language_is_known(cast):
    contact = actions.take_call(by=cast.member("amara"), ring=cast.ring("amara"), now=NOW)
    assert list(open_coded(cast.ring("dora"), "contacts")) == []
    save(cast, contact, {"language": "es", "topic": "trafficking_tip", "contactor_name": "Nadie Irrepetible",
                         "contactor_phone": "55 5555 0111", "countries": ["MX", "US"]})  # fmt: skip
    table = contacts_table(open_coded(cast.ring("dora"), "contacts")).to_pylist()
    assert [(row["topic"], row["countries"], row["case_id"]) for row in table] == [
        ("trafficking_tip", ["MX", "US"], None)
    ]
    assert "Irrepetible" not in str(list(open_coded(cast.ring("dora"), "contacts")))
    assert SearchToken.objects.filter(record_id=contact.pk, kind="phone").exists()


def test_nothing_a_person_said_stands_in_clear(cast):
    contact = call(cast)
    save(cast, contact, {"own_words": "palabra-secreta", "speaker": "relative", "language": "mix"})
    row = Contact.objects.filter(pk=contact.pk).values().get()
    written = b"|".join(
        bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode() for value in row.values()
    )
    for secret in (b"palabra-secreta", b"relative", b"mix"):
        assert secret not in written
    details = str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert "palabra" not in details


@pytest.mark.parametrize("shown", ["waiting", "mine", "recent"])
def test_lists_show_codes_and_never_what_was_said(cast, shown):
    contact = call(cast)
    save(cast, contact, {"own_words": "palabra-secreta", "contactor_name": "Nadie Irrepetible"})
    other = waiting(own_words="otra-palabra")
    page = cast.client("amara").get(f"/contacts/?show={shown}").content.decode()
    assert (other if shown == "waiting" else contact).code in page
    for secret in ("palabra", "Irrepetible"):
        assert secret not in page
    assert AuditEntry.objects.get(event="contact.listed").detail == {
        "filter": shown,
        "count": 2 if shown == "recent" else 1,
    }


def test_the_next_page_goes_on_where_the_last_one_ended(cast):
    hers = {"by": cast.member("amara"), "ring": cast.ring("amara")}
    made = [actions.take_call(now=NOW - timedelta(minutes=number // 2), **hers) for number in range(7)]
    seen, after = [], None
    while True:
        page = newest_first([Contact.objects.all()], by="received_at", after=after, size=3)
        seen += [row.pk for row in page.rows]
        if page.after is None:
            break
        after = Contact.objects.get(pk=page.after)
    assert sorted(seen) == sorted(contact.pk for contact in made)
    assert len(seen) == 7


def test_eve_sees_no_contact_and_a_counting_colleague_none_either(cast):
    contact = call(cast)
    eve = cast.client("eve")
    assert contact.code not in eve.get("/contacts/?show=recent").content.decode()
    assert eve.get(f"/contacts/{contact.pk}/").status_code == 404
    for way in ("take", "close", "attach", "case"):
        assert eve.post(f"/contacts/{contact.pk}/{way}/").status_code == 404, way
    assert cast.client("dora").get(f"/contacts/{contact.pk}/").status_code == 403


@pytest.mark.parametrize(
    ("zone", "received", "day"),
    [
        ("America/Tijuana", datetime(2026, 3, 3, 7, 50, tzinfo=UTC), "2026-03-02"),  # 23:50 there
        ("America/Mexico_City", datetime(2026, 3, 3, 5, 50, tzinfo=UTC), "2026-03-02"),
        ("America/New_York", datetime(2026, 3, 3, 4, 50, tzinfo=UTC), "2026-03-02"),
        ("America/New_York", datetime(2025, 11, 2, 5, 30, tzinfo=UTC), "2025-11-02"),  # 01:30 before clocks go back
        ("America/New_York", datetime(2025, 11, 2, 6, 30, tzinfo=UTC), "2025-11-02"),  # 01:30 once more
        ("America/New_York", datetime(2026, 3, 8, 7, 10, 5, tzinfo=UTC), "2026-03-08"),  # just after clocks go on
    ],
)
def test_a_contact_counts_for_the_day_on_the_nodes_own_clocks(cast, monkeypatch, zone, received, day):
    monkeypatch.setattr(actions, "local_day", lambda moment: moment.astimezone(ZoneInfo(zone)).date())
    with timezone.override(zone):
        contact = actions.take_call(by=cast.member("amara"), ring=cast.ring("amara"), now=received)
        shown = ContactForm.showing(contact, {})["received_at"].value()
        sent = {"revision": 1, "channel": "phone", "language": "es", "received_at": shown}
        form = ContactForm(sent, contact=contact)
        assert form.is_valid(), form.errors
    assert contact.received_on.isoformat() == day
    assert form.cleaned_data["received_at"] == received, "saving without touching the time must not move it"


@pytest.mark.parametrize("typed", ["", "mañana", "2026-02-30T10:00", "2026-01-01", "'; --"])
def test_a_time_that_is_none_is_said_in_one_sentence(cast, typed):
    contact = call(cast)
    page = cast.client("amara").post(f"/contacts/{contact.pk}/", posted(contact, received_at=typed))
    assert page.status_code == 422
    assert 'id="id_received_at_error"' in page.content.decode()


def test_a_call_that_ends_after_seconds_is_closed_with_one_press(cast):
    contact, client = call(cast), cast.client("amara")
    assert 'value="hung_up"' in client.get(f"/contacts/{contact.pk}/").content.decode()
    led = client.post(f"/contacts/{contact.pk}/", posted(contact, then="hung_up"))
    assert led.headers["location"] == "/contacts/"
    assert contact.code in client.get("/contacts/").content.decode(), "nothing says that it was saved"
    stored = Contact.objects.get(pk=contact.pk)
    assert (stored.state, stored.opened(cast.ring("amara")).outcome) == ("closed", "hang_up")
    assert contact.code not in client.get("/contacts/").content.decode(), "said once"


def test_a_contact_with_someone_under_18_is_not_closed_before_the_duty_is_noted(cast):
    contact, client = call(cast), cast.client("amara")
    refused = client.post(f"/contacts/{contact.pk}/", posted(contact, under_18="yes", own_words="Todo.", then="close"))
    assert refused.status_code == 422
    assert "marque que lo seguirá" in refused.content.decode()
    stored = Contact.objects.get(pk=contact.pk)
    assert (stored.state, stored.opened(cast.ring("amara")).own_words) == ("taken", "Todo.")
    closing = posted(stored, under_18="yes", own_words="Todo.", duty_noted="on", then="close")
    assert client.post(f"/contacts/{contact.pk}/", closing).status_code == 302
    assert Contact.objects.get(pk=contact.pk).state == "closed"


def test_two_people_on_one_contact_keep_each_others_changes(cast):
    contact, client = call(cast), cast.client("amara")
    save(cast, contact, {"language": "es", "contactor_name": "Antes", "reply_how": "Antes"})
    save(cast, contact, {"language": "es", "contactor_name": "Después", "reply_how": "Antes"}, login="chen", revision=2)
    stale = posted(contact, revision=2, contactor_name="Antes", reply_how="Domingos")
    page = client.post(f"/contacts/{contact.pk}/", {**stale, "initial-contactor_name": "Antes",
                                                    "initial-reply_how": "Antes"})  # fmt: skip
    assert page.status_code == 409
    form = page.context["form"]
    client.post(f"/contacts/{contact.pk}/", {name: form.data.getlist(name) for name in form.data})
    now = Contact.objects.get(pk=contact.pk).opened(cast.ring("amara"))
    assert (now.contactor_name, now.reply_how) == ("Después", "Domingos")
