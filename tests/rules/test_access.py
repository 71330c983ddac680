# SPDX-License-Identifier: Apache-2.0
"""Every route of every door × everyone who should not be there × every method. A new route is walked as it is written.

A route that needs no permission stands in `open_routes`, with why; any other must declare the one it asks for.
Other teams and other organisations: `test_access_of_others`.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from tejido.exchange import Anchor, build_anchor
from tejido.web.accounts.models import Member, SignInTries
from tejido.web.config.django_settings import door_settings
from tejido.web.security.permissions import Permission
from tejido.web.security.roles import PROVIDER, ROLES
from tests.rules.open_routes import OPEN_DOORS, OPEN_TO_MEMBERS, OPEN_TO_STRANGERS, ORGANISATION_WIDE
from tests.rules.routes import Route, routes_of
from tests.rules.walking import (
    GUARDED,
    METHODS,
    OTHER_METHODS,
    ROUTES,
    STAFF_ROLES,
    Inside,
    as_before,
    at,
    everything,
    undone,
    with_roles,
)
from tests.web.public_door import public_door  # noqa: F401
from tests.web.sharing.conftest import terms, us  # noqa: F401
from tests.web.sharing.partner import Us, handover_body


def _somewhere(route: Route) -> str:
    return route.address(*(uuid4() for _ in range(route.records)))


def _behind(door: str) -> list[Route]:
    return [route for route in routes_of(door) if route.name not in OPEN_TO_STRANGERS]


def _sent_to_sign_in(answer) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith("/login/")


# What is declared


@pytest.mark.parametrize("door", ["staff", "providers", "public", "partners"])
def test_every_route_has_a_name_of_its_own(door):
    names = [route.name for route in routes_of(door)]
    assert "" not in names
    assert len(names) == len(set(names))


@pytest.mark.parametrize("door", ["staff", "providers"])
def test_every_route_behind_a_sign_in_names_the_permission_it_asks_for(door):
    silent = {route.name for route in routes_of(door) if not isinstance(route.permission, Permission)}
    assert silent <= set(OPEN_TO_STRANGERS | OPEN_TO_MEMBERS)


@pytest.mark.parametrize("door", OPEN_DOORS)
def test_every_route_of_a_door_without_members_says_why_it_is_open(door):
    assert {route.name for route in routes_of(door)} == set(OPEN_DOORS[door])
    assert not [route.name for route in routes_of(door) if route.permission is not None]


def test_no_list_of_exceptions_names_a_route_that_is_gone_or_asks_for_more():
    here = {route.name: route for route in ROUTES}
    for name in OPEN_TO_STRANGERS | OPEN_TO_MEMBERS:
        assert here[name].permission is None, name
    for name in ORGANISATION_WIDE:
        assert here[name].records, name


# Nobody is signed in


@pytest.mark.parametrize("door", ["staff", "providers"])
def test_a_stranger_is_sent_to_sign_in_by_every_method(door, db):
    before = everything()
    with at(door):
        for number, route in enumerate(_behind(door)):
            for method in {"get", "post", METHODS[number % len(METHODS)]}:  # what decides does not look at the method
                assert _sent_to_sign_in(getattr(Client(), method)(_somewhere(route))), (route.name, method)
    assert everything() == before


# The wrong door


def test_a_provider_is_sent_away_from_the_staff_door_even_with_other_roles(cast):
    client = with_roles(cast, "bilal", *ROLES)
    for route in _behind("staff"):
        assert _sent_to_sign_in(as_before(client).get(_somewhere(route))), route.name
    Member.objects.filter(login="bilal").update(roles=list(STAFF_ROLES))
    assert as_before(client).get("/").status_code == 200  # the role was all that kept her out


@pytest.mark.parametrize("role", [*STAFF_ROLES, "nobody-knows-this-role", ""])
def test_no_role_of_ours_comes_in_at_the_providers_door(role, cast):
    """Neither with a password nor with a session that was a provider's."""
    with at("providers"):
        client = cast.client("rosa")
        assert as_before(client).get("/").status_code == 200
        Member.objects.filter(login="rosa").update(roles=[role] if role else [])
        SignInTries.objects.all().delete()
        with pytest.raises(AssertionError):
            cast.client("rosa")
        for route in _behind("providers"):
            assert _sent_to_sign_in(as_before(client).get(_somewhere(route))), route.name


def test_who_works_here_is_a_stranger_at_the_providers_door(cast):
    """A session of one door is none at another: its key is bound to the door."""
    client = with_roles(cast, "chen", PROVIDER)
    with at("providers"):
        for route in _behind("providers"):
            assert _sent_to_sign_in(as_before(client).get(_somewhere(route))), route.name


def test_at_the_providers_door_a_role_is_asked_for_and_not_only_the_door(cast):
    """With a session of that door and no permission, every page refuses."""
    rosa = Inside(cast, "rosa")
    rosa.member.roles = ["nobody-knows-this-role"]
    with at("providers"):
        for route in _behind("providers"):
            if route.permission is not None:
                assert _refused(rosa, route), route.name


# The wrong role


def _refused(someone: Inside, route: Route) -> bool:
    """By the page's own methods with 403; by one it does not have, 405 as for everyone."""
    codes = someone.tries(route, *(uuid4() for _ in range(route.records)))
    return 403 in codes and codes <= {403, 405}


