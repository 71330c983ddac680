# SPDX-License-Identifier: Apache-2.0
"""A node is backed up while it runs and restored elsewhere: its advocate opens her case, what was destroyed is gone."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from tejido.crypto import totp_code
from tejido.web.config.demo.visitor import Page, Visitor
from tejido.web.config.making import read_environment
from tejido.web.config.processes import DOORS, Running, address, free_ports
from tejido.web.config.transport_keys import transport_keys
from tejido.web.upkeep.tombstone_lines import chain_of, date_line, read_lines
from tests import postgresql
from tests.journeys.killing import run_until
from tests.journeys.test_postgresql import _OPERATOR, _tejido

pytestmark = pytest.mark.slow
_STAFF = (
    "teams: {intake: Recepción, cases: Seguimiento, data: Datos, duty: Guardia, administration: Administración}\n"
    "members:\n"
    "  - {login: amara, name: Amara Prueba, roles: [supervisor], teams: [intake, cases, duty], language: es}\n"
    "  - {login: chen, name: Chen Prueba, roles: [case_manager], teams: [intake, cases], language: es}\n"
    "  - {login: dora, name: Dora Prueba, roles: [administrator], teams: [data, administration], language: es}\n"
)
_STAYS, _GOES = "Palabras que se quedan Tzintzuntzan", "Palabras que se van Cuitzeo"


@dataclass
class Backed:
    """What the journey left: folders, files, ids; `engine` and the restored database's owner."""

    folder: Path
    restored: Running
    amara: Visitor  # signed in at the restored node
    stays: str
    goes: str
    owner: str
    before: dict[str, bytes]
    after: dict[str, bytes]
    sealed: list[bytes]


def _running(folder: Path) -> Running:
    running = Running.of(folder)
    os.umask(0o077)  # as the command that runs a door does
    ports = dict(zip(DOORS, free_ports(len(DOORS)), strict=True))
    running.environment |= {f"TEJIDO_ADDRESS_{door.upper()}": f"http://127.0.0.1:{ports[door]}" for door in DOORS}
    running.environment["TEJIDO_SECURE_COOKIES"] = "0"  # the test speaks plain HTTP
    running.start()
    running.wait(60)
    return running


def _sign_in(running: Running, login: str, logins: dict[str, tuple[str, bytes]]) -> Visitor:
    """Through the real page; the first time she chooses a password of her own."""
    password, secret = logins[login]
    visitor = Visitor(address(running.environment, "staff"))
    for _again in range(2):  # a code opens once: after a sign-in within the same half minute the next one is waited for
        page = visitor.get("/login/")
        code = totp_code(secret, int(datetime.now(UTC).timestamp()))
        page = page.submit(page.form(having="password"), login=login, password=password, code=code)
        if "/login/" not in page.url:
            break
        time.sleep(31)
    assert "/login/" not in page.url, page.text
    if page.url.endswith("/password/"):
        own = "una que nadie mas conoce"
        page = page.submit(page.form(having="again"), current=password, new=own, again=own)
        assert "/password/" not in page.url, page.text
        logins[login] = (own, secret)
    return visitor


def _open_case(visitor: Visitor, words: str) -> str:
    page = visitor.get("/cases/new/")
    page = page.submit(page.form(having="indications"), indications="high", given="Inés", summary=words)
    assert page.status == 200, page.text
    return re.search(r"/cases/([0-9a-f-]{36})/", page.url)[1]


