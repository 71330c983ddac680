# SPDX-License-Identifier: Apache-2.0
"""A disk that is full, a database another process holds: one sentence, what was typed comes back, nothing half-written.

In a process of its own, on SQLite: it takes back the whole transaction, which a test inside one could not outlive.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.own_database

_PROCESS = """
import json, re, sqlite3, sys
from html import unescape
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from tejido.crypto import SigningKey, totp_code
from tejido.web.config.making import make_staff
from tests import cast
import time

call_command("migrate", verbosity=0)
logins = make_staff(signing=SigningKey(bytes.fromhex(sys.argv[1])), staff=cast.STAFF, team_names=cast.TEAM_NAMES,
                    password=cast.PASSWORD)
client = Client(headers={"accept-language": "es"}, HTTP_HOST="127.0.0.1", raise_request_exception=False)
words = "Palabras inventadas. " * 900
if settings.DOOR == "staff":
    client.post("/login/", {"login": "chen", "password": cast.PASSWORD,
                            "code": totp_code(logins["chen"][1], int(time.time()))})
    page = client.get(client.post("/contacts/call/").headers["location"]).content.decode()
    address = re.search(r'action="(/contacts/[0-9a-f-]{36}/)"', page)[1]
    typed = {"channel": "phone", "language": "es", "received_at": "2026-03-02T10:00", "revision": 1}
else:
    page, address, typed = client.get("/write/").content.decode(), "/write/", {}
typed["own_words"] = words
tables = connection.introspection.table_names()

def rows():
    return {table: connection.cursor().execute(f"select count(*) from {table}").fetchone()[0] for table in tables}

def shown(answer):
    return [answer.status_code, words.strip() in unescape(answer.content.decode()), answer.content.decode()]

before, said = rows(), {}
connection.cursor().execute("PRAGMA max_page_count = %d" % connection.cursor().execute("PRAGMA page_count").fetchone())
said["full"] = shown(client.post(address, typed))
connection.cursor().execute("PRAGMA max_page_count = 1073741823")
connection.cursor().execute("PRAGMA busy_timeout = 50")
other = sqlite3.connect(settings.DATABASES["default"]["NAME"])
other.execute("BEGIN IMMEDIATE")
said["held"] = shown(client.post(address, typed))
said["draft"] = client.post(address, typed, headers={"hx-request": "true"}).status_code
said["untouched"] = rows() == before
other.rollback()
then = client.post(address, typed)
said["then"] = then.status_code == 302 or "data-arrived" in then.content.decode()  # led on, or her code is shown once
print(json.dumps(said))
"""


@pytest.fixture(scope="module", params=["public", "staff"])
def said(request, tmp_path_factory):
    """What one door answered while its database could not be written."""
    from tejido.web.config.making import new_environment
    from tests.web.running_doors import write_operator

    folder = tmp_path_factory.mktemp(request.param)
    environment, signing = new_environment(
        folder=folder, node="mx", operator=write_operator(folder), time_zone="America/Mexico_City",
        ports={"public": 1, "staff": 2, "partners": 3, "providers": 4}, demo=False,
    )  # fmt: skip
    settings = {"DJANGO_SETTINGS_MODULE": f"tejido.web.config.{request.param}", "TEJIDO_TESTING": "1",
                "TEJIDO_PASSWORD_MEMORY_MIB": "8", "TEJIDO_SECURE_COOKIES": "0", "PYTHONPATH": os.getcwd()}  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-c", _PROCESS, signing.raw.hex()], capture_output=True, text=True, check=False, timeout=120,
        env={name: value for name, value in os.environ.items() if name != "TEJIDO_DATABASE"} | environment | settings,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "OperationalError" in ran.stderr, "whoever runs the system finds nothing in the log"
    assert "Palabras inventadas" not in ran.stderr, "what was typed reached a log"
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.mark.parametrize("trouble", ["full", "held"])
def test_one_sentence_in_her_language_and_her_words_come_back(said, trouble):
    status, kept, page = said[trouble]
    assert (status, kept) == (503, True), page
    assert "de nuestro lado no se puede guardar" in page.lower()


def test_nothing_is_half_written_and_the_next_press_saves(said):
    assert said["untouched"]
    assert said["draft"] == 503
    assert said["then"]
