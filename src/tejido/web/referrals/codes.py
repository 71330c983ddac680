# SPDX-License-Identifier: AGPL-3.0-or-later
"""A referral as codes, for counting needs that were met and how long it took: not which service, not what was said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tejido.web.consents.frames import local_day
from tejido.web.referrals.models import Referral


def coded_referral(referral: Referral, opened: Mapping[str, Any]) -> dict[str, Any]:
    """The coded row of a referral whose opened values are given: the columns of the record table `referrals`."""
    return {
        "referral_id": str(referral.pk),
        "case_id": str(referral.case_id),
        "need": opened["need"],
        "asked_on": local_day(referral.made_at).isoformat(),
        "outcome": opened["outcome"],
        "served_on": opened["served_on"],
    }
