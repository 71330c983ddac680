# SPDX-License-Identifier: Apache-2.0
"""`./run test`: style, types, direction of imports, then every test. `./run test tests/web -x` runs some of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tests import postgresql

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
    if arguments := sys.argv[1:]:
        return _pytest(*arguments)
    for name, command in CHECKS:
        begun = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        if done.returncode:
            print(f"{name}: failed\n{done.stdout}{done.stderr}")
            return done.returncode
        print(f"{name}: ok ({time.monotonic() - begun:.0f} s)", flush=True)
    # Two processes: the machine the project is built for has two cores. A file's tests stay together.
    return _pytest(*_SIDE_BY_SIDE) or _node_on_postgresql()


_SIDE_BY_SIDE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")  # journeys, the longest, begin
_OF_THE_NODE = ("tests/web", *(f"tests/rules/test_{name}.py" for name in ("access", "access_of_others", "columns")))


def _pytest(*arguments: str, **environment: str) -> int:
    return subprocess.run(["pytest", *arguments], cwd=ROOT, check=False, env=os.environ | environment).returncode


def _node_on_postgresql() -> int:
    """The node's tests once more, on the database of production; browsers see no difference, own files neither."""
    if postgresql.programs() is None:
        print("PostgreSQL's server is not installed here: the node was tested on SQLite alone.")
        return 0
    print("on PostgreSQL:", flush=True)
    return _pytest(*_SIDE_BY_SIDE, *_OF_THE_NODE, "-m", "not browser and not own_database", TEJIDO_TEST_ON="postgresql")


if __name__ == "__main__":
    sys.exit(main())
