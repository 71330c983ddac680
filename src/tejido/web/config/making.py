# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making a node from nothing: its folder, its secrets, its first members and teams."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from base64 import b32encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import django
import yaml
from django.core.management import call_command

from tejido.crypto import BoxKey, PaperKey, SigningKey, new_key
from tejido.vocabulary import BadInput
from tejido.web.config import rights
from tejido.web.config.backup_file import write_key
from tejido.web.config.live_keys import ENVIRONMENT_FILE, parse_environment
from tejido.web.config.operators import read_operator
from tejido.web.config.paper import write_sheets
from tejido.web.config.settings import DOORS
from tejido.web.security.roles import ROLES

BACKUP_KEY = "backup.key"
RESTORING = ".restoring"  # in a folder where a restoring began, until all of it is done
# Teams every organisation begins with; those of service providers are made one by one, later.
TEAM_KINDS = ("intake", "cases", "data", "duty", "administration")


@dataclass(frozen=True)
class StaffMember:
    """Someone to make when a node is made: `teams` are team kinds."""

    login: str
    name: str
    roles: tuple[str, ...]
    teams: tuple[str, ...]
    language: str


def new_environment(
    *, folder: Path, node: str, operator: Path, time_zone: str, ports: Mapping[str, int], demo: bool
) -> tuple[dict[str, str], SigningKey]:
    """Fresh secrets of a node and its signing key. The signing key goes, sealed, to the administration team."""
    signing = SigningKey.generate()
    environment = {
        "TEJIDO_NODE": node,
        "TEJIDO_DATA": str(folder),
        "TEJIDO_OPERATOR": str(operator),
        "TEJIDO_TIME_ZONE": time_zone,
        "TEJIDO_PEPPER": secrets.token_hex(32),
        "TEJIDO_ENVIRONMENT_KEY": secrets.token_hex(32),
        "TEJIDO_TRANSPORT_KEY": SigningKey.generate().raw.hex(),
        "TEJIDO_VERIFY_KEY": signing.verify_key.raw.hex(),
        "TEJIDO_DEMO": "1" if demo else "0",
        "TEJIDO_SECURE_COOKIES": "0" if demo else "1",
    }
    for door in DOORS:
        environment[f"TEJIDO_SECRET_{door.upper()}"] = secrets.token_urlsafe(50)
        environment[f"TEJIDO_ADDRESS_{door.upper()}"] = f"http://127.0.0.1:{ports[door]}"
    return environment, signing


def write_environment(folder: Path, environment: Mapping[str, str]) -> None:
    """Keep the node's secrets beside, never inside, its database, readable by its own user alone."""
    fresh = folder / f"{ENVIRONMENT_FILE}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in sorted(environment.items()))
        file.flush()
        os.fsync(file.fileno())
    # The old file or the new one, whole, whatever happens: doors that run read it, and without it nothing opens.
    fresh.replace(folder / ENVIRONMENT_FILE)
    keep_names(folder)


def keep_names(folder: Path) -> None:
    """What was made, renamed or taken away in `folder` stays so, even if the power goes."""
    inside = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(inside)
    finally:
        os.close(inside)


def read_environment(folder: Path) -> dict[str, str]:
    """What `write_environment` kept; raises `BadInput`."""
    path = folder / ENVIRONMENT_FILE
    if (folder / RESTORING).exists():  # whatever else is there: what was destroyed may have come back
        raise BadInput(
            "node.restoring",
            en="a restore is under way here or was cut off: run it again into this folder (on PostgreSQL, into an "
            "empty database)",
            es="aquí hay una restauración en curso o interrumpida: repítala en esta carpeta (con PostgreSQL, en una "
            "base de datos vacía)",
            where=str(folder),
        )
    if not path.is_file():
        raise BadInput(
            "node.missing",
            en="no node lives here; `tejido node make` makes one",
            es="aquí no hay ninguna organización; `tejido node make` crea una",
            where=str(folder),
        )
    return parse_environment(path.read_text(encoding="utf-8"))


