# SPDX-License-Identifier: AGPL-3.0-or-later
"""Form fields whose choices are code lists, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tejido.vocabulary import code_list
from tejido.web.accounts.language import short_language

# Said first in long lists: the languages and countries this work meets most.
FIRST = {
    "country": ("MX", "US", "GT", "HN", "SV", "NI", "CO", "VE", "EC", "PE", "CU", "HT", "DO", "BR"),
    "language": ("es", "en", "nah", "mix", "zap", "yua", "tzo", "tzh", "quc", "mam", "fr", "ht", "pt"),
}


def code_choices(name: str, *, only: Sequence[str] | None = None, empty: Any = None) -> Callable[[], list[Any]]:
    """Choices of a code list; `only` limits them, `empty` is the words of a first empty choice."""

    def choices() -> list[Any]:
        codes, language = code_list(name), short_language()
        listed = [code for code in only if code in codes] if only is not None else list(codes)
        first = [code for code in FIRST.get(name, ()) if code in listed]
        rest = [code for code in listed if code not in first]
        if first:
            rest.sort(key=lambda code: codes.label_of(code, language).casefold())
        found = [(code, codes.label_of(code, language)) for code in [*first, *rest]]
        return found if empty is None else [("", empty), *found]

    return choices


class CodeField(forms.ChoiceField):
    """One code of a list; may be left unsaid unless `required`."""

    def __init__(self, name: str, *, only: Sequence[str] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(choices=code_choices(name, only=only, empty=_("not said yet")), **kwargs)

    def clean(self, value: Any) -> str | None:
        """The code, or None."""
        return super().clean(value) or None


class CodesField(forms.MultipleChoiceField):
    """Several codes of a list: boxes to tick, or a list box where there are very many."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        many = len(code_list(name).codes) > 30
        kwargs.setdefault("widget", forms.SelectMultiple({"size": 6}) if many else forms.CheckboxSelectMultiple())
        super().__init__(choices=code_choices(name), **kwargs)


def said(field: forms.Field, value: Any) -> str:
    """A stored value in the words of its field's choices."""
    choices = dict(getattr(field, "choices", None) or [])
    if isinstance(value, list):
        return ", ".join(str(choices.get(item, item)) for item in value)
    key = str(value).lower() if isinstance(value, bool) else value
    return str(choices.get(key, "" if value is None else value))
