# SPDX-License-Identifier: Apache-2.0
"""The public door as a process of its own: what it can reach, and what it leaves on the disk and in the logs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.own_database

_CANARIES = ["Canario Escarlata", "zarapito@example.org", "Ocelote"]

# Run in a new interpreter: the test's own process is the staff door and has everything imported.
_DOOR = """
import json, re, sys
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from tejido.web.config.making import StaffMember, make_staff
from tejido.crypto import SigningKey

call_command("migrate", verbosity=0)
names = {kind: kind for kind in ("intake", "cases", "data", "duty", "administration")}
staff = (StaffMember("amara", "Amara Prueba", ("advocate",), ("intake",), "es"),)
make_staff(signing=SigningKey(bytes.fromhex(sys.argv[1])), staff=staff, team_names=names, password="invented-and-long")
canaries = json.loads(sys.argv[2])
client = Client(enforce_csrf_checks=True, headers={"accept-language": "es"}, HTTP_HOST="127.0.0.1")
html = client.get("/write/").content.decode()
hidden = dict(re.findall(r'<input type="hidden" name="(\\w+)" value="([^"]*)"', html))
sent = client.post("/write/", {**hidden, "own_words": canaries[0], "email": canaries[1], "reply_how": canaries[2]})
client.raise_request_exception = False
broken = client.post("/write/?" + "x=1", {**hidden, "own_words": "", "email": canaries[1]})
from tejido.web.intake.models import Contact
print(json.dumps({
    "sent": sent.status_code,
    "broken": broken.status_code,
    "contacts": Contact.objects.count(),
    "staff_pages": [client.get(page).status_code for page in ("/login/", "/cases/", "/contacts/", "/search/")],
    "rooms": sorted({name.split(".")[2] for name in sys.modules if name.startswith("tejido.web.")}),
    "cookies": sorted(client.cookies),
    "installed": settings.INSTALLED_APPS,
}))
"""


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """What the door said of itself, what it logged, and its folder."""
    from tejido.web.config.making import new_environment

    folder = tmp_path_factory.mktemp("door")
    operator = folder / "operator.yaml"
    operator.write_text(
        "name: {en: Invented Line, es: Línea Inventada}\nlanguages: [es, en]\npack: mx\ncountry: MX\n"
        "lines: [{brand: Línea Inventada, number: '55 5555 0000', channels: [phone, web_form]}]\n",
        encoding="utf-8",
    )
    environment, signing = new_environment(
        folder=folder, node="mx", operator=operator, time_zone="America/Mexico_City",
        ports={"public": 1, "staff": 2, "partners": 3, "providers": 4}, demo=False,
    )  # fmt: skip
    settings = {"DJANGO_SETTINGS_MODULE": "tejido.web.config.public", "TEJIDO_TESTING": "1",
                "TEJIDO_PASSWORD_MEMORY_MIB": "8"}  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-c", _DOOR, signing.raw.hex(), json.dumps(_CANARIES)],
        env=os.environ | environment | settings | {"TEJIDO_DATABASE": ""}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout), ran.stderr, folder


def test_the_door_serves_the_form_and_takes_what_is_sent(door):
    said, _logged, _folder = door
    assert (said["sent"], said["broken"], said["contacts"]) == (200, 422, 1)


def test_the_door_cannot_reach_a_case(door):
    said, _logged, _folder = door
    assert set(said["rooms"]) == {"accounts", "config", "intake", "outreach", "security"}
    assert said["staff_pages"] == [404, 404, 404, 404]
    assert "tejido.web.cases" not in said["installed"]


def test_the_door_gives_no_session(door):
    said, _logged, _folder = door
    assert said["cookies"] == ["tejido_mx_public_csrf"]


def test_nothing_on_the_disk_or_in_the_logs_holds_what_was_typed(door):
    _said, logged, folder = door
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "node.sqlite3" for path in files)
    for canary in _CANARIES:
        assert canary not in logged
        for path in files:
            assert canary.encode() not in path.read_bytes(), path.name
