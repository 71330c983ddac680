# SPDX-License-Identifier: Apache-2.0
"""A backup of a node at work: the audit goes on while it is made, and its anchor fits the restored one all the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tejido.web.config.making import read_environment
from tests.journeys.test_backup import _STAFF
from tests.journeys.test_postgresql import _OPERATOR, _tejido

pytestmark = pytest.mark.slow
# As the worker does, without its pauses.
_BUSY = """
import django
django.setup()
from django.conf import settings
from tejido.web.security import audit
from tejido.web.security.anchor import write_anchor
while True:
    audit.record("contact.listed", by=None, count=1)
    audit.chain()
    write_anchor(settings.TEJIDO.data, settings.TEJIDO.transport.signing)
"""


def _wrong(folder) -> list[str]:
    checks = json.loads(_tejido("node", "check", str(folder), "--json").stdout)["checks"]
    return [found for each in checks if each["code"] == "audit" for found in each["found"]]


def test_a_backup_made_while_the_audit_goes_on_is_restored_with_an_anchor_it_reaches(tmp_path):
    (tmp_path / "operator.yaml").write_text(_OPERATOR, encoding="utf-8")
    (tmp_path / "staff.yaml").write_text(_STAFF, encoding="utf-8")
    node, again, backup = tmp_path / "mx", tmp_path / "again", tmp_path / "node.tejido-backup"
    made = _tejido("node", "make", str(node), "--code", "mx", "--operator", str(tmp_path / "operator.yaml"),
                   "--staff", str(tmp_path / "staff.yaml"), "--time-zone", "America/Mexico_City",
                   "--sheets", str(tmp_path / "sheets"))  # fmt: skip
    assert made.returncode == 0, made.stderr
    environment = os.environ | read_environment(node) | {"DJANGO_SETTINGS_MODULE": "tejido.web.config.staff"}
    busy = subprocess.Popen([sys.executable, "-c", _BUSY], env=environment)
    try:
        deadline = time.monotonic() + 60
        while not (node / "audit.anchor").is_file():
            assert busy.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.5)
        done = _tejido("node", "backup", str(node), str(backup))
        assert done.returncode == 0, done.stderr
        assert busy.poll() is None  # it never stopped
    finally:
        os.kill(busy.pid, signal.SIGTERM)
        busy.wait()
    done = _tejido("node", "restore", str(backup), str(again), "--key", str(tmp_path / "sheets" / "backup.key"),
                   "--environment", str(node / "node.env"), "--tombstones", str(node / "tombstones"))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert _wrong(again) == []
    # A node whose anchor somebody took away is missing it in its backup too: no restoring hides that.
    (node / "audit.anchor").unlink()
    assert _wrong(node) == ["unanchored audit.anchor"]
    lost, without = tmp_path / "lost", tmp_path / "without.tejido-backup"
    assert _tejido("node", "backup", str(node), str(without)).returncode == 0
    done = _tejido("node", "restore", str(without), str(lost), "--key", str(tmp_path / "sheets" / "backup.key"),
                   "--environment", str(node / "node.env"), "--tombstones", str(node / "tombstones"))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert _wrong(lost) == ["unanchored audit.anchor"]
