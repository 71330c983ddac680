# SPDX-License-Identifier: Apache-2.0
"""Runs one contender, `python -m bench.factsheet_contenders.run ours DIR`: prints its times, memory and figures."""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path


def main() -> None:
    """Import first, then measure."""
    name, world = sys.argv[1], Path(sys.argv[2])
    contender = importlib.import_module(f"bench.factsheet_contenders.with_{name}")
    start, worked = time.perf_counter(), time.process_time()
    figures = contender.figures(world)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - worked
    found = {"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_gb": _peak_gb(), "figures": figures}
    print(json.dumps(found))


def _peak_gb() -> float:
    """The most memory this process held. Not ru_maxrss: that begins with what the process that started it held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) * 1024 / 1e9


if __name__ == "__main__":
    main()
