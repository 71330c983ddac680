# SPDX-License-Identifier: Apache-2.0
"""How fast a large file comes in and goes out through a real staff door, and how much memory the door takes for it.

`./run python -m bench.files [--megabytes 2047] [--json]`. Wanted: the same memory whatever the file's size.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from tests.web.files.member import Member, door_process, memory_of
from tests.web.running_doors import running_doors

MB = 1024 * 1024


def measure(megabytes: int) -> dict[str, float]:
    """Send a file of `megabytes` and fetch it again; megabytes a second and the door's memory."""
    with tempfile.TemporaryDirectory(prefix="tejido-bench-") as folder, running_doors(Path(folder)) as doors:
        chen, part = Member(doors, "chen"), os.urandom(MB)
        chen.add([part], MB)  # everything is loaded once
        pid = door_process(doors)
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak counts from here
        before, start = memory_of(pid, "VmRSS"), time.monotonic()
        where = chen.add((part for _ in range(megabytes)), megabytes * MB)
        came, peak_in = time.monotonic() - start, memory_of(pid, "VmHWM")
        token = chen.token(where)
        start, connection, fetched = time.monotonic(), chen.connect(), 0
        headers = chen.headers() | {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", where + "download/", chen.form(token, name="code"), headers)
        answer = connection.getresponse()
        while got := answer.read(MB):
            fetched += len(got)
        went = time.monotonic() - start
        if fetched != megabytes * MB:
            raise SystemExit("not all of it came back")
        return {
            "megabytes": megabytes,
            "in_mb_per_second": round(megabytes / came, 1),
            "out_mb_per_second": round(megabytes / went, 1),
            "memory_before_mb": round(before / MB, 1),
            "peak_in_mb": round(peak_in / MB, 1),
            "peak_mb": round(memory_of(pid, "VmHWM") / MB, 1),
        }


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--megabytes", type=int, default=2047)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    found = measure(chosen.megabytes)
    if chosen.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name.replace('_', ' '):20} {value}")


if __name__ == "__main__":
    main()
