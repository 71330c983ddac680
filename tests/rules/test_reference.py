# SPDX-License-Identifier: Apache-2.0
"""The reference says what the source says, and the forms of our files that it describes are the ones we write."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from tests.rules.reference_pages import FOLDER, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_from_the_source_is_not_stale(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "./run python -m tests.rules.reference_pages"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outputs")

    def tejido(*words):
        done = subprocess.run([sys.executable, "-m", "tejido.cli", *words], cwd=folder, capture_output=True, text=True,
                              check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    tejido("world", "make", "--like", "2017", "--seed", "7", "--out", "world")
    tejido("factsheet", "build", "--records", "world/mx", "--records", "world/us", "--window", "2015-09-30..2017-07-31",
           "--language", "en", "--out", "sheet")  # fmt: skip
    return folder


def _described(page: str, heading: str) -> list[str]:
    """The names in the first column of the table under `heading`."""
    text = (FOLDER / page).read_text(encoding="utf-8")
    part = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `([a-z_]+)` \|", part, re.MULTILINE)


def test_the_sheet_holds_the_entries_that_are_described(written):
    sheet = json.loads((written / "sheet" / "sheet.json").read_text(encoding="utf-8"))
    assert list(sheet) == _described("outputs.md", "sheet.json")
    assert list(sheet["figures"][0]) == _described("outputs.md", "A figure")
    assert list(sheet["headline"]["victims"]) == _described("outputs.md", "A headline number")


def test_the_folder_says_what_is_described(written):
    manifest = json.loads((written / "world" / "mx" / "records.json").read_text(encoding="utf-8"))
    assert list(manifest) == _described("outputs.md", "records.json")
