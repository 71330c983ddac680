# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the worker does for this room."""

from __future__ import annotations

import contextlib
import re
import time
from pathlib import Path
from uuid import UUID

from django.conf import settings

from tejido.web.files.blobs import UNFINISHED
from tejido.web.files.models import Attachment

_EVERY = 300  # seconds
_FORGOTTEN = 3600  # seconds: whoever still writes has written within the last minute or two
_last = -float(_EVERY)


def sweep_now_and_then() -> None:
    """Sweep, every few minutes however often it is asked."""
    global _last
    if time.monotonic() - _last >= _EVERY:
        _last = time.monotonic()
        sweep_blobs()


def sweep_blobs(*, forgotten: float = _FORGOTTEN) -> int:
    """Take away what no row names: broken-off uploads, blobs of rows that were deleted. Returns how many."""
    folder, swept = Path(settings.MEDIA_ROOT), 0
    before = time.time() - forgotten
    found = {path.name: path for path in folder.iterdir()} if folder.is_dir() else {}
    old = {}
    for name, path in found.items():
        with contextlib.suppress(FileNotFoundError):  # finished or discarded meanwhile
            if re.fullmatch(r"[0-9a-f]{32}(\.part)?", name) and path.stat().st_mtime <= before:
                old[name] = path
    ids = [UUID(name) for name in old if not name.endswith(UNFINISHED)]
    held: set[str] = set()
    for start in range(0, len(ids), 500):
        named = Attachment.objects.filter(pk__in=ids[start : start + 500])
        held.update(key.hex for key in named.values_list("pk", flat=True))
    for name, path in old.items():
        if name not in held:
            path.unlink(missing_ok=True)
            swept += 1
    return swept
