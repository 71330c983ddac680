# SPDX-License-Identifier: Apache-2.0
"""A survivor who becomes staff: her case goes to a restricted caseload, and nothing she is or holds reaches it."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import get_resolver
from django.utils import timezone

from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import join_team
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import KeptApart, RestrictedReading, Team
from tejido.web.accounts.readings import see_reading
from tejido.web.accounts.staffing import add_caseload, let_in
from tejido.web.cases import actions
from tejido.web.cases.finding import find_cases, related_to
from tejido.web.cases.glass import break_glass, review_glass
from tejido.web.cases.models import Case, Person, Task
from tejido.web.directory.models import Service
from tejido.web.intake.actions import save_contact, take_call
from tejido.web.intake.models import Contact
from tejido.web.referrals.actions import make_referral
from tejido.web.security.coded import open_coded
from tejido.web.security.keyring import NoKey
from tejido.web.security.models import KeyGrant, SearchToken
from tejido.web.security.sealing import SealedRecord
from tejido.web.sharing.actions.alerts import second_people
from tejido.web.upkeep.actions import ask_shredding, lift_hold, place_hold
from tests.web.directory.services import load
from tests.web.sharing.conftest import from_today, make_case, release

PHONE, NAME = "919-555-0101", "Inés Prueba"  # of the survivor in `make_case`


@pytest.fixture
def restricted(cast):
    """A restricted caseload of bilal's and luz's, and of nobody else's."""
    bilal = cast.member("bilal")
    team = add_caseload(name="Apart", restricted=True, by=bilal, ring=cast.ring("bilal"))
    let_in(member=cast.member("luz"), team=team, by=cast.member("bilal"), ring=cast.ring("bilal"))
    return team


@pytest.fixture
def hers(cast):
    """The case of chen's own past: persons, places, a compartment, a release, a contact; worked on by her team."""
    chen = {"by": cast.member("chen"), "ring": cast.ring("chen")}
    case = make_case(cast).case
    opened = actions.open_compartment(case=case, kind="safe_contact", **chen)
    actions.save_compartment(compartment=opened.record, content="canario", revision=1, **chen)
    release(cast, case, **from_today())
    now = timezone.now()
    contact = take_call(language="es", now=now, **chen)
    save_contact(
        contact=contact, answers={"contactor_phone": PHONE, "contactor_name": NAME}, revision=1, now=now, **chen
    )
    actions.attach_contact(case=case, contact=contact, now=now, **chen)
    actions.add_task(case=case, kind="call_back", text="", due_on=now.date() - timedelta(days=1), now=now, **chen)
    return Case.objects.get(pk=case.pk)


def _move(cast, case, team, *concerned):
    return actions.move_case(case=case, team=team, concerned=[cast.member(login) for login in concerned],
                             by=cast.member("bilal"), ring=cast.ring("bilal"), now=timezone.now())  # fmt: skip


def _records(case):
    found = [case, *Contact.objects.filter(case_link__case=case)]
    for relation in Case._meta.related_objects:
        if issubclass(relation.related_model, SealedRecord):
            found += relation.related_model.objects.filter(**{relation.field.name: case})
    return found


def _inside(team):
    return {team.pk, *team.compartment_teams.values_list("pk", flat=True)}


def test_her_open_session_opens_nothing_of_it_and_duty_and_the_line_hold_no_key(cast, hers, restricted):
    ring = cast.ring("chen")  # made before the move: what she holds in an open session
    assert len(_records(hers)) > 8
    old_key = hers.key_id
    moved = _move(cast, hers, restricted, "chen")
    assert moved.key_id != old_key
    for record in _records(moved):
        assert set(KeyGrant.objects.filter(key=record.key_id).values_list("team_id", flat=True)) <= _inside(restricted)
        for hand in (ring, cast.ring("chen"), cast.ring("amara")):
            with pytest.raises(NoKey):
                record.opened(hand)
        record.opened(cast.ring("bilal"))
    assert not SearchToken.objects.filter(record_id__in=[record.pk for record in _records(moved)]).exists()
    assert not Task.objects.filter(case=moved, owner=cast.member("chen")).exists()


