# SPDX-License-Identifier: Apache-2.0
"""`tejido plan`: what is printed, with protection and without, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.library.networks.test_network_files import a_ring

from tejido.networks import write_network

RING = "0,5,1\n0,1,9,4,0,0\n1,2,4,2,1,1\n1,3,4,2,1,1\n2,5,9,9,0,2\n3,5,9,9,0,2\n5,0,99,1000,0,3\n"


def solve(path: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tejido.cli", "plan", "solve", path, "--model", "special-arcs", *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)


def test_a_plan_says_whom_it_is_against_and_its_price_says_rows_only(tmp_path: Path) -> None:
    ring = a_ring()
    whole = replace(ring, ties=tuple(tie._replace(capacity=tie.capacity or 1) for tie in ring.ties))
    path = tmp_path / "net.json"
    write_network(whole, path, "json")
    done = solve(path, "--variant", "optimistic", "--budget", "8", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert list(said)[:5] == ["objective", "bound", "status", "interdicted", "seconds"]
    assert (said["objective"], said["bound"], said["status"]) == (0, 0, "optimal")
    assert all(set(one["against"]) <= {"T1", "R<&1", "B1"} for one in said["interdicted"])
    spoken = solve(path, "--variant", "mfnip", "--budget", "8", "--language", "es")
    assert "Posible tratante T1" in spoken.stdout
    assert "demostrado" in spoken.stdout
    done = solve(path, "--variant", "optimistic", "--budget", "8", "--unprotected", "--json")
    assert all(type(row) is int for row in json.loads(done.stdout)["interdicted"])
    write_network(replace(whole, declared="casework"), tmp_path / "real.json", "json")
    done = solve(tmp_path / "real.json", "--variant", "optimistic", "--budget", "8", "--unprotected", "--json")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "real.json: is about people who exist" in done.stderr


def test_a_file_without_roles_protects_everybody(tmp_path: Path) -> None:
    path = tmp_path / "net.csv"
    path.write_text(RING)
    said = json.loads(solve(path, "--variant", "optimistic", "--budget", "100", "--json").stdout)
    assert (said["objective"], said["interdicted"], said["protected"]) == (2, [], True)
    said = json.loads(solve(path, "--variant", "optimistic", "--budget", "4", "--unprotected", "--json").stdout)
    assert (said["objective"], said["bound"], said["interdicted"], said["spent"]) == (0, 0, [2], 4.0)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--budget", "-1"), "tejido: --budget: is '-1'; expected a number, 0 or more, such as 12 or 7.5"),
        (("--budget", "nan"), "tejido: --budget: is 'nan'; expected a number"),
        (("--model", "max-flow", "--budget", "1"), "tejido: --variant: expected with --model special-arcs, and only"),
        (("--budget", "1", "--rate", "0.5"), "tejido: net.csv: no tie leads to a potential trafficker"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], expected: str, tmp_path: Path) -> None:
    path = tmp_path / "net.csv"
    path.write_text(RING)
    done = solve(path, "--variant", "optimistic", *arguments)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert done.stderr.startswith(expected)


def test_a_plan_against_flow_says_what_still_flows(tmp_path: Path) -> None:
    ring = a_ring()
    whole = replace(ring, ties=tuple(tie._replace(capacity=tie.capacity or 1) for tie in ring.ties))
    path, out = tmp_path / "net.json", tmp_path / "plan.json"
    write_network(whole, path, "json")
    done = tejido("solve", path, "--model", "max-flow", "--budget", "3", "--json", "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert (said["model"], said["variant"], said["status"]) == ("max-flow", None, "optimal")
    assert said["bound"] == said["objective"] < said["before"]
    assert all(set(one["against"]) <= {"T1", "R<&1", "B1"} for one in said["interdicted"])
    spoken = tejido("solve", path, "--model", "max-flow", "--budget", "3", "--language", "es").stdout
    assert f"Sigue fluyendo (estimado): {said['objective']}, de {said['before']} sin plan." in spoken
    assert "Posible tratante T1" in spoken
    checked = tejido("check", path, out, "--language", "es")
    assert (checked.returncode, checked.stdout.startswith("Se sostiene: siguen fluyendo")) == (0, True)


def tejido(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tejido.cli", "plan", *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
