# SPDX-License-Identifier: Apache-2.0
"""The auditor's page: who did what and when, in words, and nothing of what any record holds."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from uuid import UUID

from django.utils import timezone

from tejido.web.accounts.models import Member
from tejido.web.cases import actions
from tejido.web.cases.models import Case, Person, Place
from tejido.web.consents.models import Release
from tejido.web.desk import auditing
from tejido.web.desk.auditing import records_about
from tejido.web.intake.actions import take_call
from tejido.web.referrals.models import Referral
from tejido.web.security.models import AuditEntry
from tejido.web.sharing.models import Handover, Report
from tests.web.seeding import seed

NOW = datetime(2026, 3, 2, 20, tzinfo=UTC)


def _by(cast, login):
    return {"by": cast.member(login), "ring": cast.ring(login), "now": NOW}


def _page(cast, query="", login="iris", language="en"):
    client = cast.client(login)
    client.cookies["tejido_mx_staff_language"] = language
    return client.get(f"/audit/{query}")


def test_a_line_says_who_did_what_to_which_record_in_words(cast):
    case = actions.open_case(summary="palabra-secreta", **_by(cast, "chen"))
    page = _page(cast).content.decode()
    line = next(row for row in page.split("<tr>") if str(case.pk)[:8] in row)
    assert "Chen Prueba" in line
    assert "Opened a case" in line
    assert "palabra-secreta" not in page
    assert case.code not in page
    assert "Abrió un caso" in _page(cast, language="es-mx").content.decode()


def test_pages_follow_each_other_without_a_gap_or_a_repeat(cast):
    entries = [AuditEntry(event="contact.listed", member_id=cast.member("amara").pk) for _ in range(120)]
    AuditEntry.objects.bulk_create(entries)
    member = cast.member("amara").pk
    expected = AuditEntry.objects.filter(member_id=member).count()
    seen, query = [], f"?member={member}"
    while query:
        answer = _page(cast, query)
        seen += [line.entry.pk for line in answer.context["page"].rows]
        found = re.search(r'class="pager"><a href="(\?[^"]+)"', answer.content.decode())
        query = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == expected >= 120
    assert seen == sorted(seen, reverse=True)


def test_one_member_and_one_local_day_can_be_asked_for(cast, monkeypatch):
    def written(at: datetime) -> AuditEntry:
        with monkeypatch.context() as then:
            then.setattr(timezone, "now", lambda: at)
            return AuditEntry.objects.create(event="case.read", member_id=cast.member("chen").pk)

    late = written(datetime(2026, 1, 2, 5, 59, tzinfo=UTC))  # 23:59 in Mexico City
    written(datetime(2026, 1, 2, 6, 0, tzinfo=UTC))
    rows = _page(cast, f"?member={cast.member('chen').pk}&first=2026-01-01&last=2026-01-01").context["page"].rows
    assert [line.entry.pk for line in rows] == [late.pk]
    assert _page(cast, f"?member={cast.member('bilal').pk}&first=2026-01-01&last=2026-01-01").context["page"].rows == []


def test_a_day_that_is_none_is_said_and_no_filter_is_guessed(cast):
    answer = _page(cast, "?first=2026-13-45")
    assert answer.status_code == 422
    assert answer.context["form"].errors["first"]


def test_looking_at_the_audit_is_a_line_itself(cast):
    _page(cast, "?first=2026-01-01&last=2026-01-01")
    line = AuditEntry.objects.filter(event="audit.listed").latest("pk")
    assert (line.member_id, line.detail) == (cast.member("iris").pk, {"filter": "first,last", "count": 0})


def test_an_advocate_may_not_look(cast):
    assert _page(cast, login="amara").status_code == 403
    assert cast.client("amara").get("/audit/export/").status_code == 403


def _rows(cast, query):
    return _page(cast, query).context["page"].rows


def test_a_case_brings_all_that_hangs_on_it_and_nothing_of_another(cast):
    seeded = seed(cast.logins)
    case = Case.objects.get(pk=seeded["case"])
    other = actions.open_case(summary="otro", **_by(cast, "chen"))
    found = {str(each) for each in records_about(case.code, by=cast.member("iris"))}
    hanging = {"case", "person", "group", "place", "release", "referral", "handover", "report"} & set(seeded)
    assert len(hanging) > 5
    assert {seeded[name] for name in hanging if _case_of(seeded[name]) == case.pk} <= found
    linked = set(case.contact_links.values_list("contact_id", flat=True))
    assert linked <= records_about(case.code, by=cast.member("iris"))
    for handover in case.handovers.exclude(message=None):
        assert handover.message_id in records_about(case.code, by=cast.member("iris"))
    assert str(other.pk) not in found
    lines = _rows(cast, f"?about={case.code.lower()}")
    assert lines
    assert {str(line.entry.record_id) for line in lines} <= found
    assert _rows(cast, f"?about={case.pk}")[0].entry.pk == lines[0].entry.pk


def _case_of(record_id):
    for model in (Person, Place, Release, Referral, Handover, Report):
        for each in model.objects.filter(pk=record_id):
            return each.case_id
    return UUID(record_id)


def test_every_kind_of_record_that_points_to_a_case_is_reached(cast):
    pointing = {field.related_model for field in Case._meta.get_fields(include_hidden=True) if field.one_to_many}
    assert {Person, Place, Release, Referral, Handover, Report} < pointing


def test_a_contact_and_any_record_can_be_asked_for_and_what_bears_no_code_is_said(cast):
    contact = take_call(language="es", **_by(cast, "amara"))
    assert {line.entry.record_id for line in _rows(cast, f"?about={contact.code}")} == {contact.pk}
    member = cast.member("iris")
    assert all(line.entry.record_id == member.pk for line in _rows(cast, f"?about={member.pk}"))
    answer = _page(cast, "?about=NOPE-1")
    assert answer.status_code == 422
    assert "No case or contact has this code" in answer.content.decode()


def test_what_was_done_and_the_system_itself_can_be_asked_for(cast):
    take_call(language="es", **_by(cast, "amara"))
    AuditEntry.objects.create(event="message.arrived")
    assert {line.entry.event for line in _rows(cast, "?event=contact.taken")} == {"contact.taken"}
    assert {line.who for line in _rows(cast, "?member=node")} == {None}
    assert _rows(cast, f"?member={cast.member('iris').pk}&event=contact.taken") == []


def test_the_lines_asked_for_are_kept_as_a_file_for_a_court(cast):
    case = actions.open_case(summary="palabra-secreta", **_by(cast, "chen"))
    Member.objects.filter(login="chen").update(display_name="=cmd()")
    answer = cast.client("iris").get(f"/audit/export/?about={case.code}")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["event"] for row in rows] == ["case.opened"]
    assert (rows[0]["record"], rows[0]["who"]) == (str(case.pk), "'=cmd()")
    assert "palabra-secreta" not in answer.content.decode()
    line = AuditEntry.objects.filter(event="audit.exported").get()
    assert line.detail == {"filter": "about", "count": 1}


def test_too_many_lines_for_one_file_are_said(cast, monkeypatch):
    monkeypatch.setattr(auditing, "MOST_EXPORTED", 3)
    AuditEntry.objects.bulk_create([AuditEntry(event="contact.listed") for _ in range(4)])
    answer = cast.client("iris").get("/audit/export/?event=contact.listed")
    assert answer.status_code == 422
    assert "choose fewer days" in answer.content.decode()
    assert not AuditEntry.objects.filter(event="audit.exported").exists()


def test_the_administrator_sees_members_teams_and_roles_and_no_record(cast):
    page = cast.client("noor").get("/members/").content.decode()
    row = next(each for each in page.split("<tr>") if "Bilal Prueba" in each)
    assert "Supervisor" in row
    assert "Duty" in row
    assert "Eve Prueba" in page
    assert AuditEntry.objects.filter(event="member.listed", member_id=cast.member("noor").pk).count() == 1
    assert cast.client("iris").get("/members/").status_code == 403
