# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking that a record be destroyed, carrying it out, placing a hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tejido.web.accounts.choices import code_choices


class AskForm(forms.Form):
    """Why."""

    basis = forms.ChoiceField(label=_("Why"), choices=code_choices("shredding_basis"), widget=forms.RadioSelect)


class CarryOutForm(forms.Form):
    """The code once more, by hand: nobody destroys the wrong record by a slip of the mouse."""

    code = forms.CharField(label=_("Type its code, to be sure it is this one"), max_length=20)

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_code(self) -> str:
        """As it stands, in any case."""
        code = str(self.cleaned_data["code"]).strip().upper()
        if code != self.expected.upper():
            raise forms.ValidationError(_("This is not its code."))
        return code


class HoldForm(forms.Form):
    """Which court or law, until when."""

    reason = forms.CharField(
        label=_("Which court, authority or law asks for it, and the file number"), max_length=2000,
        widget=forms.Textarea({"rows": 3}), help_text=_("Sealed: only the team opens it."),
    )  # fmt: skip
