# SPDX-License-Identifier: AGPL-3.0-or-later
"""Backing a node up while its doors run: one sealed file, consistent, whole or not there at all."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from tejido.crypto import BoxKey, PublicKey
from tejido.vocabulary import BadInput
from tejido.web.accounts.newest import FILE as NEWEST
from tejido.web.config.backup_file import write_backup, write_key
from tejido.web.config.live_keys import ENVIRONMENT_FILE
from tejido.web.config.making import at_the_database, changing, read_environment, write_environment
from tejido.web.config.staging import Staging, staging
from tejido.web.config.transport_keys import transport_keys
from tejido.web.security.anchor_file import ANCHOR
from tejido.web.upkeep.tombstone_lines import FILE as TOMBSTONES

SQLITE_FILE, POSTGRESQL_FILE = "node.sqlite3", "node.dump"
SUFFIX = ".tejido-backup"
_GUARDS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "channel_binding", "gssencmode")
_LEFT_OUT = (".log", "-wal", "-shm", "-journal", ".part", ".new", ".lock", ".key", SUFFIX)


def renew_backup_key(folder: Path, keep: Path) -> None:
    """A fresh pair: the public half into the node's settings, the private half into the new file `keep`."""
    key = BoxKey.generate()
    write_key(keep, key)
    with changing(folder) as environment:
        write_environment(folder, environment | {"TEJIDO_BACKUP_KEY": key.public.raw.hex()})


def backup_node(*, folder: Path, target: Path, database: str = "", with_environment: bool = False) -> Path:
    """Back the node in `folder` up into `target`, a new file or a folder; returns the file. Raises `BadInput`."""
    environment = read_environment(folder)
    if not environment.get("TEJIDO_BACKUP_KEY"):
        raise BadInput("backup.no_key", en="no backup key yet; `tejido node backup-key` makes one",
                       es="aún no hay llave de respaldo; `tejido node backup-key` crea una",
                       where=str(folder))  # fmt: skip
    made_at = datetime.now(UTC)
    if target.is_dir():
        target = target / f"{environment['TEJIDO_NODE']}-{made_at:%Y%m%dT%H%M%SZ}{SUFFIX}"
    if target.exists():
        raise BadInput("backup.exists", en="there is a file of this name", es="ya existe un archivo con ese nombre",
                       where=str(target))  # fmt: skip
    with staging(folder) as own:
        # Before the database is copied: with later numbers a restored key would be refused, and a later anchor would
        # not be reached by the restored audit.
        copies = _copy_now(folder / NEWEST, own) + _copy_now(folder / ANCHOR, own)
        name, engine, copy = _database_copy(folder, environment, database, own)
        facts = {"format": 1, "node": environment["TEJIDO_NODE"], "made_at": made_at.isoformat(timespec="seconds"),
                 "engine": engine, "tombstones": _newest_tombstone(environment, folder)}  # fmt: skip
        copies += _copy_now(folder / TOMBSTONES, own)  # and after it: the list reaches at least as far
        files = [(name, copy), *copies, *_files(folder, with_environment=with_environment)]
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        own.begin(part)
        write_backup(target, files, facts=facts, to=PublicKey(bytes.fromhex(environment["TEJIDO_BACKUP_KEY"])),
                     transport=transport_keys(environment).signing, part=part)  # fmt: skip
    return target


def _copy_now(kept: Path, own: Staging) -> list[tuple[str, Path]]:
    """A small file as it is now, while nobody writes it."""
    if not kept.is_file():
        return []
    copy = own.file(kept.name)
    with kept.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        copy.write_bytes(file.read())
    return [(kept.name, copy)]


