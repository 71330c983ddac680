# SPDX-License-Identifier: AGPL-3.0-or-later
"""Preparing a report to an authority, and noting that it was made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tejido.agreements import Basis
from tejido.web.accounts.choices import code_choices

Choices = Sequence[tuple[str, str]]


class ReportForm(forms.Form):
    """To which authority, about whom, the least, and the second person; the ground is chosen before."""

    basis = forms.CharField(widget=forms.HiddenInput)
    recipient = forms.ChoiceField(label=_("To which authority"))
    person = forms.ChoiceField(label=_("About whom"))
    shared = forms.MultipleChoiceField(
        label=_("The least that the authority must know"), widget=forms.CheckboxSelectMultiple,
        help_text=_("She has not allowed this. Mark only what is asked for."),
    )  # fmt: skip
    due_on = forms.DateField(
        label=_("Until which day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("As the order says."),
    )  # fmt: skip
    second = forms.ChoiceField(
        label=_("The second person, who is alerted now"),
        help_text=_("Someone on duty, other than you, who looks at it."),
    )

    def __init__(
        self, *args: Any, basis: Basis, people: Choices, second: Choices, fields: Choices, timed: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["basis"].initial = basis.code
        authorities = code_choices("recipient_kind", only=basis.recipients - {"partner_hotline"})()
        for name, choices in (
            ("recipient", authorities), ("person", people), ("second", second), ("shared", fields),
        ):  # fmt: skip
            self.fields[name].choices = list(choices)  # type: ignore[attr-defined]
        if timed:  # the rules say until when
            del self.fields["due_on"]


class ToldForm(forms.Form):
    """The authority was told."""

    at = forms.DateTimeField(
        label=_("When the authority was told"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    how = forms.ChoiceField(label=_("How"), choices=code_choices("report_how"))
    to = forms.CharField(
        label=_("Who took it, and under which number"), max_length=300,
        help_text=_("Name or post, office, and the number of the report if they gave one."),
    )  # fmt: skip


class NotRequiredForm(forms.Form):
    """Why the authority need not be told."""

    reason = forms.CharField(label=_("Why not"), max_length=2000, widget=forms.Textarea({"rows": 2}))
