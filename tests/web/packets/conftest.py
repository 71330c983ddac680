# SPDX-License-Identifier: Apache-2.0
"""Rosa of Casa Magnolia, Paz of another provider, a case, and a packet sent to Rosa."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tejido.crypto import SigningKey
from tejido.web.accounts.actions import SIGNING_SCOPE
from tejido.web.accounts.models import Member
from tejido.web.directory.models import Service
from tejido.web.packets.providers import found_provider, give_account, vouch_for
from tejido.web.referrals.actions import make_referral
from tejido.web.security.models import RecordKey
from tests.web.directory.services import load
from tests.web.sharing.conftest import (
    NOW,
    make_case,
    release,
    us,  # noqa: F401
)

LAWYER = "Piedmont Farmworker Justice (invented)"
FIELDS = frozenset({"person_name", "preferred_language", "needs"})


def signing(cast) -> SigningKey:
    return SigningKey(cast.ring("noor").raw(RecordKey.objects.get(scope=SIGNING_SCOPE).id))


@pytest.fixture
def shelter(cast) -> Service:
    load(cast)
    found_provider(organisation="Casa Magnolia (invented)", members=[cast.member("rosa")], signing=signing(cast),
                   by=cast.member("noor"))  # fmt: skip
    return Service.objects.get(organisation="Casa Magnolia (invented)")


@pytest.fixture
def made(cast) -> SimpleNamespace:
    return make_case(cast)


def account(cast, organisation: str, login: str):
    """Someone at a service who has chosen her own password and whose key was compared by voice."""
    made, password = give_account(organisation=organisation, login=login, name=f"{login.title()} Prueba", language="es",
                                  by=cast.member("noor"), ring=cast.ring("noor"), now=NOW)  # fmt: skip
    cast.logins[login] = (password, made.totp_secret)
    Member.objects.filter(login=login).update(password_given_at=None)
    vouched(cast, login)


def vouched(cast, login: str) -> None:
    """Her key is signed."""
    member = cast.member(login)
    vouch_for(member=member, key=member.key_read_aloud, by=cast.member("noor"), ring=cast.ring("noor"))


@pytest.fixture
def paz(cast, shelter):
    """Someone at another provider, with an account that works."""
    account(cast, LAWYER, "paz")
    return "paz"


def send(cast, made, service, *, fields=FIELDS, **changes):
    """A referral by packet, with a release for it unless one is given."""
    given = changes.pop("given", None) or release(
        cast, made.case, recipient=service.recipient, purpose="referral", fields=frozenset(fields)
    )
    referral = make_referral(
        case=made.case, service=service, need="shelter", how="packet", fields=fields, person=str(made.survivor.pk),
        by=cast.member("chen"), ring=cast.ring("chen"), now=changes.pop("now", NOW), **changes,
    )  # fmt: skip
    return SimpleNamespace(referral=referral, packet=referral.packet, release=given)


@pytest.fixture
def sent(cast, made, shelter) -> SimpleNamespace:
    return send(cast, made, shelter)