def _shred(amara: Visitor, chen: Visitor, case: str) -> Page:
    page = amara.get(f"/cases/{case}/shred/")
    page = page.submit(page.form(having="basis"), basis="her_request")
    where = urlsplit(page.url).path
    page = chen.get(where)
    code = re.search(r'<span class="code">([^<]+)</span>', page.html)[1]
    page = page.submit(page.form(having="code"), code=code)
    assert "Constancia" in page.text, page.text
    return page


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def backed(request, tmp_path_factory):
    """The whole journey once on each database."""
    folder, owner, fresh = tmp_path_factory.mktemp("backup"), "", ""
    if request.param == "postgresql":
        if postgresql.programs() is None or shutil.which("pg_dump") is None:
            pytest.skip("PostgreSQL is not installed here")
        owner = postgresql.start()
        with psycopg.connect(owner, autocommit=True) as owned:
            owned.execute("CREATE DATABASE restored")
        fresh = owner.replace("/postgres?", "/restored?")
    (folder / "operator.yaml").write_text(_OPERATOR, encoding="utf-8")
    (folder / "staff.yaml").write_text(_STAFF, encoding="utf-8")
    at = ["--database", owner] if owner else []
    made = _tejido("node", "make", str(folder / "mx"), "--code", "mx", "--operator", str(folder / "operator.yaml"),
                   "--staff", str(folder / "staff.yaml"), "--time-zone", "America/Mexico_City",
                   "--sheets", str(folder / "sheets"), *at)  # fmt: skip
    assert made.returncode == 0, made.stderr
    logins = {}
    for line in made.stdout.splitlines():
        login, password, uri = line.split("\t")
        logins[login] = (password, base64.b32decode(parse_qs(urlsplit(uri).query)["secret"][0]))
    running = _running(folder / "mx")
    try:
        amara, chen = _sign_in(running, "amara", logins), _sign_in(running, "chen", logins)
        stays, goes = _open_case(chen, _STAYS), _open_case(chen, _GOES)
        sealed = _sealed_of(folder / "mx", owner, goes)
        before = _stores(folder / "mx", owner)
        backup = _tejido("node", "backup", str(folder / "mx"), str(folder / "node.tejido-backup"), *at)
        assert backup.returncode == 0, backup.stderr
        _shred(amara, chen, goes)
        if owner:
            assert _tejido("node", "scrub", str(folder / "mx"), *at).returncode == 0
        else:
            _wait_for_the_worker(folder / "mx")
        after = _stores(folder / "mx", owner)
    finally:
        running.stop()
    restore = ["node", "restore", str(folder / "node.tejido-backup"), str(folder / "again"), "--key",
               str(folder / "sheets" / "backup.key"), "--environment", str(folder / "mx" / "node.env"),
               *(["--database", fresh] if fresh else [])]  # fmt: skip
    refused = _tejido(*restore)
    assert (refused.returncode, refused.stderr.count("\n"), (folder / "again").exists()) == (2, 1, False)
    done = _tejido(*restore, "--tombstones", str(folder / "mx" / "tombstones"), "--newest",
                   str(folder / "mx" / "keys.newest"))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1 tombstones; 1 records destroyed again" in done.stdout
    restored = _running(folder / "again")
    try:
        yield Backed(folder, restored, _sign_in(restored, "amara", logins), stays, goes, fresh, before, after, sealed)
    finally:
        restored.stop()


def _sealed_of(folder: Path, owner: str, case: str) -> list[bytes]:
    """Ciphertexts of one case: its fields, its person's, its keys' grants, its coded row."""
    plain = case.replace("-", "") if not owner else case
    found: list[bytes] = []
    for statement in (
        f"SELECT summary, indications FROM cases_case WHERE id = '{plain}'",
        f"SELECT names, role FROM cases_person WHERE case_id = '{plain}'",
        f"SELECT sealed FROM security_keygrant WHERE key_id = (SELECT key_id FROM cases_case WHERE id = '{plain}')",
        f"SELECT \"row\" FROM security_codedrow WHERE record_id = '{plain}'",
    ):
        if owner:
            with psycopg.connect(owner) as connection:
                rows = connection.execute(statement).fetchall()
        else:
            with closing(sqlite3.connect(folder / "node.sqlite3")) as connection:
                rows = connection.execute(statement).fetchall()
        assert rows, statement
        found += [bytes(value) for row in rows for value in row if value is not None]
    return found


