# SPDX-License-Identifier: Apache-2.0
"""`tejido count` and `tejido indicators`, against counts taken with the csv module alone."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from tests.library.cli.conftest import Run
from tests.specs.invented import AS_OF, table_of

from tejido.tables.writing import RecordWriter

CTDC = sorted((Path(__file__).parents[3].parent / "shared" / "data" / "ctdc").glob("*42948rows.csv"))
COLUMNS = {
    "gender": "gender",
    "year": "year_of_registration",
    "majority_status": "majority_status",
    "country": "country_of_exploitation",
}


@pytest.mark.parametrize("by", COLUMNS)
def test_the_real_file_gives_what_an_independent_count_gives(tejido: Run, by: str) -> None:
    if not CTDC:
        pytest.skip("the CTDC file is not beside this checkout")
    with CTDC[0].open(encoding="utf-8", newline="") as file:
        expected = Counter(
            row[COLUMNS[by]].removesuffix(".0") for row in csv.DictReader(file) if row["datasource"] == "Hotline"
        )
    code, out, err = tejido(
        "count", "--records", CTDC[0], "--as", "ctdc", "--indicator", "hotline_victims", "--by", by, "--json"
    )
    assert (code, err) == (0, "")
    rows = json.loads(out)["rows"]
    assert all(set(row) == {by, "count"} for row in rows)
    assert {str(row[by]): row["count"] for row in rows} == dict(expected)
    assert sum(expected.values()) == 12985


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tables = {
        "contacts": "received_on\n2016-01-01",
        "cases": "case_id, opened_on\na, 2016-02-01\nb, 2017-02-01",
        "places": "case_id, country\na, MX\nb, MX",
        "persons": "case_id, gender\na, female\na, male\na, female\nb, male",
    }
    with RecordWriter(tmp_path / "mx", node="mx", as_of=AS_OF, invented=True) as writer:
        for name, text in tables.items():
            writer.write(name, table_of(name, text))
    return tmp_path / "mx"


def test_records_by_code_and_in_total(tejido: Run, folder: Path) -> None:
    code, out, _ = tejido("count", "--records", folder, "--indicator", "victims", "--by", "gender", "--json")
    assert code == 0
    assert {row["gender"]: row["count"] for row in json.loads(out)["rows"]} == {"female": 2, "male": 2}
    window = ("--window", "2016-01-01..2016-12-31")
    assert json.loads(tejido("count", "--records", folder, "--indicator", "victims", *window, "--json")[1]) == {
        "rows": [{"count": 3}]
    }


def test_a_table_for_people(tejido: Run, folder: Path) -> None:
    code, out, _ = tejido("count", "--records", folder, "--indicator", "victims", "--by", "gender")
    assert code == 0
    assert out.splitlines()[0] == "Potential victims, by gender"
    assert "female  Female  2" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--indicator", "people"], "no indicator 'people'; there are: "),
        (["--indicator", "victims", "--by", "colour"], "no breakdown 'colour'"),
        (["--indicator", "victims", "--window", "2016"], "expected two dates"),
        (["--indicator", "hotline_victims"], "counted over ctdc_2018, not over records"),
        (["--indicator", "victims", "--as", "ctdc"], "counted over records, not over ctdc"),
    ],
)
def test_one_clear_line_and_exit_2(tejido: Run, folder: Path, arguments: list[str], says: str) -> None:
    code, out, err = tejido("count", "--records", folder, *arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1


_HEADER = "year_of_registration,datasource,gender,majority_status,citizenship,country_of_exploitation\n"
_ROW = "2016.0,Hotline,Female,Adult,MX,US\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"year,gender\n2016,Female\n", "row 1, column year: not a column"),
        ((_HEADER + _ROW + _ROW.replace("Female", "Femal")).encode(), "row 3, column gender: 'Femal' is not a code"),
        ((_HEADER + _ROW + "2016.0,Hot").encode(), "row 3: the row has 2 of 6 columns"),
        ((_HEADER + _ROW + _ROW.replace("Female", "Género")).encode("latin-1"), "row 3: some letters are not UTF-8"),
        (_HEADER.encode(), "holds a header and no rows"),
        (b"", "the file is empty"),
    ],
)
def test_a_ctdc_file_that_cannot_be_taken_is_never_counted(
    tejido: Run, tmp_path: Path, content: bytes, says: str
) -> None:
    file = tmp_path / "other.csv"
    file.write_bytes(content)
    code, out, err = tejido(
        "count", "--records", file, "--as", "ctdc", "--indicator", "hotline_victims", "--by", "gender"
    )
    assert (code, out) == (2, "")
    assert err.startswith("tejido: other.csv")
    assert says in err
    assert len(err.splitlines()) == 1


def test_indicators_listed_shown_and_checked(tejido: Run, tmp_path: Path) -> None:
    listed = json.loads(tejido("indicators", "list", "--json")[1])["indicators"]
    assert {"victims", "mexico_nexus"} <= {one["id"] for one in listed}
    shown = tejido("indicators", "show", "victims", "--language", "es")[1]
    assert "Posibles víctimas" in shown
    assert "los 4 mayores" in shown
    assert tejido("indicators", "check")[0] == 0
    wrong = tmp_path / "victims.yaml"
    wrong.write_text("schema: tejido.indicator/1\n", "utf-8")
    code, _, err = tejido("indicators", "check", wrong)
    assert code == 2
    assert err == "tejido: victims.yaml: id is missing\n"
