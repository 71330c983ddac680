# SPDX-License-Identifier: AGPL-3.0-or-later
"""Referring her to a service, and writing down what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tejido.vocabulary import code_list
from tejido.web.accounts.choices import code_choices
from tejido.web.referrals.packing import DAYS, MOST_DAYS


class ReferralForm(forms.Form):
    """Which service, for what, and how she is connected."""

    need = forms.ChoiceField(label=_("What she needs"), choices=code_choices("service_need"))
    service = forms.ChoiceField(label=_("Which service"))
    how = forms.ChoiceField(
        label=_("How she is connected"), choices=code_choices("referral_how"), widget=forms.RadioSelect,
        help_text=_("If she calls herself, nothing about her leaves and no release is needed."),
    )  # fmt: skip
    person = forms.ChoiceField(label=_("Whose facts we tell the service"), required=False)
    shared = forms.MultipleChoiceField(
        label=_("What we tell the service (only if she does not call herself)"), required=False,
        choices=code_choices("shareable_field"), widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    days = forms.IntegerField(
        label=_("For how many days a packet opens"), required=False, min_value=1, max_value=MOST_DAYS, initial=DAYS,
        help_text=_("At most until her release ends. Only for a packet."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}))

    def __init__(
        self, *args: Any, services: Sequence[tuple[str, str]], people: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = list(services)  # type: ignore[attr-defined]
        self.fields["person"].choices = list(people)  # type: ignore[attr-defined]

    def told(self) -> list[str]:
        """The facts the service is told: none where she calls herself, whatever boxes are marked."""
        how = code_list("referral_how").codes[self.cleaned_data["how"]]
        return [] if how.properties["lane"] == "self" else list(self.cleaned_data["shared"])


class ProviderForm(forms.Form):
    """Someone who works for a service, and for which."""

    organisation = forms.ChoiceField(label=_("Organisation, as in the directory"))
    name = forms.CharField(label=_("Name"), max_length=80)
    login = forms.RegexField(
        label=_("User name"), max_length=60, regex=r"^[a-z0-9][a-z0-9._-]*$",
        help_text=_("Small letters, numbers, dots and hyphens."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of her screens"), choices=[("es", "Español"), ("en", "English")])

    def __init__(self, *args: Any, organisations: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [  # type: ignore[attr-defined]
            ("", _("choose")), *((each, each) for each in organisations),
        ]  # fmt: skip


class OutcomeForm(forms.Form):
    """What came of a referral."""

    outcome = forms.ChoiceField(label=_("What came of it"), choices=code_choices("referral_outcome"))
    served_on = forms.DateField(
        label=_("Day she received it"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Only where the service was given. Left empty, it is today."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}))
    revision = forms.IntegerField(widget=forms.HiddenInput)
