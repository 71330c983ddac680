# SPDX-License-Identifier: Apache-2.0
"""Both directions between two organisations: offered, accepted or declined, reported, called back, counted once."""

from __future__ import annotations

import uuid

import pytest

from tejido.exchange import format_minute
from tejido.vocabulary import BadInput
from tejido.web.cases.models import Case, Compartment, Note, Person, Task
from tejido.web.mailbox.actions import receive
from tejido.web.mailbox.models import InboundMessage, OutboundMessage
from tejido.web.security.coded import open_coded
from tejido.web.sharing.actions import (
    NotAllowed,
    accept_handover,
    decline_handover,
    hand_over,
    process_arrivals,
    report_handover_outcome,
)
from tejido.web.sharing.actions.arriving import shared_person_id
from tejido.web.sharing.models import Handover
from tests.web.sharing.conftest import NOW, release
from tests.web.sharing.partner import handover_body


def _by(cast, login="chen"):
    return {"by": cast.member(login), "ring": cast.ring(login), "now": NOW}


def _sent(cast, case, terms) -> Handover:
    fields = ["person_name", "preferred_language", "coworkers"]
    return hand_over(case=case, agreement=terms, release=release(cast, case), fields=fields, **_by(cast))


def _arrive(us, message_type, body) -> None:
    assert receive(raw=us.message(message_type, body, NOW), now=NOW).taken


def _accepted(us, handover) -> None:
    _arrive(us, "handover_answer", {"handover_id": str(handover.pk), "answer": "accepted", "on": "2026-11-22",
                                    "counted_by": "mx"})  # fmt: skip


def _outcome_body(handover) -> dict:
    return {
        "handover_id": str(handover.pk), "reached": "yes", "closed": False, "on": "2026-11-25",
        "referrals": [{"need": "shelter", "outcome": "served", "on": "2026-11-24"}],
        "release": {**handover_body()["release"], "purpose": "outcome", "fields": ["needs", "service_outcome"]},
    }  # fmt: skip


def _coded(cast, case) -> dict:
    return dict(open_coded(cast.ring("dora"), "cases"))[case.pk]


def test_an_acceptance_marks_case_and_persons_and_the_sender_counts(cast, case, terms, us):
    handover = _sent(cast, case, terms)
    _accepted(us, handover)
    assert process_arrivals(**_by(cast)) == 1
    assert process_arrivals(**_by(cast)) == 0
    handover.refresh_from_db()
    case.refresh_from_db()
    assert handover.state == Handover.State.ACCEPTED
    assert (case.handover_id, case.counted_by) == (handover.pk, "mx")
    shared = {person.handover_id for person in Person.objects.filter(case=case) if person.handover_id}
    # Survivor and co-workers went; the potential trafficker did not, and stays ours alone.
    assert shared == {shared_person_id(handover.pk, "survivor"), shared_person_id(handover.pk, "coworkers")}
    coded = _coded(cast, case)
    assert (coded["case"]["handover_id"], coded["case"]["counted_by"]) == (str(handover.pk), "mx")


def test_an_outcome_reaches_the_sender_and_waits_for_the_answer_it_follows(cast, case, terms, us):
    handover = _sent(cast, case, terms)
    _arrive(us, "handover_outcome", _outcome_body(handover))
    assert process_arrivals(**_by(cast)) == 0
    _accepted(us, handover)
    process_arrivals(**_by(cast))
    process_arrivals(**_by(cast))
    handover.refresh_from_db()
    outcomes = handover.opened(cast.ring("chen")).outcomes
    assert [each["referrals"][0]["outcome"] for each in outcomes] == ["served"]
    page = cast.client("chen").get(f"/handovers/{handover.pk}/").content.decode()
    assert "Service given" in page or "Servicio otorgado" in page


def test_a_refusal_frees_the_case_and_says_why(cast, case, terms, us):
    handover = _sent(cast, case, terms)
    _arrive(us, "handover_answer", {"handover_id": str(handover.pk), "answer": "declined", "reason": "no_capacity",
                                    "on": "2026-11-22"})  # fmt: skip
    process_arrivals(**_by(cast))
    handover.refresh_from_db()
    case.refresh_from_db()
    assert handover.state == Handover.State.DECLINED
    assert handover.opened(cast.ring("chen")).decline_reason == "no_capacity"
    assert (case.handover_id, case.counted_by) == (None, "")


def _arrived(cast, us, **changes) -> Handover:
    body = handover_body(**changes)
    _arrive(us, "handover", body)
    process_arrivals(**_by(cast))
    return Handover.objects.get(pk=body["handover_id"])


