# SPDX-License-Identifier: AGPL-3.0-or-later
"""The check: one survivor, two organisations, six doors, played over HTTP and verified step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from tejido.web.config.demo import scenes_counting, scenes_handover, scenes_intake
from tejido.web.config.demo.stage import Stage, ports_for_check
from tejido.web.config.demo.thread import Failed, Thread
from tejido.web.config.demo.visitor import Missing

Step = Callable[[Thread], str]


def check_thread(folder: Path, interfere: Mapping[str, Callable[[Thread], None]] | None = None) -> int:
    """Play every step; 0 only if all truly happened, 1 at the first that did not.

    `interfere` is for tests: what to do, by name of a step, just before it.
    """
    steps: list[Step] = [*scenes_intake.STEPS, *scenes_handover.STEPS, *scenes_counting.STEPS]
    stage = Stage(folder / "demo")
    begun = time.monotonic()
    try:
        stage.make(ports=ports_for_check())
        stage.start()
        thread = Thread(stage, today=_local_today(stage))
        for number, step in enumerate(steps, 1):
            if interfere and step.__name__ in interfere:
                interfere[step.__name__](thread)
            try:
                said = step(thread)
            except (Failed, Missing) as problem:
                click.echo(f"{number:2} ✗ {step.__name__}: {problem}")
                return 1
            click.echo(f"{number:2} ✓ {said}")
    finally:
        stage.stop()
    click.echo(f"{len(steps)} steps verified in {time.monotonic() - begun:.0f} s · pasos verificados")
    return 0


def _local_today(stage: Stage) -> date:
    # Both organisations must agree on the month; the later of two local days is a day both have begun or will soon.
    zones = [ZoneInfo(node.environment["TEJIDO_TIME_ZONE"]) for node in stage.nodes.values()]
    return max(datetime.now(zone).date() for zone in zones)
