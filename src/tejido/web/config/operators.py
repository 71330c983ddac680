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
    regimes: tuple[str, ...]  # which of the pack's regimes bind it: funders, public or private; empty: all
    lines: tuple[Line, ...]
    country: str
    titles: dict[str, Words]  # words the operator says differently from ours
    about: Words | None = None  # what this line is, as the operator says it on its public door
    domicile: str = ""  # where its privacy notice says it can be found
    privacy_contact: str = ""  # where rights over one's data are exercised
    keep_years: int = 5  # after the last contact; a promise of the privacy notice
    answer_days: int = 90  # how long an answer can be read with a code, from the last word of either side
    # Where "leave this page" goes: somewhere many people go, that nobody asks about.
    exit_address: str = "https://www.google.com/"


def _https(address: str) -> str:
    if not address.startswith("https://"):
        raise ValueError(f"exit_address must start with https://, not {address!r}")
    return address


def read_operator(path: Path) -> Operator:
    """Read `operator.yaml`; raises `BadInput` naming what is missing."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Operator(
            name={"en": raw["name"]["en"], "es": raw["name"]["es"]},
            languages=tuple(raw["languages"]),
            pack=raw["pack"],
            regimes=tuple(raw.get("regimes", ())),
            lines=tuple(Line(line["brand"], line["number"], tuple(line["channels"])) for line in raw["lines"]),
            country=raw["country"],
            titles=raw.get("titles", {}),
            about=raw.get("about"),
            domicile=raw.get("domicile", ""),
            privacy_contact=raw.get("privacy_contact", ""),
            keep_years=int(raw.get("keep_years", 5)),
            answer_days=int(raw.get("answer_days", 90)),
            exit_address=_https(raw.get("exit_address", Operator.exit_address)),
        )
    except FileNotFoundError:
        raise BadInput("operator.missing", en="no such file", es="no existe el archivo", where=str(path)) from None
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as problem:
        raise BadInput(
            "operator.shape",
            en=f"not an operator file: {problem}",
            es=f"no es un archivo de organización: {problem}",
            where=str(path),
        ) from None
