# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the auditor narrows the audit by."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tejido.vocabulary import code_list
from tejido.web.accounts.language import short_language
from tejido.web.accounts.models import Member
from tejido.web.desk.auditing import NODE, records_about


def _members() -> list[tuple[str, str]]:
    found = Member.objects.order_by("display_name").values_list("pk", "display_name")
    return [("", str(_("everyone"))), *((str(pk), name) for pk, name in found), (NODE, str(_("the system")))]


def _events() -> list[tuple[str, str]]:
    language = short_language()
    said = {code: each.label[language] for code, each in code_list("audit_event").codes.items()}
    return [("", str(_("everything"))), *sorted(said.items(), key=lambda each: each[1].casefold())]


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class AuditForm(forms.Form):
    """A case or record, a member, what was done, from one day to another; each may be left open."""

    about = forms.CharField(label=_("Case or record"), required=False, max_length=36,
                            help_text=_("A case brings all that hangs on it."),
                            widget=forms.TextInput({"autocomplete": "off", "class": "code"}))  # fmt: skip
    member = forms.ChoiceField(label=_("Who"), required=False, choices=_members)
    event = forms.ChoiceField(label=_("What was done"), required=False, choices=_events)
    first = _day(_("From"))
    last = _day(_("To"))
    after = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._by = by

    def clean_about(self) -> set[UUID] | None:
        """The ids asked for."""
        asked = self.cleaned_data["about"]
        found = records_about(asked, by=self._by) if asked else None
        if asked and found is None:
            raise ValidationError(
                _("No case or contact has this code. Write it as it is said, or a record's whole id.")
            )
        return found

    def asked(self) -> dict[str, Any]:
        """What `audit_entries` is asked."""
        return {name: self.cleaned_data[name] for name in ("about", "member", "event", "first", "last")}

    def narrowed_by(self) -> str:
        """Names of what was asked for, never what: the audit's own line about it."""
        return ",".join(name for name, value in self.asked().items() if value)
