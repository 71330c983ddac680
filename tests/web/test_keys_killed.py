# SPDX-License-Identifier: Apache-2.0
"""Keys are changed while others search and write, by a process that is killed before each statement in turn.

In a node of its own: what is killed must have been kept or not, which a test inside one transaction could not see.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.slow

_PROCESS = """
import json, os, signal, sys, time
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from tejido.crypto import SigningKey
from tejido.web.config.making import make_staff
from tests import cast as people
from tests.web.beside import beside
from tests.web.seeding import SeatedCast

call_command("migrate", verbosity=0)
cast = SeatedCast(make_staff(signing=SigningKey(bytes.fromhex(sys.argv[1])), staff=people.STAFF,
                             team_names=people.TEAM_NAMES, password=people.PASSWORD))
from tejido.web.cases.finding import find_cases
from tejido.web.cases.search_key import remake_tokens, renew_search_key
from tejido.web.intake.actions import make_arrivals_findable, save_contact, take_call
from tejido.web.intake.channels.web_form.actions import receive
from tejido.web.intake.models import Contact
from tejido.web.accounts.own_keys import renew_own_keys
from tejido.web.security.models import AuditEntry, RecordKey, SearchToken
from tejido.web.security.search_keys import search_keys
from tests.web.sharing.conftest import make_case

def at_work(login):
    return {"by": cast.member(login), "ring": cast.ring(login)}

amara, bilal, chen = (at_work(each) for each in ("amara", "bilal", "chen"))

def phone(number):
    return f"55 0000 {number:04}"

def call(number):
    contact = take_call(language="es", now=timezone.now(), **amara)
    save_contact(contact=contact, answers={"contactor_phone": phone(number), "language": "es"},
                 revision=contact.revision, now=timezone.now(), **amara)

for number in range(4):
    call(number)
receive(notice_version="2026-11", notice_at=timezone.now(), notice_language="es", now=timezone.now(),
        answers={"own_words": "Palabras.", "language": "es", "phone": phone(4)})
make_arrivals_findable(**amara)
for _ in range(2):
    make_case(cast)

def each_found_once(numbers, hers):
    for number in numbers:
        found = find_cases(phone=phone(number), **hers)
        assert len(found) == 1, (number, len(found))
    cases = find_cases(phone="919 555 0101", **hers)
    assert len(cases) == len({match.case.pk for match in cases}) == 2, len(cases)

each_found_once(range(5), chen)
old = RecordKey.objects.get(scope="organisation-search").pk

def writes(turn):
    call(1000 + turn)
    assert len(find_cases(phone=phone(1000 + turn), **amara)) == 1, turn
    contact = Contact.objects.get(pk=first)
    save_contact(contact=contact, answers={"contactor_name": f"Inés Prueba{turn}"}, revision=contact.revision,
                 now=timezone.now(), **amara)

first = Contact.objects.order_by("received_at").first().pk

def killed_before(statement, deed):
    # Is the deed done by a process that is killed there? False: it came to its end.
    connection.close()
    child = os.fork()
    if not child:
        count = 0
        def run(execute, sql, params, many, context):
            global left
            nonlocal count
            count += 1
            if count == statement:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(sql, params, many, context)
        try:
            with connection.execute_wrapper(run):
                deed()
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL), status
    return status != 0

def done_though_killed(deed, looks, *workers, step=1):
    # How often it was killed, and how the processes beside it ended.
    working, kills = [beside(work, pause=0.1) for work in workers], 0
    while killed_before(1 + step * kills, deed):
        kills += 1
        if kills % 10 == 0:
            looks()
    connection.close()
    for _child, write in working:
        os.close(write)
    ended = [os.waitpid(child, 0)[1] for child, _write in working]
    looks()
    return kills, ended

def new_search_key():
    if list(search_keys()) == [1]:
        renew_search_key(**bilal)
    while remake_tokens(most=1, **bilal):
        pass

kills, ended = done_though_killed(new_search_key, lambda: each_found_once(range(1, 5), chen),
                                  lambda turn: each_found_once(range(1, 5), chen), writes)
each_found_once(range(5), chen)
while remake_tokens(**bilal):
    pass

# Now her own keys: each looks with a ring of this moment, as each request does.
before = cast.member("chen").key_number

def new_own_keys():
    if cast.member("chen").key_number == before:
        renew_own_keys(member=cast.member("chen"), password=people.PASSWORD, by=cast.member("chen"), now=timezone.now())

def chen_opens():
    each_found_once(range(1, 5), at_work("chen"))

def amara_writes(turn):
    global amara
    amara = at_work("amara")
    writes(5000 + turn)

own = done_though_killed(new_own_keys, chen_opens, lambda turn: each_found_once(range(1, 5), at_work("bilal")),
                         amara_writes, step=4)  # each statement: test_own_keys.py
own_number = cast.member("chen").key_number - before
records = SearchToken.objects.values("table", "record_id").distinct().count()
print(json.dumps({
    "own": own, "own_number": own_number,
    "kills": kills, "ended": ended, "old": RecordKey.objects.filter(pk=old).exists(),
    "left": SearchToken.objects.exclude(generation=2).count(), "records": records,
    "contacts": Contact.objects.count(),
    "told": AuditEntry.objects.filter(event="search_key.renewed").count(),
    "gone": AuditEntry.objects.filter(event="search_key.old_deleted").count(),
}))
"""


def _database(tmp_path) -> dict[str, str]:
    """A database of its own on the engine the suite runs on."""
    if os.environ.get("TEJIDO_TEST_ON") != "postgresql":
        return {}
    import psycopg

    address = urlsplit(os.environ["TEJIDO_DATABASE"])
    name = f"killed_{os.getpid()}"
    with psycopg.connect(address.geturl(), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name}")
        server.execute(f"CREATE DATABASE {name}")
    return {"TEJIDO_DATABASE": address._replace(path=f"/{name}").geturl()}


def test_changed_by_processes_that_are_killed_while_others_search_and_write(tmp_path):
    from tejido.web.config.making import new_environment
    from tests.web.running_doors import write_operator

    environment, signing = new_environment(
        folder=tmp_path, node="mx", operator=write_operator(tmp_path), time_zone="America/Mexico_City",
        ports={"public": 1, "staff": 2, "partners": 3, "providers": 4}, demo=False,
    )  # fmt: skip
    settings = {"DJANGO_SETTINGS_MODULE": "tejido.web.config.staff", "TEJIDO_TESTING": "1",
                "TEJIDO_PASSWORD_MEMORY_MIB": "8", "PYTHONPATH": os.getcwd()}  # fmt: skip
    inherited = {name: value for name, value in os.environ.items() if name != "TEJIDO_DATABASE"}
    ran = subprocess.run(
        [sys.executable, "-c", _PROCESS, signing.raw.hex()], capture_output=True, text=True, check=False, timeout=300,
        env=inherited | environment | settings | _database(tmp_path),
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout.splitlines()[-1])
    assert said["ended"] == [0, 0], ran.stderr
    assert said["kills"] > 25
    assert (said["old"], said["left"]) == (False, 0)
    assert said["records"] == said["contacts"] + 2
    assert (said["told"], said["gone"]) == (1, 1)
    assert (said["own"][1], said["own_number"]) == ([0, 0], 1), ran.stderr
    assert said["own"][0] > 10
