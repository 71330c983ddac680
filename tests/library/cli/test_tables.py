# SPDX-License-Identifier: Apache-2.0
"""`tejido tables`: exit codes, what stands on stdout and what on stderr."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.library.tables.folder import edit, make

HEADER = "year_of_registration,datasource,gender,majority_status,citizenship,country_of_exploitation\n"


def tejido(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from tejido.cli import main; main()", "tables", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_records_that_can_be_taken(tmp_path: Path) -> None:
    done = tejido("check", make(tmp_path), "--as", "records", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert (said["node"], said["invented"], said["refused"]) == ("mx", True, [])
    assert said["rows"]["persons"] == 3
    assert "DATOS INVENTADOS" in tejido("check", tmp_path / "mx", "--as", "records", "--language", "es").stdout


def test_records_that_are_wrong_get_one_line_and_exit_2(tmp_path: Path) -> None:
    folder = make(tmp_path)
    edit(folder / "cases.csv", lambda text: text.replace("2016-05-03", "2016-02-30"))
    done = tejido("check", folder, "--as", "records", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    where = "tejido: mx/cases.csv, row 3, column opened_on: "
    assert done.stderr.splitlines() == [where + "'2016-02-30' is no day; expected year-month-day such as 2016-02-29"]


def test_ctdc_values_are_reported_each_and_exit_1(tmp_path: Path) -> None:
    path = tmp_path / "ctdc.csv"
    path.write_text(HEADER + "2016,Hotline,Woman,Adult,MX,US\n" * 2 + "2016,Hotline,Male,Adult,MX,US\n")
    done = tejido("check", path, "--as", "ctdc", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    said = json.loads(done.stdout)
    assert said["rows"] == 3
    assert [(entry["row"], entry["column"], entry["value"]) for entry in said["refused"]] == [
        (2, "gender", "Woman"),
        (3, "gender", "Woman"),
    ]
    assert set(said["refused"][0]["reason"]) == {"en", "es"}
    table = tejido("check", path, "--as", "ctdc").stdout
    assert "2 values refused" in table
    assert table.count("Woman") == 1
    path.write_text(HEADER + "2016,Hotline,Male,Adult,MX,US\n")
    assert tejido("check", path, "--as", "ctdc").returncode == 0


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", HEADER])
def test_what_is_no_ctdc_file_gets_exit_2(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ctdc.csv"
    path.write_text(text)
    done = tejido("check", path, "--as", "ctdc", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_tables_and_lists_are_shown() -> None:
    said = json.loads(tejido("list", "--json").stdout)
    assert {"cases", "ctdc_2018"} <= set(said["tables"])
    assert "language" in said["code_lists"]
    shown = json.loads(tejido("show", "age_at_contact", "--json").stdout)
    assert shown["codes"]["minor"]["es"] == "Niñas, niños y adolescentes"
    assert shown["licence"]
    columns = json.loads(tejido("show", "names", "--json").stdout)["columns"]
    assert [column["sensitivity"] for column in columns if column["name"] == "given"] == ["identifying"]
    assert "ñol" in tejido("show", "language", "--language", "es").stdout
    done = tejido("show", "nothing")
    assert done.returncode == 2
    assert "tejido tables list" in done.stderr


def test_carried_from_a_standard_and_into_another_with_every_loss_told(tmp_path: Path) -> None:
    given = tmp_path / "given.csv"
    given.write_text("prs_Gender,con_Consent,cas_IncomingReferralDate\nFeminine,1,2016-05-02\n", "utf-8")
    done = tejido("import", given, "--as", "htcds", "--node", "mx", "--as-of", "2016-12-31", "--out", tmp_path / "mx",
                  "--language", "es")  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].startswith("  con_Consent: se omite, 1× · una marca no es una autorización")
    out = ("export", tmp_path / "mx", "--as", "ctdc2024", "--out", tmp_path / "rows.csv")
    done = tejido(*out)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "rows about people who exist" in done.stderr
    done = tejido(*out, "--internal", "--json")
    assert (done.returncode, json.loads(done.stdout)["rows"]) == (0, 1)
    assert "INTERNAL" in done.stderr
    assert tejido("check", tmp_path / "rows.csv", "--as", "ctdc2024").returncode == 0
