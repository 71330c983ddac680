# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records arriving in bulk, as the rows of the record tables: sealed, countable and findable like any other."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tejido.tables.records import record_table
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Member, Team
from tejido.web.cases.codes import coded_case
from tejido.web.cases.finding import case_terms
from tejido.web.cases.models import Case, CaseContact, Person, Place
from tejido.web.intake.codes import coded_contact
from tejido.web.intake.models import Contact
from tejido.web.intake.spoken import free_codes
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.coded import write_coded_many
from tejido.web.security.keyring import KeyRing
from tejido.web.security.models import RecordKey
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import Opened
from tejido.web.security.searching import index_many

Row = Mapping[str, Any]
_BATCH = 500
_OURS = uuid.UUID("8b7f4e0e-0f1c-4b57-9f0a-6d0c3a2f5e11")  # ids that are no UUIDs are mapped into this name space
_ANSWERS = ("language", "speaker", "topic", "outcome", "countries")
_PLACE = ("kind", "country", "state", "locality")


def record_id(text: str) -> UUID:
    """The id of a record: itself if it is a UUID, else always the same one made from it."""
    try:
        return UUID(text)
    except ValueError:
        return uuid.uuid5(_OURS, text)


@transaction.atomic
def import_records(
    *, contacts: Iterable[Row], cases: Iterable[Row], persons: Iterable[Row], group_counts: Iterable[Row] = (),
    places: Iterable[Row] = (), names: Iterable[Row] = (), identifiers: Iterable[Row] = (), ties: Iterable[Row] = (),
    businesses: Iterable[Row] = (), by: Member, ring: KeyRing, now: datetime,
) -> dict[str, int]:  # fmt: skip
    """Bring in rows of the record tables (codes as lists, flags and numbers as such); returns how many of each.

    The rows are expected to have been checked (`tejido.tables`). Nobody owns what arrives; contacts arrive closed.
    """
    require(by, Permission.CASE_OPEN)
    require(by, Permission.CONTACT_TAKE)
    arriving = _Arrival(by, ring, now)
    arriving.cases(cases, _businesses_by_case(ties, businesses), _by(ties, "case_id"))
    arriving.persons(persons, _by(names, "person_id"), _by(identifiers, "person_id"), _by(group_counts, "person_id"))
    arriving.places(places)
    arriving.contacts(contacts)
    arriving.make_countable_and_findable()
    return arriving.count()


