# SPDX-License-Identifier: AGPL-3.0-or-later
"""The check: one survivor, two organisations, eight doors, played over HTTP and verified step by step."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import httpx

from tejido.web.config.demo import scenes_counting, scenes_handover, scenes_intake
from tejido.web.config.demo.stage import Stage, ports_for_check
from tejido.web.config.demo.thread import Failed, Thread
from tejido.web.config.demo.visitor import Missing

Step = Callable[[Thread], str]


STEPS: tuple[Step, ...] = (*scenes_intake.STEPS, *scenes_handover.STEPS, *scenes_counting.STEPS)


def check_thread(folder: Path) -> int:
    """Make both organisations on free ports, start them, play every step; 0 only if all truly happened."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)  # like Ctrl-C: everything is stopped and removed
    stage = Stage(folder / "demo")
    try:
        stage.make(ports=ports_for_check())
        stage.start()
        return play(Thread(stage, today=local_today(stage)))
    finally:
        stage.stop()


def play(
    thread: Thread, interfere: Mapping[str, Callable[[Thread], None]] | None = None, *, steps: Sequence[Step] = STEPS
) -> int:
    """Play `steps` on a stage that runs: 0 only if all truly happened, 1 at the first that did not.

    `interfere` is for tests: what to do, by name of a step, just before it.
    """
    begun = time.monotonic()
    for step in steps:
        number = STEPS.index(step) + 1
        if interfere and step.__name__ in interfere:
            interfere[step.__name__](thread)
        try:
            said = step(thread)
        except (Failed, Missing, httpx.HTTPError) as problem:
            # A door that does not answer is a step that did not happen, like any other.
            click.echo(f"{number:2} ✗ {step.__name__}: {str(problem) or type(problem).__name__}")
            return 1
        click.echo(f"{number:2} ✓ {said}")
    click.echo(f"{len(steps)} steps verified in {time.monotonic() - begun:.0f} s · pasos verificados")
    return 0


def local_today(stage: Stage) -> date:
    """The day both organisations count up to."""
    # Both organisations must agree on the month; the later of two local days is a day both have begun or will soon.
    zones = [ZoneInfo(node.environment["TEJIDO_TIME_ZONE"]) for node in stage.nodes.values()]
    return max(datetime.now(zone).date() for zone in zones)
