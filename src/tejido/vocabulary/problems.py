# SPDX-License-Identifier: Apache-2.0
"""Errors a person can mend: a code and fields; the words stand here in both languages and are chosen at the edge."""

from __future__ import annotations

import errno
import re
from typing import Literal

Language = Literal["en", "es"]
Words = dict[Language, str]

# `where` is put together once, in English: "mx/persons.csv, row 3, column gender".
_PLACES_ES = {"row": "fila", "line": "línea", "column": "columna", "share": "parte",
              "node": "punto", "tie": "vínculo"}  # fmt: skip


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
        return _one_line(f"{where}: {text}" if where else text)


_LONGEST_LINE = 1000


def _one_line(text: str) -> str:
    """What a file holds may hold line ends, signs that steer a terminal, or a million letters."""
    flat = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)
    return flat if len(flat) <= _LONGEST_LINE else flat[: _LONGEST_LINE - 1] + "…"


_REASONS: dict[int, Words] = {
    errno.ENOENT: {"en": "no such file or folder", "es": "no existe el archivo o la carpeta"},
    errno.EACCES: {"en": "no permission", "es": "no hay permiso"},
    errno.EPERM: {"en": "no permission", "es": "no hay permiso"},
    errno.EROFS: {"en": "the disk can only be read", "es": "el disco es de sólo lectura"},
    errno.ENOSPC: {"en": "no space left on the disk", "es": "no queda espacio en el disco"},
    errno.EDQUOT: {"en": "no space left on the disk", "es": "no queda espacio en el disco"},
    errno.EISDIR: {"en": "it is a folder", "es": "es una carpeta"},
    errno.ENOTDIR: {"en": "a file stands where a folder is named", "es": "hay un archivo donde se nombra una carpeta"},
    errno.EEXIST: {"en": "a file stands where a folder is named", "es": "hay un archivo donde se nombra una carpeta"},
    errno.ENAMETOOLONG: {"en": "the name is too long", "es": "el nombre es demasiado largo"},
}


def system_reason(problem: OSError) -> Words:
    """Why the system refused, in both languages; its own words where we have none."""
    said = problem.strerror or str(problem)
    return _REASONS.get(problem.errno or 0, {"en": said, "es": said})
