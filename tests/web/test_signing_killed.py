# SPDX-License-Identifier: Apache-2.0
"""The signing key is replaced while others read and write, by a process that is killed before each write.

In a node of its own, like `test_keys_killed`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.web.test_keys_killed import _database

pytestmark = pytest.mark.slow

_PROCESS = """
import json, os, signal, sys, time
from pathlib import Path
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

folder = Path(sys.argv[1])
call_command("migrate", verbosity=0)
staff = [each for each in people.STAFF if each.login in ("amara", "bilal", "dora", "noor")]
cast = SeatedCast(make_staff(signing=SigningKey(bytes.fromhex(sys.argv[2])), staff=staff,
                             team_names=people.TEAM_NAMES, password=people.PASSWORD))
from tejido.web.accounts.actions import renew_team, signing_key
from tejido.web.accounts.keys import organisation_key, organisation_keys, team_of
from tejido.web.accounts.models import Member, Team, TeamGeneration
from tejido.web.accounts.signing_keys import change_under_way, make_signing_key, signing_record_keys
from tejido.web.config.rotating_signing import begin_signing, end_signing
from tejido.web.intake.actions import save_contact, take_call
from tejido.web.intake.models import Contact
from tejido.web.upkeep.signing_anew import sign_everything_anew, standing

def at_work(login):
    return {"by": cast.member(login), "ring": cast.ring(login)}

noor = at_work("noor")

def writes(turn):
    amara = at_work("amara")
    contact = take_call(language="es", now=timezone.now(), **amara)
    save_contact(contact=contact, answers={"contactor_name": "Inés Prueba"}, revision=contact.revision,
                 now=timezone.now(), **amara)
    assert Contact.objects.get(pk=contact.pk).opened(cast.ring("amara")).contactor_name

def renews(turn):
    ring, team = cast.ring("bilal"), team_of(Team.Kind.DUTY)
    renew_team(team=team, secret=ring.current_secret(team.pk), signing=signing_key(ring), by=cast.member("bilal"))
    cast.ring("amara").new_key("contact", [team.pk])

def looks():
    connection.close()
    for row in (*TeamGeneration.objects.all(), *Member.objects.all()):
        row.signed_key().checked(organisation_key())
    signing_key(cast.ring("dora"))

def killed_before(number, deed):
    connection.close()
    child = os.fork()
    if not child:
        count = 0
        def one():
            nonlocal count
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)
        def run(execute, sql, params, many, context):
            if not sql.startswith("SELECT"):
                one()
            return execute(sql, params, many, context)
        def event(name, words):
            if name == "os.rename" or (name == "open" and str(words[0]).endswith("node.env.new")):
                one()
        sys.addaudithook(event)
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

def done_though_killed(deed):
    kills = 0
    while killed_before(1 + kills, deed):
        kills += 1
        if kills % 10 == 0:
            looks()
    looks()
    return kills

def make():
    change_under_way() or make_signing_key(**noor)

def sign():
    if standing().older(organisation_keys()):
        sign_everything_anew(**noor)

working = [beside(work, pause=0.4) for work in (writes, renews)]
kills = [done_though_killed(make)]
change = change_under_way()
kills.append(done_though_killed(lambda: begin_signing(folder, change.key().raw.hex())))
kills.append(done_though_killed(sign))
kills.append(done_though_killed(lambda: end_signing(folder)))
connection.close()
for _child, write in working:
    os.close(write)
ended = [os.waitpid(child, 0)[1] for child, _write in working]
found = standing()
print(json.dumps({
    "kills": kills, "ended": ended, "left": len(found.nobodys) + found.older(organisation_keys()),
    "pinned": [key.raw.hex() for key in organisation_keys()] == [change.key().raw.hex()],
    "kept": [str(key.pk) for key in signing_record_keys()] == [str(change.record_key)],
}))
"""


def test_replaced_by_processes_that_are_killed_while_others_read_and_write(tmp_path):
    from tejido.web.config.making import new_environment, write_environment
    from tests.web.running_doors import write_operator

    environment, signing = new_environment(
        folder=tmp_path, node="mx", operator=write_operator(tmp_path), time_zone="America/Mexico_City",
        ports={"public": 1, "staff": 2, "partners": 3, "providers": 4}, demo=False,
    )  # fmt: skip
    write_environment(tmp_path, environment)
    settings = {"DJANGO_SETTINGS_MODULE": "tejido.web.config.staff", "TEJIDO_TESTING": "1",
                "TEJIDO_PASSWORD_MEMORY_MIB": "8", "PYTHONPATH": os.getcwd()}  # fmt: skip
    inherited = {name: value for name, value in os.environ.items() if name != "TEJIDO_DATABASE"}
    ran = subprocess.run(
        [sys.executable, "-c", _PROCESS, str(tmp_path), signing.raw.hex()], capture_output=True, text=True,
        check=False, timeout=200, env=inherited | environment | settings | _database(tmp_path),
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout.splitlines()[-1])
    assert said["ended"] == [0, 0], ran.stderr
    assert min(said["kills"]) > 2, said
    assert (said["left"], said["pinned"], said["kept"]) == (0, True, True)