@pytest.mark.parametrize("role", [*ROLES, "nobody-knows-this-role", ""])
def test_a_role_without_the_permission_is_refused_everywhere(role, cast):
    """Team is no question here: bilal is in those that answer, carry and are on duty. Only the role is not hers."""
    bilal = Inside(cast, "bilal")
    bilal.member.roles = [role] if role else []
    allowed = ROLES[role].permissions if role in ROLES else frozenset()
    refused = [route for route in GUARDED if route.permission not in allowed]
    assert refused
    before = everything()
    for route in refused:
        assert _refused(bilal, route), route.name
    assert everything() == before


def test_through_the_whole_door_a_role_is_refused_too(cast):
    """The middleware stands in nobody's way to be refused: the same walk as a browser makes it."""
    client = with_roles(cast, "bilal", "auditor")
    before = everything()
    for route in GUARDED:
        if route.permission not in ROLES["auditor"].permissions:
            codes = {client.get(_somewhere(route)).status_code, client.post(_somewhere(route)).status_code}
            assert 403 in codes and codes <= {403, 405}, (route.name, codes)  # noqa: PT018
    assert everything() == before


def test_no_post_of_an_auditor_changes_anything(cast):
    """Read-only is not a word: every address, with the fields that pages have."""
    fields = dict.fromkeys(("case", "person", "contact", "member", "state", "status", "text"), str(uuid4()))
    iris, before = Inside(cast, "iris"), everything()
    for route in GUARDED:
        iris.asks(route, "post", *(cast.member("chen").pk for _ in range(route.records)), **fields)
    assert everything() == before


def test_no_other_method_gets_further_than_get_and_post(cast):
    client, bilal = cast.client("bilal"), Inside(cast, "bilal")
    before, bilal.member.roles = everything(), list(ROLES)
    for route in ROUTES:
        if route.name not in OPEN_TO_STRANGERS:
            for method in OTHER_METHODS:
                code = bilal.asks(route, method, *(uuid4() for _ in range(route.records))).status_code
                assert code in (403, 404, 405), (route.name, method)
    for name in ("show_desk", "list_cases", "find_case", "take_call", "show_account"):  # what answers, says nothing
        answer = client.head(next(route for route in ROUTES if route.name == name).address())
        assert (answer.content, answer.status_code in (200, 405)) == (b"", True), name
    assert everything() == before


def test_with_every_question_answered_yes_the_walk_fails_for_every_restricted_route(cast, monkeypatch):
    import tejido.web.security.access as access

    monkeypatch.setattr(access, "allows", lambda *_args, **_kwargs: True)
    bilal = Inside(cast, "bilal")
    bilal.member.roles = []
    blind = []
    for route in GUARDED:
        with undone():
            if _refused(bilal, route):
                blind.append(route.name)
    assert blind == []


# The doors without members


def test_a_member_signed_in_is_a_stranger_at_the_public_door(cast, public_door):  # noqa: F811
    here = {route.text for route in routes_of("public")}
    for route in GUARDED:  # the staff door's addresses lead nowhere here
        if route.text not in here:
            assert Client().get(_somewhere(route)).status_code == 404, route.name
    for route in routes_of("public"):
        for method in OTHER_METHODS:
            assert getattr(Client(), method)(_somewhere(route)).status_code in (404, 405), (route.name, method)


@pytest.fixture
def partner_door(us, terms) -> Iterator[Us]:  # noqa: F811
    """Requests made while this holds go through the partner door."""
    taken = door_settings("partners", ())
    kept = ("sessions", "auth.middleware", "Htmx", "csrf", "Locale", "whitenoise")
    middleware = [name for name in taken["MIDDLEWARE"] if not any(part in name for part in kept)]
    with override_settings(DOOR="partners", ROOT_URLCONF=taken["ROOT_URLCONF"], MIDDLEWARE=middleware):
        yield us


def test_at_the_partner_door_only_a_partners_signature_gets_anything_in(partner_door):
    now, today, before = timezone.now(), timezone.localdate().isoformat(), everything()
    stranger = Us()  # says she is `us`, and has keys of her own
    signed = partner_door.message("handover", handover_body(), now)
    told = Anchor(sender="us", recipient="mx", day=today, digest="0" * 64)
    wrong = {
        "receive_message": [b"", b"{}", signed[:-1], signed[:-1] + bytes([signed[-1] ^ 1]),
                            stranger.message("handover", handover_body(), now)],
        "receive_anchor": [b"", b"{}", build_anchor(told, transport=stranger.transport)],
    }  # fmt: skip
    routes = {route.name: route for route in routes_of("partners")}
    for name, bodies in wrong.items():
        for method in METHODS:
            for body in bodies if method not in {"get", "head", "trace"} else [b""]:
                sent = {} if method in {"get", "head", "trace"} else {"data": body, "content_type": "application/json"}
                code = getattr(Client(), method)(routes[name].address(), **sent).status_code
                assert code == (422 if method == "post" else 405), (name, method, body[:20])
    assert {method: getattr(Client(), method)("/health/").status_code for method in METHODS} == (
        dict.fromkeys(METHODS, 405) | {"get": 200}
    )
    after = everything()
    assert {name for name in after if after[name] != before[name]} == {"mailbox.RefusedArrival"}
    # The walk is not blind: what the partner did sign is taken.
    posted = {"content_type": "application/octet-stream"}
    assert Client().post("/messages/", signed, **posted).status_code == 200
    anchor = build_anchor(told, transport=partner_door.transport)
    assert Client().post("/anchors/", anchor, **posted).status_code == 200
