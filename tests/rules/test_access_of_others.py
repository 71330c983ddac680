# SPDX-License-Identifier: Apache-2.0
"""Every record × someone with every role who is in another team, and ids of another team in every form."""

from __future__ import annotations

import re
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tejido.web.accounts import staffing
from tejido.web.accounts.actions import join_team
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import RestrictedReading, SecurityKey, SignedInSession, Team
from tejido.web.accounts.tries import Tries
from tejido.web.cases import actions
from tejido.web.cases.glass import break_glass
from tejido.web.cases.models import Case, Place
from tejido.web.cases.parts import add_business
from tejido.web.intake.actions import take_call
from tejido.web.packets.models import Packet
from tejido.web.security.keyring import NoKey
from tests.node import _CAST
from tests.rules.open_routes import OPEN_TO_MEMBERS, ORGANISATION_WIDE
from tests.rules.walking import GUARDED, REFUSED, ROUTES, STAFF_ROLES, Inside, every_id, everything, undone, with_roles
from tests.web.caseloads import south_for
from tests.web.seeding import seed
from tests.web.sharing.conftest import from_today, make_case, release

WITH_RECORDS = [route for route in GUARDED if route.records and route.name not in ORGANISATION_WIDE]


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """One of each thing, made once for this file; bilal is in every team, and eve in another line and caseload.

    `opened`: for each route the first record that opens for bilal with every role.
    """
    cast = _CAST["cast"]
    with django_db_blocker.unblock(), transaction.atomic():
        seeded = seed(cast.logins, edition=True)
        pairs = [(seeded["case"], _more(cast, seeded["case"])), (team_of(Team.Kind.CASES).pk, cast.member("amara").pk)]
        _break_glass(cast, seeded["case"])
        for login, kind in (("dora", Team.Kind.DATA), ("noor", Team.Kind.ADMINISTRATION)):
            team = team_of(kind)
            staffing.let_in(member=cast.member("bilal"), team=team, by=cast.member(login), ring=cast.ring(login))
        referral = Packet.objects.get(pk=seeded["packet"]).referral.pk
        ids = [*every_id(seeded), str(team_of(Team.Kind.CASES).pk), str(referral)]
        of = {0: [()], 1: [(each,) for each in ids], 2: pairs}
        south_for(cast, "eve")
        bilal = _of_every_role(cast, "bilal")
        opened = {route: _found(bilal, route, of[route.records]) for route in GUARDED}
        yield SimpleNamespace(cast=cast, seeded=seeded, opened=opened, bilal=bilal)
        transaction.set_rollback(True)


def _more(cast, pk: str) -> str:
    """A task, a compartment, a reading to be looked at, and a business, whose id this is."""
    case, by, ring = Case.objects.get(pk=pk), cast.member("chen"), cast.ring("chen")
    actions.open_compartment(case=case, kind="whereabouts", by=by, ring=ring)
    actions.add_task(case=case, kind="call_back", text="De noche.", due_on=timezone.now().date(), owner=by, by=by,
                     ring=ring, now=timezone.now())  # fmt: skip
    RestrictedReading.objects.create(team=case.team, record_key=case.key_id, member=by, on=case.opened_on)
    case.refresh_from_db()
    add_business(case=case, name="Inventada", revision=case.revision, by=by, ring=ring)
    return Case.objects.get(pk=pk).opened(ring).businesses[0]["id"]


def _break_glass(cast, pk: str) -> None:
    duty, noor = team_of(Team.Kind.DUTY), cast.member("noor")
    join_team(member=noor, team=duty, secret=cast.ring("bilal").current_secret(duty.pk), by=cast.member("bilal"))
    noor = cast.member("noor")
    noor.roles = ["supervisor"]
    break_glass(code=Case.objects.get(pk=pk).code, basis="danger", reason="Inventada.", by=noor, ring=cast.ring("noor"),
                now=timezone.now())  # fmt: skip


def _of_every_role(cast, login: str) -> Inside:
    someone = Inside(cast, login)
    someone.member.roles = list(STAFF_ROLES)
    return someone


def _found(someone: Inside, route, these) -> tuple[str, ...] | None:
    """The first of these that opens for her, if any does; a method that is 405 is so for every id."""
    methods = ["get", "post"]
    for ids in these:
        for method in list(methods):
            with undone():
                code = someone.asks(route, method, *ids).status_code
            if code == 405:
                methods.remove(method)
            elif code not in REFUSED:
                return ids
    return None


def test_what_opens_in_her_own_team_is_not_found_with_every_role_in_another(house, db):
    """Role is no question here: both have all of them. Only the team is not eve's."""
    assert [route.name for route, ids in house.opened.items() if ids is None] == []  # the walk is not blind
    eve, before = _of_every_role(house.cast, "eve"), everything()
    for route in WITH_RECORDS:
        asked = {ids for each, ids in house.opened.items() if each.records == route.records}
        for method in ("get", "post"):
            for ids in asked:
                code = eve.asks(route, method, *ids).status_code
                assert code in REFUSED, (route.name, method, code)
                if code == 405:
                    break
    assert everything() == before


def test_were_no_team_asked_for_the_walk_would_fail_for_every_record(house, db):
    """Eve as if every team were hers, though none of their keys is: what is found then does not open."""
    eve, blind = _of_every_role(house.cast, "eve"), []
    eve.member.team_ids = frozenset(Team.objects.values_list("pk", flat=True))
    for route in WITH_RECORDS:
        with suppress(NoKey), undone():
            if eve.tries(route, *house.opened[route]) <= set(REFUSED):
                blind.append(route.name)
    assert blind == []


