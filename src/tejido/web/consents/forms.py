# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing down a release, in the order one asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tejido.agreements import Pack
from tejido.vocabulary import code_list
from tejido.web.accounts.choices import code_choices

_YES_NO = [("", _("not asked")), ("no", _("no")), ("yes", _("yes"))]


def _purposes() -> list[str]:
    listed = code_list("sharing_purpose")
    return [code for code in listed if "release" in listed.codes[code].properties["lanes"]]


class ReleaseForm(forms.Form):
    """What she allows: which facts, to whom, for what, until when, and how she said so."""

    person = forms.ChoiceField(label=_("Who allows it"))
    recipient = forms.ChoiceField(label=_("To whom"))
    purpose = forms.ChoiceField(
        label=_("For what"), choices=code_choices("sharing_purpose", only=_purposes(), empty=_("choose"))
    )
    fields_allowed = forms.MultipleChoiceField(
        label=_("Which facts"), choices=code_choices("shareable_field"), widget=forms.CheckboxSelectMultiple
    )
    given_on = forms.DateField(label=_("Given on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    starts_on = forms.DateField(label=_("Holds from"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    expires_on = forms.DateField(label=_("Holds until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    how = forms.ChoiceField(label=_("How she gave it"))
    exact_words = forms.CharField(
        label=_("Her exact words"), required=False, max_length=5000, strip=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Word for word, in her language, and read back to her. Needed unless she signed."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language it was given in"), choices=code_choices("language"))
    person_language = forms.ChoiceField(label=_("Her own language"), choices=code_choices("language"))
    interpreter = forms.CharField(
        label=_("Interpreter (name or number)"), required=False, max_length=120,
        help_text=_("Needed where the language is not her own."),
    )  # fmt: skip
    authenticated = forms.BooleanField(
        label=_("She made clear that it is she"), required=False,
        help_text=_("A phrase she chose before, a call back to the safe contact she gave, or a document."),
    )  # fmt: skip
    notice_read = forms.BooleanField(label=_("The privacy notice was read to her"), required=False)
    minor = forms.ChoiceField(label=_("Is she under 18?"), required=False, choices=_YES_NO)
    guardian_consented = forms.BooleanField(
        label=_("If so: a parent, guardian or representative also agrees"), required=False
    )
    guardian_is_suspected = forms.BooleanField(
        label=_("If so: that person may be the one who harms her"), required=False
    )
    may_consent_alone = forms.BooleanField(
        label=_("If so: the law lets her decide this without a guardian"), required=False
    )

    def __init__(
        self, *args: Any, pack: Pack, today: date, people: Sequence[tuple[str, str]],
        recipients: Sequence[tuple[str, str]], **kwargs: Any,
    ) -> None:  # fmt: skip
        self.pack = pack
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = list(people)  # type: ignore[attr-defined]
        # What she decides, and how she said it, is never chosen for her by a form's first line.
        self.fields["recipient"].choices = [("", _("choose")), *recipients]  # type: ignore[attr-defined]
        self.fields["how"].choices = code_choices("release_how", only=pack.how, empty=_("choose"))  # type: ignore[attr-defined]
        if not pack.alone_if_permitted:  # no law here lets an under-18 decide it without a guardian
            del self.fields["may_consent_alone"]
        for name in ("given_on", "starts_on"):
            self.fields[name].initial = today
        self.fields["expires_on"].initial = today + timedelta(days=min(30, pack.maximum_days))
        self.fields["expires_on"].help_text = _("At most %(days)s days after it was given.") % {
            "days": pack.maximum_days
        }

    def terms(self) -> dict[str, Any]:
        """The fields of `tejido.agreements.Release` that the form knows."""
        cleaned = self.cleaned_data
        same = ("person", "recipient", "purpose", "given_on", "starts_on", "expires_on", "how", "language",
                "person_language", "authenticated", "guardian_consented", "guardian_is_suspected")  # fmt: skip
        return {name: cleaned[name] for name in same} | {
            "may_consent_alone": cleaned.get("may_consent_alone", False),
            "fields": frozenset(cleaned["fields_allowed"]),
            "minor": {"yes": True, "no": False}.get(cleaned["minor"]),
            "notice_version": self.pack.notice_version if cleaned["notice_read"] else "none",
        }
