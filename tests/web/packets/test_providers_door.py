# SPDX-License-Identifier: Apache-2.0
"""The providers' door: who comes in, what its pages show, and that nobody else gets anywhere."""

from __future__ import annotations

import re
from base64 import b32decode
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from tejido.web.accounts import own_urls
from tejido.web.accounts.models import Member
from tejido.web.config import rights
from tejido.web.config.providers_urls import urlpatterns  # noqa: F401  the door exists
from tejido.web.packets.models import Answer, Packet, Provider
from tejido.web.security.models import AuditEntry
from tejido.web.security.permissions import Permission
from tests.rules.test_translations import _source_of, _spanish_of
from tests.web.packets.conftest import FIELDS, LAWYER, account, send
from tests.web.sharing.conftest import from_today, release


@pytest.fixture
def door(settings):
    """From here on this process is the providers' door."""
    settings.DOOR, settings.ROOT_URLCONF = "providers", "tejido.web.config.providers_urls"


@pytest.fixture
def today(cast, made, shelter):
    """A packet sent just now: the pages ask the real clock."""
    given = release(cast, made.case, recipient=shelter.recipient, purpose="referral", fields=FIELDS, **from_today())
    return send(cast, made, shelter, given=given, now=datetime.now(UTC)).packet


def _routes() -> list[URLPattern]:
    found, waiting = [], list(get_resolver("tejido.web.config.providers_urls").url_patterns)
    while waiting:
        each = waiting.pop()
        if isinstance(each, URLPattern):
            found.append(each)
        else:
            waiting.extend(each.url_patterns)
    return found


OPEN = {route.name for route in own_urls.urlpatterns}  # signing in, and one's own account
GUARDED = [route for route in _routes() if route.name not in OPEN]


def _addresses(route: URLPattern, ids) -> list[str]:
    names = list(route.pattern.converters)
    return ["/" + re.sub(r"<[^>]+>", "{}", str(route.pattern)).format(*chosen)
            for chosen in product(ids, repeat=len(names))]  # fmt: skip


def _asked(client: Client, address: str, **typed: str):
    return [client.get(address), client.post(address, typed)]


_ANSWER = {"outcome": "accepted"}


def _tries(cast, login: str) -> int:
    Member.objects.filter(login=login).update(totp_last_step=0)
    sent = {"login": login, "password": cast.logins[login][0], "code": cast.code(login)}
    return Client().post("/login/", sent).status_code


def test_her_people_come_in_by_this_door_and_ours_do_not(cast, shelter, door):
    assert _tries(cast, "rosa") == 302
    assert [_tries(cast, login) for login in ("amara", "chen", "noor", "eve")] == [422] * 4


def test_at_the_staff_door_she_is_nobody(cast, shelter):
    assert _tries(cast, "rosa") == 422
    assert _tries(cast, "amara") == 302


def test_a_session_of_hers_is_none_at_the_other_door(cast, today, settings):
    settings.DOOR, settings.ROOT_URLCONF = "providers", "tejido.web.config.providers_urls"
    rosa = cast.client("rosa")
    assert rosa.get("/").status_code == 200
    settings.DOOR, settings.ROOT_URLCONF = "staff", "tejido.web.config.staff_urls"
    assert rosa.get("/").headers["Location"].startswith("/login/")


def test_it_reaches_packets_and_no_page_of_ours():
    assert {route.name for route in _routes()} >= {"list_packets", "show_packet", "answer_packet"}
    for route in GUARDED:
        assert isinstance(route.callback.permission, Permission)  # type: ignore[union-attr]
        assert route.callback.permission in {Permission.PACKET_READ, Permission.PACKET_ANSWER}  # type: ignore[union-attr]
        assert route.callback.__module__ == "tejido.web.packets.views"


def test_its_pages_are_in_spanish_without_the_catalogues_of_rooms_it_does_not_have():
    here = ("packets", "accounts", "security", "config")
    spanish = {sentence for room in here for sentence, words in _spanish_of(room).items() if words}
    assert _source_of("packets") <= spanish


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: str(route.name))
def test_a_stranger_is_sent_to_sign_in(route, today, door):
    for address in _addresses(route, [today.pk, uuid4()]):
        for answer in _asked(Client(), address):
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith("/login/")


def test_another_providers_person_finds_nothing_with_the_id_in_hand(cast, today, paz, door):
    paz = cast.client(paz)
    for route in GUARDED:
        for address in _addresses(route, [today.pk, today.key_id, today.team_id, cast.member("rosa").pk, uuid4()]):
            for answer in _asked(paz, address, **_ANSWER):
                assert answer.status_code in (200, 403, 404, 405, 422), (route.name, answer.status_code)
                said = answer.content.decode()
                assert today.code not in said
                assert "Rosa Prueba" not in said
    assert not Answer.objects.exists()
    assert Packet.objects.get(pk=today.pk).first_opened_at is None


