# SPDX-License-Identifier: Apache-2.0
"""The way in: one line for what is wrong, help where no command is named, exit codes that survive a pipe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tejido.vocabulary import BadInput

TEJIDO = (sys.executable, "-m", "tejido.cli")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TEJIDO, *arguments], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["nosuch"],
        ["count"],
        ["factsheet", "build", "--records", "x", "--window", "2015-09-30..2017-07-31", "--out", "y"],
        ["tables", "check", "x"],
    ],
)
def test_a_wrong_command_line_gets_one_line(arguments: list[str]) -> None:
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("tejido: ")
    assert len(ended.stderr.splitlines()) == 1


def test_a_group_without_a_command_shows_its_help() -> None:
    ended = run("factsheet")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("Usage: ")
    assert "build" in ended.stderr


@pytest.mark.parametrize(("arguments", "code"), [(["tables", "list"], 0), (["tables", "check", "FILE"], 1)])
def test_a_reader_who_leaves_changes_no_exit_code(arguments: list[str], code: int, tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    header = "year_of_registration,datasource,gender,majority_status,citizenship,country_of_exploitation\n"
    file.write_text(header + "".join(f"x{n},Hotline,Female,Adult,MX,US\n" for n in range(5000)), "utf-8")
    command = [str(file) if argument == "FILE" else argument for argument in arguments]
    command += ["--as", "ctdc"] if "check" in command else []
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run([*TEJIDO, *command], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (code, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full disk is played by /dev/full")
@pytest.mark.parametrize("arguments", [["indicators", "list"], ["tables", "list", "--json"], ["--help"]])
def test_what_could_not_be_printed_is_said(arguments: list[str]) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        ended = subprocess.run([*TEJIDO, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.endswith("not everything could be printed: no space left on the disk\n")
    assert ended.stderr.count("\n") == 1


def test_the_place_of_what_is_wrong_is_worded_too() -> None:
    problem = BadInput("x", en="no", es="no", where="mx/row.csv, row 3, column gender")
    assert problem.line("en") == "mx/row.csv, row 3, column gender: no"
    assert problem.line("es") == "mx/row.csv, fila 3, columna gender: no"


def test_nobody_listening_changes_no_exit_code() -> None:
    ended = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *TEJIDO, "tables", "list"], stderr=subprocess.PIPE, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
