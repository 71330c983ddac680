# SPDX-License-Identifier: Apache-2.0
"""Code lists read from YAML beside this file. A list is data: adding a code needs no code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tejido.vocabulary.problems import Language, Words


class UnknownCodeList(KeyError):
    """No code list of that name is shipped."""


class UnknownCode(KeyError):
    """The code is not in the list."""


@dataclass(frozen=True)
class Code:
    """One value of a code list. `properties` holds what else the list says of it (country, group, …)."""

    code: str
    label: Words
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CodeList:
    """A published list of codes, in the order of its source."""

    name: str
    label: Words
    source: str
    version: str
    licence: str
    codes: dict[str, Code]
    note: str = ""

    def __contains__(self, code: object) -> bool:
        return code in self.codes

    def __iter__(self) -> Iterator[str]:
        return iter(self.codes)

    def label_of(self, code: str, language: Language) -> str:
        """The words a reader sees for `code`; raises `UnknownCode`."""
        try:
            return self.codes[code].label[language]
        except KeyError:
            raise UnknownCode(f"{self.name}: {code}") from None

    def label_of_one(self, code: str, language: Language) -> str:
        """The words where `code` describes one person (`Mujer`, not `Mujeres`); raises `UnknownCode`."""
        words: Words | None = self.codes[code].properties.get("one") if code in self.codes else None
        return words[language] if words else self.label_of(code, language)

    def where(self, **properties: Any) -> list[str]:
        """Codes whose properties all match, in list order."""
        return [
            code
            for code, entry in self.codes.items()
            if all(entry.properties.get(key) == value for key, value in properties.items())
        ]


def _read(name: str) -> CodeList:
    path = files("tejido.vocabulary") / "data" / f"{name}.yaml"
    if not path.is_file():
        raise UnknownCodeList(name)
    raw = read_yaml(path.read_text(encoding="utf-8"))
    codes = {}
    for code, entry in raw["codes"].items():
        words: Words = {"en": entry["en"], "es": entry["es"]}
        rest = {key: value for key, value in entry.items() if key not in ("en", "es")}
        codes[str(code)] = Code(str(code), words, rest)
    return CodeList(
        name=name,
        label=raw["label"],
        source=raw["source"],
        version=str(raw["version"]),
        licence=raw["licence"],
        codes=codes,
        note=raw.get("note", ""),
    )


class _Loader(yaml.CSafeLoader):
    """YAML without its traps: `NO` is Norway and `on` is a word, not booleans."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(text: str) -> Any:
    """The value of a shipped YAML text."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506  a CSafeLoader all the same


@cache
def code_list(name: str) -> CodeList:
    """The shipped code list called `name`; raises `UnknownCodeList`."""
    return _read(name)


def code_lists() -> list[str]:
    """Names of every shipped code list."""
    folder = files("tejido.vocabulary") / "data"
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))
