# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys of a node that may change while its doors run: read from `node.env` whenever they are asked for.

Two keys in one setting, the newest first, are a rotation under way: what is sealed is sealed under the first, and
either opens.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from tejido.vocabulary import BadInput

ENVIRONMENT_FILE = "node.env"
_MOST = 2


def parse_environment(text: str) -> dict[str, str]:
    """The settings of an environment file."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def keys_now(folder: Path, name: str) -> tuple[bytes, ...]:
    """The keys of the setting `name` as they stand now, the newest first; without the file, as the process was told."""
    path = folder / ENVIRONMENT_FILE
    try:
        stat = path.stat()
    except FileNotFoundError:
        return read_keys(name, os.environ.get(name, ""))
    kept = _kept(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return read_keys(name, kept.get(name) or os.environ.get(name, ""))


def read_keys(name: str, value: str, *, length: int = 32, most: int = _MOST) -> tuple[bytes, ...]:
    """One key, or two while a rotation is under way; raises `BadInput`."""
    try:
        keys = tuple(bytes.fromhex(each) for each in value.split(","))
    except ValueError:
        keys = ()
    if not 1 <= len(set(keys)) == len(keys) <= most or any(len(key) != length for key in keys):
        raise BadInput(
            "setting.secret",
            en=f"{name} must be {length} bytes written as {2 * length} hex digits",
            es=f"{name} debe ser de {length} bytes escritos con {2 * length} dígitos hexadecimales",
            where=name,
        )
    return keys


@lru_cache(maxsize=1)
def _kept(path: Path, *_version: int) -> dict[str, str]:
    return parse_environment(path.read_text(encoding="utf-8"))
