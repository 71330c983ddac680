# SPDX-License-Identifier: Apache-2.0
"""A backup that is killed (SIGKILL) leaves nothing readable beside its target, and nothing a later one takes in."""

from __future__ import annotations

import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tejido.web.config.backing_up import _address
from tejido.web.config.backup_file import _opened, read_key
from tejido.web.config.making import read_environment
from tejido.web.config.processes import Running
from tejido.web.config.staging import STAGING
from tests import postgresql
from tests.journeys.test_backup import _STAFF
from tests.journeys.test_postgresql import _OPERATOR, _begin, _tejido

pytestmark = pytest.mark.slow
_IN_CLEAR = (b"SQLite format 3", b"PGDMP", b"CREATE TABLE", b"Canario Tzintzuntzan")
_LARGE = 96 << 20  # bytes of one file that came in: long enough to be killed while it is sealed


@dataclass
class Node:
    """A node without doors, its backup key, and on PostgreSQL its owner's address."""

    folder: Path
    key: Path
    owner: str

    @property
    def at(self) -> list[str]:
        return ["--database", self.owner] if self.owner else []


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def node(request, tmp_path_factory):
    """With 60 MB of rows that say a word in clear."""
    folder, owner = tmp_path_factory.mktemp("killed"), ""
    if request.param == "postgresql":
        if postgresql.programs() is None or shutil.which("pg_dump") is None:
            pytest.skip("PostgreSQL is not installed here")
        owner = postgresql.start()
    (folder / "operator.yaml").write_text(_OPERATOR, encoding="utf-8")
    (folder / "staff.yaml").write_text(_STAFF, encoding="utf-8")
    made = Node(folder / "mx", folder / "sheets" / "backup.key", owner)
    done = _tejido("node", "make", str(made.folder), "--code", "mx", "--operator", str(folder / "operator.yaml"),
                   "--staff", str(folder / "staff.yaml"), "--time-zone", "America/Mexico_City",
                   "--sheets", str(folder / "sheets"), *made.at)  # fmt: skip
    assert done.returncode == 0, done.stderr
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) "
    word = f"{_IN_CLEAR[-1].decode()} "
    if owner:
        with psycopg.connect(owner, autocommit=True) as connection:
            # Words that compress away make no large dump.
            noise = "(SELECT string_agg(md5(i || '-' || j), '') FROM generate_series(1, 30) j)"
            connection.execute(f"CREATE TABLE large AS {many} SELECT i, '{word}' || {noise} AS words FROM n")
    else:
        with closing(sqlite3.connect(made.folder / "node.sqlite3")) as connection:
            connection.execute(f"CREATE TABLE large AS {many} SELECT i, '{word}' || hex(randomblob(500)) w FROM n")
            connection.commit()
    (made.folder / "arrived.bin").write_bytes(os.urandom(1 << 20) * (_LARGE >> 20))
    return made


