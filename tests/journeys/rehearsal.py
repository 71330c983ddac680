# SPDX-License-Identifier: Apache-2.0
"""A stage on which the thread is played once, kept as it stood before each step, and can be set back to any of them."""

from __future__ import annotations

import copy
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tejido.web.config.demo.check import local_today
from tejido.web.config.demo.stage import Stage, ports_for_check
from tejido.web.config.demo.thread import PATIENCE, Thread
from tejido.web.config.demo.visitor import Visitor
from tejido.web.config.processes import DOORS, Running, python_environment

DATABASE = "node.sqlite3"
NODES = ("mx", "us")

# Runs inside a node as one of its members: what a careless or wicked version of the program could do to sealed rows.
_AS_MEMBER = """
import sys
import django
django.setup()
from tejido.web.config.demo.fill import _unlocked
member, ring = _unlocked(sys.argv[1])
exec(sys.argv[2])
"""

# Whoever was signed in at that moment still is, however long ago it was: the tests of one rehearsal take longer than a
# session lasts unused.
_STILL_SIGNED_IN = """
update django_session set expire_date = datetime('now', '+20 minutes');
update accounts_signedinsession set started_at = datetime('now'), used_at = datetime('now');
"""

_HOLDING = """
import sqlite3, sys
held = [sqlite3.connect(path) for path in sys.argv[1:]]
for each in held:
    each.execute("select count(*) from django_migrations").fetchall()
sys.stdin.read()
"""


def execute(folder: Path, sql: str, *values: Any) -> list[Any]:
    """One or more statements straight into a node's database, past the program. `folder` is the node's."""
    with closing(sqlite3.connect(folder / DATABASE, timeout=30, isolation_level=None)) as connection:
        if values or ";" not in sql.strip().rstrip(";"):
            return connection.execute(sql, values).fetchall()
        connection.executescript(sql)
        return []


@dataclass
class _Moment:
    """How everything stood at one moment."""

    folder: Path
    known: dict[str, Any]
    cookies: dict[tuple[str, str], list[Any]]
    sizes: dict[Path, int]


@dataclass
class Rehearsal:
    """A running stage, and how it stood before each step of the clean play."""

    stage: Stage
    kept: Path
    temporary: Path
    left: Path  # copies of both folders, byte for byte, after the last step of the clean play
    moments: dict[str, _Moment] = field(default_factory=dict)

    @classmethod
    def made(cls, folder: Path) -> Rehearsal:
        """Make both organisations in `folder`, on free ports, and start them. Temporary files go to a folder beside."""
        (folder / "temporary").mkdir()
        stage = Stage(folder / "demo", say=False)
        stage.make(ports=ports_for_check())
        try:
            stage.start()
        except BaseException:
            stage.stop()
            raise
        return cls(stage, folder / "kept", folder / "temporary", folder / "left")

    def node(self, code: str) -> Running:
        """One of the two organisations."""
        return self.stage.nodes[code]

    def folder(self, code: str) -> Path:
        """Where one of them lives."""
        return self.stage.nodes[code].folder

    def keep(self, name: str) -> Callable[[Thread], None]:
        """An interference that changes nothing: it keeps how things stand before the step `name`."""

        def keeping(thread: Thread) -> None:
            self.settle()
            folder = self.kept / name
            folder.mkdir(parents=True)
            for code in NODES:
                _copy(self.folder(code) / DATABASE, folder / code)
            cookies = {who: list(visitor.cookies.jar) for who, visitor in thread.visitors.items()}
            self.moments[name] = _Moment(folder, copy.deepcopy(thread.known), cookies, self._files())

        return keeping

    def set_back(self, name: str, *, patience: float = PATIENCE) -> Thread:
        """Both organisations as they stood before the step `name`, all running; a thread that stands there too."""
        moment = self.moments[name]
        self.settle()
        for code in NODES:
            # In the copy, before it is put back: the worker ends what looks unused as soon as it sees it.
            with closing(sqlite3.connect(moment.folder / code, isolation_level=None)) as kept:
                kept.executescript(_STILL_SIGNED_IN)
            _copy(moment.folder / code, self.folder(code) / DATABASE)
        for path in self._files().keys() - moment.sizes.keys():
            path.unlink() if path.is_file() else shutil.rmtree(path)
        for path, size in moment.sizes.items():
            with path.open("r+b") as file:
                file.truncate(size)
        self._all_running()
        thread = Thread(self.stage, today=local_today(self.stage), known=copy.deepcopy(moment.known), patience=patience)
        for (code, login), cookies in moment.cookies.items():
            visitor = Visitor(self.node(code).environment["TEJIDO_ADDRESS_STAFF"])
            for cookie in cookies:
                visitor.cookies.jar.set_cookie(cookie)
            thread.visitors[code, login] = visitor
        return thread

    @contextmanager
    def journals_kept(self) -> Iterator[None]:
        """While this is open, SQLite keeps its journals: the last to leave would take them away."""
        # Elsewhere, not here: this process also reads the files' bytes, and closing a file gives up its locks.
        paths = [str(self.folder(code) / DATABASE) for code in NODES]
        with subprocess.Popen([sys.executable, "-c", _HOLDING, *paths], stdin=subprocess.PIPE) as holding:
            try:
                yield
            finally:
                holding.communicate()

    def keep_what_is_left(self) -> None:
        """Copy both folders as they lie there, journals and logs included."""
        self.settle()
        for code in NODES:
            shutil.copytree(self.folder(code), self.left / code)

    def settle(self) -> None:
        """Wait until no worker has anything in its hands: what it holds must not land in another moment."""
        ending = time.monotonic() + 30
        for code in NODES:
            while "worker" in self.node(code).processes and time.monotonic() < ending:
                due = execute(self.folder(code), "select count(*) from mailbox_outboundmessage where state = 'queued'"
                              " and next_attempt_at <= strftime('%Y-%m-%d %H:%M:%f', 'now')")  # fmt: skip
                tasks = execute(self.folder(code), "select count(*) from django_tasks_database_dbtaskresult"
                                " where status in ('READY', 'RUNNING')")  # fmt: skip
                if due[0][0] + tasks[0][0] == 0:
                    break
                time.sleep(0.1)

    def as_member(self, code: str, login: str, script: str) -> str:
        """Run `script` inside a node, with `member` and her unlocked `ring`; what it prints."""
        done = subprocess.run(
            [sys.executable, "-c", _AS_MEMBER, login, script], env=python_environment(self.node(code).environment),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def _all_running(self) -> None:
        for code in NODES:
            missing = [name for name in (*DOORS, "worker") if name not in self.node(code).processes]
            if missing:
                self.node(code).start(*missing)
                self.node(code).wait(60)

    def _files(self) -> dict[Path, int]:
        """Every file of both organisations that is no database, with its size."""
        return {
            path: path.stat().st_size
            for code in NODES for path in self.folder(code).rglob("*")
            if path.is_file() and not path.name.startswith((DATABASE, "audit.anchor"))
        }  # fmt: skip


def _copy(source: Path, target: Path) -> None:
    # SQLite's own copy: it goes through the journal, so that a door that is open sees one moment or the other.
    with (
        closing(sqlite3.connect(source, timeout=30)) as before,
        closing(sqlite3.connect(target, timeout=30)) as after,
    ):
        before.backup(after)
