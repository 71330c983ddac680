# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answering a packet."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tejido.web.accounts.choices import code_choices
from tejido.web.packets.actions import sayable
from tejido.web.packets.models import Packet


class AnswerForm(forms.Form):
    """Accept, decline with a reason, or say what came of it."""

    outcome = forms.ChoiceField(label=_("Your answer"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Note to the hotline"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text=_("Sealed: the people who carry her case read it, nobody else at the hotline."),
    )  # fmt: skip

    def __init__(self, *args: Any, packet: Packet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What is answered is never chosen by a form's first line.
        self.fields["outcome"].choices = code_choices("referral_outcome", only=sayable(packet))  # type: ignore[attr-defined]