def test_with_every_answer_yes_another_providers_person_still_has_no_key(cast, today, door, monkeypatch):
    import tejido.web.security.access as access
    from tejido.web.packets.models import PacketQuerySet

    shelter = Provider.objects.get().team
    Member.objects.filter(login="eve").update(roles=["provider"])  # a provider's role, and no team
    monkeypatch.setattr(access, "allows", lambda *_args, **_kwargs: True)
    monkeypatch.setattr(PacketQuerySet, "visible_to", lambda self, _user: self)
    eve = cast.client("eve")
    for answer in _asked(eve, f"/packets/{today.pk}/") + _asked(eve, f"/packets/{today.pk}/answer/", **_ANSWER):
        assert answer.status_code in (405, 409)
        assert "Inés" not in answer.content.decode()
    assert shelter.pk == today.team_id


def test_the_list_shows_codes_and_no_fact(cast, today, door):
    page = cast.client("rosa").get("/").content.decode()
    assert today.code in page
    assert "Inés" not in page
    assert "Refugio" not in page
    assert Packet.objects.get().first_opened_at is None


def test_she_reads_answers_and_it_closes(cast, today, door):
    rosa, address = cast.client("rosa"), f"/packets/{today.pk}/"
    page = rosa.get(address)
    said = page.content.decode()
    assert "Inés Prueba Uno" in said
    assert today.code in re.search(r"<title>(.*?)</title>", said, re.DOTALL)[1]  # type: ignore[index]
    assert "Inés" not in re.search(r"<title>(.*?)</title>", said, re.DOTALL)[1]  # type: ignore[index]
    assert "no-store" in page.headers["Cache-Control"]
    assert rosa.post(address + "answer/", {"outcome": ""}).status_code == 422
    assert rosa.post(address + "answer/", {"outcome": "served"}).status_code == 422
    assert rosa.post(address + "answer/", {"outcome": "accepted", "note": "El lunes"}).headers["Location"] == address
    assert "Inés" in rosa.get(address).content.decode()
    assert rosa.post(address + "answer/", {"outcome": "served"}).status_code == 302
    said = rosa.get(address).content.decode()
    assert "Inés" not in said
    assert rosa.post(address + "answer/", {"outcome": "served"}).status_code == 422
    assert Answer.objects.count() == 2
    assert AuditEntry.objects.filter(event="packet.answered").count() == 2


def test_after_it_is_withdrawn_her_next_request_shows_nothing(cast, made, today, settings):
    from tejido.web.referrals.packing import withdraw_referral

    staff = cast.client("chen")
    settings.DOOR, settings.ROOT_URLCONF = "providers", "tejido.web.config.providers_urls"
    rosa, address = cast.client("rosa"), f"/packets/{today.pk}/"
    assert "Inés" in rosa.get(address).content.decode()
    settings.DOOR, settings.ROOT_URLCONF = "staff", "tejido.web.config.staff_urls"
    assert staff.post(f"/referrals/{today.referral.pk}/withdraw/").status_code == 302
    settings.DOOR, settings.ROOT_URLCONF = "providers", "tejido.web.config.providers_urls"
    said = rosa.get(address).content.decode()
    assert "Inés" not in said
    assert "What was read stays known" in said or "Lo que se leyó" in said
    assert withdraw_referral(referral=today.referral, by=cast.member("chen"), now=datetime.now(UTC)) is False


def test_when_her_access_ends_her_session_ends(cast, today, door):
    from tejido.web.accounts.staffing import end_access

    rosa = cast.client("rosa")
    assert rosa.get("/").status_code == 200
    end_access(member=cast.member("rosa"), by=cast.member("noor"), ring=cast.ring("noor"), now=datetime.now(UTC))
    assert rosa.get(f"/packets/{today.pk}/").headers["Location"].startswith("/login/")
    assert _tries(cast, "rosa") == 422


def test_a_colleague_is_let_in_from_the_list_of_those_who_wait(cast, today, shelter, door):
    account(cast, shelter.organisation, "sol")
    sol, rosa = cast.client("sol"), cast.client("rosa")
    assert today.code not in sol.get("/").content.decode()
    page = rosa.get("/colleagues/").content.decode()
    assert "Sol Prueba" in page
    assert "Amara" not in page
    for login in ("amara", "rosa"):
        assert rosa.post(f"/colleagues/{cast.member(login).pk}/let-in/").status_code == 404
    assert rosa.post(f"/colleagues/{cast.member('sol').pk}/let-in/").status_code == 302
    assert "Inés" in sol.get(f"/packets/{today.pk}/").content.decode()


