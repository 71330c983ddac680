# SPDX-License-Identifier: Apache-2.0
"""After the whole thread: both organisations' audits hold, from outside, and what somebody does to the file shows."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.journeys.rehearsal import DATABASE, NODES

pytestmark = pytest.mark.slow


def _audited(folder, *options: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "tejido.cli", "audit", "verify", str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture
def kept(rehearsal, tmp_path):
    """Both folders as the thread left them, each told where it now lies."""
    for code in NODES:
        folder = tmp_path / code
        shutil.copytree(rehearsal.left / code, folder)
        settings = (folder / "node.env").read_text().splitlines()
        moved = [f"TEJIDO_DATA={folder}" if line.startswith("TEJIDO_DATA=") else line for line in settings]
        (folder / "node.env").write_text("\n".join(moved))
    return tmp_path


@pytest.mark.parametrize("code", NODES)
def test_every_record_is_what_its_last_line_says(kept, code):
    assert (kept / code / "audit.anchor").is_file()
    outcome, said = _audited(kept / code)
    (other,) = set(NODES) - {code}
    signed, holds = said.splitlines()
    assert (outcome, signed.split(":")[0]) == (0, other), said
    assert holds.startswith("The audit holds: "), said


def test_a_word_put_back_by_hand_is_found(kept):
    shutil.copy(kept / "mx" / "audit.anchor", kept / "elsewhere")
    with closing(sqlite3.connect(kept / "mx" / DATABASE)) as connection:
        person, other = connection.execute(
            "select id, names from cases_person where names is not null and id in "
            "(select record_id from security_auditentry) limit 2"
        )
        connection.execute("update cases_person set names = ? where id = ?", (other[1], person[0]))
        connection.commit()
    outcome, said = _audited(kept / "mx", "--anchor", str(kept / "elsewhere"))
    assert outcome == 1
    assert person[0].replace("-", "") in said.replace("-", "")
