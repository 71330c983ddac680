# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a demo that was killed left running is ended before the next one begins; one that still runs is left alone."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from tejido.vocabulary import BadInput

_FILE = ".processes"  # the demo's own process id, then one line for each process it started


def claim(folder: Path) -> None:
    """From now on this process runs the demo in `folder`."""
    (folder / _FILE).write_text(f"{os.getpid()}\n", encoding="ascii")


def remember(folder: Path, process: int) -> None:
    """`process` was started for the demo in `folder`, as the head of a process group."""
    with (folder / _FILE).open("a", encoding="ascii") as file:
        file.write(f"{process}\n")


def end_leftovers(folder: Path) -> None:
    """End what a killed demo left running; raises `BadInput` if that demo is still there."""
    try:
        first, *rest = [int(line) for line in (folder / _FILE).read_text(encoding="ascii").split()]
    except (FileNotFoundError, ValueError):
        return
    if first != os.getpid() and _is_ours(first):
        raise BadInput(
            "demo.running",
            en="the demo in this folder is running; stop it first, with Ctrl-C where it runs",
            es="la demostración de esta carpeta está en marcha; deténgala primero, con Ctrl-C donde corre",
            where=str(folder),
        )
    left = [process for process in rest if _is_ours(process)]
    for process in left:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process, signal.SIGKILL)
    ending = time.monotonic() + 10  # until their ports are free again
    while any(_is_left(group) for group in left) and time.monotonic() < ending:
        time.sleep(0.05)


def _is_left(group: int) -> bool:
    # The head of a group may be gone before the process that holds its port.
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _is_ours(process: int) -> bool:
    # A number may have gone to another program since: only what says that it is ours is.
    shown = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(process)], capture_output=True, text=True, check=False
    )
    return "tejido" in shown.stdout