@contextmanager
def changing(folder: Path) -> Iterator[dict[str, str]]:
    """The node's environment, for one who may change it: whoever else wants to waits."""
    with (folder / f"{ENVIRONMENT_FILE}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield read_environment(folder)


def make_staff(
    *, signing: SigningKey, staff: Sequence[StaffMember], team_names: Mapping[str, str], password: str | None,
    paper: PaperKey | None = None,
) -> dict[str, tuple[str, bytes]]:  # fmt: skip
    """Make teams and members in an empty, migrated database; login -> (password, second-factor secret).

    Django must be set up. Each password is random unless one is given (the demo's). What the teams hold is sealed to
    the recovery key `paper` too; an invented node needs none.
    """
    from django.conf import settings
    from django.utils import timezone

    from tejido.web.accounts.actions import SIGNING_SCOPE, create_member, create_secret, create_team, new_password
    from tejido.web.accounts.keys import SignedTeams, team_of
    from tejido.web.accounts.models import SEARCH_TEAMS, Team
    from tejido.web.accounts.recovering import keep_recovery_key
    from tejido.web.accounts.signing_keys import SIGNING_TEAMS
    from tejido.web.security.keyring import KeyRing
    from tejido.web.security.search_keys import SEARCH_SCOPE, note_search_key

    if paper is not None:
        keep_recovery_key(paper, signing)
    made, logins, secrets = {}, {}, {}
    for person in staff:
        chosen = password or new_password()
        new = create_member(login=person.login, name=person.name, roles=person.roles, language=person.language,
                            password=chosen, given_at=None if password else timezone.now(), signing=signing,
                            by=None)  # fmt: skip
        made[person.login] = new.member
        logins[person.login] = (chosen, new.totp_secret)
    for kind in map(Team.Kind, TEAM_KINDS):
        members = [made[person.login] for person in staff if kind in person.teams]
        team, secret = create_team(kind=kind, name=team_names[kind], members=members, signing=signing, by=None)
        secrets[team.pk] = secret
    ring = KeyRing(node=settings.TEJIDO.node, directory=SignedTeams(), teams=dict.fromkeys(secrets, 1),
                   secret_of=lambda team, _first: secrets[team])  # fmt: skip
    search = new_key()
    kept = create_secret(scope=SEARCH_SCOPE, raw=search, ring=ring, teams=[team_of(kind) for kind in SEARCH_TEAMS])
    note_search_key(1, kept.pk, search)
    create_secret(scope=SIGNING_SCOPE, raw=signing.raw, ring=ring, teams=[team_of(kind) for kind in SIGNING_TEAMS])
    return logins


def make_node(
    *, folder: Path, code: str, operator: Path, staff: Path, time_zone: str, ports: Mapping[str, int],
    paper: PaperKey, sheets: Path, database: str = "",
) -> dict[str, tuple[str, str]]:  # fmt: skip
    """Make a node in an empty folder; login -> (password, otpauth address for her authenticator), shown once.

    `database` is the owner's address of an empty PostgreSQL database; without it the node keeps an SQLite file.
    Raises `BadInput` for a folder or database in use, or a wrong operator or staff file. The whole node or nothing.
    """
    people, team_names = read_staff(staff)
    who = read_operator(operator)
    if folder.exists() and any(folder.iterdir()):
        raise BadInput("node.folder", en="the folder is not empty", es="la carpeta no está vacía", where=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        own = folder / "operator.yaml"
        shutil.copyfile(operator, own)
        environment, signing = new_environment(
            folder=folder, node=code, operator=own, time_zone=time_zone, ports=ports, demo=False
        )
        with at_the_database(environment, database):
            refuse_a_used_database()
            call_command("migrate", verbosity=0, interactive=False)
            logins = make_staff(signing=signing, staff=people, team_names=team_names, password=None,
                                paper=paper)  # fmt: skip
            if database:
                environment |= rights.make_roles(code, database)
                rights.grant(code)
            write_sheets(paper, operator=who, organisation=signing.verify_key, folder=sheets)
            backups = BoxKey.generate()
            write_key(sheets / BACKUP_KEY, backups)
            write_environment(folder, environment | {"TEJIDO_BACKUP_KEY": backups.public.raw.hex()})
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _for_their_phones(code, logins)


def recover_node(
    *, folder: Path, logins: Sequence[str], shares: Sequence[str], paper: PaperKey, sheets: Path, waiting: bool = False
) -> tuple[dict[str, tuple[str, str]], dict[str, list[str]]]:
    """Let members in again with the shares on paper; login -> (password, otpauth address), shown once, and login ->
    the teams where a colleague must do it.

    The sheets of `paper`, whose key takes the place of the one that was typed, are written before anything counts.

    Raises `BadInput`. All or nothing.
    """
    environment = read_environment(folder)
    with at_the_database(environment):
        from django.conf import settings
        from django.db import transaction

        from tejido.web.accounts.keys import organisation_keys
        from tejido.web.accounts.recovering import recover_members, still_waiting

        with transaction.atomic():
            recovered = recover_members(logins=logins, shares=shares, paper=paper, waiting=waiting)
            node = settings.TEJIDO
            write_sheets(paper, operator=node.operator, organisation=organisation_keys()[0], folder=sheets)
        waits = still_waiting(logins)
    return _for_their_phones(environment["TEJIDO_NODE"], recovered), waits


def _for_their_phones(code: str, logins: Mapping[str, tuple[str, bytes]]) -> dict[str, tuple[str, str]]:
    return {
        login: (password, f"otpauth://totp/{code}:{login}?secret={b32encode(secret).decode()}&issuer={code}")
        for login, (password, secret) in logins.items()
    }


@contextmanager
def at_the_database(environment: Mapping[str, str], database: str = "", *, whole: bool = True) -> Iterator[None]:
    """Django set up as the owner of the database; on PostgreSQL all that is done inside stands, or nothing of it.

    Not `whole`: each statement by itself, as some must be.
    """
    os.environ.update(environment, DJANGO_SETTINGS_MODULE="tejido.web.config.staff")
    if database:
        os.environ["TEJIDO_DATABASE_STAFF"] = database
    django.setup()
    from django.db import OperationalError, transaction

    try:
        # SQLite changes no table inside a transaction.
        with transaction.atomic() if database and whole else nullcontext():
            yield
    except OperationalError as problem:
        raise BadInput(
            "node.database",
            en=f"the database cannot be used: {str(problem).splitlines()[0]}",
            es=f"la base de datos no se puede usar: {str(problem).splitlines()[0]}",
            where="--database" if database else environment["TEJIDO_DATA"],
        ) from None


def refuse_a_used_database() -> None:
    """Raise `BadInput` if there is a table in it already."""
    from django.db import connection

    if connection.introspection.table_names():
        raise BadInput(
            "node.database",
            en="the database is not empty",
            es="la base de datos no está vacía",
            where="--database",
        )


def read_staff(path: Path) -> tuple[list[StaffMember], dict[str, str]]:
    """`staff.yaml`: `teams: {intake: name, …}` and `members: [{login, name, roles, teams, language}]`."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        people = [
            StaffMember(each["login"], each["name"], tuple(each["roles"]), tuple(each["teams"]), each["language"])
            for each in raw["members"]
        ]
        team_names = {kind: raw["teams"][kind] for kind in TEAM_KINDS}
    except (KeyError, TypeError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise BadInput(
            "staff.shape",
            en=f"not a staff file: {problem}",
            es=f"no es un archivo de personal: {problem}",
            where=str(path),
        ) from None
    unknown = ", ".join(sorted({role for person in people for role in person.roles} - set(ROLES)))
    if unknown:
        raise BadInput(
            "staff.role",
            en=f"unknown roles: {unknown}; known: {', '.join(ROLES)}",
            es=f"funciones desconocidas: {unknown}; conocidas: {', '.join(ROLES)}",
            where=str(path),
        )
    return people, team_names
