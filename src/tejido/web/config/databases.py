# SPDX-License-Identifier: AGPL-3.0-or-later
"""The node's database: an SQLite file beside its secrets, or PostgreSQL, where each door has a role of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tejido.vocabulary import BadInput


def sqlite(path: Path) -> dict[str, Any]:
    """Django's settings for the SQLite file `path`."""
    # Rewriting the file needs a copy of it meanwhile: never on another disk, as the system's temporary folder may be.
    # SQLite asks once, when it is first imported.
    os.environ["SQLITE_TMPDIR"] = str(path.parent)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # secure_delete: what is erased must not lie about in free pages.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
        },
        "TEST": {"NAME": path.with_name("test.sqlite3")},
    }


def postgresql(url: str, *, setting: str) -> dict[str, Any]:
    """Django's settings for `postgresql://role:password@host:port/name`; a socket's folder goes in `?host=`.

    Raises `BadInput` naming `setting`; the address is never repeated, because it holds a password.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.removeprefix("/"))
    options = dict(parse_qsl(parts.query))
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme != "postgresql" or not name or "/" in name or port == -1:
        raise BadInput(
            "setting.database",
            en=f"{setting} must be written postgresql://role:password@host/name",
            es=f"{setting} debe escribirse postgresql://rol:contraseña@servidor/nombre",
            where=setting,
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
