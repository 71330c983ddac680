# SPDX-License-Identifier: Apache-2.0
"""`tejido factsheet audit`: exit codes, the JSON object, and one clear line for a bad file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tejido.cli.factsheet_audit import audit
from tejido.vocabulary import BadInput

GOOD = """\
headline: {victims: {value: 40, label: Possible victims}}
tables:
  - {unit: victims, by: gender, base: 40, multiple: false, cells: {male: [20, "50%"], female: [20, "50%"]}}
"""


def write(folder: Path, text: str | bytes) -> str:
    path = folder / "sheet.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return str(path)


def test_a_correct_sheet_exits_zero(tmp_path: Path) -> None:
    done = CliRunner().invoke(audit, [write(tmp_path, GOOD), "--json"])
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"findings": []})


def test_findings_exit_one_with_codes_and_both_languages(tmp_path: Path) -> None:
    done = CliRunner().invoke(audit, [write(tmp_path, GOOD.replace('[20, "50%"], f', '[19, "48%"], f')), "--json"])
    assert done.exit_code == 1
    (found,) = json.loads(done.stdout)["findings"]
    assert {key: found[key] for key in ("rule", "unit", "by", "cell")} == {
        "rule": "sum",
        "unit": "victims",
        "by": "gender",
        "cell": None,
    }
    assert found["reason"]["en"].startswith("The parts add up to 39")
    assert found["reason"]["es"].startswith("Las partes suman 39")


def test_people_read_the_reasons_in_their_language(tmp_path: Path) -> None:
    name = write(tmp_path, GOOD.replace("base: 40", "base: null"))
    assert "no dice de cuántos" in CliRunner().invoke(audit, [name, "--language", "es"]).stdout


def test_a_bom_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    name = write(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert CliRunner().invoke(audit, [name]).exit_code == 0


BAD = {
    "empty": ("", "empty"),
    "only comments": ("# nothing\n", "empty"),
    "a list": ("- 1\n", "line 1: expected `key: value`"),
    "one word": ("hello\n", "line 1: expected `key: value`"),
    "no figures": ("title: x\n", "no figures"),
    "cut in half": (GOOD[:110], "not YAML"),
    "a tab": ("headline:\n\tx: 1\n", "line 2"),
    "unknown key": (GOOD + "extra: 1\n", "line 4: unknown key `extra`"),
    "unknown key of a table": (GOOD.replace("multiple:", "multi:"), "line 3: unknown key `multi`"),
    "a key twice": (GOOD + "tables: []\n", "line 4: `tables` stands here twice"),
    "a cell twice": (GOOD.replace("female:", "male:"), "`male` stands here twice"),
    "negative": (GOOD.replace("[20", "[-20", 1), "whole number from 0"),
    "not a number": (GOOD.replace("[20", "[.nan", 1), "whole number from 0"),
    "infinite": (GOOD.replace("base: 40", "base: .inf"), "whole number from 0"),
    "a fraction": (GOOD.replace("base: 40", "base: 40.5"), "whole number from 0"),
    "a comma": (GOOD.replace("value: 40", "value: 1_257"), "whole number from 0"),
    "quoted": (GOOD.replace("base: 40", 'base: "40"'), "whole number from 0"),
    "true for a number": (GOOD.replace("base: 40", "base: true"), "whole number from 0"),
    "three parts in a cell": (GOOD.replace('[20, "50%"]', '[20, "50%", 1]', 1), "[count, percent as printed]"),
    "a bare count": (GOOD.replace('[20, "50%"]', "20", 1), "[count, percent as printed]"),
    "a percentage without its sign": (GOOD.replace('"50%"', "50", 1), "percentage in quotes"),
    "multiple: maybe": (GOOD.replace("multiple: false", "multiple: maybe"), "true or false"),
    "cells as a list": ("tables: [{unit: a, by: b, base: 1, cells: [1, 2]}]\n", "expected `key: value`"),
    "no cells": ("tables: [{unit: a, by: b, base: 1}]\n", "expected `cells`"),
    "no by": ("tables: [{unit: a, base: 1, cells: {x: [1, null]}}]\n", "expected `by`"),
    "a date that is none": (GOOD + "window: {start: soon, end: 2017-07-31}\n", "line 4: start: expected a date"),
    "an impossible day": (GOOD + "window: {start: 2015-09-31, end: 2017-07-31}\n", "line 4: start: expected a date"),
    "a window turned round": (
        GOOD + "window: {start: 2017-07-31, end: 2015-09-30}\n",
        "line 4: the window ends before",
    ),
    "not UTF-8": (GOOD.encode("utf-16"), "not UTF-8"),
    "deeply nested": ("[" * 20000, "sheet.yaml"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_one_clear_line(name: str, tmp_path: Path) -> None:
    text, expected = BAD[name]
    done = CliRunner().invoke(audit, [write(tmp_path, text)])
    assert isinstance(done.exception, BadInput)
    for language in ("en", "es"):
        line = done.exception.line(language)
        assert line.startswith("sheet.yaml")
        assert "\n" not in line
    assert expected in done.exception.line("en")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = CliRunner().invoke(audit, [str(tmp_path / "none.yaml")])
    assert isinstance(done.exception, BadInput)
    assert "cannot be read" in done.exception.line("en")
