# SPDX-License-Identifier: Apache-2.0
"""The wheel carries what a user needs, and the library installs and counts where Django is not."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.rules.source import ROOT, SOURCE

UV = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(UV).is_file(), reason="uv, which ./run installs, is not there"),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([UV, "build", "--wheel", "--quiet", "--python", sys.executable, "--out-dir", str(folder)],
                   cwd=ROOT, check=True)  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_carries_every_file_of_the_source_and_the_compiled_spanish(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    endings = {".py", ".yaml", ".html", ".css", ".js", ".json", ".typ", ".ttf", ".otf", ".woff2", ".txt", ".svg"}
    source = {str(p.relative_to(SOURCE.parent)) for p in SOURCE.rglob("*") if p.suffix in endings}
    assert source - inside == set()
    spoken = {name.replace(".po", ".mo") for name in inside if name.endswith("django.po")}
    assert spoken
    assert spoken <= inside
    assert any(name.endswith("AGPL-3.0-or-later.txt") for name in inside)


def test_the_library_installs_and_counts_without_django(wheel, tmp_path):
    home = tmp_path / "alone"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, str(home)], check=True)
    python = home / "bin" / "python"
    subprocess.run([UV, "pip", "install", "--quiet", "--python", str(python), str(wheel)], check=True)
    assert subprocess.run([python, "-c", "import django"], capture_output=True, check=False).returncode == 1
    command = home / "bin" / "tejido"
    subprocess.run([command, "world", "make", "--like", "2017", "--out", "world"], cwd=tmp_path, check=True)
    done = subprocess.run(
        [command, "factsheet", "build", "--records", "world/mx", "--records", "world/us", "--window",
         "2015-09-30..2017-07-31", "--language", "es", "--out", "sheet"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "sheet" / "sheet.pdf").read_bytes().startswith(b"%PDF")
