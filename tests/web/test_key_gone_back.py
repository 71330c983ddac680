# SPDX-License-Identifier: Apache-2.0
"""A backup older than a change of keys is put back: all is read, and nothing is sealed to what was replaced."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.utils import timezone

from tejido.crypto import UnsignedKey
from tejido.vocabulary import BadInput
from tejido.web.accounts.keys import anonymous_ring, team_of
from tejido.web.accounts.login import Refused, sign_in
from tejido.web.accounts.models import Team
from tejido.web.accounts.newest import FILE, RESTORED
from tejido.web.accounts.passwords import choose_password
from tejido.web.accounts.staffing import let_in, renew_keys, replace_password
from tejido.web.config.keys_back import older_than_seen, went_back_by_name
from tejido.web.config.restoring import _newest
from tests.web.security.test_sealing import _contact


@pytest.fixture(autouse=True)
def _as_it_was():
    """The files outside the database are put back, like the database."""
    paths = [settings.TEJIDO.data / name for name in (FILE, RESTORED)]
    before = [path.read_bytes() if path.exists() else None for path in paths]
    yield
    for path, raw in zip(paths, before, strict=True):
        path.unlink(missing_ok=True) if raw is None else path.write_bytes(raw)


def _restored(owners):
    """The database is that of the backup; elsewhere newer keys of `owners` had been in use."""
    return went_back_by_name(dict.fromkeys(owners, 4))


def test_a_team_whose_keys_went_back_reads_and_writes_again_once_it_has_new_keys(cast):
    team = team_of(Team.Kind.INTAKE)
    before = _contact(cast.ring("amara"), "BCK-001", own_words="antes")
    assert _restored([team.owner]) == [team.name]
    assert list(older_than_seen()) == [team.name]
    for login in ("amara", "bilal", "chen"):
        assert before.opened(cast.ring(login)).own_words == "antes"
    for ring in (anonymous_ring(), cast.ring("amara")):
        with pytest.raises(UnsignedKey):
            ring.new_key("contact", [team.pk])
    renew_keys(team=team, by=cast.member("bilal"), ring=cast.ring("bilal"))
    assert team.generations.latest("number").number == 5  # none of those that had been in use
    assert list(older_than_seen()) == []
    after = _contact(cast.ring("amara"), "BCK-002", own_words="después")
    anonymous_ring().new_key("contact", [team.pk])
    assert {each.opened(cast.ring("chen")).own_words for each in (before, after)} == {"antes", "después"}


def test_whoever_writes_the_database_gets_no_older_key_in_by_what_a_restoring_allowed(cast):
    team = team_of(Team.Kind.INTAKE)
    _restored([team.owner])
    renew_keys(team=team, by=cast.member("bilal"), ring=cast.ring("bilal"))
    (settings.TEJIDO.data / FILE).write_text(json.dumps({team.owner: 5}))
    team.generations.latest("number").delete()
    with pytest.raises(UnsignedKey):
        cast.ring("amara").new_key("contact", [team.pk])


def test_a_member_whose_key_went_back_signs_in_with_a_new_password_only(cast):
    chen = cast.member("chen")
    assert _restored([chen.key_owner]) == ["chen"]

    def tries(password):
        sign_in(login="chen", password=password, code=cast.code("chen"), now=datetime.now(UTC))

    with pytest.raises(Refused):
        tries(cast.logins["chen"][0])
    team = team_of(Team.Kind.INTAKE)
    with pytest.raises(UnsignedKey):  # nor is a team's new secret sealed to it
        renew_keys(team=team, by=cast.member("bilal"), ring=cast.ring("bilal"))
    _member, first = replace_password(member=chen, by=cast.member("noor"), ring=cast.ring("noor"), now=timezone.now())
    chen = cast.member("chen")
    assert chen.key_number == 5
    choose_password(member=chen, current=first, new="palabras solo suyas", by=chen, now=timezone.now())
    chen = cast.member("chen")
    let_in(member=chen, team=team, by=cast.member("bilal"), ring=cast.ring("bilal"), key=chen.key_read_aloud)
    again = copy.replace(cast, logins={**cast.logins, "chen": ("palabras solo suyas", b"")})
    assert _contact(cast.ring("amara"), "BCK-003", own_words="sigue").opened(again.ring("chen")).own_words == "sigue"


def test_without_newer_numbers_nothing_went_back_and_what_is_no_list_of_them_is_refused(cast, tmp_path):
    assert _restored([]) == []
    assert anonymous_ring().new_key("contact", [team_of(Team.Kind.INTAKE).pk])
    for wrong in ("", "[]", '{"a": "b"}', "\x00"):
        (tmp_path / "newest").write_text(wrong)
        with pytest.raises(BadInput):
            _newest(tmp_path / "newest")
    assert _newest(None) == {}
