# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers of signed keys only go up: the highest seen of each is kept in a file, outside the database.

Whoever can write the database could set an older key back as the newest: the organisation did sign it, and a member who
was taken out, or whose password was stolen, may hold its private half. A backup that is put back goes back too:
`tejido node restore` takes the file away.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import transaction

from tejido.crypto import PublicKey, SignedKey, UnsignedKey, VerifyKey

FILE = "keys.newest"


def highest() -> Mapping[str, int]:
    """The highest number seen of each owner, such as `mx/team/…`."""
    try:
        stat = _path().stat()
    except FileNotFoundError:
        return {}
    return _read(_path(), stat.st_mtime_ns, stat.st_size, stat.st_ino)


def newest_key(signed: SignedKey, organisation: VerifyKey) -> PublicKey:
    """The key, once the organisation's signature holds and no newer one of this owner was seen; raises `UnsignedKey`.

    `signed.owner` ends with the key's number.
    """
    public = signed.checked(organisation)
    owner, _slash, number = signed.owner.rpartition("/")
    seen = highest().get(owner, 0)
    if int(number) < seen:
        raise UnsignedKey(f"{signed.owner}: a newer key was in use")
    if int(number) > seen:
        # Only what stands in the database for good: a rotation that was undone was never seen.
        transaction.on_commit(lambda: _remember(owner, int(number)))
    return public


def _path() -> Path:
    return Path(settings.TEJIDO.data) / FILE


@lru_cache(maxsize=1)
def _read(path: Path, *_version: int) -> dict[str, int]:
    kept: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def _remember(owner: str, number: int) -> None:
    path = _path()
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if kept.get(owner, 0) >= number:
            return
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(kept | {owner: number}, indent=0, sort_keys=True), encoding="utf-8")
        fresh.replace(path)
