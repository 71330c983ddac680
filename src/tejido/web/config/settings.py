# SPDX-License-Identifier: AGPL-3.0-or-later
"""One typed object from `TEJIDO_*`: what a node is told by its operator. It refuses to start if something is wrong."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from tejido.vocabulary import BadInput
from tejido.web.config.databases import postgresql, sqlite
from tejido.web.config.live_keys import keys_now, read_keys
from tejido.web.config.operators import Operator, read_operator
from tejido.web.config.transport_keys import TransportKeys, transport_keys

DOORS = ("public", "staff", "partners", "providers")


@dataclass(frozen=True, repr=False)
class NodeSettings:
    """Everything a door or a command needs to know of its node. Secrets are bytes and never printed."""

    node: str
    data: Path
    operator: Operator
    time_zone: ZoneInfo
    transport: TransportKeys  # sign receipts and anchors; open nothing
    secrets: dict[str, str]  # Django secret per door
    hosts: tuple[str, ...]
    addresses: dict[str, str]  # public address of each door
    demo: bool
    password_memory_mib: int
    secure_cookies: bool
    backup_key: bytes | None  # backups are sealed to it; its private half is not on this machine
    backup_days: int  # how long backups are kept: what a certificate of destruction may promise
    clamav: str  # unix:/path or tcp:host:port of clamd; empty where the node has none

    @property
    def verify_keys(self) -> tuple[bytes, ...]:
        """The organisation's signing key, pinned; while it is being replaced two, the newest first."""
        return keys_now(self.data, "TEJIDO_VERIFY_KEY")

    @property
    def peppers(self) -> tuple[bytes, ...]:
        """What is mixed into every password's key, the newest first; kept outside the database."""
        return keys_now(self.data, "TEJIDO_PEPPER")

    @property
    def pepper(self) -> bytes:
        """The newest of them."""
        return self.peppers[0]

    @property
    def environment_keys(self) -> tuple[bytes, ...]:
        """What second factors are sealed under, the newest first; as `node.env` says now."""
        return keys_now(self.data, "TEJIDO_ENVIRONMENT_KEY")

    @property
    def environment_key(self) -> bytes:
        """The newest of them."""
        return self.environment_keys[0]

    def database(self, door: str) -> dict[str, Any]:
        """Django's settings of the database as `door` reaches it."""
        setting = f"TEJIDO_DATABASE_{door.upper()}"
        if url := os.environ.get(setting):
            return postgresql(url, setting=setting)
        if url := os.environ.get("TEJIDO_DATABASE"):
            return postgresql(url, setting="TEJIDO_DATABASE")
        return sqlite(self.data / "node.sqlite3")


def _text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None or value == "":
        raise BadInput(
            "setting.missing",
            en=f"the setting {name} is missing; `tejido node make` writes them all",
            es=f"falta el ajuste {name}; `tejido node make` los escribe todos",
            where=name,
        )
    return value


def _wrong(name: str, en: str, es: str) -> BadInput:
    return BadInput("setting.wrong", en=f"{name} must be {en}", es=f"{name} debe ser {es}", where=name)


def _node() -> str:
    code = _text("TEJIDO_NODE")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,19}", code):
        raise _wrong("TEJIDO_NODE", "a short code in lower case, such as mx", "una clave corta en minúsculas, como mx")
    return code


def _folder() -> Path:
    path = Path(_text("TEJIDO_DATA"))
    if not path.is_dir():
        raise _wrong("TEJIDO_DATA", f"a folder; {path} is none", f"una carpeta; {path} no lo es")
    return path


def _door_secret(door: str) -> str:
    name = f"TEJIDO_SECRET_{door.upper()}"
    value = _text(name)
    if len(value) < 40:
        raise _wrong(name, "at least 40 random characters", "de al menos 40 caracteres al azar")
    return value


def _distinct() -> None:
    """What one door knows must be worth nothing at another."""
    seen: dict[str, str] = {}
    doors = [f"TEJIDO_SECRET_{door.upper()}" for door in DOORS]
    for name in (*doors, "TEJIDO_PEPPER", "TEJIDO_ENVIRONMENT_KEY", "TEJIDO_TRANSPORT_KEY"):
        for value in _text(name).split(","):
            other = seen.setdefault(value, name)
            if other != name:
                raise _wrong(name, f"another secret than {other}", f"otro secreto que {other}")


