# SPDX-License-Identifier: Apache-2.0
"""The node's own keys change while its doors run, and whoever changes them is killed at every write."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys

import pytest
from django.apps import apps
from django.conf import settings

from tejido.crypto import CannotOpen, open_field
from tejido.web.accounts.actions import member_context
from tejido.web.accounts.second_factors import open_factor
from tejido.web.config.making import new_environment, read_environment, write_environment
from tejido.web.config.rotating import sealed_factors

# A node on the disk, made once and put back before every try. Each try is a process of its own, killed at one write.
_PROCESS = """
import json, os, shutil, signal, sys
from pathlib import Path
folder, kept = Path(sys.argv[1]), Path(sys.argv[1] + ".kept")
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.backends.signals import connection_created
from django.utils import timezone
from tejido.crypto import SigningKey, seal_field
from tejido.web.accounts.models import SecurityKey
from tejido.web.config import rotating
from tejido.web.config.making import make_staff, read_environment
from tests import cast

def in_a_child(work, *words):
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(write, json.dumps(work(*words)).encode())
            os._exit(0)
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(3)
    os.close(write)
    with os.fdopen(read) as said:
        answer = said.read()
    _pid, status = os.waitpid(child, 0)
    assert not (os.WIFEXITED(status) and os.WEXITSTATUS(status)), "see above"
    return json.loads(answer) if answer else None

def make():
    call_command("migrate", verbosity=0)
    staff = [each for each in cast.STAFF if each.login in ("amara", "noor")]
    make_staff(signing=SigningKey(bytes.fromhex(sys.argv[2])), staff=staff,
               team_names=cast.TEAM_NAMES, password=cast.PASSWORD)
    from tejido.web.accounts.models import Member
    from tejido.web.accounts.printed_codes import print_codes
    from tejido.web.accounts.second_factors import seal_factor
    from tejido.web.accounts.security_keys import security_key_context
    amara = Member.objects.get(login="amara")
    print_codes(member=amara, password=cast.PASSWORD, by=amara, now=timezone.now())
    row = SecurityKey(member=amara, added_at=timezone.now())
    row.credential = seal_factor(b"{}", security_key_context(row))
    row.save(force_insert=True)

def rotate(killed_at=0, pause=lambda seconds: None):
    writes = 0
    def wrote(name):
        nonlocal writes
        writes += 1
        if writes == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)
    def statement(text):
        if text.split(" ")[0].rstrip(";") in ("BEGIN", "COMMIT", "UPDATE", "INSERT"):
            wrote(text)
    def event(name, words):
        if name == "os.rename" or (name == "open" and str(words[0]).endswith("node.env.new")):
            wrote(name)
    sys.addaudithook(event)
    connection_created.connect(lambda connection, **_: connection.connection.set_trace_callback(statement), weak=False)
    rotating._AT_ONCE = 4
    rotating.rotate_environment(folder, wait=0, pause=pause)
    return writes

def opening():
    from django.conf import settings
    keys = settings.TEJIDO.environment_keys
    return len(keys), list(rotating.unreadable_factors(keys))

def late(_seconds):
    # A door had read the old key before all this, and keeps what it sealed only now.
    from tejido.web.accounts.models import Member
    from tejido.web.accounts.security_keys import security_key_context
    row = SecurityKey(member=Member.objects.get(login="amara"), added_at=timezone.now())
    row.credential = seal_field(bytes.fromhex(old), b"{}", security_key_context(row))
    row.save(force_insert=True)

def doors():
    from tejido.web.accounts.models import Member, SignedInSession
    SignedInSession.objects.create(member=Member.objects.get(login="amara"), digest="d", browser="", ring=b"",
                                   started_at=timezone.now(), used_at=timezone.now())
    before = read_environment(folder)
    rotating.rotate_doors(folder)
    after = read_environment(folder)
    return [sorted(name for name in after if after[name] != before.get(name)), SignedInSession.objects.count()]

def again():
    rotate(pause=late)
    return [*opening(), len(list(rotating.unreadable_factors((bytes.fromhex(old),))))]

in_a_child(make)
list(rotating.sealed_factors())  # what children would each import anew
shutil.copytree(folder, kept)
old = read_environment(folder)["TEJIDO_ENVIRONMENT_KEY"]
tries = 0
while True:
    tries += 1
    done = in_a_child(rotate, tries)
    assert in_a_child(opening)[1] == [], tries
    if done is not None:
        break
    assert in_a_child(again) == [1, [], 14], tries
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
print(json.dumps({"tries": tries, "doors": in_a_child(doors)}))
"""


@pytest.fixture
def folder(tmp_path):
    """A node's folder with its settings; nothing else yet."""
    folder = tmp_path / "mx"
    folder.mkdir()
    operator = folder / "operator.yaml"
    operator.write_text(
        "name: {en: Line, es: Línea}\nlanguages: [es]\npack: mx\ncountry: MX\n"
        "lines: [{brand: Línea, number: '55 5555 0000', channels: [phone]}]\n"
    )
    ports = {"public": 8001, "staff": 8002, "partners": 8003, "providers": 8004}
    environment, signing = new_environment(
        folder=folder, node="mx", operator=operator, time_zone="America/Mexico_City", ports=ports, demo=False
    )
    write_environment(folder, environment)
    (tmp_path / "signing").write_text(signing.raw.hex())
    return folder


