# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turns at opening a password, shared by every process of the node on this machine: four at once use a gigabyte."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

from tejido.crypto import PASSWORDS_AT_ONCE


@contextmanager
def machine_turn() -> Iterator[None]:
    """Wait for one of the turns. They are locks on files: whoever dies while she holds one gives it back."""
    folder = settings.TEJIDO.data / "turns"
    folder.mkdir(mode=0o700, exist_ok=True)
    held = None
    while held is None:
        held = next(filter(None, (_try(folder / f"password-{number}") for number in range(PASSWORDS_AT_ONCE))), None)
        if held is None:
            time.sleep(0.02)
    try:
        yield
    finally:
        held.close()


def _try(path: Path) -> IO[bytes] | None:
    # Opened anew for each turn: a lock belongs to what was opened, not to the thread or process.
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
