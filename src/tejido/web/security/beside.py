# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small files beside the database: what whoever writes the database alone cannot change."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from tejido.vocabulary import BadInput


def kept_beside(name: str) -> Mapping[str, Any]:
    """What the file of that name holds; nothing where there is none. Raises `BadInput` where it is spoilt."""
    path = _path(name)
    try:
        stat = path.stat()
    except FileNotFoundError:
        return {}
    return _read(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)


def keep_beside(name: str, changed: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Write what `changed` makes of the file, whole or not at all; whoever else would waits."""
    path = _path(name)
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        fresh = path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(changed(dict(kept)), file, indent=0, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


def _path(name: str) -> Path:
    return Path(settings.TEJIDO.data) / name


@lru_cache(maxsize=8)
def _read(path: Path, *_version: int) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise BadInput("beside.spoilt", en="cannot be read: put a copy of it back",
                       es="no se puede leer: ponga de vuelta una copia", where=path.name) from None  # fmt: skip
    return kept