def _files(folder: Path, *, with_environment: bool) -> Iterator[tuple[str, Path]]:
    """Everything of the node's folder but secrets, logs, journals and what is copied apart: sealed files, operator."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        name = inside.as_posix()
        if path.is_symlink() or not path.is_file() or path.name.endswith(_LEFT_OUT):
            continue
        if any(part.startswith(".") for part in inside.parts):  # a killed backup's copy of the database, say
            continue
        if name in (SQLITE_FILE, NEWEST, TOMBSTONES, ANCHOR) or (name == ENVIRONMENT_FILE and not with_environment):
            continue
        yield name, path


def _database_copy(folder: Path, environment: Mapping[str, str], database: str, own: Staging) -> tuple[str, str, Path]:
    """The database as it stands at one moment, in a file."""
    if "TEJIDO_DATABASE_STAFF" in environment or database:
        copy = own.file(POSTGRESQL_FILE)
        # It outlives this process if that is killed: until it ends the lock is its, and nobody sweeps under it.
        run_postgresql("pg_dump", database, "--format=custom", "--no-owner", "--no-privileges", f"--file={copy}",
                       lock=own.lock)  # fmt: skip
        return POSTGRESQL_FILE, "postgresql", copy
    import sqlite3  # not before the settings say where its temporary files go

    copy = own.file(SQLITE_FILE)
    # One read transaction: whoever writes meanwhile is not in it. What was deleted is not copied, slack included.
    with closing(sqlite3.connect(f"file:{folder / SQLITE_FILE}?mode=rw", uri=True, timeout=60)) as source:
        try:
            source.execute("VACUUM INTO ?", [str(copy)])
        except sqlite3.DatabaseError as problem:
            raise BadInput("backup.database", en=f"the database cannot be copied: {problem}",
                           es=f"no se pudo copiar la base de datos: {problem}",
                           where=str(folder / SQLITE_FILE)) from None  # fmt: skip
    return SQLITE_FILE, "sqlite", copy


def run_postgresql(program: str, database: str, *words: str, lock: int | None = None) -> None:
    """Run one of PostgreSQL's programs; the address goes in the environment, where no list of processes shows it.

    It holds the `lock` too, for as long as it runs.
    """
    if not database:
        raise BadInput("node.database", en="the owner's address is needed where the node lives in PostgreSQL",
                       es="se necesita la dirección de quien es dueño, porque la base de datos es PostgreSQL",
                       where="--database")  # fmt: skip
    found = shutil.which(program)
    if found is None:
        raise BadInput("backup.program", en=f"{program} is not installed here; it comes with PostgreSQL's client",
                       es=f"{program} no está instalado; viene con el cliente de PostgreSQL",
                       where=program)  # fmt: skip
    done = subprocess.run([found, *words], env=_address(database), capture_output=True, text=True, check=False,
                          pass_fds=() if lock is None else (lock,), umask=0o077)  # fmt: skip
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["?"])[0]
        raise BadInput("backup.database", en=f"the database cannot be copied: {said}",
                       es=f"no se pudo copiar la base de datos: {said}", where=program)  # fmt: skip


def _address(database: str) -> dict[str, str]:
    parts = urlsplit(database)
    options = dict(parse_qsl(parts.query))
    named = {
        "PGHOST": options.get("host") or parts.hostname or "", "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""), "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.removeprefix("/")),
        # All that guards the doors' connections guards this one.
        **{f"PG{name.upper().replace('_', '')}": options.get(name, "") for name in _GUARDS},
    }  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "TEJIDO_"))}
    return kept | {name: value for name, value in named.items() if value}


def _newest_tombstone(environment: Mapping[str, str], folder: Path) -> dict[str, object]:
    """Which tombstone is the newest right now: a restoring asks for a list that reaches at least so far."""
    with at_the_database(environment):
        from tejido.web.upkeep.models import Tombstone
        from tejido.web.upkeep.tombstones import NO_TOMBSTONE, keep_file

        keep_file(folder)
        last = Tombstone.objects.order_by("-number").first()
        return {"number": last.number if last else 0, "digest": last.digest if last else NO_TOMBSTONE}
