# SPDX-License-Identifier: AGPL-3.0-or-later
"""Views whose request or answer is too large for memory: the door gives them threads of their own, and few of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

BODY = "tejido.body"  # where the door leaves what `begin_body` asks, in the request's environment
LARGEST_FILE = 2 * 1024**3
LARGEST_BODY = LARGEST_FILE + 1024**2  # with the rest of the form


def streams[View: Callable[..., Any]](view: View) -> View:
    """What is posted to this view comes in, or goes out, bit by bit."""
    view.streams = True  # type: ignore[attr-defined]  # the door reads it
    return view


def begin_body(request: HttpRequest) -> bool:
    """Let the body come in, once it is known who sends it; False where the door is too busy to take it."""
    body = request.META.get(BODY)
    return body is None or bool(body.begin())


class NoFiles(FileUploadHandler):
    """The handler of every page but those that ask for files: Django's own would spool them to disk in clear."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Whatever was attached is passed over."""
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Nothing is kept."""
        return None

    def file_complete(self, file_size: int) -> None:
        """Nothing was kept."""
