# SPDX-License-Identifier: Apache-2.0
"""Where the source stands, for the tests about it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "tejido"
WEB = SOURCE / "web"


def python_files() -> list[Path]:
    """Every Python file we wrote: source, tests, bench."""
    folders = (SOURCE, ROOT / "tests", ROOT / "bench")
    return sorted(path for folder in folders for path in folder.rglob("*.py"))
