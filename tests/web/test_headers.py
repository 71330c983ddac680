# SPDX-License-Identifier: Apache-2.0
"""Every answer of every door: what it tells the browser to keep (nothing), to run (ours alone) and to tell (nobody)."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver

from tejido.web.config import staff
from tejido.web.config.django_settings import door_settings
from tests.web.public_door import public_door, visitor  # noqa: F401
from tests.web.seeding import seed

DOORS = ("public", "staff", "partners")
ROLES = ("amara", "chen", "dora", "noor", "iris")
UNKNOWN = "00000000-0000-4000-8000-000000000000"
SAMPLES = {"str": "es", "slug": "es", "int": "1"}


def addresses(door: str) -> list[str]:
    """Every address of a door; an id that nothing has in each place an id stands in."""
    found, waiting = [], list(get_resolver(f"tejido.web.config.{door}_urls").url_patterns)
    while waiting:
        each = waiting.pop()
        if not isinstance(each, URLPattern):
            waiting.extend(each.url_patterns)
            continue
        text = "/" + str(each.pattern)
        for kind, sample in SAMPLES.items():
            text = re.sub(rf"<{kind}:\w+>", sample, text)
        found.append(re.sub(r"<\w+:\w+>", UNKNOWN, text))
    return [*sorted(found), "/nothing-here/"]


def _check(answer, address):
    have = answer.headers
    assert have["Cache-Control"] == "no-store, max-age=0", address
    policy = have["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"unsafe|\*|https?:|data:|blob:", policy), policy
    assert have["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert have["X-Content-Type-Options"] == "nosniff"
    assert have["X-Frame-Options"] == "DENY"
    assert have["Cross-Origin-Opener-Policy"] == "same-origin"
    assert have["Cross-Origin-Resource-Policy"] == "same-origin"
    assert have["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert "geolocation=()" in have["Permissions-Policy"]
    assert "Server" not in have
    for cookie in answer.cookies.values():
        assert cookie["samesite"] == "Strict"
        assert (cookie["path"], cookie["domain"]) == ("/", "")  # else no browser takes one that begins with __Host-
        assert cookie["httponly"] or not cookie.value  # taken away
        assert cookie["secure"] or not (cookie.value and settings.SESSION_COOKIE_SECURE)


def _titles(answer):
    return re.findall(r"<title>(.*?)</title>", answer.content.decode(errors="replace"), re.DOTALL)


@pytest.mark.usefixtures("public_door")
def test_every_answer_of_the_public_door_leaves_nothing_behind():
    client = visitor("es")
    client.raise_request_exception = False
    for address in addresses("public"):
        for answer in (client.get(address), client.post(address, {"own_words": "x"}), client.put(address)):
            _check(answer, address)


def test_every_answer_of_the_partner_door_leaves_nothing_behind(db):
    taken = door_settings("partners", ())
    with override_settings(DOOR="partners", ROOT_URLCONF=taken["ROOT_URLCONF"], MIDDLEWARE=[
        name for name in taken["MIDDLEWARE"]
        if not any(part in name for part in ("sessions", "auth.middleware", "Htmx", "csrf", "Locale", "whitenoise"))
    ]):  # fmt: skip
        client = Client(raise_request_exception=False)
        for address in addresses("partners"):
            for answer in (client.get(address), client.post(address, b"x", content_type="application/octet-stream")):
                _check(answer, address)


def test_every_answer_of_the_providers_door_leaves_nothing_behind(cast):
    from tejido.web.config import providers

    with override_settings(DOOR="providers", ROOT_URLCONF=providers.ROOT_URLCONF, MIDDLEWARE=providers.MIDDLEWARE):
        for client in (Client(raise_request_exception=False), cast.client("rosa")):
            client.raise_request_exception = False
            for address in addresses("providers"):
                for answer in (client.get(address), client.post(address, {})):
                    _check(answer, address)


@pytest.mark.parametrize("login", [None, *ROLES])
def test_every_answer_of_the_staff_door_leaves_nothing_behind_and_no_title_or_address_names_anyone(login, cast):
    ids = seed(cast.logins)
    client = cast.client(login) if login else Client()
    client.raise_request_exception = False

    def looked_at(address):
        answer = client.get(address)
        _check(answer, address)
        for title in _titles(answer):
            # What the seeding says of people: a title stays in the history, in the window list, on a shared screen.
            assert not re.search(r"rosa|inventad[ao]s? de|lupe|prueba|\d{4,}", title, re.IGNORECASE), (address, title)
        return answer.status_code

    for address in addresses("staff"):
        # Whom a page refuses whatever the record is, it refuses for every record.
        if looked_at(address) == 404 and UNKNOWN in address:
            for each in sorted(set(ids.values())):
                looked_at(address.replace(UNKNOWN, each))


def test_a_broken_page_leaves_nothing_behind_either(cast, monkeypatch):
    from tejido.web.desk import views

    def broken(*_args, **_more):
        raise RuntimeError("Canario Roto")

    client = cast.client("chen")
    client.raise_request_exception = False
    monkeypatch.setattr(views, "render", broken)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Canario" not in answer.content.decode()
    _check(answer, "/")


def test_leaving_signing_out_and_ending_take_cookies_or_pages_along(cast):
    client = cast.client("amara")
    out = client.post("/logout/")
    assert '"storage"' in out.headers["Clear-Site-Data"]
    for name in (staff.SESSION_COOKIE_NAME, staff.KEY_COOKIE_NAME):
        assert out.cookies[name]["max-age"] == 0


@pytest.mark.usefixtures("public_door")
def test_leaving_the_public_door_takes_its_cookies_along():
    assert '"cookies"' in visitor("es").get("/exit/").headers["Clear-Site-Data"]


@pytest.mark.parametrize("door", DOORS)
def test_static_files_are_for_our_own_pages(door):
    from tejido.web.config import public

    add = public.WHITENOISE_ADD_HEADERS_FUNCTION if door == "public" else staff.WHITENOISE_ADD_HEADERS_FUNCTION
    headers: dict[str, str] = {}
    add(headers, "", "")
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert ("no-store" in headers.get("Cache-Control", "")) == (door == "public")
