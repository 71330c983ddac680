# SPDX-License-Identifier: Apache-2.0
"""The words under a fact sheet, by id, and how YAML beside the code is read."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import cast

import yaml

from tejido.statistics.conditions import refused
from tejido.vocabulary import Words


class _Loader(yaml.CSafeLoader):
    """YAML in which `NO` is Norway, not false."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


_DEEPEST = 50


def check_depth(text: str) -> None:
    """Raises `yaml.YAMLError` for YAML nested so deeply that reading it would overflow the stack of the C library."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise yaml.YAMLError("too many levels, one inside the other")


def read_yaml(text: str, where: str) -> object:
    """Plain values from YAML text; raises `BadInput` naming the line."""
    try:
        check_depth(text)
        return cast(object, yaml.load(text, Loader=_Loader))  # noqa: S506  a safe loader with fewer guesses
    except yaml.YAMLError as problem:
        line = getattr(getattr(problem, "problem_mark", None), "line", None)
        row = f", line {line + 1}" if line is not None else ""
        raise refused(f"{where}{row}", "this is not YAML", "esto no es YAML") from None


def words_of(raw: object, where: str) -> Words:
    """Words in both languages; raises `BadInput` where one is missing."""
    if not isinstance(raw, dict) or set(raw) != {"en", "es"} or not all(isinstance(text, str) for text in raw.values()):
        raise refused(where, "expected words in en and es", "se esperaban palabras en en y es")
    return cast(Words, dict(raw))


@cache
def footnote_texts() -> dict[str, Words]:
    """Every footnote by id, in the order they are printed."""
    name = "footnotes.yaml"
    raw = read_yaml((files("tejido.statistics") / name).read_text(encoding="utf-8"), name)
    if not isinstance(raw, dict):
        raise refused(name, "expected footnotes by id", "se esperaban notas por clave")
    return {str(key): words_of(text, f"{name}, {key}") for key, text in raw.items()}
