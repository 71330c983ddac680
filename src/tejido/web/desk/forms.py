# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the auditor narrows the audit by."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tejido.web.accounts.models import Member


def _members() -> list[tuple[str, str]]:
    found = Member.objects.order_by("display_name").values_list("pk", "display_name")
    return [("", str(_("everyone"))), *((str(pk), name) for pk, name in found)]


class AuditForm(forms.Form):
    """One member, one day; either may be left open. `after` goes on from a line."""

    member = forms.ChoiceField(label=_("Who"), required=False, choices=_members)
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    after = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
