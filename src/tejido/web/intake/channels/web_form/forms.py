# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public form: only her own words are needed, and even those may be few."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from tejido.vocabulary import Language, Words, code_list
from tejido.web.accounts.language import short_language

LONGEST = 20_000  # characters: about ten pages


@cache
def asking() -> dict[str, dict[str, Words]]:
    """How this form words the codes of a code list."""
    found: dict[str, dict[str, Words]] = yaml.safe_load(Path(__file__).with_name("asking.yaml").read_text("utf-8"))
    return found


def _asked(list_name: str) -> list[tuple[str, str]]:
    return [(code, words[short_language()]) for code, words in asking()[list_name].items()]


def _languages() -> list[tuple[str, str]]:
    return _languages_for(short_language())


@cache
def _languages_for(here: Language) -> list[tuple[str, str]]:
    """Every language of the code list; those of the page first, the rest as a reader looks them up."""
    known = code_list("language")
    every = [(code, known.label_of(code, here)) for code in known.codes]
    first = [pair for pair in every if pair[0] in ("es", "en")]
    return first + sorted((pair for pair in every if pair not in first), key=lambda pair: pair[1].casefold())


class LongSelect(forms.Select):
    """A select of many choices, written out at once: a template for each was half the work of the whole page."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The element, as Django's own would be."""
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((code, mark_safe(" selected") if code == value else "", label) for code, label in self.choices),
        )
        return format_html(
            "<select{}>{}</select>", flatatt({"name": name, **self.build_attrs(self.attrs, attrs)}), options
        )


class WebForm(forms.Form):
    """What a person tells us by writing."""

    own_words = forms.CharField(
        label=_("What is happening?"),
        help_text=_("In your own words and your own language. One sentence is enough, and you need not give names."),
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 8, "autocomplete": "off"}),
        error_messages={
            "required": _("Write something here, even a few words, so that we know what it is about."),
            "max_length": _("This is longer than we can receive at once. Shorten it, or send it in two parts."),
        },
    )
    language = forms.ChoiceField(
        label=_("In which language shall we answer?"), choices=_languages, required=False,
        widget=LongSelect({"autocomplete": "off"}),
    )  # fmt: skip
    under_18 = forms.ChoiceField(
        label=_("Is anyone under 18?"),
        help_text=_("You or anyone else this is about. Girls, boys and adolescents have special protection."),
        choices=lambda: _asked("minor_present"), required=False, widget=forms.RadioSelect,
    )  # fmt: skip
    reply_safety = forms.ChoiceField(
        label=_("Is it safe for us to answer you?"),
        help_text=_(
            "Think of who could see the message or pick up the telephone. If you leave this empty, we answer only on "
            "this site, under a code that you are given."
        ),
        choices=lambda: _asked("reply_safety"), required=False, widget=forms.RadioSelect,
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Telephone"), max_length=60, required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    email = forms.CharField(
        label=_("E-mail"), max_length=200, required=False,
        widget=forms.TextInput({"inputmode": "email", "autocomplete": "off"}),
    )  # fmt: skip
    reply_how = forms.CharField(
        label=_("How and when"),
        help_text=_(
            "For example: only messages, Sundays after noon; if someone else answers, say it is about a course."
        ),
        max_length=1000, required=False, widget=forms.Textarea({"rows": 3, "autocomplete": "off"}),
    )  # fmt: skip
    voluntary = forms.BooleanField(label="", required=False)

    def __init__(self, *args: Any, voluntary_label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["voluntary"].label = voluntary_label
        # Messages of the browser come in the browser's language; ours come in hers.
        self.use_required_attribute = False