def _killed(node: Node, target: Path, *, when) -> None:
    """Begin a backup as a person does, and kill it as soon as `when` is so."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TEJIDO_", "DJANGO_"))}
    command = [sys.executable, "-m", "tejido.cli", "node", "backup", str(node.folder), str(target), *node.at]
    loose = f"umask 0; exec {' '.join(command)}"  # the loosest umask there is: it must not matter
    begun = subprocess.Popen(["bash", "-c", loose], env=clean, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 120
    while not when():
        assert begun.poll() is None, begun.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.001)
    os.kill(begun.pid, signal.SIGKILL)
    begun.communicate()
    assert begun.returncode == -signal.SIGKILL


def _copying(node: Node):
    """The database is being copied: its copy is begun, and nothing is sealed yet."""
    names = ("node.sqlite3", "node.dump")
    copies = [node.folder / STAGING / name for name in names]
    return lambda: any(each.exists() and each.stat().st_size > 4 << 20 for each in copies)


def _sealing(target: Path):
    return lambda: any(each.stat().st_size > _LARGE // 4 for each in target.glob(".*.part"))


def _readable(folder: Path) -> list[str]:
    found = []
    for path in folder.rglob("*"):
        raw = path.read_bytes() if path.is_file() else b""
        found += [f"{path.name}: {each!r}" for each in _IN_CLEAR if each in raw]
    return found


def _open_to_others(folder: Path) -> list[str]:
    return [path.name for path in (folder, *folder.rglob("*")) if path.stat().st_mode & 0o077]


def _members(node: Node, backup: Path) -> set[str]:
    with backup.open("rb") as file:
        raw = b"".join(_opened(file, read_key(node.key)))
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        return set(archive.getnames())


def test_killed_at_any_moment_it_leaves_nothing_readable_beside_its_target_and_the_next_takes_it_away(node, tmp_path):
    kept = tmp_path / "stick"
    kept.mkdir()
    staged = node.folder / STAGING
    for when, there in ((_copying(node), 0), (_sealing(kept), 1)):
        _killed(node, kept, when=when)
        assert _readable(kept) == []
        left = list(kept.iterdir())
        assert all(each.name.startswith(".") and each.name.endswith(".part") for each in left)
        assert len(left) == there
        assert _open_to_others(staged) == []
        assert _readable(staged)  # the search has eyes: this is what a killed process leaves
        assert {each.stat().st_mode & 0o777 for each in left} <= {0o600}
    # Whoever still has the copy's blocks has zeros.
    copies = [path.open("rb") for path in staged.glob("node.*")]
    done = _tejido("node", "backup", str(node.folder), str(kept), *node.at)
    assert done.returncode == 0, done.stderr
    assert [set(copy.read()) for copy in copies] == [{0}]
    (backup,) = kept.iterdir()  # the half-written one is gone too
    assert str(backup) == done.stdout.strip()
    assert backup.stat().st_mode & 0o777 == 0o600
    assert list(staged.iterdir()) == []
    members = _members(node, backup)
    assert {"manifest.json", "arrived.bin", "node.dump" if node.owner else "node.sqlite3"} <= members
    assert not [name for name in members if "/." in f"/{name}"], members


def test_what_older_versions_left_in_the_folder_is_in_no_backup(node, tmp_path):
    old = node.folder / ".tejido-backup-x1y2z3"
    old.mkdir()
    (old / "node.dump").write_bytes(b"PGDMP")
    try:
        done = _tejido("node", "backup", str(node.folder), str(tmp_path), *node.at)
        assert done.returncode == 0, done.stderr
        assert not [name for name in _members(node, Path(done.stdout.strip())) if "x1y2z3" in name]
    finally:
        shutil.rmtree(old)


def test_one_backup_at_a_time(node, tmp_path):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TEJIDO_", "DJANGO_"))}
    first = subprocess.Popen([sys.executable, "-m", "tejido.cli", "node", "backup", str(node.folder),
                              str(tmp_path / "first"), *node.at], env=clean)  # fmt: skip
    copying = _copying(node)
    while not copying():
        assert first.poll() is None
        time.sleep(0.001)
    os.kill(first.pid, signal.SIGSTOP)
    try:
        second = _tejido("node", "backup", str(node.folder), str(tmp_path / "second"), *node.at)
        assert (second.returncode, second.stderr.count("\n")) == (2, 1), second.stderr
        assert "under way" in second.stderr
    finally:
        os.kill(first.pid, signal.SIGCONT)
    assert first.wait(120) == 0
    assert [each.name for each in tmp_path.iterdir()] == ["first"]


def test_the_worker_takes_a_killed_backups_copy_away(node, tmp_path):
    _killed(node, tmp_path, when=_copying(node))
    running = Running(node.folder, read_environment(node.folder))
    running.start("worker")
    try:
        deadline = time.monotonic() + 60
        while any((node.folder / STAGING).iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        running.stop()


def test_what_sqlite_copies_while_it_rewrites_the_database_lies_in_the_nodes_folder(node):
    if node.owner:
        pytest.skip("PostgreSQL's temporary files are its own")
    scrub, seen = _begin("node", "scrub", str(node.folder)), set()
    descriptors = Path(f"/proc/{scrub.pid}/fd")
    while scrub.poll() is None:
        with suppress(OSError):  # closed meanwhile
            names = [os.readlink(each) for each in descriptors.iterdir()]
            seen |= {os.path.dirname(name) for name in names if "etilqs" in name}
        time.sleep(0.001)
    assert scrub.returncode == 0, scrub.stderr.read()
    assert seen == {str(node.folder)}


def test_postgresqls_programs_are_guarded_as_the_doors_are():
    """What the owner's address says of TLS holds for them too, and nothing of it is on their command line."""
    said = "sslmode=verify-full&sslrootcert=/etc/root.crt&channel_binding=require&application_name=x"
    found = _address(f"postgresql://owner:p%40ss@db.invalid:5433/tejido?{said}")
    wanted = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/etc/root.crt", "PGCHANNELBINDING": "require",
              "PGPASSWORD": "p@ss", "PGHOST": "db.invalid", "PGPORT": "5433", "PGUSER": "owner",
              "PGDATABASE": "tejido"}  # fmt: skip
    assert {name: value for name, value in found.items() if name.startswith("PG")} == wanted
