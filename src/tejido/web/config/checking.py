# SPDX-License-Identifier: AGPL-3.0-or-later
"""Is everything about a node as it should be? One line for each thing looked at; opens nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from tejido.vocabulary import BadInput, Words
from tejido.web.config.keys_back import older_than_seen
from tejido.web.config.making import at_the_database, read_environment
from tejido.web.config.rotating import under_way, unreadable_factors
from tejido.web.config.rotating_pepper import still_under_an_older
from tejido.web.config.rotating_signing import signing_findings

_PRIVATE = 0o077
_LEAST_FREE = 1 << 30
_CLOCK = timedelta(minutes=5)
_MOST_NAMED = 5


@dataclass(frozen=True)
class Check:
    """One thing looked at: `found` are the things that are wrong, none if all is well."""

    code: str
    words: Words
    found: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Is it as it should be?"""
        return not self.found


def check_node(folder: Path, *, mend: bool = False) -> list[Check]:
    """Look at everything; `mend` writes the list of tombstones anew from the database."""
    environment = read_environment(folder)
    checks = [
        _check("files", "Only the node's own user reads its files", "Solo su propio usuario lee los archivos",
               _readable_by_others(folder)),
        _check("disk", "There is room on the disk", "Hay espacio en el disco", _little_room(folder)),
        _check("backup_key", "A backup key is pinned", "Hay una llave de respaldo fija",
               [] if environment.get("TEJIDO_BACKUP_KEY") else ["TEJIDO_BACKUP_KEY"]),
        _check("rotation", "No change of keys was cut off", "Ningún cambio de llaves quedó a medias",
               ["tejido node rotate-keys"] if under_way(environment) else []),
    ]  # fmt: skip
    try:
        with at_the_database(environment):
            checks.append(_check("settings", "The settings are right", "Los ajustes están bien", []))
            if mend:
                _mend(folder)
            checks += [_check(code, en, es, list(look(folder))) for code, (en, es, look) in _LOOKS.items()]
    except BadInput as problem:
        checks.append(_check("settings", "The settings are right", "Los ajustes están bien", [problem.line("en")]))
    return checks


def _check(code: str, en: str, es: str, found: list[str]) -> Check:
    shown = found[:_MOST_NAMED] + ([f"+{len(found) - _MOST_NAMED}"] if len(found) > _MOST_NAMED else [])
    return Check(code, {"en": en, "es": es}, tuple(shown))


def _readable_by_others(folder: Path) -> list[str]:
    paths = [folder, *folder.rglob("*")]
    return [path.name for path in paths if not path.is_symlink() and path.stat().st_mode & _PRIVATE]


def _little_room(folder: Path) -> list[str]:
    free = shutil.disk_usage(folder).free
    return [] if free >= _LEAST_FREE else [f"{free >> 20} MiB"]


def _migrations(_folder: Path) -> Iterator[str]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    yield from (f"{migration.app_label} {migration.name}" for migration, _backwards in plan)


def _database(_folder: Path) -> Iterator[str]:
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check")
            yield from (row[0] for row in cursor.fetchall() if row[0] != "ok")
            cursor.execute("PRAGMA foreign_key_check")
            yield from (f"{row[0]} {row[1]}" for row in cursor.fetchall())


def _audit(folder: Path) -> Iterator[str]:
    from django.conf import settings

    from tejido.web.security.anchor_file import read_anchor
    from tejido.web.security.verifying import findings

    found = findings(read_anchor(folder), settings.TEJIDO.transport.known)
    yield from (f"{kind} {where}" for kind, where in found)


def _teams(_folder: Path) -> Iterator[str]:
    from tejido.web.accounts.models import Team
    from tejido.web.security.models import KeyGrant

    unknown = KeyGrant.objects.exclude(team_id__in=Team.objects.values("pk"))
    yield from (str(team) for team in unknown.values_list("team_id", flat=True).distinct())


def _orphans(_folder: Path) -> Iterator[str]:
    from tejido.web.upkeep.scrubbing import unused_keys

    yield from (f"{scope} {pk}" for pk, scope in unused_keys())


def _keyless(_folder: Path) -> Iterator[str]:
    from tejido.web.security.models import RecordKey

    yield from (str(pk) for pk in RecordKey.objects.filter(grants=None).values_list("pk", flat=True))


def _not_ours(_folder: Path) -> Iterator[str]:
    from tejido.web.intake.models import Contact
    from tejido.web.security.models import KeyGrant
    from tejido.web.security.search_keys import SEARCH, search_keys_not_ours

    # Only what nobody took may stand under a key that none of our teams vouches for.
    untaken = Contact.objects.filter(state__in=[Contact.State.WAITING, Contact.State.DISCARDED]).values("key")
    strange = KeyGrant.objects.filter(method=KeyGrant.Method.ARRIVED).exclude(key__in=untaken)
    yield from (f"{scope} {pk}" for scope, pk in strange.values_list("key__scope", "key_id").distinct())
    yield from (f"{SEARCH} {pk}" for pk in search_keys_not_ours())


