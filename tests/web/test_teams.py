# SPDX-License-Identifier: Apache-2.0
"""Joining and leaving a team: who opens what afterwards."""

from __future__ import annotations

import pytest

from tejido.crypto import SigningKey
from tejido.web.accounts.actions import SIGNING_SCOPE, join_team, leave_team
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.security.keyring import NoKey
from tejido.web.security.models import RecordKey
from tests.web.security.test_sealing import _contact


def _secret(ring, team):
    return ring._secret(team.pk, ring._teams[team.pk])


def test_a_newcomer_opens_what_the_team_could_already_open(cast):
    team = team_of(Team.Kind.INTAKE)
    contact = _contact(cast.ring("amara"), "BBB-001", own_words="antes de que llegara")
    join_team(member=cast.member("eve"), team=team, secret=_secret(cast.ring("chen"), team), by=cast.member("noor"))
    assert contact.opened(cast.ring("eve")).own_words == "antes de que llegara"


def test_who_leaves_opens_neither_old_nor_new_and_who_stays_opens_both(cast):
    team = team_of(Team.Kind.INTAKE)
    before = _contact(cast.ring("amara"), "BBB-002", own_words="antes")
    admin = cast.ring("noor")
    signing = SigningKey(admin.raw(RecordKey.objects.get(scope=SIGNING_SCOPE).id))
    leave_team(member=cast.member("chen"), team=team, secret=_secret(cast.ring("amara"), team), signing=signing,
               by=cast.member("noor"))  # fmt: skip
    after = _contact(cast.ring("amara"), "BBB-003", own_words="después")
    for record, words in ((before, "antes"), (after, "después")):
        assert record.opened(cast.ring("bilal")).own_words == words
        with pytest.raises(NoKey):
            record.opened(cast.ring("chen"))
