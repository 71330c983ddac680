# SPDX-License-Identifier: Apache-2.0
"""A node with every door open, and somebody who writes canaries wherever anything can be written."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg

from tejido.crypto import totp_code
from tejido.web.config.demo.visitor import Form, Missing, Page, Visitor
from tejido.web.config.processes import DOORS, Running, free_ports, python_environment
from tests import postgresql
from tests.web.running_doors import _MAKE, _environment

# Nothing else in the program or its invented people is called so. Each way in has a number of its own beside it.
NAME, PHONE, RARE = "Ñuunkuiñí Tlalpopocatzin", "+52 951 555 0143", "15 mixteco Yodohino"
WORDS = (NAME, "951 555 0143", "9515550143", RARE)
_TYPED = {"text", "search", "tel", "email", "url", "password", ""}
_CONTROLS = re.compile(r"<(input|textarea)\b([^>]*)>", re.I)
_PHONES = re.compile(r"phone|whatsapp|number", re.I)


@dataclass
class Planted:
    """The node, and how often something was planted where."""

    running: Running
    logins: dict[str, tuple[str, bytes]]
    seeded: dict[str, str]
    temporary: Path
    database: str | None  # the owner's address, on PostgreSQL
    ways: dict[str, int] = field(default_factory=dict)
    visitors: dict[str, Visitor] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where the node lives."""
        return self.running.folder

    def at(self, door: str) -> str:
        """The door's address."""
        return self.running.environment[f"TEJIDO_ADDRESS_{door.upper()}"]

    def note(self, way: str) -> None:
        """Something was planted this way."""
        self.ways[way] = self.ways.get(way, 0) + 1

    def execute(self, sql: str) -> list[Any]:
        """Straight into the database, past the program."""
        if self.database:
            with psycopg.connect(self.database, autocommit=True) as owned:
                cursor = owned.execute(sql)
                return cursor.fetchall() if cursor.description else []
        with closing(sqlite3.connect(self.folder / "node.sqlite3", timeout=30, isolation_level=None)) as connection:
            return connection.execute(sql).fetchall()

    def signed_in(self, login: str) -> Visitor:
        """A member at the staff door."""
        if login not in self.visitors:
            visitor, (password, secret) = Visitor(self.at("staff")), self.logins[login]
            self.execute("update accounts_member set totp_last_step = 0")
            page = visitor.get("/login/")
            code = totp_code(secret, _now())
            page = page.submit(page.form(having="password"), login=login, password=password, code=code)
            assert not page.url.endswith("/login/"), page.text
            self.visitors[login] = visitor
        return self.visitors[login]


def _now() -> int:
    from datetime import UTC, datetime

    return int(datetime.now(UTC).timestamp())


@contextmanager
def planted_node(folder: Path, *, on_postgresql: bool) -> Iterator[Planted]:
    """Make a node in `folder`, seed it, open its doors and start its worker."""
    (folder / "temporary").mkdir()
    (folder / "node").mkdir()
    ports = dict(zip(DOORS, free_ports(len(DOORS)), strict=True))
    environment, signing = _environment(folder / "node", ports, "mx")
    environment = {name: value for name, value in environment.items() if name.startswith(("TEJIDO_", "PYTHONPATH"))}
    database = postgresql.start() if on_postgresql else None
    if database:
        environment["TEJIDO_DATABASE"] = database
    environment.pop("TEJIDO_TEST_SIGNING", None)
    environment |= {"TMPDIR": str(folder / "temporary"), "TEJIDO_DEMO": "0"}
    made = subprocess.run([sys.executable, "-c", _MAKE, signing, "mx"], capture_output=True, text=True, check=False,
                          env=python_environment(environment))  # fmt: skip
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout.splitlines()[-1])
    logins = {login: (password, bytes.fromhex(raw)) for login, (password, raw) in told["logins"].items()}
    running = Running(folder / "node", environment)
    running.start()
    try:
        running.wait(90)
        yield Planted(running, logins, told["seeded"], folder / "temporary", database)
    finally:
        running.stop()


def canary(way: int) -> str:
    """What is planted: the words looked for, and a number that says where they came in."""
    return f"{NAME} {way:04}, {RARE}"


def plant_in_forms(planted: Planted, visitor: Visitor, path: str) -> None:
    """Write into every field of every form of a page: as a draft, then filled in wrong, then as well as one can."""
    page = visitor.get(path)
    typed = _typed(page)
    for form in page.forms:
        fields = [name for name in form.names if typed.get(name) in _TYPED | {"textarea"}]
        if not fields or form.action.endswith(("/logout/", "/login/")):
            continue
        way = len(planted.ways)
        everywhere = {name: canary(way) for name in typed if name in form.names}
        fitting = {name: PHONE if _PHONES.search(name) else canary(way) for name in fields}
        # Anybody may know a service, only its address is sealed; a team's name says nothing of a person.
        if path.startswith(("/services/", "/teams/")):
            open_ones = {name: "55 5555 0000 inventado" for name in typed if not name.startswith("address")}
            everywhere, fitting = everywhere | open_ones, fitting | open_ones
        for values, headers in ((everywhere, {"HX-Request": "true"}), (everywhere, {}), (fitting, {})):
            _send(page, form, values, headers)
        planted.note(f"form {form.method} {re.sub(r'[0-9a-f-]{36}', '*', form.action or path)}")


