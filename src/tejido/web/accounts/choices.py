# SPDX-License-Identifier: AGPL-3.0-or-later
"""Code lists as choices of a form, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Container

from tejido.vocabulary import code_list
from tejido.web.accounts.language import short_language


def code_choices(
    name: str, *, only: Container[str] | None = None, empty: str | None = None
) -> Callable[[], list[tuple[str, str]]]:
    """Choices, worded when the form is made. `only` keeps some codes; `empty` adds a first, empty one."""

    def choices() -> list[tuple[str, str]]:
        language = short_language()
        listed = code_list(name)
        found = [(code, listed.label_of(code, language)) for code in listed if only is None or code in only]
        return [("", str(empty)), *found] if empty is not None else found

    return choices
