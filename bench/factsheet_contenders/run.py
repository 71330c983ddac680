# SPDX-License-Identifier: Apache-2.0
"""Runs one contender, `python -m bench.factsheet_contenders.run ours DIR`: prints seconds, peak_gb and figures."""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path


def main() -> None:
    """Import first, then measure."""
    name, world = sys.argv[1], Path(sys.argv[2])
    contender = importlib.import_module(f"bench.factsheet_contenders.with_{name}")
    start = time.perf_counter()
    figures = contender.figures(world)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9  # Linux counts in kilobytes
    print(json.dumps({"seconds": seconds, "peak_gb": peak, "figures": figures}))


if __name__ == "__main__":
    main()
