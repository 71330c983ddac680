# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in, and giving someone access."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tejido.web.accounts.language import short_language
from tejido.web.accounts.models import Member
from tejido.web.accounts.security_keys import keys_work_here
from tejido.web.security.roles import PROVIDER, ROLES


class SignInForm(forms.Form):
    """Login, password, and the code of the moment."""

    login = forms.CharField(
        label=_("User name"), max_length=60, widget=forms.TextInput({"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"), max_length=200, strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )  # fmt: skip
    code = forms.CharField(
        label=_("Code"), max_length=40,
        help_text=_("Six digits from your authenticator, or one code of your sheet."),
        widget=forms.TextInput({"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if keys_work_here():
            self.fields["code"].required = False
            self.fields["code"].help_text = _(
                "Six digits from your authenticator, or one code of your sheet. Empty if you use a security key."
            )


class AskedAgainForm(forms.Form):
    """Her password, before anything that outlives her session."""

    current = forms.CharField(
        label=_("Your password"), max_length=200, strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )  # fmt: skip


class SecurityKeyForm(AskedAgainForm):
    """What to call a key, so that she knows which to remove when it is lost."""

    name = forms.CharField(label=_("Name of the key"), max_length=40, help_text=_("Such as: blue key, office laptop."))
    field_order = ("name", "current")


def _roles() -> list[tuple[str, str]]:
    language = short_language()
    return [
        (role.code, f"{role.title[language]}: {role.purpose[language]}")
        for role in ROLES.values()
        if role.code != PROVIDER
    ]


class MemberForm(forms.Form):
    """Someone who begins to work here."""

    name = forms.CharField(label=_("Name"), max_length=80)
    login = forms.RegexField(
        label=_("User name"), max_length=60, regex=r"^[a-z0-9][a-z0-9._-]*$",
        help_text=_("Small letters, numbers, dots and hyphens."),
    )  # fmt: skip
    roles = forms.MultipleChoiceField(label=_("Role"), choices=_roles, widget=forms.CheckboxSelectMultiple)
    language = forms.ChoiceField(label=_("Language of her screens"), choices=[("es", "Español"), ("en", "English")])


class NewcomerForm(forms.Form):
    """Whom to let into a team."""

    member = forms.ChoiceField(label=_("Let a colleague in"))
    key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)  # as it was compared by voice

    def __init__(self, *args: Any, members: list[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = [  # type: ignore[attr-defined]
            ("", _("choose")), *((str(one.pk), one.display_name) for one in members),
        ]  # fmt: skip


class ChoosePasswordForm(forms.Form):
    """A password of her own, typed twice."""

    current = forms.CharField(
        label=_("Present password"), max_length=200, strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )  # fmt: skip
    new = forms.CharField(
        label=_("New password"), max_length=200, strip=False,
        help_text=_("At least 14 characters. Four or five words that only you would put together are easiest to keep."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label=_("The new password once more"), max_length=200, strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("new") and cleaned.get("again") and cleaned["new"] != cleaned["again"]:
            self.add_error("again", _("This is not the same as above."))
        return cleaned


class CaseloadForm(forms.Form):
    """A new team that carries cases."""

    name = forms.CharField(label=_("Name of the caseload"), max_length=60)
    restricted = forms.BooleanField(
        label=_("Restricted"), required=False,
        help_text=_(
            "For cases that colleagues must not come upon. Keep several kinds there; the name says nothing of whose."
        ),
    )  # fmt: skip
