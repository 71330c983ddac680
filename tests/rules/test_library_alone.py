# SPDX-License-Identifier: Apache-2.0
"""The library runs where Django is not: counting a file needs no node."""

from __future__ import annotations

import subprocess
import sys

ROOMS = (
    "vocabulary", "crypto", "tables", "agreements", "reports", "exchange", "statistics", "networks", "synthetic", "cli",
)  # fmt: skip

_BLOCKED = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"django", "django_htmx", "django_tasks_db", "granian", "psycopg", "structlog"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Refuse())
"""


def _python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", _BLOCKED + code], capture_output=True, text=True, check=False)


def test_every_room_of_the_library_imports_without_django():
    lines = "\n".join(f"import tejido.{room}" for room in ROOMS)
    done = _python(lines)
    assert done.returncode == 0, done.stderr


def test_the_command_line_lists_its_groups_without_django():
    done = _python("import sys; sys.argv = ['tejido', '--help']; from tejido.cli import main; main()")
    assert done.returncode == 0, done.stderr
    assert "count" in done.stdout
    assert "factsheet" in done.stdout


def test_a_command_of_the_node_says_what_to_install():
    done = _python("import sys; sys.argv = ['tejido', 'demo']; from tejido.cli import main; main()")
    assert done.returncode == 2
    assert "tejido[web]" in done.stderr
