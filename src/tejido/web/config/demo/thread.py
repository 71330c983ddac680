# SPDX-License-Identifier: AGPL-3.0-or-later
"""The thread: one survivor, two organisations, six doors, played over HTTP and verified step by step."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import click

from tejido.web.config.demo.stage import Stage, ports_for_check
from tejido.web.config.demo.visitor import Missing, Page, Visitor
from tejido.web.config.processes import address

_PATIENCE = 30.0  # seconds a message between the organisations may take in a check


class Failed(Exception):
    """A step did not truly happen."""


@dataclass
class Thread:
    """What the steps share: the running organisations, who is signed in, what has been learnt so far."""

    stage: Stage
    today: date
    known: dict[str, Any] = field(default_factory=dict)
    _visitors: dict[tuple[str, str], Visitor] = field(default_factory=dict)

    def public(self, code: str, language: str) -> Visitor:
        """Someone at the public door."""
        return Visitor(address(self.stage.nodes[code].environment, "public"), language=language)

    def staff(self, code: str, login: str) -> Visitor:
        """A member, signed in through the sign-in page with the code it shows."""
        if (code, login) not in self._visitors:
            self._visitors[code, login] = self._signed_in(code, login)
        return self._visitors[code, login]

    def _signed_in(self, code: str, login: str) -> Visitor:
        visitor = Visitor(address(self.stage.nodes[code].environment, "staff"))
        for _attempt in range(2):  # the code may change between reading and sending
            page = visitor.get("/login/")
            shown = re.search(rf">{login}</span>.*?>([^<]+)</span>.*?>(\d{{6}})</span>", page.html, re.DOTALL)
            if shown is None:
                raise Failed(f"the sign-in page does not show {login}")
            form = page.form(having="password")
            page = page.submit(form, login=login, password=shown.group(1), code=shown.group(2))
            if page.status == 200 and not page.url.endswith("/login/"):
                return visitor
        raise Failed(f"{login} could not sign in: {page.text[:300]}")

    def database(self, code: str) -> bytes:
        """Every byte of a node's database, journal included."""
        folder = self.stage.nodes[code].folder
        return b"".join(contents(path) for path in sorted(folder.glob("node.sqlite3*")))

    def until(self, what: str, look: Callable[[], Any]) -> Any:
        """Look again until there is something; raises `Failed` when patience ends."""
        ending = time.monotonic() + _PATIENCE
        while True:
            try:
                found = look()
            except Missing:
                found = None
            if found:
                return found
            if time.monotonic() > ending:
                raise Failed(f"waited {_PATIENCE:.0f} s in vain for {what}")
            time.sleep(0.5)


def contents(path: Path) -> bytes:
    """The bytes of a file; none where SQLite has just taken its journal away."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def must(condition: Any, what: str, page: Page | None = None) -> None:
    """Raise `Failed` unless `condition` holds."""
    if not condition:
        seen = f" [{page.status} {page.url}: {page.text[:600]}]" if page is not None else ""
        raise Failed(what + seen)


Step = Callable[[Thread], str]


def check_thread(folder: Path, interfere: Mapping[str, Callable[[Thread], None]] | None = None) -> int:
    """Play every step; 0 only if all truly happened, 1 at the first that did not.

    `interfere` is for tests: what to do, by name of a step, just before it.
    """
    from tejido.web.config.demo import scenes_counting, scenes_handover, scenes_intake

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
    from datetime import datetime
    from zoneinfo import ZoneInfo

    # Both organisations must agree on the month; the later of two local days is a day both have begun or will soon.
    zones = [ZoneInfo(node.environment["TEJIDO_TIME_ZONE"]) for node in stage.nodes.values()]
    return max(datetime.now(zone).date() for zone in zones)