def _stores(folder: Path, owner: str) -> dict[str, bytes]:
    """Every file of the database as it lies on the disk."""
    if owner:
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            (data,) = connection.execute("SHOW data_directory").fetchone()
        paths = [path for path in (Path(data) / "base").rglob("*") if path.is_file()]
    else:
        named = (folder / name for name in ("node.sqlite3", "node.sqlite3-wal", "node.sqlite3-journal"))
        paths = [path for path in named if path.is_file()]
    return {path.name: path.read_bytes() for path in paths}


def _wait_for_the_worker(folder: Path) -> None:
    for _try in range(240):
        with closing(sqlite3.connect(folder / "node.sqlite3", timeout=20)) as connection:
            if connection.execute("SELECT count(*) FROM upkeep_shredding WHERE scrubbed_at IS NOT NULL").fetchone()[0]:
                return
        time.sleep(0.5)
    raise AssertionError("the worker did not overwrite what was left")


def _holding(stores: dict[str, bytes], sealed: list[bytes]) -> int:
    # A piece from the middle: a value may be split over two pages, hardly within its first hundred bytes.
    return sum(any(each[16:48] in raw for raw in stores.values()) for each in sealed)


def test_her_advocate_opens_the_case_in_the_restored_node_with_her_own_password(backed):
    page = backed.amara.get(f"/cases/{backed.stays}/")
    assert page.status == 200
    assert _STAYS in page.text


def test_what_was_destroyed_after_the_backup_is_gone_in_the_restored_node(backed):
    assert backed.amara.get(f"/cases/{backed.goes}/").status == 404
    stores = _stores(backed.folder / "again", backed.owner)
    assert _holding(stores, backed.sealed) == 0
    kept = [chain_of((backed.folder / name / "tombstones").read_bytes()) for name in ("again", "mx")]
    assert kept[0] == kept[1] != b""


def test_no_sealed_byte_of_it_is_left_in_the_files_of_the_database(backed):
    assert len(backed.sealed) >= 6
    assert _holding(backed.before, backed.sealed) == len(backed.sealed)  # the search has eyes
    assert _holding(backed.after, backed.sealed) == 0


def test_the_restored_node_passes_its_check_and_the_check_has_eyes(backed):
    folder = backed.folder / "again"
    first = _tejido("node", "check", str(folder), "--json")
    found = json.loads(first.stdout)
    wrong = [each for each in found["checks"] if not each["holds"] and each["code"] != "disk"]
    assert wrong == []
    assert (folder / "audit.anchor").is_file()  # goes on from the backup's; a restoring is no loss
    kept = chain_of((folder / "tombstones").read_bytes())
    (folder / "tombstones").write_bytes(b"")
    cut = json.loads(_tejido("node", "check", str(folder), "--json").stdout)
    assert [each["code"] for each in cut["checks"] if not each["holds"] and each["code"] != "disk"] == ["tombstones"]
    assert "✗ La lista de lo destruido" in _tejido("node", "check", str(folder), "--language", "es").stdout
    _tejido("node", "check", str(folder), "--mend")
    assert chain_of((folder / "tombstones").read_bytes()) == kept


def _restore(backed, backup, into, *words):
    at = ["--database", "postgresql://nobody@127.0.0.1/nothing"] if backed.owner else []
    return _tejido("node", "restore", str(backup), str(into), "--key", str(backed.folder / "sheets" / "backup.key"),
                   "--environment", str(backed.folder / "mx" / "node.env"), *at, *words)  # fmt: skip


def test_a_damaged_or_cut_backup_is_refused_before_anything_is_written(backed, tmp_path):
    whole = (backed.folder / "node.tejido-backup").read_bytes()
    assert _GOES.encode() not in whole
    stones = ("--tombstones", str(backed.folder / "mx" / "tombstones"))
    wrong = {"cut": whole[:-1], "shorter": whole[: len(whole) // 2], "empty": b"", "longer": whole + b"x",
             "one bit": whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:]}  # fmt: skip
    for name, raw in wrong.items():
        (tmp_path / name).write_bytes(raw)
        refused = _restore(backed, tmp_path / name, tmp_path / "new", *stones)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), (name, refused.stderr)
        assert not (tmp_path / "new").exists(), name