@pytest.mark.slow
def test_she_searches_walks_and_looks_at_her_desk_and_finds_nothing(cast, hers, restricted):
    ask_shredding(record=hers, basis="mistake", by=cast.member("bilal"), now=timezone.now())
    moved = _move(cast, hers, restricted, "chen")
    chen = cast.client("chen")
    nobody = _seen(chen.post("/cases/find/", {"phone": "919-555-9999"}))
    assert _seen(chen.post("/cases/find/", {"phone": PHONE})) == nobody
    assert moved.code not in chen.post("/cases/find/", {"name": NAME}).content.decode()
    assert "/cases/" + str(moved.pk) not in chen.post("/cases/find/", {"code": moved.code}).content.decode()
    pages = ("/", "/cases/?show=all", "/cases/?show=mine", "/contacts/?show=recent", "/contacts/?show=mine",
             "/handovers/", "/shreddings/")  # fmt: skip
    for page in pages:
        assert moved.code not in chen.get(page).content.decode()
    # What hangs on a case is walked by `tests/rules/test_access_of_others.py`, for whoever is in another team.
    for address in _addresses([moved.pk, Contact.objects.get(case_link__case=moved).pk]):
        # A page that only takes a POST says 405 to a GET before it looks for the record.
        answers = chen.get(address), chen.post(address, {})
        assert {answer.status_code for answer in answers} <= {403, 404, 405}, address


def _addresses(ids):
    """Every page of the staff door that takes one id of a record, with each of these."""
    waiting, texts = list(get_resolver("tejido.web.config.staff_urls").url_patterns), []
    while waiting:
        each = waiting.pop()
        waiting += getattr(each, "url_patterns", [])
        if list(getattr(each.pattern, "converters", {}).values()) and not hasattr(each, "url_patterns"):
            texts.append(str(each.pattern))
    others = {"services", "account"}  # the whole organisation's; one's own
    single = [
        each for each in texts if each.count("<") == each.count("<uuid:") == 1 and not others & {*each.split("/")}
    ]
    return ["/" + re.sub("<[^>]*>", str(pk), text) for text, pk in product(single, ids)]


def _seen(answer):
    return re.sub(r'value="[^"]*"', "", answer.content.decode())


def test_on_duty_she_cannot_break_its_glass_and_is_told_that_there_is_no_such_case(cast, hers, restricted):
    duty = team_of(Team.Kind.DUTY)
    let_in(member=cast.member("chen"), team=duty, by=cast.member("bilal"), ring=cast.ring("bilal"))
    moved = _move(cast, hers, restricted, "chen")
    assert [one.login for one in second_people(moved, cast.member("bilal"))] == ["luz"]
    told = []
    for code in (moved.code, "ZZZ-ZZZ"):
        with pytest.raises(BadInput) as refused:
            break_glass(code=code, basis="danger", reason="x", by=cast.member("chen"),
                        ring=cast.ring("chen"), now=timezone.now())  # fmt: skip
        told.append(refused.value.words)
    assert told[0] == told[1]


def test_whoever_is_concerned_is_never_let_in_and_the_database_does_not_say_who(cast, hers, restricted):
    bilal = cast.member("bilal")
    _move(cast, hers, restricted, "chen")
    for team in (restricted, restricted.compartment_teams.first()):
        with pytest.raises((BadInput, PermissionDenied)):
            let_in(member=cast.member("chen"), team=team, by=bilal, ring=cast.ring("bilal"))
    answer = cast.client("bilal").post(f"/teams/{restricted.pk}/let-in/", {"member": str(cast.member("chen").pk)})
    assert answer.status_code == 422
    assert "cannot be in this caseload" in answer.content.decode()
    let_in(member=cast.member("amara"), team=restricted, by=cast.member("bilal"), ring=cast.ring("bilal"))
    kept = KeptApart.objects.get()
    assert str(cast.member("chen").pk) not in str(KeptApart.objects.values())
    with pytest.raises(NoKey):
        kept.opened(cast.ring("chen"))