def _run(folder, code):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TEJIDO_", "DJANGO_"))}
    testing = {"TEJIDO_TESTING": "1", "TEJIDO_PASSWORD_MEMORY_MIB": "8",
               "DJANGO_SETTINGS_MODULE": "tejido.web.config.staff"}  # fmt: skip
    words = [sys.executable, "-c", code, str(folder), (folder.parent / "signing").read_text()]
    ran = subprocess.run(words, capture_output=True, text=True, check=False,
                         env=clean | read_environment(folder) | testing, timeout=300)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.mark.slow
def test_the_environment_key_changed_and_killed_at_every_write_leaves_every_second_factor_open(folder):
    done = _run(folder, _PROCESS)
    assert done["tries"] > 20
    # And the secrets of the doors, on the same node: each another, and nobody is signed in any more.
    secrets_of_doors = [f"TEJIDO_SECRET_{door}" for door in ("PARTNERS", "PROVIDERS", "PUBLIC", "STAFF")]
    assert done["doors"] == [secrets_of_doors, 0]


def test_every_column_sealed_under_the_environment_key_is_sealed_anew():
    said = {(model, column) for model in apps.get_models() for column, why in getattr(model, "OPEN_COLUMNS", {}).items()
            if "environment key" in why}  # fmt: skip
    assert said == {(model, column) for model, column, _context in sealed_factors()}


def test_while_the_key_changes_either_opens_and_the_newest_seals(cast, monkeypatch):
    old, new = settings.TEJIDO.environment_key, secrets.token_bytes(32)
    monkeypatch.setenv("TEJIDO_ENVIRONMENT_KEY", f"{new.hex()},{old.hex()}")
    assert cast.client("chen").get("/contacts/").status_code == 200  # her authenticator is still under the old one
    from tejido.web.accounts.printed_codes import print_codes, printed_code_context, use_printed_code
    from tests.cast import PASSWORD

    chen = cast.member("chen")
    from django.utils import timezone

    codes = print_codes(member=chen, password=PASSWORD, by=chen, now=timezone.now())
    row = chen.printed_codes.first()
    assert open_field(new, row.digest, printed_code_context(row))
    monkeypatch.setenv("TEJIDO_ENVIRONMENT_KEY", new.hex())
    assert use_printed_code(chen, codes[0])
    with pytest.raises(CannotOpen):
        open_factor(chen.totp, member_context(chen))


def test_doors_that_run_read_the_file_as_it_is_now(folder, monkeypatch):
    from tejido.web.config.live_keys import keys_now

    before = read_environment(folder)
    assert [key.hex() for key in keys_now(folder, "TEJIDO_ENVIRONMENT_KEY")] == [before["TEJIDO_ENVIRONMENT_KEY"]]
    fresh = secrets.token_hex(32)
    write_environment(folder, before | {"TEJIDO_ENVIRONMENT_KEY": fresh})
    assert [key.hex() for key in keys_now(folder, "TEJIDO_ENVIRONMENT_KEY")] == [fresh]
    assert (folder / "node.env").stat().st_mode & 0o077 == 0


_OLDER = """
import json, sys
from pathlib import Path
from tejido.web.config.making import read_environment, write_environment
from tejido.web.config.upgrading import upgrade_node
folder = Path(sys.argv[1])
added = upgrade_node(folder=folder)
kept = read_environment(folder)
again = upgrade_node(folder=folder)
from tejido.web.config.settings import node_settings
print(json.dumps([added, again, read_environment(folder) == kept, sorted(node_settings().secrets)]))
"""


@pytest.mark.slow
def test_an_older_node_is_given_the_door_it_did_not_have(folder):
    older = {name: value for name, value in read_environment(folder).items() if not name.endswith("PROVIDERS")}
    write_environment(folder, older)
    added, again, same, doors = _run(folder, _OLDER)
    assert added == ["TEJIDO_ADDRESS_PROVIDERS=http://127.0.0.1:8004"]
    assert (again, same) == ([], True)
    assert doors == ["partners", "providers", "public", "staff"]
    assert older.items() <= read_environment(folder).items()
