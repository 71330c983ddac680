# SPDX-License-Identifier: Apache-2.0
"""Codes on paper: ten, shown once, each works once, in place of the authenticator's and never of the password."""

from __future__ import annotations

import re

from django.test import Client

from tejido.crypto import is_printed_code, new_printed_code, printed_code_digest
from tejido.web.accounts.models import PrintedCode
from tejido.web.accounts.printed_codes import codes_left
from tests.cast import PASSWORD
from tests.node import whole_database


def _sheet(cast, login="amara"):
    html = cast.client(login).post("/account/codes/", {"current": PASSWORD}).content.decode()
    return re.findall(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", html)


def _sign_in(code, login="amara", password=PASSWORD):
    return Client().post("/login/", {"login": login, "password": password, "code": code}).status_code


def test_ten_codes_each_open_once(cast):
    codes = _sheet(cast)
    assert len(set(codes)) == 10
    assert _sign_in(codes[0]) == 302
    assert _sign_in(codes[0]) == 422
    assert _sign_in(codes[9].upper().replace("-", " ")) == 302
    assert codes_left(cast.member("amara")) == 8


def test_a_code_without_the_password_opens_nothing_and_is_not_used_up(cast):
    codes = _sheet(cast)
    assert _sign_in(codes[0], password="wrong") == 422
    assert _sign_in(codes[0], login="chen") == 422
    assert _sign_in(codes[0]) == 302


def test_a_new_sheet_ends_the_old(cast):
    old, new = _sheet(cast), _sheet(cast)
    assert _sign_in(old[0]) == 422
    assert _sign_in(new[0]) == 302


def test_a_sheet_asks_for_the_password_again(cast):
    answer = cast.client("amara").post("/account/codes/", {"current": "wrong"})
    assert answer.status_code == 422
    assert not PrintedCode.objects.exists()


def test_the_codes_stand_nowhere_in_the_database_and_a_guess_cannot_be_checked_without_the_environment_key(cast):
    codes = _sheet(cast)
    held = whole_database()
    for code in codes:
        for form in (code, code.replace("-", "")):
            assert form.encode() not in held
        assert printed_code_digest(code) not in held
        assert printed_code_digest(code).hex().encode() not in held


def test_one_members_codes_put_under_another_open_nothing(cast):
    codes = _sheet(cast)
    PrintedCode.objects.update(member=cast.member("chen"))
    assert _sign_in(codes[0], login="chen") == 422


def test_she_is_told_when_few_are_left_and_at_signing_in_too(cast):
    codes = _sheet(cast)
    for code in codes[:6]:
        assert _sign_in(code) == 302
    client = cast.client("amara")
    assert "notice warning" not in client.get("/account/").content.decode()
    client.post("/login/", {"login": "amara", "password": PASSWORD, "code": codes[6]})
    assert "3 códigos" in client.get("/").content.decode()
    assert "notice warning" in client.get("/account/").content.decode()


def test_a_code_is_fifty_nine_bits_in_letters_that_cannot_be_mistaken():
    code = new_printed_code()
    assert re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){2}[a-hjkmnp-z2-9]{4}", code)
    assert is_printed_code(f"  {code.upper()} ", printed_code_digest(code))
    assert not is_printed_code("", printed_code_digest(code))
