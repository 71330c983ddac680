# SPDX-License-Identifier: AGPL-3.0-or-later
"""Form fields whose choices are code lists, in the reader's language."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tejido.vocabulary import code_list
from tejido.web.accounts.choices import PickCodes, code_choices


class CodeField(forms.ChoiceField):
    """One code of a list; may be left unsaid unless `required`."""

    def __init__(self, name: str, *, only: Container[str] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(choices=code_choices(name, only=only, empty=_("Not known yet")), **kwargs)

    def clean(self, value: Any) -> str | None:
        """The code, or None."""
        return super().clean(value) or None


class CodesField(forms.MultipleChoiceField):
    """Several codes of a list: boxes to tick, the frequent ones first where there are very many."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        many = len(code_list(name).codes) > 30
        kwargs.setdefault("widget", PickCodes(name) if many else forms.CheckboxSelectMultiple())
        super().__init__(choices=code_choices(name), **kwargs)


def said(field: forms.Field, value: Any) -> str:
    """A stored value in the words of its field's choices."""
    choices = dict(getattr(field, "choices", None) or [])
    if isinstance(value, list):
        return ", ".join(str(choices.get(item, item)) for item in value)
    key = str(value).lower() if isinstance(value, bool) else value
    return str(choices.get(key, "" if value is None else value))
