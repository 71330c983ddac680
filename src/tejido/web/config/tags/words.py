# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words of code lists in the reader's language: `{{ code|label:"gender" }}`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django import template
from django.utils import formats
from django.utils.translation import gettext

from tejido.reports.numbers import count_text
from tejido.vocabulary import UnknownCode, Words, code_list
from tejido.web.accounts.language import short_language

register = template.Library()


@register.filter
def label(code: str | None, list_name: str) -> str:
    """The words for a code of one person or thing; \"not recorded\" for none."""
    if code in (None, ""):
        return gettext("not recorded")
    try:
        return code_list(list_name).label_of_one(str(code), short_language())
    except UnknownCode:
        return str(code)


@register.filter
def labels(codes: Iterable[str] | None, list_name: str) -> str:
    """The words for several codes, joined by commas."""
    return ", ".join(label(code, list_name) for code in codes or []) or gettext("not recorded")


@register.filter
def say(words: Words) -> str:
    """Words kept in both languages, in the reader's."""
    return words[short_language()]


@register.filter
def count(value: int | None) -> str:
    """A whole number as both languages group it; a dash for none."""
    return "—" if value is None else count_text(value)


@register.filter
def day(written: str) -> str:
    """A day kept as ISO text, as the reader's language writes days."""
    return str(formats.date_format(date.fromisoformat(written), "SHORT_DATE_FORMAT"))