def _hosts() -> tuple[str, ...]:
    hosts = tuple(host.strip() for host in _text("TEJIDO_HOSTS", "127.0.0.1,localhost").split(","))
    if not all(re.fullmatch(r"\.?[A-Za-z0-9.:\[\]-]+", host) for host in hosts):
        raise _wrong("TEJIDO_HOSTS", "host names separated by commas", "nombres de servidor separados por comas")
    return hosts


def _address(door: str) -> str:
    name = f"TEJIDO_ADDRESS_{door.upper()}"
    value = _text(name, "http://127.0.0.1")
    if not re.fullmatch(r"https?://[A-Za-z0-9.\[\]:-]+", value):
        raise _wrong(name, "an address such as https://line.example", "una dirección como https://linea.example")
    return value


def _secret(name: str, *, length: int) -> bytes:
    return read_keys(name, _text(name), length=length, most=1)[0]


def _flag(name: str, default: str) -> bool:
    value = _text(name, default)
    if value not in ("0", "1"):
        raise BadInput("setting.flag", en=f"{name} must be 0 or 1", es=f"{name} debe ser 0 o 1", where=name)
    return value == "1"


def _memory() -> int:
    value = _text("TEJIDO_PASSWORD_MEMORY_MIB", "256")
    # Less than the design's floor is for the test suite alone, which makes hundreds of members.
    floor = 8 if os.environ.get("TEJIDO_TESTING") == "1" else 256
    if not value.isdigit() or int(value) < floor:
        raise BadInput(
            "setting.memory",
            en=f"TEJIDO_PASSWORD_MEMORY_MIB must be a whole number of at least {floor}",
            es=f"TEJIDO_PASSWORD_MEMORY_MIB debe ser un entero de al menos {floor}",
            where="TEJIDO_PASSWORD_MEMORY_MIB",
        )
    return int(value)


def _backup_days() -> int:
    value = _text("TEJIDO_BACKUP_DAYS", "35")
    if not value.isdigit() or not 1 <= int(value) <= 3660:
        raise _wrong("TEJIDO_BACKUP_DAYS", "a whole number of days, 1 to 3660", "un número entero de días, de 1 a 3660")
    return int(value)


def _zone() -> ZoneInfo:
    name = _text("TEJIDO_TIME_ZONE")
    if name not in available_timezones():
        raise BadInput(
            "setting.zone",
            en=f"{name!r} is no time zone; write one such as America/Mexico_City",
            es=f"{name!r} no es una zona horaria; escriba una como America/Mexico_City",
            where="TEJIDO_TIME_ZONE",
        )
    return ZoneInfo(name)


def _transport() -> TransportKeys:
    _text("TEJIDO_TRANSPORT_KEY")
    return transport_keys(os.environ)


def _clamav() -> str:
    value = os.environ.get("TEJIDO_CLAMAV", "")
    if value and not re.fullmatch(r"unix:/.+|tcp:.+:[0-9]{1,5}", value):
        raise _wrong(
            "TEJIDO_CLAMAV", "unix:/path/of/the/socket or tcp:host:port", "unix:/ruta/del/socket o tcp:servidor:puerto"
        )
    return value


@cache
def node_settings() -> NodeSettings:
    """The settings of this process; raises `BadInput` for the first that is missing or wrong."""
    _distinct()
    # Read anew whenever it is used, but what is wrong is said at once.
    for name in ("TEJIDO_ENVIRONMENT_KEY", "TEJIDO_PEPPER", "TEJIDO_VERIFY_KEY"):
        read_keys(name, _text(name))
    return NodeSettings(
        node=_node(),
        data=_folder(),
        operator=read_operator(Path(_text("TEJIDO_OPERATOR"))),
        time_zone=_zone(),
        transport=_transport(),
        secrets={door: _door_secret(door) for door in DOORS},
        hosts=_hosts(),
        addresses={door: _address(door) for door in DOORS},
        demo=_flag("TEJIDO_DEMO", "0"),
        password_memory_mib=_memory(),
        secure_cookies=_flag("TEJIDO_SECURE_COOKIES", "1"),
        backup_key=_secret("TEJIDO_BACKUP_KEY", length=1216) if os.environ.get("TEJIDO_BACKUP_KEY") else None,
        backup_days=_backup_days(),
        clamav=_clamav(),
    )
