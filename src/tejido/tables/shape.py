# SPDX-License-Identifier: Apache-2.0
"""How a table is declared: its columns, what each may hold, and how sensitive it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds."""

    ID = "id"
    TEXT = "text"
    CODE = "code"
    CODES = "codes"  # several codes: a list in Parquet, joined by ";" in CSV
    DATE = "date"
    INTEGER = "integer"
    FLAG = "flag"


class Sensitivity(StrEnum):
    """Who could be hurt if the column were read by the wrong person."""

    OPEN = "open"  # says nothing about a person
    PERSONAL = "personal"  # describes a person or what happened to her; sealed in the node
    IDENTIFYING = "identifying"  # names or reaches a person; sealed, never in an analysis result


@dataclass(frozen=True)
class Column:
    """One column. `codes` names the code list for CODE and CODES; `references` the table an ID points to.

    `measured`: a number or a day that may be missing, and is counted by bands.
    """

    name: str
    kind: Kind
    sensitivity: Sensitivity
    codes: str | None = None
    required: bool = False
    references: str | None = None
    measured: bool = False


@dataclass(frozen=True)
class Table:
    """A declared table. `key` is the column that names a row, or None where a row has no name of its own."""

    name: str
    columns: tuple[Column, ...]
    key: str | None = None
    version: int = 1

    def column(self, name: str) -> Column:
        """The column called `name`; raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]
