# SPDX-License-Identifier: Apache-2.0
"""The desk: each sees what is hers to do, in codes and days."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.test import Client

from tejido.web.cases import actions
from tejido.web.desk.workload import Load
from tejido.web.intake.actions import take_call
from tejido.web.intake.channels.web_form.actions import receive
from tejido.web.security.models import AuditEntry

NOW = datetime(2026, 3, 2, 20, tzinfo=UTC)


def arrived():
    answers = {"own_words": "palabra-secreta", "language": "nah"}
    return receive(notice_version="2026-01", notice_at=NOW, notice_language="es", answers=answers, now=NOW)


def test_an_advocate_sees_who_waits_and_what_is_hers(cast):
    hers = {"by": cast.member("amara"), "ring": cast.ring("amara"), "now": NOW}
    waiting, taken, case = arrived(), take_call(language="es", **hers), actions.open_case(**hers)
    page = cast.client("amara").get("/").content.decode()
    for record in (waiting, taken, case):
        assert record.code in page
    assert "palabra-secreta" not in page
    others = cast.client("chen").get("/").content.decode()
    assert waiting.code in others
    assert taken.code not in others
    assert case.code not in others


def test_tasks_stand_in_the_order_of_their_days_and_say_what_is_overdue(cast):
    hers = {"by": cast.member("amara"), "ring": cast.ring("amara"), "now": NOW}
    late, later = actions.open_case(**hers), actions.open_case(**hers)
    actions.add_task(case=later, kind="call_back", text="", due_on=date(2126, 1, 1), **hers)
    actions.add_task(case=late, kind="call_back", text="", due_on=date(2020, 1, 1), **hers)
    tasks = cast.client("amara").get("/").context["tasks"]
    assert [task.case_id for task in tasks] == [late.pk, later.pk]


def test_whoever_takes_no_contacts_sees_none_and_eve_sees_an_empty_desk(cast):
    waiting = arrived()
    for login in ("dora", "noor", "iris", "eve"):
        assert waiting.code not in cast.client(login).get("/").content.decode(), login


def test_a_look_at_the_desk_is_one_line_of_counts(cast):
    arrived()
    client = cast.client("amara")
    before = AuditEntry.objects.count()
    client.get("/")
    (line,) = AuditEntry.objects.order_by("pk")[before:]
    assert (line.event, line.detail["count"]) == ("desk.shown", 1)


def test_a_stranger_is_sent_to_sign_in(db):
    answer = Client().get("/")
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/login/")


def test_whoever_looks_after_the_team_sees_who_carries_how_much_and_nobody_else_does(cast):
    hers = {"by": cast.member("amara"), "ring": cast.ring("amara"), "now": NOW}
    take_call(language="es", **hers)
    case = actions.open_case(**hers)
    actions.add_task(case=case, kind="call_back", text="", due_on=date(2020, 1, 1), **hers)
    client = cast.client("bilal")
    assert client.get("/").context["workload"] == [Load("Amara Prueba", 1, 1, 1)]
    assert "workload" not in cast.client("amara").get("/").context
