# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a view of the staff door is given: a signed-in member and her unlocked ring."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from tejido.web.accounts.models import Member, SignedInSession
from tejido.web.security.keyring import KeyRing


class StaffRequest(HttpRequest):
    """A request behind the sign-in: `LoginRequiredMiddleware` and `UnlockRing` have run. For types only."""

    user: Member
    signed_in: SignedInSession
    ring: KeyRing
    htmx: HtmxDetails
