# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a form's file reaches its `Arrival`, and how many files one member may have on their way at once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest
from django.utils import timezone

from tejido.web.files.arriving import Arrival, TooLarge

_MOST = 2  # files of one member at once, in and out: one who sends many leaves room for the others
_LOOK_AGAIN = 60  # seconds
_lock, _passing = threading.Lock(), Counter[UUID]()


class Passage:
    """Room for one file of one member, given back by `close`. `granted` says whether there was any."""

    def __init__(self, member_id: UUID) -> None:
        self._member = member_id
        with _lock:
            self.granted = _passing[member_id] < _MOST
            _passing[member_id] += self.granted

    def close(self) -> None:
        """Give the room back, once."""
        with _lock:
            _passing[self._member] -= self.granted
            self.granted = False
            if not _passing[self._member]:
                del _passing[self._member]


class Passing:
    """A file going out: its parts, and its passage given back when the last is sent or nobody takes it any more."""

    def __init__(self, parts: Iterator[bytes], passage: Passage) -> None:
        self._parts = parts
        self._passage = passage

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        """Django calls this at the end, however it ends."""
        self._passage.close()


class SealingUpload(FileUploadHandler):
    """Hands the one file of a form to its `Arrival`; others are passed over."""

    def __init__(self, request: HttpRequest, arrival: Arrival, field: str) -> None:
        super().__init__(request)
        self._arrival = arrival
        self._field = field
        self._looked = time.monotonic()

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Its first byte is about to come."""
        if field_name != self._field or self._arrival.name:
            raise SkipFile
        self._arrival.begin(file_name)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Sealed and written; no other handler sees it."""
        try:
            self._arrival.take(raw_data)
        except TooLarge:
            raise StopUpload(connection_reset=True) from None
        if time.monotonic() - self._looked > _LOOK_AGAIN:
            self._looked = time.monotonic()
            if not still_signed_in(self.request):
                raise StopUpload(connection_reset=True)
        return None

    def file_complete(self, file_size: int) -> None:
        """Whole. Django is given no file object: the view asks the arrival."""
        self._arrival.finish()


def still_signed_in(request: Any) -> bool:
    """Sending a file is not idling: the session's end moves on. False where somebody ended it meanwhile."""
    end = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return Session.objects.filter(pk=request.session.session_key).update(expire_date=end) == 1
