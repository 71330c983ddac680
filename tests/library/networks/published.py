# SPDX-License-Identifier: Apache-2.0
"""Where the published networks lie, which are not part of this repository."""

from __future__ import annotations

from pathlib import Path

import pytest

NETWORKS = Path(__file__).parents[4] / "shared" / "data" / "networks"


def published(name: str) -> Path:
    """A file or folder of published networks; skips the test where it is not there."""
    if not (path := NETWORKS / name).exists():
        pytest.skip("the published networks are not beside this checkout")
    return path
