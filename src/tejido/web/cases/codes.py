# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case as codes, for counting: the record tables' columns without anything that identifies anyone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from tejido.tables.records import CASES, PERSONS, PLACES
from tejido.tables.shape import Column, Kind, Sensitivity, Table
from tejido.vocabulary import code_list
from tejido.web.cases.models import Case, Person
from tejido.web.security.sealing import Opened


def _countable(table: Table) -> tuple[Column, ...]:
    return tuple(column for column in table.columns if column.sensitivity is not Sensitivity.IDENTIFYING)


_CASE, _PERSON, _PLACE = _countable(CASES), _countable(PERSONS), _countable(PLACES)


def _row(columns: Iterable[Column], values: Mapping[str, Any]) -> dict[str, Any]:
    """Declared columns only, empty ones left out: what is not there cannot leak."""
    row: dict[str, Any] = {}
    for column in columns:
        value = values.get(column.name)
        if value not in (None, "", []):
            row[column.name] = str(value) if column.kind is Kind.ID else value
    return row


def case_values(case: Case, opened: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of `cases`."""
    return {
        "case_id": case.pk, "opened_on": case.opened_on.isoformat(), "status": case.status,
        "indications": opened.get("indications"), "handover_id": case.handover_id, "counted_by": case.counted_by,
    }  # fmt: skip


def person_values(person: Person, opened: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of `persons`; a group's single codes stand in `group_counts`."""
    group = bool(opened.get("unnamed_group"))
    values = {
        **opened, "person_id": person.pk, "case_id": person.case_id, "unnamed_group": group,
        "handover_id": person.handover_id, "counted_by": person.counted_by,
    }  # fmt: skip
    for count in ("count_low", "count_best", "count_high"):
        values[count] = (opened.get(count) or 1) if group else 1
    if group:
        for attribute in code_list("group_attribute").codes.values():
            values[attribute.properties["column"]] = None
    return values


def group_rows(person_id: UUID, counts: Mapping[str, Mapping[str, int]] | None) -> list[dict[str, Any]]:
    """The rows of `group_counts` of one group."""
    return [
        {"person_id": str(person_id), "attribute": attribute, "code": code, "count": count}
        for attribute, codes in sorted((counts or {}).items())
        for code, count in sorted(codes.items())
        if count
    ]


def coded_case(
    case: Case, opened: Mapping[str, Any], *, persons: Iterable[Opened], places: Iterable[Opened],
    contacts: Iterable[UUID] = (),
) -> dict[str, Any]:  # fmt: skip
    """The coded row of one case: itself, its persons, groups' counts, places, and which contacts belong to it."""
    persons = list(persons)
    return {
        "case": _row(_CASE, case_values(case, opened)),
        "persons": [_row(_PERSON, person_values(person.record, person.values)) for person in persons],
        "group_counts": [
            row
            for person in persons
            if person.values.get("unnamed_group")
            for row in group_rows(person.record.pk, person.values.get("group_counts"))
        ],
        "places": [_row(_PLACE, {**place.values, "place_id": place.record.pk, "case_id": case.pk}) for place in places],
        "contacts": [str(contact) for contact in contacts],
    }
