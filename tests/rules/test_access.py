# SPDX-License-Identifier: Apache-2.0
"""Every route of the staff door × everyone who should not be there. A new route is walked the day it is written."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import UUIDField
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.cases.models import Case, Place
from tejido.web.intake.actions import take_call
from tejido.web.intake.models import Contact
from tejido.web.security.permissions import Permission
from tejido.web.security.roles import ROLES
from tests.web.seeding import seed
from tests.web.sharing.conftest import make_case, release

# Pages that need no permission, and why.
OPEN_TO_STRANGERS = {"sign_in", "sign_in_with_key", "choose_language"}  # before signing in
OPEN_TO_MEMBERS = {
    "show_desk", "sign_out",  # one's own desk, one's own leaving
    "show_account", "choose_password", "make_codes", "end_one_session", "end_other_sessions",  # one's own account
    "add_key", "keep_key", "remove_key",
}  # fmt: skip
SAMPLES = {"str": "es", "slug": "es", "int": "1"}


def _routes() -> list[URLPattern]:
    found, waiting = [], list(get_resolver("tejido.web.config.staff_urls").url_patterns)
    while waiting:
        each = waiting.pop()
        if isinstance(each, URLPattern):
            found.append(each)
        else:
            waiting.extend(each.url_patterns)
    return sorted(found, key=lambda route: route.name or "")


ROUTES = _routes()
GUARDED = [route for route in ROUTES if route.name not in OPEN_TO_STRANGERS | OPEN_TO_MEMBERS]
BY_NAME = pytest.mark.parametrize("route", GUARDED, ids=[str(route.name) for route in GUARDED])


def _addresses(route: URLPattern, ids) -> list[str]:
    """The route's addresses for every combination of records that could stand in it."""
    converters = route.pattern.converters
    kinds = [type(each).__name__.removesuffix("Converter").lower() for each in converters.values()]
    values = [list(ids) if kind == "uuid" else [SAMPLES.get(kind, "es")] for kind in kinds]
    text = str(route.pattern)
    addresses = []
    for chosen in product(*values):
        address = text
        for name, value in zip(converters, chosen, strict=True):
            start, end = address.index("<"), address.index(">")
            assert name in address[start:end]
            address = address[:start] + str(value) + address[end + 1 :]
        addresses.append("/" + address)
    return addresses


def _asked(client: Client, address: str):
    return [client.get(address), client.post(address, {})]


def test_every_route_has_a_name_of_its_own():
    names = [route.name for route in ROUTES]
    assert None not in names
    assert len(names) == len(set(names))


@BY_NAME
def test_every_route_names_the_permission_it_asks_for(route):
    assert isinstance(getattr(route.callback, "permission", None), Permission)


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.name not in OPEN_TO_STRANGERS], ids=lambda route: str(route.name)
)
def test_a_stranger_is_sent_to_sign_in(route, db):
    for address in _addresses(route, [uuid4()]):
        for answer in _asked(Client(), address):
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith("/login/")


@pytest.mark.parametrize("login", ["amara", "chen", "bilal", "dora", "noor", "iris", "luz"])
def test_a_member_without_the_permission_is_refused_everywhere(login, cast):
    client, member = cast.client(login), cast.member(login)
    allowed = {permission for role in member.roles for permission in ROLES[role].permissions}
    refused = [route for route in GUARDED if route.callback.permission not in allowed]
    assert refused
    for route in refused:
        for address in _addresses(route, [uuid4()]):
            codes = {answer.status_code for answer in _asked(client, address)}
            # A method the page does not have is 405 for everyone; the one it has must refuse.
            assert 403 in codes and codes <= {403, 405}, (route.name, codes)  # noqa: PT018


def test_a_member_of_no_team_finds_no_record_of_another(cast):
    ids = sorted(set(seed(cast.logins).values()) | _every_id())
    eve = cast.client("eve")  # a case manager's permissions, no team
    before = _fingerprint()
    for route in GUARDED:
        if not any(type(each).__name__ == "UUIDConverter" for each in route.pattern.converters.values()):
            continue
        if route.name in SHARED_WITH_THE_ORGANISATION:
            continue
        for address in _addresses(route, ids):
            for answer in _asked(eve, address):
                assert answer.status_code in (403, 404, 405), (route.name, answer.status_code)
    assert _fingerprint() == before


# The directory of services is the whole organisation's: any member who may search cases may read a service.
SHARED_WITH_THE_ORGANISATION = {"show_service", "edit_service", "open_service_address"}