def test_through_the_whole_door_another_teams_record_is_not_found_either(house, db):
    eve = with_roles(house.cast, "eve", *STAFF_ROLES)
    before = everything()
    for name in ("show_case", "edit_case", "edit_contact", "show_file", "show_report", "show_handover",
                 "show_sheet", "show_shredding"):  # fmt: skip
        route = next(route for route in ROUTES if route.name == name)
        for seeded in ("case", "contact", "file", "report", "handover", "sheet", "shredding"):
            assert eve.get(route.address(house.seeded[seeded])).status_code == 404, name
    assert everything() == before


def test_ids_of_another_team_in_a_form_or_an_address_open_and_change_nothing(house, db):
    made, walked = _made_in_the_south(house.cast), 0
    foreign, code = {name: str(each.pk) for name, each in made.items()}, made["case"].code
    before = {whole: _as_they_stand(made, with_parts=whole) for whole in (True, False)}
    for route, ids in house.opened.items():
        if route.name in ORGANISATION_WIDE:
            continue
        with undone():
            page = house.bilal.asks(route, "get", *ids)
        forms = _forms(page, foreign)
        for method, form in [("get", forms[1]), *(("post", form) for form in forms)]:
            with undone():
                answer = house.bilal.asks(route, method, *ids, **form)
                if answer.status_code == 405:
                    continue
                walked += 1
                assert code.encode() not in b"".join(answer), (route.name, method)
                wrote = answer.status_code == 302
                assert _as_they_stand(made, with_parts=wrote) == before[wrote], (route.name, method)
    assert walked > 2 * len(GUARDED)
    # Were it her team's, the walk would have seen it.
    Case.objects.filter(code=code).update(team=Case.objects.get(pk=house.seeded["case"]).team)
    page = house.bilal.asks(next(route for route in GUARDED if route.name == "list_cases"), "get")
    assert code in page.content.decode()


def _forms(page, foreign: dict[str, str]) -> list[dict[str, str]]:
    """What could be sent there: each foreign id by the name a form gives it, then case and contact in every field."""
    names = set(re.findall(r'name="([a-z_]+)"', page.content.decode(errors="replace"))) - {"csrfmiddlewaretoken"}
    names |= {*foreign, "after", "owner", "second", "member", "pk", "id", "q"}
    return [foreign, *(dict.fromkeys(names, foreign[kind]) for kind in ("case", "contact"))]


def _made_in_the_south(cast) -> dict[str, Any]:
    """A case, a contact, and what is in the case, of a team the cast is not in."""
    made = make_case(cast, "eve")
    hers = release(cast, made.case, "eve", **from_today())
    contact = take_call(language="es", by=cast.member("eve"), ring=cast.ring("eve"), now=timezone.now())
    place = Place.objects.get(case=made.case)
    return {"case": made.case, "person": made.survivor, "contact": contact, "release": hers, "place": place}


def _as_they_stand(foreign: dict[str, Any], *, with_parts: bool) -> list[Any]:
    """The rows; `with_parts`: and how much of each kind hangs on the case and on the contact."""
    rows: list[Any] = [type(each).objects.filter(pk=each.pk).values().first() for each in foreign.values()]
    for each in (foreign["case"], foreign["contact"]) if with_parts else ():
        for link in each._meta.related_objects:
            rows.append(link.related_model._default_manager.filter(**{link.field.name: each.pk}).count())
    return rows


# One's own account, and a colleague's


def test_nobody_ends_anothers_session_or_removes_her_key(cast):
    chen, eve = Inside(cast, "chen"), _of_every_role(cast, "eve")
    cast.client("chen")
    session = SignedInSession.objects.get(member=chen.member)
    now = timezone.now()
    key = SecurityKey.objects.create(member=chen.member, credential=b"invented", added_at=now)
    hers = {"end_one_session": session.pk, "remove_key": key.pk}
    assert set(hers) == {route.name for route in ROUTES if route.name in OPEN_TO_MEMBERS and route.records}
    routes = [route for route in ROUTES if route.name in hers]
    for someone, left in ((eve, 1), (chen, 0)):  # chen herself can: the walk is not blind
        for route in routes:
            someone.asks(route, "post", hers[route.name])
        assert SignedInSession.objects.filter(pk=session.pk).count() == left
        assert SecurityKey.objects.filter(pk=key.pk).count() == left


def test_a_supervisor_signs_out_her_own_teams_and_nobody_else(cast):
    cast.client("chen")
    route = next(route for route in ROUTES if route.name == "sign_out_member")
    chen, eve, bilal = cast.member("chen"), Inside(cast, "eve"), Inside(cast, "bilal")
    eve.member.roles = ["supervisor"]
    assert eve.asks(route, "post", chen.pk).status_code == 403
    assert SignedInSession.objects.filter(member=chen).count() == 1
    assert bilal.asks(route, "post", chen.pk).status_code == 302
    assert SignedInSession.objects.filter(member=chen).count() == 0


def test_a_supervisor_lets_her_own_teams_try_again_and_nobody_else(cast):
    route = next(route for route in ROUTES if route.name == "let_try_again")
    chen, eve, bilal = cast.member("chen"), Inside(cast, "eve"), Inside(cast, "bilal")
    eve.member.roles = ["supervisor"]
    for _try in range(9):
        Tries(chen.login).failed(timezone.now())
    assert eve.asks(route, "post", chen.pk).status_code == 403
    assert Tries(chen.login).must_wait(timezone.now())
    assert bilal.asks(route, "post", chen.pk).status_code == 302
    assert not Tries(chen.login).must_wait(timezone.now())
