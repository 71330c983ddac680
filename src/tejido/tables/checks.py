# SPDX-License-Identifier: Apache-2.0
"""What must hold between and inside the record tables, checked in sets by DuckDB."""

from __future__ import annotations

from collections.abc import Mapping

from tejido.tables.manifest import Manifest
from tejido.tables.sources import Connection, Source


def check_records(connection: Connection, prefix: str, sources: Mapping[str, Source], manifest: Manifest) -> None:
    """Raises `BadInput` naming file, row and column of the first thing that is wrong."""
