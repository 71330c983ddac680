# SPDX-License-Identifier: Apache-2.0
"""`tejido world make` as someone types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def tejido(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from tejido.cli import main; main()", "world", "make", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]


def test_the_2017_world_as_the_readme_says(tmp_path: Path) -> None:
    made = tejido("--like", "2017", "--seed", "11", "--out", str(tmp_path / "w"))
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
    manifest = json.loads((tmp_path / "w/mx/records.json").read_text(encoding="utf-8"))
    assert (manifest["node"], manifest["as_of"], manifest["invented"]) == ("mx", "2017-08-31", True)
    assert (tmp_path / "w/us/persons.csv").exists()
    figures = json.loads((tmp_path / "w/truth/figures.json").read_text(encoding="utf-8"))
    assert figures["headline"]["victims"]["joint"] == 1257


def test_any_size_in_parquet_silent_in_a_pipe(tmp_path: Path) -> None:
    made = tejido("--cases", "50", "--seed", "1", "--out", str(tmp_path / "w"))
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
    assert (tmp_path / "w/us/persons.parquet").exists()
    made = tejido("--like", "2017", "--cases", "50", "--form", "csv", "--out", str(tmp_path / "w"))
    assert made.returncode == 0
    assert (tmp_path / "w/us/persons.csv").exists()
    assert not (tmp_path / "w/us/persons.parquet").exists()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal")
def test_a_terminal_sees_progress(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-c", "from tejido.cli import main; main()", "world", "make", "--cases", "20"]
    made = subprocess.run([*command, "--out", str(tmp_path / "w")], stderr=theirs, stdout=subprocess.PIPE, check=False)
    os.close(theirs)
    assert (made.returncode, made.stdout) == (0, b"")
    assert b"100%" in os.read(ours, 65536)
    os.close(ours)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--like", "2018"], "known: 2017"),
        (["--like", "2017", "--seed", "-3"], "expected a whole number from 0"),
        (["--like", "2017", "--seed", "many"], "not a valid integer"),
        (["--cases", "0"], "expected a whole number from 1"),
        (["--cases", "-1"], "expected a whole number from 1"),
        (["--like", "2017", "--form", "xlsx"], "'csv', 'parquet'"),
        ([], "--like 2017 or --cases N"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(arguments: list[str], expected: str, tmp_path: Path) -> None:
    made = tejido(*arguments, "--out", str(tmp_path / "w"))
    assert (made.returncode, made.stdout) == (2, "")
    assert expected in made.stderr
    assert made.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    made = tejido("--like", "2017", "--out", str(tmp_path))
    assert made.returncode == 2
    assert "not empty" in made.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits of files are a thing of Unix")
def test_a_limit_on_file_size_leaves_nothing(tmp_path: Path) -> None:
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)); from tejido.cli import main; main()"
    command = [sys.executable, "-B", "-c", limit, "world", "make", "--like", "2017", "--out", str(tmp_path / "w")]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 2, made.stderr
    assert made.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())
