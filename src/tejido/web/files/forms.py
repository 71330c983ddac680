# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is asked when a file is added."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class FileForm(forms.Form):
    """The file comes last, so that everything else is known before its first byte. The view asks its arrival for it."""

    about = forms.CharField(
        label=_("What it is"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text=_("Who gave it, when, what it shows. You may leave it empty."),
    )  # fmt: skip
    keep_original = forms.BooleanField(
        label=_("Keep the original as evidence"), required=False,
        help_text=_("A photo or PDF is stored without its hidden data: place, time, device, author. "
                    "Where it may have to prove something, its original is kept too; each opening of it is "
                    "written down."),
    )  # fmt: skip
    file = forms.FileField(
        label=_("File"), required=False, widget=forms.FileInput({"required": True}),
        help_text=_("Up to 2 GB. A large file takes its time: leave this page open until it has arrived."),
    )  # fmt: skip
