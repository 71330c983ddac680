# SPDX-License-Identifier: AGPL-3.0-or-later
"""Wrong tries at signing in: after some in a row, that account waits, as seen from there.

Never by address: a whole office shares one. A browser somebody signed in from is known by a cookie and has a count of
its own, so that a stranger who guesses at her account cannot keep her out of her own desk. Out of a new browser he can,
until a colleague lets her try again (`staffing.let_try_again`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F
from django.utils.crypto import salted_hmac

from tejido.web.accounts.devices import is_ours, new_device
from tejido.web.accounts.models import Member, SignInTries

_FREE_TRIES = 5
_LONGEST_WAIT = timedelta(minutes=15)
_FORGOTTEN_AFTER = timedelta(hours=1)  # names that nobody has, too, are counted: they must not pile up
DEVICE_DAYS = 90


@dataclass(frozen=True)
class Tries:
    """Where the tries for one login are counted: `device` is the browser's own mark, empty if it has none."""

    login: str
    device: str = ""

    def must_wait(self, now: datetime) -> bool:
        """Were there too many just now?"""
        row = SignInTries.objects.filter(pk=self._key).first()
        if row is None or row.failures <= _FREE_TRIES:
            return False
        wait = min(timedelta(seconds=2 ** min(row.failures - _FREE_TRIES, 20)), _LONGEST_WAIT)
        return now < row.at + wait

    def failed(self, now: datetime) -> None:
        """One more; what is too old to matter is forgotten."""
        SignInTries.objects.filter(device=False, at__lt=now - _FORGOTTEN_AFTER).delete()
        SignInTries.objects.filter(device=True, at__lt=now - timedelta(days=DEVICE_DAYS)).delete()
        row, _new = SignInTries.objects.get_or_create(pk=self._key, defaults={"at": now})
        SignInTries.objects.filter(pk=row.pk).update(failures=F("failures") + 1, at=now)

    def succeeded(self, now: datetime) -> str:
        """Begin again, and know this browser from now on; its mark."""
        self.forget()
        device = self.device if is_ours(self.device) else new_device()
        SignInTries.objects.update_or_create(
            pk=_key(self.login, device), defaults={"device": True, "failures": 0, "at": now}
        )
        return device

    def forget(self) -> None:
        """Begin again; a browser that is known stays so."""
        SignInTries.objects.filter(pk=self._key, device=True).update(failures=0)
        SignInTries.objects.filter(pk=self._key, device=False).delete()

    @property
    def _key(self) -> str:
        own = _key(self.login, self.device)
        known = self.device and SignInTries.objects.filter(pk=own, device=True).exists()
        return own if known else _key(self.login, "")


def kept_out(members: Iterable[Member], now: datetime) -> set[UUID]:
    """Who of them must wait where her browser is not known: ids. Somebody may be guessing at her account."""
    of = {_key(each.login, ""): each for each in members}
    counted = set(SignInTries.objects.filter(pk__in=of, failures__gt=_FREE_TRIES).values_list("pk", flat=True))
    return {each.pk for key, each in of.items() if key in counted and Tries(each.login).must_wait(now)}


def _key(login: str, device: str) -> str:
    # A list of names somebody tried, passwords typed into the wrong box among them, is nothing to keep.
    return salted_hmac("tejido.accounts.tries", f"{login}\x00{device}", algorithm="sha256").hexdigest()
