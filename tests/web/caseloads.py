# SPDX-License-Identifier: Apache-2.0
"""A second caseload, with its own line, beside the cast's: the same organisation, nothing in common."""

from __future__ import annotations

from typing import Any

from tejido.crypto import SigningKey
from tejido.web.accounts.actions import SIGNING_SCOPE, create_team
from tejido.web.accounts.models import Team
from tejido.web.security.models import RecordKey
from tejido.web.security.searching import SEARCH_SCOPE


def south_for(cast: Any, *logins: str) -> Team:
    """Caseload and line south, with these members; what the organisation's teams share is sealed to them too."""
    bilal = cast.ring("bilal")
    signing = SigningKey(bilal.raw(RecordKey.objects.get(scope=SIGNING_SCOPE).id))
    members = [cast.member(login) for login in logins]
    caseload, _ = create_team(kind=Team.Kind.CASES, name="Caseload south", members=members, signing=signing, by=None)
    line, _ = create_team(kind=Team.Kind.INTAKE, name="Intake south", members=members, signing=signing, by=None)
    for scope in (SEARCH_SCOPE, SIGNING_SCOPE):
        for team in (caseload, line):
            bilal.share(RecordKey.objects.get(scope=scope), team.pk)
    return caseload
