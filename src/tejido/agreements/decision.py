# SPDX-License-Identifier: Apache-2.0
"""The answer, and the words a person reads for every reason in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import yaml

from tejido.vocabulary import Language, Words, code_list


@dataclass(frozen=True)
class Reason:
    """Why: a code, the sentence in both languages, and the codes it speaks of (fields, tables), if any."""

    code: str
    words: Words
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Obligation:
    """What must also be done; a code of `sharing_obligation`."""

    code: str
    words: Words


@dataclass(frozen=True)
class Decision:
    """May it leave? `fields` and `tables` are exactly what may; both are empty in a refusal.

    `reasons` is empty when allowed, and never when refused. `ground` says on what ground it is allowed. `until`: the
    last day the recipient may use it. `releases`: the ids it rests on. `pack` is name and version, `agreement` the
    digest of the agreement it rests on.
    """

    allowed: bool
    lane: str
    fields: frozenset[str]
    tables: frozenset[str]
    reasons: tuple[Reason, ...]
    ground: Reason | None
    obligations: tuple[Obligation, ...]
    releases: tuple[str, ...]
    until: date | None
    pack: str
    agreement: str | None

    def as_mapping(self) -> dict[str, object]:
        """Plain values for JSON and for the record of what left: codes, no words, no content."""
        return {
            "schema": "tejido.decision/1",
            "allowed": self.allowed,
            "lane": self.lane,
            "fields": sorted(self.fields),
            "tables": sorted(self.tables),
            "reasons": [{"code": reason.code, "about": list(reason.about)} for reason in self.reasons],
            "ground": self.ground.code if self.ground else None,
            "obligations": [obligation.code for obligation in self.obligations],
            "releases": list(self.releases),
            "until": self.until.isoformat() if self.until else None,
            "pack": self.pack,
            "agreement": self.agreement,
        }

    def lines(self, language: Language) -> list[str]:
        """The reasons as sentences, or the ground when allowed."""
        shown = self.reasons or ((self.ground,) if self.ground else ())
        return [reason.words[language] for reason in shown]


@cache
def _sentences() -> dict[str, Words]:
    text = (files("tejido.agreements") / "reasons.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Words] = yaml.safe_load(text)["reasons"]
    return loaded


def reason(code: str, about: Iterable[str] = (), *, names: str = "shareable_field") -> Reason:
    """The reason `code`; `about` are codes of the code list `names`, or free names, put into the sentence."""
    listed = tuple(sorted(str(entry) for entry in about))
    sentence = _sentences()[code]
    return Reason(
        code,
        {
            "en": sentence["en"].replace("{about}", _named(listed, names, "en")),
            "es": sentence["es"].replace("{about}", _named(listed, names, "es")),
        },
        listed,
    )


def obligation(code: str) -> Obligation:
    """The obligation `code`."""
    return Obligation(code, dict(code_list("sharing_obligation").codes[code].label))


def _named(about: tuple[str, ...], names: str, language: Language) -> str:
    known = code_list(names)
    return "; ".join(known.label_of(code, language) if code in known else code for code in about)
