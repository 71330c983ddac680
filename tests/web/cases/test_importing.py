# SPDX-License-Identifier: Apache-2.0
"""Records that arrive in bulk are sealed, counted and found like any other, and count as their files do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import duckdb
import pytest

from tejido.statistics import Window, tabulate
from tejido.synthetic import make_world
from tejido.tables.reading import Records, open_records
from tejido.web.cases import actions
from tejido.web.cases.finding import find_cases
from tejido.web.cases.frames import records_tables
from tejido.web.cases.importing import record_id
from tejido.web.cases.models import Case, Person, Place
from tejido.web.config.demo.records import read_rows
from tejido.web.intake.models import Contact
from tejido.web.security.coded import open_coded
from tejido.web.security.models import AuditEntry

NOW = datetime(2026, 1, 5, 15, tzinfo=UTC)
WINDOW = Window.parse("2015-09-30..2017-07-31")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The invented world of the demo."""
    folder = tmp_path_factory.mktemp("world")
    make_world(like="2017", seed=11, folder=folder, form="csv", force=True)
    return folder


def rows():
    """Two cases, one handed over with a group; ids that are UUIDs and ids that are not."""
    case, person, group = "5b0f4c8e-3c1e-4f06-9a52-0d6f3f3b6a01", "p-1", "p-2"
    handover = "0f8fad5b-d9cb-469f-a165-70867728950e"
    return {
        "contacts": [{"contact_id": "c-1", "received_on": "2016-02-01", "channel": "phone", "language": "es",
                      "speaker": "relative", "topic": "trafficking_situation", "outcome": None, "countries": ["MX"],
                      "case_id": case}],
        "cases": [{"case_id": case, "opened_on": "2016-02-01", "status": "open", "indications": "high",
                   "handover_id": handover, "counted_by": "us"},
                  {"case_id": "k-2", "opened_on": "2016-03-01", "status": "closed", "indications": None,
                   "handover_id": None, "counted_by": None}],
        "persons": [{"person_id": person, "case_id": case, "role": "survivor", "unnamed_group": False, "count_low": 1,
                     "count_best": 1, "count_high": 1, "gender": "female", "nationalities": ["MX", "GT"],
                     "birth_year": 1990, "handover_id": None, "counted_by": None},
                    {"person_id": group, "case_id": case, "role": "survivor", "unnamed_group": True, "count_low": 30,
                     "count_best": 40, "count_high": 50, "gender": None, "nationalities": []}],
        "group_counts": [{"person_id": group, "attribute": "gender", "code": "male", "count": 38}],
        "places": [{"place_id": "l-1", "case_id": case, "kind": "exploitation", "country": "US", "state": "US-NC",
                    "locality": "Villa Inventada"}],
        "names": [{"person_id": person, "kind": "full", "given": "Rosalía", "paternal_surname": "de la Cruz",
                   "maternal_surname": "Ficticia"}],
        "identifiers": [{"person_id": person, "kind": "phone", "value": "55 5555 0143"}],
        "businesses": [{"business_id": "b-1", "name": "Granja Inventada", "industry": "agriculture_farms",
                        "state": "US-NC", "phone": None}],
        "ties": [{"case_id": case, "kind": "works_for", "from_id": person, "to_id": "b-1"}],
    }  # fmt: skip


def tables_of(cast):
    ring = cast.ring("dora")
    return records_tables(open_coded(ring, "contacts"), open_coded(ring, "cases"))


def test_import_keeps_ids_that_are_uuids_and_maps_the_others_always_alike(cast):
    actions.import_records(**rows(), by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)
    assert Case.objects.filter(pk=UUID(rows()["cases"][0]["case_id"]), counted_by="us").exists()
    assert Case.objects.filter(pk=record_id("k-2")).exists()
    assert Contact.objects.get().case_link.case_id == UUID(rows()["cases"][0]["case_id"])


def test_imported_person_opens_with_names_and_is_found_without_accents_or_particles(cast):
    actions.import_records(**rows(), by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)
    ring = cast.ring("amara")
    person = Person.objects.get(pk=record_id("p-1")).opened(ring)
    assert person.names[0]["paternal_surname"] == "de la Cruz"
    for asked in ({"name": "rosalia cruz"}, {"name": "Rozalía De La Cruz"}, {"phone": "+52 55 5555-0143"}):
        found = find_cases(**asked, by=cast.member("amara"), ring=ring)
        assert [match.case.pk for match in found] == [UUID(rows()["cases"][0]["case_id"])], asked


def test_coded_rows_hold_nothing_that_names_or_reaches_anyone(cast):
    actions.import_records(**rows(), by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)
    written = str([row for _, row in open_coded(cast.ring("dora"), "cases")])
    for secret in ("Rosalía", "Cruz", "0143", "Villa", "Granja"):
        assert secret not in written
    assert "US-NC" in written


def test_opened_coded_rows_attach_as_records(cast):
    actions.import_records(**rows(), by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)
    tables = tables_of(cast)
    records = Records.in_memory(node="mx", as_of=date(2017, 8, 31), invented=True, tables=tables)
    connection = duckdb.connect()
    records.attach(connection, "mx")
    count = connection.execute("SELECT sum(count_best) FROM mx_persons").fetchone()
    assert count == (41,)
    assert connection.execute("SELECT case_id FROM mx_contacts").fetchone() == (rows()["cases"][0]["case_id"],)
    assert connection.execute('SELECT code, "count" FROM mx_group_counts').fetchall() == [("male", 38)]


def test_an_import_writes_counts_to_the_audit_and_no_content(cast):
    actions.import_records(**rows(), by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)
    entries = AuditEntry.objects.filter(event="records.imported")
    assert {entry.detail["kind"]: entry.detail["count"] for entry in entries} == {
        "contacts": 1, "cases": 2, "persons": 2, "places": 1,
    }  # fmt: skip


def test_a_whole_invented_world_counts_the_same_sealed_as_in_its_files(cast, world):
    folder = world / "mx"
    given = read_rows(folder)
    counts = actions.import_records(**given, by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)
    assert counts["contacts"] == len(given["contacts"])
    assert Place.objects.count() == len(given["places"])
    files = open_records(folder)
    sealed = Records.in_memory(node="mx", as_of=files.as_of, invented=True, tables=tables_of(cast))
    assert tabulate([sealed], window=WINDOW)[0].cells == tabulate([files], window=WINDOW)[0].cells
