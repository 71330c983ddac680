# SPDX-License-Identifier: Apache-2.0
"""One thing the audit found, with its reason in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from tejido.vocabulary import Language, UnknownCode, UnknownCodeList, Words, code_list

Rule = Literal["sum", "percent", "unstated", "small", "recoverable", "sources"]
LANGUAGES: tuple[Language, ...] = ("en", "es")


@dataclass(frozen=True)
class Finding:
    """What is wrong, where (the sheet's own codes; None where none applies), and why in words."""

    rule: Rule
    unit: str | None
    by: str | None
    cell: str | None
    reason: Words

    def as_json(self) -> dict[str, object]:
        """As one entry of `findings`."""
        return {
            "rule": self.rule,
            "unit": self.unit,
            "by": self.by,
            "cell": self.cell,
            "reason": dict(self.reason),
        }


@cache
def _texts() -> dict[str, Any]:
    text = (files("tejido.statistics") / "audit_words.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def finding(
    rule: Rule,
    reason: str,
    *,
    unit: str | None = None,
    by: str | None = None,
    cell: str | None = None,
    **values: object,
) -> Finding:
    """A finding worded from the template `reason`; a value may be {en, es} or the same in both languages."""
    words: Words = {}
    for language in LANGUAGES:
        said = {
            name: value[language] if isinstance(value, Mapping) else _number(value) for name, value in values.items()
        }
        words[language] = _texts()["reasons"][reason][language].format(
            unit=_unit(unit, language), by=_by(by, language), cell=_cell(by, cell, language), **said
        )
    return Finding(rule, unit, by, cell, words)


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _unit(unit: str | None, language: Language) -> str:
    units: Mapping[str, Words] = _texts()["units"]
    return units[unit or "none"][language] if (unit or "none") in units else str(unit)


def _by(by: str | None, language: Language) -> str:
    if by is None:
        return ""
    if by in _texts()["by_words"]:
        return f"“{_texts()['by_words'][by][language]}”"
    try:
        return f"“{code_list(by).label[language]}”"
    except UnknownCodeList:
        return f"“{by}”"


def _cell(by: str | None, cell: str | None, language: Language) -> str:
    if cell is None:
        return ""
    try:
        return f"{_by(by, language)}, “{code_list(_texts()['by'].get(by, by)).label_of(cell, language)}”"
    except (UnknownCodeList, UnknownCode):
        return f"{_by(by, language)}, “{cell}”"
