# SPDX-License-Identifier: AGPL-3.0-or-later
"""Handing over, alerting of danger, answering, telling what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tejido.web.accounts.choices import code_choices

Choices = Sequence[tuple[str, str]]


class HandOverForm(forms.Form):
    """To whom, on which release, and which facts."""

    agreement = forms.ChoiceField(label=_("To which organisation, under which agreement"))
    release = forms.ChoiceField(label=_("On which release"), required=False)
    shared = forms.MultipleChoiceField(
        label=_("Which facts go"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Only what is needed. What she did not allow, or the agreement does not name, is refused."),
    )  # fmt: skip

    def __init__(self, *args: Any, agreements: Choices, releases: Choices, fields: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].choices = list(agreements)  # type: ignore[attr-defined]
        self.fields["release"].choices = [*releases, ("", _("none"))]  # type: ignore[attr-defined]
        self.fields["shared"].choices = list(fields)  # type: ignore[attr-defined]


class DangerForm(forms.Form):
    """Imminent danger: the basis, the least, and the second person."""

    agreement = forms.ChoiceField(label=_("To which organisation"))
    basis = forms.ChoiceField(label=_("Legal basis"))
    person = forms.ChoiceField(label=_("Who is in danger"))
    shared = forms.MultipleChoiceField(
        label=_("The least that protects her"), widget=forms.CheckboxSelectMultiple,
        help_text=_("She has not allowed this. Send only what is needed to keep her safe."),
    )  # fmt: skip
    second = forms.ChoiceField(
        label=_("The second person, who is alerted now"),
        help_text=_("Someone on duty, other than you, who looks at it."),
    )

    def __init__(
        self, *args: Any, agreements: Choices, bases: Choices, people: Choices, second: Choices,
        fields: Choices, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("agreement", agreements), ("basis", bases), ("person", people), ("second", second), ("shared", fields),
        ):  # fmt: skip
            self.fields[name].choices = list(choices)  # type: ignore[attr-defined]


class DeclineForm(forms.Form):
    """Why we cannot take the case up."""

    reason = forms.ChoiceField(label=_("Why not"), choices=code_choices("handover_decline", empty=_("choose")))


class RecallForm(forms.Form):
    """Why a hand-over is called back, other than by her."""

    reason = forms.ChoiceField(
        label=_("Why"),
        choices=code_choices("handover_recall_reason", only=("sent_by_mistake", "safety"), empty=_("choose")),
    )


class HandoverOutcomeForm(forms.Form):
    """What the partner is told came of it; the referrals' outcomes go as codes."""

    release = forms.ChoiceField(label=_("On which release"), required=False)
    reached = forms.ChoiceField(label=_("Was she reached?"), choices=code_choices("yes_no_unknown", empty=_("choose")))
    closed = forms.BooleanField(label=_("We have finished"), required=False)

    def __init__(self, *args: Any, releases: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["release"].choices = [*releases, ("", _("none"))]  # type: ignore[attr-defined]
