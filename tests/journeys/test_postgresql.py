# SPDX-License-Identifier: Apache-2.0
"""A node on PostgreSQL: its doors run as roles of their own, and none can do more than its work asks for."""

from __future__ import annotations

import base64
import itertools
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest

from tejido.crypto import totp_code
from tejido.web.config.demo.visitor import Page, Visitor
from tejido.web.config.making import read_environment
from tejido.web.config.processes import DOORS, Running, address, free_ports
from tejido.web.config.rights import RIGHTS, role_of
from tests import postgresql

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(postgresql.programs() is None, reason="PostgreSQL's server is not installed here"),
]
_CANARY = "Canario Tzintzuntzan"
_OPERATOR = (
    "name: {en: Invented Line, es: Línea Inventada}\nlanguages: [es, en]\npack: mx\ncountry: MX\n"
    "lines: [{brand: Línea Inventada, number: '55 5555 0000', channels: [phone, web_form]}]\n"
)
_STAFF = (
    "teams: {intake: Recepción, cases: Seguimiento, data: Datos, duty: Guardia, administration: Administración}\n"
    "members:\n"
    "  - {login: amara, name: Amara Prueba, roles: [advocate], teams: [intake, cases], language: es}\n"
    "  - {login: dora, name: Dora Prueba, roles: [administrator], teams: [data, duty, administration], language: es}\n"
) + "".join(
    f"  - {{login: m{n}, name: Turno {n}, roles: [advocate], teams: [intake], language: es}}\n" for n in range(26)
)
_QUICK = {"TEJIDO_TESTING": "1", "TEJIDO_PASSWORD_MEMORY_MIB": "8"}


