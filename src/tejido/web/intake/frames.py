# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contacts as a declared table: the bridge to the library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import pyarrow as pa

from tejido.tables.arrow_types import arrow_schema
from tejido.tables.records import CONTACTS
from tejido.web.intake.codes import COLUMNS, coded_contact

__all__ = ["COLUMNS", "answer_rows", "coded_contact", "contact_rows", "contacts_table"]


def contact_rows(
    coded: Iterable[tuple[UUID, Mapping[str, Any]]], *, case_of: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Rows of the record table `contacts` from opened coded rows; `case_of` maps contact ids to case ids."""
    known = case_of or {}
    rows = []
    for _, row in coded:
        day = date.fromisoformat(row["received_on"])
        rows.append({**row, "received_on": day, "case_id": known.get(row["contact_id"])})
    return rows


def answer_rows(coded: Iterable[tuple[UUID, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Rows of the record table `answers`: the contacts whose wait was measured, and those nobody answered."""
    return [
        {name: row[name] for name in ("contact_id", "waited_minutes")} for _, row in coded if "waited_minutes" in row
    ]


def contacts_table(
    coded: Iterable[tuple[UUID, Mapping[str, Any]]], *, case_of: Mapping[str, str] | None = None
) -> pa.Table:
    """The Arrow table `contacts`."""
    return pa.Table.from_pylist(contact_rows(coded, case_of=case_of), schema=arrow_schema(CONTACTS))
