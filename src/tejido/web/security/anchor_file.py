# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file the audit's anchor is kept in, beside the database."""

from __future__ import annotations

from pathlib import Path

ANCHOR = "audit.anchor"
EARLIER = "audit.anchor.earlier"  # those that did not hold any more when a new one was begun: proof of something


def read_anchor(folder: Path) -> bytes | None:
    """The anchor in the node's folder, if there is one."""
    path = folder / ANCHOR
    return path.read_bytes() if path.is_file() else None
