# SPDX-License-Identifier: Apache-2.0
"""The thread: it holds from end to end, and whatever breaks on the way, the check says so at that very step."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tejido.web.config.demo.check import STEPS, play
from tests.journeys.spoilers import SPOILS, Spoil

pytestmark = pytest.mark.slow
_NAMES = [step.__name__ for step in STEPS]
_ALL = [pytest.param(name, spoil, id=f"{name}-{spoil.what}".replace(" ", "-"))
        for name in _NAMES for spoil in SPOILS.get(name, ())]  # fmt: skip


def test_the_check_passes_as_people_run_it():
    done = subprocess.run([sys.executable, "-m", "tejido.cli", "demo", "--check"], capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"^ *(\d+) ✓ \S", done.stdout, re.MULTILINE) == [str(n) for n in range(1, len(STEPS) + 1)]
    assert "✗" not in done.stdout


@pytest.mark.parametrize("name", _NAMES)
def test_every_step_is_spoilt_here(name):
    assert SPOILS.get(name), f"nothing spoils {name}: who knows whether it can fail?"


def test_nothing_else_is_spoilt():
    assert SPOILS.keys() == set(_NAMES)


@pytest.mark.parametrize(("name", "spoil"), _ALL)
def test_the_check_fails_at_the_step_that_is_spoilt(name, spoil: Spoil, rehearsal, capsys):
    # The steps before it are not played again: both organisations are set back to the moment just before.
    thread = rehearsal.set_back(spoil.at or name, patience=spoil.patience)
    steps = STEPS[_NAMES.index(spoil.at or name) :]
    assert play(thread, {spoil.at or name: lambda thread: spoil.spoil(rehearsal, thread)}, steps=steps) == 1
    *before, last = capsys.readouterr().out.splitlines()
    assert all("✓" in line for line in before)
    assert f"✗ {name}: " in last
    assert spoil.says in last