def test_the_administrator_gives_a_service_its_account_and_compares_the_key(cast, shelter, settings):
    noor = cast.client("noor")
    sent = {"organisation": LAWYER, "name": "Paz Prueba", "login": "paz", "language": "es"}
    assert noor.post("/providers/new/", sent | {"organisation": "Nobody"}).status_code == 422
    page = noor.post("/providers/new/", sent)
    assert page.status_code == 200
    assert noor.post("/providers/new/", sent).status_code == 422  # the user name is in use
    cast.logins["paz"] = (page.context["password"], b32decode(page.context["secret"]))
    settings.DOOR, settings.ROOT_URLCONF = "providers", "tejido.web.config.providers_urls"
    paz, fresh = cast.client("paz"), "cuatro palabras que nadie junta"
    assert paz.get("/").headers["Location"] == "/password/"
    chosen = {"current": page.context["password"], "new": fresh, "again": fresh}
    assert paz.post("/password/", chosen).status_code == 302
    member = Member.objects.get(login="paz")
    assert member.key_read_aloud in paz.get("/").content.decode()
    settings.DOOR, settings.ROOT_URLCONF = "staff", "tejido.web.config.staff_urls"
    address = f"/providers/{member.pk}/key/"
    assert member.key_read_aloud in noor.get(address).content.decode()
    assert noor.post(address, {"key": "another"}).status_code == 422
    assert noor.post(address, {"key": member.key_read_aloud}).status_code == 302
    member = Member.objects.get(login="paz")
    assert member.team_ids == {Provider.objects.get(organisation=LAWYER).team_id}
    assert noor.post(f"/members/{member.pk}/end/").status_code == 302
    assert Member.objects.get(login="paz").team_ids == frozenset()
    chen = cast.client("chen")
    assert chen.get("/providers/").status_code == chen.get(address).status_code == 403


def test_a_case_manager_sends_a_packet_through_the_pages(cast, made, shelter):
    release(cast, made.case, recipient=shelter.recipient, purpose="referral", fields=FIELDS, **from_today())
    chen, address = cast.client("chen"), f"/cases/{made.case.pk}/referrals/new/"
    sent = {"need": "shelter", "service": str(shelter.pk), "how": "packet", "shared": sorted(FIELDS),
            "person": str(made.survivor.pk), "days": "7"}  # fmt: skip
    from tejido.web.directory.models import Service

    lawyer = Service.objects.get(organisation=LAWYER)
    refused = chen.post(address, sent | {"service": str(lawyer.pk)})
    assert refused.status_code == 422
    assert "packet" in refused.content.decode() or "ficha" in refused.content.decode()
    assert chen.post(address, sent | {"shared": ["person_phone"]}).status_code == 422
    assert chen.post(address, sent | {"days": "400"}).status_code == 422
    assert chen.post(address, sent).headers["Location"] == f"/cases/{made.case.pk}/"
    packet = Packet.objects.get()
    assert packet.expires_on - packet.sent_at.date() <= timedelta(days=7)
    page = chen.get(f"/cases/{made.case.pk}/").content.decode()
    assert packet.code in page
    assert f"/referrals/{packet.referral.pk}/withdraw/" in page  # type: ignore[attr-defined]


@pytest.fixture
def as_its_role(door):
    """From here on the database knows this process as the providers' door."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    rights.make_roles("mx", "postgresql://owner@/unused")
    rights.grant("mx")
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {rights.role_of('mx', 'providers')}")
        yield cursor
        cursor.execute("RESET ROLE")


def test_its_role_is_enough_for_all_it_does(cast, today, shelter, as_its_role):
    as_its_role.execute("RESET ROLE")
    account(cast, shelter.organisation, "sol")
    as_its_role.execute(f"SET ROLE {rights.role_of('mx', 'providers')}")
    rosa, sol = cast.client("rosa"), cast.client("sol")
    password, _secret = cast.logins.pop("sol")
    assert rosa.post(f"/colleagues/{cast.member('sol').pk}/let-in/").status_code == 302
    address = f"/packets/{today.pk}/"
    for person in (rosa, sol):
        assert [person.get(path).status_code for path in ("/", address, "/colleagues/", "/password/")] == [200] * 4
        assert "Inés" in person.get(address).content.decode()
    chosen = "cuatro palabras que nadie junta"
    assert sol.post("/password/", {"current": password, "new": chosen, "again": chosen}).status_code == 302
    for outcome in ("accepted", "served"):
        assert sol.post(address + "answer/", {"outcome": outcome, "note": "Lista"}).status_code == 302
    assert rosa.post("/logout/").status_code == 302


def test_its_role_sees_no_member_of_ours_and_no_key_of_a_case(cast, today, as_its_role):
    def counted(statement: str) -> int:
        as_its_role.execute(statement)
        return as_its_role.fetchone()[0]

    assert set(Member.objects.values_list("login", flat=True)) == {"rosa"}
    assert counted("SELECT count(*) FROM security_keygrant") == 1  # of the packet, for her team
    assert counted("SELECT count(*) FROM accounts_teamkeygrant") == 1
    changed = "UPDATE accounts_member SET private_key = '' WHERE login <> 'rosa'"
    as_its_role.execute(changed)
    assert as_its_role.rowcount == 0
    for refused in (
        "SELECT * FROM cases_case",
        "SELECT * FROM referrals_referral",
        "UPDATE accounts_member SET roles = '[]'",
        "DELETE FROM security_keygrant",
        "UPDATE security_keygrant SET generation = 1",
        "INSERT INTO packets_packet SELECT * FROM packets_packet",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            as_its_role.execute(refused)
    as_its_role.execute("RESET ROLE")
    assert counted("SELECT count(*) FROM security_keygrant") > 10
