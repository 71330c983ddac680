# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making a node from nothing: its folder, its secrets, its first members and teams."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tejido.crypto import SigningKey, new_key
from tejido.vocabulary import BadInput

ENVIRONMENT_FILE = "node.env"


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
    for door in ("public", "staff", "partners"):
        environment[f"TEJIDO_SECRET_{door.upper()}"] = secrets.token_urlsafe(50)
        environment[f"TEJIDO_ADDRESS_{door.upper()}"] = f"http://127.0.0.1:{ports[door]}"
    return environment, signing


def write_environment(folder: Path, environment: Mapping[str, str]) -> None:
    """Keep the node's secrets beside, never inside, its database, readable by its own user alone."""
    path = folder / ENVIRONMENT_FILE
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in sorted(environment.items()))


def read_environment(folder: Path) -> dict[str, str]:
    """What `write_environment` kept; raises `BadInput`."""
    path = folder / ENVIRONMENT_FILE
    if not path.is_file():
        raise BadInput(
            "node.missing",
            en="no node lives here; `tejido node make` makes one",
            es="aquí no hay ninguna organización; `tejido node make` crea una",
            where=str(folder),
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def make_staff(
    *, signing: SigningKey, staff: Sequence[StaffMember], team_names: Mapping[str, str], password: str | None
) -> dict[str, tuple[str, bytes]]:
    """Make teams and members in an empty, migrated database; login -> (password, second-factor secret).

    Django must be set up. Each password is random unless one is given (the demo's).
    """
    from tejido.web.accounts.actions import SIGNING_SCOPE, create_member, create_secret, create_team, new_password
    from tejido.web.accounts.keys import anonymous_ring, team_of
    from tejido.web.accounts.models import Team
    from tejido.web.security.searching import SEARCH_SCOPE

    made, logins = {}, {}
    for person in staff:
        chosen = password or new_password()
        new = create_member(login=person.login, name=person.name, roles=person.roles, language=person.language,
                            password=chosen, signing=signing, by=None)  # fmt: skip
        made[person.login] = new.member
        logins[person.login] = (chosen, new.totp_secret)
    for kind in Team.Kind:
        members = [made[person.login] for person in staff if kind in person.teams]
        create_team(kind=kind, name=team_names[kind], members=members, signing=signing, by=None)
    ring = anonymous_ring()
    readers = [team_of(Team.Kind.INTAKE), team_of(Team.Kind.CASES), team_of(Team.Kind.DUTY)]
    create_secret(scope=SEARCH_SCOPE, raw=new_key(), ring=ring, teams=readers)
    signers = [team_of(Team.Kind.ADMINISTRATION), team_of(Team.Kind.CASES), team_of(Team.Kind.DATA),
               team_of(Team.Kind.DUTY)]  # fmt: skip
    create_secret(scope=SIGNING_SCOPE, raw=signing.raw, ring=ring, teams=signers)
    return logins