def test_an_altered_list_of_tombstones_is_refused(backed, tmp_path):
    line = (backed.folder / "mx" / "tombstones").read_bytes()
    (tmp_path / "altered").write_bytes(line.replace(b"her_request", b"retention"))
    refused = _restore(backed, backed.folder / "node.tejido-backup", tmp_path / "new", "--tombstones",
                       str(tmp_path / "altered"))  # fmt: skip
    assert (refused.returncode, (tmp_path / "new").exists()) == (2, False)
    assert "tombstone 1" in refused.stderr


def test_a_list_that_ends_before_the_backup_is_refused(backed, tmp_path):
    if backed.owner:
        pytest.skip("the same file on both")
    later = tmp_path / "later.tejido-backup"
    assert _tejido("node", "backup", str(backed.folder / "mx"), str(later)).returncode == 0
    (tmp_path / "older").write_bytes(b"")
    refused = _restore(backed, later, tmp_path / "new", "--tombstones", str(tmp_path / "older"))
    assert (refused.returncode, (tmp_path / "new").exists()) == (2, False)
    assert "ends before the backup" in refused.stderr
    accepted = _restore(backed, later, tmp_path / "new", "--accept-older-tombstones")
    assert accepted.returncode == 0, accepted.stderr


def test_a_list_of_another_day_is_taken_only_by_whoever_insists(backed, tmp_path):
    """The backup's own list, which cannot know what was destroyed after it, among them."""
    if backed.owner:
        pytest.skip("the same file on both")
    transport, today = transport_keys(read_environment(backed.folder / "mx")), backed.folder / "mx" / "tombstones"
    lines = read_lines(today.read_bytes(), transport.known, where="")
    old = chain_of(today.read_bytes()) + date_line(lines, datetime.now(UTC) - timedelta(days=4), transport.signing)
    # What a thief of the machine's user could do to a copy: cut it, and keep the date of today.
    cut = today.read_bytes().removeprefix(chain_of(today.read_bytes()))
    for name, raw in {"old": old, "undated": chain_of(old), "cut": cut, "empty": b""}.items():
        (tmp_path / name).write_bytes(raw)
        refused = _restore(backed, backed.folder / "node.tejido-backup", tmp_path / "no", "--tombstones",
                           str(tmp_path / name))  # fmt: skip
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), (name, refused.stderr)
        assert "--accept-older-tombstones" in refused.stderr, name
        assert not (tmp_path / "no").exists(), name
    taken = _restore(backed, backed.folder / "node.tejido-backup", tmp_path / "new", "--tombstones",
                     str(tmp_path / "old"), "--accept-older-tombstones")  # fmt: skip
    assert taken.returncode == 0, taken.stderr
    assert "1 records destroyed again. That list is as of" in taken.stdout


