# SPDX-License-Identifier: Apache-2.0
"""`tejido network`: exit codes, what stands on stdout and what on stderr."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.library.networks.test_network_files import a_ring

from tejido.networks import write_network


def tejido(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tejido.cli", "network", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_checked_described_and_converted_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    write_network(a_ring(), path, "json")
    done = tejido("check", path, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert (said["declared"], said["nodes"], said["ties"]) == ("invented", 7, 9)
    assert [set(note) for note in said["notes"]] == [{"en", "es"}]
    spoken = tejido("describe", path, "--language", "es").stdout
    assert "DATOS INVENTADOS" in spoken
    assert "Sobreviviente obligada a colaborar" in spoken
    assert "protegidos: ningún plan actúa contra ellos" in spoken
    described = json.loads(tejido("describe", path, "--json").stdout)
    assert (described["protected"], described["under_18"], described["may_act_on"]) == (4, 2, 4)
    done = tejido("convert", path, tmp_path / "net.graphml", "--json")
    assert (done.returncode, json.loads(done.stdout)["form"]) == (0, "graphml")
    before = (tmp_path / "net.graphml").read_bytes()
    done = tejido("convert", path, tmp_path / "net.graphml")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "is already there" in done.stderr
    assert (tmp_path / "net.graphml").read_bytes() == before
    assert {one.name for one in tmp_path.iterdir()} == {"net.json", "net.graphml"}


def test_what_is_no_network_gets_one_line_and_exit_2(tmp_path: Path) -> None:
    path = tmp_path / "net.csv"
    path.write_text("0,3,1\n0,0,5,2,0,0\n3,0,9,1000,0,3\n")
    done = tejido("check", path, "--language", "es", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "tejido: net.csv, fila 2, columna head: va de '0' a sí mismo; se esperaban dos puntos distintos"
    ]
    assert tejido("convert", path, tmp_path / "out.json").returncode == 2
    assert not (tmp_path / "out.json").exists()
