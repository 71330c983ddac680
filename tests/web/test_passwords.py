# SPDX-License-Identifier: Apache-2.0
"""A member chooses her own password: everything opens as before, and only with the new one."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tejido.crypto import CannotOpen
from tejido.vocabulary import BadInput
from tejido.web.accounts import passwords
from tejido.web.accounts.passwords import choose_password
from tejido.web.security.models import AuditEntry
from tests.cast import PASSWORD
from tests.web.security.test_sealing import _contact

NEW = "cuatro palabras muy ñoñas"


def _with(cast, login, password):
    return type(cast)({**cast.logins, login: (password, cast.logins[login][1])}, cast.shares)


def _choose(cast, login="amara", *, current=PASSWORD, new=NEW):
    member = cast.member(login)
    choose_password(member=member, current=current, new=new, by=member, now=timezone.now())


def test_what_opened_before_opens_with_the_new_password_and_not_with_the_old(cast):
    record = _contact(cast.ring("amara"), "PAS-001", own_words="sigue siendo suyo")
    key, grants = bytes(cast.member("amara").public_key), cast.member("amara").grants.count()
    _choose(cast)
    again = _with(cast, "amara", NEW)
    assert record.opened(again.ring("amara")).own_words == "sigue siendo suyo"
    assert (bytes(again.member("amara").public_key), again.member("amara").grants.count()) == (key, grants)
    with pytest.raises(CannotOpen):
        cast.ring("amara")
    assert AuditEntry.objects.filter(event="member.password_changed", member_id=cast.member("amara").pk).count() == 1


def test_sessions_open_elsewhere_end(cast):
    client = cast.client("amara")
    assert client.get("/").status_code == 200
    _choose(cast)
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    ("current", "new", "code"),
    [
        (PASSWORD, "trece letras.", "password.short"),
        (PASSWORD, "Amara-y-algo-más-largo", "password.weak"),
        (PASSWORD, "abababababababab", "password.weak"),
        (PASSWORD, PASSWORD, "password.same"),
        ("something else entirely", NEW, "password.current"),
    ],
)
def test_what_is_no_password_is_refused_and_changes_nothing(cast, current, new, code):
    before = bytes(cast.member("amara").private_key)
    with pytest.raises(BadInput) as refused:
        _choose(cast, current=current, new=new)
    assert refused.value.code == code
    assert bytes(cast.member("amara").private_key) == before


def test_whoever_sits_at_an_open_desk_has_few_tries(cast):
    for _each in range(6):
        with pytest.raises(BadInput):
            _choose(cast, current="guessing, guessing")
    with pytest.raises(BadInput) as refused:
        _choose(cast)
    assert refused.value.code == "password.wait"


def test_nobody_chooses_for_another(cast):
    with pytest.raises(PermissionDenied):
        choose_password(member=cast.member("amara"), current=PASSWORD, new=NEW, by=cast.member("noor"),
                        now=timezone.now())  # fmt: skip


def test_two_changes_at_once_leave_one_password_that_opens(cast, monkeypatch):
    # The other change commits between the opening and the keeping of this one.
    kept = passwords._keep

    def late(*args):
        monkeypatch.setattr(passwords, "_keep", kept)
        _choose(cast, new="la otra que llegó primero")
        kept(*args)

    monkeypatch.setattr(passwords, "_keep", late)
    with pytest.raises(BadInput) as refused:
        _choose(cast)
    assert refused.value.code == "password.changed"
    assert _with(cast, "amara", "la otra que llegó primero").ring("amara")
