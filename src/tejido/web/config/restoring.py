# SPDX-License-Identifier: AGPL-3.0-or-later
"""Restoring a node from a backup: into a new folder only, and never without what was destroyed since.

Until the last deed the folder says that it is no node: one that was killed in between cannot be started.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command

from tejido.crypto import SigningKey, Verifier
from tejido.vocabulary import BadInput
from tejido.web.config import rights
from tejido.web.config.backing_up import POSTGRESQL_FILE, SQLITE_FILE, run_postgresql
from tejido.web.config.backup_file import check_signature, read_backup, read_key
from tejido.web.config.keys_back import went_back_by_name
from tejido.web.config.live_keys import ENVIRONMENT_FILE, parse_environment
from tejido.web.config.making import (
    RESTORING,
    at_the_database,
    keep_names,
    refuse_a_used_database,
    write_environment,
)
from tejido.web.config.staging import locked, overwrite
from tejido.web.config.transport_keys import EARLIER, TRANSPORT, transport_keys
from tejido.web.upkeep.tombstone_lines import FILE, Line, date_of, read_lines

_LIST_OLD = timedelta(days=3)  # copied away every day, it is younger even after a weekend


@dataclass(frozen=True)
class Restored:
    """What a restoring did."""

    made_at: str
    tombstones: int
    as_of: datetime | None  # of when the list of them is
    shredded_again: int
    went_back: list[str]  # teams and members whose keys had been replaced after the backup


def restore_node(
    *, backup: Path, folder: Path, key: Path, environment: Path | None, tombstones: Path | None, accept_older: bool,
    database: str = "", newest: Path | None = None, newer_environment: Path | None = None,
) -> Restored:  # fmt: skip
    """Restore `backup` into `folder`: a new one, or one where a restoring was cut off, which begins anew.

    Raises `BadInput` before anything is written, or takes it away again.
    """
    _refuse_used(folder)
    opener, small = read_key(key), dict[str, bytes]()

    def keep_small(name: str, parts: Iterator[bytes]) -> None:
        if name in (ENVIRONMENT_FILE, FILE):
            small[name] = b"".join(parts)

    signed = read_backup(backup, opener, each=keep_small)
    settings = _newer_transport(_settings(environment, small), newer_environment)
    transport = transport_keys(settings)
    manifest = check_signature(signed, transport.known, where=str(backup))
    _refuse_other_engine(manifest, database)
    newer = _newest(newest)
    lines, as_of = _lines(tombstones, small.get(FILE, b""), manifest, transport.known, accept_older)
    with _no_node_until_done(folder):
        read_backup(backup, opener, each=lambda name, parts: _write(folder / name, parts))
        (folder / ENVIRONMENT_FILE).unlink(missing_ok=True)  # of a backup that has it: ours comes last
        settings, again, back = _put_in_order(folder, _moved(settings, folder), lines, transport.signing, database,
                                              newer)  # fmt: skip
        write_environment(folder, settings)
    return Restored(manifest["made_at"], len(lines), as_of, again, back)


def _refuse_used(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / RESTORING).exists():
        raise BadInput("node.folder", en="the folder is not empty", es="la carpeta no está vacía", where=str(folder))


@contextmanager
def _no_node_until_done(folder: Path) -> Iterator[None]:
    """While this lasts, and after a kill, a file in `folder` says that no node may be started from it."""
    _refuse_used(folder)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    mark = folder / RESTORING
    held = os.open(mark, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not locked(held):
            raise BadInput("restore.under_way", en="another restore into this folder is under way",
                           es="hay otra restauración en curso en esta carpeta", where=str(folder))  # fmt: skip
        _take_away(folder, but=mark)
        keep_names(folder)
        try:
            yield
            keep_names(folder)
            _done(mark)
        except BaseException:
            _take_away(folder)
            raise
    finally:
        os.close(held)


def _done(mark: Path) -> None:
    mark.unlink()
    keep_names(mark.parent)


def _take_away(folder: Path, *, but: Path | None = None) -> None:
    """All that a restoring wrote; the databases are overwritten, as what was destroyed may be back in them."""
    for path in list(folder.iterdir()):
        if path.name.startswith((SQLITE_FILE, POSTGRESQL_FILE)):
            overwrite(path)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path != but:
            path.unlink(missing_ok=True)
    if but is None:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(environment: Path | None, small: dict[str, bytes]) -> dict[str, str]:
    raw = environment.read_bytes() if environment else small.get(ENVIRONMENT_FILE)
    found = parse_environment(raw.decode(errors="replace")) if raw else {}
    if TRANSPORT not in found:
        raise BadInput("restore.environment", en="the node's environment file is needed; it is not in the backup",
                       es="hace falta el archivo de entorno de la organización; no está en el respaldo",
                       where="--environment")  # fmt: skip
    return found


def _newer_transport(settings: dict[str, str], newer: Path | None) -> dict[str, str]:
    """The settings of the backup's day with the transport keys of today, which know the ones of that day."""
    if newer is None:
        return settings
    found = parse_environment(newer.read_text(encoding="utf-8", errors="replace"))
    then = transport_keys(settings).signing.verify_key
    if TRANSPORT not in found or then not in transport_keys(found).known.keys:
        raise BadInput("restore.newer_environment", en="this is no later environment file of the same organisation",
                       es="este no es un archivo de entorno posterior de la misma organización",
                       where=str(newer))  # fmt: skip
    return settings | {name: found[name] for name in (TRANSPORT, EARLIER) if name in found}