def test_an_accepted_hand_over_becomes_a_case_with_what_she_allowed(cast, us, terms):
    handover = _arrived(cast, us)
    ring = cast.ring("chen")
    case = accept_handover(handover=handover, **_by(cast))
    people = {p.handover_id: p.opened(ring) for p in Person.objects.filter(case=case)}
    survivor = people[shared_person_id(handover.pk, "survivor")]
    crew = people[shared_person_id(handover.pk, "coworkers")]
    accused = people[shared_person_id(handover.pk, "trafficker")]
    assert survivor.names[0]["paternal_surname"] == "Prueba"
    assert (crew.unnamed_group, crew.count_low, crew.count_best, crew.count_high) == (True, 30, 40, 50)
    assert accused.identifiers == [{"kind": "phone", "value": "919-555-0102"}]
    assert (case.handover_id, case.counted_by) == (handover.pk, "us")
    assert all(person.counted_by == "us" for person in Person.objects.filter(case=case))
    assert [note.opened(ring).kind for note in Note.objects.filter(case=case)] == ["own_words"]
    safe = Compartment.objects.get(case=case, kind="safe_contact")
    assert safe.opened(ring).content == "Llamar de noche."
    assert safe.key_id != case.key_id
    answer = us.opens(OutboundMessage.objects.get().raw)
    assert (answer.body["answer"], answer.body["counted_by"]) == ("accepted", "us")
    assert _coded(cast, case)["case"]["counted_by"] == "us"


def test_answering_twice_at_once_opens_one_case(cast, us, terms):
    handover = _arrived(cast, us)
    seen_before = Handover.objects.get(pk=handover.pk)
    accept_handover(handover=handover, **_by(cast))
    with pytest.raises(BadInput):
        decline_handover(handover=seen_before, reason="other", **_by(cast, "bilal"))
    assert Case.objects.count() == 1
    assert OutboundMessage.objects.count() == 1


def test_answering_twice_is_refused(cast, us, terms):
    handover = _arrived(cast, us)
    accept_handover(handover=handover, **_by(cast))
    with pytest.raises(BadInput):
        accept_handover(handover=Handover.objects.get(pk=handover.pk), **_by(cast))
    assert Case.objects.count() == 1


def test_a_hand_over_whose_release_has_ended_is_not_taken_up(cast, us, terms):
    body = handover_body()
    body["release"]["until"] = "2026-11-23"
    _arrive(us, "handover", body)
    process_arrivals(**_by(cast))
    from datetime import timedelta

    with pytest.raises(BadInput, match="release has ended"):
        accept_handover(handover=Handover.objects.get(), **{**_by(cast), "now": NOW + timedelta(days=3)})
    assert not Case.objects.exists()


def test_a_declined_hand_over_keeps_nothing_of_her(cast, us, terms):
    handover = _arrived(cast, us)
    decline_handover(handover=handover, reason="language", **_by(cast))
    assert handover.opened(cast.ring("chen")).body is None
    answer = us.opens(OutboundMessage.objects.get().raw)
    assert (answer.body["answer"], answer.body["reason"]) == ("declined", "language")
    assert not Case.objects.exists()


def test_a_call_back_empties_what_nobody_took_up_and_marks_what_became_a_case(cast, us, terms):
    waiting, taken = _arrived(cast, us), _arrived(cast, us)
    accept_handover(handover=taken, **_by(cast))
    for each in (waiting, taken):
        _arrive(us, "handover_recall", {"handover_id": str(each.pk), "reason": "withdrawn", "on": "2026-11-22"})
    process_arrivals(**_by(cast))
    waiting.refresh_from_db()
    taken.refresh_from_db()
    assert {waiting.state, taken.state} == {Handover.State.WITHDRAWN}
    assert waiting.opened(cast.ring("chen")).body is None
    page = cast.client("chen").get(f"/cases/{taken.case_id}/").content.decode()
    assert "do not pass it on" in page or "no lo comparta" in page
    # Whoever carries the case finds it among the tasks of the day.
    assert Task.objects.get(case=taken.case, owner=taken.case.owner).due_on.isoformat() == "2026-11-22"
    with pytest.raises(BadInput):
        report_handover_outcome(handover=taken, release=None, reached="yes", closed=False, **_by(cast))


def test_the_desk_opens_what_arrived(cast, us, terms):
    """A hand-over, or its call-back, waits for no one to think of looking at the list."""
    _arrive(us, "handover", handover_body())
    desk = cast.client("chen").get("/")
    assert [each.pk for each in desk.context["offered"]] == [Handover.objects.get().pk]