def _begin(*words: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TEJIDO_", "DJANGO_"))}
    return subprocess.Popen([sys.executable, "-m", "tejido.cli", *words], env=clean | _QUICK, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip


def _tejido(*words: str) -> subprocess.CompletedProcess[str]:
    begun = _begin(*words)
    said, complained = begun.communicate()
    return subprocess.CompletedProcess(begun.args, begun.returncode, said, complained)


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A node made by the command line, its doors running; how its members sign in; the owner's address."""
    folder = tmp_path_factory.mktemp("postgresql")
    owner = postgresql.start()
    (folder / "operator.yaml").write_text(_OPERATOR, encoding="utf-8")
    (folder / "staff.yaml").write_text(_STAFF, encoding="utf-8")
    make = ["node", "make", str(folder / "mx"), "--code", "mx", "--operator", str(folder / "operator.yaml"), "--staff",
            str(folder / "staff.yaml"), "--time-zone", "America/Mexico_City", "--database", owner,
            "--sheets", str(folder / "sheets")]  # fmt: skip
    made = _tejido(*make)
    assert made.returncode == 0, made.stderr
    others = {str(folder / "mx"): str(folder / "other"), str(folder / "sheets"): str(folder / "other sheets")}
    again = _tejido(*[others.get(word, word) for word in make])
    assert (again.returncode, again.stderr.count("\n")) == (2, 1), again.stderr
    assert not (folder / "other").exists()
    assert _tejido("node", "upgrade", str(folder / "mx"), "--database", owner).returncode == 0
    running = Running.of(folder / "mx")
    ports = dict(zip(DOORS, free_ports(len(DOORS)), strict=True))
    running.environment |= {f"TEJIDO_ADDRESS_{door.upper()}": f"http://127.0.0.1:{ports[door]}" for door in DOORS}
    running.environment |= _QUICK | {"TEJIDO_SECURE_COOKIES": "0"}  # the test speaks plain HTTP
    running.start()
    try:
        running.wait(60)
        yield running, [_who(line) for line in made.stdout.splitlines() if "\totpauth:" in line], owner
    finally:
        running.stop()


def _who(line: str) -> tuple[str, str, bytes]:
    login, password, uri = line.split("\t")
    return login, password, base64.b32decode(parse_qs(urlsplit(uri).query)["secret"][0])


def _comes_in(running: Running, who: tuple[str, str, bytes]) -> Page:
    """With her password and what her authenticator shows; the page she is led to."""
    login, password, secret = who
    page = Visitor(address(running.environment, "staff")).get("/login/")
    code = totp_code(secret, int(datetime.now(UTC).timestamp()))
    page = page.submit(page.form(having="password"), login=login, password=password, code=code)
    assert page.status == 200, page.text
    assert page.url.endswith("/password/"), page.text  # what was printed is hers only until she has chosen her own
    return page


def _signed_in(running: Running, who: tuple[str, str, bytes]) -> Visitor:
    page, own = _comes_in(running, who), "una que solo ella sabe"
    page = page.submit(page.form(having="again"), current=who[1], new=own, again=own)
    assert "/password/" not in page.url, page.text
    return page.visitor


def test_a_form_goes_through_the_public_role_and_is_read_by_an_advocate(node):
    running, people, _owner = node
    visitor = Visitor(address(running.environment, "public"))
    page = visitor.get("/write/")
    page = page.submit(page.form(having="own_words"), own_words=_CANARY, language="es")
    assert page.status == 200, page.text
    assert "data-arrived" in page.html
    staff = _signed_in(running, people[0])
    queue = staff.get("/contacts/")
    take = next(each["formaction"] for form in queue.forms for each in form.buttons if "formaction" in each)
    form = next(form for form in queue.forms if any(each.get("formaction") == take for each in form.buttons))
    taken = queue.submit(form, button=take.strip("/"))
    assert taken.form(having="own_words").values["own_words"] == [_CANARY]
    # She comes back with the code she was given, reads what was answered, and ends it.
    code = re.search(r"data-return-code>([\d ]+)<", page.html)[1]
    answering = staff.get(taken.link("/reply/"))
    answering.submit(answering.form(having="words"), words=f"Respuesta para {_CANARY}")
    asking = visitor.get("/write/again/")
    read = asking.submit(asking.form(having="code"), code=code)
    assert f"Respuesta para {_CANARY}" in read.text
    assert "opened on" in staff.get(taken.link("/reply/")).text or "abierta el" in staff.get(taken.link("/reply/")).text
    ended = read.submit(next(form for form in read.forms if "end" in str(form.buttons)), button="end")
    assert ended.status == 200
    again = asking.submit(asking.form(having="code"), code=code)
    assert again.status == 422


def test_the_partner_door_refuses_a_stranger_and_notes_it_under_its_own_role(node):
    running, _people, owner = node
    answer = httpx.post(address(running.environment, "partners") + "/messages/", content=b"\x00not a message")
    assert answer.status_code == 422
    with psycopg.connect(owner) as owned:
        assert owned.execute("SELECT count(*) FROM mailbox_refusedarrival").fetchone() == (1,)


@pytest.mark.parametrize("door", DOORS)
def test_a_role_may_do_what_its_door_needs_and_nothing_else(node, door):
    running, _people, owner = node
    with psycopg.connect(owner) as owned:
        tables = [row[0] for row in owned.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    assert "cases_case" in tables
    with psycopg.connect(running.environment[f"TEJIDO_DATABASE_{door.upper()}"]) as signed_in:
        assert signed_in.info.user == role_of("mx", door)
        for table in tables:
            allowed = RIGHTS[door].get(table, "") if door in RIGHTS else "SELECT, INSERT, UPDATE, DELETE"
            for right, statement in _attempts(table).items():
                wanted = re.search(rf"\b{right}\b(?! \()", allowed) is not None
                if table == "security_auditentry" and right == "DELETE":
                    wanted = False
                assert _may(signed_in, statement) is wanted, (table, right)
            assert not _may(signed_in, f'TRUNCATE "{table}"'), table
            assert not _may(signed_in, f'ALTER TABLE "{table}" ADD COLUMN slipped_in text'), table


def _attempts(table: str) -> dict[str, str]:
    return {
        "SELECT": f'SELECT * FROM "{table}" LIMIT 1',
        "INSERT": f"SELECT 1 / has_table_privilege('{table}', 'INSERT')::int",
        "UPDATE": f"SELECT 1 / has_table_privilege('{table}', 'UPDATE')::int",
        "DELETE": f'DELETE FROM "{table}" WHERE false',
    }


def _may(connection: psycopg.Connection, statement: str) -> bool:
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.DivisionByZero):
        return False
    return True


def test_a_role_comes_in_by_its_password_alone(node):
    running, _people, _owner = node
    address = running.environment["TEJIDO_DATABASE_PUBLIC"]
    role, password = address.removeprefix("postgresql://").split("@")[0].split(":")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(address.replace(f"{role}:{password}@", f"{role}:{'x' * len(password)}@"))


def test_no_word_of_hers_is_on_the_disk_of_the_cluster(node):
    _running, _people, owner = node
    with psycopg.connect(owner, autocommit=True) as owned:
        owned.execute("CHECKPOINT")
        (data,) = owned.execute("SHOW data_directory").fetchone()
        assert owned.execute("SELECT count(*) FROM intake_contact").fetchone() == (1,)
    left = subprocess.run(["grep", "-rlaE", "Tzintzuntzan", data], capture_output=True, text=True, check=False)
    assert left.stdout == ""
    with psycopg.connect(owner, autocommit=True) as owned:  # the search has eyes
        owned.execute("CREATE TABLE eyes AS SELECT 'Canario Tzintzuntzan' AS word")
        owned.execute("CHECKPOINT")
    assert subprocess.run(["grep", "-rlaE", "Tzintzuntzan", data], capture_output=True, check=False).stdout


def _keys(running: Running) -> list[str]:
    return read_environment(running.folder)["TEJIDO_ENVIRONMENT_KEY"].split(",")


def test_everyone_comes_in_before_while_and_after_the_environment_key_changes(node):
    running, people, _owner = node
    (old,), shift = _keys(running), iter(people[2:])  # each once: a code works once
    for who in itertools.islice(shift, 3):
        _comes_in(running, who)
    rotating, while_two = _begin("node", "rotate-keys", str(running.folder), "environment", "--wait", "2"), 0
    for who in itertools.islice(shift, len(people) - 8):
        both = len(_keys(running)) == 2
        _comes_in(running, who)
        while_two += both and len(_keys(running)) == 2
        if rotating.poll() is not None:
            break
        time.sleep(0.3)
    said, complained = rotating.communicate(timeout=60)
    assert rotating.returncode == 0, complained
    assert said.startswith(f"{len(people)} "), said
    assert while_two, "nobody came in while both keys stood"
    (new,) = _keys(running)
    assert new != old
    for who in itertools.islice(shift, 3):
        _comes_in(running, who)