def test_a_move_that_would_protect_nobody_is_refused_whole(cast, hers, restricted):
    alone = add_caseload(name="Alone", restricted=True, by=cast.member("bilal"), ring=cast.ring("bilal"))
    south = add_caseload(name="South", by=cast.member("bilal"), ring=cast.ring("bilal"))
    for team, concerned in ((alone, "chen"), (south, "chen"), (restricted, "luz"), (restricted, "bilal")):
        with pytest.raises(BadInput):
            _move(cast, hers, team, concerned)
        assert Case.objects.get(pk=hers.pk).key_id == hers.key_id
    assert not KeptApart.objects.exists()


def test_those_of_the_restricted_caseload_work_on_it_and_find_it(cast, hers, restricted):
    moved = _move(cast, hers, restricted)
    bilal = {"by": cast.member("bilal"), "ring": cast.ring("bilal")}
    assert [match.case.pk for match in find_cases(phone=PHONE, **bilal)] == [moved.pk]
    page = cast.client("bilal").get(f"/cases/{moved.pk}/")
    assert page.status_code == 200
    moved.refresh_from_db()
    actions.edit_case(case=moved, revision=moved.revision, changes={"summary": "sigue"}, now=timezone.now(), **bilal)
    assert not SearchToken.objects.filter(record_id=moved.pk).exists()
    opened = actions.open_compartment(case=moved, kind="safe_contact", **bilal)
    assert opened.content == "canario"
    assert set(KeyGrant.objects.filter(key=moved.key_id).values_list("team_id", flat=True)) == {restricted.pk}
    load(cast)
    make_referral(case=moved, service=Service.objects.first(), need="legal", how="read_out_by_phone",
                  now=timezone.now(), **bilal)  # fmt: skip
    ((_, row),) = open_coded(cast.ring("dora"), "referrals")  # counted like everyone's
    assert (row["case_id"], row["need"]) == (str(moved.pk), "legal")


def test_each_reading_waits_for_a_second_person_and_a_search_is_none(cast, hers, restricted):
    moved = _move(cast, hers, restricted)
    RestrictedReading.objects.all().delete()
    bilal, luz = cast.member("bilal"), cast.member("luz")
    find_cases(phone=PHONE, by=bilal, ring=cast.ring("bilal"))
    assert not RestrictedReading.objects.exists()
    client = cast.client("bilal")
    client.get(f"/cases/{moved.pk}/")
    client.get(f"/cases/{moved.pk}/edit/")
    reading = RestrictedReading.objects.get(record_key=moved.key_id)
    assert (reading.member, reading.seen_by, reading.team) == (bilal, None, restricted)
    for reader in ("bilal", "chen"):  # not the reader herself, nor anybody outside
        with pytest.raises(PermissionDenied):
            see_reading(reading=reading, by=cast.member(reader), now=timezone.now())
        assert f"/readings/{reading.pk}/" not in cast.client(reader).get("/").content.decode()
    second = cast.client("luz")
    page = second.get("/").content.decode()
    assert f"/readings/{reading.pk}/seen/" in page
    assert moved.code in page
    assert second.post(f"/readings/{reading.pk}/seen/").status_code == 302
    assert RestrictedReading.objects.get(pk=reading.pk).seen_by == luz
    assert f"/readings/{reading.pk}/" not in second.get("/").content.decode()


def test_a_new_contact_put_to_a_restricted_case_leaves_the_open_queue(cast, hers, restricted):
    moved = _move(cast, hers, restricted)
    contact = take_call(language="es", by=cast.member("bilal"), ring=cast.ring("bilal"), now=timezone.now())
    actions.attach_contact(case=moved, contact=contact, by=cast.member("bilal"), ring=cast.ring("bilal"),
                           now=timezone.now())  # fmt: skip
    contact = Contact.objects.get(pk=contact.pk)
    assert contact.team == restricted
    with pytest.raises(NoKey):
        contact.opened(cast.ring("chen"))


