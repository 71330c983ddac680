# SPDX-License-Identifier: Apache-2.0
"""The auditor's page: who did what and when, in words, and nothing of what any record holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from django.utils import timezone

from tejido.vocabulary import code_list
from tejido.web.cases import actions
from tejido.web.security.models import AuditEntry
from tests.rules.source import WEB

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
    assert str(case.pk) not in page
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
        found = re.search(r'class="pager"><a href="([^"]+)"', answer.content.decode())
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
    rows = _page(cast, f"?member={cast.member('chen').pk}&day=2026-01-01").context["page"].rows
    assert [line.entry.pk for line in rows] == [late.pk]
    assert _page(cast, f"?member={cast.member('bilal').pk}&day=2026-01-01").context["page"].rows == []


def test_a_day_that_is_none_is_said_and_no_filter_is_guessed(cast):
    answer = _page(cast, "?day=2026-13-45")
    assert answer.status_code == 422
    assert answer.context["form"].errors["day"]


def test_looking_at_the_audit_is_a_line_itself(cast):
    _page(cast, "?day=2026-01-01")
    line = AuditEntry.objects.filter(event="audit.listed").latest("pk")
    assert (line.member_id, line.detail) == (cast.member("iris").pk, {"filter": "day", "count": 0})


def test_an_advocate_may_not_look(cast):
    assert _page(cast, login="amara").status_code == 403


def test_every_event_the_code_writes_has_its_words():
    written = set()
    for path in Path(WEB).rglob("*.py"):
        written |= set(re.findall(r'audit\.record\(\s*f?"([^"]+)"', path.read_text(encoding="utf-8")))
    assert len(written) > 50
    # The one made of two halves: what became of a message.
    written = (written - {"message.{state}"}) | {"message.delivered", "message.refused"}
    assert sorted(written - set(code_list("audit_event").codes)) == []


def test_the_administrator_sees_members_teams_and_roles_and_no_record(cast):
    page = cast.client("noor").get("/members/").content.decode()
    row = next(each for each in page.split("<tr>") if "Bilal Prueba" in each)
    assert "Supervisor" in row
    assert "Duty" in row
    assert "Eve Prueba" in page
    assert AuditEntry.objects.filter(event="member.listed", member_id=cast.member("noor").pk).count() == 1
    assert cast.client("iris").get("/members/").status_code == 403