def _moved(settings: dict[str, str], folder: Path) -> dict[str, str]:
    """The same node in another folder. Its doors' addresses of the database are made anew."""
    kept = {name: value for name, value in settings.items() if not name.startswith("TEJIDO_DATABASE")}
    return kept | {"TEJIDO_DATA": str(folder), "TEJIDO_OPERATOR": str(folder / "operator.yaml")}


def _newest(path: Path | None) -> dict[str, int]:
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path else {}
        return {str(owner): int(number) for owner, number in found.items()}
    except (ValueError, TypeError, AttributeError):
        raise BadInput("restore.newest", en="this is no file keys.newest", es="este no es un archivo keys.newest",
                       where=str(path)) from None  # fmt: skip


def _refuse_other_engine(manifest: dict[str, Any], database: str) -> None:
    if (manifest["engine"] == "postgresql") != bool(database):
        raise BadInput(
            "node.database",
            en="the owner's address of an empty database is needed where the backup is of PostgreSQL, and only there",
            es="la dirección de una base de datos vacía se necesita si el respaldo es de PostgreSQL, y solo entonces",
            where="--database",
        )


def _lines(
    given: Path | None, inside: bytes, manifest: dict[str, Any], transport: Verifier, accept_older: bool
) -> tuple[Sequence[Line], datetime | None]:
    """The tombstones to go by, and of when they are: those given, if they reach at least as far as the backup and are
    of these days; older ones, or the backup's own, if one insists."""
    if given is None and not accept_older:
        raise BadInput(
            "restore.tombstones",
            en="the newest list of tombstones is needed, else what was destroyed since would come back",
            es="hace falta la lista más reciente de lo destruido; si no, volvería lo que se destruyó después",
            where="--tombstones",
        )
    raw = given.read_bytes() if given else inside
    lines = read_lines(raw, transport, where=str(given or FILE))
    number, digest = manifest["tombstones"]["number"], manifest["tombstones"]["digest"]
    if number and (len(lines) < number or lines[number - 1].digest != digest):
        raise BadInput("restore.older_tombstones", en=f"this list ends before the backup, which knows {number}",
                       es=f"esta lista termina antes que el respaldo, que conoce {number}",
                       where=str(given or FILE))  # fmt: skip
    as_of = date_of(raw, lines, transport)
    if not accept_older and (as_of is None or as_of < datetime.now(UTC) - _LIST_OLD):
        day = f"{as_of:%Y-%m-%d %H:%M} UTC" if as_of else "?"
        raise BadInput(
            "restore.list_of_another_day",
            en=f"this list is as of {day}, and what was destroyed later would come back; if no newer one is left, "
            "--accept-older-tombstones takes it",
            es=f"esta lista es de {day}, y volvería lo que se destruyó después; si no queda una más reciente, "
            "--accept-older-tombstones la toma",
            where=str(given or FILE),
        )
    return lines, as_of


def _write(path: Path, parts: Iterator[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for part in parts:
            file.write(part)


def _put_in_order(
    folder: Path, settings: dict[str, str], lines: Sequence[Line], transport: SigningKey, database: str,
    newer: dict[str, int],
) -> tuple[dict[str, str], int, list[str]]:  # fmt: skip
    """Migrations, then what was destroyed since goes again, then the doors' rights.

    Returns the settings with the doors' addresses, how many records went, and whose keys are older than they had been.
    """
    if database:
        _load_postgresql(folder, settings, database)
    with at_the_database(settings, database):
        call_command("migrate", verbosity=0, interactive=False)
        from django.utils import timezone

        from tejido.web.security import audit
        from tejido.web.security.anchor import write_anchor
        from tejido.web.upkeep.scrubbing import scrub_everything
        from tejido.web.upkeep.shredding import shred_again
        from tejido.web.upkeep.tombstones import adopt_lines, keep_file

        back = went_back_by_name(newer)
        adopt_lines(lines)
        again = sum(shred_again(line, now=timezone.now()) for line in lines)
        audit.record("node.restored", by=None, count=again)
        keep_file(folder)
        audit.chain()
        write_anchor(folder, transport)
        if database:
            settings |= rights.make_roles(settings["TEJIDO_NODE"], database)
            rights.grant(settings["TEJIDO_NODE"])
    scrub_everything()
    return settings, again, back


def _load_postgresql(folder: Path, settings: dict[str, str], database: str) -> None:
    with at_the_database(settings, database):
        refuse_a_used_database()
    dump = folder / POSTGRESQL_FILE
    run_postgresql("pg_restore", database, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
                   "--dbname", _name(database), str(dump))  # fmt: skip
    overwrite(dump)


def _name(database: str) -> str:
    from urllib.parse import unquote, urlsplit

    return unquote(urlsplit(database).path.removeprefix("/"))
