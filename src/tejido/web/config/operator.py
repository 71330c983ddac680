# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who runs a node: names, lines, brands, languages, law. Operators change; this is configuration, not code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from tejido.vocabulary import BadInput, Words


@dataclass(frozen=True)
class Line:
    """One line people call or write to, under the brand they know it by."""

    brand: str
    number: str
    channels: tuple[str, ...]


@dataclass(frozen=True)
class Operator:
    """The organisation under whose roof a node runs."""

    name: Words
    languages: tuple[str, ...]  # first is the one the staff works in
    pack: str  # policy pack: which law
    lines: tuple[Line, ...]
    country: str
    titles: dict[str, Words]  # words the operator says differently from ours


def read_operator(path: Path) -> Operator:
    """Read `operator.yaml`; raises `BadInput` naming what is missing."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Operator(
            name={"en": raw["name"]["en"], "es": raw["name"]["es"]},
            languages=tuple(raw["languages"]),
            pack=raw["pack"],
            lines=tuple(Line(line["brand"], line["number"], tuple(line["channels"])) for line in raw["lines"]),
            country=raw["country"],
            titles=raw.get("titles", {}),
        )
    except FileNotFoundError:
        raise BadInput("operator.missing", en="no such file", es="no existe el archivo", where=str(path)) from None
    except (KeyError, TypeError, yaml.YAMLError) as problem:
        raise BadInput(
            "operator.shape",
            en=f"not an operator file: {problem}",
            es=f"no es un archivo de organización: {problem}",
            where=str(path),
        ) from None