def _by(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _businesses_by_case(ties: Iterable[Row], businesses: Iterable[Row]) -> dict[str, dict[str, Row]]:
    """A business belongs to every case with a tie to it."""
    known = {row["business_id"]: row for row in businesses}
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for tie in ties:
        for end in (tie["from_id"], tie["to_id"]):
            if end in known:
                found[tie["case_id"]][end] = known[end]
    return found


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _given(row: Row, columns: Iterable[str]) -> dict[str, Any]:
    """Values that say something: what is empty needs no ciphertext."""
    return {name: row[name] for name in columns if row.get(name) not in (None, "", [])}


class _Arrival:
    """What has arrived so far: saved records with the values sealed in them."""

    def __init__(self, by: Member, ring: KeyRing, now: datetime) -> None:
        self.by, self.ring, self.now = by, ring, now
        self.intake = _mine(by, Team.Kind.INTAKE)
        self.caseload = _mine(by, Team.Kind.CASES)
        self.duty, self.data = team_of(Team.Kind.DUTY).pk, team_of(Team.Kind.DATA).pk
        self._cases: dict[UUID, Opened] = {}
        self._persons: dict[UUID, list[Opened]] = defaultdict(list)
        self._places: dict[UUID, list[Opened]] = defaultdict(list)
        self._contacts: list[Opened] = []
        self._case_of: dict[UUID, UUID] = {}

    def cases(
        self, rows: Iterable[Row], businesses: Mapping[str, Mapping[str, Row]], ties: Mapping[str, list[Row]]
    ) -> None:
        rows = list(rows)
        keys = self.ring.new_keys("case", [self.caseload.pk, self.duty], len(rows))
        codes = free_codes(Case, len(rows))

        def make(row: Row, key: RecordKey, code: str) -> Opened:
            handover = row.get("handover_id")
            case = Case(
                id=record_id(row["case_id"]), key=key, code=code, team=self.caseload, status=row["status"],
                status_changed_at=self.now, status_changed_by=self.by, opened_on=_day(row["opened_on"]),
                handover_id=record_id(handover) if handover else None, counted_by=row.get("counted_by") or "",
            )  # fmt: skip
            values = _given(row, ["indications"])
            if held := businesses.get(row["case_id"]):
                values["businesses"] = [_business(business) for business in held.values()]
            if tied := ties.get(row["case_id"]):
                values["ties"] = [_tie(tie) for tie in tied]
            return self._sealed(case, values)

        made = [make(*each) for each in zip(rows, keys, codes, strict=True)]
        self._cases = {opened.record.pk: opened for opened in self._save(Case, made)}

    def persons(
        self, rows: Iterable[Row], names: Mapping[str, list[Row]], identifiers: Mapping[str, list[Row]],
        counts: Mapping[str, list[Row]],
    ) -> None:  # fmt: skip
        sealed = [name for name in Person.sealed_names() if name in record_table("persons").names]

        def make(row: Row) -> Opened:
            case, own = self._cases[record_id(row["case_id"])].record, row["person_id"]
            handover = row.get("handover_id")
            person = Person(
                id=record_id(own), case=case, key=case.key, added_at=self.now,
                handover_id=record_id(handover) if handover else None, counted_by=row.get("counted_by") or "",
            )  # fmt: skip
            values = _given(row, sealed)
            if not values.get("unnamed_group"):
                values = {name: value for name, value in values.items() if not name.startswith("count_")}
            if own in names:
                parts = ("kind", "given", "paternal_surname", "maternal_surname")
                values["names"] = [{part: name.get(part) or "" for part in parts} for name in names[own]]
            if own in identifiers:
                values["identifiers"] = [{"kind": row["kind"], "value": row["value"]} for row in identifiers[own]]
            if own in counts:
                values["group_counts"] = _nested(counts[own])
            return self._sealed(person, values)

        for opened in self._save(Person, [make(row) for row in rows]):
            self._persons[opened.record.case_id].append(opened)

    def places(self, rows: Iterable[Row]) -> None:
        def make(row: Row) -> Opened:
            case = self._cases[record_id(row["case_id"])].record
            return self._sealed(Place(id=record_id(row["place_id"]), case=case, key=case.key), _given(row, _PLACE))

        for opened in self._save(Place, [make(row) for row in rows]):
            self._places[opened.record.case_id].append(opened)

    def contacts(self, rows: Iterable[Row]) -> None:
        rows = list(rows)
        keys = self.ring.new_keys("contact", [self.intake.pk, self.caseload.pk, self.duty], len(rows))
        codes = free_codes(Contact, len(rows))

        def make(row: Row, key: RecordKey, code: str) -> Opened:
            day = _day(row["received_on"])
            # Only the day is known: noon stands for it, in the node's own zone.
            moment = datetime.combine(day, time(12), tzinfo=settings.TEJIDO.time_zone)
            contact = Contact(
                id=record_id(row["contact_id"]), key=key, code=code, team=self.intake, channel=row["channel"],
                received_at=moment, received_on=day, state=Contact.State.CLOSED, state_changed_at=self.now,
                state_changed_by=self.by,
            )  # fmt: skip
            return self._sealed(contact, _given(row, _ANSWERS))

        self._contacts = self._save(Contact, [make(*each) for each in zip(rows, keys, codes, strict=True)])
        self._case_of = {record_id(row["contact_id"]): record_id(row["case_id"]) for row in rows if row.get("case_id")}
        links = [CaseContact(contact_id=contact, case_id=case) for contact, case in self._case_of.items()]
        CaseContact.objects.bulk_create(links, batch_size=_BATCH)

    def make_countable_and_findable(self) -> None:
        of_case: dict[UUID, list[UUID]] = defaultdict(list)
        for contact, case in self._case_of.items():
            of_case[case].append(contact)
        coded = {
            pk: coded_case(case.record, case.values, persons=self._persons[pk], places=self._places[pk],
                           contacts=of_case[pk])
            for pk, case in self._cases.items()
        }  # fmt: skip
        write_coded_many(self.ring, table="cases", rows=coded, data_team=self.data)
        rows = {contact.record.pk: coded_contact(contact.record, contact.values) for contact in self._contacts}
        known = {pk: row for pk, row in rows.items() if row is not None}
        write_coded_many(self.ring, table="contacts", rows=known, data_team=self.data)
        terms = {
            pk: case_terms([person.values for person in self._persons[pk]], case.values.get("businesses"))
            for pk, case in self._cases.items()
        }
        index_many(self.ring, table="cases", records=terms)

    def count(self) -> dict[str, int]:
        """How many of each arrived; one audit line for each kind."""
        counts = {
            "contacts": len(self._contacts), "cases": len(self._cases),
            "persons": sum(map(len, self._persons.values())), "places": sum(map(len, self._places.values())),
        }  # fmt: skip
        for kind, count in counts.items():
            audit.record("records.imported", by=self.by, kind=kind, count=count)
        return counts

    def _sealed(self, record: Any, values: dict[str, Any]) -> Opened:
        return Opened(record.seal(self.ring, **values), values)

    def _save(self, model: Any, made: list[Opened]) -> list[Opened]:
        create: Callable[..., Any] = model.objects.bulk_create
        create([opened.record for opened in made], batch_size=_BATCH)
        return made


def _mine(by: Member, kind: Team.Kind) -> Team:
    return Team.objects.filter(kind=kind, restricted=False, pk__in=by.team_ids).order_by("name")[0]


def _business(row: Row) -> dict[str, Any]:
    return {"id": str(record_id(row["business_id"])), **_given(row, ("name", "industry", "state", "phone"))}


def _tie(row: Row) -> dict[str, str]:
    return {"kind": row["kind"], "from": str(record_id(row["from_id"])), "to": str(record_id(row["to_id"]))}


def _nested(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        counts[row["attribute"]][row["code"]] = row["count"]
    return dict(counts)