def _typed(page: Page) -> dict[str, str]:
    """Fields that something is typed into, and what kind each is."""
    found = {}
    for tag, rest in _CONTROLS.findall(page.html):
        have = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', rest)}
        kind = "textarea" if tag.lower() == "textarea" else have.get("type", "text")
        if have.get("name") and kind not in ("hidden", "checkbox", "radio", "submit", "file"):
            found[have["name"]] = kind
    return found


def _send(page: Page, form: Form, values: dict[str, str], headers: dict[str, str]) -> None:
    sent = {name: list(old) for name, old in form.values.items()}
    for name, choices in form.choices.items():
        chosen = [each for each in choices if each]
        if chosen and not any(sent.get(name, [])):
            sent[name] = chosen[:1]
    sent |= {name: [value] for name, value in values.items()}
    with contextlib.suppress(httpx.HTTPError, Missing):
        if form.method == "get":
            page.visitor.get(
                f"{form.action or page.url}?" + "&".join(f"{k}={quote(v[0])}" for k, v in sent.items() if v)
            )
        else:
            page.visitor.post(form.action or page.url, sent, headers=headers)


def plant_around_forms(planted: Planted, door: str) -> None:
    """What arrives without any form: addresses, headers, cookies, bodies that are none, too large ones."""
    said, url = canary(9000), planted.at(door)
    words = quote(said)
    headers = {"User-Agent": said.encode(), "Referer": f"{url}/?q={words}".encode(), "X-Forwarded-For": said.encode(),
               "Cookie": f"name={words}; sessionid={words}".encode(), "Accept-Language": said.encode()}  # fmt: skip
    multipart = (
        f'--x\r\nContent-Disposition: form-data; name="{said}"; filename="{said}.jpg"\r\n\r\n{said}\r\n--x--\r\n'
    )
    with httpx.Client(base_url=url, timeout=60, follow_redirects=True) as client:
        tried = (
            ("GET", f"/?q={words}&name={words}", b"", {}),
            ("GET", f"/{words}/", b"", {}),
            ("GET", f"/cases/{words}/?about={words}", b"", {}),
            ("PUT", f"/contacts/?{words}", said.encode(), {}),
            ("POST", "/write/", said.encode() * 3, {"Content-Type": "application/x-www-form-urlencoded"}),
            ("POST", "/login/", multipart.encode(), {"Content-Type": "multipart/form-data; boundary=x"}),
            ("POST", "/login/", multipart.encode()[:150], {"Content-Type": "multipart/form-data; boundary=x"}),
            ("POST", "/write/", multipart.encode(), {"Content-Type": "multipart/form-data; boundary=y"}),
            ("POST", "/messages/", said.encode() * 50, {"Content-Type": "application/octet-stream"}),
            ("POST", "/anchors/", said.encode(), {"Content-Type": "application/json"}),
            ("POST", "/messages/", (said * 200_000).encode(), {}),
            ("POST", "/write/", (said * 100_000).encode(), {"Content-Type": "application/x-www-form-urlencoded"}),
        )
        for method, path, body, more in tried:
            with contextlib.suppress(httpx.HTTPError):
                client.request(method, path, content=body, headers={**headers, **more})
            planted.note(f"{door} {method} {path[:9]}")


def plant_as_a_sign_in(planted: Planted) -> None:
    """Somebody types a name, or what was told her, where her sign-in goes."""
    for login, password in ((canary(9100), "x"), ("amara", canary(9101)), (PHONE, canary(9102))):
        page = Visitor(planted.at("staff")).get("/login/")
        with contextlib.suppress(Missing):
            page.submit(page.form(having="password"), login=login, password=password, code="000000")
        planted.note("sign-in")


def plant_in_files(planted: Planted) -> None:
    """Files with a telling name and content: one that fits in memory, one that is written as it comes."""
    chen, said = planted.signed_in("chen"), canary(9300)
    path = f"/cases/{planted.seeded['case']}/files/new/"
    for size in (1, 120_000):
        page = chen.get(path)
        form = page.form(having="about")
        fields = {name: values[0] for name, values in form.values.items() if values} | {"about": said}
        files = {"file": (f"{said}.txt", (said + "\n").encode() * size, "text/plain")}
        with httpx.Client(base_url=chen.address, cookies=chen.cookies, timeout=120) as client:
            answer = client.post(path, data=fields, files=files, headers={"Origin": chen.address, "Referer": page.url})
        assert answer.status_code < 400, answer.text[:2000]
        planted.note("file")


def plant_in_a_crash(planted: Planted) -> int:
    """A form in flight when the program breaks: the table it would write to is gone. Returns the answer's status."""
    chen = planted.signed_in("chen")
    page = chen.get(f"/cases/{planted.seeded['case']}/notes/new/")
    form = next(form for form in page.forms if _typed(page).keys() & form.names and form.method == "post"
                and "logout" not in form.action and "language" not in form.action)  # fmt: skip
    planted.execute("alter table cases_note rename to cases_note_gone")
    try:
        sent = {name: list(old) for name, old in form.values.items()}
        sent |= {name: [canary(9200)] for name in _typed(page) if name in form.names}
        for name, choices in form.choices.items():
            sent[name] = [next(each for each in choices if each)]
        answer = chen.post(form.action or page.url, sent)
    finally:
        planted.execute("alter table cases_note_gone rename to cases_note")
    planted.note("crash")
    return answer.status
