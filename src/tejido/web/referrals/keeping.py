# SPDX-License-Identifier: AGPL-3.0-or-later
"""After every write of a referral: its coded row for counting."""

from __future__ import annotations

from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.referrals.codes import coded_referral
from tejido.web.referrals.models import Referral
from tejido.web.security.coded import write_coded
from tejido.web.security.keyring import KeyRing


def keep(referral: Referral, ring: KeyRing) -> None:
    """Write the coded row as the referral stands now, inside the caller's transaction."""
    row = coded_referral(referral, referral.opened(ring).values)
    write_coded(ring, table="referrals", record_id=referral.pk, row=row, data_team=team_of(Team.Kind.DATA).pk)
