# SPDX-License-Identifier: Apache-2.0
"""Each thing that can be wrong with a folder of records is refused in one line that says where."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from tests.library.tables.folder import ONE, ROWS, edit, make, refusal

from tejido.tables import checks

Form = Literal["csv", "parquet"]


def changed(table: str, row: int, **values: object) -> dict[str, list[dict[str, object]]]:
    rows = [dict(entry) for entry in ROWS[table]]
    rows[row].update(values)
    return {table: rows}


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("code", changed("persons", 2, gender="woman"), "persons, row 4, column gender: 'woman' is not a code"),
    ("codes", changed("contacts", 0, countries=["MX", "USA"]), "contacts, row 2, column countries: 'USA' is not"),
    ("too early", changed("cases", 1, opened_on=date(1899, 12, 31)), "cases, row 3, column opened_on: '1899-12-31'"),
    ("after the end", changed("contacts", 1, received_on=date(2017, 9, 1)), "contacts, row 3, column received_on"),
    ("birth", changed("persons", 2, birth_year=1850), "persons, row 4, column birth_year: '1850'"),
    ("same id", changed("cases", 1, case_id="c1"), "cases, row 3, column case_id: 'c1' is already the id of row 2"),
    ("no case", changed("persons", 0, case_id="c9"), "persons, row 2, column case_id: 'c9' is not in the table cases"),
    ("contact of none", changed("contacts", 0, case_id="c9"), "contacts, row 2, column case_id"),
    ("place of none", changed("places", 0, case_id="c9"), "places, row 2, column case_id"),
    ("name of none", changed("names", 0, person_id="p9"), "names, row 2, column person_id: 'p9'"),
    (
        "tie from none",
        changed("ties", 1, from_id="b1"),
        "ties, row 3, column from_id: 'b1' is not in the table persons",
    ),
    ("tie to none", changed("ties", 0, to_id="x"), "ties, row 2, column to_id: 'x' is not in the table persons or"),
    ("low", changed("persons", 1, count_low=0), "persons, row 3, column count_low: '0' people; expected 1 or more"),
    ("best", changed("persons", 1, count_best=46), "persons, row 3, column count_best: '46' is not between"),
    ("high", changed("persons", 1, count_high=20), "persons, row 3, column count_"),
    ("one is one", changed("persons", 0, count_high=2), "persons, row 2, column unnamed_group: one person has counts"),
    ("no hand-over", changed("cases", 1, counted_by="us"), "cases, row 3, column counted_by: counted_by is given"),
    ("node name", changed("cases", 0, counted_by="U S"), "cases, row 2, column counted_by: 'U S' cannot name a node"),
    (
        "state",
        changed("places", 0, country="MX"),
        "places, row 2, column country: 'MX' is not the country of the state",
    ),
    ("group code", changed("group_counts", 0, code="MX"), "group_counts, row 2, column code: 'MX' is not a code of"),
    ("group of one", changed("group_counts", 1, person_id="p1"), "group_counts, row 3, column person_id: 'p1' is one"),
    ("group of none", changed("group_counts", 1, person_id="p9"), "group_counts, row 3, column person_id: 'p9' is not"),
    ("group zero", changed("group_counts", 1, count=0), "group_counts, row 3, column count: '0' people"),
    ("group sum", changed("group_counts", 1, count=16), "group_counts, row 2, column count: the counts of this group"),
    ("group multiple", changed("group_counts", 3, count=41), "group_counts, row 4, column count: the counts of this"),
    (
        "group described",
        changed("persons", 1, gender="male"),
        "persons, row 3, column gender: an unnamed group has 'male'",
    ),
    (
        "group described twice",
        changed("persons", 1, nationalities=["MX", "GT"]),
        "persons, row 3, column nationalities: an unnamed group has",
    ),
    (
        "handed over twice",
        changed("cases", 1, handover_id="h1", counted_by="us"),
        "cases, row 2, column handover_id: the same hand-over 'h1' stands in several rows",
    ),
    ("group twice", changed("group_counts", 3, code="MX"), "group_counts, row 5, column code: 'MX' stands twice"),
]


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize(("tables", "expected"), [entry[1:] for entry in WRONG], ids=[entry[0] for entry in WRONG])
def test_a_wrong_value_is_refused_where_it_stands(
    tmp_path: Path, form: Form, tables: dict[str, Any], expected: str
) -> None:
    expected = expected.replace(",", f".{form},", 1)
    assert refusal(make(tmp_path, form, **tables)).startswith(f"mx/{expected}")


def test_multiple_answers_may_exceed_the_group_together(tmp_path: Path) -> None:
    from tests.library.tables.folder import attached

    connection = attached(make(tmp_path))
    assert connection.execute(
        "SELECT sum(count) FROM mx_group_counts WHERE attribute = 'nationalities'"
    ).fetchone() == (43,)


def test_ids_that_share_a_hash_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.library.tables.folder import attached

    # At first all ids with the same first letter have the same hash; then those with the same two.
    monkeypatch.setattr(checks, "_hashed", lambda name, attempt: f"hash(left({name}, {attempt + 1}))")
    assert attached(make(tmp_path)).execute("SELECT count(*) FROM mx_cases").fetchone() == (2,)
    line = refusal(make(tmp_path, **changed("cases", 1, case_id="c1")))
    assert line.startswith("mx/cases.csv, row 3, column case_id: 'c1' is already the id of row 2")
    line = refusal(make(tmp_path, **changed("persons", 0, case_id="c9")))
    assert line.startswith("mx/persons.csv, row 2, column case_id: 'c9' is not in the table cases")


def test_how_many_rows_are_alike_is_said(tmp_path: Path) -> None:
    persons = [{"person_id": f"q{n}", "case_id": "c9", "role": "survivor", **ONE} for n in range(4)]
    line = refusal(make(tmp_path, persons=persons, group_counts=[], names=[], identifiers=[], ties=[]))
    assert line == "mx/persons.csv, row 2, column case_id: 'c9' is not in the table cases (3 more rows like it)"


def test_an_error_line_never_shows_a_name(tmp_path: Path) -> None:
    folder = make(tmp_path)
    edit(folder / "identifiers.csv", lambda text: text.replace("p3,phone,+525500000000", "p3,phone,"))
    line = refusal(folder)
    assert line.startswith("mx/identifiers.csv, row 2, column value: a value is required")


# The text of a CSV file, as people and programs spoil it.

TEXT = [
    ("cases.csv", "2016-05-03", "2016-02-30", "cases.csv, row 3, column opened_on: '2016-02-30' is no day"),
    ("cases.csv", "2016-05-03", "03/05/2016", "cases.csv, row 3, column opened_on: '03/05/2016' is no day"),
    ("cases.csv", "2016-05-03", "2016-5-3", "cases.csv, row 3, column opened_on: '2016-5-3' is no day"),
    ("cases.csv", "2016-05-03", "", "cases.csv, row 3, column opened_on: a value is required"),
    ("persons.csv", "30,40,45", "30,40.5,45", "persons.csv, row 3, column count_best: '40.5' is no whole number"),
    ("persons.csv", "30,40,45", "30,4e1,45", "persons.csv, row 3, column count_best: '4e1' is no whole number"),
    ("persons.csv", "30,40,45", "30,99999999999,45", "persons.csv, row 3, column count_best: '99999999999' is no"),
    ("persons.csv", "survivor,true", "survivor,yes", "persons.csv, row 3, column unnamed_group: 'yes' is neither true"),
    ("persons.csv", "p1,c1", ",c1", "persons.csv, row 2, column person_id: a value is required"),
    ("persons.csv", "p1,c1", "p1,", "persons.csv, row 2, column case_id: a value is required"),
    ("cases.csv", "handover_id", "handover", "cases.csv, row 1, column handover: unknown column; expected case_id"),
    ("cases.csv", "indications,", "", "cases.csv, row 1, column indications: the column is missing"),
    ("cases.csv", "indications", "status", "cases.csv, row 1, column status: the column appears twice"),
    ("cases.csv", "c2,2016-05-03", "c2,x,2016-05-03", "cases.csv, row 3: the row has 7 of 6 columns"),
    ("contacts.csv", "MX;US", "MX;;US", "contacts.csv, row 2, column countries: '' is not a code"),
    ("contacts.csv", "MX;US", "MX; US", "contacts.csv, row 2, column countries: ' US' is not a code"),
    ("names.csv", "Itzel", '"Itzel', "names.csv, row 2: a quotation mark is opened and never closed"),
    ("names.csv", "Itzel", '"It"zel', "names.csv, row 2: broken quotation marks"),
    ("cases.csv", ",", ";", 'cases.csv, row 1: columns are separated by ";"; expected commas'),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), TEXT)
def test_a_spoiled_csv_file_is_refused_where_it_is_spoiled(
    tmp_path: Path, file: str, old: str, new: str, expected: str
) -> None:
    folder = make(tmp_path)
    edit(folder / file, lambda text: text.replace(old, new))
    assert refusal(folder).startswith(f"mx/{expected}")


def test_rows_are_counted_as_a_spreadsheet_does_even_after_a_line_break_in_a_cell(tmp_path: Path) -> None:
    names = [{"person_id": "p1", "kind": "full", "given": "Ana\nMaría"}, {"person_id": "p1", "kind": "full"}]
    folder = make(tmp_path, names=names)
    edit(folder / "names.csv", lambda text: text.replace("p1,full,,,", "p1,full,,"))
    assert refusal(folder).startswith("mx/names.csv, row 3: the row has 4 of 5 columns")


def test_latin_1_bytes_are_refused_with_their_row(tmp_path: Path) -> None:
    folder = make(tmp_path)
    path = folder / "names.csv"
    path.write_bytes(path.read_bytes().replace(b"Itzel", "Íñigo".encode("latin-1")))
    assert refusal(folder).startswith("mx/names.csv, row 2: some letters are not UTF-8")


def test_utf_16_is_refused(tmp_path: Path) -> None:
    folder = make(tmp_path)
    path = folder / "cases.csv"
    path.write_bytes(path.read_bytes().decode().encode("utf-16"))
    assert refusal(folder).startswith("mx/cases.csv: the file is UTF-16; expected UTF-8")


@pytest.mark.parametrize(("form", "says"), [("csv", "the file is empty"), ("parquet", "the file is empty")])
def test_an_empty_file_is_refused(tmp_path: Path, form: Form, says: str) -> None:
    folder = make(tmp_path, form)
    (folder / f"persons.{form}").write_bytes(b"")
    assert refusal(folder) == f"mx/persons.{form}: {says}"


@pytest.mark.parametrize("table", ["contacts", "cases", "persons", "places", "names"])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_file_cut_at_any_byte_is_refused(tmp_path: Path, form: Form, table: str) -> None:
    folder = make(tmp_path, form)
    path = folder / f"{table}.{form}"
    whole = path.read_bytes()
    last = len(whole.rstrip()) - 8 if form == "csv" else len(whole) - 1  # a cut inside the last word may look whole
    for size in range(0, last, 7 if form == "csv" else 31):
        path.write_bytes(whole[:size])
        assert refusal(folder).startswith("mx/"), f"cut after {size} bytes"


def test_a_csv_cut_between_two_rows_is_refused(tmp_path: Path) -> None:
    folder = make(tmp_path)
    edit(folder / "contacts.csv", lambda text: "".join(text.splitlines(keepends=True)[:2]))
    assert refusal(folder).startswith("mx/contacts.csv: has 1 rows; records.json says 2")


# The folder itself.


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"schema": "tejido.records/9"}, "\"schema\" is 'tejido.records/9'; this version of Tejido reads"),
        ({"node": "MX!"}, "\"node\" is 'MX!'; expected lower-case letters"),
        ({"node": None}, '"node" is None'),
        ({"as_of": "2017-02-30"}, "\"as_of\" is '2017-02-30'; expected a day"),
        ({"invented": "yes"}, '"invented" must be true or false'),
        ({"rows": {"cases": -1}}, '"rows" must give a number of rows per table'),
        ({"nodes": 2}, "unknown entry 'nodes'"),
    ],
)
def test_a_wrong_manifest_is_refused(tmp_path: Path, change: dict[str, object], expected: str) -> None:
    folder = make(tmp_path)
    path = folder / "records.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    assert refusal(folder).startswith(f"mx/records.json: {expected}")


def test_a_folder_that_is_no_folder_of_records_is_refused(tmp_path: Path) -> None:
    assert "expected a folder of records" in refusal(tmp_path / "nothing")
    folder = make(tmp_path)
    (folder / "records.json").write_text("{")
    assert "expected one JSON object" in refusal(folder)
    (folder / "records.json").unlink()
    assert refusal(folder).startswith("mx/records.json: the file is missing")


def test_missing_unknown_and_doubled_tables_are_refused(tmp_path: Path) -> None:
    folder = make(tmp_path)
    (folder / "cases.parquet").write_bytes(b"")
    assert "two files hold the table cases" in refusal(folder)
    (folder / "cases.parquet").unlink()
    (folder / "person.csv").write_text("a\n")
    assert refusal(folder).startswith("mx/person.csv: not a table of records; expected contacts, cases")
    (folder / "person.csv").unlink()
    (folder / "cases.csv").unlink()
    assert refusal(folder).startswith("mx/cases: the file is missing; expected cases.csv or cases.parquet")


def test_a_parquet_file_of_another_shape_is_refused(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = make(tmp_path, "parquet")
    cases = pq.read_table(folder / "cases.parquet")
    position = cases.schema.get_field_index("opened_on")
    pq.write_table(cases.set_column(position, "opened_on", pa.array(["2016-05-01"] * 2)), folder / "cases.parquet")
    assert refusal(folder) == "mx/cases.parquet, column opened_on: holds string; expected date32[day]"
    pq.write_table(cases.drop_columns(["status"]), folder / "cases.parquet")
    assert refusal(folder) == "mx/cases.parquet, row 1, column status: the column is missing"


@pytest.mark.parametrize("column", ["contact_id", "received_on", "channel", "case_id"])
def test_a_parquet_file_damaged_within_is_refused(tmp_path: Path, column: str) -> None:
    import pyarrow.parquet as pq

    folder = make(tmp_path, "parquet")
    path = folder / "contacts.parquet"
    group = pq.read_metadata(path).row_group(0)
    chunk = next(one for one in map(group.column, range(group.num_columns)) if one.path_in_schema == column)
    start = chunk.dictionary_page_offset
    content = bytearray(path.read_bytes())
    content[start : start + chunk.total_compressed_size] = bytes(chunk.total_compressed_size)
    path.write_bytes(content)
    assert refusal(folder).startswith("mx/contacts.parquet: not a whole Parquet file")


def test_rows_that_end_in_different_ways(tmp_path: Path) -> None:
    folder = make(tmp_path)
    edit(folder / "cases.csv", lambda text: text.replace("\n", "\r\n", 1))
    assert refusal(folder).startswith("mx/cases.csv: rows end in different ways")
