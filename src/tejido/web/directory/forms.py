# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding a service, and writing one down."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tejido.web.accounts.choices import PickCodes, code_choices
from tejido.web.directory.models import Service

# Words an operator writes in both languages: the column, then its label.
_BOTH = {"name": _("Name of the service"), "hours": _("Hours"), "eligibility": _("Who it takes")}
_PLAIN = ("organisation", "kind", "needs", "languages", "country", "states", "phone", "minimum_age", "maximum_age",
          "status", "address_confidential")  # fmt: skip


class FindServiceForm(forms.Form):
    """What she needs, the language she speaks, where she is. All may stay empty; nothing of it is kept."""

    need = forms.ChoiceField(
        label=_("What she needs"), required=False, choices=code_choices("service_need", empty=_("any"))
    )
    language = forms.ChoiceField(
        label=_("Language spoken there"), required=False, choices=code_choices("language", empty=_("any"))
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=code_choices("state", empty=_("any")))


class ServiceForm(forms.Form):
    """One service, in the words of both languages."""

    organisation = forms.CharField(label=_("Organisation"), max_length=120)
    name_en = forms.CharField(label=_("Name of the service, in English"), max_length=200)
    name_es = forms.CharField(label=_("Name of the service, in Spanish"), max_length=200)
    kind = forms.ChoiceField(label=_("What it is"), choices=code_choices("recipient_kind"), initial="service")
    needs = forms.MultipleChoiceField(
        label=_("What it offers"), choices=code_choices("service_need"), widget=forms.CheckboxSelectMultiple
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages spoken there"), choices=code_choices("language"), widget=PickCodes("language")
    )
    country = forms.ChoiceField(label=_("Country"), choices=code_choices("country"))
    states = forms.MultipleChoiceField(
        label=_("States it serves (none: all)"),
        required=False,
        choices=code_choices("state"),
        widget=PickCodes("state"),
    )
    phone = forms.CharField(label=_("Telephone"), max_length=30)
    hours_en = forms.CharField(label=_("Hours, in English"), max_length=200, required=False)
    hours_es = forms.CharField(label=_("Hours, in Spanish"), max_length=200, required=False)
    eligibility_en = forms.CharField(label=_("Who it takes, in English"), max_length=300, required=False)
    eligibility_es = forms.CharField(label=_("Who it takes, in Spanish"), max_length=300, required=False)
    minimum_age = forms.IntegerField(label=_("Youngest age"), min_value=0, max_value=120, required=False)
    maximum_age = forms.IntegerField(label=_("Oldest age"), min_value=0, max_value=120, required=False)
    status = forms.ChoiceField(
        label=_("Is it taking people?"), choices=[("active", _("yes")), ("inactive", _("no"))], initial="active"
    )
    address_confidential = forms.BooleanField(
        label=_("The address is confidential"), required=False,
        help_text=_("A confidential address is sealed; each time someone opens it, it is noted who did."),
    )  # fmt: skip
    address = forms.CharField(
        label=_("Address"), max_length=400, required=False, widget=forms.Textarea({"rows": 2}),
        help_text=_("When editing: leave empty to keep the address that is there."),
    )  # fmt: skip
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @classmethod
    def of(cls, service: Service) -> ServiceForm:
        """The form with what stands now; the sealed address stays sealed."""
        initial: dict[str, Any] = {column: getattr(service, column) for column in _PLAIN}
        for column in _BOTH:
            words = getattr(service, column)
            initial |= {f"{column}_{language}": words.get(language, "") for language in ("en", "es")}
        return cls(initial=initial | {"revision": service.revision})

    def values(self) -> dict[str, Any]:
        """The columns of the service."""
        cleaned = self.cleaned_data
        both = {column: {language: cleaned[f"{column}_{language}"] for language in ("en", "es")} for column in _BOTH}
        return {column: cleaned[column] for column in _PLAIN} | both
