# SPDX-License-Identifier: Apache-2.0
"""What is written is what is read, in both forms, whatever people's names hold; and nothing is ever half-written."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.tables.folder import AS_OF, ONE, ROWS, attached, edit, make

from tejido.tables.arrow_types import arrow_schema
from tejido.tables.reading import Records, open_records
from tejido.tables.records import RECORD_TABLES, record_table
from tejido.tables.writing import RecordWriter
from tejido.vocabulary import BadInput, code_list

Form = Literal["csv", "parquet"]

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
optional_text = st.none() | text


def codes(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from(list(code_list(name)))


@st.composite
def folders(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    ids = draw(st.lists(text.filter(bool), min_size=1, max_size=5, unique=True))
    days = st.dates(date(1900, 1, 1), AS_OF)
    cases = [
        {"case_id": case, "opened_on": draw(days), "status": draw(st.none() | codes("case_status"))} for case in ids
    ]
    persons = [
        {
            "person_id": f"p{number}",
            "case_id": draw(st.sampled_from(ids)),
            "role": draw(codes("person_role")),
            **ONE,
            "birth_year": draw(st.none() | st.integers(1900, AS_OF.year)),
            "nationalities": draw(st.lists(codes("country"), max_size=3)),
        }
        for number in range(draw(st.integers(0, 4)))
    ]
    names = [
        {"person_id": person["person_id"], "kind": "full", "given": draw(optional_text), "maternal_surname": draw(text)}
        for person in persons
    ]
    return {"contacts": [], "cases": cases, "persons": persons, "names": names}


def expected(table: str, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Rows as they are read: text that is empty is missing, several codes that are missing are none."""
    columns = record_table(table).columns
    whole = []
    for row in rows:
        values = [row.get(column.name) for column in columns]
        whole.append(
            tuple(
                [] if column.kind == "codes" and not value else (None if value == "" else value)
                for column, value in zip(columns, values, strict=True)
            )
        )
    return whole