def _vouched_for(_folder: Path) -> Iterator[str]:
    from tejido.crypto import UnsignedKey
    from tejido.web.accounts.keys import newest_generation
    from tejido.web.accounts.models import Team
    from tejido.web.accounts.vouching import not_vouched_for

    for team in Team.objects.order_by("name"):
        try:
            strangers = not_vouched_for(newest_generation(team.pk))
        except UnsignedKey:
            yield team.name
            continue
        yield from (f"{team.name}: {member.login}" for member in strangers)


def _tombstones(folder: Path) -> Iterator[str]:
    from tejido.web.upkeep.tombstones import FILE, chain_of, kept_lines

    path, whole = folder / FILE, b"".join(line.encode() for line in kept_lines())
    raw = chain_of(path.read_bytes()) if path.is_file() else b""
    if raw != whole:
        yield f"{FILE}: {raw.count(b'\n')} / {whole.count(b'\n')}"


def _signed(_folder: Path) -> Iterator[str]:
    from django.conf import settings

    from tejido.web.upkeep.tombstones import FILE, kept_lines, read_lines

    whole = b"".join(line.encode() for line in kept_lines())
    try:
        read_lines(whole, settings.TEJIDO.transport.known, where=FILE)
    except BadInput as problem:
        yield problem.line("en")


def _came_back(_folder: Path) -> Iterator[str]:
    from tejido.web.upkeep.shredding import came_back
    from tejido.web.upkeep.tombstones import kept_lines

    for line in kept_lines():
        yield from (f"{table} {record_id}" for table, record_id in came_back(line))


def _pepper(_folder: Path) -> Iterator[str]:
    from django.conf import settings

    yield from still_under_an_older(settings.TEJIDO.peppers)


def _signing(_folder: Path) -> Iterator[str]:
    yield from signing_findings()


def _back(_folder: Path) -> Iterator[str]:
    yield from older_than_seen()


def _factors(_folder: Path) -> Iterator[str]:
    from django.conf import settings

    yield from unreadable_factors(settings.TEJIDO.environment_keys)


def _clock(_folder: Path) -> Iterator[str]:
    from django.utils import timezone

    from tejido.web.security.models import AuditEntry

    newest, now = AuditEntry.objects.order_by("-pk").first(), timezone.now()
    if newest is not None and newest.at > now + _CLOCK:
        yield f"{now.isoformat(timespec='seconds')} < {newest.at.isoformat(timespec='seconds')}"


def _mend(folder: Path) -> None:
    from tejido.web.security import audit
    from tejido.web.upkeep.tombstones import FILE, chain_of, keep_file, kept_lines

    path = folder / FILE
    if path.is_file() and chain_of(path.read_bytes()) != b"".join(line.encode() for line in kept_lines()):
        path.unlink()
        audit.record("tombstones.mended", by=None, count=keep_file(folder))


_Look = Callable[[Path], Iterator[str]]
_LOOKS: dict[str, tuple[str, str, _Look]] = {
    "migrations": ("The database is of this version", "La base de datos es de esta versión", _migrations),
    "database": ("The database is whole", "La base de datos está íntegra", _database),
    "audit": ("The audit holds, and reaches its anchor", "La bitácora está íntegra y llega a su ancla", _audit),
    "teams": ("Every key is sealed to a team that exists", "Cada llave es de un equipo que existe", _teams),
    "members": (
        "Whoever is in a team was let in by it",
        "A quien está en un equipo lo incorporó el equipo",
        _vouched_for,
    ),
    "keys": ("Every key can be opened by someone", "Cada llave la puede abrir alguien", _keyless),
    "ours": ("Every key was made by one of our teams", "Cada llave la hizo uno de nuestros equipos", _not_ours),
    "orphans": ("No key is left of a record that is gone", "No queda llave de un expediente que ya no está", _orphans),
    "tombstones": ("The list of what was destroyed is whole", "La lista de lo destruido está completa", _tombstones),
    "signatures": ("Every line of that list is ours", "Cada línea de esa lista es nuestra", _signed),
    "came_back": ("What was destroyed is gone", "Lo destruido no está", _came_back),
    "pepper": (
        "Everyone has signed in since the pepper changed",
        "Todas las personas han entrado desde el último cambio",
        _pepper,
    ),
    "signing": ("Everything bears our present signature", "Todo lleva nuestra firma actual", _signing),
    "back": ("No key is older than one that was in use", "Ninguna llave es anterior a otra ya usada", _back),
    "factors": ("Every second factor opens", "Cada segundo factor se abre", _factors),
    "clock": ("The clock goes forward", "El reloj avanza", _clock),
}


def as_json(checks: list[Check]) -> dict[str, Any]:
    """The same for programs."""
    rows = [{"code": each.code, "holds": each.holds, "found": list(each.found)} for each in checks]
    return {"version": 1, "holds": all(each.holds for each in checks), "checks": rows}
