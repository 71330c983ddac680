# SPDX-License-Identifier: Apache-2.0
"""A node whose settings are wrong does not start, and says which one in one line."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tejido.web.config.making import new_environment, write_environment


@pytest.fixture
def folder(tmp_path):
    """A node's folder with settings that are right."""
    operator = tmp_path / "operator.yaml"
    operator.write_text(
        "name: {en: Line, es: Línea}\nlanguages: [es]\npack: mx\ncountry: MX\n"
        "lines: [{brand: Línea, number: '55 5555 0000', channels: [phone]}]\n"
    )
    ports = {"public": 8001, "staff": 8002, "partners": 8003, "providers": 8004}
    environment, _signing = new_environment(
        folder=tmp_path, node="mx", operator=operator, time_zone="America/Mexico_City", ports=ports, demo=False
    )
    write_environment(tmp_path, environment)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TEJIDO_NODE", ""),
        ("TEJIDO_NODE", "MX; drop"),
        ("TEJIDO_DATA", "/nowhere/at/all"),
        ("TEJIDO_OPERATOR", "/nowhere.yaml"),
        ("TEJIDO_TIME_ZONE", "Mexico"),
        ("TEJIDO_PEPPER", "short"),
        ("TEJIDO_ENVIRONMENT_KEY", "zz" * 32),
        ("TEJIDO_TRANSPORT_KEY", ""),
        ("TEJIDO_VERIFY_KEY", "00"),
        ("TEJIDO_SECRET_STAFF", "x"),
        ("TEJIDO_HOSTS", "*"),
        ("TEJIDO_HOSTS", "a.example,,b.example"),
        ("TEJIDO_ADDRESS_STAFF", "line.example"),
        ("TEJIDO_ADDRESS_STAFF", "http://127.0.0.1"),
        ("TEJIDO_DEMO", "yes"),
        ("TEJIDO_SECURE_COOKIES", "true"),
        ("TEJIDO_PASSWORD_MEMORY_MIB", "64"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_and_nothing_starts(folder, name, value):
    kept = folder / "node.env"
    lines = [line for line in kept.read_text().splitlines() if not line.startswith(f"{name}=")]
    kept.write_text("\n".join([*lines, f"{name}={value}"]))
    done = subprocess.run(
        [sys.executable, "-m", "tejido.cli", "node", "run", str(folder), "staff"], capture_output=True, text=True,
        env={**os.environ, "LC_ALL": "C"}, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert (value if name == "TEJIDO_OPERATOR" else name) in done.stderr
    assert done.stdout == ""
    for secret in (line.split("=", 1)[1] for line in lines if "KEY" in line or "SECRET" in line or "PEPPER" in line):
        assert secret not in done.stderr
