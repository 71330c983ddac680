# SPDX-License-Identifier: Apache-2.0
"""These tests run inside a node of their own; the longer ones beside two organisations that truly run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tejido.web.config.demo.check import STEPS, local_today, play
from tejido.web.config.demo.thread import Thread
from tests.journeys.rehearsal import Rehearsal
from tests.node import cast, django_db_setup  # noqa: F401


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """Two organisations made and running, the thread played through them once, ready to be set back to any step."""
    folder = tmp_path_factory.mktemp("rehearsal")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder / "temporary"))
        made = Rehearsal.made(folder)
    try:
        thread = Thread(made.stage, today=local_today(made.stage))
        with made.journals_kept():
            assert play(thread, {step.__name__: made.keep(step.__name__) for step in STEPS}) == 0
            made.keep_what_is_left()
        yield made
    finally:
        made.stage.stop()
