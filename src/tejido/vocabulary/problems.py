# SPDX-License-Identifier: Apache-2.0
"""Errors a person can mend: a code and fields; the words stand here in both languages and are chosen at the edge."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["en", "es"]
Words = dict[Language, str]

# `where` is put together once, in English: "mx/persons.csv, row 3, column gender".
_PLACES_ES = {"row": "fila", "line": "línea", "column": "columna"}


class BadInput(Exception):
    """Input that a person can mend: says where it is wrong and what was expected.

    `code` names the rule; `where` the file, row and column as far as known; `words` the sentence in both languages.
    The command line prints one line and exits 2; the node shows a form error.
    """

    def __init__(self, code: str, *, en: str, es: str, where: str = "") -> None:
        self.code = code
        self.where = where
        self.words: Words = {"en": en, "es": es}
        super().__init__(self.line("en"))

    def line(self, language: Language) -> str:
        """One line for a reader of `language`: the place, then what was expected."""
        text = self.words[language]
        where = self.where
        if language == "es":
            for word, palabra in _PLACES_ES.items():
                where = re.sub(rf", {word} (?=\S)", f", {palabra} ", where)
        return f"{where}: {text}" if where else text