def test_moved_back_it_is_found_and_duty_opens_it_again(cast, hers, restricted):
    north = hers.team
    back = _move(cast, _move(cast, hers, restricted), north)
    assert find_cases(phone=PHONE, by=cast.member("chen"), ring=cast.ring("chen"))
    duty = team_of(Team.Kind.DUTY).pk
    inside = {north.pk, duty, *north.compartment_teams.values_list("pk", flat=True)}
    for record in _records(back):
        held = set(KeyGrant.objects.filter(key=record.key_id).values_list("team_id", flat=True))
        assert duty in held
        assert held <= inside
    assert Person.objects.filter(case=back).first().opened(cast.ring("chen")).role


def test_the_page_moves_the_case_and_what_is_hers_too(cast, hers, restricted):
    another = make_case(cast, "amara").case
    bilal = {"by": cast.member("bilal"), "ring": cast.ring("bilal")}
    assert another.pk in {match.case.pk for match in related_to(hers, **bilal) if match.case}
    client = cast.client("bilal")
    page = client.get(f"/cases/{hers.pk}/move/").content.decode()
    assert another.code in page
    assert client.post(f"/cases/{hers.pk}/move/", {"team": ""}).status_code == 422
    sent = client.post(f"/cases/{hers.pk}/move/", {
        "team": str(restricted.pk), "also": [str(another.pk)], "concerned": [str(cast.member("chen").pk)],
    })  # fmt: skip
    assert sent.status_code == 302
    assert set(Case.objects.filter(team=restricted)) == {hers, another}
    # Beside another case what is restricted is not offered to be taken elsewhere.
    third = make_case(cast, "amara").case
    assert f'value="{another.pk}"' not in client.get(f"/cases/{third.pk}/move/").content.decode()
    assert KeptApart.objects.get().opened(cast.ring("luz")).member == str(cast.member("chen").pk)


def test_a_supervisor_makes_a_restricted_caseload_on_the_page_of_teams(cast):
    client = cast.client("bilal")
    assert client.post("/teams/new/", {"name": "Apart", "restricted": "on"}).status_code == 302
    team = Team.objects.get(name="Apart")
    assert team.restricted
    assert all(inner.restricted for inner in team.compartment_teams.all())
    assert client.post("/teams/new/", {"name": "Apart"}).status_code == 422
    for login in ("chen", "dora", "noor", "iris"):
        assert cast.client(login).post("/teams/new/", {"name": "Other"}).status_code == 403
    assert not Team.objects.filter(name="Other").exists()


def test_neither_a_search_of_the_audit_nor_its_list_nor_its_file_names_it_to_her(cast, hers, restricted):
    """As an auditor she reads who did what, and not that it was to a case of hers."""
    now, bilal = timezone.now(), {"by": cast.member("bilal"), "ring": cast.ring("bilal")}
    on_contact, on_case = [place_hold(record=each, reason="juicio", now=now, **bilal)
                           for each in (Contact.objects.get(case_link__case=hers), hers)]  # fmt: skip
    lift_hold(hold=on_contact, by=cast.member("bilal"), now=now)
    duty = team_of(Team.Kind.DUTY)
    join_team(member=cast.member("eve"), team=duty, secret=cast.ring("bilal").current_secret(duty.pk),
              by=cast.member("bilal"))  # fmt: skip
    broken = break_glass(code=hers.code, basis="danger", reason="peligro", by=cast.member("eve"),
                         ring=cast.ring("eve"), now=now)  # fmt: skip
    review_glass(broken=broken, word="bien", now=now, **bilal)
    moved = _move(cast, hers, restricted, "iris")
    cast.client("bilal").get(f"/cases/{moved.pk}/")
    hanging = [*_records(moved), on_contact, on_case, broken]
    iris, ids = cast.client("iris"), [str(record.pk) for record in hanging]
    for asked in (moved.code, *ids):
        assert iris.get("/audit/", {"about": asked}).status_code == 422
    listed, file = iris.get("/audit/").content.decode(), iris.get("/audit/export/").content.decode()
    for each in ids:
        assert each[:8] not in listed
        assert each not in file
    assert all(
        event in file for event in ("case.moved", "hold.placed", "hold.lifted", "glass.broken", "glass.reviewed")
    )
