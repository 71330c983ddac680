# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the library is handed of cases: coded rows as record tables, and what the gate must know before it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.conf import settings

from tejido.tables.arrow_types import arrow_schema
from tejido.tables.records import record_table
from tejido.tables.shape import Kind
from tejido.vocabulary import code_list
from tejido.web.cases.codes import coded_case
from tejido.web.cases.models import Case, Person
from tejido.web.intake.frames import answer_rows, contact_rows
from tejido.web.intake.models import Contact
from tejido.web.security.keyring import KeyRing
from tejido.web.security.sealing import Opened, open_all
from tejido.web.security.searching import phone_value

__all__ = ["also_reaches_another", "coded_case", "identifiers_of", "record_rows", "records_tables"]

Coded = Iterable[tuple[UUID, Mapping[str, Any]]]


def records_tables(contacts: Coded, cases: Coded) -> dict[str, pa.Table]:
    """Coded rows, as `security.coded.open_coded` gives them, as the record tables of `tejido.tables`.

    Tables: contacts, answers, cases, persons, group_counts, places. Names, phones and localities are not in coded rows.
    """
    rows: dict[str, list[Mapping[str, Any]]] = {name: [] for name in ("cases", "persons", "group_counts", "places")}
    case_of: dict[str, str] = {}
    for case_id, coded in cases:
        rows["cases"].append(coded["case"])
        for name in ("persons", "group_counts", "places"):
            rows[name].extend(coded[name])
        case_of.update(dict.fromkeys(coded["contacts"], str(case_id)))
    tables = {name: record_rows(name, found) for name, found in rows.items()}
    contacts = list(contacts)
    tables["answers"] = record_rows("answers", answer_rows(contacts))
    return {"contacts": record_rows("contacts", contact_rows(contacts, case_of=case_of)), **tables}


def record_rows(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of codes as the record table called `name`; days may be text."""
    table, schema = record_table(name), arrow_schema(record_table(name))
    arrays = []
    for column, declared in zip(table.columns, schema, strict=True):
        values = [row.get(column.name) for row in rows]
        if column.kind is Kind.DATE:
            values = [date.fromisoformat(value) if isinstance(value, str) else value for value in values]
        if column.kind is Kind.CODES:
            values = [value or [] for value in values]
        arrays.append(pa.array(values, type=declared.type))
    return pa.table(arrays, schema=schema)


def identifiers_of(person: Opened | None, kind: str) -> list[str]:
    """The phones, plates and so on of a person, in the order they were written."""
    held = (person.identifiers or []) if person is not None else []
    return [entry["value"] for entry in held if entry.get("kind") == kind and entry.get("value")]


def also_reaches_another(case: Case, ring: KeyRing) -> bool:
    """Is a phone of a potential trafficker also how someone else in the case is reached?

    Everyone who is not accused is protected: survivors, contactors, whoever's role is not known.
    """
    accused_roles = code_list("person_role").where(counted_as="trafficker")
    people = open_all(Person.objects.filter(case=case), ring)
    contacts = open_all(Contact.objects.filter(case_link__case=case), ring)
    region = settings.TEJIDO.operator.country
    accused: set[str] = set()
    others = {phone_value(one.contactor_phone, region) for one in contacts if one.contactor_phone}
    for person in people:
        phones = {phone_value(number, region) for number in identifiers_of(person, "phone")}
        (accused if person.role in accused_roles else others).update(phones)
    return not accused.isdisjoint(others)
