# SPDX-License-Identifier: Apache-2.0
"""How things are made to go wrong between two steps of the thread: past the program, straight in the databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tejido.web.config.demo.thread import PATIENCE, Thread
from tests.journeys.rehearsal import Rehearsal, execute

Spoiling = Callable[[Rehearsal, Thread], None]


@dataclass(frozen=True)
class Spoil:
    """One thing that goes wrong. `says`: what the ✗ line must hold, so that nothing else was the cause."""

    what: str
    spoil: Spoiling
    says: str
    patience: float = PATIENCE
    at: str = ""  # before which step; empty: the one that must notice


def stopped(code: str, *names: str) -> Spoiling:
    """These doors, or the worker, of one organisation are stopped."""
    return lambda on, _thread: on.node(code).stop(*names)


def run_sql(code: str, *statements: str) -> Spoiling:
    """Statements straight into its database."""

    def spoil(on: Rehearsal, _thread: Thread) -> None:
        for statement in statements:
            execute(on.folder(code), statement)

    return spoil


def lost(code: str, table: str, *, doing: str = "insert", when: str = "1") -> Spoiling:
    """From now on the database forgets what is written, and says nothing."""
    return run_sql(code, f"create trigger spoil before {doing} on {table} when {when} begin select raise(ignore); end;")


def after(code: str, table: str, statement: str) -> Spoiling:
    """From now on this happens as soon as a row is written."""
    return run_sql(code, f"create trigger spoil after insert on {table} begin {statement}; end;")


def flipped(code: str, table: str, column: str, where: str = "1") -> Spoiling:
    """One bit of every such sealed value is changed, at its end: in the tag."""

    def spoil(on: Rehearsal, _thread: Thread) -> None:
        rows = execute(on.folder(code), f"select rowid, {column} from {table} where {where} and {column} is not null")
        if not rows:
            raise RuntimeError(f"nothing to spoil in {table}")
        for row, value in rows:
            changed = value[:-1] + bytes([value[-1] ^ 1])
            execute(on.folder(code), f"update {table} set {column} = ? where rowid = ?", changed, row)

    return spoil


def as_member(code: str, login: str, script: str) -> Spoiling:
    """A member with her keys does what no screen lets her do."""

    def spoil(on: Rehearsal, _thread: Thread) -> None:
        on.as_member(code, login, script)

    return spoil


def written_in_clear(code: str, name: str, text: bytes) -> Spoiling:
    """A careless line in a file of the node."""

    def spoil(on: Rehearsal, _thread: Thread) -> None:
        with (on.folder(code) / name).open("ab") as file:
            file.write(text)

    return spoil
