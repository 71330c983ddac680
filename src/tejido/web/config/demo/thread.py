# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the steps of the thread share: the running organisations, who is signed in, what has been learnt so far."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tejido.web.config.demo.stage import Stage
from tejido.web.config.demo.visitor import Missing, Page, Visitor
from tejido.web.config.processes import address

PATIENCE = 30.0  # seconds a message between the organisations may take in a check


class Failed(Exception):
    """A step did not truly happen."""


@dataclass
class Thread:
    """What the steps share: the running organisations, who is signed in, what has been learnt so far."""

    stage: Stage
    today: date
    known: dict[str, Any] = field(default_factory=dict)
    visitors: dict[tuple[str, str], Visitor] = field(default_factory=dict)
    patience: float = PATIENCE

    def day_at(self, code: str) -> date:
        """What day it is at an organisation: for an hour each night not the same day as at the other."""
        return datetime.now(ZoneInfo(self.stage.nodes[code].environment["TEJIDO_TIME_ZONE"])).date()

    def public(self, code: str, language: str) -> Visitor:
        """Someone at the public door."""
        return Visitor(address(self.stage.nodes[code].environment, "public"), language=language)

    def staff(self, code: str, login: str, *, door: str = "staff") -> Visitor:
        """A member, signed in through the sign-in page of her door with the code it shows."""
        if (code, login) not in self.visitors:
            self.visitors[code, login] = self._signed_in(code, login, door)
        return self.visitors[code, login]

    def _signed_in(self, code: str, login: str, door: str) -> Visitor:
        visitor = Visitor(address(self.stage.nodes[code].environment, door))
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
        ending = time.monotonic() + self.patience
        while True:
            try:
                found = look()
            except Missing:
                found = None
            if found:
                return found
            if time.monotonic() > ending:
                raise Failed(f"waited {self.patience:.0f} s in vain for {what}")
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
        seen = f" [{page.status} {page.url}: {page.text[:2000]}]" if page is not None else ""
        raise Failed(what + seen)
