# SPDX-License-Identifier: AGPL-3.0-or-later
"""Protecting and attacking take a minute of a processor: they run beside the door, in a process that has only pipes."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tejido.vocabulary import BadInput

_SECONDS = 30 * 60
_BEAT = 5.0  # seconds between two signs of life


class CutOff(Exception):
    """The process ended without an answer."""


def answered(question: Mapping[str, Any], *, beat: Callable[[str | None], None]) -> dict[str, Any]:
    """What `attacker.answer` says, from a process of its own. `beat` is called with each stage, and now and then.

    Raises `BadInput` where it refuses, `CutOff` where it does not answer.
    """
    command = [sys.executable, "-I", "-m", "tejido.web.statistics.attacker", str(os.getpid())]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
    ) as process:
        in_time = threading.Timer(_SECONDS, process.kill)
        in_time.start()
        try:
            said = _last(process, question, beat)
        finally:
            in_time.cancel()
            process.kill()
    if "refused" in said:
        raise BadInput(said["refused"], en=said["en"], es=said["es"])
    return said


def _last(
    process: subprocess.Popen[bytes], question: Mapping[str, Any], beat: Callable[[str | None], None]
) -> dict[str, Any]:
    if process.stdin is None:
        raise CutOff
    try:
        process.stdin.write(json.dumps(question).encode())
        process.stdin.close()
    except BrokenPipeError:
        raise CutOff from None
    for line in _lines(process):
        said: dict[str, Any] = json.loads(line) if line else {"stage": None}
        if "stage" not in said:
            return said
        beat(said["stage"])
    raise CutOff


def _lines(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """Each line it writes; an empty one where it has been silent for a while."""
    if process.stdout is None:
        return
    pending = b""
    while True:
        if not select.select([process.stdout], [], [], _BEAT)[0]:
            yield b""
            continue
        part = os.read(process.stdout.fileno(), 1 << 20)
        if not part:
            return
        *whole, pending = (pending + part).split(b"\n")
        yield from whole