def _every_id() -> set[str]:
    """Ids of one record of every kind the seeding left behind."""
    kept = (m for m in apps.get_models() if m._meta.app_label in SHARED_APPS)
    return {str(m.objects.first().pk) for m in kept if m.objects.exists()}


# Rooms whose records belong to a team.
SHARED_APPS = {"intake", "cases", "files", "consents", "referrals", "sharing", "statistics"}


def _fingerprint() -> dict[str, int]:
    """How many rows each domain table holds: a refused visitor must not have written one."""
    quiet = {"security", "sessions", "contenttypes", "auth", "django_tasks_database"}
    return {m._meta.label: m.objects.count() for m in apps.get_models() if m._meta.app_label not in quiet}


OTHER_METHODS = ("head", "options", "put", "patch", "delete", "trace")


def test_no_other_method_gets_further_than_get_and_post(cast):
    ids = seed(cast.logins).values()
    stranger, chen = Client(), cast.client("chen")
    before = _fingerprint()
    for route in ROUTES:
        address = _addresses(route, ids)[0]
        for method in OTHER_METHODS:
            sent = getattr(stranger, method)(address)
            assert sent.status_code == (302 if route.name not in OPEN_TO_STRANGERS else sent.status_code), route.name
            answer = getattr(chen, method)(address)
            if method == "head":
                assert answer.status_code in (200, 302, 403, 404, 405), route.name
                assert not answer.content, route.name
            else:
                assert answer.status_code in (403, 404, 405), (route.name, method)
    assert _fingerprint() == before


def test_ids_of_another_team_in_a_form_or_an_address_open_and_change_nothing(cast):
    seeded = seed(cast.logins)
    foreign, code = _another_teams_case(cast)
    before = _rows(foreign.values())
    client = cast.client("chen")
    # Each by the name a form could give it, and the case by every such name.
    forms = (foreign, dict.fromkeys([*foreign, "after", "owner", "second", "member", "pk", "id", "q"], foreign["case"]))
    walked = 0
    for route in GUARDED:
        if route.name in SHARED_WITH_THE_ORGANISATION:
            continue
        address = next((a for a in _addresses(route, seeded.values()) if client.get(a).status_code != 404), None)
        for named in forms if address else ():
            for answer in (client.get(address, named), client.post(address, named)):
                walked += 1
                assert answer.status_code < 500, route.name
                assert code not in answer.content.decode(errors="replace"), route.name
    assert walked > 3 * len(GUARDED)
    assert _rows(foreign.values()) == before
    # Were it her team's, the walk would have seen it.
    Case.objects.filter(code=code).update(team=team_of(Team.Kind.CASES))
    assert code in client.get("/cases/").content.decode()


def _another_teams_case(cast) -> tuple[dict[str, str], str]:
    """Ids of a case, a contact, and of what is in it, of a team chen is not in; and the case's spoken code."""
    made, other = make_case(cast), team_of(Team.Kind.ADMINISTRATION)
    given = timezone.now().date()
    hers = release(cast, made.case, given_on=given, starts_on=given, expires_on=given + timedelta(days=30))
    contact = take_call(language="es", by=cast.member("amara"), ring=cast.ring("amara"), now=timezone.now())
    Case.objects.filter(pk=made.case.pk).update(team=other)
    Contact.objects.filter(pk=contact.pk).update(team=other)
    found = {"case": made.case, "person": made.survivor, "contact": contact, "release": hers,
             "place": Place.objects.get(case=made.case)}  # fmt: skip
    return {name: str(each.pk) for name, each in found.items()}, made.case.code


def _rows(ids) -> list[object]:
    kept = [m for m in apps.get_models() if m._meta.app_label in {"intake", "cases", "consents", "referrals"}]
    named = {m: [pk for pk in ids if "-" in pk] if isinstance(m._meta.pk, UUIDField) else [] for m in kept}
    return [list(model.objects.filter(pk__in=pks).order_by("pk").values()) for model, pks in named.items()]


def test_the_walk_has_eyes(cast, monkeypatch):
    """With every question answered yes, the walk above would fail for every restricted route."""
    import tejido.web.security.access as access

    monkeypatch.setattr(access, "allows", lambda *_args, **_kwargs: True)
    client = cast.client("iris")
    let_in = []
    for route in GUARDED:
        address = _addresses(route, [uuid4()])[0]
        if any(answer.status_code not in (403, 405) for answer in _asked(client, address)):
            let_in.append(route.name)
    # These ask once more on their own, by what she has keys for: whoever is in no intake team has nobody to seal a
    # contact to, and only duty has a glass to break.
    assert let_in == [route.name for route in GUARDED if route.name not in {"take_call", "break_glass"}]