@pytest.mark.parametrize("form", ["csv", "parquet"])
@settings(max_examples=40, deadline=None)
@given(tables=folders())
def test_what_is_written_is_read(form: Form, tables: dict[str, list[dict[str, Any]]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = make(Path(place), form, **{**{name: [] for name in ROWS}, **tables})
        connection = attached(folder)
        for name, rows in tables.items():
            assert connection.execute(f"FROM mx_{name}").fetchall() == expected(name, rows)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_table_comes_back_with_the_declared_types(tmp_path: Path, form: Form) -> None:
    connection = attached(make(tmp_path, form))
    sql = {"id": "VARCHAR", "text": "VARCHAR", "code": "VARCHAR", "codes": "VARCHAR[]"}
    sql |= {"date": "DATE", "integer": "INTEGER", "flag": "BOOLEAN"}
    for table in RECORD_TABLES:
        described = connection.execute(f"DESCRIBE mx_{table.name}").fetchall()
        assert [(row[0], row[1]) for row in described] == [(c.name, sql[c.kind]) for c in table.columns]
        assert connection.execute(f"FROM mx_{table.name}").fetchall() == expected(table.name, ROWS[table.name])


def test_memory_holds_the_same_records_as_files(tmp_path: Path) -> None:
    tables = {name: pa.Table.from_pylist(rows, schema=arrow_schema(record_table(name))) for name, rows in ROWS.items()}
    records = Records.in_memory(node="mx", as_of=AS_OF, invented=True, tables=tables)
    memory, files = duckdb.connect(), attached(make(tmp_path))
    records.attach(memory, "mx")
    assert (records.node, records.as_of, records.invented) == ("mx", AS_OF, True)
    for table in RECORD_TABLES:
        query = f"FROM mx_{table.name}"
        assert memory.execute(query).fetchall() == files.execute(query).fetchall()


def test_memory_is_checked_as_files_are() -> None:
    tables = {
        name: pa.Table.from_pylist(rows, schema=arrow_schema(record_table(name)))
        for name, rows in ROWS.items()
        if name != "cases"
    }
    records = Records.in_memory(node="mx", as_of=AS_OF, invented=True, tables=tables)
    with pytest.raises(BadInput, match="mx/contacts, row 2, column case_id: 'c1' is not in the table cases"):
        records.attach(duckdb.connect(), "mx")
    with pytest.raises(BadInput, match="mx/person: not a table of records"):
        Records.in_memory(node="mx", as_of=AS_OF, invented=True, tables={"person": tables["persons"]})


def test_two_nodes_share_a_connection(tmp_path: Path) -> None:
    connection = duckdb.connect()
    make(tmp_path)
    (tmp_path / "mx").rename(tmp_path / "elsewhere")
    for prefix, folder in (("mx", tmp_path / "elsewhere"), ("us", make(tmp_path, "parquet"))):
        open_records(folder).attach(connection, prefix)
    both = "SELECT count(*) FROM mx_cases JOIN us_cases USING (handover_id)"
    assert connection.execute(both).fetchone() == (1,)


def test_only_the_tables_asked_for_are_attached(tmp_path: Path) -> None:
    connection = duckdb.connect()
    folder = make(tmp_path, "parquet")
    (folder / "names.parquet").write_bytes(b"PAR1 cut off")
    open_records(folder).attach(connection, "mx", tables=["cases", "persons"])
    assert connection.execute("SELECT count(*) FROM mx_persons").fetchone() == (3,)
    with pytest.raises(duckdb.Error):
        connection.execute("FROM mx_names")


def test_a_broken_csv_is_refused_even_where_its_table_is_not_asked_for(tmp_path: Path) -> None:
    folder = make(tmp_path)
    edit(folder / "names.csv", lambda text: text.replace("Itzel", '"Itzel'))
    with pytest.raises(BadInput, match=r"names\.csv, row 2: a quotation mark"):
        open_records(folder).attach(duckdb.connect(), "mx", tables=["cases", "persons"])


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_files_saved_by_a_spreadsheet_are_taken(tmp_path: Path, newline: str, mark: str) -> None:
    folder = make(tmp_path)
    before = attached(folder).execute("FROM mx_persons").fetchall()
    for path in [*folder.glob("*.csv"), folder / "records.json"]:
        edit(path, lambda content: mark + content.replace(",true,", ",TRUE,"))
        edit(path, lambda content: content.replace("\n", newline))
    assert attached(folder).execute("FROM mx_persons").fetchall() == before


def test_columns_may_stand_in_any_order_and_tables_without_rows_are_fine(tmp_path: Path) -> None:
    folder = make(tmp_path, contacts=[])
    (folder / "contacts.csv").write_text(
        "case_id,countries,outcome,topic,speaker,language,channel,received_on,contact_id\n,MX,,,,es,phone,2016-01-01,k9\n"
    )
    assert attached(folder).execute("SELECT contact_id, countries FROM mx_contacts").fetchall() == [("k9", ["MX"])]
    (folder / "businesses.csv").unlink()
    (folder / "ties.csv").unlink()
    assert attached(folder).execute("SELECT count(*) FROM mx_ties").fetchone() == (0,)


def test_a_folder_whose_name_looks_like_a_pattern_is_read(tmp_path: Path) -> None:
    for form in ("csv", "parquet"):
        assert attached(make(tmp_path / f"a[1]*?'{form}", form)).execute(
            "SELECT count(*) FROM mx_cases"
        ).fetchone() == (2,)


def test_a_failure_while_writing_leaves_what_was_there(tmp_path: Path) -> None:
    folder = make(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def fail_half_way() -> None:
        with RecordWriter(folder, node="mx", as_of=AS_OF, invented=True) as writer:
            writer.write("cases", [{"case_id": "c9", "opened_on": AS_OF}])
            writer.write("cases", [{"case_id": "c10", "closed_on": AS_OF}])

    with pytest.raises(BadInput, match="cases, column closed_on"):
        fail_half_way()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["mx"]


def test_records_replace_records_and_nothing_else(tmp_path: Path) -> None:
    folder = make(tmp_path)
    make(tmp_path, "parquet")
    assert not list(folder.glob("*.csv"))
    (tmp_path / "other" / "mx").mkdir(parents=True)
    (tmp_path / "other" / "mx" / "letter.txt").write_text("keep me")
    with pytest.raises(BadInput, match="something other than records"):
        make(tmp_path / "other")
    assert (tmp_path / "other" / "mx" / "letter.txt").read_text() == "keep me"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"case_id": "c1"}, "opened_on"),
        ({"case_id": "c1", "opened_on": "2016-01-01"}, "opened_on"),
        ({"case_id": 7, "opened_on": AS_OF}, "case_id"),
        ({"case_id": "", "opened_on": AS_OF}, "case_id"),
    ],
)
def test_a_row_of_the_wrong_shape_is_not_written(tmp_path: Path, row: dict[str, object], column: str) -> None:
    with pytest.raises(BadInput, match=f"cases, column {column}"):
        make(tmp_path, cases=[row])
    assert list(tmp_path.iterdir()) == []


def test_the_same_rows_make_the_same_bytes(tmp_path: Path) -> None:
    for form in ("csv", "parquet"):
        one, two = make(tmp_path / f"1{form}", form), make(tmp_path / f"2{form}", form)
        for path in one.iterdir():
            assert path.read_bytes() == (two / path.name).read_bytes()


def test_rows_may_come_in_many_portions(tmp_path: Path) -> None:
    with RecordWriter(tmp_path / "mx", node="mx", as_of=AS_OF, invented=False) as writer:
        for start in range(0, 120_000, 60_000):
            writer.write("cases", ({"case_id": f"c{start + n}", "opened_on": AS_OF} for n in range(60_000)))
    found = attached(tmp_path / "mx").execute("SELECT count(*), max(case_id) FROM mx_cases").fetchone()
    assert found == (120_000, "c99999")
