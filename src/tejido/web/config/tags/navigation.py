# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page may link to: by permission, and only to rooms this door has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from tejido.web.security.access import allows
from tejido.web.security.permissions import Permission

register = template.Library()

# Label, the permission that opens it (None: everyone signed in), the view's name.
_ROOMS: tuple[tuple[Any, Permission | None, str], ...] = (
    (_("Today"), None, "show_desk"),
    (_("Contacts"), Permission.CONTACT_READ, "list_contacts"),
    (_("Cases"), Permission.CASE_READ, "list_cases"),
    (_("Search"), Permission.CASE_SEARCH, "find_case"),
    (_("Referrals received"), Permission.PACKET_READ, "list_packets"),
    (_("Colleagues"), Permission.PACKET_READ, "list_colleagues"),
    (_("Services"), Permission.REFERRAL_SEND, "list_services"),
    (_("Hand-overs"), Permission.CASE_READ, "list_handovers"),
    (_("Alerts"), Permission.ALERT_READ, "list_alerts"),
    (_("Counting"), Permission.COUNT, "list_sheets"),
    (_("Agreements"), Permission.AGREEMENT_READ, "list_agreements"),
    (_("Destruction"), Permission.SHRED_CONFIRM, "list_shreddings"),
    (_("Members"), Permission.MEMBER_EDIT, "list_members"),
    (_("My teams"), Permission.TEAM_EDIT, "list_teams"),
    (_("Audit"), Permission.AUDIT_READ, "list_audit"),
)


@dataclass(frozen=True)
class Link:
    """One room in the navigation."""

    label: Any
    url: str
    current: bool


@register.filter
def may(user: Any, permission: str) -> bool:
    """Does one of her roles allow this? `{% if request.user|may:"case.read" %}`"""
    return allows(user, Permission(permission))


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[Link]:
    """The rooms of the staff door this person may enter; none on the other doors or before signing in."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or not getattr(user, "is_authenticated", False):
        return []
    found = []
    for label, permission, name in _ROOMS:
        if permission is not None and not allows(user, permission):
            continue
        try:
            found.append((label, reverse(name)))
        except NoReverseMatch:
            continue
    # The room of a page is the one whose address goes furthest along with it: /cases/find/ is not in /cases/.
    here = max((url for _label, url in found if request.path.startswith(url)), key=len, default="")
    return [Link(label, url, url == here and (url != "/" or request.path == "/")) for label, url in found]
