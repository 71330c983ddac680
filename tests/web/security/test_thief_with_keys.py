# SPDX-License-Identifier: Apache-2.0
"""The thief has the database, the operator's environment and key files, and no member's password: nothing opens.

Everything is truly tried: each secret of the environment, as every kind of key, on everything that is sealed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from itertools import product

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from tejido.crypto import BoxKey, CannotOpen, Context, open_box, open_field, open_with_password, search_token
from tejido.exchange import frames
from tejido.web.accounts.actions import member_context
from tejido.web.accounts.keys import anonymous_ring, grant_info, ring_of
from tejido.web.accounts.models import Member, SignedInSession, TeamKeyGrant
from tejido.web.mailbox.models import InboundMessage, OutboundMessage
from tejido.web.security.keyring import NoKey
from tejido.web.security.models import CodedRow, KeyGrant, RecordKey, SearchToken
from tejido.web.security.sealing import SealedRecord
from tejido.web.security.search_keys import SEARCH_SCOPE
from tejido.web.security.searching import phone_value
from tests.node import whole_database
from tests.web.seeding import seed

HER_PHONE = "+1 919-555-0177"


@pytest.fixture
def secrets(cast):
    """Every secret the operator's files hold, and what might be made of each: 32 bytes that could be a key."""
    seed(cast.logins)
    held = {name: value for name, value in os.environ.items() if name.startswith("TEJIDO_")}
    # The test suite's own: no node's environment holds the organisation's signing key.
    held.pop("TEJIDO_TEST_SIGNING", None)
    raw = {bytes.fromhex(value) for value in held.values() if re.fullmatch(r"[0-9a-f]{64}", value)}
    assert {settings.TEJIDO.pepper, settings.TEJIDO.environment_key, settings.TEJIDO.transport.signing.raw} <= raw
    return sorted(raw | {hashlib.sha256(value.encode()).digest() for value in held.values()} | {bytes(32)})


def _sealed_values() -> Iterator[tuple[SealedRecord, str, bytes]]:
    for model in apps.get_models():
        if issubclass(model, SealedRecord):
            for record in model._default_manager.all():
                for name in model.sealed_names():
                    if getattr(record, name) is not None:
                        yield record, name, bytes(getattr(record, name))


def _opens(attempt) -> bool:
    try:
        attempt()
    except (CannotOpen, NoKey, ValueError):
        return False
    return True


def test_no_secret_of_the_operator_opens_a_field(secrets):
    ring, tried = anonymous_ring(), 0
    for (record, name, blob), key in product(list(_sealed_values()), secrets):
        tried += 1
        assert not _opens(lambda: open_field(key, blob, record._context(ring, name))), (record._meta.label, name)  # noqa: B023
    assert tried > 500


def test_no_secret_of_the_operator_opens_a_grant_a_record_key_or_a_coded_row(secrets):
    keys = list(RecordKey.objects.values_list("pk", flat=True))
    assert KeyGrant.objects.count() > 10
    assert CodedRow.objects.exists()
    for member, secret in product(Member.objects.all(), secrets):
        private = BoxKey(secret * 3)  # a box key is 96 bytes: ML-KEM's seed and X25519's secret
        for grant in TeamKeyGrant.objects.filter(member=member).select_related("generation"):
            info = grant_info(grant.generation, member.pk)
            assert not _opens(lambda: open_box(private, bytes(grant.box), info))  # noqa: B023
        ring = ring_of(member, private)
        for key in keys[:20]:
            assert not _opens(lambda: ring.raw(key))  # noqa: B023


def test_no_secret_of_the_operator_is_a_members_password(secrets, cast):
    for member in Member.objects.all()[:3]:
        for guess in ("", "password", settings.TEJIDO.pepper.hex(), settings.TEJIDO.environment_key.hex()):
            assert not _opens(
                lambda: open_with_password(member.private_key, guess, pepper=settings.TEJIDO.pepper,  # noqa: B023
                                           context=member_context(member))  # noqa: B023
            )  # fmt: skip
    # The attempt is a fair one: with her password it opens, and with another pepper it does not.
    amara, password = cast.member("amara"), cast.logins["amara"][0]
    context = member_context(amara)
    assert open_with_password(amara.private_key, password, pepper=settings.TEJIDO.pepper, context=context)
    assert not _opens(lambda: open_with_password(amara.private_key, password, pepper=bytes(32), context=context))


def test_the_environment_key_opens_second_factors_and_those_open_nothing(cast, secrets):
    member = cast.member("amara")
    totp = open_field(settings.TEJIDO.environment_key, member.totp, member_context(member))
    assert totp == cast.logins["amara"][1]  # said plainly in the threat model: with the environment, codes can be made
    typed = {"login": "amara", "password": "not hers", "code": cast.code("amara")}
    assert Client().post("/login/", typed).status_code != 302
    ring = anonymous_ring()
    for record, name, blob in list(_sealed_values())[:200]:
        assert not _opens(lambda: open_field(totp.ljust(32, b"\x00")[:32], blob, record._context(ring, name)))  # noqa: B023


def test_a_session_does_not_open_without_its_cookie(cast, secrets):
    client = cast.client("amara")
    row = SignedInSession.objects.get(member=cast.member("amara"))
    context = Context(settings.TEJIDO.node, "accounts.signedinsession", str(row.pk), "ring", settings.DOOR)
    for key in [*secrets, client.cookies[settings.SESSION_COOKIE_NAME].value.encode().ljust(32)[:32]]:
        assert not _opens(lambda: open_field(key, bytes(row.ring), context))  # noqa: B023
    cookie = bytes.fromhex(client.cookies[settings.KEY_COOKIE_NAME].value)
    assert b"private" in open_field(cookie, bytes(row.ring), context)
    assert cookie not in whole_database()
    assert cookie.hex().encode() not in whole_database()


def test_a_dictionary_of_phones_finds_no_token_without_a_members_key(cast, secrets):
    from tejido.web.intake.actions import save_contact, take_call  # noqa: F401

    pytest.importorskip("phonenumbers")
    ring = cast.ring("chen")
    real = ring.raw(RecordKey.objects.get(scope=SEARCH_SCOPE).id)
    kinds = set(SearchToken.objects.values_list("kind", flat=True))
    assert "phone" in kinds
    stored = {(each.kind, bytes(each.token)) for each in SearchToken.objects.all()}
    every = [f"+1919555{number:04}" for number in range(10_000)] + [f"+52555555{number:04}" for number in range(10_000)]
    every += [phone_value(HER_PHONE, "US")]
    for key in secrets:
        found = {number for number in every if ("phone", search_token(key, "phone", number)) in stored}
        # 32 bits: of twenty thousand guesses less than one in a hundred thousand meets a token by chance.
        assert found == set()
    # Whoever holds the teams' key runs through all numbers of a country in minutes: it is sealed to three teams.
    assert real not in secrets


def test_a_partners_message_does_not_open(cast, secrets):
    messages = [*OutboundMessage.objects.all(), *InboundMessage.objects.all()]
    assert messages
    for message, secret in product(messages, secrets):
        # A box key is longer than any of the secrets: doubled and trebled, they are tried all the same.
        frame = frames.split(bytes(message.raw))
        info = b"tejido/message-box/1\x00" + frame.header
        assert not _opens(lambda: open_box(BoxKey(secret * 3), frame.box, info))  # noqa: B023
