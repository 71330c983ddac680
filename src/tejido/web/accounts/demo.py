# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's sign-in page shows invented members and the code of the moment, so that nobody needs a phone to look."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from tejido.crypto import totp_code
from tejido.vocabulary import Words
from tejido.web.accounts.actions import member_context
from tejido.web.accounts.login import is_of_this_door
from tejido.web.accounts.models import Member
from tejido.web.accounts.second_factors import open_factor
from tejido.web.security.roles import ROLES

DEMO_PASSWORD = "tejido-demo-2026"  # noqa: S105  printed on the demo's own sign-in page; refused outside the demo


@dataclass(frozen=True)
class DemoLogin:
    """One invented member, as the demo shows her."""

    login: str
    name: str
    role: Words
    password: str
    code: str


def demo_logins(*, everyone: bool = False) -> list[DemoLogin]:
    """Logins with their current codes, in the demo only: of this door, or of everyone. Empty on any real node."""
    if not settings.TEJIDO.demo:
        return []
    now = int(timezone.now().timestamp())
    return [
        DemoLogin(
            login=member.login,
            name=member.display_name,
            role=ROLES[member.roles[0]].title,
            password=DEMO_PASSWORD,
            code=totp_code(open_factor(member.totp, member_context(member)), now),
        )
        for member in Member.objects.filter(status=Member.Status.ACTIVE).order_by("created_at", "login")
        if everyone or is_of_this_door(member)
    ]
