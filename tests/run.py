# SPDX-License-Identifier: Apache-2.0
"""`./run test`: style, types, direction of imports, then every test. `./run test tests/web -x` runs some of them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHECKS = (
    ("style", ["ruff", "check", "."]),
    ("format", ["ruff", "format", "--check", "--quiet", "."]),
    ("types of the library", ["mypy"]),
    ("types of the node", ["mypy", "--config-file", "mypy_web.ini"]),
    ("direction of imports", ["lint-imports"]),
    ("templates", ["djlint", "--lint", "--quiet", "src/tejido/web"]),
)


def main() -> int:
    """Run the checks (unless tests are named), then pytest; the exit code is that of the first to fail."""
    arguments = sys.argv[1:]
    if not arguments:
        for name, command in CHECKS:
            begun = time.monotonic()
            done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
            if done.returncode:
                print(f"{name}: failed\n{done.stdout}{done.stderr}")
                return done.returncode
            print(f"{name}: ok ({time.monotonic() - begun:.0f} s)", flush=True)
    # Two processes: the machine the project is built for has two cores. A file's tests stay together.
    return subprocess.run(
        ["pytest", "-n", "2", "--dist", "loadfile", *arguments] if not arguments else ["pytest", *arguments],
        cwd=ROOT, check=False,
    ).returncode  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
