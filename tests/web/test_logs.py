# SPDX-License-Identifier: Apache-2.0
"""Logs: our faults are written down with their place, and nothing anybody said with them."""

from __future__ import annotations

import io
import logging
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.utils.log import configure_logging

CANARY = "Xóchitl Canario 55 1234 5678"


@pytest.fixture
def log(monkeypatch):
    """What a door writes to its log, set up as Django sets it up when a door starts."""
    root, written = logging.getLogger(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    kept, level = root.handlers[:], root.level
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    yield written.getvalue
    root.handlers[:] = kept
    root.setLevel(level)


def _breaks(*_args, **_kwargs):
    said = CANARY
    raise RuntimeError(said)


def test_a_fault_is_logged_where_it_happened_and_nothing_she_said(cast, log, monkeypatch):
    client = cast.client("amara")
    client.raise_request_exception = False
    monkeypatch.setattr("tejido.web.cases.finding.matching", _breaks)
    answer = client.post(f"/cases/find/?q={CANARY}", {"phone": CANARY, "given": CANARY, "surnames": CANARY})
    assert answer.status_code == 500
    assert CANARY not in answer.content.decode()
    said = log()
    assert "ERROR django.request" in said
    assert "RuntimeError" in said
    assert "test_logs.py:" in said
    assert "Canario" not in said
    assert "1234" not in said


def test_a_line_put_together_by_a_library_loses_its_words(log):
    logging.getLogger("somebody").error(f"could not read {CANARY}")
    logging.getLogger("somebody").error("could not read %s", CANARY)
    said = log()
    assert said.count("ERROR somebody") == 2
    assert "could not read %s" in said
    assert "Canario" not in said


def test_what_strangers_can_cause_at_will_fills_no_disk(db, log):
    for address in ("/nothing/", "/static/nothing", "/\x00"):
        Client().get(address)
    Client(enforce_csrf_checks=True).post("/login/", {"login": CANARY})
    Client().get("/login/", headers={"host": "evil.example"})
    assert log() == ""
