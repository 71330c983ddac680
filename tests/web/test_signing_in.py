# SPDX-License-Identifier: Apache-2.0
"""Signing in: password and code, each needed; a code works once."""

from __future__ import annotations

import pytest
from django.test import Client

from tejido.web.accounts.models import Member


def _post(cast, login, password, code):
    return Client().post("/login/", {"login": login, "password": password, "code": code})


def test_password_and_code_open_the_door(cast):
    client = cast.client("amara")
    assert set(client.cookies) >= {"tejido_mx_staff_session", "tejido_mx_staff_key"}


@pytest.mark.parametrize("wrong", ["login", "password", "code"])
def test_one_wrong_part_is_refused_in_the_same_words(cast, wrong):
    right = {"login": "amara", "password": cast.logins["amara"][0], "code": cast.code("amara")}
    answer = _post(cast, **{**right, wrong: "000000"})
    assert answer.status_code == 422
    assert "tejido_mx_staff_key" not in answer.cookies


def test_a_code_seen_over_a_shoulder_does_not_open_twice(cast):
    Member.objects.filter(login="chen").update(totp_last_step=0)
    password, code = cast.logins["chen"][0], cast.code("chen")
    assert _post(cast, "chen", password, code).status_code == 302
    assert _post(cast, "chen", password, code).status_code == 422


def test_many_wrong_tries_make_the_account_wait_even_with_the_right_password(cast):
    Member.objects.filter(login="bilal").update(totp_last_step=0)
    for _ in range(7):
        _post(cast, "bilal", "wrong", "000000")
    answer = _post(cast, "bilal", cast.logins["bilal"][0], cast.code("bilal"))
    assert answer.status_code == 422
