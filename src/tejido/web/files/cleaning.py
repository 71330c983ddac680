# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures and PDFs are written anew without hidden data, by a process that has pipes, little memory and no secret."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator

from django.core.exceptions import ImproperlyConfigured

LARGEST = 100 * 1024 * 1024
_SECONDS = 180
_TURN = 60  # seconds to wait for it: whoever waits holds one of the threads that all files pass through
_AT_ONCE = threading.BoundedSemaphore(2)  # two processes of 2 GB each are what a small server bears
_PART = 256 * 1024


class NotCleaned(Exception):
    """It cannot be read, is more than the process may hold, or others took too long before it."""


def cleaned(parts: Iterable[bytes], kind: str) -> Iterator[bytes]:
    """The file made of `parts`, without hidden data, bit by bit; raises `NotCleaned`, at the latest at the end.

    Nothing of it stands on a disk meanwhile, and the process is told nothing of the node.
    """
    if not sys.executable:
        raise ImproperlyConfigured("no interpreter to clean files with")
    if not _AT_ONCE.acquire(timeout=_TURN):
        raise NotCleaned
    try:
        yield from _by_a_process(parts, kind)
    finally:
        _AT_ONCE.release()


def _by_a_process(parts: Iterable[bytes], kind: str) -> Iterator[bytes]:
    with subprocess.Popen(
        [sys.executable, "-I", "-m", "tejido.web.files.cleaner", kind],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/",
    ) as process:  # fmt: skip
        in_time = threading.Timer(_SECONDS, process.kill)
        in_time.start()
        try:
            yield from _through(process, parts)
        finally:
            in_time.cancel()
            process.kill()


def _through(process: subprocess.Popen[bytes], parts: Iterable[bytes]) -> Iterator[bytes]:
    if process.stdin is None or process.stdout is None:
        raise NotCleaned
    try:
        for part in parts:
            process.stdin.write(part)
        process.stdin.close()
    except BrokenPipeError:
        raise NotCleaned from None
    written = 0
    while part := process.stdout.read(_PART):
        written += len(part)
        yield part
    if process.wait() != 0 or not written:
        raise NotCleaned
