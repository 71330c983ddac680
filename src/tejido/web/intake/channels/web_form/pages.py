# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page of the public form remembers of itself, signed; and the lock with which a browser seals what is typed."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.utils import timezone

from tejido.crypto import UnsignedKey, code_salt
from tejido.crypto.return_codes import ROUNDS
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.language import short_language
from tejido.web.accounts.models import Team
from tejido.web.intake.channels.web_form.arrivals import MARK_BYTES, Lock, lock_for
from tejido.web.intake.conversations import FINDER_BYTES
from tejido.web.outreach.public_words import Notice, notice_on

_SALT = "tejido.web_form.notice"
_FRESH = timedelta(days=2)  # a box sealed on an older page is asked for once more, under the team's newest key


@dataclass(frozen=True)
class Shown:
    """What the page that was written on carries: the notice shown, and a mark of its own."""

    version: str
    at: datetime
    language: str
    mark: bytes

    def signed(self) -> str:
        """As the page carries it."""
        said = {"version": self.version, "at": self.at.isoformat(), "language": self.language, "mark": self.mark.hex()}
        return signing.dumps(said, salt=_SALT)

    def notice(self) -> dict[str, Any]:
        """As the actions take it."""
        return {"notice_version": self.version, "notice_at": self.at, "notice_language": self.language}

    def takes(self, generation: str, now: datetime) -> bool:
        """Was a box with this generation sealed on a page of ours, lately?"""
        if now - self.at > _FRESH or not generation.isdecimal() or len(generation) > 5:
            return False
        return 1 <= int(generation) <= lock_for(team_of(Team.Kind.INTAKE).pk, self.mark).generation


def page_now(now: datetime) -> Shown:
    """What a page shown now carries."""
    return Shown(today_notice(now).version, now, short_language(), secrets.token_bytes(MARK_BYTES))


def page_sent(request: HttpRequest) -> Shown | None:
    """What stood above the form as it was sent; None where it was not our page."""
    try:
        said: dict[str, Any] = signing.loads(request.POST.get("notice", ""), salt=_SALT)
        at, mark = datetime.fromisoformat(said["at"]), bytes.fromhex(said["mark"])
        return Shown(said["version"], at, said["language"], mark)
    except (signing.BadSignature, KeyError, ValueError):
        return None


def today_notice(now: datetime) -> Notice:
    """The privacy notice of the day."""
    return notice_on(timezone.localdate(now, settings.TEJIDO.time_zone))


def sealing_words(shown: Shown) -> dict[str, Any]:
    """Context of a page whose form can be sealed in the browser."""
    lock: Lock | None
    try:
        lock = lock_for(team_of(Team.Kind.INTAKE).pk, shown.mark)
    except UnsignedKey:  # whoever reads the page can do nothing about it; sending says that it cannot be kept
        lock = None
    return {"notice_shown": shown.signed(), "lock": lock, **code_words()}


def code_words() -> dict[str, Any]:
    """What a browser needs to derive what a return code stands for."""
    salt = b64encode(code_salt(settings.TEJIDO.node)).decode()
    return {"code_salt": salt, "code_rounds": ROUNDS, "answer_days": settings.TEJIDO.operator.answer_days}


def finder_sent(request: HttpRequest) -> bytes | None:
    """What the browser derived from a code, of the right length; None for anything else."""
    try:
        raw = b64decode(request.POST.get("finder", ""), validate=True)
    except ValueError:
        return None
    return raw if len(raw) == FINDER_BYTES else None
