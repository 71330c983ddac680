# SPDX-License-Identifier: Apache-2.0
"""An edition: figures that are published once, with what they were counted by and what was published before them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tejido.statistics.definitions import definitions_hash, in_order, indicator, indicators
from tejido.statistics.sheet import Sheet
from tejido.vocabulary import Words, code_list

SCHEMA = "tejido.edition/1"


@dataclass(frozen=True)
class Before:
    """A publication that readers already have. `edition` is None for a sheet that was published without a manifest."""

    edition: str | None
    window: str
    sheet: str

    @classmethod
    def of(cls, sheet: Sheet, edition: str | None = None) -> Before:
        """What the manifest says of it."""
        return cls(edition, str(sheet.window), sheet_digest(sheet))

    def as_json(self) -> dict[str, Any]:
        """As the manifest holds it."""
        return {"edition": self.edition, "window": self.window, "sheet": self.sheet}


@dataclass(frozen=True)
class Edition:
    """`sheet` is protected; `snapshot` commits to the counts it was made from; `because` says why `replaces` was wrong.

    `operators` are the organisations as they sign; without them the sheet's short names stand there.
    """

    sheet: Sheet
    number: int
    snapshot: str
    made_by: str
    earlier: tuple[Before, ...] = ()
    replaces: str | None = None
    because: Words | None = None
    operators: tuple[Words, ...] = ()
    changes: tuple[Mapping[str, Any], ...] = ()

    @property
    def id(self) -> str:
        """Window and number: a correction has the window of what it replaces and the next number."""
        return f"{self.sheet.window.start}_{self.sheet.window.end}_{self.number}"

    @property
    def indicators(self) -> tuple[str, ...]:
        """Every indicator on the sheet, once."""
        return tuple(dict.fromkeys(figure.indicator for figure in self.sheet.figures))

    @property
    def tables(self) -> tuple[tuple[str, str], ...]:
        """Every table as (indicator, breakdown), in printed order."""
        named = ((figure.indicator, figure.by) for figure in self.sheet.figures)
        return tuple(dict.fromkeys((name, by) for name, by in named if by is not None))

    def head(self) -> dict[str, Any]:
        """What the manifest says before it lists files."""
        sheet = self.sheet
        return {
            "schema": SCHEMA,
            "id": self.id,
            "number": self.number,
            "title": dict(sheet.title),
            "window": {"start": sheet.window.start.isoformat(), "end": sheet.window.end.isoformat()},
            "as_of": sheet.as_of.isoformat(),
            "nodes": list(sheet.nodes),
            "operators": [dict(one) for one in self.operators],
            "invented": sheet.invented,
            "made_by": self.made_by,
            "protection": {"k": sheet.protection},
            "snapshot": self.snapshot,
            "definitions": definition_hashes(self.indicators),
            "code_lists": code_list_versions(self.tables),
            "replaces": self.replaces and {"edition": self.replaces, "because": dict(self.because or {})},
            "earlier": [one.as_json() for one in self.earlier],
            "changes": [dict(one) for one in self.changes],
        }  # fmt: skip


def code_list_versions(tables: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The version of every code list whose codes are printed."""
    named = {indicator(name).breakdown(by).codes for name, by in tables}
    return {name: code_list(name).version for name in sorted(name for name in named if name)}


def definition_hashes(names: Sequence[str]) -> dict[str, str]:
    """SHA-256 of each definition with all that it names."""
    return {name: definitions_hash([name]) for name in in_order(names, indicators())}


def canonical(value: object) -> bytes:
    """The one way to write this JSON: same value, same bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def printed(value: object) -> bytes:
    """JSON for people and programs alike: same value, same bytes."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def sheet_digest(sheet: Sheet) -> str:
    """SHA-256 of a published sheet: its figures, whatever file they came in."""
    return hashlib.sha256(canonical(sheet.as_json())).hexdigest()
