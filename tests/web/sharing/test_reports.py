# SPDX-License-Identifier: Apache-2.0
"""What authorities are told: a ground the law names, the least, a second person, the survivor told when it is safe."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tejido.vocabulary import BadInput
from tejido.web.cases.actions import edit_person
from tejido.web.cases.models import Task
from tejido.web.mailbox.models import OutboundMessage
from tejido.web.security.models import AuditEntry
from tejido.web.sharing.actions import NotAllowed, prepare_report, report_not_required, report_told
from tejido.web.sharing.models import Alert, Report
from tests.web.sharing.conftest import NOW, make_case

FIELDS = ("person_name", "age_band")


@pytest.fixture
def young(cast):
    """A case with a survivor who is under 18."""
    made = make_case(cast)
    edit_person(person=made.survivor, values={"age_at_contact": "minor"}, revision=1, by=cast.member("chen"),
                ring=cast.ring("chen"))  # fmt: skip
    return made


def _prepare(
    cast, made, *, by="amara", second="bilal", fields=FIELDS, basis="under_18_notice", recipient="child_protection",
    due_at=None,
):  # fmt: skip
    return prepare_report(
        case=made.case, basis=basis, recipient=recipient, person=made.survivor.pk, fields=fields, due_at=due_at,
        second=cast.member(second) if second else None, by=cast.member(by), ring=cast.ring(by), now=NOW,
    )  # fmt: skip


def _told(cast, report, *, by="amara", at=NOW, to="Procuraduría, turno de noche, folio 12"):
    report_told(report=report, at=at, how="phone", to=to, by=cast.member(by), ring=cast.ring(by), now=NOW)


def test_a_report_holds_the_least_and_a_second_person_is_alerted(cast, young):
    report = _prepare(cast, young)
    opened = report.opened(cast.ring("bilal"))
    assert set(opened.facts) == set(FIELDS)
    assert (opened.basis, opened.recipient, opened.decision["lane"]) == (
        "under_18_notice", "child_protection", "mandatory_report",
    )  # fmt: skip
    assert report.due_at == NOW + timedelta(hours=24)  # as the rules of this organisation say
    alert = Alert.objects.get()
    assert (alert.case, alert.report, alert.raised_by) == (young.case, report, cast.member("amara"))
    assert not OutboundMessage.objects.exists()  # nothing leaves the system
    assert not Task.objects.exists()  # nothing to tell her yet: nobody was told anything


def test_what_the_law_is_about_stands_nowhere_in_clear(cast, young):
    """Who reads the disk learns that an authority is told something, not that somebody is under 18."""
    report = _prepare(cast, young)
    row = Report.objects.filter(pk=report.pk).values(*Report.OPEN_COLUMNS).get()
    said = str(row) + str(list(Alert.objects.values())) + str(list(AuditEntry.objects.values("event", "detail")))
    assert "under_18" not in said
    assert "mandatory" not in said
    assert "child_protection" not in said


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"second": None}, "second_person_missing"),
        ({"second": "chen"}, "second_person_missing"),  # not on duty: cannot be alerted
        ({"by": "bilal", "second": "bilal"}, "second_person_same"),
        ({"basis": "a_hunch"}, "basis_unknown"),
        ({"fields": (*FIELDS, "own_words")}, "basis_fields"),
        ({"fields": ()}, "nothing_asked"),
        ({"recipient": "law_enforcement"}, "recipient_not_in_pack"),
        ({"recipient": "nobody_known"}, "unknown_recipient_kind"),
    ],
)
def test_a_report_is_refused_without_its_conditions(cast, young, changes, reason):
    with pytest.raises(NotAllowed) as refused:
        _prepare(cast, young, **changes)
    assert reason in {each.code for each in refused.value.decision.reasons}
    assert not Report.objects.exists()
    assert not Alert.objects.exists()
    assert AuditEntry.objects.filter(event="sharing.refused").exists()


def test_the_duty_about_under_18s_needs_someone_recorded_as_such(cast):
    with pytest.raises(NotAllowed) as refused:
        _prepare(cast, make_case(cast))  # an adult
    assert {each.code for each in refused.value.decision.reasons} == {"basis_under_18"}


def test_a_court_order_is_due_when_it_says_and_danger_at_once(cast):
    made = make_case(cast)
    order = {"basis": "court_order", "recipient": "court", "fields": ("person_name",)}
    with pytest.raises(BadInput) as missing:
        _prepare(cast, made, **order)
    assert missing.value.code == "due_missing"
    until = NOW + timedelta(days=9)
    assert _prepare(cast, made, **order, due_at=until).due_at == until
    danger = {"basis": "imminent_harm", "recipient": "emergency_services", "fields": ("person_phone",)}
    assert _prepare(cast, made, **danger, due_at=until).due_at == NOW


def test_once_told_it_says_when_how_and_by_whom_and_she_is_to_be_told(cast, young):
    report = _prepare(cast, young)
    _told(cast, report)
    report.refresh_from_db()
    assert (report.state, report.state_changed_by) == ("told", cast.member("amara"))
    told = report.opened(cast.ring("amara")).told
    assert told == {"at": NOW.isoformat(), "how": "phone", "to": "Procuraduría, turno de noche, folio 12"}
    task = Task.objects.get(case=young.case)
    assert task.opened(cast.ring("chen")).kind == "call_back"
    assert not Report.objects.due().exists()


def test_it_is_settled_once(cast, young):
    report = _prepare(cast, young)
    stale = Report.objects.get(pk=report.pk)
    _told(cast, report)
    with pytest.raises(BadInput) as twice:
        _told(cast, stale, to="Somebody else")
    assert twice.value.code == "report_settled"
    with pytest.raises(BadInput):
        report_not_required(report=stale, reason="She is 19.", by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)
    assert Report.objects.get().opened(cast.ring("amara")).told["to"].startswith("Procuraduría")
    assert Task.objects.count() == 1


def test_nothing_is_told_in_the_future(cast, young):
    report = _prepare(cast, young)
    with pytest.raises(BadInput):
        _told(cast, report, at=NOW + timedelta(minutes=1))
    assert Report.objects.get().state == "due"


def test_not_required_needs_its_reason_and_leaves_the_alert(cast, young):
    report = _prepare(cast, young)
    answer = cast.client("chen").post(f"/reports/{report.pk}/not-required/", {"reason": ""})
    assert answer.status_code == 422
    cast.client("chen").post(f"/reports/{report.pk}/not-required/", {"reason": "Es mayor de edad."})
    report.refresh_from_db()
    assert (report.state, report.opened(cast.ring("bilal")).reason) == ("not_required", "Es mayor de edad.")
    assert Alert.objects.unseen().count() == 1


def test_only_who_may_and_whose_team_carries_the_case(cast, young):
    report = _prepare(cast, young)
    with pytest.raises(PermissionDenied):
        _prepare(cast, young, by="eve")  # the permission, not the team
    assert cast.client("eve").get(f"/reports/{report.pk}/").status_code == 404
    assert cast.client("dora").get(f"/reports/{report.pk}/").status_code == 403
    assert cast.client("eve").post(f"/reports/{report.pk}/told/", {}).status_code == 404


@pytest.mark.parametrize(("language", "confirm"), [("en", "counsel must confirm it"), ("es-mx", "persona abogada")])
def test_the_pages_walk_from_the_ground_to_the_note(cast, young, language, confirm):
    client = cast.client("amara")
    client.cookies["tejido_mx_staff_language"] = language
    start = client.get(f"/cases/{young.case.pk}/reports/new/").content.decode()
    assert 'value="under_18_notice"' in start
    assert confirm in start
    address = f"/cases/{young.case.pk}/reports/new/"
    form = client.post(address, {"ground": "under_18_notice"}).content.decode()
    assert 'value="whereabouts"' in form
    assert 'value="own_words"' not in form
    assert 'name="due_on"' not in form  # the rules say until when
    chosen = {
        "basis": "under_18_notice", "recipient": "child_protection", "person": str(young.survivor.pk),
        "shared": ["person_name"], "second": str(cast.member("bilal").pk),
    }  # fmt: skip
    page = client.post(address, chosen, follow=True)
    text = page.content.decode()
    assert "Inés Prueba Uno" in text
    assert confirm in text
    report = Report.objects.get()
    assert young.case.code in client.get("/").content.decode()  # on the desk until it is made
    assert report in client.get("/").context["reports"]
    late = client.post(f"/reports/{report.pk}/told/", {"at": "2099-01-01T10:00", "how": "phone", "to": "Nadie"})
    assert late.status_code == 422
    at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    done = client.post(f"/reports/{report.pk}/told/", {"at": at, "how": "phone", "to": "Folio 12"}, follow=True)
    assert "Folio 12" in done.content.decode()
    assert client.get("/").context["reports"] == []
    # The second person sees it, and the page names no one.
    alerts = cast.client("bilal").get("/alerts/").content.decode()
    assert f"/reports/{report.pk}/" in alerts
    assert "Inés" not in alerts


def test_without_anyone_to_report_about_the_page_says_what_to_do_first(cast):
    from tejido.web.cases.actions import open_case

    case = open_case(by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)
    page = cast.client("chen").post(f"/cases/{case.pk}/reports/new/", {"ground": "under_18_notice"}).content.decode()
    assert f"/cases/{case.pk}/persons/new/" in page
    assert '<form method="post" class="narrow"' not in page


def test_people_without_names_can_be_whom_it_is_about(cast):
    from tejido.web.cases.models import Person

    made = make_case(cast)
    ring = cast.ring("chen")
    group = next(one for one in Person.objects.filter(case=made.case) if one.opened(ring).unnamed_group)
    edit_person(person=group, values={"group_counts": {"age_at_contact": {"minor": 3}}}, revision=1,
                by=cast.member("chen"), ring=ring)  # fmt: skip
    chosen = {"ground": "under_18_notice"}
    assert str(group.pk) in cast.client("chen").post(f"/cases/{made.case.pk}/reports/new/", chosen).content.decode()
    made.survivor = group
    with pytest.raises(BadInput):  # nothing of these facts is known of them
        _prepare(cast, made, by="chen")
    report = _prepare(cast, made, by="chen", basis="court_order", recipient="court", fields=("places",), due_at=NOW)
    assert report.opened(ring).facts["places"]
