# SPDX-License-Identifier: Apache-2.0
"""The invented world of 2017, made once for all tests that only read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tejido.synthetic import make_world


@pytest.fixture(scope="session")
def world_2017(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the records of both organisations, `mx` and `us`."""
    folder = tmp_path_factory.mktemp("world_2017") / "world"
    make_world(like="2017", seed=11, folder=folder)
    return folder
