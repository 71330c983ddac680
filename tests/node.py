# SPDX-License-Identifier: Apache-2.0
"""A node for tests: its own folder, its own secrets, the cast signed in through the real sign-in."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import django
import pytest

_FOLDER = Path(os.environ.get("TEJIDO_DATA") or tempfile.mkdtemp(prefix="tejido-tests-"))
if "TEJIDO_DATA" not in os.environ:  # whoever made it takes it away
    atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)


def _environment() -> object:
    from tejido.crypto import SigningKey
    from tejido.web.config.making import new_environment

    if "TEJIDO_TEST_SIGNING" in os.environ:  # a worker of xdist: Django has read the settings it inherited
        return SigningKey(bytes.fromhex(os.environ["TEJIDO_TEST_SIGNING"]))

    if os.environ.get("TEJIDO_TEST_ON") == "postgresql":
        from tests import postgresql

        os.environ["TEJIDO_DATABASE"] = postgresql.start()
    operator = _FOLDER / "operator.yaml"
    operator.write_text(
        "name: {en: Invented Line, es: Línea Inventada}\nlanguages: [es, en]\npack: mx\ncountry: MX\n"
        "lines: [{brand: Línea Inventada, number: '55 5555 0000', channels: [phone, web_form]}]\n",
        encoding="utf-8",
    )
    ports = {"public": 8001, "staff": 8002, "partners": 8003, "providers": 8004}
    environment, signing = new_environment(
        folder=_FOLDER, node="mx", operator=operator, time_zone="America/Mexico_City", ports=ports, demo=False
    )
    os.environ.update(
        environment
        | {
            "TEJIDO_TESTING": "1",
            "TEJIDO_TEST_SIGNING": signing.raw.hex(),
            "TEJIDO_PASSWORD_MEMORY_MIB": "8",
            "TEJIDO_HOSTS": "testserver,127.0.0.1,localhost",
            "DJANGO_SETTINGS_MODULE": "tejido.web.config.staff",
        }
    )
    return signing


_SIGNING = _environment()
django.setup()


def _own_folder() -> None:
    """Workers of xdist inherit one folder: each gets its own, or one is surprised by another's keys."""
    from django.conf import settings

    from tejido.web.config.settings import node_settings

    folder = Path(tempfile.mkdtemp(prefix="tejido-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["TEJIDO_DATA"] = str(folder)
    settings.TEJIDO = replace(settings.TEJIDO, data=folder)
    node_settings.cache_clear()


if "PYTEST_XDIST_WORKER" in os.environ:
    _own_folder()


def whole_database() -> bytes:
    """What the database holds inside this transaction, every row of every table; on SQLite, every page."""
    from django.db import connection

    connection.ensure_connection()
    if connection.vendor == "sqlite":
        return bytes(connection.connection.serialize())
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            with cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as copy:
                rows.extend(bytes(part) for part in copy)
    return b"".join(rows)


@dataclass
class Cast:
    """Signed-in people: `cast.ring("amara")`, `cast.member("amara")`, `cast.client("amara")`."""

    logins: dict[str, tuple[str, bytes]]
    shares: tuple[str, ...]  # of the recovery key; two of three

    def member(self, login: str):
        from tejido.web.accounts.models import Member

        return Member.objects.get(login=login)

    def code(self, login: str) -> str:
        from tejido.crypto import totp_code

        return totp_code(self.logins[login][1], int(datetime.now(UTC).timestamp()))

    def ring(self, login: str):
        from django.conf import settings

        from tejido.crypto import BoxKey, open_with_password
        from tejido.web.accounts.actions import member_context
        from tejido.web.accounts.keys import ring_of

        member = self.member(login)
        raw = open_with_password(
            member.private_key, self.logins[login][0], pepper=settings.TEJIDO.pepper, context=member_context(member)
        )
        return ring_of(member, BoxKey(raw))

    def client(self, login: str):
        from django.test import Client

        from tejido.web.accounts.models import Member

        Member.objects.filter(login=login).update(totp_last_step=0)  # tests sign in twice within one code's life
        client = Client()
        answer = client.post("/login/", {"login": login, "password": self.logins[login][0], "code": self.code(login)})
        assert answer.status_code == 302, answer.content.decode()
        return client


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The cast lives in the test database from the start: making it once is enough."""
    from tejido.crypto import new_paper_key
    from tejido.web.config.making import make_staff
    from tests import cast as people

    if "cast" in _CAST:  # each folder's conftest brings this fixture; the cast is made once
        return
    paper = new_paper_key(threshold=2, count=3)
    with django_db_blocker.unblock():
        logins = make_staff(
            signing=_SIGNING, staff=people.STAFF, team_names=people.TEAM_NAMES, password=people.PASSWORD, paper=paper
        )
    _CAST["cast"] = Cast(logins, paper.shares)


_CAST: dict[str, Cast] = {}


@pytest.fixture(autouse=True)
def _nothing_came_before(monkeypatch) -> None:
    """How fast things came lately is remembered by a process: no test is refused for what another one sent."""
    from tejido.web.intake.channels.web_form import flood, return_views
    from tejido.web.mailbox import limits
    from tejido.web.security.pacing import Pace

    monkeypatch.setattr(limits, "_pace", limits._Pace())
    for module in (flood, return_views):
        for name, pace in list(vars(module).items()):
            if isinstance(pace, Pace):
                fresh = Pace(at_once=int(pace._at_once), a_second=pace._a_second)
                monkeypatch.setattr(module, name, fresh)


@pytest.fixture
def cast(db) -> Cast:
    """The invented people of this node; what a test changes of their logins ends with it."""
    return replace(_CAST["cast"], logins=dict(_CAST["cast"].logins))


@pytest.fixture
def folder(db):
    """The node's folder, with its settings in a file as outside a test."""
    from django.conf import settings

    from tejido.web.config.making import write_environment

    folder, before = settings.TEJIDO.data, dict(os.environ)
    write_environment(folder, {name: value for name, value in os.environ.items() if name.startswith("TEJIDO_")})
    yield folder
    (folder / "node.env").unlink()
    os.environ.clear()
    os.environ.update(before)  # a command tells its own process what the file says
