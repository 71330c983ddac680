# SPDX-License-Identifier: AGPL-3.0-or-later
"""Code lists as choices of a form, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

from django import forms

from tejido.vocabulary import code_list
from tejido.web.accounts.language import short_language

# Said first in long lists: the languages and countries this work meets most.
FIRST = {
    "country": ("MX", "US", "GT", "HN", "SV", "NI", "CO", "VE", "EC", "PE", "CU", "HT", "DO", "BR"),
    "language": ("es", "en", "nah", "mix", "zap", "yua", "tzo", "tzh", "quc", "mam", "fr", "ht", "pt"),
}


def code_choices(
    name: str, *, only: Container[str] | None = None, empty: Any = None
) -> Callable[[], list[tuple[str, str]]]:
    """Choices, worded when the form is made. `only` keeps some codes; `empty` is the words of a first, empty one."""

    def choices() -> list[tuple[str, str]]:
        listed, language = code_list(name), short_language()
        kept = [code for code in listed if only is None or code in only]
        first = [code for code in FIRST.get(name, ()) if code in kept]
        if first:
            rest = sorted(set(kept) - set(first), key=lambda code: listed.label_of(code, language).casefold())
            kept = [*first, *rest]
        found = [(code, listed.label_of_one(code, language)) for code in kept]
        return [("", str(empty)), *found] if empty is not None else found

    return choices


class PickCodes(forms.CheckboxSelectMultiple):
    """Boxes for a very long list: the frequent codes and those already chosen in view, the others behind a search.

    A server-made `<details>`: without JavaScript it opens and is read through, with it a field narrows it down.
    """

    template_name = "accounts/pick_codes.html"

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._first = FIRST.get(name, ())

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The widget's options in two lists: `few` and `rest`."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        options = [option for _group, members, _index in context["widget"]["optgroups"] for option in members]
        few = [option for option in options if option["selected"] or option["value"] in self._first]
        rest = [option for option in options if option not in few]
        return context | {"few": few, "rest": rest}
