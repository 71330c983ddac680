# SPDX-License-Identifier: AGPL-3.0-or-later
"""The period to count."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tejido.statistics import Window
from tejido.vocabulary import Words
from tejido.web.accounts.language import short_language
from tejido.web.statistics.own_counts import choices


class WindowForm(forms.Form):
    """First and last day, both counted."""

    start = forms.DateField(label=_("First day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    end = forms.DateField(label=_("Last day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        """The last day may not come before the first."""
        cleaned = super().clean() or {}
        if cleaned.get("start") and cleaned.get("end") and cleaned["end"] < cleaned["start"]:
            self.add_error("end", _("The last day comes before the first."))
        return cleaned

    def window(self) -> Window:
        """The period, once the form is valid."""
        return Window(self.cleaned_data["start"], self.cleaned_data["end"])


class CountForm(WindowForm):
    """What to count of our own records, and over which period."""

    what = forms.ChoiceField(label=_("What to count"))

    field_order = ("what", "start", "end")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = short_language()
        self.fields["what"].choices = [(name, words[language]) for name, words in choices().items()]  # type: ignore[attr-defined]


class CorrectionForm(forms.Form):
    """Why a published edition was wrong, in both languages: everyone will read it."""

    because_en = forms.CharField(label=_("Why it was wrong, in English"), required=False, max_length=300)
    because_es = forms.CharField(label=_("Why it was wrong, in Spanish"), required=False, max_length=300)

    def because(self) -> Words:
        """In both languages, once the form is valid."""
        return {"en": self.cleaned_data["because_en"], "es": self.cleaned_data["because_es"]}


class SeedForm(forms.Form):
    """What `release synthesize --keep-seed` wrote."""

    seed = forms.RegexField(
        "^[0-9a-f]{64}$",
        label=_("Secret seed of public rows"),
        help_text=_("The line that release synthesize --keep-seed wrote. Then delete that file."),
        error_messages={"invalid": _("64 digits from 0 to 9 and a to f were expected.")},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )

    def secret(self) -> bytes:
        """The seed, once the form is valid."""
        return bytes.fromhex(self.cleaned_data["seed"])
