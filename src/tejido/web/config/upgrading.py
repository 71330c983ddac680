# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing a node that an earlier version made up to this one: its tables, and doors that it did not have."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from django.core.management import call_command

from tejido.vocabulary import BadInput
from tejido.web.config import rights
from tejido.web.config.making import at_the_database, changing, write_environment
from tejido.web.config.settings import DOORS


def upgrade_node(*, folder: Path, database: str = "") -> list[str]:
    """Bring a node's database up to this version; returns the addresses of doors it did not have yet.

    PostgreSQL's owner gives the address: doors may not change tables. Raises `BadInput`. Cut off, it is called again.
    """
    with changing(folder) as environment:
        if bool(database) != ("TEJIDO_DATABASE_STAFF" in environment):
            raise BadInput(
                "node.database",
                en="the owner's address is needed where the node lives in PostgreSQL, and only there",
                es="la dirección de quien es dueño se necesita si la base de datos es PostgreSQL, y solo entonces",
                where="--database",
            )
        added = missing_doors(environment)
        environment |= added
        if added:
            write_environment(folder, environment)
        roles: dict[str, str] = {}
        with at_the_database(environment, database):
            call_command("migrate", verbosity=0, interactive=False)
            from tejido.web.upkeep.signing_anew import note_what_stands

            note_what_stands()
            if database:
                if any(f"TEJIDO_DATABASE_{door.upper()}" not in environment for door in DOORS):
                    roles = rights.make_roles(environment["TEJIDO_NODE"], database)
                rights.grant(environment["TEJIDO_NODE"])
        if roles:
            write_environment(folder, environment | roles)
    return [f"{name}={value}" for name, value in added.items() if name.startswith("TEJIDO_ADDRESS_")]


def missing_doors(environment: Mapping[str, str]) -> dict[str, str]:
    """Secret and address of each door that an earlier version did not have: on the port after the last one."""
    added: dict[str, str] = {}
    for door in DOORS:
        secret, address = f"TEJIDO_SECRET_{door.upper()}", f"TEJIDO_ADDRESS_{door.upper()}"
        if secret not in environment:
            added[secret] = secrets.token_urlsafe(50)
        if address not in environment:
            addresses = [
                value for name, value in {**environment, **added}.items() if name.startswith("TEJIDO_ADDRESS_")
            ]
            last = max((urlsplit(each).port or 0 for each in addresses), default=0) or 8000
            added[address] = f"http://127.0.0.1:{last + 1}"
    return added