def test_a_full_disk_leaves_nothing_half_written(backed, tmp_path):
    if backed.owner:
        pytest.skip("the same writing on both")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TEJIDO_", "DJANGO_"))}
    target = tmp_path / "kept"
    target.mkdir()
    limited = f"ulimit -f 200; exec {sys.executable} -m tejido.cli node backup {backed.folder / 'mx'} {target}"
    refused = subprocess.run(["bash", "-c", limited], env=clean, capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr
    assert list(target.iterdir()) == []


def _empty_database(backed, name: str) -> list[str]:
    if not backed.owner:
        return []
    with psycopg.connect(backed.owner, autocommit=True) as owned:
        owned.execute(f"CREATE DATABASE {name}")
    return ["--database", backed.owner.replace("/restored?", f"/{name}?")]


def test_a_restore_that_is_killed_leaves_no_node_and_is_done_again_in_the_same_folder(backed, tmp_path):
    """On PostgreSQL last in this file: the doors' roles of the restored node get other passwords."""
    mx, into = backed.folder / "mx", tmp_path / "new"
    words = ["node", "restore", str(backed.folder / "node.tejido-backup"), str(into), "--key",
             str(backed.folder / "sheets" / "backup.key"), "--environment", str(mx / "node.env"),
             "--tombstones", str(mx / "tombstones")]  # fmt: skip
    # Before what was destroyed goes again; before the settings are there; when all is there but the last word.
    for turn, function in enumerate(("shred_again", "scrub_everything", "write_environment", "_done")):
        killed = run_until(function, "SIGKILL", [*words, *_empty_database(backed, f"killed{turn}")])
        assert (killed.wait(120), killed.stderr.read()) == (-signal.SIGKILL, b""), function
        assert (into / "node.env").exists() == (function == "_done")
        shutil.copy(mx / "node.env", into / "node.env")  # as somebody would who has it in her safe
        for refused in (_tejido("node", "run", str(into), "staff"), _tejido("node", "check", str(into))):
            assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), (function, refused.stderr)
            assert "cut off: run it again" in refused.stderr
    held = run_until("shred_again", "SIGSTOP", [*words, *_empty_database(backed, "held")])
    os.waitid(os.P_PID, held.pid, os.WSTOPPED)
    second = _tejido(*words, *_empty_database(backed, "second"))
    assert (second.returncode, second.stderr.count("\n")) == (2, 1), second.stderr
    assert "another restore into this folder" in second.stderr
    held.kill()
    held.wait()
    again = _empty_database(backed, "again")
    done = _tejido(*words, *again)
    assert done.returncode == 0, done.stderr
    assert "1 records destroyed again" in done.stdout
    found = json.loads(_tejido("node", "check", str(into), "--json").stdout)
    assert [each["code"] for each in found["checks"] if not each["holds"] and each["code"] != "disk"] == []
    if backed.owner:  # each must be empty, so none of the others is used again
        with psycopg.connect(backed.owner, autocommit=True) as owned:
            for name in ("killed0", "killed1", "killed2", "killed3", "held", "second"):
                owned.execute(f"DROP DATABASE {name} WITH (FORCE)")
    assert _holding(_stores(into, again[1] if again else ""), backed.sealed) == 0


def test_a_backup_from_before_a_new_transport_key_is_restored_with_todays_settings_beside(backed, tmp_path):
    """Last in this file: the node that was backed up gets a new key."""
    if backed.owner:
        pytest.skip("the same files on both")
    mx = backed.folder / "mx"
    shutil.copy(mx / "node.env", tmp_path / "then.env")
    for words in ((), ("--finish",)):
        assert _tejido("node", "rotate-keys", str(mx), "transport", *words).returncode == 0
    given = ("--key", str(backed.folder / "sheets" / "backup.key"), "--environment", str(tmp_path / "then.env"),
             "--tombstones", str(mx / "tombstones"))  # fmt: skip
    backup, other = str(backed.folder / "node.tejido-backup"), tmp_path / "other.env"
    other.write_text(f"TEJIDO_TRANSPORT_KEY={'ab' * 32}\n")
    refused = _tejido("node", "restore", backup, str(tmp_path / "no"), *given, "--newer-environment", str(other))
    assert (refused.returncode, (tmp_path / "no").exists()) == (2, False)
    done = _tejido(
        "node", "restore", backup, str(tmp_path / "new"), *given, "--newer-environment", str(mx / "node.env")
    )
    assert done.returncode == 0, done.stderr
    keys = [line for line in (mx / "node.env").read_text().splitlines() if "TRANSPORT" in line]
    assert len(keys) == 2
    assert set(keys) <= set((tmp_path / "new" / "node.env").read_text().splitlines())
    found = json.loads(_tejido("node", "check", str(tmp_path / "new"), "--json").stdout)
    assert [each["code"] for each in found["checks"] if not each["holds"] and each["code"] != "disk"] == []
