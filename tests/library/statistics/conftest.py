# SPDX-License-Identifier: Apache-2.0
"""An edition of the invented world of 2017, made once; and the command line, for tests that ask it the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.library.cli.conftest import tejido as tejido

from tejido.statistics import Sheet, Window, join, tabulate
from tejido.statistics.editions import Made, make_edition
from tejido.synthetic import make_world
from tejido.tables.reading import Records, open_records

SALT = bytes(32)


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Records]:
    folder = tmp_path_factory.mktemp("worlds") / "world"
    make_world(like="2017", seed=7, folder=folder)
    return [open_records(folder / node) for node in ("mx", "us")]


def counted(records: list[Records], end: str) -> Sheet:
    return replace(join(tabulate(records, window=Window.parse(f"2015-09-30..{end}"))), internal=True)


@pytest.fixture(scope="session")
def june(records: list[Records]) -> Sheet:
    """Exact counts, without the map: most of the cells, and nothing that is asked here."""
    sheet = counted(records, "2017-06-30")
    return replace(sheet, figures=tuple(one for one in sheet.figures if one.by != "state_of_potential_trafficking"))


@pytest.fixture(scope="session")
def first(june: Sheet) -> Made:
    return make_edition(june, salt=SALT)
