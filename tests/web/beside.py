# SPDX-License-Identifier: Apache-2.0
"""A process beside a test's own, at work on the same node until it is told to stop."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable

from django.db import connection


def beside(work: Callable[[int], None], *, pause: float) -> tuple[int, int]:
    """Fork a process that calls `work(turn)` again and again; its id, and what to close so that it stops.

    It ends with 0, 3 where it had hardly begun, or 1 where `work` raised (told on its standard error).
    """
    connection.close()
    read, write = os.pipe()
    if child := os.fork():
        os.close(read)
        return child, write
    os.close(write)
    os.set_blocking(read, False)
    turn, ended = 0, 1
    try:
        while True:
            try:
                os.read(read, 1)
                break  # closed at the other end
            except BlockingIOError:
                work(turn)
                turn += 1
                time.sleep(pause)
        ended = 0 if turn > 2 else 3
    except Exception:  # noqa: BLE001  whatever it is, it is told
        traceback.print_exc()
    finally:
        os._exit(ended)
