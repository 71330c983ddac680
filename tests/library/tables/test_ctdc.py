# SPDX-License-Identifier: Apache-2.0
"""The real CTDC file is read whole; every value that cannot be taken is reported where it stands."""

from __future__ import annotations

import csv
import re
import zipfile
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from tejido.tables.ctdc import CTDC_2018, attach_ctdc, check_ctdc
from tejido.vocabulary import BadInput

SHARED = Path(__file__).parents[3].parent / "shared" / "data" / "ctdc"
REAL = SHARED / "ctdc_kanon_sept2018_6col_42948rows.csv"
HEADER = "year_of_registration,datasource,gender,majority_status,citizenship,country_of_exploitation\n"
GOOD = "2016.0,Hotline,Female,Adult,MX,US\n"


@pytest.fixture
def real() -> Path:
    if not REAL.is_file():
        pytest.skip("the shared CTDC file is not here")
    return REAL


def written(folder: Path, text: str) -> Path:
    path = folder / "ctdc.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_real_file_is_taken_whole(real: Path) -> None:
    report = check_ctdc(real)
    assert (report.rows, report.refused) == (42_948, [])


@pytest.mark.parametrize(
    "column", ["datasource", "gender", "majority_status", "citizenship", "country_of_exploitation"]
)
def test_counts_are_those_of_the_file(real: Path, column: str) -> None:
    with real.open(encoding="utf-8") as file:
        independently = Counter(row[column] or None for row in csv.DictReader(file))
    connection = duckdb.connect()
    attach_ctdc(connection, real, "it")
    counted = connection.execute(f"SELECT {column}, count(*) FROM it_ctdc_2018 GROUP BY 1").fetchall()
    assert dict(counted) == independently


def test_years_are_whole_numbers(real: Path) -> None:
    connection = duckdb.connect()
    attach_ctdc(connection, real, "it")
    years = connection.execute(
        "SELECT year_of_registration, count(*) FROM it_ctdc_2018 GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert years[0] == (2010, 1521)
    assert sum(count for _, count in years) == 42_948


def test_missing_codes_are_known_codes(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "-99,Hotline,Unknown,-99,ZZ,00\n,Case Management,,,,\n" + GOOD)
    assert check_ctdc(path).refused == []
    connection = duckdb.connect()
    attach_ctdc(connection, path, "it")
    rows = connection.execute(f"SELECT {HEADER} FROM it_ctdc_2018").fetchall()
    assert rows[0] == (None, "Hotline", "Unknown", None, "ZZ", "00")
    assert rows[1] == (None, "Case Management", None, None, None, None)
    assert rows[2] == (2016, "Hotline", "Female", "Adult", "MX", "US")
    assert connection.execute("SELECT is_forced_labour, age_broad FROM it_ctdc_2018").fetchall() == [(None, None)] * 3


def test_every_refused_value_is_reported_by_row_then_column(tmp_path: Path) -> None:
    bad = "1916,Hotline,Woman,Adult,MEX,US\n" + GOOD + "2016.5,Hotline,Female,adult,MX,us\n"
    refused = check_ctdc(written(tmp_path, HEADER + GOOD + bad)).refused
    assert [(entry.row, entry.column, entry.value) for entry in refused] == [
        (3, "year_of_registration", "1916"),
        (3, "gender", "Woman"),
        (3, "citizenship", "MEX"),
        (5, "year_of_registration", "2016.5"),
        (5, "majority_status", "adult"),
        (5, "country_of_exploitation", "us"),
    ]
    for entry in refused:
        assert entry.reason["en"].startswith(repr(entry.value))
        assert entry.reason["es"].startswith(repr(entry.value))
        assert entry.reason["en"] != entry.reason["es"]


def test_a_file_with_refused_values_is_not_counted(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + GOOD + GOOD.replace("MX", "Mexico") + GOOD.replace("US", "USA"))
    with pytest.raises(BadInput, match=r"ctdc.csv, row 3, column citizenship: 'Mexico' .*\(1 more values refused\)"):
        attach_ctdc(duckdb.connect(), path, "it")


def test_the_header_of_a_release_is_recognised(tmp_path: Path) -> None:
    header = (
        "By using this data you agree to the Terms of Use: https://www.ctdatacollaborative.org/terms-use,"
        "yearOfRegistration,Datasource,gender,ageBroad,majorityStatus,citizenship,meansOfControlDebtBondage,"
        "typeOfLabourDomesticWork,CountryOfExploitation,RecruiterRelationship\r\n"
    )
    rows = "0,2016,Hotline,Male,9--17,Minor,MX,1,-99,US,Family; Friend\r\n"
    rows += "1,2016,Hotline,Male,30--38,Adult,NA,0,2,US,-99\r\n"
    path = written(tmp_path, "\ufeff" + header + rows)
    refused = check_ctdc(path).refused
    assert [(entry.row, entry.column, entry.value) for entry in refused] == [(3, "typeOfLabourDomesticWork", "2")]
    path = written(tmp_path, header + rows.replace(",2,US", ",0,US"))
    connection = duckdb.connect()
    attach_ctdc(connection, path, "it")
    columns = "citizenship, age_broad, means_of_control_debt_bondage, type_of_labour_domestic_work"
    assert connection.execute(f"SELECT {columns} FROM it_ctdc_2018").fetchall() == [
        ("MX", "9--17", True, None),
        ("NA", "30--38", False, False),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the file is empty"),
        ("a,b\n1,2\n", "row 1, column a: not a column of the CTDC"),
        (HEADER.replace(",gender", ""), "row 1, column gender: not a file of the CTDC"),
        (HEADER.replace("gender", "datasource"), "row 1, column datasource: the column appears twice"),
        (HEADER, "holds a header and no rows"),
        (HEADER + GOOD + "2016.0,Hotl", "row 3: the row has 2 of 6 columns"),
        (HEADER + GOOD + '2016.0,"Hotl', "row 3: a quotation mark is opened and never closed"),
    ],
)
def test_what_is_no_such_file_is_refused_at_once(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_ctdc(written(tmp_path, text))
    assert caught.value.line("en").removeprefix("ctdc.csv").lstrip(":, ").startswith(expected)


def test_the_declaration_is_that_of_the_dictionary() -> None:
    path = SHARED / "ctdc_data_dictionary_2017-11-28.xlsx"
    if not path.is_file():
        pytest.skip("the shared CTDC dictionary is not here")
    with zipfile.ZipFile(path) as workbook:
        text = workbook.read("xl/sharedStrings.xml").decode("utf-8")
    written_there = {cell.strip().lower() for cell in re.findall(r"<t[^>]*>([^<]*)</t>", text)}
    ours = {name.replace("_", "") for name in CTDC_2018.names}
    assert ours - written_there == {"isslaveryandpractices"}  # in the released files, not in the dictionary