def test_what_came_of_it_goes_back_only_as_she_allows(cast, us, terms):
    from tejido.web.directory.models import Service
    from tejido.web.referrals.actions import make_referral
    from tests.web.directory.services import load

    load(cast)
    handover = _arrived(cast, us)
    case = accept_handover(handover=handover, **_by(cast))
    make_referral(case=case, service=Service.objects.first(), need="shelter", how="read_out_by_phone", **_by(cast))
    with pytest.raises(NotAllowed) as refused:
        report_handover_outcome(handover=handover, release=None, reached="yes", closed=False, **_by(cast))
    assert {reason.code for reason in refused.value.decision.reasons} == {"release_missing"}
    assert OutboundMessage.objects.filter(message_type="handover_outcome").count() == 0
    given = release(cast, case, purpose="outcome", fields=frozenset({"service_outcome", "needs"}))
    report_handover_outcome(handover=handover, release=given, reached="yes", closed=False, **_by(cast))
    told = us.opens(OutboundMessage.objects.get(message_type="handover_outcome").raw).body
    assert told["referrals"] == [{"need": "shelter", "outcome": "given_by_phone", "on": "2026-11-22"}]


@pytest.mark.parametrize("wrong", ["beyond_agreement", "ended", "known"])
def test_a_hand_over_that_should_not_have_been_sent_is_not_taken(cast, us, terms, wrong):
    body = handover_body()
    if wrong == "beyond_agreement":
        body["facts"]["health"] = "dato inventado"
        body["release"]["fields"] = sorted([*body["release"]["fields"], "health"])
    if wrong == "ended":
        body["release"]["until"] = "2026-11-21"
    if wrong == "known":
        _arrive(us, "handover", body)
        process_arrivals(**_by(cast))
    before = Handover.objects.count()
    _arrive(us, "handover", body)
    process_arrivals(**_by(cast))
    assert Handover.objects.count() == before
    assert InboundMessage.objects.filter(state=InboundMessage.State.UNREADABLE).count() == 1


def test_an_alert_of_danger_adds_to_the_case_it_speaks_of(cast, us, terms):
    handover = _arrived(cast, us)
    case = accept_handover(handover=handover, **_by(cast))
    alert = str(uuid.uuid4())
    _arrive(us, "danger_alert", {"alert_id": alert, "handover_id": str(handover.pk), "basis": "imminent_harm",
                                 "facts": {"whereabouts": "Casa inventada"}, "language": "es",
                                 "at": format_minute(NOW)})  # fmt: skip
    process_arrivals(**_by(cast))
    assert accept_handover(handover=Handover.objects.get(pk=alert), **_by(cast)) == case
    content = Compartment.objects.get(case=case, kind="whereabouts").opened(cast.ring("chen")).content
    assert content == "Casa inventada"
    assert Case.objects.count() == 1


def test_an_arrival_is_opened_on_the_page_of_whoever_may_answer(cast, us, terms):
    _arrive(us, "handover", handover_body())
    assert cast.client("amara").get("/handovers/").status_code == 200
    assert not Handover.objects.exists()
    client = cast.client("chen")
    page = client.get("/handovers/").content.decode()
    handover = Handover.objects.get()
    assert str(handover.pk) in page
    assert "Inés" not in page  # a list shows no names
    assert "Inés" in client.get(f"/handovers/{handover.pk}/").content.decode()
    answer = client.post(f"/handovers/{handover.pk}/accept/")
    handover.refresh_from_db()
    assert answer.headers["Location"] == f"/cases/{handover.case_id}/"
    assert cast.client("eve").get(f"/handovers/{handover.pk}/").status_code == 404


def test_a_message_sealed_to_an_older_generation_of_the_team_still_opens(cast, us, terms):
    from tejido.web.accounts.actions import leave_team, signing_key
    from tejido.web.accounts.keys import team_of
    from tejido.web.accounts.models import Team

    team, ring = team_of(Team.Kind.CASES), cast.ring("chen")
    raw = us.message("handover", handover_body(), NOW)
    leave_team(member=cast.member("bilal"), team=team, secret=ring._secret(team.pk, 1), signing=signing_key(ring),
               by=None)  # fmt: skip
    assert receive(raw=raw, now=NOW).taken
    assert process_arrivals(**_by(cast, "bilal")) == 0  # she left the team: it is not hers to open
    assert process_arrivals(**_by(cast, "chen")) == 1
    assert Handover.objects.count() == 1
