# SPDX-License-Identifier: Apache-2.0
"""The few words the renderer adds by itself, in both languages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from tejido.vocabulary import Language, Words


@cache
def _all() -> dict[str, Words]:
    text = (files("tejido.reports") / "words.yaml").read_text(encoding="utf-8")
    read: dict[str, Words] = yaml.safe_load(text)
    return read


def word(name: str, language: Language) -> str:
    """The words called `name`; raises KeyError for a name that is not in `words.yaml`."""
    return _all()[name][language]


def words(language: Language) -> dict[str, str]:
    """Every word of one language, for templates."""
    return {name: entry[language] for name, entry in _all().items()}
